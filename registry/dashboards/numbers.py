"""The headline figures beside those of the year before, and the states of procedure."""

from typing import NamedTuple

from flask_babel import gettext as _

from registry.dashboards.comparing import NOT_COMPARED, query_a_year_before, year_before
from registry.dashboards.counts import BySex, Headline, Line
from registry.dashboards.figures import FIGURES, of_procedure
from registry.dashboards.rows import said
from registry.dashboards.suppression import LEAST_SHOWN, Mark, Shown, alone, suppress, within_whole
from registry.dashboards.tables import Links, Row, share_of
from registry.departures.filters import Filter
from registry.enums import N_, UNKNOWN, UNKNOWN_LABEL, Procedure, Sex, Stage
from registry.formatting import MONTHS, thousands, today

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


class HeadlineShown(NamedTuple):
    """The figures as the page shows them; for the public, what is small is hidden."""

    total: Shown
    planned: Shown
    departing_soon: Shown
    departed: Shown
    abroad: Shown
    returned: Shown
    cancelled: Shown
    not_pmi: Shown
    complete_at_departure: Shown
    sex: tuple[Shown, Shown, Shown]


def shown_of(found: Headline, f: Filter) -> HeadlineShown:
    """The figures, hidden where they are small, and where others could be worked out from them."""
    if not f.public:
        numbers = {name: getattr(found, name) for name in FIGURES}
        return HeadlineShown(**numbers, sex=(found.sex.male, found.sex.female, found.sex.unknown))
    apart = _apart(found, f)
    if apart.is_rest_hidden:
        return _without_stages(found, apart)
    planned, departed = suppress([found.planned, found.departed]).totals
    is_left_hidden = isinstance(departed, Mark)
    abroad, returned = suppress(
        [found.abroad, found.returned], is_whole_hidden=is_left_hidden
    ).totals
    male, female, unknown = suppress(list(found.sex)).totals
    return HeadlineShown(
        total=alone(found.total),
        planned=planned,
        departing_soon=within_whole(
            found.departing_soon, found.planned, is_whole_hidden=isinstance(planned, Mark)
        ),
        departed=departed,
        abroad=abroad,
        returned=returned,
        cancelled=apart.cancelled,
        not_pmi=apart.not_pmi,
        complete_at_departure=within_whole(
            found.complete_at_departure, found.departed, is_whole_hidden=is_left_hidden
        ),
        sex=(male, female, unknown),
    )


class _Apart(NamedTuple):
    """Who is cancelled or not PMI, and whether all that is not cancelled is hidden with them."""

    cancelled: Shown
    not_pmi: Shown
    is_rest_hidden: bool = False


def _apart(found: Headline, f: Filter) -> _Apart:
    """By themselves; where the filter names the cancelled, they are a part of the total."""
    not_pmi = alone(found.not_pmi)
    if Stage.CANCELLED.value not in f.stage:
        return _Apart(alone(found.cancelled), not_pmi)
    rest = found.planned + found.departed
    inside = found.total - rest
    cancelled, is_rest_hidden = alone(inside), False
    if len(f.stage) > 1:
        rest_shown, cancelled = suppress([rest, inside]).totals
        is_rest_hidden = isinstance(rest_shown, Mark)
    if is_rest_hidden and f.pmi == "tidak":  # then they are the rest
        not_pmi = _hidden_part(found)
    if not f.pmi:
        cancelled = _of_both_kinds(found.cancelled, inside, cancelled)
    return _Apart(cancelled, not_pmi, is_rest_hidden)


def _of_both_kinds(number: int, inside: int, inside_shown: Shown) -> Shown:
    """All cancelled, PMI or not, of whom only PMI are in the total: their difference tells too."""
    if inside_shown is Mark.SMALL and number < LEAST_SHOWN:
        return Mark.SMALL
    if isinstance(inside_shown, Mark) or number - inside < LEAST_SHOWN:
        return Mark.HIDDEN
    return number


def _hidden_part(found: Headline) -> Mark:
    """What says nothing of a part, not even that it is small where its whole is not."""
    return Mark.SMALL if found.total < LEAST_SHOWN else Mark.HIDDEN


def _without_stages(found: Headline, apart: _Apart) -> HeadlineShown:
    """Nothing of who is not cancelled: together they are the total without the cancelled."""
    mark = _hidden_part(found)
    male, female, unknown = suppress(list(found.sex)).totals
    return HeadlineShown(
        total=alone(found.total),
        planned=mark,
        departing_soon=mark,
        departed=mark,
        abroad=mark,
        returned=mark,
        cancelled=apart.cancelled,
        not_pmi=apart.not_pmi,
        complete_at_departure=mark,
        sex=(male, female, unknown),
    )


def numbers_of(shown: HeadlineShown, before: HeadlineShown | None, links: Links) -> list[Number]:
    """`Jumlah` and the figures after it, each beside its number of the year before."""
    total = FIGURES["total"](links.filter)
    label = _("Jumlah PMI") if total and total.pmi == "ya" else _("Jumlah bukan PMI")
    compare = _Comparing(links, before)
    url = links.list_of(total)
    numbers = [
        Number(
            label,
            said(shown.total),
            url,
            _sexes_in_words(shown),
            compare("total", shown.total, url),
        )
    ]
    for name, words in FIGURE_LABELS.items():
        value = getattr(shown, name)
        url = links.list_of(FIGURES[name](links.filter))
        note = _("di luar jumlah") if name in APART else None
        numbers.append(Number(_(words), said(value), url, note, compare(name, value, url)))
    return numbers


class _Comparing:
    """Finds the number of the year before for a figure."""

    def __init__(self, links: Links, shown: HeadlineShown | None) -> None:
        self.filter, self.shown = links.filter, shown
        self.earlier = year_before(links.filter)
        self.label = _label_before(self.earlier) if self.earlier else ""

    def __call__(self, name: str, value: Shown, url: str | None) -> Before | None:
        if self.earlier is None or self.shown is None or name in NOT_COMPARED:
            return None
        earlier: Shown = getattr(self.shown, name)
        leads = query_a_year_before(url, self.filter, self.earlier) if url else None
        return Before(self.label, said(earlier), leads, difference(value, earlier))


def _label_before(earlier: Filter) -> str:
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


def is_unfinished(f: Filter) -> bool:
    """Whether the period of a filter is still going on, so that it is compared with a whole one."""
    first, last = f.first_day, f.last_day
    return first is not None and last is not None and first <= today() < last


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
