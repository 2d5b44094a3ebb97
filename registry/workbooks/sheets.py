"""Building blocks of our workbooks: openpyxl writes the book, the long sheet is streamed into it.

openpyxl makes every part but the rows of `Data`, which would take it ten times as long
(`bench/export.py`): the saved book is copied part by part, and the rows go as XML, in blocks,
straight into the compressor. Whatever somebody typed becomes a text cell, never a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import IO, Any, BinaryIO, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from registry.workbooks.cells import CellStyles, RowWriter, literal
from registry.workbooks.columns import Column, Kind

MAX_DATA_ROWS = 1_048_575
# Sheets beyond 4 GB need ZIP64, at which Excel grumbles; so it is asked for only where it may be.
ROWS_OF_A_LARGE_SHEET = 500_000

FORMATS = {
    Kind.TEXT: "@",
    Kind.WHOLE: "0",
    Kind.MONEY: "#,##0",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
HEADING_FILL = PatternFill("solid", fgColor="0B5963")
HEADING_FONT = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
HEADING_HEIGHT = 32
BOLD = Font(name="Calibri", size=11, bold=True)
TITLE = Font(name="Calibri", size=14, bold=True)
HEADING_ON_RIGHT = Alignment(horizontal="right", vertical="top", wrap_text=True)
WRAPPED = Alignment(vertical="top", wrap_text=True)

_DIMENSION = re.compile(r'<dimension ref="[^"]*"')
_HEADING_ROW_ENDS, _ROWS_END, _TABLES = '<row r="2"', "</sheetData>", "<tableParts"


class RowsDiffer(RuntimeError):
    """A file would hold another number of rows than the screen counts; it is not given out."""

    def __init__(self, written: int, counted: int) -> None:
        super().__init__(
            f"Ekspor dibatalkan: {written} baris ditulis, padahal hitungannya {counted}."
        )


def put(cell: Cell, value: Any) -> Cell:
    """Set a cell of openpyxl; a text is a text, even if it looks like a formula."""
    if isinstance(value, str):
        cell.value = literal(value)
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def put_row(sheet: Worksheet, row: int, values: Iterable[Any]) -> list[Cell]:
    """Set a row of cells from column A on."""
    return [put(_cell(sheet, row, column), value) for column, value in enumerate(values, 1)]


def put_headings(
    sheet: Worksheet, row: int, headings: Sequence[str], figures: range = range(0)
) -> None:
    """A row of white headings on the house's colour; those of the columns `figures` right."""
    for number, cell in enumerate(put_row(sheet, row, headings), 1):
        cell.font, cell.fill = HEADING_FONT, HEADING_FILL
        cell.alignment = HEADING_ON_RIGHT if number in figures else WRAPPED
    sheet.row_dimensions[row].height = HEADING_HEIGHT


def set_widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def set_up_page(sheet: Worksheet, *, repeated_rows: str) -> None:
    """A4 landscape, as wide as the paper, the heading on every page."""
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = repeated_rows
    sheet.oddFooter.left.text = "Pamit"  # type: ignore[union-attr]
    sheet.oddFooter.right.text = "Halaman &P dari &N"  # type: ignore[union-attr]


def new_book(drawn_at: datetime) -> Workbook:
    """An empty workbook that names no person and no program version."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "Pamit"
    book.properties.created = book.properties.modified = drawn_at.replace(tzinfo=None)
    return book


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # noqa: S101 (no merged cells; tells the type checker)
    return cell


# The long sheet


class Part(NamedTuple):
    """One sheet of the rows: its name, its table's name, and how many rows it takes."""

    sheet_name: str
    table_name: str
    rows: int


def parts_of(count: int) -> list[Part]:
    """`Data`, and `Data 2` and so on where Excel's last row is passed."""
    parts = [Part("Data", "Data", min(count, MAX_DATA_ROWS))]
    rest = count - MAX_DATA_ROWS
    while rest > 0:
        number = len(parts) + 1
        parts.append(Part(f"Data {number}", f"Data_{number}", min(rest, MAX_DATA_ROWS)))
        rest -= MAX_DATA_ROWS
    return parts


