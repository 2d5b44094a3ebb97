"""Counting rows of the summary: which of them a filter finds, and grouped by what."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache, partial

import numpy as np

from registry.departures.filters import OTHER_JOB, Filter
from registry.departures.summary.layout import (
    GROUPS,
    digits,
    number_of,
    shape_of,
)
from registry.departures.summary.reading import EVERY_YEAR, Loaded, Years, jobs_read, once
from registry.departures.summary.rows import Rows
from registry.enums import Level

# Fields of a filter that are columns of the rows.
_FIELDS = (
    *("country", "scheme", "sex", "stage", "status", "procedure", "employer", "readiness"),
    "age",
)
# Where a filter begins; the sex goes with the first of them, stages come last.
_NARROWING = ("villages", "places", "jobs", "people", "terms", "states")
Groups = Counter[tuple[int, ...]]
Wanted = dict[str, tuple[int, ...]]


def knows(f: Filter) -> bool:
    """Whether the summary holds everything that the filter asks for."""
    return not (f.agency or f.flag or f.text)


def years_of(f: Filter) -> Years:
    """The years in which everything lies that the filter finds."""
    if f.dateless:
        return Years(0, 0)
    if f.first_day is None and f.last_day is None:
        return EVERY_YEAR
    first = f.first_day.year if f.first_day else 1
    return Years(first, f.last_day.year if f.last_day else EVERY_YEAR.last)


@lru_cache(maxsize=512)
def wanted_by(f: Filter) -> Wanted:
    """The numbers that the filter takes of each column, but for its area, days and jobs."""
    wanted = {
        name: tuple(number_of(name, value) for value in values)
        for name in _FIELDS
        if (values := getattr(f, name))
    }
    if f.pmi:
        wanted["is_pmi"] = (int(f.pmi == "ya"),)
    return wanted


def _wanted_jobs(f: Filter) -> tuple[int, ...]:
    """Codes that nobody has yet stand for no number, and find nothing."""
    known = {**jobs_read().numbers, OTHER_JOB: 0}
    return tuple(known[code] for code in f.job if code in known)


def days_of(f: Filter) -> tuple[date | None, date | None]:
    """The days of the filter, None where they are the ends of whole years."""
    first, last = f.first_day, f.last_day
    if first and (first.month, first.day) == (1, 1):
        first = None
    if last and (last.month, last.day) == (12, 31):
        last = None
    return first, last


def are_whole_months(first: date | None, last: date | None) -> bool:
    """Whether a period begins and ends with a month."""
    begins = first is None or first.day == 1
    return begins and (last is None or date.fromordinal(last.toordinal() + 1).day == 1)


class Selection:
    """The rows that a filter finds, each of their groups counted once."""

    def __init__(self, rows: Rows, f: Filter, held: Years) -> None:
        self._rows = rows
        self._tables: dict[str, np.ndarray] = {}
        self._chosen = _chosen(rows, f, held)

    def of(self, values: np.ndarray) -> np.ndarray:
        """The chosen ones of a value for each row."""
        return values if self._chosen is None else values.take(self._chosen)

    @cached_property
    def signs(self) -> np.ndarray | None:
        return None if self._rows.signs is None else self.of(self._rows.signs)

    def table(self, group: str) -> np.ndarray:
        """How many rows there are of each number of a group."""
        if group not in self._tables:
            size = math.prod(shape_of(group))
            codes = self.of(self._rows.group(group))
            self._tables[group] = np.bincount(codes, self.signs, minlength=size)
        return self._tables[group]

    def codes(self, columns: Sequence[str]) -> tuple[np.ndarray, tuple[int, ...], list[int]]:
        """The values of some columns as one number a row, how it is made, and each lowest value."""
        parts = [self._rows.column(name, self._chosen).astype(np.int64) for name in columns]
        lowest = [int(part.min(initial=1 << 30)) if len(part) else 0 for part in parts]
        shape = tuple(
            int(part.max()) - low + 1 if len(part) else 1
            for part, low in zip(parts, lowest, strict=True)
        )
        made = np.zeros(len(self), np.int64)
        for part, low, size in zip(parts, lowest, shape, strict=True):
            made = made * size + (part - low)
        return made, shape, lowest

    def __len__(self) -> int:
        return len(self._rows) if self._chosen is None else len(self._chosen)


def _chosen(rows: Rows, f: Filter, held: Years) -> np.ndarray | None:
    """The numbers of the rows that the filter finds, which are of all held years; None for all."""
    found: np.ndarray | None = None
    for group, columns in _by_group(f).items():
        allowed = _allowed(group, columns)
        if found is None:
            # Filters of one page begin alike.
            found = once(
                ("chosen", id(rows), group, columns),
                partial(_first_chosen, allowed, rows.group(group)),
            )
        else:
            found = found[allowed.take(rows.group(group).take(found))]
    if held != years_of(f):
        found = _kept(found, _of_years(rows, years_of(f), found))
    if (of_days := _of_days(rows, f, found)) is not None:
        found = _kept(found, of_days)
    return found


def _kept(found: np.ndarray | None, fitting: np.ndarray) -> np.ndarray:
    kept: np.ndarray = np.flatnonzero(fitting) if found is None else found[fitting]
    return kept


def _of_years(rows: Rows, years: Years, found: np.ndarray | None) -> np.ndarray:
    """Which of the found rows lie in these years."""
    at = rows.column("year", found)
    within: np.ndarray = (at >= years.first) & (at <= years.last)
    return within


def _first_chosen(allowed: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return np.flatnonzero(allowed.take(codes))


def _by_group(f: Filter) -> dict[str, tuple[tuple[str, tuple[int, ...]], ...]]:
    """What the filter wants, by the group that tells it; what narrows most comes first."""
    wanted = dict(wanted_by(f))
    code, level = f.area.code, f.area.level
    if f.job:
        wanted["job"] = _wanted_jobs(f)
    if level >= Level.SUBDISTRICT:
        wanted["subdistrict"] = (int(code[4:6]),)
    if level is Level.VILLAGE:
        wanted["village"] = (int(code[6:]),)
    found = {}
    for group in _NARROWING:
        is_last = group == _NARROWING[-1]
        held = [c for c in GROUPS[group] if c in wanted and (is_last or c != "stage")]
        if held and (is_last or held != ["sex"]):
            found[group] = tuple((column, wanted.pop(column)) for column in held)
    return found


@lru_cache(maxsize=256)
def _allowed(group: str, wanted: tuple[tuple[str, tuple[int, ...]], ...]) -> np.ndarray:
    """For each number of a group whether its columns have wanted values."""
    fitting: np.ndarray = np.logical_and.reduce(
        [np.isin(digits(group, column), numbers) for column, numbers in wanted]
    )
    return fitting


def _of_days(rows: Rows, f: Filter, found: np.ndarray | None) -> np.ndarray | None:
    """Which of the found rows lie within the days of the filter; None where all of its years do."""
    first, last = days_of(f)
    if first is None and last is None:
        return None
    days = day_numbers(*(rows.column(name, found) for name in ("year", "month", "day")))
    if first is None:
        return days <= day_number(last) if last else None
    since: np.ndarray = days >= day_number(first)
    return since if last is None else since & (days <= day_number(last))


def day_numbers(years: np.ndarray, months: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The leaving days as numbers that grow with the days."""
    numbers: np.ndarray = (years.astype(np.int32) * 16 + months) * 32 + days
    return numbers


