"""Counting rows of the summary: which of them a filter finds, and grouped by what."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from registry.departures.filters import OTHER_JOB, Filter
from registry.departures.summary.layout import number_of
from registry.departures.summary.reading import EVERY_YEAR, Loaded, Years
from registry.departures.summary.storing import Jobs
from registry.departures.summary.totals import SIZES, Rows, codes, column
from registry.enums import Level

MOST_CODES = 1 << 20  # of more, only those that occur are counted

# Fields of a filter that are columns of the rows.
_FIELDS = (
    *("country", "scheme", "sex", "stage", "status", "procedure", "employer", "readiness"),
    "age",
)


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


def mask(rows: Rows, f: Filter, jobs: Jobs) -> np.ndarray | None:
    """Which of the rows the filter finds; None for all of them."""
    found = [*_of_area(rows, f), *_of_days(rows, f)]
    for name in _FIELDS:
        if values := getattr(f, name):
            found.append(_is_any(rows[name], [number_of(name, value) for value in values]))
    if f.pmi:
        found.append(column(rows, "is_pmi") == (f.pmi == "ya"))
    if f.job:
        found.append(_is_any(rows["job"], _job_numbers(f.job, jobs)))
    if not found:
        return None
    chosen: np.ndarray = np.logical_and.reduce(found)
    return chosen


def _of_area(rows: Rows, f: Filter) -> list[np.ndarray]:
    code, level = f.area.code, f.area.level
    found = []
    if level >= Level.SUBDISTRICT:
        found.append(rows["subdistrict"] == int(code[4:6]))
    if level is Level.VILLAGE:
        found.append(rows["village"] == int(code[6:]))
    return found


def _of_days(rows: Rows, f: Filter) -> list[np.ndarray]:
    """The days of the filter, where they are not whole years (the blocks are)."""
    first, last = f.first_day, f.last_day
    found = []
    if first and (first.month, first.day) != (1, 1):
        found.append(day_numbers(rows) >= day_number(first))
    if last and (last.month, last.day) != (12, 31):
        found.append(day_numbers(rows) <= day_number(last))
    return found


def day_numbers(rows: Rows) -> np.ndarray:
    """The leaving day of each row as a number that grows with the days."""
    numbers: np.ndarray = (rows["year"].astype(np.int32) * 16 + rows["month"]) * 32 + rows["day"]
    return numbers


def day_number(day: date) -> int:
    return (day.year * 16 + day.month) * 32 + day.day


def _is_any(values: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    chosen: np.ndarray = values == numbers[0] if len(numbers) == 1 else np.isin(values, numbers)
    return chosen


def _job_numbers(codes: Sequence[str], jobs: Jobs) -> list[int]:
    """Codes that nobody has yet stand for no number, and find nothing."""
    return [0 if code == OTHER_JOB else jobs.numbers.get(code, -1) for code in codes]


def group(loaded: Loaded, f: Filter, columns: Sequence[str]) -> Counter[tuple[int, ...]]:
    """How many of the rows the filter finds, by the numbers in these columns."""
    shape = tuple(SIZES[name] for name in columns)
    found: Counter[int] = Counter()
    for rows, signs in loaded.parts:
        chosen = mask(rows, f, loaded.jobs)
        places = codes(rows, columns, chosen)
        weights = signs if signs is None or chosen is None else signs[chosen]
        found.update(_counted(places, weights, int(np.prod(shape, dtype=np.int64))))
    if not columns:
        return Counter({(): found.total()})
    places = np.fromiter(found.keys(), np.int64, len(found))
    groups = zip(*(axis.tolist() for axis in np.unravel_index(places, shape)), strict=True)
    return Counter({group: n for group, n in zip(groups, found.values(), strict=True) if n})


def _counted(codes: np.ndarray, weights: np.ndarray | None, size: int) -> dict[int, int]:
    if size > MOST_CODES:
        codes, inverse = np.unique(codes, return_inverse=True)
        numbers = np.bincount(inverse, weights, minlength=len(codes))
        return dict(zip(codes.tolist(), numbers.astype(np.int64).tolist(), strict=True))
    numbers = np.bincount(codes, weights, minlength=1)
    places = np.flatnonzero(numbers)
    return dict(zip(places.tolist(), numbers[places].astype(np.int64).tolist(), strict=True))
