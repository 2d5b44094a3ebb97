"""Departures by month: two years as a picture, and everything as the table below it."""

from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup

from registry.charts import Series, line_chart
from registry.dashboards import counts
from registry.dashboards.figures import Dimension, Period, counted, of_line, within
from registry.dashboards.labels import label_of_month
from registry.dashboards.tables import Links, Row, Table, make_row, total_row
from registry.departures.filters import Filter
from registry.enums import UNKNOWN, Stage
from registry.formatting import MONTHS, thousands, today

SHOWN = 24
AHEAD = 3  # so many coming months, for their plans, where the filter names no last day


class Months(NamedTuple):
    """The months as a picture, where there is something to draw, and as a table."""

    chart: Markup | None
    table: Table


def months_of(f: Filter, links: Links) -> Months:
    """The departures of a filter by the month of leaving, actual or planned."""
    found = counts.by_month(f)
    months = _shown_months(f)
    numbers = [found.get(_value(month), (0, 0)) for month in months]
    whole = sum(number for number, _left in found.values())
    rows = [
        *_outside(found, whole, Period(None, months[0] - timedelta(days=1)), links),
        *(_row(_value(m), n, whole, links) for m, (n, _left) in zip(months, numbers, strict=True)),
        *_outside(found, whole, Period(_next(months[-1]), None), links),
    ]
    if UNKNOWN in found:
        rows.append(_row(UNKNOWN, found[UNKNOWN][0], whole, links))
    return Months(_chart(months, numbers), Table(rows, total_row(whole, links)))


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


def _short(month: date) -> str:
    return f"{_(MONTHS[month.month - 1])[:3]} {month:%y}"


def _row(value: str, number: int, whole: int, links: Links) -> Row:
    figure = of_line(links.filter, Dimension.MONTH, value)
    return make_row(label_of_month(value, _), number, whole, figure, links)


def _outside(
    found: dict[str, tuple[int, int]], whole: int, period: Period, links: Links
) -> list[Row]:
    """One row for what lies before or after the months shown, where anything does."""
    first, last = (day and _value(day) for day in period)
    number = sum(
        n
        for month, (n, _left) in found.items()
        if month != UNKNOWN and (not first or month >= first) and (not last or month <= last)
    )
    if not number:
        return []
    label = _("Sesudahnya") if first else _("Sebelumnya")
    return [make_row(label, number, whole, within(counted(links.filter), period), links)]


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
    if not series:
        return None
    highest, month = max((n, month) for (n, _left), month in zip(numbers, months, strict=True))
    return line_chart(
        series,
        [_short(month) for month in months],
        title=_("Keberangkatan per bulan"),
        description=_(
            "Terbanyak pada %(month)s: %(number)s. Jumlah bulan-bulan ini %(total)s.",
            month=_short(month),
            number=thousands(highest),
            total=thousands(sum(n for n, _left in numbers)),
        ),
    )
