"""Reading the files that a page or command gave out."""

import io
from pathlib import Path
from typing import Any

import openpyxl
from flask import Flask
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures.fields import FULL_SIGHT, Sight
from registry.departures.filters import Filter
from registry.workbooks.detail import Written, write_departures
from registry.workbooks.notes import Drawing

DETAIL = "/ekspor/keberangkatan.xlsx"
CSV = "/ekspor/keberangkatan.csv"
SUMMARY = "/ekspor/rekap.xlsx"
UNMASKED = "/ekspor/keberangkatan"
FULL_NIK = "1807015203980123"


def written(tmp_path: Path, f: Filter, sight: Sight = FULL_SIGHT) -> tuple[bytes, Written]:
    """The workbook that a filter gives, and what was said of it."""
    path = tmp_path / "keluar.xlsx"
    with path.open("w+b") as file:
        result = write_departures(f, sight, file, drawing=Drawing("uji", now()))
    return path.read_bytes(), result


def sheet(data: bytes, name: str) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(data))[name]
    assert isinstance(found, Worksheet)
    return found


def people(data: bytes) -> list[dict[str, Any]]:
    """The rows of `Data` by heading, the same for both readers."""
    heading, *rows = [list(row) for row in sheet(data, "Data").iter_rows(values_only=True)]
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    others = book.get_sheet_by_name("Data").to_python()
    assert others[0] == heading
    filled = [row for row in rows if any(cell is not None for cell in row)]
    assert [row[0] for row in others[1:]] == [row[0] for row in filled]
    return [dict(zip(heading, row, strict=True)) for row in filled]


def facts(data: bytes, name: str = "Keterangan") -> dict[str, Any]:
    """The first two columns of a sheet."""
    rows = sheet(data, name).iter_rows(max_col=2, values_only=True)
    return {str(row[0]): row[1] for row in rows if row[0] and row[1] is not None}


def last_entry(app: Flask) -> JournalEntry:
    db.session.rollback()
    return db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
