"""The cells of streamed rows as XML: text stays text, dates are real dates (pure)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

MAX_CELL_TEXT = 32_767
BLOCK_ROWS = 500

_DAY_ZERO = date(1899, 12, 30).toordinal()
_FIRST_SERIAL = 61  # 1900-03-01; Excel's days before it are off by one
_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x")


def clean(text: str) -> str:
    """A text as a workbook can hold it: without what XML forbids, line ends as LF, not too long."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _DROPPED.sub("", text)[:MAX_CELL_TEXT]


def literal(text: str) -> str:
    """A text for a cell of openpyxl: `_x0041_` stays itself, which Excel would read as `A`."""
    return _LOOKS_ESCAPED.sub("_x005F_", clean(text))


@lru_cache(maxsize=8192)
def text_xml(text: str) -> str:
    """The rest of `<t`, up to before `</t>`; empty when nothing of the text can be kept."""
    if len(text) > MAX_CELL_TEXT or _SPECIAL.search(text):
        text = literal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not text:
        return ""
    if text[0] <= " " or text[-1] <= " ":
        return f' xml:space="preserve">{text}'
    return f">{text}"


def serial(day: date) -> int:
    """The number of days that a cell holds for a date."""
    return day.toordinal() - _DAY_ZERO


class CellStyles(NamedTuple):
    """The numbers of a column's styles in the saved book: for text, and for its own kind."""

    text: int
    own: int


class RowWriter:
    """Makes the XML of rows; built once a sheet, since every cell repeats what its column says."""

    def __init__(self, styles: Sequence[CellStyles]) -> None:
        self._cells = [
            (
                f'<c r="{get_column_letter(number)}',
                f'" s="{style.text}" t="inlineStr"><is><t',
                f'" s="{style.own}"><v>',
            )
            for number, style in enumerate(styles, 1)
        ]

    def xml(self, number: int, values: Sequence[Any]) -> str:
        """The row of that number; raises TypeError for a value that is no cell."""
        said = [f'<row r="{number}">']
        add = said.append
        for (opening, as_text, as_number), value in zip(self._cells, values, strict=True):
            if value is None:
                continue
            kind = type(value)
            if kind is date:
                value = value.toordinal() - _DAY_ZERO
            elif kind is datetime:
                value = _serial_moment(value)
            elif kind is not str and kind is not int:
                raise TypeError(f"no cell for {kind.__name__}")
            if kind is str:
                if text := text_xml(value):
                    add(f"{opening}{number}{as_text}{text}</t></is></c>")
            elif kind is int or value >= _FIRST_SERIAL:
                add(f"{opening}{number}{as_number}{value}</v></c>")
            else:
                day = date.fromordinal(int(value) + _DAY_ZERO)
                add(f"{opening}{number}{as_text}>{day.isoformat()}</t></is></c>")
        add("</row>")
        return "".join(said)

    def blocks(self, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, bytes]]:
        """The rows from row 2 on, some hundred at a time: how many, and their XML."""
        numbered = enumerate(rows, 2)
        while block := [self.xml(number, row) for number, row in islice(numbered, BLOCK_ROWS)]:
            yield len(block), "".join(block).encode()


def _serial_moment(moment: datetime) -> float:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return serial(moment) + seconds / 86_400
