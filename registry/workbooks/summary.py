"""`rekap.xlsx`: the figures of an area, sheet by sheet, each reconciled with the headline.

All numbers come from `registry.dashboards.counts`, as on the dashboard, and are plain values; the
one live formula of a sheet, `Kontrol`, says whether they still add up to the headline.
"""

from typing import Any, BinaryIO, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.dashboards.counts import Headline
from registry.dashboards.hiding import HeadlineShown, shown_of
from registry.db import snapshot
from registry.departures.filters import Filter
from registry.enums import Level
from registry.formatting import local_time, long_date, long_moment
from registry.regions.area import Area
from registry.regions.queries import place
from registry.workbooks import notes
from registry.workbooks.notes import Drawing
from registry.workbooks.sheets import (
    BOLD,
    TITLE,
    new_book,
    put_headings,
    put_row,
    set_up_page,
    set_widths,
)
from registry.workbooks.summary_layout import (
    Frame,
    add_table,
    make_total,
    put_control,
    put_figures,
    sign,
)
from registry.workbooks.summary_tables import SEX_HEADINGS, sex_cells, share, tables_of
from registry.workbooks.summary_words import SUPPRESSION, dictionary, meanings, unit_of_count


class Office(NamedTuple):
    """Who signs on the left, and where."""

    head: str
    place: str


def office_of(area: Area, role: Role | None = None) -> Office:
    """The office of a role on its area; without a role, the one that the level suggests."""
    here = place(area.code)
    if role is Role.BP3MI:
        return Office(f"Kepala BP3MI {here.name}", here.name)
    if here.level is Level.COUNTRY:
        return Office("Kepala " + "." * 30, "." * 20)
    if here.level < Level.SUBDISTRICT:
        return Office(f"Kepala Dinas Tenaga Kerja {here.title}", here.name)
    return Office(f"{here.head_term} {here.name}", here.name)


def write_summary(
    f: Filter, out: BinaryIO, *, drawing: Drawing, office: Office | None = None
) -> int:
    """Write the workbook of the filter's figures; answers the headline total (`Jumlah`).

    Args:
        office: who signs on the left; by the area's level where it is not given.
    """
    with snapshot():
        book = new_book(drawing.at)
        headline = counts.headline(f)
        shown = shown_of(headline, f)
        cell = _add_front(book, f, drawing, shown)
        frame = _frame(f, drawing, office or office_of(f.area), headline, cell)
        for table in tables_of(f, headline, shown):
            add_table(book, table, frame)
        sign(book["Ringkasan"], frame, book["Ringkasan"].max_row + 2, 6)
        notes.add_dictionary(book, ("Istilah", "Arti"), dictionary(f))
    book.save(out)
    return headline.total


# The front sheet


def _add_front(book: Workbook, f: Filter, drawing: Drawing, shown: HeadlineShown) -> str:
    """The sheet `Ringkasan`; answers the place of the headline total."""
    sheet = book.create_sheet("Ringkasan")
    put_row(sheet, 1, ["Rekap keberangkatan"])[0].font = TITLE
    facts = [
        ("Wilayah", notes.area_words(f)),
        ("Periode", notes.period_words(f)),
        ("Saringan", "; ".join(notes.filter_words(f)) or "Tanpa saringan lain"),
        ("Satuan hitung", unit_of_count(f)),
        ("Sumber", notes.SOURCE),
        ("Ditarik pada", long_moment(drawing.at)),
        ("Dibuat oleh", drawing.by),
        *([("Penyamaran", SUPPRESSION)] if f.public else []),
    ]
    for row, fact in enumerate(facts, 2):
        name, value = put_row(sheet, row, fact)
        name.font = BOLD
        name.alignment = value.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=7)
        sheet.row_dimensions[row].height = 15 * (1 + len(str(fact[1])) // 95)
    heading = len(facts) + 3
    put_headings(sheet, heading, ("Angka", *SEX_HEADINGS, "Arti"), range(2, 7))
    total_row = heading + 1
    whole = shown.total if isinstance(shown.total, int) else 0
    rows: list[list[Any]] = [["Jumlah", *sex_cells(shown.sex, shown.total, whole)]]
    rows += [
        [label, None, None, None, number, share(number, whole)]
        for label, number in (
            ("Rencana", shown.planned),
            ("Berangkat dalam 30 hari", shown.departing_soon),
            ("Sudah berangkat", shown.departed),
            ("Sedang di luar negeri", shown.abroad),
            ("Sudah pulang", shown.returned),
            ("Lengkap saat berangkat", shown.complete_at_departure),
        )
    ]
    rows += [
        ["Bukan PMI", None, None, None, shown.not_pmi],
        ["Batal", None, None, None, shown.cancelled],
    ]
    meaning = meanings(f)
    for number, cells in enumerate(rows, total_row):
        blank = [None] * (6 - len(cells))
        put_figures(sheet, number, [*cells, *blank, meaning[cells[0]]], 1, 6)
    make_total(sheet, total_row, 6)
    by_sex = None if f.public else f"SUM(B{total_row}:D{total_row})=E{total_row}"
    is_whole = sum(n for n in shown.sex if isinstance(n, int)) == shown.total
    put_control(sheet, total_row + len(rows), by_sex, is_whole)
    set_widths(sheet, (26, 11, 11, 17, 12, 10, 66))
    set_up_page(sheet, repeated_rows=f"{heading}:{heading}")
    return f"Ringkasan!$E${total_row}"


def _frame(f: Filter, drawing: Drawing, office: Office, headline: Headline, cell: str) -> Frame:
    return Frame(
        area=notes.area_words(f),
        period=notes.period_words(f),
        unit=unit_of_count(f),
        drawn=f"Ditarik {long_moment(drawing.at)}.",
        left=office.head,
        right="Petugas",
        place_and_day=f"{office.place}, {long_date(local_time(drawing.at).date())}",
        headline_total=headline.total,
        is_public=f.public,
        headline_cell=cell,
    )
