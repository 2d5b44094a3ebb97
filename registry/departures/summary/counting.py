"""How many departures a filter finds, grouped: from the summary wherever it holds what is asked.

The totals of a region answer a dashboard without filters, the rows of its blocks any other
question. Of what the summary does not hold (agencies, flags, names) such rows are made from the
tables.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from registry.departures.filters import Filter
from registry.departures.summary import grouping
from registry.departures.summary.axes import UNCANCELLED, Axis
from registry.departures.summary.grouping import Groups
from registry.departures.summary.in_tables import count_in_tables, tally_in_tables
from registry.departures.summary.layout import LEAD_DAYS, PAPERS_DAYS, WAIT_DAYS, word_of
from registry.departures.summary.picking import picked_before, rows_picked
from registry.departures.summary.reading import jobs_read, reading_once, rows_of, totals_of
from registry.departures.summary.totals import (
    ALL,
    BELOW,
    CHILD,
    COUNTED,
    PLANNED,
    Section,
    cells,
    section_with,
)
from registry.enums import UNKNOWN, Level, Stage
from registry.regions.area import Area

# Above so many departures a person would notice that something is not counted in the totals.
MANY_ROWS, MANY_IN_TABLES = 1_000_000, 20_000
Found = dict[tuple[int, ...], int]
_AS_THEY_ARE = (Axis.LEAD, Axis.WAIT, Axis.PAPERS)


def tally(f: Filter, *axes: Axis) -> list[tuple[Any, ...]]:
    """How many departures the filter finds, grouped: one value an axis, then the number."""
    if Axis.AGENCY in axes:
        return tally_in_tables(f, *axes)
    with reading_once():
        found = _from_totals(f, axes) if grouping.knows(f) else None
        if found is None:
            found = _from_rows(f, axes)
        groups = {group: count for group, count in found.items() if count}
        columns = [
            _said(column, _decoder(axis, f))
            for axis, column in zip(axes, zip(*groups, strict=True), strict=False)
        ]
        return list(zip(*columns, groups.values(), strict=True))


def _said(column: Sequence[int], say: Callable[[int], Any]) -> list[Any]:
    """The values of a column in words, each of which is looked up once."""
    words = {number: say(number) for number in set(column)}
    return [words[number] for number in column]


def count(f: Filter) -> int:
    """How many departures the filter finds."""
    if not (grouping.knows(f) or picked_before(f, grouping.years_of(f))):
        return count_in_tables(f)
    return sum(number for *_, number in tally(f))


def is_slow(f: Filter) -> bool:
    """Whether a page of this filter may take longer: much to count, and no totals of it.

    The totals answer pages without filters. All that the rows of the summary tell apart is counted
    in them, quickly enough for a year of the country; the rest in the tables, those of an agency
    from its index.
    """
    whole = Filter(f.area, since=f.first_day, until=f.last_day, dateless=f.dateless)
    if f.agency:
        return _count_picked(whole.with_(agency=f.agency)) > MANY_IN_TABLES
    knows = grouping.knows(f)
    if knows and _totals_tell_page(f):
        return False
    with reading_once():
        return departures_around(whole) > (MANY_ROWS if knows else MANY_IN_TABLES)


def _count_picked(f: Filter) -> int:
    """How many rows a page goes through, without asking for those that it has already."""
    picked = picked_before(f, grouping.years_of(f))
    return sum(map(len, picked.rows)) if picked else count_in_tables(f)


def _totals_tell_page(f: Filter) -> bool:
    """Whether the tables of a page, which count `Jumlah` by one column each, are in the totals."""
    counted = f.with_(pmi=f.pmi or "ya", stage=f.stage or UNCANCELLED)
    return all(_plan_of(counted, (axis,)) is not None for axis in (Axis.COUNTRY, Axis.SCHEME))


def departures_around(f: Filter) -> int:
    """How many departures the area, or the kabupaten around it, has in the years of the filter."""
    area = Area(f.area.within(Level.DISTRICT)) if f.area.level > Level.DISTRICT else f.area
    totals = totals_of(area, grouping.years_of(f))
    places, numbers, _ = _cells(totals, _WHOLE)
    return int(numbers.sum()) if len(places) else 0


def _from_rows(f: Filter, axes: Sequence[Axis]) -> Groups:
    years = grouping.years_of(f)
    loaded = rows_of(f.area, years) if grouping.knows(f) else rows_picked(f, years)
    columns = [_region_column(f) if axis is Axis.REGION else axis.value for axis in axes]
    return grouping.group(loaded, f, columns)


def _region_column(f: Filter) -> str:
    return BELOW.get(f.area.level, "village")


class _Plan(NamedTuple):
    """Which section of the totals answers a question, and what is still to be picked from it."""

    section: Section
    wanted: grouping.Wanted
    columns: list[str]
    first: date | None
    last: date | None
    by_day: bool


def _plan_of(f: Filter, axes: Sequence[Axis]) -> _Plan | None:
    """How the totals of the region answer; None where they do not tell the groups apart."""
    if f.area.level not in BELOW:
        return None
    columns = [CHILD if axis is Axis.REGION else axis.value for axis in axes]
    first, last = grouping.days_of(f)
    by_day = bool(first or last) and not grouping.are_whole_months(first, last)
    needed = {name for name in columns if name != Axis.YEAR}
    if first or last:
        needed |= {"month", "day"} if by_day else {"month"}
    found = _section_for(f, needed)
    return _Plan(*found, columns, first, last, by_day) if found else None


def _from_totals(f: Filter, axes: Sequence[Axis]) -> Found | None:
    """The groups from the totals of the region; None where they do not tell them apart."""
    plan = _plan_of(f, axes)
    if plan is None:
        return None
    section, wanted, columns, first, last, by_day = plan
    totals = totals_of(f.area, grouping.years_of(f))
    if not (wanted or first or last) and tuple(columns) == section.columns:
        return _whole(totals, section)
    values, numbers = _table(totals, section)
    fitting = [np.isin(values[name], allowed) for name, allowed in wanted.items()]
    if first or last:
        nothing = np.zeros(1, np.int64)
        days = values.get("day", nothing)
        at = grouping.day_numbers(values["year"], values["month"], days)
        fitting += _between(at, first, last, by_day=by_day)
    if fitting:
        kept = np.logical_and.reduce(fitting)
        values = {name: value[kept] for name, value in values.items()}
        numbers = numbers[kept]
    return _summed(values, numbers, columns)


def _whole(totals: Any, section: Section) -> Found:
    """All of a section, its years together."""
    places, numbers, _ = _cells(totals, section)
    sums = np.bincount(places, numbers)
    occupied = np.flatnonzero(sums)
    known = cells(section)
    groups = [known[place] for place in occupied.tolist()]
    return dict(zip(groups, sums[occupied].astype(np.int64).tolist(), strict=True))


def _between(at: np.ndarray, first: Any, last: Any, *, by_day: bool) -> list[np.ndarray]:
    found = []
    if first:
        found.append(at >= grouping.day_number(first) - (0 if by_day else first.day))
    if last:
        found.append(at <= grouping.day_number(last))
    return found


def _section_for(f: Filter, needed: set[str]) -> tuple[Section, grouping.Wanted] | None:
    """The section that holds the columns and tells apart what the filter takes."""
    if f.job:
        return None
    wanted = grouping.wanted_by(f)
    parts = [(ALL, wanted)]
    if f.pmi == "ya" and f.stage and set(f.stage) <= set(UNCANCELLED):
        rest = {name: numbers for name, numbers in wanted.items() if name != "is_pmi"}
        without_stage = {name: numbers for name, numbers in rest.items() if name != "stage"}
        is_whole = set(f.stage) == set(UNCANCELLED)
        parts.append((COUNTED, without_stage if is_whole else rest))
        if f.stage == (Stage.PLANNED.value,):
            parts.append((PLANNED, without_stage))
    for of, left in reversed(parts):
        if (section := section_with(of, frozenset(needed | left.keys()))) is not None:
            return section, left
    return None


def _cells(totals: Any, section: Section) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start, first, end = totals.bounds[section]
    return totals.places[first:end] - start, totals.numbers[first:end], totals.years[first:end]


def _table(totals: Any, section: Section) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The values of each cell of a section, its year among them, and its number."""
    places, numbers, years = _cells(totals, section)
    values = dict(zip(section.columns, np.unravel_index(places, section.shape), strict=True))
    return values | {"year": years}, numbers


