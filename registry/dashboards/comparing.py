"""The same period of the year before (pure)."""

from datetime import date

from registry.departures.filters import FIRST_YEAR, Filter
from registry.formatting import EARLIEST_DAY

# Who planned and has not left, or leaves soon, says nothing of a period that is over.
NOT_COMPARED = ("planned", "departing_soon")


def year_before(f: Filter) -> Filter | None:
    """The filter with its period a year earlier; None where it names no whole period."""
    if f.year:
        return f.with_(year=f.year - 1) if f.year > FIRST_YEAR else None
    if f.since is None or f.until is None or f.since.year == EARLIEST_DAY.year:
        return None
    return f.with_(since=_earlier(f.since), until=_earlier(f.until))


def _earlier(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def query_a_year_before(address: str, f: Filter, before: Filter) -> str:
    """An address that says the filter's period, with the period of the year before instead."""
    for now, then, name in (
        (f.year, before.year, "tahun"),
        (f.since, before.since, "dari"),
        (f.until, before.until, "sampai"),
    ):
        if now:
            address = address.replace(f"{name}={now}", f"{name}={then}", 1)
    return address
