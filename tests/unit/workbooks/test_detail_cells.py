"""The streamed sheet is a valid workbook in which text stays text, whatever it holds."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from registry.workbooks import sheets
from registry.workbooks.cells import MAX_CELL_TEXT, RowWriter, clean, literal, text_xml
from registry.workbooks.columns import Column, Kind
from registry.workbooks.detail import short_ids
from registry.workbooks.sheets import RowsDiffer, add_data_sheet, new_book, parts_of, write_book

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# CT_Worksheet of ECMA-376, part 1, 18.3.1.99: Excel repairs a sheet whose parts stand otherwise.
SCHEMA_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    "smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst "
)
COLUMNS = [
    Column("Nama", "Nama.", lambda source: None),
    Column("Jumlah", "Jumlah.", lambda source: None, Kind.WHOLE),
    Column("Tanggal", "Tanggal.", lambda source: None, Kind.DATE),
    Column("Saat", "Saat.", lambda source: None, Kind.MOMENT),
]
FORMULAS = ("=1+1", "+62812", "-5", "@x", "=cmd|' /C calc'!A0", "\t=1", "'=1", "{=1}")


def written(rows: list[list[Any]], expected: int | None = None) -> bytes:
    out = io.BytesIO()
    book = new_book(datetime(2026, 11, 24, tzinfo=UTC))
    parts = parts_of(len(rows) if expected is None else expected)
    styles = [add_data_sheet(book, part, COLUMNS) for part in parts][0]
    assert write_book(out, book, parts, COLUMNS, styles, rows) == len(rows)
    return out.getvalue()


def by_openpyxl(data: bytes, name: str = "Data") -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[name]
    for row in sheet.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def by_calamine(data: bytes, name: str = "Data") -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python()[1:]


def sheet_xml(data: bytes, number: int = 1) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        part = archive.read(f"xl/worksheets/sheet{number}.xml")
        return ElementTree.fromstring(part)  # noqa: S314 (our own file)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_stays_text(text):
    data = written([[text, 1, None, None]])
    assert by_openpyxl(data)[0][0] == text
    assert by_calamine(data)[0][0] == text
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_dates_are_real_dates_and_numbers_numbers():
    moment = datetime(2026, 11, 24, 14, 5, 59)  # noqa: DTZ001 (cells know no zones)
    data = written([["Siti", 3, date(2026, 2, 28), moment]])
    name, number, day, at = by_openpyxl(data)[0]
    assert (name, number, at) == ("Siti", 3, moment)
    assert day.date() == date(2026, 2, 28)
    assert by_calamine(data)[0] == ["Siti", 3, date(2026, 2, 28), moment]


def test_days_that_excel_cannot_count_are_text():
    data = written([["a", None, date(1900, 2, 28), None], ["b", None, date(1900, 3, 1), None]])
    assert by_openpyxl(data)[0][2] == "1900-02-28"
    assert by_calamine(data)[1][2] == date(1900, 3, 1)


def test_a_masked_date_is_text_in_a_column_of_dates():
    data = written([["S••", None, "1999-••-••", None]])
    assert by_openpyxl(data)[0][2] == "1999-••-••"


def test_characters_that_no_workbook_can_hold_are_dropped():
    data = written([["A\x00B\x0bC\x1f\ufffe\uffff\ud800D", None, None, None]])
    assert by_openpyxl(data)[0][0] == by_calamine(data)[0][0] == "ABCD"


def test_a_text_of_nothing_else_is_an_empty_cell():
    assert by_openpyxl(written([["\x00\ufffe", 1, None, None]]))[0] == [None, 1, None, None]


def test_markup_blanks_and_line_ends_are_kept():
    text = " <b>&amp;</b> \u2028\u00a0 é 😀 baris\r\ndua\rtiga "
    data = written([[text, None, None, None]])
    kept = " <b>&amp;</b> \u2028\u00a0 é 😀 baris\ndua\ntiga "
    assert by_openpyxl(data)[0][0] == by_calamine(data)[0][0] == kept


def test_what_looks_escaped_to_excel_stays_itself():
    data = written([["_x0041_ _x005F_ _xyz", None, None, None]])
    assert by_calamine(data)[0][0] == "_x0041_ _x005F_ _xyz"


def test_a_text_longer_than_a_cell_is_cut():
    assert len(clean("a" * (MAX_CELL_TEXT + 5))) == MAX_CELL_TEXT
    assert text_xml("a" * (MAX_CELL_TEXT + 5)) == ">" + "a" * MAX_CELL_TEXT


@settings(max_examples=150, deadline=None)
@example("\x00 ")
@example("]]>")
@example("_x000D_\r")
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_comes_back_as_it_was_cleaned(text):
    data = written([[text, 1, None, None]])
    assert by_calamine(data)[0][0] == clean(text)
    assert (by_openpyxl(data)[0][0] or "") == literal(text)  # openpyxl leaves escapes alone


def test_what_is_no_cell_is_refused_without_showing_it():
    writer = RowWriter([sheets.CellStyles(1, 1)])
    with pytest.raises(TypeError, match="no cell for bytes"):
        writer.xml(2, [b"rahasia"])


@pytest.mark.parametrize("count", [0, 1, 501])
def test_the_sheet_is_valid_and_its_table_spans_its_rows(count):
    data = written([["Siti", number, None, None] for number in range(count)])
    root = sheet_xml(data)
    order = SCHEMA_ORDER.split()
    places = [order.index(child.tag.removeprefix(MAIN)) for child in root]
    assert places == sorted(places)
    rows = root.findall(f"{MAIN}sheetData/{MAIN}row")
    assert [int(row.get("r", 0)) for row in rows] == list(range(1, count + 2))
    table = openpyxl.load_workbook(io.BytesIO(data))["Data"].tables["Data"]
    # A table keeps one row below its heading even when nothing was found.
    assert table.ref == f"A1:D{max(count, 1) + 1}"
    assert table.autoFilter is not None
    assert table.autoFilter.ref == table.ref
    assert [column.name for column in table.tableColumns] == ["Nama", "Jumlah", "Tanggal", "Saat"]
    dimension = root.find(f"{MAIN}dimension")
    assert dimension is not None
    assert dimension.get("ref") == table.ref
    assert len(by_calamine(data)) == count


def test_every_cell_names_its_place_and_its_style():
    root = sheet_xml(written([["Siti", None, date(2026, 1, 1), None]]))
    cells = root.findall(f"{MAIN}sheetData/{MAIN}row[2]/{MAIN}c")
    assert [cell.get("r") for cell in cells] == ["A2", "C2"]
    assert all(re.fullmatch(r"\d+", cell.get("s", "")) for cell in cells)


def test_the_heading_is_frozen_and_filtered_and_text_is_formatted_as_text():
    sheet = openpyxl.load_workbook(io.BytesIO(written([["1807", 1, None, None]])))["Data"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].number_format == "@"
    assert sheet["C2"].value is None
    assert sheet.column_dimensions["C"].number_format == "yyyy-mm-dd"
    assert sheet.print_title_rows == "$1:$1"


def test_rows_beyond_the_last_of_excel_go_on_in_a_second_sheet(monkeypatch):
    monkeypatch.setattr(sheets, "MAX_DATA_ROWS", 3)
    data = written([[f"orang {number}", number, None, None] for number in range(7)])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Data", "Data 2", "Data 3"]
    assert [len(by_openpyxl(data, name)) for name in book.sheetnames] == [3, 3, 1]
    assert by_openpyxl(data, "Data 3")[0][1] == 6
    assert [list(sheet.tables) for sheet in book] == [["Data"], ["Data_2"], ["Data_3"]]


@pytest.mark.parametrize("expected", [1, 3])
def test_another_number_of_rows_than_expected_is_refused(expected):
    with pytest.raises(RowsDiffer, match="dibatalkan"):
        written([["a", 1, None, None], ["b", 2, None, None]], expected)


def test_the_file_names_no_person_and_no_program():
    book = openpyxl.load_workbook(io.BytesIO(written([])))
    assert book.properties.creator == "Pamit"
    assert book.properties.lastModifiedBy is None


@given(st.sets(st.integers(1, 300)))
def test_short_ids_say_exactly_the_ids(ids):
    said = short_ids(list(ids))
    found: set[int] = set()
    for part in filter(None, said.split(",")):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    assert found == ids


def test_neighbours_are_a_range():
    assert short_ids([5, 1, 2, 3, 9]) == "1-3,5,9"
    assert short_ids([]) == ""