def _summed(values: dict[str, np.ndarray], numbers: np.ndarray, columns: Sequence[str]) -> Found:
    if not columns:
        return {(): int(numbers.sum())}
    if not len(numbers):
        return {}
    parts = [values[name] for name in columns]
    lowest = [int(part.min()) for part in parts]
    shape = tuple(int(part.max()) - low + 1 for part, low in zip(parts, lowest, strict=True))
    codes = np.zeros(len(numbers), np.int64)
    for part, low, size in zip(parts, lowest, shape, strict=True):
        codes = codes * size + (part - low)
    return grouping.reduced(codes, numbers, shape, lowest)


def _decoder(axis: Axis, f: Filter) -> Callable[[int], Any]:
    if axis is Axis.REGION:
        return _region_decoder(f)
    if axis is Axis.IS_PMI:
        return bool
    if axis in (Axis.YEAR, Axis.MONTH, Axis.DAY):
        return lambda number: number or None
    if axis is Axis.AGE:
        return lambda number: word_of("age", number) or UNKNOWN
    if axis is Axis.JOB:
        return _job_decoder()
    if axis in _AS_THEY_ARE:
        return int
    return partial(word_of, axis.value)


def _region_decoder(f: Filter) -> Callable[[int], str]:
    below = f.area.level.below
    if below is None:
        return lambda number: f.area.code
    digits = int(below) - int(f.area.level)
    above = "" if f.area.level is Level.COUNTRY else f.area.code
    return lambda number: f"{above}{number:0{digits}}"


def _job_decoder() -> Callable[[int], str | None]:
    codes = {number: code for code, number in jobs_read().numbers.items()}
    return codes.get


_WHOLE = Section(ALL, ("country",))

__all__ = [
    "LEAD_DAYS",
    "PAPERS_DAYS",
    "UNCANCELLED",
    "WAIT_DAYS",
    "Axis",
    "count",
    "departures_around",
    "is_slow",
    "tally",
]
