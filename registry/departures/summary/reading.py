"""Reading the summary of an area: its rows or its totals, the changes that wait included."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import LargeBinary, SmallInteger, String, func, literal, null, select, union_all
from sqlalchemy.sql.expression import cast

from registry.db import db
from registry.departures.summary.layout import as_rows, pack
from registry.departures.summary.models import CountBlock, CountChange, CountTotal
from registry.departures.summary.storing import Jobs
from registry.departures.summary.totals import Numbers, Rows, from_stored, numbers_of
from registry.enums import Level
from registry.regions.area import Area

DISTRICT = int(Level.DISTRICT)
VILLAGE = int(Level.VILLAGE)
KEPT_STATEMENTS = 256


class Years(NamedTuple):
    """Years from the first to the last, both included; 0 are departures without a date."""

    first: int
    last: int


EVERY_YEAR = Years(0, 9999)


class Part(NamedTuple):
    """Rows, and how often each counts (-1 or +1) where they are changes that wait."""

    rows: Rows
    signs: np.ndarray | None


@dataclass
class Loaded:
    """The rows of an area and some years."""

    parts: list[Part]
    jobs: Jobs


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


def _once(key: Any, read: Callable[[], Any]) -> Any:
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    return memory[key]


def jobs_read() -> Jobs:
    """The job codes of the summary, those of the changes read so far included."""
    found: Jobs = _once("jobs", Jobs)
    return found


def rows_of(area: Area, years: Years) -> Loaded:
    """The rows of every kabupaten that the area touches, in these years."""
    district = Area(area.code[:DISTRICT])
    loaded: Loaded = _once(("rows", district, years), lambda: _read_rows(district, years))
    return loaded


def _read_rows(area: Area, years: Years) -> Loaded:
    changes: list[tuple[int, str]] = []
    packed: list[bytes] = []
    for sign, key, rows in db.session.execute(_of_rows(area, years)):
        if rows is None:
            changes.append((sign, key))
        else:
            packed.append(rows)
    jobs = jobs_read()  # after the rows, whose job codes it then knows
    waiting = list(_in_years(changes, years, jobs))
    parts = [Part(as_rows(b"".join(packed)), None)]
    if waiting:
        signs = np.array([sign for sign, _, _ in waiting], np.int64)
        parts.append(Part(as_rows(b"".join(row for _, _, row in waiting)), signs))
    return Loaded(parts, jobs)


# Made once for each area and years: that takes longer than asking a small database.
@lru_cache(maxsize=KEPT_STATEMENTS)
def _of_rows(area: Area, years: Years) -> Any:
    blocks = select(cast(null(), SmallInteger), cast(null(), String), CountBlock.rows).where(
        CountBlock.year.between(*years),
        CountBlock.district_code.between(area.first[:DISTRICT], area.last[:DISTRICT]),
    )
    return _with_changes(area, blocks)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _of_totals(area: Area, years: Years) -> Any:
    totals = select(CountTotal.year, literal(None, String), CountTotal.numbers)
    is_wanted = (CountTotal.region_code == area.code, CountTotal.year.between(*years))
    return _with_changes(area, totals.where(*is_wanted))


@lru_cache(maxsize=KEPT_STATEMENTS)
def _of_years(area: Area) -> Any:
    stored = select(CountTotal.year, literal(None, String), literal(b"", LargeBinary))
    return _with_changes(area, stored.where(CountTotal.region_code == area.code))


def _with_changes(area: Area, stored: Any) -> Any:
    """Stored rows and the changes that wait in one statement, so that nothing falls between."""
    village = func.substr(CountChange.key, 1, VILLAGE)
    waiting = select(CountChange.sign, CountChange.key, cast(null(), LargeBinary)).where(
        area.covers(village)
    )
    return union_all(stored, waiting)


def _in_years(
    changes: Sequence[tuple[int, str]], years: Years, jobs: Jobs
) -> Iterator[tuple[int, int, bytes]]:
    """Sign, year and row of the changes that lie in these years."""
    for sign, key in changes:
        _, year, row = pack(key, jobs.number)
        if years.first <= year <= years.last:
            yield sign, year, row


def totals_of(area: Area, years: Years) -> dict[int, Numbers]:
    """The totals of a kabupaten, a province or the country by year."""
    found: dict[int, Numbers] = _once(("totals", area, years), lambda: _read_totals(area, years))
    return found


def years_held(area: Area) -> list[int]:
    """The years in which the area, or the kabupaten around it, has departures; the latest first."""
    found = set()
    for number, key, _ in db.session.execute(_of_years(Area(area.code[:DISTRICT]))):
        found.add(int(key.split("|")[1][:4] or 0) if key else number)
    return sorted(found - {0}, reverse=True)


def _read_totals(area: Area, years: Years) -> dict[int, Numbers]:
    totals: dict[int, Numbers] = {}
    changes: list[tuple[int, str]] = []
    for number, key, said in db.session.execute(_of_totals(area, years)):
        if said is None:
            changes.append((number, key))
        else:
            totals[number] = from_stored(said)
    waiting: dict[int, list[tuple[int, bytes]]] = {}
    for sign, year, row in _in_years(changes, years, jobs_read()) if changes else ():
        waiting.setdefault(year, []).append((sign, row))
    for year, rows in waiting.items():
        signs = np.array([sign for sign, _ in rows], np.int64)
        more = numbers_of(as_rows(b"".join(row for _, row in rows)), area.level, signs)
        totals[year] = totals[year] + more if year in totals else more
    return totals
