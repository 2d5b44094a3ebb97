"""Reading the summary of an area: its rows or its totals, the changes that wait included."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import LargeBinary, SmallInteger, String, func, null, select, union_all
from sqlalchemy.sql.expression import cast

from registry.asking import ask
from registry.departures.summary.layout import CODE, WIDE, pack
from registry.departures.summary.models import CountBlock, CountChange, CountTotal
from registry.departures.summary.rows import Blocks, Rows, from_blocks, from_packed
from registry.departures.summary.storing import Jobs
from registry.departures.summary.totals import Section, starts, totals_in
from registry.enums import Level
from registry.regions.area import Area

DISTRICT = int(Level.DISTRICT)
VILLAGE = int(Level.VILLAGE)
_ROW_OF_WIDE = WIDE * CODE.itemsize


class Years(NamedTuple):
    """Years from the first to the last, both included; 0 are departures without a date."""

    first: int
    last: int


EVERY_YEAR = Years(0, 9999)


class YearlyTotals(NamedTuple):
    """Numbers and their places among the sections, in order of the places, each with its year.

    Attributes:
        bounds: of each section its first place, and between which indices its numbers stand.
        held: the years of which anything was read; 0 for departures without a date.
    """

    places: np.ndarray
    numbers: np.ndarray
    years: np.ndarray
    bounds: dict[Section, tuple[int, int, int]]
    held: frozenset[int]


_memory: ContextVar[dict[Any, Any] | None] = ContextVar("summary", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """What is read of the summary inside is read once; nothing may be changed meanwhile."""
    if _memory.get() is not None:
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def once(key: Any, read: Callable[[], Any]) -> Any:
    """What `read` answers, kept under the key until `reading_once` ends."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    return memory[key]


class Loaded(NamedTuple):
    """Rows, and the years of which they are all."""

    rows: list[Rows]
    years: Years


def loaded_before(about: Any, years: Years) -> Loaded | None:
    """Rows of these or of more years that `load` read of the same; None where it read none."""
    for held, rows in once(about, dict).items():
        if held.first <= years.first and years.last <= held.last:
            return Loaded(rows, held)
    return None


def load(about: Any, years: Years, read: Callable[[], list[Rows]]) -> Loaded:
    """What `read` answers for these years, or of more years what was read before."""
    if found := loaded_before(about, years):
        return found
    rows = once(about, dict)[years] = read()
    return Loaded(rows, years)


def jobs_read() -> Jobs:
    """The job codes of the summary, those of the changes read so far included.

    To be asked after the rows or totals, whose job codes it then knows.
    """
    found: Jobs = once("jobs", Jobs)
    return found


def rows_of(area: Area, years: Years) -> Loaded:
    """The rows of every kabupaten that the area touches, and the changes that wait.

    They are of these years, or of more where those were read before.

    Villages can be told apart within a subdistrict only.
    """
    district = Area(area.code[:DISTRICT])
    wants_villages = area.level >= Level.SUBDISTRICT
    about = ("rows", district, wants_villages)
    return load(about, years, lambda: _read_rows(district, years, wants_villages))


