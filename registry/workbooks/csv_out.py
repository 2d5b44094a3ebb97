"""`keberangkatan.csv`: the same rows and columns as the workbook, for programs.

Excel turns a NIK in a CSV into a number and loses its last digit; the workbook is the file to open
in Excel. A text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

import csv
import io
from datetime import date, datetime
from typing import Any, BinaryIO

from registry.departures.fields import Sight
from registry.departures.filters import Filter
from registry.workbooks.cells import clean
from registry.workbooks.columns import HEADINGS
from registry.workbooks.detail import Written, reading, short_ids
from registry.workbooks.sheets import RowsDiffer

SEPARATOR = ";"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_departures_csv(
    f: Filter, sight: Sight, out: BinaryIO, *, whole_words: bool = False
) -> Written:
    """Write the CSV of the filter's departures as a viewer of this sight sees them.

    Raises RowsDiffer when it would not hold as many rows as the screen counts.
    """
    out.write("\ufeff".encode())
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, delimiter=SEPARATOR)
        writer.writerow(HEADINGS)
        rows = 0
        with reading(f, sight, whole_words=whole_words) as found:
            for line in found.lines:
                writer.writerow([csv_cell(value) for value in line])
                rows += 1
        if rows != len(found.ids):
            raise RowsDiffer(rows, len(found.ids))
        return Written(rows, short_ids(found.ids))
    finally:
        text.detach()


def csv_cell(value: Any) -> str:
    """A value as CSV text: dates as ISO, no text that begins like a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    # Looked at before and after cleaning: a dropped character must not uncover a sign.
    text = clean(value)
    risky = value.startswith(FORMULA_SIGNS) or text.startswith(FORMULA_SIGNS)
    return f"'{text}" if risky else text
