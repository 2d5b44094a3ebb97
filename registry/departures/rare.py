"""Filters that few departures pass: on which days those lie, so that no list has to look for them.

A list is read in the order of an index until a page is full. Where hardly any of the rows pass,
that index would be read to its end; the summary knows sooner where they are.
"""

from datetime import date
from typing import NamedTuple

from registry.departures.filters import Filter
from registry.departures.summary import counting, grouping
from registry.departures.summary.axes import Axis
from registry.departures.summary.reading import reading_once
from registry.enums import Level

# So many in an area are soon looked through.
MANY = 5_000
# Of so many that are found, reading on fills a page about as soon as the summary is read.
FEW = 300


class Few(NamedTuple):
    """Where everything lies that a filter finds."""

    days: tuple[date, ...]
    has_undated: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.days or self.has_undated)


def few_of(f: Filter) -> Few | None:
    """The leaving days of what the filter finds; None where that is much, or quickly read on."""
    if f.area.level >= Level.SUBDISTRICT or not (grouping.knows(f) and _picks(f)):
        return None
    with reading_once():
        if counting.departures_around(f) < MANY:
            return None
        if (total := counting.count(f)) > FEW:
            return None
        found = counting.tally(f, Axis.YEAR, Axis.MONTH, Axis.DAY) if total else []
    days = (date(*day) for *day, _ in found if day[0])
    return Few(tuple(days), any(row[0] is None for row in found))


def _picks(f: Filter) -> bool:
    """Whether more is filtered than the area and days, which the order of a list follows."""
    return bool(grouping.wanted_by(f) or f.job)