def _read_rows(area: Area, years: Years, wants_villages: bool) -> list[Rows]:
    found = ask(_rows_statement, area, years, wants_villages)
    # The changes come last.
    stored = [row for row in found if row[2] is not None]
    changes = [row[:2] for row in found[len(stored) :]]
    numbers, districts, wide, villages = zip(*stored, strict=True) if stored else ((), (), (), ())
    sizes = [len(said) // _ROW_OF_WIDE for said in wide]
    parts = [from_blocks(wide, villages, Blocks(numbers, districts, sizes))]
    if changes and (waiting := _waiting(changes, years)) is not None:
        parts.append(waiting)
    return parts


def _waiting(changes: Sequence[tuple[int, str]], years: Years) -> Rows | None:
    """The changes that lie in these years; None where there are none."""
    jobs = jobs_read()
    read = [(sign, *pack(key, jobs.number)) for sign, key in changes]
    within = [change for change in read if years.first <= change[2] <= years.last]
    if not within:
        return None
    signs, districts, of_years, packed = zip(*within, strict=True)
    blocks = Blocks(of_years, districts, [1] * len(packed))
    return from_packed(packed, blocks, np.array(signs, np.int64))


def totals_of(area: Area, years: Years) -> YearlyTotals:
    """The totals of a kabupaten, a province or the country, of all these years together."""
    found: YearlyTotals = once(("totals", area, years), lambda: _read_totals(area, years))
    return found


def _read_totals(area: Area, years: Years) -> YearlyTotals:
    changes: list[tuple[int, str]] = []
    places, numbers, held = [], [], []
    for number, text, said in ask(_totals_statement, area, years):
        if said is None:
            changes.append((number, text))
            continue
        both = np.frombuffer(said, "<u4")
        half = len(both) // 2
        places.append(both[:half])
        numbers.append(both[half:])
        held.append((number, half))
    if changes and (rows := _waiting(changes, years)) is not None:
        for (_, year), more in totals_in(rows, area.level).items():
            places.append(more.places)
            numbers.append(more.numbers)
            held.append((year, len(more.places)))
    if not held:
        nothing = np.zeros(0, np.int64)
        return YearlyTotals(nothing, nothing, nothing, _bounds(nothing), frozenset())
    of_years = np.repeat([year for year, _ in held], [count for _, count in held])
    where = np.concatenate(places)
    order = np.argsort(where, kind="stable")
    where = where[order].astype(np.int64)
    return YearlyTotals(
        where,
        np.concatenate(numbers)[order].astype(np.int64),
        of_years[order],
        _bounds(where),
        frozenset(year for year, _ in held),
    )


def _bounds(places: np.ndarray) -> dict[Section, tuple[int, int, int]]:
    begins = starts()
    at = [*np.searchsorted(places, list(begins.values())).tolist(), len(places)]
    return dict(zip(begins, zip(begins.values(), at, at[1:], strict=False), strict=True))


def years_held(area: Area) -> list[int]:
    """The years in which the area, or the kabupaten around it, has departures; the latest first."""
    found = set()
    for number, key, _ in ask(_years_statement, Area(area.code[:DISTRICT])):
        found.add(int(key.split("|")[1][:4] or 0) if key else number)
    return sorted(found - {0}, reverse=True)


def _rows_statement(area: Area, years: Years, wants_villages: bool) -> Any:
    villages = CountBlock.villages if wants_villages else cast(null(), LargeBinary)
    blocks = select(CountBlock.year, CountBlock.district_code, CountBlock.rows, villages).where(
        CountBlock.year.between(*years),
        CountBlock.district_code.between(area.first[:DISTRICT], area.last[:DISTRICT]),
    )
    return _with_changes(area, blocks, 2)


def _totals_statement(area: Area, years: Years) -> Any:
    totals = select(CountTotal.year, cast(null(), String), CountTotal.numbers).where(
        CountTotal.region_code == area.code, CountTotal.year.between(*years)
    )
    return _with_changes(area, totals, 1)


def _years_statement(area: Area) -> Any:
    stored = select(CountTotal.year, cast(null(), String), cast(null(), LargeBinary))
    return _with_changes(area, stored.where(CountTotal.region_code == area.code), 1)


def _with_changes(area: Area, stored: Any, blobs: int) -> Any:
    """Stored rows and the changes that wait in one statement, so that nothing falls between."""
    village = func.substr(CountChange.key, 1, VILLAGE)
    nothing = [cast(null(), LargeBinary).label(f"none_{n}") for n in range(blobs)]
    waiting = select(cast(CountChange.sign, SmallInteger), CountChange.key, *nothing).where(
        area.covers(village)
    )
    return union_all(stored, waiting)