def add_data_sheet(book: Workbook, part: Part, columns: Sequence[Column]) -> list[CellStyles]:
    """The sheet with everything but its rows: headings, widths, table, frozen heading."""
    sheet = book.create_sheet(part.sheet_name)
    put_headings(sheet, 1, [column.heading for column in columns])
    set_widths(sheet, [column.width for column in columns])
    sheet.freeze_panes = "A2"
    set_up_page(sheet, repeated_rows="1:1")
    styles = []
    for number, column in enumerate(columns, 1):
        # Row 2 lends its styles and is then replaced by the stream.
        cell = _cell(sheet, 2, number)
        cell.number_format = FORMATS[Kind.TEXT]
        text = cell.style_id
        cell.number_format = FORMATS[column.kind]
        styles.append(CellStyles(text, cell.style_id))
        sheet.column_dimensions[get_column_letter(number)].number_format = FORMATS[column.kind]
    sheet.add_table(_table(part, columns))
    return styles


def _reference(part: Part, columns: Sequence[Column]) -> str:
    # A table of Excel has at least one row below its heading, be it an empty one.
    return f"A1:{get_column_letter(len(columns))}{max(part.rows, 1) + 1}"


def _table(part: Part, columns: Sequence[Column]) -> Table:
    reference = _reference(part, columns)
    table = Table(displayName=part.table_name, name=part.table_name, ref=reference)
    # Given here, else openpyxl makes a cell for every place of the table.
    table.tableColumns = [
        TableColumn(id=number, name=column.heading) for number, column in enumerate(columns, 1)
    ]
    table.autoFilter = AutoFilter(ref=reference)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight9", showRowStripes=True)
    return table


def write_book(
    out: BinaryIO,
    book: Workbook,
    parts: Sequence[Part],
    columns: Sequence[Column],
    styles: Sequence[CellStyles],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Write the book with the rows in its first sheets; answers how many rows it holds.

    Raises RowsDiffer when the rows are not exactly as many as the parts take.
    """
    saved = io.BytesIO()
    book.save(saved)
    expected, written = sum(part.rows for part in parts), 0
    source = iter(rows)
    names = {f"xl/worksheets/sheet{number}.xml": part for number, part in enumerate(parts, 1)}
    with zipfile.ZipFile(saved) as template, zipfile.ZipFile(out, "w") as zip_:
        for info in template.infolist():
            if info.filename not in names:
                zip_.writestr(info, template.read(info), zipfile.ZIP_DEFLATED)
        for name, part in names.items():
            is_large = part.rows > ROWS_OF_A_LARGE_SHEET
            with _opened(zip_, template.getinfo(name), is_large) as stream:
                head, tail = _around_rows(template.read(name).decode(), part, columns)
                stream.write(head)
                for size, block in RowWriter(styles).blocks(islice(source, part.rows)):
                    written += size
                    stream.write(block)
                stream.write(tail)
        if written != expected or next(source, None) is not None:
            raise RowsDiffer(written, expected)
    return written


def _opened(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, is_large: bool
) -> AbstractContextManager[IO[bytes]]:
    fresh = zipfile.ZipInfo(info.filename, info.date_time)
    fresh.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(fresh, "w", force_zip64=is_large)


def _around_rows(xml: str, part: Part, columns: Sequence[Column]) -> tuple[bytes, bytes]:
    """What stands before and after the streamed rows in the sheet's part."""
    reference = _reference(part, columns)
    head, _, rest = xml.partition(_HEADING_ROW_ENDS)
    _, end, tail = rest.partition(_ROWS_END)
    before, tables, after = tail.partition(_TABLES)
    if not (end and tables):
        raise RuntimeError("openpyxl writes sheets differently now")
    head = _DIMENSION.sub(f'<dimension ref="{reference}"', head, count=1)
    # Without it Excel marks every NIK with a green corner, "number stored as text".
    ignored = f'<ignoredError sqref="{reference}" numberStoredAsText="1"/>'
    tail = f"{end}{before}<ignoredErrors>{ignored}</ignoredErrors>{tables}{after}"
    return head.encode(), tail.encode()
