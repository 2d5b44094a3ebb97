"""When the registry's own count may be taken from what another office published (pure).

Only placements by area of origin count the same people as the registry does: all of the
area's, whichever office served them. Nothing else is ever subtracted.
"""

from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from registry.dashboards.measures import Number


class Published(NamedTuple):
    """One office's count of an area and a year: published as such, or the sum of its parts.

    Attributes:
        loaded: of how many parts `of_parts` is the sum; `parts` is how many the area has.
        is_of_districts: whether parts are kabupaten, as where some stand for their province.
        sources: where that is written; taken: the days of the first and the last figure.
    """

    own: int | None
    of_parts: int
    loaded: int
    parts: int
    sources: tuple[str, ...]
    taken: tuple[date, date]
    is_of_districts: bool = False

    @property
    def number(self) -> int:
        return self.of_parts if self.own is None else self.own

    @property
    def is_whole(self) -> bool:
        """Whether it speaks of the whole area."""
        return self.own is not None or 0 < self.parts == self.loaded


class NoGap(Enum):
    """Why a count of another office and the registry's are not compared."""

    NOT_LOADED = auto()
    PARTS_MISSING = auto()
    YEAR_UNFINISHED = auto()
    HIDDEN = auto()


def gap_of(by_origin: Published | None, known: Number, year: int) -> int | NoGap:
    """How many more are placed by origin than the registry knows to have left, or why not.

    Args:
        known: the registry's departures of the area in that year; a text where they are hidden.
    """
    if by_origin is None:
        return NoGap.NOT_LOADED
    if not by_origin.is_whole:
        return NoGap.PARTS_MISSING
    if by_origin.taken[0] <= date(year, 12, 31):
        return NoGap.YEAR_UNFINISHED
    if not isinstance(known, int):
        return NoGap.HIDDEN
    return by_origin.number - known
