"""What a spreadsheet holds before anyone knows what it means: tables of numbered rows.

Part of the process that parses foreign files (`_reader_child`); the parser is loaded only there.
"""

import contextlib
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from registry.workbooks.guard import (
    BROKEN,
    HEADING_ROWS,
    LAST_COLUMN,
    LAST_ROW,
    NOT_TEXT,
    FileRefused,
)

_QUOTED_IN_CSV = re.compile(r'="([^"]*)"')
_CELL_TAG = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
_SHARED_PARTS = {"xl/sharedstrings.xml", "content.xml"}
_PIECE = 1 << 20
Values = list[Any]
Rows = Iterator[tuple[int, Values]]


class Table(NamedTuple):
    """A sheet as the file has it: numbered rows, and where the errors of formulas are."""

    name: str
    rows: Rows
    first_column: int = 0
    error_cells: Callable[[], dict[int, set[int]]] = dict


@lru_cache(maxsize=4096)
def key_of(text: str) -> str:
    """What is compared of a heading: its letters and digits, whatever their case and spacing."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def keys_of(row: Values) -> list[str]:
    """The keys of a row; a label before its value, as in `Kecamatan :`, is no heading."""
    return [
        key_of(value) if isinstance(value, str) and not value.rstrip().endswith(":") else ""
        for value in row
    ]


def count_text(number: int) -> str:
    """A number as it is written in Indonesian: 50.000."""
    return f"{number:,}".replace(",", ".")


def _refuse_malformed(data: bytes) -> None:
    """Raise ExpatError where a table's elements do not fit into each other.

    calamine reads such files leniently, and may glue the texts of two rows together. Characters
    that no XML may hold are left to it, for they only spoil their own cell.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in _table_parts(archive):
            parser = expat.ParserCreate()
            with archive.open(name) as part:
                while piece := part.read(_PIECE):
                    parser.Parse(_NO_CHARACTER.sub(b"???", piece))
            parser.Parse(b"", True)


def _table_parts(archive: zipfile.ZipFile) -> list[str]:
    """Every part that may hold a table: a sheet is what the workbook names, wherever it lies."""
    named = {_last_name(target) for target in _sheet_targets(archive).values()}
    return [
        name
        for name in archive.namelist()
        if name.casefold() in _SHARED_PARTS or _last_name(name) in named
    ]


def _last_name(path: str) -> str:
    return path.rpartition("/")[2].casefold()


def workbook_tables(kind: str, data: bytes) -> Iterator[Table]:
    """The visible sheets of a workbook that hold anything, one named `Data` first."""
    import python_calamine as calamine  # here, since the parent must not load a parser

    if kind != "xls":
        _refuse_malformed(data)
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    for name in sorted(names, key=lambda name: name.strip().casefold() != "data"):
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None or sheet.end is None:
            continue
        if sheet.end[0] >= LAST_ROW or sheet.end[1] >= LAST_COLUMN:
            raise FileRefused(BROKEN)
        # Rows come from row 1 on, however many empty ones lead; columns from the first filled.
        rows = enumerate(sheet.iter_rows(), 1)
        errors = partial(error_cells, data, name) if kind == "xlsx" else dict
        yield Table(name, rows, sheet.start[1], errors)


def error_cells(data: bytes, sheet_name: str) -> dict[int, set[int]]:
    """Rows and columns of the error cells of a sheet: the parser shows them as empty."""
    found: dict[int, set[int]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = _sheet_part(archive, sheet_name)
        if part is None:
            return {}
        with archive.open(part) as stream:
            block = b""
            while piece := stream.read(1 << 20):
                block = block[-200:] + piece
                for row, column in _error_places(block):
                    found.setdefault(row, set()).add(column)
    return found


def _error_places(block: bytes) -> Iterator[tuple[int, int]]:
    for mark in (b't="e"', b"t='e'"):
        at = block.find(mark)
        while at >= 0:
            tag = _CELL_TAG.match(block, block.rfind(b"<", 0, at))
            if tag:
                column = 0
                for letter in tag[1]:
                    column = column * 26 + letter - 64
                yield int(tag[2]), column - 1
            at = block.find(mark, at + 1)


def _sheet_part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    target = _sheet_targets(archive).get(sheet_name, "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else None


def _sheet_targets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Where a workbook says that its sheets lie; none in an open document.

    The XML carries no DTD, the guard saw to that.
    """
    if "xl/workbook.xml" not in archive.namelist():
        return {}
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iterfind(".//{*}sheet"):
        link_id = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
        found[sheet.get("name", "")] = targets.get(link_id, "")
    return found


# CSV


def csv_tables(data: bytes, known: dict[str, str]) -> Iterator[Table]:
    """The one table of a CSV file, whatever its encoding and separator."""
    text = decode(data)
    if text is None:
        raise FileRefused(NOT_TEXT)
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"\s*\"?sep=.\"?\s*", first):  # Excel reads this line and does not show it
        text = rest
    csv.field_size_limit(1 << 20)
    yield Table("CSV", _csv_rows(text, _separator(text, known)))


def decode(data: bytes) -> str | None:
    """The text of a file whose encoding nobody told, or None."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _separator(text: str, known: dict[str, str]) -> str:
    """The separator under which the most known headings show up together."""

    def score(separator: str) -> tuple[int, int]:
        best = (0, 0)
        with contextlib.suppress(FileRefused):
            for _, row in islice(_csv_rows(text, separator), HEADING_ROWS):
                best = max(best, (len(known.keys() & keys_of(row)), len(row)))
        return best

    return max(";,\t", key=score)


def _csv_rows(text: str, separator: str) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            yield number, [_unquoted(value) for value in row]
    except csv.Error:
        raise FileRefused(
            f"Tanda kutip di sekitar baris {count_text(number + 1)} tidak berpasangan. Perbaiki, "
            "atau simpan ulang sebagai .xlsx, lalu unggah lagi."
        ) from None


def _unquoted(value: str) -> str:
    match = _QUOTED_IN_CSV.fullmatch(value) if value.startswith("=") else None
    return match[1] if match else value
