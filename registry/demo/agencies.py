"""Invented placement agencies; the word "Contoh" in each name says so wherever it is read."""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.db import db
from registry.reference.models import Agency
from registry.reference.queries import agency_key

SOURCE = "data contoh"


@dataclass(frozen=True)
class InventedAgency:
    """An agency of the demo, how many of the departures it places, and when its licence ends."""

    name: str
    weight: int
    licence_days: int
    address: str


AGENCIES = (
    InventedAgency("PT Contoh Melati Bahari", 20, 900, "Jalan Contoh 1, Bandar Lampung"),
    InventedAgency("PT Contoh Lada Hitam", 18, 1_200, "Jalan Contoh 2, Metro"),
    InventedAgency("PT Contoh Siger Mandiri", 15, 640, "Jalan Contoh 3, Sukadana"),
    InventedAgency("PT Contoh Way Sejahtera", 12, 410, "Jalan Contoh 4, Pringsewu"),
    InventedAgency("PT Contoh Gajah Putih", 10, 1_500, "Jalan Contoh 5, Jakarta Timur"),
    InventedAgency("PT Contoh Kopi Robusta", 8, 300, "Jalan Contoh 6, Bekasi"),
    InventedAgency("PT Contoh Tapis Utama", 7, 820, "Jalan Contoh 7, Bandar Lampung"),
    InventedAgency("PT Contoh Krakatau Karya", 5, 75, "Jalan Contoh 8, Kalianda"),
    InventedAgency("PT Contoh Damar Batu", 3, 20, "Jalan Contoh 9, Cirebon"),
    InventedAgency("PT Contoh Izin Berakhir", 2, -120, "Jalan Contoh 10, Surabaya"),
)


def add_agencies(on: date) -> list[Agency]:
    """The invented agencies with their ids, in the order of `AGENCIES`; no commit."""
    agencies = [
        Agency(
            name=invented.name,
            normal_name=agency_key(invented.name),
            licence_number=f"CONTOH-{number:03}",
            licence_valid_to=on + timedelta(days=invented.licence_days),
            address=invented.address,
            source=SOURCE,
            valid_from=date(2020, 1, 1),
        )
        for number, invented in enumerate(AGENCIES, start=1)
    ]
    for agency in agencies:
        db.session.add(agency)
        db.session.flush()
    return agencies
