"""Which heading of an import fills what, and the headings that offices use instead of ours (pure).

The headings are those of the export (`registry.workbooks.columns`), so an export can come back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmployerKind,
    InformationSource,
    Level,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)
from registry.validators import is_card_number
from registry.workbooks import import_cells as cells
from registry.workbooks._tables import key_of
from registry.workbooks.columns import HEADINGS
from registry.workbooks.import_cells import Parser

NUMBER = "No. Registrasi"
VILLAGE_CODE = "Kode Wilayah"
COUNTRY_CODE, COUNTRY = "Kode Negara", "Negara Tujuan"
AGENCY, JOB = "P3MI", "Jabatan"
STAGE, DEPARTED, RETURNED = "Tahap", "Tanggal Berangkat", "Tanggal Pulang"
NAME, NIK, BIRTH_DATE, PLANNED = "Nama", "NIK", "Tanggal Lahir", "Tanggal Rencana"
MENDING = "Galat"  # the column of our own file of bad rows

AREA_NAMES = {
    level.label: level
    for level in (Level.PROVINCE, Level.DISTRICT, Level.SUBDISTRICT, Level.VILLAGE)
}
# Worked out by Pamit itself; what a file says of them is passed over in silence.
DERIVED = frozenset(
    {
        "Status Pemeriksaan",
        "Prosedur",
        "Siap Saat Berangkat",
        "Dokumen Lengkap",
        "Dokumen Wajib",
        "Dokumen Kurang",
        "Tanda",
        "Asal Data",
        "Dicatat Pada",
        MENDING,
    }
)


class Target(NamedTuple):
    """Where a cell goes: a field of the resident or departure, or of one paper."""

    owner: str
    name: str
    parse: Parser
    paper: DocumentKind | None = None


def _person(name: str, parse: Parser) -> Target:
    return Target("resident", name, parse)


def _plan(name: str, parse: Parser) -> Target:
    return Target("departure", name, parse)


def _mark(name: str, parse: Parser) -> Target:
    return Target("mark", name, parse)


def _papers() -> dict[str, Target]:
    found: dict[str, Target] = {}
    for kind in DocumentKind:
        found[kind.label] = Target("paper", "status", cells.member(DocumentStatus), kind)
        found[f"{kind.label} Berlaku Sampai"] = Target("paper", "expires_on", cells.day, kind)
    for heading, kind in (
        ("No. Surat Izin", DocumentKind.FAMILY_PERMISSION),
        ("No. E-KPMI", DocumentKind.MIGRANT_CARD),
    ):
        found[heading] = Target("paper", "number", cells.text(60), kind)
    return found


TARGETS: dict[str, Target] = {
    NUMBER: Target("key", "registration_number", cells.text(40)),
    VILLAGE_CODE: Target("key", "village_code", cells.text(40)),
    **{heading: Target("area", heading, cells.text(120)) for heading in AREA_NAMES},
    NIK: _person("nik", cells.nik),
    NAME: _person("name", cells.name),
    "Jenis Kelamin": _person("sex", cells.member(Sex)),
    BIRTH_DATE: _person("birth_date", cells.birth_day),
    "Alamat": _person("address", cells.free_text(200)),
    "RT": _person("rt", cells.neighbourhood),
    "RW": _person("rw", cells.neighbourhood),
    "Telepon": _person("phone", cells.phone),
    "Pendidikan": _person("education", cells.member(Education)),
    "Status Perkawinan": _person("marital_status", cells.member(MaritalStatus)),
    "No. KK": _person("family_card", cells.long_number("No. KK")),
    COUNTRY_CODE: _plan("country", cells.country),
    COUNTRY: _plan("country", cells.country),
    "Skema": _plan("scheme", cells.member(Scheme)),
    AGENCY: _plan("agency_name", cells.company(160)),
    JOB: _plan("job_title", cells.free_text(120)),
    "Jenis Pemberi Kerja": _plan("employer_kind", cells.member(EmployerKind)),
    "Perekrut": _plan("recruiter_name", cells.named(120)),
    "Telepon Perekrut": _plan("recruiter_phone", cells.phone),
    "Pemberi Kerja": _plan("employer_name", cells.company(160)),
    "Kota Tujuan": _plan("destination_city", cells.free_text(120)),
    "Upah Dijanjikan": _plan("promised_wage", cells.money),
    "Jenis Visa": _plan("visa_kind", cells.member(VisaKind)),
    "Negara Visa": _plan("visa_country", cells.country),
    "Negara Transit": _plan("transit_country", cells.country),
    "Biaya Diminta": _plan("amount_asked", cells.money),
    "Uang Muka Perekrut": _plan("recruiter_advance", cells.money),
    "Jenis Perekrut": _plan("recruiter_kind", cells.member(RecruiterKind)),
    "LPK": _plan("training_body", cells.company(160)),
    "No. Job Order": _plan("job_order", cells.free_text(80)),
    "Sumber Informasi": _plan("information_source", cells.member(InformationSource)),
    "Lama Kontrak (bulan)": _plan("contract_months", cells.months),
    "Kantor Imigrasi": _plan("immigration_office", cells.free_text(120)),
    "Paspor Dipegang": _plan("passport_holder", cells.member(PassportHolder)),
    "No. ID PMI": _plan("id_pmi", cells.text(40, is_card_number)),
    "Kontak Terakhir": _plan("last_contact_on", cells.past_day),
    PLANNED: _plan("planned_on", cells.planned_day),
    STAGE: _mark("stage", cells.member(Stage)),
    DEPARTED: _mark("departed_on", cells.past_day),
    RETURNED: _mark("returned_on", cells.past_day),
    **_papers(),
}
DEPARTURE_HEADINGS = frozenset(
    heading for heading, target in TARGETS.items() if target.owner in ("departure", "mark", "paper")
)
HEADING_OF = {
    (target.owner, target.name): heading
    for heading, target in TARGETS.items()
    if target.paper is None
}

_OTHER_NAMES: dict[str, str] = {
    VILLAGE_CODE: "Kode Desa|Kode Kemendagri|Kode Desa/Kelurahan",
    Level.PROVINCE.label: "Prov",
    Level.DISTRICT.label: "Kabupaten|Kab/Kota|Kab",
    Level.SUBDISTRICT.label: "Kec",
    Level.VILLAGE.label: "Desa|Kelurahan|Desa/Kel|Pekon|Tiyuh|Kampung|Nama Desa",
    NIK: "No. KTP|Nomor KTP|No. NIK|Nomor NIK|NIK KTP",
    NAME: "Nama Lengkap|Nama Penduduk|Nama Warga|Nama PMI|Nama CPMI|Nama TKI",
    "Jenis Kelamin": "JK|L/P|Kelamin|Sex",
    BIRTH_DATE: "Tgl Lahir|Tgl Lhr|Lahir",
    "Telepon": "No. Telepon|Nomor Telepon|No. Telp|Telp|No. HP|Nomor HP|HP|No. WA",
    "Pendidikan": "Pendidikan Terakhir",
    "Status Perkawinan": "Status Kawin|Stat Kwn",
    "No. KK": "Nomor KK|No. Kartu Keluarga|KK",
    COUNTRY: "Negara|Negara Penempatan",
    "Skema": "Skema Penempatan",
    AGENCY: "Nama P3MI|Nama PT|PT|PPTKIS|PJTKI",
    "Perekrut": "Sponsor|Nama Perekrut",
    "Upah Dijanjikan": "Upah|Gaji",
    PLANNED: "Tanggal Rencana Berangkat|Tgl Rencana|Tgl Rencana Berangkat",
    DEPARTED: "Tgl Berangkat|Tanggal Keberangkatan",
    RETURNED: "Tgl Pulang|Tanggal Kepulangan",
}


@cache
def known_headings() -> dict[str, str]:
    """Every heading that is understood, with the heading of the contract that it stands for."""
    other = {name: heading for heading, names in _OTHER_NAMES.items() for name in names.split("|")}
    return other | {heading: heading for heading in (*HEADINGS, MENDING)}


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet that are read, by the sheet's own heading, and the unknown ones."""

    read: tuple[tuple[str, str, Target], ...]
    unknown: tuple[str, ...]

    @property
    def headings(self) -> frozenset[str]:
        return frozenset(heading for _, heading, _ in self.read)


def columns_of(headings: Sequence[str]) -> Columns:
    """What the headings of a sheet mean; the contract's own heading wins over another name."""
    known = {key_of(written): heading for written, heading in known_headings().items()}
    meanings = [known.get(key_of(written)) for written in headings]
    read: dict[str, tuple[str, str, Target]] = {}
    for written, heading in zip(headings, meanings, strict=True):
        if heading in TARGETS and (heading not in read or key_of(written) == key_of(heading)):
            read[heading] = (written, heading, TARGETS[heading])
    used = {written for written, _, _ in read.values()}
    unknown = [
        written
        for written, heading in zip(headings, meanings, strict=True)
        if written not in used and heading not in DERIVED
    ]
    return Columns(tuple(read.values()), tuple(unknown))
