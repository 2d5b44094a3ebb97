"""Departures by month: two years as a picture, and everything as the table below it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup

from registry.charts import Series, line_chart
from registry.dashboards import counts
from registry.dashboards.figures import Dimension, Period, counted, of_line, within
from registry.dashboards.labels import label_of_month, month_names
from registry.dashboards.suppression import Mark, Shown
from registry.dashboards.tables import Entry, Links, Table, make_table
from registry.departures.filters import Filter
from registry.enums import UNKNOWN, UNKNOWN_LABEL, Stage
from registry.extensions import gettext as _
from registry.formatting import thousands, today

SHOWN = 24
AHEAD = 3  # so many coming months, for their plans, where the filter names no last day
ByMonth = dict[str, tuple[int, int]]


class Months(NamedTuple):
    """The months as a picture, where there is something to draw, and as a table."""

    chart: Markup | None
    table: Table


def months_of(f: Filter, links: Links) -> Months:
    """The departures of a filter by the month of leaving, actual or planned."""
    found = counts.by_month(f)
    months = _shown_months(f)
    values, names = [_value(month) for month in months], month_names()
    numbers = [found.get(value, (0, 0)) for value in values]
    urls = links.lists_of(
        [value for value, (n, _left) in zip(values, numbers, strict=True) if n],
        lambda value: of_line(f, Dimension.MONTH, value),
        _said,
    )
    before = _outside(found, Period(None, months[0] - timedelta(days=1)), links)
    entries = [
        *before,
        *(
            Entry(label_of_month(value, names), n, urls.get(value))
            for value, (n, _left) in zip(values, numbers, strict=True)
        ),
        *_outside(found, Period(_next(months[-1]), None), links),
    ]
    if UNKNOWN in found or (f.public and not (f.first_day or f.last_day)):
        number, _left = found.get(UNKNOWN, (0, 0))
        url = links.list_of(of_line(f, Dimension.MONTH, UNKNOWN)) if number else None
        entries.append(Entry(_(UNKNOWN_LABEL), number, url))
    table = make_table(_("Per bulan"), _("Bulan"), entries, links)
    if f.public:
        rows = table.rows[len(before) :]
        return Months(_public_chart(months, [row.value for row in rows[: len(months)]]), table)
    return Months(_chart(months, numbers), table)


def _shown_months(f: Filter) -> list[date]:
    """The first days of up to 24 months, to the end of the filter's period."""
    last = f.last_day or _months_later(max(today(), f.first_day or today()), AHEAD)
    first = _months_later(last, 1 - SHOWN)
    if f.first_day:
        first = max(first, f.first_day.replace(day=1))
    months = [first]
    while _next(months[-1]) <= last:
        months.append(_next(months[-1]))
    return months


def _months_later(day: date, count: int) -> date:
    """The first day of the month that lies `count` months after that of `day`."""
    number = day.year * 12 + day.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _next(month: date) -> date:
    return _months_later(month, 1)


def _value(month: date) -> str:
    return f"{month:%Y-%m}"


def _said(value: str) -> str:
    """A month as a query says it."""
    year, month = value.split("-")
    return f"tahun={int(year)}&bulan={int(month)}"


def _short(month: date, names: Sequence[str]) -> str:
    return f"{names[month.month - 1][:3]} {month:%y}"


def _outside(found: ByMonth, period: Period, links: Links) -> list[Entry]:
    """One row for what lies before or after the months shown, where anything does.

    The public is not told whether anything does; but where the filter lets nothing lie there, a
    hidden row would be known to be none and so give away the others that are hidden.
    """
    first, last = (day and _value(day) for day in period)
    number = sum(
        n
        for month, (n, _left) in found.items()
        if month != UNKNOWN and (not first or month >= first) and (not last or month <= last)
    )
    is_possible = within(counted(links.filter), period) is not None
    if not number and not (links.filter.public and is_possible):
        return []
    label = _("Sesudahnya") if first else _("Sebelumnya")
    figure = within(counted(links.filter), period) if number else None
    return [Entry(label, number, links.list_of(figure))]


def _chart(months: list[date], numbers: list[tuple[int, int]]) -> Markup | None:
    """A whole line for who has left, a broken one for who plans to."""
    this_month = today().replace(day=1)
    left = [n for _whole, n in numbers]
    planned = [whole - n for whole, n in numbers]
    series = []
    if any(left):
        known = [n if month <= this_month else None for month, n in zip(months, left, strict=True)]
        series.append(Series(_("Berangkat"), known))
    if any(planned):
        series.append(Series(_(Stage.PLANNED.label), planned))
    return _drawn(series, months, [n for n, _left in numbers])


def _public_chart(months: list[date], shown: Sequence[Shown]) -> Markup | None:
    """One line, with gaps where the table hides a number; leaving and planning are not told apart.

    Args:
        shown: what the table says of each month.
    """
    known = [None if isinstance(value, Mark) else value for value in shown]
    if not any(known):
        return None
    return _drawn([Series(_("Jumlah"), known)], months, known)


def _drawn(
    series: list[Series], months: list[date], numbers: list[int] | list[int | None]
) -> Markup | None:
    if not series:
        return None
    shown = [(n, month) for n, month in zip(numbers, months, strict=True) if n is not None]
    highest, month = max(shown)
    names = month_names()
    return line_chart(
        series,
        [_short(month, names) for month in months],
        title=_("Keberangkatan per bulan"),
        description=_(
            "Terbanyak pada %(month)s: %(number)s. Jumlah bulan-bulan ini %(total)s.",
            month=_short(month, names),
            number=thousands(highest),
            total=thousands(sum(n for n, _month in shown)),
        ),
    )
