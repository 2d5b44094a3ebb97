"""`rekap.xlsx`: the figures of an area, sheet by sheet, each reconciled with the headline.

All numbers come from `registry.dashboards.counts`, as on the dashboard, and are plain values; the
one live formula of a sheet, `Kontrol`, says whether they still add up to the headline.
"""

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.dashboards.counts import BySex, Headline, Line
from registry.dashboards.figures import Dimension
from registry.db import snapshot
from registry.departures.filters import BadFilter, Filter
from registry.enums import UNKNOWN, UNKNOWN_LABEL, Level, Procedure
from registry.formatting import dotted_code, local_time, long_date, long_moment
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
    Table,
    add_table,
    bars,
    curve,
    make_total,
    put_control,
    put_figures,
    sign,
)
from registry.workbooks.summary_words import DICTIONARY, MEANINGS, UNIT_OF_COUNT

SEX_HEADINGS = ("L", "P", UNKNOWN_LABEL, "Jumlah", "%")


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

    Raises:
        BadFilter: figures for the public, whose small cells would have to be suppressed.
    """
    if f.public:
        raise BadFilter("Rekap untuk publik belum tersedia.")
    with snapshot():
        book = new_book(drawing.at)
        headline = counts.headline(f)
        cell = _add_front(book, f, drawing, headline)
        frame = _frame(f, drawing, office or office_of(f.area), headline, cell)
        for table in _tables(f):
            add_table(book, table, frame)
        sign(book["Ringkasan"], frame, book["Ringkasan"].max_row + 2, 6)
        notes.add_dictionary(book, ("Istilah", "Arti"), DICTIONARY)
    book.save(out)
    return headline.total


# What the sheets hold


def _tables(f: Filter) -> Iterable[Table]:
    regions = counts.by_child(f)
    yield _by_sex(
        "Per Wilayah",
        "Keberangkatan per wilayah",
        ("Kode Wilayah", "Wilayah"),
        [line._replace(value=dotted_code(line.value)) for line in regions],
    )
    for dimension, name, title, words, chart in (
        (Dimension.COUNTRY, "Per Negara", "per negara tujuan", ("Kode Negara", "Negara"), bars),
        (Dimension.SCHEME, "Per Skema", "per skema", ("Kode", "Skema"), None),
        (Dimension.JOB, "Per Jabatan", "per jabatan", ("Kode", "Jabatan"), None),
        (Dimension.MONTH, "Per Bulan", "per bulan berangkat", ("Bulan", "Nama Bulan"), curve),
    ):
        lines = counts.by(f, dimension)
        yield _by_sex(name, f"Keberangkatan {title}", words, lines, chart)
    yield _regions_by_country(f)
    yield _procedures(f)


def _by_sex(
    sheet_name: str,
    title: str,
    words: tuple[str, str],
    lines: Sequence[Line],
    chart: Any = None,
) -> Table:
    total = _sum(line.count for line in lines)
    rows = [[_code(line.value), line.label, *_sex_cells(line.count, total.total)] for line in lines]
    last = ["Jumlah", None, *_sex_cells(total, total.total)]
    return Table(sheet_name, title, (*words, *SEX_HEADINGS), rows, last, chart=chart)


def _regions_by_country(f: Filter) -> Table:
    countries, rows = counts.child_by_country(f)
    cells: list[list[Any]] = [
        [
            dotted_code(line.value),
            line.label,
            *(numbers.get(country.value, 0) for country in countries),
            sum(numbers.values()),
        ]
        for line, numbers in rows
    ]
    sums = [sum(row[number] for row in cells) for number in range(2, len(countries) + 3)]
    return Table(
        "Wilayah x Negara",
        "Keberangkatan per wilayah dan negara tujuan",
        ("Kode Wilayah", "Wilayah", *(country.label for country in countries), "Jumlah"),
        cells,
        ["Jumlah", None, *sums],
        widths=(16, 34, *(12 for _ in countries), 12),
    )


PMI_STATES = tuple(state for state in Procedure if state is not Procedure.NOT_PMI)


def _procedures(f: Filter) -> Table:
    cells: list[list[Any]] = [
        [
            dotted_code(line.line.value),
            line.line.label,
            *(line.procedures[state] for state in PMI_STATES),
            line.line.count.total,
            line.procedures[Procedure.NOT_PMI],
            line.complete_at_departure,
        ]
        for line in counts.procedures_by_child(f)
    ]
    headings = (
        "Kode Wilayah",
        "Wilayah",
        *(state.label for state in PMI_STATES),
        "Jumlah",
        Procedure.NOT_PMI.label,
        "Lengkap saat berangkat",
    )
    sums = [sum(row[number] for row in cells) for number in range(2, len(headings))]
    return Table(
        "Prosedur",
        "Keadaan prosedur per wilayah",
        headings,
        cells,
        ["Jumlah", None, *sums],
        widths=(16, 34, 12, 14, 14, 14, 18, 12, 12, 16),
    )


def _sum(numbers: Iterable[BySex]) -> BySex:
    total = BySex()
    for count in numbers:
        total = total.plus(count)
    return total


def _sex_cells(count: BySex, whole: int) -> list[Any]:
    return [count.male, count.female, count.unknown, count.total, _share(count.total, whole)]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _code(value: str) -> str | None:
    return None if value == UNKNOWN else value


# The front sheet


def _add_front(book: Workbook, f: Filter, drawing: Drawing, headline: Headline) -> str:
    """The sheet `Ringkasan`; answers the place of the headline total."""
    sheet = book.create_sheet("Ringkasan")
    put_row(sheet, 1, ["Rekap keberangkatan"])[0].font = TITLE
    facts = [
        ("Wilayah", notes.area_words(f)),
        ("Periode", notes.period_words(f)),
        ("Saringan", "; ".join(notes.filter_words(f)) or "Tanpa saringan lain"),
        ("Satuan hitung", UNIT_OF_COUNT),
        ("Sumber", notes.SOURCE),
        ("Ditarik pada", long_moment(drawing.at)),
        ("Dibuat oleh", drawing.by),
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
    rows: list[list[Any]] = [["Jumlah", *_sex_cells(headline.sex, headline.total)]]
    rows += [
        [label, None, None, None, number, _share(number, headline.total)]
        for label, number in (
            ("Rencana", headline.planned),
            ("Berangkat dalam 30 hari", headline.departing_soon),
            ("Sudah berangkat", headline.departed),
            ("Sedang di luar negeri", headline.abroad),
            ("Sudah pulang", headline.returned),
            ("Lengkap saat berangkat", headline.complete_at_departure),
        )
    ]
    rows += [
        ["Bukan PMI", None, None, None, headline.not_pmi],
        ["Batal", None, None, None, headline.cancelled],
    ]
    for number, cells in enumerate(rows, total_row):
        blank = [None] * (6 - len(cells))
        put_figures(sheet, number, [*cells, *blank, MEANINGS[cells[0]]], 1, 6)
    make_total(sheet, total_row, 6)
    by_sex = f"SUM(B{total_row}:D{total_row})=E{total_row}"
    is_whole = headline.sex.total == headline.total
    put_control(sheet, total_row + len(rows), by_sex, is_whole)
    set_widths(sheet, (26, 11, 11, 17, 12, 10, 66))
    set_up_page(sheet, repeated_rows=f"{heading}:{heading}")
    return f"Ringkasan!$E${total_row}"


def _frame(f: Filter, drawing: Drawing, office: Office, headline: Headline, cell: str) -> Frame:
    return Frame(
        area=notes.area_words(f),
        period=notes.period_words(f),
        unit=UNIT_OF_COUNT,
        drawn=f"Ditarik {long_moment(drawing.at)}.",
        left=office.head,
        right="Petugas",
        place_and_day=f"{office.place}, {long_date(local_time(drawing.at).date())}",
        headline_total=headline.total,
        headline_cell=cell,
    )
