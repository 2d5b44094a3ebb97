"""When the registry's count is taken from another office's, and when it is not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dashboards.gaps import NoGap, Published, gap_of

TAKEN = (date(2026, 1, 4), date(2026, 2, 1))
counts = st.integers(0, 10**6)


def published(**values):
    told = {
        "own": None,
        "of_parts": 24_175,
        "loaded": 15,
        "parts": 15,
        "sources": ("KP2MI",),
        "taken": TAKEN,
    }
    return Published(**{**told, **values})


@given(counts, counts)
def test_a_gap_is_what_is_published_less_what_is_known(number, known):
    assert gap_of(published(of_parts=number), known, 2025) == number - known
    assert gap_of(published(own=number), known, 2025) == number - known


def test_an_areas_own_figure_goes_before_the_sum_of_its_parts():
    both = published(own=24_200, of_parts=20_000, loaded=12)
    assert (both.number, both.is_whole) == (24_200, True)
    assert gap_of(both, 24_000, 2025) == 200


@pytest.mark.parametrize(
    ("by_origin", "known", "reason"),
    [
        (None, 5, NoGap.NOT_LOADED),
        (published(loaded=14), 5, NoGap.PARTS_MISSING),
        (published(loaded=0, of_parts=0, parts=0), 5, NoGap.PARTS_MISSING),
        (published(taken=(date(2025, 12, 31), date(2026, 3, 1))), 5, NoGap.YEAR_UNFINISHED),
        (published(), "<5", NoGap.HIDDEN),
        (published(), "•", NoGap.HIDDEN),
    ],
)
def test_what_may_not_be_compared_is_not(by_origin, known, reason):
    assert gap_of(by_origin, known, 2025) is reason


def test_the_first_day_of_the_next_year_is_late_enough():
    assert gap_of(published(taken=(date(2026, 1, 1), date(2026, 1, 1))), 24_175, 2025) == 0
