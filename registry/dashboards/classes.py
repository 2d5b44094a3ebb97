"""Whole numbers in a few classes of about as many each, as the legend of a map says (pure)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_CLASSES = 5


class Class(NamedTuple):
    """The whole numbers from the lowest to the highest, both included."""

    low: int
    high: int


def classes_of(values: Iterable[int], most: int = MOST_CLASSES) -> list[Class]:
    """At most so many classes, the lowest first, that hold every value between them once.

    Each begins right after the one before and ends with one of the values. Equal values cannot be
    parted: there are no more classes than different values.
    """
    distinct = sorted(set(values))
    count = min(most, len(distinct))
    highs = [distinct[len(distinct) * number // count - 1] for number in range(1, count + 1)]
    lows = [distinct[0], *(high + 1 for high in highs)] if highs else []
    return [Class(low, high) for low, high in zip(lows, highs, strict=False)]


def class_of(value: int, classes: Sequence[Class]) -> int:
    """The number of the class, from 0, that holds a value; raises ValueError where none does."""
    for number, (low, high) in enumerate(classes):
        if low <= value <= high:
            return number
    raise ValueError(f"{value} lies in no class")
