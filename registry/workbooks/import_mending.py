"""The file of the rows that an import did not take, to be mended and imported by itself.

It holds the cells as they were sent, so it is personal data like the file that it comes from.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from registry.db import now
from registry.formatting import local_time
from registry.workbooks.columns import Column, Kind
from registry.workbooks.import_columns import MENDING
from registry.workbooks.import_plan import BadRow, Plan
from registry.workbooks.reader import BadText, Cell
from registry.workbooks.sheets import add_data_sheet, new_book, parts_of, write_book

MENDING_WIDTH = 60


def mending_workbook(plan: Plan) -> bytes:
    """The rows of the plan that are bad, what is wrong with them standing before their cells."""
    headings = [heading for heading in plan.headings if heading != MENDING]
    columns = [_column(MENDING, Kind.TEXT, MENDING_WIDTH)]
    columns += [_column(heading, _kind(plan.bad, heading)) for heading in headings]
    book = new_book(local_time(now()))
    parts = parts_of(len(plan.bad))
    styles = [add_data_sheet(book, part, columns) for part in parts][0]
    out = io.BytesIO()
    write_book(out, book, parts, columns, styles, _lines(plan.bad, headings))
    return out.getvalue()


def explanation(row: BadRow) -> str:
    """`Baris 7. NIK: NIK harus 16 angka.`"""
    said = "; ".join(f"{problem.heading}: {problem.message}" for problem in row.problems)
    return f"Baris {row.number}. {said}"


def _column(heading: str, kind: Kind, width: int = 18) -> Column:
    return Column(heading, "", lambda source: None, kind, width=width)


def _kind(rows: Sequence[BadRow], heading: str) -> Kind:
    has_dates = any(isinstance(row.source.cells[heading], date) for row in rows)
    return Kind.DATE if has_dates else Kind.TEXT


def _lines(rows: Sequence[BadRow], headings: Sequence[str]) -> Iterator[list[Any]]:
    for row in rows:
        yield [explanation(row), *(_plain(row.source.cells[heading]) for heading in headings)]


def _plain(cell: Cell) -> Any:
    """A cell as the writer takes it; one that could not be read is left empty."""
    if isinstance(cell, BadText):
        return None
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    return str(cell) if isinstance(cell, float) else cell
