"""The process that parses a foreign spreadsheet: started by `reader`, with nothing worth stealing.

It takes a job (one line of JSON) and the file from standard input and answers in lines of JSON:
the sheet and its headings, then the rows, then the end; or a refusal. It loads neither the web
framework nor the database, so it starts fast, and lives under limits that it sets on itself.
"""

import json
import math
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

from registry.workbooks._tables import (
    Rows,
    Table,
    Values,
    count_text,
    csv_tables,
    key_of,
    keys_of,
    workbook_tables,
)
from registry.workbooks.guard import (
    BROKEN,
    HEADING_ROWS,
    LAST_ROW,
    LOCKED,
    MAX_CELL_TEXT,
    MAX_COLUMNS,
    MAX_EMPTY_ROWS,
    TOO_HEAVY,
    FileRefused,
)

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")
_COUNTING = re.compile(r"[(\[]?-?(\d{1,3})[)\].]?")

BAD_TEXT = "Sel ini berisi huruf tak tampak yang terlarang. Ketik ulang isinya."
BAD_FORMULA = "Sel ini berisi galat rumus. Ganti dengan nilainya."
BAD_NUMBER = "Sel ini berisi angka yang tidak wajar. Ketik ulang isinya."


@dataclass(frozen=True)
class Job:
    """What to read, and how much this process may use for it."""

    kind: str
    known_headings: list[str]
    max_rows: int
    cpu_seconds: int
    memory_bytes: int


class Column(NamedTuple):
    """A column that carries a heading."""

    place: int
    heading: str
    key: str
    is_known: bool


def main() -> None:
    """Answer one job."""
    job = Job(**json.loads(sys.stdin.buffer.readline()))
    _limit_this_process(job)
    data = sys.stdin.buffer.read()
    try:
        for line in answer(job, data):
            sys.stdout.write(json.dumps(line, separators=(",", ":")))
            sys.stdout.write("\n")
    except FileRefused as refusal:
        sys.stdout.write(json.dumps({"refused": refusal.message}) + "\n")
    sys.stdout.flush()


