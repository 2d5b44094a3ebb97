"""The headline figures as they are shown: to the public, what is small is hidden."""

from typing import NamedTuple

from registry.dashboards.counts import Headline
from registry.dashboards.figures import FIGURES
from registry.dashboards.suppression import LEAST_SHOWN, Mark, Shown, alone, suppress, within_whole
from registry.departures.filters import Filter
from registry.enums import Stage


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
