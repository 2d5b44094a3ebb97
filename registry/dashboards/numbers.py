"""The headline figures beside those of the year before, and the states of procedure."""

from typing import NamedTuple

from registry.dashboards.comparing import is_compared, is_running, year_before
from registry.dashboards.counts import BySex, Headline, Line
from registry.dashboards.figures import (
    FIGURES,
    Cancelled,
    Standing,
    cancelled_in,
    counted,
    of_procedure,
    standing_of,
)
from registry.dashboards.hiding import HeadlineShown
from registry.dashboards.rows import said
from registry.dashboards.suppression import Mark, Shown, suppress
from registry.dashboards.tables import Links, Row, share_of
from registry.departures.filters import Filter
from registry.enums import N_, UNKNOWN, UNKNOWN_LABEL, Procedure, Sex
from registry.extensions import gettext as _
from registry.formatting import MONTHS, long_date, thousands

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
STANDINGS = {
    Standing.OUTSIDE: N_("di luar jumlah"),
    Standing.WITHIN: N_("termasuk dalam jumlah"),
    Standing.PMI_WITHIN: N_("yang PMI termasuk dalam jumlah"),
}
TOTAL_LABELS = {
    ("ya", Cancelled.LEFT_OUT): N_("Jumlah PMI"),
    ("ya", Cancelled.AMONG_OTHERS): N_("Jumlah PMI, termasuk yang batal"),
    ("ya", Cancelled.ALONE): N_("Jumlah PMI yang batal"),
    ("tidak", Cancelled.LEFT_OUT): N_("Jumlah bukan PMI"),
    ("tidak", Cancelled.AMONG_OTHERS): N_("Jumlah bukan PMI, termasuk yang batal"),
    ("tidak", Cancelled.ALONE): N_("Jumlah bukan PMI yang batal"),
}
STATES_BEFORE = (Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK)
STATES_AFTER = (Procedure.PROCEDURAL, Procedure.SUSPECTED)


class Before(NamedTuple):
    """A number of the year before: its value, where that leads, and the difference in words."""

    label: str
    value: str
    url: str | None
    difference: str


class Number(NamedTuple):
    """A big number, with a word about it where one is needed, and the one of the year before."""

    label: str
    value: str
    url: str | None
    note: str | None = None
    before: Before | None = None


def total_label(f: Filter) -> str:
    """What `Jumlah` counts, in words."""
    return str(_(TOTAL_LABELS[counted(f).pmi, cancelled_in(f)]))


def numbers_of(shown: HeadlineShown, before: HeadlineShown | None, links: Links) -> list[Number]:
    """`Jumlah` and the figures after it, each beside its number of the year before."""
    total = FIGURES["total"](links.filter)
    label = total_label(links.filter)
    compare = _Comparing(links, before)
    url = links.list_of(total)
    numbers = [
        Number(label, said(shown.total), url, _sexes_in_words(shown), compare("total", shown.total))
    ]
    for name, words in FIGURE_LABELS.items():
        value = getattr(shown, name)
        url = links.list_of(FIGURES[name](links.filter))
        standing = standing_of(links.filter, name) if name in APART else None
        note = _(STANDINGS[standing]) if standing else None
        numbers.append(Number(_(words), said(value), url, note, compare(name, value)))
    return numbers


class _Comparing:
    """Finds the number of the year before for a figure."""

    def __init__(self, links: Links, shown: HeadlineShown | None) -> None:
        self.links, self.filter, self.shown = links, links.filter, shown
        self.earlier = year_before(links.filter)
        self.label = _label_before(self.earlier, links.filter) if self.earlier else ""

    def __call__(self, name: str, value: Shown) -> Before | None:
        if self.earlier is None or self.shown is None or not is_compared(self.filter, name):
            return None
        earlier: Shown = getattr(self.shown, name)
        leads = self.links.list_of(FIGURES[name](self.earlier))
        return Before(self.label, said(earlier), leads, difference(value, earlier))


def _label_before(earlier: Filter, f: Filter) -> str:
    if is_running(f):
        first, last = (long_date(day, _) for day in (earlier.first_day, earlier.last_day))
        return str(_("%(first)s sampai %(last)s", first=first, last=last))
    if not earlier.year:
        return str(_("Setahun sebelumnya"))
    month = f"{_(MONTHS[earlier.month - 1])} " if earlier.month else ""
    return f"{month}{earlier.year}"


def difference(now: Shown, earlier: Shown) -> str:
    """`naik 118`, `turun 4`, `sama`; nothing where one of the two is hidden."""
    if isinstance(now, Mark) or isinstance(earlier, Mark):
        return ""
    if now == earlier:
        return str(_("sama"))
    number = thousands(abs(now - earlier))
    return str(_("naik %(number)s", number=number) if now > earlier
               else _("turun %(number)s", number=number))  # fmt: skip


def _sexes_in_words(shown: HeadlineShown) -> str:
    male, female, unknown = shown.sex
    parts = [_("%(number)s L", number=said(male)), _("%(number)s P", number=said(female))]
    if unknown:
        parts.append(_("%(number)s belum diketahui", number=said(unknown)))
    return ", ".join(parts)


def sexes_as_lines(found: Headline, *, is_public: bool) -> list[Line]:
    """The headline's own sexes as lines, so that no second statement counts them."""
    male, female, unknown = found.sex
    lines = [
        Line(Sex.MALE.value, Sex.MALE.label, BySex(male=male)),
        Line(Sex.FEMALE.value, Sex.FEMALE.label, BySex(female=female)),
        Line(UNKNOWN, UNKNOWN_LABEL, BySex(unknown=unknown)),
    ]
    return lines if unknown or is_public else lines[:2]


def shown_procedures(found: Headline, shown: HeadlineShown) -> dict[Procedure, Shown]:
    """The states as parts of those who have not left and of those who have, hidden for the public.

    Those that nobody has judged yet are part of the whole too, and shown nowhere.
    """
    marks: dict[Procedure, Shown] = {}
    for states, whole, whole_shown in (
        (STATES_BEFORE, found.planned, shown.planned),
        (STATES_AFTER, found.departed, shown.departed),
    ):
        numbers = [found.procedures[state] for state in states]
        unjudged = [whole - sum(numbers)] if whole > sum(numbers) else []
        is_hidden = isinstance(whole_shown, Mark)
        values = suppress([*numbers, *unjudged], is_whole_hidden=is_hidden).totals
        marks |= dict(zip(states, values, strict=False))
    return marks


def states_before(found: Headline, shown: HeadlineShown, links: Links) -> list[Row]:
    """What the rules say of those who have not left."""
    return _states(STATES_BEFORE, found, shown, links)


def states_after(found: Headline, shown: HeadlineShown, links: Links) -> list[Row]:
    """What the rules say of those who have left, and how many of them left with complete papers."""
    complete = shown.complete_at_departure
    figure = FIGURES["complete_at_departure"](links.filter) if complete else None
    share = share_of(complete, shown.departed)
    return [
        *_states(STATES_AFTER, found, shown, links),
        Row(_("Lengkap saat berangkat"), complete, share, links.list_of(figure)),
    ]


def _states(
    states: tuple[Procedure, ...], found: Headline, shown: HeadlineShown, links: Links
) -> list[Row]:
    whole = found.planned if states is STATES_BEFORE else found.departed
    values: dict[Procedure, Shown] = dict(found.procedures)
    if links.filter.public:
        values = shown_procedures(found, shown)
    rows = []
    for state in states:
        url = links.list_of(of_procedure(links.filter, state)) if values[state] else None
        rows.append(Row(_(state.label), values[state], share_of(values[state], whole), url))
    return rows
