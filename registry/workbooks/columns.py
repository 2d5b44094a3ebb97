"""The columns of the sheet `Data` (contract, section 4), each once: heading, meaning, type, mask.

Enums are written by their label, which the import reads as well as the code; `Kamus` lists both.
Only papers and `Asal Data` are written by code, as the contract says.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.assessment.rules import RULES
from registry.departures.fields import NO_SIGHT, PAPER_FIELDS, Mask, Sight, mask_of, masked
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmployerKind,
    InformationSource,
    LabelledEnum,
    Level,
    MaritalStatus,
    Origin,
    PassportHolder,
    Procedure,
    RecruiterKind,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)
from registry.workbooks import taking
from registry.workbooks.taking import Source, Take

Codes = Sequence[tuple[str, str]]


class Kind(enum.Enum):
    """What a cell holds, named as `Kamus` says it."""

    TEXT = "teks"
    WHOLE = "bilangan bulat"
    MONEY = "rupiah, bilangan bulat"
    DATE = "tanggal"
    MOMENT = "tanggal dan jam (WIB)"


@dataclass(frozen=True)
class Column:
    """One column of `Data`.

    Attributes:
        take: its value, unmasked; None where nothing is recorded.
        codes: code and label of everything that it may hold, where that is a list.
    """

    heading: str
    meaning: str
    take: Take
    kind: Kind = Kind.TEXT
    mask: Mask = Mask.OPEN
    codes: Codes = ()
    width: int = 16


def _field(
    heading: str, name: str, meaning: str, width: int = 16, kind: Kind = Kind.TEXT
) -> Column:
    """A recorded field with the mask that it has everywhere."""
    return Column(heading, meaning, taking.field(name), kind, mask_of(name), width=width)


def _date(heading: str, name: str, meaning: str) -> Column:
    return _field(heading, name, meaning, kind=Kind.DATE)


def _money(heading: str, name: str, meaning: str) -> Column:
    return _field(heading, name, meaning, 20, Kind.MONEY)


def _listed(heading: str, name: str, members: type[LabelledEnum], meaning: str) -> Column:
    return Column(
        heading, meaning, taking.label(name), mask=mask_of(name), codes=members.choices(), width=20
    )


def _area(level: Level, meaning: str) -> Column:
    return Column(level.label, meaning, taking.area(level), width=20)


def _country(heading: str, name: str, meaning: str) -> Column:
    return Column(heading, meaning, taking.country(name), mask=mask_of(name), width=18)


def _number(heading: str, kind: DocumentKind, meaning: str) -> Column:
    return Column(heading, meaning, taking.paper_number(kind), mask=_NUMBER, width=20)


def _paper(kind: DocumentKind) -> tuple[Column, Column]:
    name = kind.label
    expiry = Column(
        f"{name} Berlaku Sampai",
        f"Hari terakhir {name} berlaku.",
        taking.paper_expiry(kind),
        Kind.DATE,
        width=18,
    )
    return (
        Column(name, f"Keadaan dokumen {name}.", taking.paper_status(kind), codes=_STATUSES),
        expiry,
    )


_NUMBER = PAPER_FIELDS["number"].mask
_READINESS = [
    (state.value, state.label)
    for state in (Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK)
]
_STATUSES = [(taking.STATUS_WORDS[status.value], status.label) for status in DocumentStatus]

_PERSON = (
    _field("No. Registrasi", "registration_number", "Nomor tetap keberangkatan di Pamit.", 17),
    Column("Kode Wilayah", "Kode Kemendagri desa/kelurahan asal, bertitik.", taking.region_code),
    _area(Level.PROVINCE, "Provinsi asal."),
    _area(Level.DISTRICT, "Kabupaten/kota asal."),
    _area(Level.SUBDISTRICT, "Kecamatan asal."),
    _area(Level.VILLAGE, "Desa, kelurahan, atau sebutan setempat (pekon, tiyuh, kampung)."),
    _field("NIK", "nik", "Nomor Induk Kependudukan, 16 angka, sebagai teks.", 20),
    _field("Nama", "name", "Nama menurut KTP.", 28),
    _listed("Jenis Kelamin", "sex", Sex, "Jenis kelamin menurut KTP."),
    _date("Tanggal Lahir", "birth_date", "Tanggal lahir menurut KTP."),
    _field("Alamat", "address", "Dusun atau alamat di desa.", 24),
    _field("RT", "rt", "Rukun tetangga.", 6),
    _field("RW", "rw", "Rukun warga.", 6),
    _field("Telepon", "phone", "Nomor telepon orang itu, sebagai teks.", 18),
    _listed("Pendidikan", "education", Education, "Pendidikan tertinggi yang tamat."),
    _listed("Status Perkawinan", "marital_status", MaritalStatus, "Menurut KTP."),
)
_PLAN = (
    _field("Kode Negara", "country", "Kode ISO 3166 dua huruf negara tujuan.", 13),
    _country("Negara Tujuan", "country", "Nama negara tujuan."),
    _listed("Skema", "scheme", Scheme, "Skema penempatan; tiga yang terakhir bukan PMI."),
    _field("P3MI", "agency_name", "Perusahaan penempatan (P3MI).", 28),
    _field("Jabatan", "job_title", "Jabatan yang dijanjikan.", 24),
    _listed(
        "Jenis Pemberi Kerja", "employer_kind", EmployerKind, "Berbadan hukum atau perseorangan."
    ),
    _field("Perekrut", "recruiter_name", "Nama orang yang mengajak atau mengurus.", 22),
    _field("Telepon Perekrut", "recruiter_phone", "Nomor telepon perekrut, sebagai teks.", 18),
)
_DETAILS = (
    _field("Pemberi Kerja", "employer_name", "Nama pemberi kerja.", 22),
    _field("Kota Tujuan", "destination_city", "Kota atau daerah tempat bekerja."),
    _money("Upah Dijanjikan", "promised_wage", "Upah per bulan yang dijanjikan."),
    _listed("Jenis Visa", "visa_kind", VisaKind, "Jenis visa di paspor."),
    _country("Negara Visa", "visa_country", "Negara yang memberi visa."),
    _country("Negara Transit", "transit_country", "Negara yang disinggahi."),
    _money("Biaya Diminta", "amount_asked", "Biaya yang diminta dari orang itu."),
    _money("Uang Muka Perekrut", "recruiter_advance", "Uang yang diberikan perekrut di muka."),
    _listed("Jenis Perekrut", "recruiter_kind", RecruiterKind, "Siapa yang merekrut."),
    _field("LPK", "training_body", "Lembaga pelatihan kerja.", 22),
    _field("No. Job Order", "job_order", "Nomor job order."),
    _listed(
        "Sumber Informasi", "information_source", InformationSource, "Tahu pekerjaan dari siapa."
    ),
    _field("Lama Kontrak (bulan)", "contract_months", "Lama kontrak.", kind=Kind.WHOLE),
    _field("Kantor Imigrasi", "immigration_office", "Kantor imigrasi pembuat paspor.", 20),
    _listed("Paspor Dipegang", "passport_holder", PassportHolder, "Siapa yang memegang paspor."),
    _number("No. Surat Izin", DocumentKind.FAMILY_PERMISSION, "Nomor surat izin keluarga."),
    _field("No. ID PMI", "id_pmi", "Nomor ID PMI, sebagai teks.", 18),
    _number("No. E-KPMI", DocumentKind.MIGRANT_CARD, "Nomor kartu elektronik PMI."),
    _field("No. KK", "family_card", "Nomor kartu keluarga, 16 angka, sebagai teks.", 20),
    _date("Kontak Terakhir", "last_contact_on", "Tanggal keluarga terakhir berhubungan."),
)
_STATE = (
    _date("Tanggal Rencana", "planned_on", "Tanggal rencana berangkat."),
    _listed("Status Pemeriksaan", "review_status", ReviewStatus, "Sampai di mana diperiksa."),
    _listed("Tahap", "stage", Stage, "Keadaan orangnya."),
    _date("Tanggal Berangkat", "departed_on", "Tanggal nyata berangkat."),
    _date("Tanggal Pulang", "returned_on", "Tanggal nyata pulang."),
    _listed(
        "Prosedur", "procedure", Procedure, "Penilaian aturan saat data ditarik; kosong bila batal."
    ),
    Column(
        "Siap Saat Berangkat",
        "Kesiapan pada hari berangkat; kosong bila belum berangkat.",
        taking.label("readiness_at_departure"),
        codes=_READINESS,
        width=20,
    ),
    _field(
        "Dokumen Lengkap",
        "documents_complete",
        "Banyaknya dokumen wajib yang ada dan berlaku.",
        kind=Kind.WHOLE,
    ),
    _field(
        "Dokumen Wajib",
        "documents_required",
        "Banyaknya dokumen yang diwajibkan skemanya.",
        kind=Kind.WHOLE,
    ),
    Column(
        "Dokumen Kurang",
        "Dokumen wajib yang belum ada atau tidak berlaku, dipisah titik koma.",
        taking.missing_papers,
        width=32,
    ),
    Column(
        "Tanda",
        "Nomor aturan yang tandanya masih terbuka, dipisah titik koma.",
        taking.open_flags,
        codes=[(rule.number, rule.title) for rule in RULES],
    ),
    Column("Asal Data", "Cara masuk ke Pamit.", taking.origin, codes=Origin.choices()),
    Column("Dicatat Pada", "Saat pertama disimpan.", taking.recorded_at, Kind.MOMENT, width=18),
)

COLUMNS: tuple[Column, ...] = (
    *_PERSON,
    *_PLAN,
    *_DETAILS,
    *_STATE,
    *(column for kind in DocumentKind for column in _paper(kind)),
)
HEADINGS: tuple[str, ...] = tuple(column.heading for column in COLUMNS)
_TAKES = tuple(column.take for column in COLUMNS)
_MASKS = tuple(
    (place, column.mask) for place, column in enumerate(COLUMNS) if column.mask is not Mask.OPEN
)


def line(source: Source, sight: Sight) -> list[Any]:
    """One line of `Data` in the order of the columns, as a viewer of this sight may see it."""
    if source.row.erased_on is not None:
        sight = NO_SIGHT  # of the day of birth only the year is theirs
    cells = [take(source) for take in _TAKES]
    for place, mask in _MASKS:
        if cells[place] is not None:
            cells[place] = masked(mask, cells[place], sight)
    return cells