def day_number(day: date) -> int:
    return (day.year * 16 + day.month) * 32 + day.day


def group(loaded: Loaded, f: Filter, columns: Sequence[str]) -> Groups:
    """How many of the rows the filter finds, by the numbers in these columns."""
    found: Groups = Counter()
    for number, rows in enumerate(loaded.rows):
        # Filters of one area and years find in the same rows.
        selection: Selection = once(
            ("selection", id(loaded.rows), number, f), partial(Selection, rows, f, loaded.years)
        )
        found.update(_grouped(selection, columns))
    return Counter({group: n for group, n in found.items() if n})


def _grouped(selection: Selection, columns: Sequence[str]) -> dict[tuple[int, ...], int]:
    home = next((name for name, held in GROUPS.items() if set(columns) <= set(held)), None)
    if home is None:
        codes, shape, lowest = selection.codes(columns)
        return reduced(codes, selection.signs, shape, lowest)
    held = GROUPS[home]
    table = selection.table(home).reshape(shape_of(home))
    summed = table.sum(axis=tuple(i for i, name in enumerate(held) if name not in columns))
    left = [name for name in held if name in columns]
    summed = np.asarray(summed).transpose([left.index(name) for name in columns])
    if not columns:
        return {(): int(summed)}
    places = np.nonzero(summed)
    groups = zip(*(axis.tolist() for axis in places), strict=True)
    return dict(zip(groups, summed[places].astype(np.int64).tolist(), strict=True))


def reduced(
    codes: np.ndarray, weights: np.ndarray | None, shape: tuple[int, ...], lowest: Sequence[int]
) -> dict[tuple[int, ...], int]:
    """How often each code occurs, by the values that it is made of."""
    if not shape:
        return {(): int(len(codes) if weights is None else weights.sum())}
    if math.prod(shape) > 4 * len(codes) + 4096:
        places, inverse = np.unique(codes, return_inverse=True)
        numbers = np.bincount(inverse, weights, minlength=len(places))
    else:
        numbers = np.bincount(codes, weights)
        places = np.flatnonzero(numbers)
        numbers = numbers[places]
    axes = np.unravel_index(places, shape)
    groups = zip(
        *((axis + low).tolist() for axis, low in zip(axes, lowest, strict=True)), strict=True
    )
    return dict(zip(groups, numbers.astype(np.int64).tolist(), strict=True))


__all__ = ["Groups", "Selection", "group", "knows", "reduced", "wanted_by", "years_of"]