def _limit_this_process(job: Job) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (job.memory_bytes, job.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (job.cpu_seconds, job.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(job: Job, data: bytes) -> Iterator[Any]:
    """The lines to send: a head, then one per row, then the end."""
    try:
        known = {key_of(heading): heading for heading in job.known_headings if key_of(heading)}
        tables = csv_tables(data, known) if job.kind == "csv" else workbook_tables(job.kind, data)
        yield from _read(job.max_rows, tables, known)
    except FileRefused:
        raise
    except MemoryError:
        raise FileRefused(TOO_HEAVY) from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit, ImportError):
        raise  # not the file's fault
    except BaseException as error:  # a panic of the parser is no Exception
        locked = type(error).__name__ == "PasswordError"
        raise FileRefused(LOCKED if locked else BROKEN) from None


def _read(max_rows: int, tables: Iterable[Table], known: dict[str, str]) -> Iterator[Any]:
    is_empty = True
    for table in tables:
        head = list(islice(table.rows, HEADING_ROWS))
        is_empty &= len(head) < HEADING_ROWS and not any(any(map(as_json, row)) for _, row in head)
        place = _heading_place(head, known)
        if place is None:
            continue
        columns = _columns(table, head[place], known)
        yield {"name": table.name, "headings": [column.heading for column in columns]}
        count = 0
        for line in _data_rows(max_rows, table, columns, chain(head[place + 1 :], table.rows)):
            yield line
            count += 1
        if not count:
            raise FileRefused(
                "Di bawah judul kolom belum ada baris data. Isi dahulu, lalu unggah lagi."
            )
        yield {"end": count}
        return
    if is_empty:
        raise FileRefused("Buku kerja ini kosong. Pilih berkas yang berisi data, lalu unggah lagi.")
    raise FileRefused(
        f"Judul kolom tidak ditemukan dalam {HEADING_ROWS} baris pertama. Pakai judul kolom "
        "seperti pada contoh, lalu unggah lagi."
    )


# The heading


def _heading_place(head: list[tuple[int, Values]], known: dict[str, str]) -> int | None:
    scores = [len(known.keys() & keys_of(row)) for _, row in head]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _columns(table: Table, heading: tuple[int, Values], known: dict[str, str]) -> list[Column]:
    columns: dict[str, Column] = {}
    for index, (value, key) in enumerate(zip(heading[1], keys_of(heading[1]), strict=True)):
        if key in columns and key in known:
            letters = [_letters(table.first_column + i) for i in (columns[key].place, index)]
            raise FileRefused(
                f"Judul kolom {known[key]} ada dua kali, di kolom {letters[0]} dan {letters[1]}. "
                "Hapus salah satunya, lalu unggah lagi."
            )
        if key and key not in columns:
            title = known.get(key) or " ".join(_CONTROL.sub(" ", str(value)).split())[:100]
            columns[key] = Column(index, title, key, key in known)
    if len(columns) > MAX_COLUMNS:
        raise FileRefused(TOO_HEAVY)
    return list(columns.values())


# The rows


def _data_rows(max_rows: int, table: Table, columns: list[Column], rows: Rows) -> Iterator[Any]:
    errors = table.error_cells()
    under_heading, empty, count, last = True, 0, 0, 0
    for number, row in rows:
        if number > LAST_ROW:
            raise FileRefused(TOO_HEAVY)
        if number not in errors and row.count("") == len(row):  # a million of them lie in a gap
            empty += 1
            continue
        cells = _cells(table, columns, number, row, errors.get(number))
        if all(cells[i] is None for i, column in enumerate(columns) if column.is_known):
            empty += 1
            continue
        if _repeats_heading(columns, cells):
            under_heading = True
            continue
        if _is_counting(cells, at_least=2 if under_heading else 3):
            continue
        if empty > MAX_EMPTY_ROWS:
            raise FileRefused(
                f"Antara baris {count_text(last)} dan baris {count_text(number)} ada lebih dari "
                f"{count_text(MAX_EMPTY_ROWS)} baris kosong. Hapus baris kosong atau isi yang "
                "tertinggal di bawah, lalu unggah lagi."
            )
        under_heading, empty, last, count = False, 0, number, count + 1
        if count > max_rows:
            raise FileRefused(
                f"Berkas ini berisi lebih dari {count_text(max_rows)} baris. Bagi menjadi beberapa "
                "berkas, lalu unggah satu per satu."
            )
        yield [number, cells]


def _cells(
    table: Table,
    columns: list[Column],
    number: int,
    row: Values,
    errors: set[int] | None,
) -> Values:
    if len(row) <= columns[-1].place:  # in CSV a row may end early
        row = row + [None] * (columns[-1].place + 1 - len(row))
    values = [row[column.place] for column in columns]
    try:
        cells = [as_json(value) for value in values]
    except _TooLong:
        places = (c.place for c, value in zip(columns, values, strict=True) if _is_long(value))
        raise FileRefused(
            f"Isi sel di baris {count_text(number)} kolom "
            f"{_letters(table.first_column + next(places))} lebih dari "
            f"{count_text(MAX_CELL_TEXT)} huruf. Ringkas, lalu unggah lagi."
        ) from None
    if errors:
        for i, column in enumerate(columns):
            if table.first_column + column.place in errors:
                cells[i] = ["x", BAD_FORMULA]
    return cells


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > MAX_CELL_TEXT


class _TooLong(Exception):
    """A text that belongs in no table."""


def as_json(value: object) -> Any:
    """A cell for the way to the parent: dates and bad cells as a tagged pair, the rest plain."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime) and value.time() != time():
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()[:10]]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _number(value: float) -> Any:
    if not math.isfinite(value):
        return ["x", BAD_NUMBER]
    return int(value) if value.is_integer() and abs(value) < 1e18 else value


@lru_cache(maxsize=1 << 14)
def clean_text(text: str) -> Any:
    """A text without the traces of its spreadsheet; None when nothing is left."""
    if _is_long(text):
        raise _TooLong
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        return ["x", BAD_TEXT]
    text = text.replace("\xa0", " ").replace("\u202f", " ").strip()
    if _ERROR.fullmatch(text):
        return ["x", BAD_FORMULA]
    return text or None


def _repeats_heading(columns: list[Column], cells: Values) -> bool:
    filled = [
        (column, cell) for column, cell in zip(columns, cells, strict=True) if cell is not None
    ]
    return all(isinstance(cell, str) and key_of(cell) == column.key for column, cell in filled)


def _is_counting(cells: Values, at_least: int) -> bool:
    """A row that numbers the columns: 1 2 3 or (1) (2) (3), which Excel takes for -1 -2 -3."""
    filled = [str(cell) for cell in cells if isinstance(cell, str | int)]
    numbers = [int(match[1]) for match in map(_COUNTING.fullmatch, filled) if match]
    if len(numbers) < max(at_least, sum(cell is not None for cell in cells)):
        return False
    return numbers[0] == 1 and all(a < b for a, b in pairwise(numbers))


def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


if __name__ == "__main__":
    main()
