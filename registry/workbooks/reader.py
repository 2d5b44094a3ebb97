"""Reads a foreign spreadsheet: guard, then a child process under limits, then plain values.

The parser runs in a process of its own with an empty environment, no open files and limits on
time and memory, so a hostile file costs its sender a refusal and the application nothing. What
comes back is JSON, and no message ever carries the content of a cell.
"""

import contextlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from registry.workbooks import guard
from registry.workbooks._reader_child import Job
from registry.workbooks.guard import FileRefused

_ROOT = Path(__file__).parents[2]

# What a child may use: a start, and a share for every megabyte it has to go through. Measured on
# the largest honest export: 0.045 s and 2.5 MB a megabyte.
BASE_SECONDS, BYTES_A_SECOND = 4, 10 * guard.MEGABYTE
PATIENCE = 3  # seconds by the clock for one of the processor, on a busy machine
BASE_MEMORY, MEMORY_TIMES = 320 * guard.MEGABYTE, 3
ANSWER_TIMES = 20  # bytes of the answer, times the largest size allowed for the file
_SHARED_TEXTS, _SHARED_LENGTH = 50_000, 24


@dataclass(frozen=True, slots=True)
class BadText:
    """A cell that cannot be used, and why, in one sentence for the person who sent it."""

    message: str


Cell = str | int | float | bool | date | datetime | BadText | None


class _Cells(Mapping[str, Cell]):
    """The cells of one row by heading; rows of a sheet share their headings to stay small."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: dict[str, int], values: tuple[Cell, ...]) -> None:
        self._places = places
        self._values = values

    def __getitem__(self, heading: str) -> Cell:
        return self._values[self._places[heading]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return f"<{len(self)} cells>"  # a trace or a log never shows a person


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number that the user sees in Excel, and its cells by heading."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was read; headings known to the caller are spelled as the caller does."""

    name: str
    headings: list[str]
    rows: list[Row]


def read_rows(
    data: bytes,
    filename: str,
    *,
    known_headings: Collection[str],
    max_rows: int = guard.MAX_ROWS,
    max_bytes: int = guard.MAX_BYTES,
) -> Sheet:
    """The rows of the sheet with the data, or FileRefused with a sentence to show."""
    kind = guard.check(data, filename, max_bytes=max_bytes)
    size = guard.unpacked_size(data, kind)
    job = Job(
        kind=kind.value,
        known_headings=sorted(known_headings),
        max_rows=max_rows,
        cpu_seconds=BASE_SECONDS + size // BYTES_A_SECOND,
        memory_bytes=BASE_MEMORY + MEMORY_TIMES * size,
    )
    with subprocess.Popen(
        [sys.executable, "-s", "-X", "utf8", "-m", "registry.workbooks._reader_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={},
    ) as child:
        watchdog = threading.Timer(PATIENCE * job.cpu_seconds, child.kill)
        watchdog.start()
        try:
            return _answer(child, job, data, ANSWER_TIMES * max_bytes)
        finally:
            child.kill()
            watchdog.cancel()


def _answer(child: subprocess.Popen[bytes], job: Job, data: bytes, max_answer: int) -> Sheet:
    assert child.stdin is not None  # noqa: S101 (for the types)
    assert child.stdout is not None  # noqa: S101
    # A child that dies early breaks the pipe; what it leaves behind says why.
    with contextlib.suppress(BrokenPipeError), child.stdin:
        child.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
        child.stdin.write(data)
    sheet = _received(child.stdout, max_answer)
    if sheet is None:
        raise _failure(child.wait())
    return sheet


def _received(stream: IO[bytes], max_bytes: int) -> Sheet | None:
    """The sheet from the child's answer, or None when the answer is cut short."""
    sheet: Sheet | None = None
    places: dict[str, int] = {}
    shared: dict[str, str] = {}
    for line in stream:
        max_bytes -= len(line)
        if max_bytes < 0:
            raise FileRefused(guard.TOO_HEAVY)
        if not line.endswith(b"\n"):
            return None
        answer = json.loads(line)
        if isinstance(answer, list) and sheet is not None:
            number, values = answer
            cells = tuple([_cell(value, shared) for value in values])
            sheet.rows.append(Row(number, _Cells(places, cells)))
        elif "refused" in answer:
            raise FileRefused(answer["refused"])
        elif "end" in answer:
            return sheet
        else:
            sheet = Sheet(answer["name"], answer["headings"], [])
            places = {heading: index for index, heading in enumerate(sheet.headings)}
    return None


def _cell(value: Any, shared: dict[str, str]) -> Cell:
    if isinstance(value, str):
        if len(value) <= _SHARED_LENGTH and len(shared) < _SHARED_TEXTS:
            return shared.setdefault(value, value)
        return shared.get(value, value)
    if isinstance(value, list):
        tag, text = value
        if tag == "d":
            return date.fromisoformat(text)
        return datetime.fromisoformat(text) if tag == "t" else BadText(text)
    cell: Cell = value
    return cell


def _failure(returncode: int) -> Exception:
    """What a child that fell silent means: killed by a limit, or a fault of ours."""
    by_limits = {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGABRT, -signal.SIGSEGV}
    if returncode in by_limits:
        return FileRefused(guard.TOO_HEAVY)
    return RuntimeError(f"the reading process ended with code {returncode}")
