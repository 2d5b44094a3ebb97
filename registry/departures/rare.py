"""Filters that few departures pass: on which days those lie, so that no list has to look for them.

A list is read in the order of an index until a page is full. Where hardly any of the rows pass,
that index would be read to its end; the summary knows sooner where they are.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from registry.departures.filters import Filter
from registry.departures.summary import counting, grouping
from registry.departures.summary.axes import Axis
from registry.departures.summary.reading import reading_once
from registry.enums import Level

# So many rows are soon looked through.
MANY = 5_000


class Few(NamedTuple):
    """Where what a filter finds lies, as far as a page needs it: the latest days come first."""

    days: tuple[date, ...]
    has_undated: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.days or self.has_undated)


def few_of(f: Filter, wanted: int, since: date | None = None) -> Few | None:
    """The leaving days of what the filter finds; None where reading on fills a page as soon.

    Args:
        wanted: how many rows are looked for.
        since: the day on which the list goes on, of which some rows were seen.
    """
    if f.area.level >= Level.SUBDISTRICT or not (grouping.knows(f) and _picks(f)):
        return None
    with reading_once():
        around, total = counting.departures_around(f), 0
        if around < MANY or (total := counting.count(f)) * MANY > around * wanted:
            return None
        found = counting.tally(f, Axis.YEAR, Axis.MONTH, Axis.DAY) if total else []
    dated = sorted(((date(*day), number) for *day, number in found if day[0]), reverse=True)
    has_undated = any(year is None for year, *_ in found)
    return Few(tuple(_days_that_fill(wanted, dated, since)), has_undated)


def _days_that_fill(
    wanted: int, dated: Iterable[tuple[date, int]], since: date | None
) -> Iterator[date]:
    for day, number in dated:
        if since is not None and day > since:
            continue
        yield day
        wanted -= number if day != since else 0
        if wanted <= 0:
            return


def _picks(f: Filter) -> bool:
    """Whether more is filtered than the area and days, which the order of a list follows."""
    return bool(grouping.wanted_by(f) or f.job)
