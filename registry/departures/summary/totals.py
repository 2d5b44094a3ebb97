"""What pages of few filters show of a region and a year, as numbers at places (pure).

Every table that is kept has a range of places, one for each of its cells; cells of 0 are left out.
"""

import math
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np

from registry.departures.summary.layout import SIZES, number_of
from registry.departures.summary.rows import Rows
from registry.enums import Level, Stage
from registry.regions.area import COUNTRY_CODE

ALL, COUNTED, PLANNED = "all", "counted", "planned"
BELOW = {Level.COUNTRY: "province", Level.PROVINCE: "district", Level.DISTRICT: "subdistrict"}
CHILD = "child"  # stands for the column of the next level below the region
_SIZES = SIZES | {CHILD: 100}
_CANCELLED = number_of("stage", Stage.CANCELLED.value)
_PLANNED = number_of("stage", Stage.PLANNED.value)
# A region and a year as one number: the code of the region, then four digits of the year.
_YEARS = 10_000
_PLACE_BITS = 20


class Section(NamedTuple):
    """A table by some columns, of all departures or of those that count as `Jumlah` or planned."""

    of: str
    columns: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(_SIZES[column] for column in self.columns)

    @property
    def size(self) -> int:
        return math.prod(self.shape)


SECTIONS = (
    Section(ALL, ("stage", "is_pmi", "procedure", "readiness", "sex")),
    Section(ALL, ("country",)),
    Section(COUNTED, (CHILD, "sex")),
    Section(COUNTED, ("country", "sex")),
    Section(COUNTED, ("scheme", "sex")),
    Section(COUNTED, ("employer", "sex")),
    Section(COUNTED, ("age", "sex")),
    Section(COUNTED, ("job", "sex")),
    Section(COUNTED, ("month", "stage", "sex")),
    Section(COUNTED, ("lead", "stage")),
    Section(COUNTED, ("wait", "stage")),
    Section(COUNTED, ("papers", "stage")),
    Section(PLANNED, ("month", "day")),
    # What lists filter by besides.
    Section(ALL, ("stage", "status")),
)


@cache
def starts() -> dict[Section, int]:
    """The first place of each section."""
    found, start = {}, 0
    for section in SECTIONS:
        found[section] = start
        start += section.size
    return found


@cache
def section_with(of: str, columns: frozenset[str]) -> Section | None:
    """The smallest section that tells all of these columns apart."""
    fitting = [s for s in SECTIONS if s.of == of and columns <= set(s.columns)]
    return min(fitting, key=lambda section: section.size, default=None)


@cache
def cells(section: Section) -> list[tuple[int, ...]]:
    """The numbers in the columns of each place of a section, in order."""
    return list(product(*map(range, section.shape)))


class Totals(NamedTuple):
    """Numbers and their places, in order of the places."""

    places: np.ndarray
    numbers: np.ndarray


def added(one: Totals, other: Totals) -> Totals:
    """The sum of totals, without zeros."""
    if not len(one.places):
        return without_zeros(*other)
    at = np.searchsorted(one.places, other.places)
    is_known = one.places[np.minimum(at, len(one.places) - 1)] == other.places
    places, numbers = one.places, one.numbers.copy()
    numbers[at[is_known]] += other.numbers[is_known]
    if not is_known.all():
        is_new = ~is_known
        places = np.insert(places, at[is_new], other.places[is_new])
        numbers = np.insert(numbers, at[is_new], other.numbers[is_new])
    return without_zeros(places, numbers)


def without_zeros(places: np.ndarray, numbers: np.ndarray) -> Totals:
    kept = numbers != 0
    return Totals(places[kept], numbers[kept])


def totals_in(rows: Rows, level: Level) -> dict[tuple[str, int], Totals]:
    """What rows add to the totals of each region of that level, by its code and the year."""
    years = rows.column("year").astype(np.int64)
    if level is Level.COUNTRY:
        return {(COUNTRY_CODE, year): t for year, t in _by_key(years, rows, level).items()}
    regions = rows.column("province").astype(np.int64)
    if level is Level.DISTRICT:
        regions = regions * 100 + rows.column("district")
    return {
        (f"{key // _YEARS:0{int(level)}}", key % _YEARS): totals
        for key, totals in _by_key(regions * _YEARS + years, rows, level).items()
    }


def _by_key(keys: np.ndarray, rows: Rows, level: Level) -> dict[int, Totals]:
    places = _places_in(rows, level)
    chosen = np.concatenate([of for of, _ in places])
    marks = (keys[chosen] << _PLACE_BITS) | np.concatenate([place for _, place in places])
    occurring, inverse = np.unique(marks, return_inverse=True)
    signs = None if rows.signs is None else rows.signs[chosen]
    numbers = np.bincount(inverse, signs, minlength=len(occurring)).astype(np.int64)
    of_key = occurring >> _PLACE_BITS
    found_places = occurring & ((1 << _PLACE_BITS) - 1)
    firsts = np.flatnonzero(np.diff(of_key, prepend=-1)).tolist()
    return {
        int(of_key[first]): without_zeros(found_places[first:end], numbers[first:end])
        for first, end in zip(firsts, [*firsts[1:], len(occurring)], strict=True)
    }


def _places_in(rows: Rows, level: Level) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each section which rows count in it, and the place of each of those."""
    stage = rows.column("stage")
    is_counted = (rows.column("is_pmi") == 1) & (stage != _CANCELLED)
    of = {
        ALL: np.arange(len(rows)),
        COUNTED: np.flatnonzero(is_counted),
        PLANNED: np.flatnonzero(is_counted & (stage == _PLANNED)),
    }
    found = []
    for section, start in starts().items():
        chosen = of[section.of]
        place = np.zeros(len(chosen), np.int64)
        for name in section.columns:
            values = rows.column(BELOW[level] if name == CHILD else name)
            place = place * _SIZES[name] + values[chosen]
        found.append((chosen, place + start))
    return found


def stored(totals: Totals) -> bytes:
    """The places and then the numbers, four bytes each."""
    return totals.places.astype("<u4").tobytes() + totals.numbers.astype("<u4").tobytes()


def from_stored(said: bytes) -> Totals:
    """What `stored` wrote."""
    both = np.frombuffer(said, "<u4").astype(np.int64)
    half = len(both) // 2
    return Totals(both[:half], both[half:])
