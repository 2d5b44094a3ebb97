"""Invented placement agencies; "Contoh" in each name says so wherever it is read (pure)."""

from dataclasses import dataclass

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
