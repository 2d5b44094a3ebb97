"""The sheets beside the figures: what was drawn (`Keterangan`), and what each column means."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment
from sqlalchemy import select

from registry.assessment.rules import RULES
from registry.db import db
from registry.departures.fields import Mask, Sight
from registry.departures.filters import OTHER_JOB, Filter
from registry.enums import (
    N_,
    UNKNOWN,
    UNKNOWN_LABEL,
    AgeGroup,
    EmployerKind,
    LabelledEnum,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.formatting import MONTHS, dotted_code, long_date, long_moment
from registry.reference.countries import country_label, country_name
from registry.reference.models import Agency
from registry.reference.queries import job_titles
from registry.regions.queries import place
from registry.workbooks.columns import Column
from registry.workbooks.sheets import (
    BOLD,
    TITLE,
    WRAPPED,
    put_headings,
    put_row,
    set_up_page,
    set_widths,
)

UNIT_OF_ROWS = (
    "Satu baris adalah satu keberangkatan: satu perjalanan satu warga ke luar negeri, dari rencana "
    "sampai pulang. Draf dan yang batal ikut; satu warga dapat memiliki beberapa baris."
)
Say = Callable[[str], str]  # a file speaks Indonesian; a page says the same in its own language

SOURCE = (
    "Pamit, catatan desa/kelurahan. Bukan hitungan “layanan penempatan” KP2MI; keduanya tidak "
    "boleh dijumlahkan."
)
LABELS: dict[str, tuple[str, type[LabelledEnum]]] = {
    "scheme": (N_("Skema"), Scheme),
    "sex": (N_("Jenis kelamin"), Sex),
    "stage": (N_("Tahap"), Stage),
    "status": (N_("Status pemeriksaan"), ReviewStatus),
    "procedure": (N_("Prosedur"), Procedure),
    "employer": (N_("Jenis pemberi kerja"), EmployerKind),
    "age": (N_("Usia saat berangkat"), AgeGroup),
    "readiness": (N_("Siap saat berangkat"), Procedure),
}


@dataclass(frozen=True)
class Drawing:
    """When, by whom and what for a file is drawn."""

    by: str
    at: datetime
    purpose: str = ""


def area_words(f: Filter) -> str:
    """`Kecamatan Sukadana, Lampung Timur, Lampung (18.07.01)`."""
    return f"{place(f.area.code).full_title} ({dotted_code(f.area.code)})"


def period_words(f: Filter, say: Say = str) -> str:
    """The leaving dates that the filter takes, in words; `say` translates them."""
    first, last = long_date(f.first_day, say), long_date(f.last_day, say)
    if f.dateless:
        return say(N_("Tanggal berangkat belum diketahui"))
    if f.year:
        return f"{say(MONTHS[f.month - 1] if f.month else N_('Tahun'))} {f.year}"
    if f.first_day and f.last_day:
        return say(N_("%(first)s sampai %(last)s")) % {"first": first, "last": last}
    if f.first_day:
        return say(N_("Sejak %(day)s")) % {"day": first}
    return say(N_("Sampai %(day)s")) % {"day": last} if f.last_day else say(N_("Semua tanggal"))


def filter_words(f: Filter, say: Say = str) -> list[str]:
    """The filter in words, besides area and period; a searched name is never repeated.

    Args:
        say: translates the words; with any, countries are named in the language of the page.
    """
    said = []
    if f.country:
        named = country_name if say is str else country_label
        names = (named(None if code == UNKNOWN else code) for code in f.country)
        said.append(_any(N_("Negara tujuan"), names, say))
    if f.pmi:
        said.append(say(N_("PMI saja") if f.pmi == "ya" else N_("Bukan PMI saja")))
    for name, (heading, members) in LABELS.items():
        if values := getattr(f, name):
            said.append(_any(heading, (_label(members, value) for value in values), say))
    if f.agency:
        wanted = select(Agency.name).where(Agency.id.in_(tuple(map(int, f.agency))))
        companies = db.session.scalars(wanted.order_by(Agency.name))
        said.append(f"{say(N_('P3MI'))}: {say(N_(' atau ')).join(companies)}")
    if f.job:
        titles = _job_titles()
        said.append(_any(N_("Jabatan"), (titles.get(code, code) for code in f.job), say))
    if f.flag:
        rules = {rule.number: f"{rule.number} {say(rule.title)}" for rule in RULES}
        numbers = (rules.get(number, number) for number in f.flag)
        said.append(f"{say(N_('Tanda terbuka'))}: {say(N_(' atau ')).join(numbers)}")
    if f.text:
        said.append(
            say(N_("Pencarian nama atau nomor registrasi: dipakai, isinya tidak ditulis di sini"))
        )
    return said


def _any(heading: str, values: Iterable[str], say: Say) -> str:
    return f"{say(heading)}: {say(N_(' atau ')).join(say(value) for value in values)}"


def _label(members: type[LabelledEnum], value: str) -> str:
    return UNKNOWN_LABEL if value == UNKNOWN else members.of(value).label


def _job_titles() -> dict[str, str]:
    return job_titles() | {OTHER_JOB: N_("Jabatan lain atau belum diketahui")}


def masking_words(sight: Sight) -> str:
    """What is masked in a file for this sight."""
    if sight.sees_numbers:
        return "Tidak disamarkan. Simpan di tempat aman, jangan disebarkan, hapus setelah dipakai."
    hidden = ["NIK", "nomor telepon dan dokumen", "tanggal lahir", "alamat"]
    if not sight.sees_names:
        hidden.insert(0, "nama")
    if not sight.sees_recruiters:
        hidden.append("perekrut")
    return f"Disamarkan: {', '.join(hidden)}. Sel yang disamarkan memuat tanda •."


def add_notes(
    book: Workbook, title: str, f: Filter, drawing: Drawing, more: Sequence[tuple[str, Any]]
) -> None:
    """The sheet `Keterangan`: facts about the file, one a row."""
    sheet = book.create_sheet("Keterangan")
    facts: list[tuple[str, Any]] = [
        ("Wilayah", area_words(f)),
        ("Periode", period_words(f)),
        ("Saringan", "\n".join(filter_words(f)) or "Tanpa saringan lain"),
        ("Ditarik pada", long_moment(drawing.at)),
        ("Dibuat oleh", drawing.by),
    ]
    if drawing.purpose:
        facts.append(("Keperluan", drawing.purpose))
    put_row(sheet, 1, [title])[0].font = TITLE
    for row, fact in enumerate([*facts, *more, ("Sumber", SOURCE)], 3):
        name, value = put_row(sheet, row, fact)
        name.font, name.alignment = BOLD, Alignment(vertical="top")
        value.alignment = Alignment(vertical="top", horizontal="left", wrap_text=True)
    set_widths(sheet, [20, 100])
    set_up_page(sheet, repeated_rows="1:1")


def add_column_dictionary(book: Workbook, columns: Sequence[Column]) -> None:
    """The sheet `Kamus` of a file with people: each column's meaning, type, codes and mask."""
    rows = [
        (
            column.heading,
            column.meaning,
            column.kind.value,
            "\n".join(f"{code} = {label}" for code, label in column.codes),
            MASK_WORDS[column.mask],
        )
        for column in columns
    ]
    add_dictionary(book, ("Kolom", "Arti", "Jenis", "Kode dan label", "Bila disamarkan"), rows)


