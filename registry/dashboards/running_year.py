"""How many left this year so far, beside the last year: on a page of all dates.

Above the kabupaten whole months are compared, as the summary holds them: days would be counted in
the rows of all its departures of a year, at every look.
"""

from datetime import date, timedelta
from typing import NamedTuple

from registry.dashboards import counts
from registry.dashboards.comparing import a_year_earlier
from registry.dashboards.figures import FIGURES
from registry.dashboards.numbers import difference
from registry.dashboards.tables import Links
from registry.departures.filters import Filter
from registry.departures.summary.counting import count
from registry.enums import UNKNOWN, Level
from registry.extensions import gettext as _
from registry.formatting import MONTHS, thousands, today


class SoFar(NamedTuple):
    """A period of this year or the last, in words, and how many left in it."""

    words: str
    value: str
    url: str | None


class RunningYear(NamedTuple):
    """This year, the same of the last one, and the difference in words."""

    now: SoFar
    earlier: SoFar
    difference: str


def running_year(f: Filter, links: Links) -> RunningYear | None:
    """Of a page that names no period; None where it has one or there is nothing to compare.

    Not for the public: less the months of the page, it would tell how many only planned to leave.
    """
    if f.public or f.dateless or f.first_day or f.last_day or FIGURES["departed"](f) is None:
        return None
    period = _so_far(f)
    if period is None:
        return None
    left = {month: left for month, (_whole, left) in counts.by_month(f).items() if month != UNKNOWN}
    first, last = period
    before = (a_year_earlier(first), a_year_earlier(last))
    number, earlier = _left_in(f, period, left), _left_in(f, before, left)
    if not (number or earlier):
        return None
    words = _words(last)
    asked = f.with_(year=last.year) if last == today() else f.with_(since=first, until=last)
    of_before = f.with_(since=before[0], until=before[1])
    return RunningYear(
        SoFar(words[0], thousands(number), links.list_of(FIGURES["departed"](asked))),
        SoFar(words[1], thousands(earlier), links.list_of(FIGURES["departed"](of_before))),
        difference(number, earlier),
    )


def _so_far(f: Filter) -> tuple[date, date] | None:
    """The days of this year so far; above the kabupaten those of its months that are over."""
    day, last = today(), today()
    if f.area.level < Level.DISTRICT and not _ends_month(day):
        last = day.replace(day=1) - timedelta(days=1)
    return (date(day.year, 1, 1), last) if last.year == day.year else None


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _left_in(f: Filter, period: tuple[date, date], left: dict[str, int]) -> int:
    """From the months that the page has read already, and a count of one that a day cuts.

    Up to today this year is taken whole, as its list is: nobody has left on a day to come.
    """
    first, last = period
    is_cut = last.year != today().year and not _ends_month(last)
    whole = last.replace(day=1) - timedelta(days=1) if is_cut else last
    if last == today():
        whole = date(last.year, 12, 31)
    number = sum(n for month, n in left.items() if f"{first:%Y-%m}" <= month <= f"{whole:%Y-%m}")
    if is_cut:
        rest = FIGURES["departed"](f.with_(since=last.replace(day=1), until=last))
        number += count(rest) if rest else 0
    return number


def _words(last: date) -> tuple[str, str]:
    if last == today():
        return (
            _("Sudah berangkat tahun ini sampai hari ini"),
            _("tahun lalu sampai hari yang sama"),
        )
    return (
        _("Sudah berangkat tahun ini sampai akhir %(month)s", month=_(MONTHS[last.month - 1])),
        _("tahun lalu sampai bulan yang sama"),
    )
