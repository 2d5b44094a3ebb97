"""What a dashboard says, before the template shows it."""

from typing import NamedTuple

from flask import url_for

from registry.dashboards import counts
from registry.dashboards.choosing import Form, form_of
from registry.dashboards.comparing import is_running, year_before
from registry.dashboards.figures import Dimension, counts_only_not_pmi
from registry.dashboards.heading import filter_words
from registry.dashboards.hiding import shown_of
from registry.dashboards.labels import OTHER_JOB_LABEL
from registry.dashboards.months import Months, months_of
from registry.dashboards.numbers import (
    Number,
    numbers_of,
    sexes_as_lines,
    states_after,
    states_before,
)
from registry.dashboards.official import Comparison, comparison_of
from registry.dashboards.rows import said
from registry.dashboards.running_year import RunningYear, running_year
from registry.dashboards.silence import QUIET_MONTHS, Counted, count_silent
from registry.dashboards.suppression import Mark, Shown
from registry.dashboards.tables import Links, Table, table_by, table_of_children
from registry.dashboards.tiles import Map, map_of, places_of
from registry.dashboards.timeliness import Measured, timeliness_of
from registry.departures.chips import Chip, chips_of
from registry.departures.filters import OTHER_JOB, Filter
from registry.departures.summary.counting import is_slow
from registry.enums import Level
from registry.extensions import gettext as _
from registry.formatting import MONTHS, long_date
from registry.reference.queries import job_titles
from registry.regions.area import Area, path_codes
from registry.regions.queries import Place, places

# The tables below the procedure, in pairs; sexes come from the headline.
COUNTED_BY = (
    *(Dimension.COUNTRY, Dimension.JOB, Dimension.SCHEME, Dimension.AGE),
    Dimension.EMPLOYER,
)


class Page(NamedTuple):
    """Everything that the template needs."""

    filter: Filter
    place: Place
    path: list[tuple[str, str]]
    period: str
    chips: list[Chip]
    workbook_url: str | None
    other_view_url: str
    filter_words: str
    own_url: str
    own_query: str
    form: Form
    numbers: list[Number]
    is_running: bool
    running_year: RunningYear | None
    is_empty: bool
    not_pmi_url: str | None
    has_tables: bool
    children: Table | None
    silence: Counted | None
    quiet_months: int
    map: Map | None
    official: Comparison | None
    procedures: list[Table]
    tables: list[Table]
    months: Months | None
    timeliness: list[Measured]
    is_slow: bool


def build_page(f: Filter, links: Links) -> Page:
    """The page of a filter; its area is the user's own or lies within it."""
    found = counts.headline(f)
    shown = shown_of(found, f)
    earlier = year_before(f)
    before = counts.headline(earlier, with_soon=False) if earlier else None
    children = counts.by_child(f) if f.area.level.below else []
    villages = [line.value for line in children] if f.area.level is Level.SUBDISTRICT else []
    names = places([f.area.code, *villages])
    place = names[f.area.code]
    head = _children_label(f.area, [names[code] for code in villages])
    # What the public sees does not even tell that there are none.
    has_tables = bool(found.total) or f.public
    titles, tables = job_titles(), []
    if has_tables:
        words = {Dimension.JOB: {**titles, OTHER_JOB: OTHER_JOB_LABEL}}
        tables = [table_by(one, counts.by(f, one, words.get(one)), links) for one in COUNTED_BY]
        sexes = sexes_as_lines(found, is_public=f.public)
        tables.append(table_by(Dimension.SEX, sexes, links))
    table = table_of_children(children, links, head) if children else None
    numbers = numbers_of(shown, shown_of(before, f) if before else None, links)
    own_url = url_for("dashboards.show", kode=f.area.code)
    return Page(
        filter=f,
        place=place,
        path=_path(place, links),
        period=period_words(f),
        workbook_url=_workbook_url(f, links),
        other_view_url=_with_query(own_url, f.query(f.area, public=not f.public)),
        filter_words=filter_words(f),
        chips=chips_of(f, f.area, "dashboards.show", kode=f.area.code),
        own_url=own_url,
        own_query=f.query(f.area),
        form=form_of(f, titles),
        numbers=numbers,
        is_running=earlier is not None and is_running(f),
        running_year=running_year(f, links) if has_tables else None,
        is_empty=not (f.public or found.total or found.not_pmi or found.cancelled),
        not_pmi_url=_not_pmi_url(f, found),
        has_tables=has_tables,
        children=table,
        silence=None if f.public else count_silent(f.area),
        quiet_months=QUIET_MONTHS,
        map=map_of(f, places_of(children, table), numbers[0].label) if table else None,
        official=comparison_of(f, links, shown.departed),
        procedures=[
            Table(
                _("Prosedur sebelum berangkat"),
                _("Dari %(number)s yang belum berangkat", number=said(shown.planned)),
                states_before(found, shown, links),
                _scale_of(shown.planned),
            ),
            Table(
                _("Prosedur sesudah berangkat"),
                _("Dari %(number)s yang sudah berangkat", number=said(shown.departed)),
                states_after(found, shown, links),
                _scale_of(shown.departed),
            ),
        ]
        if has_tables
        else [],
        tables=tables,
        months=months_of(f, links) if has_tables else None,
        timeliness=timeliness_of(f) if has_tables else [],
        is_slow=is_slow(f),
    )


def _workbook_url(f: Filter, links: Links) -> str | None:
    """The same figures as a workbook, which is never one of names."""
    return None if f.text else _with_query(url_for("exports.summary"), f.query(links.home))


def _with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


def _not_pmi_url(f: Filter, found: counts.Headline) -> str | None:
    """Where those who are not PMI are counted, when the page counts nobody but them."""
    # What is counted is not told to the public, what the filter says is.
    is_found = not (f.public or f.pmi or found.total) and found.not_pmi > 0
    if not (is_found or counts_only_not_pmi(f)):
        return None
    return f"{url_for('dashboards.show', kode=f.area.code)}?{f.query(f.area, pmi='tidak')}"


def _scale_of(whole: Shown) -> int:
    return 0 if isinstance(whole, Mark) else whole


def _path(place: Place, links: Links) -> list[tuple[str, str]]:
    """Name and address of the areas above, the user's own first."""
    return [
        (place.names.get(Area(code).level, _("Indonesia")), links.dashboard_of(code))
        for code in path_codes(place.code)[:-1]
        if links.home.holds(code)
    ]


def _children_label(area: Area, villages: list[Place]) -> str:
    """The word for the level below, as the villages there are called."""
    below = area.level.below
    words = sorted({village.term for village in villages}) or [_(below.label) if below else ""]
    return "/".join(words)


def period_words(f: Filter) -> str:
    """The leaving dates that the filter takes, in words."""
    first, last = long_date(f.since, _), long_date(f.until, _)
    words: str = _("Semua tanggal")
    if f.dateless:
        words = _("Tanpa tanggal")
    elif f.year:
        month = _(MONTHS[f.month - 1]) if f.month else _("Tahun")
        words = f"{month} {f.year}"
    elif f.since and f.until:
        words = _("%(first)s sampai %(last)s", first=first, last=last)
    elif f.since:
        words = _("Sejak %(day)s", day=first)
    elif f.until:
        words = _("Sampai %(day)s", day=last)
    return words
