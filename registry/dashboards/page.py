"""What a dashboard shows, from its filter; the template only lays it out."""

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from registry.dashboards import counts
from registry.dashboards.counts import BySex, Headline, Line
from registry.dashboards.figures import FIGURES, Dimension, of_procedure
from registry.dashboards.months import Months, months_of
from registry.dashboards.official import Comparison, comparison_of
from registry.dashboards.tables import Links, Row, Table, make_row, table_by, table_of_children
from registry.dashboards.tiles import Map, map_of, places_of
from registry.db import now
from registry.departures.chips import Chip, chips_of
from registry.departures.filters import Filter
from registry.enums import N_, UNKNOWN, UNKNOWN_LABEL, Level, Procedure, Scheme, Sex
from registry.formatting import MONTHS, long_date, thousands
from registry.reference.countries import country_label
from registry.regions.area import Area, path_codes
from registry.regions.queries import Place, places

FIGURE_LABELS = {
    "planned": N_("Rencana berangkat"),
    "departing_soon": N_("Berangkat dalam 30 hari"),
    "departed": N_("Sudah berangkat"),
    "abroad": N_("Sedang di luar negeri"),
    "returned": N_("Sudah pulang"),
    "not_pmi": N_("Bukan PMI"),
    "cancelled": N_("Batal"),
}
APART = ("not_pmi", "cancelled")
STATES_BEFORE = (Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK)
STATES_AFTER = (Procedure.PROCEDURAL, Procedure.SUSPECTED)


class Number(NamedTuple):
    """A big number, with a word about it where one is needed."""

    label: str
    value: int
    url: str | None
    note: str | None = None


class Choices(NamedTuple):
    """What the filter form offers, and the filters in force that it carries on unseen.

    A control is left out (`offers`) while its filter says more than the control could.
    """

    years: list[tuple[int, int]]
    countries: list[tuple[str, str]]
    schemes: list[tuple[str, str]]
    sexes: list[tuple[str, str]]
    carried: list[tuple[str, str]]

    def offers(self, name: str) -> bool:
        return all(name != carried for carried, _value in self.carried)

    @property
    def offers_years(self) -> bool:
        return all(self.offers(name) for name in ("dari", "sampai", "tanggal"))


class Page(NamedTuple):
    """Everything that the template needs."""

    filter: Filter
    place: Place
    path: list[tuple[str, str]]
    period: str
    chips: list[Chip]
    own_url: str
    choices: Choices
    numbers: list[Number]
    total: int
    planned: int
    departed: int
    before: list[Row]
    after: list[Row]
    children: Table | None
    children_label: str
    map: Map | None
    official: Comparison | None
    countries: Table
    schemes: Table
    sexes: Table
    months: Months
    drawn_at: datetime

    @property
    def is_empty(self) -> bool:
        return not any(number.value for number in self.numbers)


def build_page(f: Filter, links: Links) -> Page:
    """The page of a filter; its area is the user's own or lies within it."""
    found = counts.headline(f)
    children = counts.by_child(f) if f.area.level.below else []
    villages = [line.value for line in children] if f.area.level is Level.SUBDISTRICT else []
    names = places([f.area.code, *villages])
    place = names[f.area.code]
    table = table_of_children(children, links) if children else None
    total = _total(found, links)
    return Page(
        filter=f,
        place=place,
        path=_path(place, links),
        period=_period(f),
        chips=chips_of(f, f.area, "dashboards.show", kode=f.area.code),
        own_url=url_for("dashboards.show", kode=f.area.code),
        choices=_choices(f),
        numbers=[total, *(_number(name, found, links) for name in FIGURE_LABELS)],
        total=found.total,
        planned=found.planned,
        departed=found.departed,
        before=_states(STATES_BEFORE, found.planned, found, links),
        after=[
            *_states(STATES_AFTER, found.departed, found, links),
            _complete_on_leaving(found, links),
        ],
        children=table,
        children_label=_children_label(f.area, [names[code] for code in villages]),
        official=comparison_of(f, links, found.departed),
        map=map_of(f, places_of(children, table), total.label) if table else None,
        countries=table_by(Dimension.COUNTRY, counts.by(f, Dimension.COUNTRY), links),
        schemes=table_by(Dimension.SCHEME, counts.by(f, Dimension.SCHEME), links),
        sexes=table_by(Dimension.SEX, _sexes(found), links),
        months=months_of(f, links),
        drawn_at=now(),
    )


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


def _period(f: Filter) -> str:
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


def _choices(f: Filter) -> Choices:
    years, codes = counts.years_and_countries(f)
    years = sorted({*years, *([f.year] if f.year else [])}, reverse=True)
    known = sorted({*codes, *f.country} - {UNKNOWN}, key=country_label)
    unknown = (UNKNOWN, _(UNKNOWN_LABEL))
    chosen = (("negara", f.country), ("skema", f.scheme), ("jk", f.sex))
    own = {"wilayah", "tahun", *(name for name, values in chosen if len(values) <= 1)}
    return Choices(
        years=[(year, year) for year in years],
        countries=[*((code, country_label(code)) for code in known), unknown],
        schemes=[*((value, _(label)) for value, label in Scheme.choices()), unknown],
        sexes=[*((value, _(label)) for value, label in Sex.choices()), unknown],
        carried=[(name, value) for name, value in f.pairs() if name not in own],
    )


def _total(found: Headline, links: Links) -> Number:
    total = FIGURES["total"](links.filter)
    label = _("Jumlah PMI") if total and total.pmi == "ya" else _("Jumlah bukan PMI")
    male, female, unknown = found.sex
    parts = [
        _("%(number)s L", number=thousands(male)),
        _("%(number)s P", number=thousands(female)),
    ]
    if unknown:
        parts.append(_("%(number)s belum diketahui", number=thousands(unknown)))
    note = ", ".join(parts)
    return Number(label, found.total, links.list_of(total), note)


def _number(name: str, found: Headline, links: Links) -> Number:
    url = links.list_of(FIGURES[name](links.filter))
    note = _("di luar jumlah") if name in APART else None
    return Number(_(FIGURE_LABELS[name]), getattr(found, name), url, note)


def _states(states: tuple[Procedure, ...], whole: int, found: Headline, links: Links) -> list[Row]:
    rows = []
    for state in states:
        figure = of_procedure(links.filter, state)
        rows.append(make_row(_(state.label), found.procedures[state], whole, figure, links))
    return rows


def _complete_on_leaving(found: Headline, links: Links) -> Row:
    figure = FIGURES["complete_at_departure"](links.filter)
    label = _("Lengkap saat berangkat")
    return make_row(label, found.complete_at_departure, found.departed, figure, links)


def _sexes(found: Headline) -> list[Line]:
    """The headline's own sexes as lines, so that no second statement counts them."""
    male, female, unknown = found.sex
    lines = [
        Line(Sex.MALE.value, Sex.MALE.label, BySex(male=male)),
        Line(Sex.FEMALE.value, Sex.FEMALE.label, BySex(female=female)),
        Line(UNKNOWN, UNKNOWN_LABEL, BySex(unknown=unknown)),
    ]
    return lines if unknown else lines[:2]
