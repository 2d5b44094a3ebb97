"""Percentiles of numbers of days that are only known by groups (pure)."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple


class Estimate(NamedTuple):
    """About so many days; where the percentile lies in an open group, only its bound is known.

    Attributes:
        side: -1 for fewer than `days`, 1 for at least `days`, 0 for about `days`.
    """

    days: int
    side: int = 0


def percentile(
    counts: Sequence[int], firsts: Sequence[int], share: float, lowest: int | None = None
) -> Estimate | None:
    """The percentile by nearest rank, spread evenly within its group; None where there are none.

    Args:
        counts: of days before `firsts[0]`, from each first day to the day before the next, and from
            the last on: one more than there are first days.
        firsts: the first day of each group but the youngest, ascending.
        share: above 0, at most 1; 0.5 is the median.
        lowest: the least number of days that can be, where the first group is not open.
    """
    if len(counts) != len(firsts) + 1:
        raise ValueError("each group needs its count")
    rank = ceil(share * sum(counts))
    if not rank:
        return None
    group, before = 0, 0
    while before + counts[group] < rank:
        before += counts[group]
        group += 1
    if group == len(firsts):
        return Estimate(firsts[-1], 1)
    first = lowest if group == 0 else firsts[group - 1]
    if first is None:
        return Estimate(firsts[0], -1)
    width, place = firsts[group] - first, rank - before
    return Estimate(first + int(width * (place - 0.5) / counts[group]))
