"""The columns are those of the contract, in its order, and read back what they write."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from registry.departures.fields import FIELDS, FULL_SIGHT, NO_SIGHT, Mask, Sight
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    LabelledEnum,
    Level,
    Origin,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.workbooks.columns import COLUMNS, HEADINGS, Kind, line
from registry.workbooks.taking import Paper, Source

# Contract, section 4, word for word.
FIRST = """No. Registrasi | Kode Wilayah | Provinsi | Kabupaten/Kota | Kecamatan | Desa/Kelurahan |
NIK | Nama | Jenis Kelamin | Tanggal Lahir | Alamat | RT | RW | Telepon | Pendidikan |
Status Perkawinan | Kode Negara | Negara Tujuan | Skema | P3MI | Jabatan | Jenis Pemberi Kerja |
Perekrut | Telepon Perekrut"""
DETAILS = """Pemberi Kerja | Kota Tujuan | Upah Dijanjikan | Jenis Visa | Negara Visa |
Negara Transit | Biaya Diminta | Uang Muka Perekrut | Jenis Perekrut | LPK | No. Job Order |
Sumber Informasi | Lama Kontrak (bulan) | Kantor Imigrasi | Paspor Dipegang | No. Surat Izin |
No. ID PMI | No. E-KPMI | No. KK | Kontak Terakhir"""
LAST = """Tanggal Rencana | Status Pemeriksaan | Tahap | Tanggal Berangkat | Tanggal Pulang |
Prosedur | Siap Saat Berangkat | Dokumen Lengkap | Dokumen Wajib | Dokumen Kurang | Tanda |
Asal Data | Dicatat Pada"""
DOCUMENTS = """KTP/KK | Surat Status Perkawinan | Izin Keluarga | Sertifikat Kompetensi |
Surat Sehat | Paspor | Visa Kerja | Perjanjian Penempatan | Perjanjian Kerja | Call Letter |
Pernyataan Tanggung Jawab | Surat Cuti | JKN | Jamsos PMI | SKCK | OPP | E-KPMI"""

DEFAULTS: dict[str, Any] = {
    "id": 7,
    "resident_id": 3,
    "village_code": "1807012001",
    "registration_number": "PM-2026-K7Q4M",
    "created_at": datetime(2026, 11, 24, 7, 5, 30, tzinfo=UTC),
    "origin": Origin.FORM,
    "documents_missing": [],
    "documents_required": 12,
    "documents_complete": 0,
}


class AnyRow(SimpleNamespace):
    def __getattr__(self, name: str) -> None:
        return None


def split(text: str) -> list[str]:
    return [heading.strip() for heading in text.replace("\n", " ").split("|")]


def source(papers: dict[str, Paper] | None = None, **values: Any) -> Source:
    names = {
        Level.PROVINCE: "Lampung",
        Level.DISTRICT: "Kabupaten Lampung Timur",
        Level.SUBDISTRICT: "Sukadana",
        Level.VILLAGE: "Sukadana",
    }
    place: Any = SimpleNamespace(names=names)
    return Source(AnyRow(**{**DEFAULTS, **values}), place, papers or {}, (), None)


def cells(made: Source, sight: Sight = FULL_SIGHT) -> dict[str, Any]:
    return dict(zip(HEADINGS, line(made, sight), strict=True))


def test_the_columns_are_those_of_the_contract_in_its_order():
    papers = [heading for name in split(DOCUMENTS) for heading in (name, f"{name} Berlaku Sampai")]
    assert list(HEADINGS) == split(FIRST) + split(DETAILS) + split(LAST) + papers


def test_every_column_explains_itself():
    for column in COLUMNS:
        assert column.meaning.endswith(".")
        assert column.width >= 6


def test_values_are_written_as_words_and_real_dates():
    found = cells(
        source(
            sex=Sex.FEMALE,
            birth_date=date(1998, 3, 12),
            country="TW",
            scheme=Scheme.P_TO_P,
            employer_kind=EmployerKind.HOUSEHOLD,
            review_status=ReviewStatus.NEEDS_CORRECTION,
            stage=Stage.DEPARTED,
            procedure=Procedure.SUSPECTED,
            readiness_at_departure=Procedure.INCOMPLETE,
            documents_missing=["paspor", "e_kpmi"],
            promised_wage=8_000_000,
        )
    )
    assert found["Kode Wilayah"] == "18.07.01.2001"
    assert found["Kabupaten/Kota"] == "Kabupaten Lampung Timur"
    assert found["Jenis Kelamin"] == "Perempuan"
    assert found["Tanggal Lahir"] == date(1998, 3, 12)
    assert (found["Kode Negara"], found["Negara Tujuan"]) == ("TW", "Taiwan")
    assert found["Skema"] == "P to P (melalui P3MI)"
    assert found["Status Pemeriksaan"] == "Perlu perbaikan"
    assert found["Tahap"] == "Berangkat"
    assert found["Prosedur"] == "Terindikasi nonprosedural"
    assert found["Siap Saat Berangkat"] == "Belum lengkap"
    assert found["Dokumen Kurang"] == "Paspor; E-KPMI"
    assert found["Upah Dijanjikan"] == 8_000_000
    assert found["Asal Data"] == "formulir"
    assert found["Dicatat Pada"] == datetime(2026, 11, 24, 14, 5, 30)  # noqa: DTZ001 (as in a cell)


def test_what_is_not_known_stays_empty():
    found = cells(source(stage=Stage.CANCELLED))
    for heading in ("Negara Tujuan", "Kode Negara", "Skema", "Prosedur", "Tanda", "Paspor"):
        assert found[heading] is None


def test_open_flags_are_rule_numbers():
    made = source()
    made.flags = ("R01", "R16", "R16")
    assert cells(made)["Tanda"] == "R01;R16"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (DocumentStatus.MISSING, "belum"),
        (DocumentStatus.IN_PROCESS, "proses"),
        (DocumentStatus.PRESENT, "ada"),
        (DocumentStatus.NOT_NEEDED, "tidak perlu"),
        (None, None),
    ],
)
def test_papers_are_one_of_four_words_or_empty(status, word):
    paper = Paper(status and status.value, None, date(2030, 1, 2))
    found = cells(source({DocumentKind.PASSPORT.value: paper}))
    assert found["Paspor"] == word
    assert found["Paspor Berlaku Sampai"] == date(2030, 1, 2)


def test_the_masks_are_those_of_the_one_table():
    masks = {column.heading: column.mask for column in COLUMNS if column.mask is not Mask.OPEN}
    assert masks == {
        "NIK": Mask.NIK,
        "Nama": Mask.NAME,
        "Tanggal Lahir": Mask.BIRTH_DATE,
        "Alamat": Mask.HIDDEN,
        "RT": Mask.HIDDEN,
        "RW": Mask.HIDDEN,
        "Telepon": Mask.NUMBER,
        "Perekrut": Mask.RECRUITER,
        "Telepon Perekrut": Mask.RECRUITER,
        "No. Surat Izin": Mask.NUMBER,
        "No. ID PMI": FIELDS["id_pmi"].mask,
        "No. E-KPMI": Mask.NUMBER,
        "No. KK": FIELDS["family_card"].mask,
    }


def test_masked_cells_hold_a_dot():
    found = cells(
        source(name="Siti Aminah", birth_date=date(1999, 1, 2), address="Dusun 1", rt="001"),
        NO_SIGHT,
    )
    assert found["Nama"] == "S•• A••"
    assert found["Tanggal Lahir"] == "1999-••-••"
    assert (found["Alamat"], found["RT"]) == ("•", "•")


def test_codes_and_labels_are_read_back_as_the_same_member():
    """What the import does with a cell: value or label, in any letter case."""
    lists: tuple[type[LabelledEnum], ...] = (Scheme, Sex, Stage, ReviewStatus, EmployerKind)
    for members in lists:
        for member in members:
            assert members.from_text(member.label) is member
    for status in DocumentStatus:
        assert DocumentStatus.from_text(status.value.replace("_", " ")) is status


def test_dates_and_numbers_have_their_kind():
    kinds = {column.heading: column.kind for column in COLUMNS}
    assert kinds["NIK"] is kinds["Telepon"] is kinds["RT"] is Kind.TEXT
    assert kinds["Tanggal Rencana"] is kinds["Paspor Berlaku Sampai"] is Kind.DATE
    assert kinds["Dicatat Pada"] is Kind.MOMENT
    assert kinds["Dokumen Wajib"] is kinds["Lama Kontrak (bulan)"] is Kind.WHOLE
