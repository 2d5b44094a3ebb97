"""How a sheet of `rekap.xlsx` looks: title, table, total, control, chart and signatures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from registry.workbooks.sheets import (
    BOLD,
    TITLE,
    put_headings,
    put_row,
    set_up_page,
    set_widths,
)

HEADING_ROW = 5
TOTAL_BORDER = Border(top=Side("thin"), bottom=Side("double"))
SHARE = "0.0%"
NUMBER = "#,##0"
TOP_COUNTRIES = 10
CHART_ROWS = 18
ROWS_BESIDE_CHART = 14  # more, and the chart goes to a page of its own

MATCHES, DIFFERS, HIDDEN = "cocok", "tidak cocok", "disamarkan"


@dataclass
class Table:
    """The figures of one sheet.

    Attributes:
        rows: the cells of each row; the last of `headings` that is `Jumlah` is reconciled.
        total: the cells of the total row.
        texts: how many columns on the left are words.
    """

    sheet_name: str
    title: str
    headings: Sequence[str]
    rows: list[list[Any]]
    total: list[Any]
    texts: int = 2
    widths: Sequence[float] = field(default_factory=lambda: (16, 44, 12, 12, 17, 12, 10))
    chart: Callable[[Worksheet, int, int], BarChart | LineChart] | None = None

    @property
    def sum_column(self) -> int:
        return list(self.headings).index("Jumlah") + 1


@dataclass(frozen=True)
class Frame:
    """What stands around the table on every sheet."""

    area: str
    period: str
    unit: str
    drawn: str
    left: str
    right: str
    place_and_day: str
    headline_total: int
    headline_cell: str
    is_public: bool


def add_table(book: Workbook, table: Table, frame: Frame) -> None:
    sheet = book.create_sheet(table.sheet_name)
    put_row(sheet, 1, [table.title])[0].font = TITLE
    put_row(sheet, 2, [f"{frame.area} · {frame.period}"])
    put_row(sheet, 3, [f"{frame.unit} {frame.drawn}"])
    columns = len(table.headings)
    put_headings(sheet, HEADING_ROW, table.headings, range(table.texts + 1, columns + 1))
    first = HEADING_ROW + 1
    for number, row in enumerate(table.rows, first):
        put_figures(sheet, number, row, table.texts, _share_column(table))
    last, total = first + len(table.rows) - 1, first + len(table.rows)
    put_figures(sheet, total, table.total, table.texts, _share_column(table))
    make_total(sheet, total, columns)
    letter = get_column_letter(table.sum_column)
    condition = f"{letter}{total}={frame.headline_cell}"
    if table.rows:
        condition = f"AND(SUM({letter}{first}:{letter}{last})={letter}{total},{condition})"
    is_equal = table.total[table.sum_column - 1] == frame.headline_total
    put_control(sheet, total + 1, None if frame.is_public else condition, is_equal)
    below = total + 3
    if table.chart and table.rows:
        if len(table.rows) > ROWS_BESIDE_CHART:
            sheet.row_breaks.append(Break(id=below - 1))
        sheet.add_chart(table.chart(sheet, first, last), f"A{below}")
        below += CHART_ROWS
    sign(sheet, frame, below, columns)
    set_widths(sheet, table.widths)
    sheet.freeze_panes = f"{get_column_letter(table.texts + 1)}{first}"
    set_up_page(sheet, repeated_rows=f"{HEADING_ROW}:{HEADING_ROW}")


def _share_column(table: Table) -> int:
    return list(table.headings).index("%") + 1 if "%" in table.headings else 0


def put_figures(
    sheet: Worksheet, row: int, values: Sequence[Any], texts: int, share_column: int
) -> None:
    for number, cell in enumerate(put_row(sheet, row, values), 1):
        if number > texts and not isinstance(cell.value, str):
            cell.number_format = SHARE if number == share_column else NUMBER


def make_total(sheet: Worksheet, row: int, columns: int) -> None:
    for number in range(1, columns + 1):
        cell = sheet.cell(row, number)
        cell.font, cell.border = BOLD, TOTAL_BORDER


def put_control(sheet: Worksheet, row: int, condition: str | None, is_equal: bool) -> None:
    """The live formula, and beside it what it says now, for previews that do not calculate.

    Without a condition, as figures are hidden from the public: that it cannot be said.
    """
    words = MATCHES if is_equal else DIFFERS
    name, formula, plain = put_row(sheet, row, ["Kontrol", HIDDEN, HIDDEN])
    if condition is not None:
        formula.value, plain.value = f'=IF({condition},"{MATCHES}","{DIFFERS}")', words
    name.font = BOLD


def sign(sheet: Worksheet, frame: Frame, row: int, columns: int) -> None:
    right = max(columns - 1, 4)
    put_row(sheet, row, [None] * (right - 1) + [frame.place_and_day])
    for offset, words in enumerate((("Mengetahui,", ""), (frame.left, frame.right)), 1):
        put_row(sheet, row + offset, [words[0], *[None] * (right - 2), words[1]])
    dots = "(" + "." * 40 + ")"
    put_row(sheet, row + 6, [dots, *[None] * (right - 2), dots])


def bars(sheet: Worksheet, first: int, last: int) -> BarChart:
    """The largest countries."""
    chart = BarChart()
    chart.type, chart.title = "bar", f"{TOP_COUNTRIES} negara tujuan terbanyak"
    chart.x_axis.scaling.orientation = "maxMin"  # the largest on top
    chart.y_axis.crosses = "max"
    _draw(chart, sheet, first, min(last, first + TOP_COUNTRIES - 1))
    return chart


def curve(sheet: Worksheet, first: int, last: int) -> LineChart:
    """The months."""
    chart = LineChart()
    chart.title = "Keberangkatan per bulan"
    _draw(chart, sheet, first, last)
    chart.series[0].smooth = False
    return chart


def _draw(chart: BarChart | LineChart, sheet: Worksheet, first: int, last: int) -> None:
    """The column `Jumlah` by the words beside the codes."""
    chart.add_data(Reference(sheet, min_col=6, min_row=first, max_row=last))
    chart.set_categories(Reference(sheet, min_col=2, min_row=first, max_row=last))
    chart.legend = None
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.width, chart.height = 24, 8.5
