"""The same period of the year before (pure)."""

from calendar import monthrange
from datetime import date

from registry.departures.filters import YEARS, Filter
from registry.formatting import today

# Who planned and has not left, or leaves soon, says nothing of a period that is over.
NOT_COMPARED = frozenset({"planned", "departing_soon"})
# What counts only those who left, so nothing of the days that are still to come.
OF_WHO_LEFT = frozenset({"departed", "abroad", "returned"})


def is_running(f: Filter) -> bool:
    """Whether today lies within the period of a filter, before its last day."""
    first, last = f.first_day, f.last_day
    return first is not None and last is not None and first <= today() < last


def is_compared(f: Filter, name: str) -> bool:
    """Whether a figure may stand beside that of the year before.

    Of a period that still runs only who left: the other figures count plans for its later days too,
    which no part of the year before can match, and to cut them would put another number beside the
    one that the page shows.
    """
    return name in OF_WHO_LEFT if is_running(f) else name not in NOT_COMPARED


def year_before(f: Filter) -> Filter | None:
    """The filter with its period a year earlier, ends of months to ends of months.

    A period that still runs is cut a year before today, as nobody has left on its later days.
    None where the filter names no whole period, or one that is still to come.
    """
    first, last = f.first_day, f.last_day
    if first is None or last is None or first > today():
        return None
    if first.year - 1 not in YEARS:
        return None
    if is_running(f):
        return f.with_(
            year=None, month=None, since=a_year_earlier(first), until=a_year_earlier(today())
        )
    if f.year:
        return f.with_(year=f.year - 1)
    return f.with_(since=a_year_earlier(first), until=a_year_earlier(last))


def a_year_earlier(day: date) -> date:
    """The same day of the year before; the last day of a month gives the last one then."""
    year, last = day.year - 1, monthrange(day.year, day.month)[1]
    last_then = monthrange(year, day.month)[1]
    return date(year, day.month, last_then if day.day == last else day.day)
