"""Where the cancelled are part of the total, no difference of figures tells a small number."""

from hypothesis import given
from hypothesis import strategies as st

from registry.dashboards.counts import BySex, Headline
from registry.dashboards.hiding import shown_of
from registry.dashboards.suppression import LEAST_SHOWN, Mark
from registry.departures.filters import Filter
from registry.enums import Procedure, Stage
from registry.regions.area import Area

NUMBERS = st.integers(0, 9) | st.sampled_from((0, 0, 1, 2, 5, 12, 30))
ALL_STAGES = tuple(stage.value for stage in Stage)


def headline(planned, abroad, returned, cancelled, others, pmi):
    """Of everybody in every stage; `others` are cancelled of the kind that the total leaves out."""
    total = planned + abroad + returned + cancelled
    return Headline(
        total=total,
        planned=planned,
        departing_soon=0,
        departed=abroad + returned,
        abroad=abroad,
        returned=returned,
        cancelled=cancelled + (0 if pmi else others),
        not_pmi=planned + abroad + returned if pmi == "tidak" else 0,
        complete_at_departure=0,
        procedures=dict.fromkeys(Procedure, 0),
        sex=BySex(unknown=total),
    )


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.sampled_from(("", "ya", "tidak")))
def test_no_figure_can_be_had_from_the_others(planned, abroad, returned, cancelled, others, pmi):
    f = Filter(Area("18"), stage=ALL_STAGES, pmi=pmi, public=True)
    found = headline(planned, abroad, returned, cancelled, others, pmi)
    shown = shown_of(found, f)
    if isinstance(shown.total, Mark):
        return
    hidden = [name for name in ("planned", "departed") if isinstance(getattr(shown, name), Mark)]
    whole_of_stages = not hidden or (pmi == "tidak" and not isinstance(shown.not_pmi, Mark))
    if whole_of_stages:  # then who is cancelled within the total can be worked out
        assert cancelled >= LEAST_SHOWN
        if not pmi and not isinstance(shown.cancelled, Mark):
            assert others >= LEAST_SHOWN
    if pmi and not isinstance(shown.cancelled, Mark):
        rest = found.total - cancelled
        assert rest >= LEAST_SHOWN
        assert len(hidden) != 1
    if isinstance(shown.abroad, Mark) or isinstance(shown.returned, Mark):
        of_whole = isinstance(shown.abroad, Mark) and isinstance(shown.returned, Mark)
        assert of_whole or isinstance(shown.departed, Mark)


def test_few_cancelled_hide_what_is_left_of_the_total():
    f = Filter(Area("18"), stage=ALL_STAGES, public=True)
    shown = shown_of(headline(50, 40, 10, 2, 0, ""), f)
    assert shown.total == 102
    assert (shown.planned, shown.departed, shown.cancelled) == (
        Mark.HIDDEN,
        Mark.HIDDEN,
        Mark.SMALL,
    )


def test_many_cancelled_hide_nothing():
    f = Filter(Area("18"), stage=ALL_STAGES, pmi="ya", public=True)
    shown = shown_of(headline(50, 40, 10, 20, 0, "ya"), f)
    assert (shown.planned, shown.departed, shown.cancelled) == (50, 50, 20)


def test_the_cancelled_who_are_not_pmi_are_told_by_no_difference():
    f = Filter(Area("18"), stage=(Stage.CANCELLED.value,), public=True)
    found = headline(0, 0, 0, 20, 2, "")
    shown = shown_of(found, f)
    assert (shown.total, shown.cancelled) == (20, Mark.HIDDEN)
