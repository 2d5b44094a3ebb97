"""Percentiles from groups: in the group of the true one, whatever the numbers."""

from bisect import bisect_right
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dashboards.percentiles import Estimate, percentile

FIRSTS = (0, 7, 14, 30, 60, 90, 180)
DAYS = st.lists(st.integers(-40, 400), min_size=1, max_size=200)
SHARES = st.floats(0.01, 1)


def grouped(days, firsts=FIRSTS):
    counts = [0] * (len(firsts) + 1)
    for day in days:
        counts[bisect_right(firsts, day)] += 1
    return counts


@given(DAYS, SHARES)
def test_the_estimate_lies_in_the_group_of_the_true_percentile(days, share):
    true = sorted(days)[ceil(share * len(days)) - 1]
    found = percentile(grouped(days), FIRSTS, share)
    if found.side < 0:
        assert true < found.days == FIRSTS[0]
    elif found.side > 0:
        assert true >= found.days == FIRSTS[-1]
    else:
        assert bisect_right(FIRSTS, found.days) == bisect_right(FIRSTS, true)


@given(DAYS, SHARES, SHARES)
def test_a_larger_share_never_takes_fewer_days(days, one, other):
    def place(share):
        found = percentile(grouped(days), FIRSTS, share)
        return found.side, found.days

    small, large = sorted((one, other))
    assert place(small) <= place(large)


@given(DAYS, SHARES, st.integers(2, 50))
def test_as_many_times_the_same_days_change_little(days, share, times):
    rank = share * len(days)
    once, often = (percentile(grouped(days * n), FIRSTS, share) for n in (1, times))
    if ceil(rank) == rank or ceil(rank * times) > (ceil(rank) - 1) * times:
        assert once.side == often.side
        assert bisect_right(FIRSTS, once.days) == bisect_right(FIRSTS, often.days)


def test_the_first_group_has_a_floor_where_days_cannot_be_fewer():
    assert percentile([9, 0], (1,), 0.5, lowest=0) == Estimate(0)
    assert percentile([9, 0], (1,), 0.5) == Estimate(1, -1)


def test_days_lie_evenly_within_their_group():
    # One to ten in a group of ten days: each is its own percentile.
    found = [percentile([0, 10, 0], (1, 11), n / 10).days for n in range(1, 11)]
    assert found == list(range(1, 11))


def test_nothing_counted_has_no_percentile():
    assert percentile([0, 0], (1,), 0.9) is None


def test_counts_that_do_not_fit_the_groups_are_refused():
    with pytest.raises(ValueError, match="each group"):
        percentile([1, 2, 3], (1,), 0.5)
