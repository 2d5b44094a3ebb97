"""What a dashboard without filters shows of a region and a year, as one row of numbers (pure)."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from registry.departures.summary.layout import LETTERS, SPAN_DAYS, WORDS
from registry.enums import NOT_PMI_SCHEMES, Level, Stage

Rows = np.ndarray
Numbers = np.ndarray

_PMI_SCHEMES = np.array(
    [True, *(scheme not in {s.value for s in NOT_PMI_SCHEMES} for scheme in WORDS["scheme"])]
)
_CANCELLED = WORDS["stage"].index(Stage.CANCELLED) + 1
_PLANNED = WORDS["stage"].index(Stage.PLANNED) + 1

# How many numbers each column can hold, 0 included.
SIZES = {
    **{column: len(words) + 1 for column, words in WORDS.items()},
    **{column: len(days) + 2 for column, days in SPAN_DAYS.items()},
    "province": 100,
    "district": 100,
    "subdistrict": 100,
    "village": 10_000,
    "year": 10_000,
    "month": 13,
    "day": 32,
    "is_pmi": 2,
    "country": LETTERS * LETTERS + 1,
    "job": 1 << 16,
}
ALL, COUNTED, PLANNED = "all", "counted", "planned"
BELOW = {Level.COUNTRY: "province", Level.PROVINCE: "district", Level.DISTRICT: "subdistrict"}


@dataclass(frozen=True)
class Section:
    """Numbers by some columns, of all departures or of those that count as planned or as `Jumlah`.

    `child` stands for the column of the next level below the region.
    """

    of: str
    columns: tuple[str, ...]

    def shape(self, level: Level) -> tuple[int, ...]:
        return tuple(SIZES[column] for column in self.at(level))

    def at(self, level: Level) -> tuple[str, ...]:
        return tuple(BELOW[level] if c == "child" else c for c in self.columns)


SECTIONS = (
    Section(ALL, ("stage", "is_pmi", "procedure", "readiness", "sex")),
    Section(ALL, ("country",)),
    Section(COUNTED, ("child", "sex")),
    Section(COUNTED, ("country", "sex")),
    Section(COUNTED, ("scheme", "sex")),
    Section(COUNTED, ("employer", "sex")),
    Section(COUNTED, ("age", "sex")),
    Section(COUNTED, ("month", "stage")),
    Section(COUNTED, ("month", "sex")),
    Section(COUNTED, ("lead", "stage")),
    Section(COUNTED, ("wait", "stage")),
    Section(COUNTED, ("papers", "stage")),
    Section(PLANNED, ("month", "day")),
)


def column(rows: Rows, name: str) -> np.ndarray:
    """A column of rows, also those that are worked out."""
    return _PMI_SCHEMES[rows["scheme"]] if name == "is_pmi" else rows[name]


def codes(rows: Rows, columns: Sequence[str], chosen: np.ndarray | None = None) -> np.ndarray:
    """For each chosen row the place of its values in a table of these columns."""
    count = len(rows) if chosen is None else int(np.count_nonzero(chosen))
    found = np.zeros(count, np.int64)
    for name in columns:
        values = column(rows, name)
        found *= SIZES[name]
        found += values if chosen is None else values[chosen]
    return found


def numbers_of(rows: Rows, level: Level, weights: np.ndarray | None = None) -> Numbers:
    """The numbers of all sections, one after the other.

    Args:
        weights: +1 or -1 for each row, where these rows are changes.
    """
    is_counted = column(rows, "is_pmi") & (rows["stage"] != _CANCELLED)
    of = {ALL: None, COUNTED: is_counted, PLANNED: is_counted & (rows["stage"] == _PLANNED)}
    parts = []
    for section in SECTIONS:
        chosen = of[section.of]
        shape = section.shape(level)
        parts.append(
            np.bincount(
                codes(rows, section.at(level), chosen),
                weights if weights is None or chosen is None else weights[chosen],
                minlength=math.prod(shape),
            ).astype(np.int64)
        )
    return np.concatenate(parts)


@dataclass(frozen=True)
class _Place:
    """Where a table lies among the numbers of a region, and how the asked one is made of it."""

    start: int
    shape: tuple[int, ...]
    summed: tuple[int, ...]
    order: tuple[int, ...]

    def of(self, numbers: Numbers) -> np.ndarray:
        table = numbers[self.start : self.start + math.prod(self.shape)].reshape(self.shape)
        summed: np.ndarray = table.sum(axis=self.summed)
        return summed.transpose(self.order)


@cache
def _place(level: Level, of: str, columns: tuple[str, ...]) -> _Place | None:
    """The smallest section that tells these columns apart."""
    found, start = [], 0
    for section in SECTIONS:
        shape, held = section.shape(level), section.at(level)
        if section.of == of and set(columns) <= set(held):
            summed = tuple(i for i, name in enumerate(held) if name not in columns)
            left = [name for name in held if name in columns]
            order = tuple(left.index(name) for name in columns)
            found.append(_Place(start, shape, summed, order))
        start += math.prod(shape)
    return min(found, key=lambda place: math.prod(place.shape), default=None)


def section_of(
    numbers: Numbers, level: Level, of: str, columns: tuple[str, ...]
) -> np.ndarray | None:
    """The table of these columns; None where no section holds it."""
    place = _place(level, of, columns)
    return None if place is None else place.of(numbers)


def stored(numbers: Numbers) -> bytes:
    """The numbers as bytes; nearly all of them are 0."""
    return zlib.compress(numbers.astype("<i4").tobytes(), 1)


def from_stored(said: bytes) -> Numbers:
    return np.frombuffer(zlib.decompress(said), "<i4").astype(np.int64)