MASK_WORDS: dict[Mask, str] = {
    Mask.OPEN: "",
    Mask.NAME: "inisial: S•• A••",
    Mask.NIK: "empat angka pertama",
    Mask.NUMBER: "dua angka atau huruf terakhir",
    Mask.BIRTH_DATE: "tahun saja",
    Mask.HIDDEN: "•",
    Mask.RECRUITER: "•",
    Mask.BETWEEN_OFFICES: "•",
    Mask.UNLISTED: "tidak ditampilkan",
}


def add_dictionary(book: Workbook, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A sheet `Kamus` with these headings and rows."""
    sheet = book.create_sheet("Kamus")
    put_headings(sheet, 1, headings)
    for number, row in enumerate(rows, 2):
        for cell in put_row(sheet, number, row):
            cell.alignment = WRAPPED
    set_widths(sheet, [30, 60, 22, 50, 28][: len(headings)])
    sheet.freeze_panes = "A2"
    set_up_page(sheet, repeated_rows="1:1")


def file_name(kind: str, f: Filter, day: date, ending: str) -> str:
    """`keberangkatan-1807-2026-11-24.xlsx`: nothing of the filter, which may name somebody."""
    return f"{kind}-{f.area.code}-{day.isoformat()}.{ending}"


Progress = Callable[[int], object]
