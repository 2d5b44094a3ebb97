"""Importing departures; the files that its tests send, in every format."""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import openpyxl
from sqlalchemy import func, select

from registry.accounts.models import User
from registry.audit.verify import verify_chain
from registry.db import db, metadata
from registry.operating.beside import first_edited_beside_journal
from registry.workbooks.importing import Outcome, Plan, apply, plan

Rows = Iterable[Mapping[str, Any]]


def table(rows: Rows) -> list[list[Any]]:
    """The rows below their headings."""
    rows = list(rows)
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return [headings, *([row.get(heading) for heading in headings] for row in rows)]


def xlsx(*rows: Mapping[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for line, values in enumerate(table(rows), 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(line, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_file(*rows: Mapping[str, Any], separator: str = ";") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(table(rows))
    return out.getvalue().encode("utf-8-sig")


def ods(*rows: Mapping[str, Any]) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    names = " ".join(f'xmlns:{name}="{space}{name}:1.0"' for name in ("office", "table", "text"))
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, line))}</table:table-row>"
        for line in table(rows)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Data">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def _ods_cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value.isoformat()}"'
        return f"<table:table-cell {kind}/>"
    kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"


def xls(*rows: Mapping[str, Any]) -> bytes:
    """A workbook of Excel 97 with text cells only, made by hand: one stream in one container."""

    def record(number: int, body: bytes) -> bytes:
        return struct.pack("<HH", number, len(body)) + body

    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = b"Data"
    book = record(0x0809, bof)
    sheet_at = len(book) + 4 + 8 + len(name) + 4
    book += record(0x0085, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name)
    book += record(0x000A, b"")
    book += record(0x0809, bof.replace(b"\x05\x00", b"\x10\x00", 1))
    for line, values in enumerate(table(rows)):
        for column, value in enumerate(values):
            if value is not None:
                text = str(value).encode("utf-16-le")
                head = struct.pack("<HHHHB", line, column, 0, len(text) // 2, 1)
                book += record(0x0204, head + text)
    book += record(0x000A, b"")
    return _container("Workbook", book.ljust(4096, b"\0"))


def _container(name: str, stream: bytes) -> bytes:
    sectors = -(-len(stream) // 512)
    end, free, fat_sector = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    chain = [fat_sector, end, *range(3, 2 + sectors), end]
    fat = struct.pack("<128I", *(chain + [free] * (128 - len(chain))))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = (title + "\0").encode("utf-16-le") if title else b""
        head = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
        return head + struct.pack("<III36xIQ", free, free, child, start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, len(stream))
    folder += entry("", 0, free, 0, 0) * 2
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", 0, *([free] * 108))
    return header + fat + folder + stream.ljust(sectors * 512, b"\0")


def try_out(user: User, *rows: Mapping[str, Any]) -> Plan:
    """The dry run of a workbook with these rows."""
    return plan(user, xlsx(*rows), "data.xlsx")


def bring_in(user: User, *rows: Mapping[str, Any]) -> Outcome:
    """Import a workbook whose rows must all be good, and see that the journal holds."""
    found = try_out(user, *rows)
    assert not found.bad, found.bad
    outcome = apply(found, user)
    assert_whole()
    return outcome


def assert_whole() -> None:
    db.session.rollback()
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def messages(found: Plan) -> list[tuple[int, str, str]]:
    """Row number, heading and message of everything that is wrong."""
    return [
        (row.number, problem.heading, problem.message)
        for row in found.bad
        for problem in row.problems
    ]


def counts() -> dict[str, int]:
    """How many rows each table has."""
    db.session.rollback()
    found = {
        name: db.session.scalar(select(func.count()).select_from(known)) or 0
        for name, known in metadata.tables.items()
    }
    db.session.rollback()
    return found
