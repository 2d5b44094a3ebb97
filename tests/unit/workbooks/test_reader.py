"""The reader turns a foreign spreadsheet into plain rows, or refuses it with one sentence."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from registry.workbooks import guard, reader
from registry.workbooks._reader_child import Job, answer
from registry.workbooks.guard import FileRefused
from registry.workbooks.reader import BadText, Row, Sheet, read_rows

KNOWN = ["NIK", "Nama", "Tanggal Lahir", "No. KK", "Kecamatan"]


def workbook(*sheets: tuple[str, Iterable[list[object]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title == hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet_xml(rows: str) -> bytes:
    """A workbook whose only sheet is written by hand."""
    source = zipfile.ZipFile(io.BytesIO(workbook(("Data", [["x"]]))))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>'.encode()
                content += b"</worksheet>"
            archive.writestr(name, content)
    return out.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADING = f'<row r="1">{text_cell("A1", "NIK")}{text_cell("B1", "Nama")}</row>'


def read(data: bytes, filename: str = "data.xlsx", max_rows: int = 50_000) -> Sheet:
    return read_rows(data, filename, known_headings=KNOWN, max_rows=max_rows)


def read_table(*rows: list[object], title: str = "Data") -> Sheet:
    return read(workbook((title, rows)))


def plain(sheet: Sheet) -> list[tuple[int, list[object]]]:
    return [(row.number, list(row.cells.values())) for row in sheet.rows]


def refusal(data: bytes, filename: str = "data.xlsx", max_rows: int = 50_000) -> str:
    with pytest.raises(FileRefused) as caught:
        read(data, filename, max_rows)
    return caught.value.message


# What is read


def test_rows_carry_the_number_that_excel_shows_and_cells_by_heading() -> None:
    sheet = read_table(["NIK", "Nama"], ["1807010101900001", "Siti"], [None, "Budi"])
    assert sheet.name == "Data"
    assert sheet.headings == ["NIK", "Nama"]
    assert [row.number for row in sheet.rows] == [2, 3]
    assert sheet.rows[0].cells["NIK"] == "1807010101900001"
    assert sheet.rows[1].cells == {"NIK": None, "Nama": "Budi"}


def test_empty_rows_and_columns_before_the_table_do_not_shift_the_numbers() -> None:
    book = openpyxl.Workbook()
    for place, value in {"C4": "NIK", "D4": "Nama", "D6": "Siti", "C9": "1"}.items():
        book.active[place] = value
    book.active["D9"] = "#REF!"
    book.active["D9"].data_type = "e"
    out = io.BytesIO()
    book.save(out)
    assert plain(read(out.getvalue())) == [
        (6, [None, "Siti"]),
        (9, ["1", BadText("Sel ini berisi galat rumus. Ganti dengan nilainya.")]),
    ]


def test_headings_are_found_under_titles_in_any_case_and_spacing() -> None:
    sheet = read_table(
        ["DAFTAR WARGA"],
        ["Kecamatan :", "Sukadana", "No. KK :"],
        [],
        ["  n i k", "NAMA\n", "tanggal\xa0lahir", "no_kk", "Catatan  kami"],
        ["1", "Siti", "1 Mei 1990", "2", "baik"],
    )
    assert sheet.headings == ["NIK", "Nama", "Tanggal Lahir", "No. KK", "Catatan kami"]
    assert sheet.rows[0].number == 5


def test_rows_without_a_person_are_skipped() -> None:
    sheet = read_table(
        ["NIK", "Nama", "Umur"],
        ["1", "2", "3"],
        [-1, -2, -3],
        ["18", "Siti", 30],
        [None, None, "catatan"],
        [],
        ["NIK", "NAMA", "umur"],
        ["(1)", "(2)", "(3)"],
        ["19", "Budi", 31],
    )
    assert [row.number for row in sheet.rows] == [4, 9]


def test_values_keep_their_type() -> None:
    sheet = read_table(
        ["Nama", "a", "b", "c", "d", "e", "f"],
        ["x", 3301010101010001.0, 1.5, True, date(1990, 5, 1), datetime(1990, 5, 1, 8, 30)],  # noqa: DTZ001
    )
    values = list(sheet.rows[0].cells.values())
    expected = ["x", 3301010101010001, 1.5, True, date(1990, 5, 1), datetime(1990, 5, 1, 8, 30)]  # noqa: DTZ001
    assert values[:6] == expected
    assert [type(value) for value in values[:6]] == [str, int, float, bool, date, datetime]
    assert values[6] is None


def test_texts_are_cleaned() -> None:
    nik, name = "\xa018 07\xa01\xa0", "Siti_x000D_&#10;Aisyah_x000D_Nur"
    cells = f'<row r="2">{text_cell("A2", nik)}{text_cell("B2", name)}</row>'
    assert plain(read(with_sheet_xml(HEADING + cells))) == [(2, ["18 07 1", "Siti\nAisyah\nNur"])]


@pytest.mark.parametrize("bad", ["a_x0001_b", "a\ufffeb", "a\ufdd0b", "a\x85b", "a\U0010ffffb"])
def test_forbidden_characters_mark_the_cell_and_are_not_repeated(bad: str) -> None:
    cells = f'<row r="2">{text_cell("A2", "1")}{text_cell("B2", bad)}</row>'
    cell = read(with_sheet_xml(HEADING + cells)).rows[0].cells["Nama"]
    assert cell == BadText("Sel ini berisi huruf tak tampak yang terlarang. Ketik ulang isinya.")


@pytest.mark.parametrize("value", ["1e99999", "NaN"])
def test_numbers_that_are_none_mark_the_cell(value: str) -> None:
    row = f'<row r="2">{text_cell("A2", "1")}<c r="B2"><v>{value}</v></c></row>'
    assert isinstance(read(with_sheet_xml(HEADING + row)).rows[0].cells["Nama"], BadText)


def test_the_sheet_named_data_goes_first_then_the_first_visible_one_with_headings() -> None:
    table: list[list[object]] = [["NIK", "Nama"], ["1", "Siti"]]
    keys = ("Keterangan", [["Tentang", "x"]])
    assert read(workbook(keys, ("Lama", table), ("data", table))).name == "data"
    hidden = workbook(keys, ("Rahasia", table), ("Warga", table), hidden="Rahasia")
    assert read(hidden).name == "Warga"


def test_a_row_never_shows_its_cells_in_a_trace() -> None:
    row = read_table(["NIK", "Nama"], ["1807010101900001", "Siti"]).rows[0]
    assert "Siti" not in repr(row)
    assert Row(2, {"Nama": "Siti"}) == Row(2, {"Nama": "Siti"})


# CSV and OpenDocument


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_is_read_in_every_usual_form(separator: str, encoding: str) -> None:
    lines = ["Judul", "", "NIK|Nama", '18|"Séti\nNur"', "", '="019"|Budi', "20", ""]
    data = "\r\n".join(lines).replace("|", separator).encode(encoding)
    assert plain(read(data, "data.csv")) == [
        (4, ["18", "Séti\nNur"]),
        (6, ["019", "Budi"]),
        (7, ["20", None]),
    ]


def test_the_line_that_tells_excel_the_separator_is_not_counted() -> None:
    assert plain(read(b"sep=;\r\nNIK;Nama\r\n1;Siti", "data.csv")) == [(2, ["1", "Siti"])]


def test_an_open_quote_in_csv_is_refused_since_it_swallows_rows() -> None:
    assert "Tanda kutip" in refusal(b'NIK,Nama\n1,"Siti\n2,Budi\n', "data.csv")


def open_document(rows: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    names = " ".join(f'xmlns:{name}="{space}{name}:1.0"' for name in ("office", "table", "text"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Data">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def open_row(*texts: str) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    return f"<table:table-row>{''.join(map(cell.format, texts))}</table:table-row>"


def open_gap(rows: int) -> str:
    repeated = f'table:number-rows-repeated="{rows}"'
    return f"<table:table-row {repeated}><table:table-cell/></table:table-row>"


def test_an_open_document_is_read_with_its_repeated_rows() -> None:
    rows = open_gap(3) + open_row("NIK", "Nama") + open_gap(2) + open_row("18", "Siti")
    sheet = read(open_document(rows + open_row("#REF!", "a") + open_gap(1_000_000)), "data.ods")
    assert [row.number for row in sheet.rows] == [7, 8]
    assert isinstance(sheet.rows[1].cells["NIK"], BadText)


# What is refused


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "kosong"),
        ([["Satu", "Dua"], ["1", "2"]], "Judul kolom tidak ditemukan dalam 30 baris"),
        ([[]] * 40 + [["NIK", "Nama"], ["1", "a"]], "Judul kolom tidak ditemukan"),
        ([["NIK", "Nama"]], "belum ada baris data"),
        ([["NIK", "Nama", "x", "nik"], ["1", "a", "b", "2"]], "NIK ada dua kali, di kolom A dan D"),
        ([["NIK", "Nama"], ["1", "a"], ["2", "b" * 10_001]], "baris 3 kolom B lebih dari 10.000"),
        ([["NIK", "Nama"], ["1", "a"], *[[]] * 1001, ["2", "b"]], "Antara baris 2 dan baris 1.004"),
    ],
)
def test_a_table_that_cannot_be_read_is_told_why(rows: list[list[object]], words: str) -> None:
    assert words in refusal(workbook(("Lembar", rows)))


def test_a_thousand_empty_rows_are_no_hindrance() -> None:
    sheet = read_table(["Nama"], ["a"], *[[]] * 1000, ["b"], *[[]] * 30)
    assert [row.number for row in sheet.rows] == [2, 1003]


def test_more_rows_than_allowed_are_refused_and_none_is_lost() -> None:
    data = workbook(("Data", [["Nama"], ["a"], ["b"], ["c"]]))
    assert len(read(data, max_rows=3).rows) == 3
    assert "lebih dari 2 baris" in refusal(data, max_rows=2)


BROKEN = [
    "<x>" * 100_000,
    "<x></y>",
    "& < rusak",
    "</sheetData></worksheet>",
    '<row r="4"><c r="A4" t="inlineStr"><is><t>Terpotong',
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
def test_a_sheet_that_breaks_off_between_its_rows_is_refused_whole(broken: str) -> None:
    names = ("Ani", "Budi", "Citra", "Dewi")
    rows = [
        f'<row r="{n}">{text_cell(f"A{n}", name)}</row>' for n, name in enumerate(names, start=2)
    ]
    heading = f'<row r="1">{text_cell("A1", "Nama")}</row>'
    assert len(read(with_sheet_xml(heading + "".join(rows))).rows) == len(names)
    data = with_sheet_xml(heading + "".join(rows[:2]) + broken + "".join(rows[2:]))
    assert refusal(data).startswith("Berkas ini rusak")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"/></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZ99999999999"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>',
        '<row r="1"><c r="A1"><v>1',
        "<a>" * 100_000,
    ],
)
def test_a_hostile_sheet_is_refused_with_a_remedy(rows: str) -> None:
    assert refusal(with_sheet_xml(rows)).endswith("unggah lagi.")


# The child process


def test_a_child_beyond_its_memory_is_refused_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BASE_MEMORY", 120_000_000)
    far = f'<row r="400000">{text_cell("Z400000", "x")}</row>'
    assert refusal(with_sheet_xml(HEADING + far)) == guard.TOO_HEAVY


def test_a_child_beyond_its_time_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PATIENCE", 0)
    assert refusal(workbook(("Data", [["Nama"], ["a"]]))) == guard.TOO_HEAVY


def test_an_answer_longer_than_allowed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ANSWER_TIMES", 0)
    assert refusal(workbook(("Data", [["Nama"], ["a"]]))) == guard.TOO_HEAVY


def test_the_parsing_process_loads_neither_web_nor_database_nor_settings() -> None:
    code = (
        "import sys, registry.workbooks._reader_child;"
        "print({'flask', 'sqlalchemy', 'python_calamine', 'registry.config'} & set(sys.modules))"
    )
    root = Path(reader.__file__).parents[2]
    assert subprocess.check_output([sys.executable, "-c", code], cwd=root) == b"set()\n"


def test_a_reader_that_lacks_its_parser_does_not_blame_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    job = Job("xlsx", KNOWN, max_rows=1, cpu_seconds=1, memory_bytes=1)
    with pytest.raises(ImportError):
        list(answer(job, workbook(("Data", [["Nama"], ["a"]]))))
