"""Findings across people: items for the offices from the district up, never on a record.

They are found by queries (`registry.departures.patterns`); here stands what they mean.
"""

from dataclasses import dataclass

from registry.enums import N_, Severity


@dataclass(frozen=True, slots=True)
class OfficeRule:
    """The declaration of a finding across people; see `Rule` for the same names."""

    number: str
    severity: Severity
    title: str
    advice: str
    source: str
    version: int = 1


CLUSTER = OfficeRule(
    "R25",
    Severity.HIGH,
    N_("Berangkat bersama dari satu dusun"),
    N_("Tanyakan kepada desa siapa perekrutnya; periksa bersama Satgas TPPO bila perlu."),
    "Investortrust, 28 April 2025 (kelompok kecil)",
)
TWICE = OfficeRule(
    "R26",
    Severity.HIGH,
    N_("Satu nomor dipakai dua kali"),
    N_("Bandingkan kedua catatan; salah ketik, pindah desa, atau surat yang dipalsukan."),
    "Tifa, 2013; Antara Sumut, 18 Oktober 2022",
)
OUTSIDERS = OfficeRule(
    "R28",
    Severity.CRITICAL,
    N_("Sekelompok orang dari luar"),
    N_("Datangi penampungannya bersama Satgas TPPO."),
    "Kasus Rajabasa, Bandar Lampung 2023 (Kompas TV, ANTV, Lampost, Juni 2023)",
)
RECRUITER = OfficeRule(
    N_("POLA"),
    Severity.HIGH,
    N_("Perekrut yang sama"),
    N_("Cocokkan nama dan nomornya dengan P3MI; tanyakan kepada desa-desanya."),
    "UU 18/2017 Pasal 69",
)
OFFICE_RULES = (CLUSTER, TWICE, OUTSIDERS, RECRUITER)
