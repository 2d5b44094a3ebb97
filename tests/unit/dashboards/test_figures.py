"""The filters of the figures, and how a page's own filters meet them."""

from datetime import date, timedelta

import pytest

from registry.dashboards.figures import (
    FIGURES,
    SOON_DAYS,
    Dimension,
    counted,
    of_line,
    of_procedure,
    of_sex,
)
from registry.departures.filters import Filter
from registry.enums import UNKNOWN, Procedure, Sex
from registry.formatting import today
from registry.regions.area import Area

PAGE = Filter(Area("18"))


def test_the_total_is_pmi_without_the_cancelled():
    assert counted(PAGE).query() == "wilayah=18&pmi=ya&tahap=planned&tahap=departed&tahap=returned"


def test_the_users_own_stage_and_pmi_win():
    own = PAGE.with_(pmi="tidak", stage=("cancelled",))
    assert counted(own) == own


def test_figures_of_other_stages_than_the_users_are_nothing():
    f = PAGE.with_(stage=("departed",))
    assert FIGURES["planned"](f) is None
    assert FIGURES["cancelled"](f) is None
    assert FIGURES["departed"](f) == FIGURES["abroad"](f)


def test_a_page_of_pmi_has_no_others():
    f = PAGE.with_(pmi="ya")
    assert FIGURES["not_pmi"](f) is None
    assert of_procedure(f, Procedure.NOT_PMI) is None


def test_figures_of_a_state_or_sex_that_is_filtered_away_are_nothing():
    assert of_procedure(PAGE.with_(procedure=("complete",)), Procedure.AT_RISK) is None
    assert of_sex(PAGE.with_(sex=("L",)), Sex.FEMALE) is None
    assert FIGURES["complete_at_departure"](PAGE.with_(readiness=("at_risk",))) is None


def test_departing_soon_begins_today_and_ends_in_thirty_days():
    soon = FIGURES["departing_soon"](PAGE)
    assert soon is not None
    assert (soon.since, soon.until) == (today(), today() + timedelta(days=SOON_DAYS))


@pytest.mark.parametrize(
    "changes",
    [
        {"dateless": True},
        {"until": today() - timedelta(days=1)},
        {"since": today() + timedelta(days=SOON_DAYS + 1)},
        {"year": today().year - 1},
    ],
)
def test_departing_soon_is_nothing_on_a_page_of_other_days(changes):
    assert FIGURES["departing_soon"](PAGE.with_(**changes)) is None


def test_departing_soon_turns_a_year_into_days():
    f = PAGE.with_(year=today().year, month=today().month)
    soon = FIGURES["departing_soon"](f)
    assert soon is not None
    assert (soon.year, soon.month, soon.since, soon.until) == (None, None, today(), f.last_day)


def test_a_month_within_own_days_is_said_as_days():
    f = PAGE.with_(since=date(2026, 3, 10), until=date(2026, 6, 30))
    march = of_line(f, Dimension.MONTH, "2026-03")
    assert march is not None
    assert (march.since, march.until) == (date(2026, 3, 10), date(2026, 3, 31))
    whole = of_line(PAGE, Dimension.MONTH, "2026-02")
    assert whole is not None
    assert (whole.year, whole.month) == (2026, 2)


def test_what_the_urls_cannot_say_has_no_filter():
    assert of_line(PAGE, Dimension.AGENCY, UNKNOWN) is None
