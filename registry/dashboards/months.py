"""Departures by month: two years as a picture, and everything as the tables below it.

A page of one year counts that year; the year before it stands in the picture and in a table of its
own, and is part of no number of the page.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from markupsafe import Markup

from registry.charts import Series, Stretch, line_chart
from registry.dashboards import counts
from registry.dashboards.comparing import is_running
from registry.dashboards.figures import Dimension, Period, counted, of_line, within
from registry.dashboards.labels import label_of_month, month_names
from registry.dashboards.suppression import Mark, Shown
from registry.dashboards.tables import Entry, Links, Table, make_table
from registry.departures.filters import YEARS, Filter
from registry.enums import UNKNOWN, UNKNOWN_LABEL, Stage
from registry.extensions import gettext as _
from registry.formatting import thousands, today

SHOWN = 24
AHEAD = 3  # so many coming months, for their plans, where the filter names no last day
ByMonth = dict[str, tuple[int, int]]


class Months(NamedTuple):
    """The months as a picture, where there is something to draw, and as a table.

    Attributes:
        before: the months of the year before the one that was chosen.
        years: which year was chosen and which is beside it, in words.
    """

    chart: Markup | None
    table: Table
    before: Table | None = None
    years: str | None = None


class _Counted(NamedTuple):
    """Months, the number of each and how many of them have left, and all in a table."""

    months: list[date]
    numbers: list[tuple[int, int]]
    shown: list[Shown]
    table: Table


def months_of(f: Filter, links: Links) -> Months:
    """The departures of a filter by the month of leaving, actual or planned."""
    own = _counted(f, links, _("Per bulan"))
    earlier = _earlier(f)
    if earlier is None:
        return Months(_chart(own, f), own.table)
    title = _("Per bulan, %(year)s", year=earlier.year)
    beside = Links(earlier, links.home, sees_people=links.leads_to_people)
    before = _counted(earlier, beside, title)
    both = _Counted(
        before.months + own.months,
        before.numbers + own.numbers,
        before.shown + own.shown,
        own.table,
    )
    years = _("Tahun yang dipilih: %(year)s (berlatar). Di sebelah kirinya %(earlier)s, hanya "
              "sebagai pembanding: tidak ikut dalam angka halaman ini.",
              year=f.year, earlier=earlier.year)  # fmt: skip
    stretches = (
        Stretch(str(earlier.year), len(before.months)),
        Stretch(str(f.year), len(own.months)),
    )
    return Months(_chart(both, f, stretches), own.table, before.table, str(years))


def _earlier(f: Filter) -> Filter | None:
    """The year before the one that a filter names.

    Not for the public while a year runs: its page tells how many left up to a day a year before,
    and the months around that day would narrow down what is hidden among them.
    """
    if not f.year or f.month or f.year - 1 not in YEARS or (f.public and is_running(f)):
        return None
    return f.with_(year=f.year - 1)


def _counted(f: Filter, links: Links, title: str) -> _Counted:
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
    table = make_table(title, _("Bulan"), entries, links)
    shown = [row.value for row in table.rows[len(before) :]][: len(months)]
    return _Counted(months, numbers, shown, table)


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


def _chart(found: _Counted, f: Filter, stretches: Sequence[Stretch] = ()) -> Markup | None:
    if f.public:
        return _public_chart(found.months, found.shown, stretches)
    this_month = today().replace(day=1)
    left = [n for _whole, n in found.numbers]
    planned = [whole - n for whole, n in found.numbers]
    series = []
    if any(left):
        known = [
            n if month <= this_month else None for month, n in zip(found.months, left, strict=True)
        ]
        series.append(Series(_("Berangkat"), known))
    if any(planned):
        series.append(Series(_(Stage.PLANNED.label), planned))
    return _drawn(series, found.months, [n for n, _left in found.numbers], stretches)


def _public_chart(
    months: list[date], shown: Sequence[Shown], stretches: Sequence[Stretch]
) -> Markup | None:
    """One line, with gaps where the table hides a number; leaving and planning are not told apart.

    Args:
        shown: what the table says of each month.
    """
    known = [None if isinstance(value, Mark) else value for value in shown]
    if not any(known):
        return None
    return _drawn([Series(_("Jumlah"), known)], months, known, stretches)


def _drawn(
    series: list[Series],
    months: list[date],
    numbers: list[int] | list[int | None],
    stretches: Sequence[Stretch],
) -> Markup | None:
    """A whole line for who has left, a broken one for who plans to."""
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
        stretches=stretches,
    )
