"""Classes of a map: whole bounds that do not overlap, and each value in just one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dashboards.classes import MOST_CLASSES, Class, class_of, classes_of

values_of_any_kind = st.lists(st.integers(0, 10**7), max_size=60)


@given(values_of_any_kind, st.integers(1, 9))
def test_classes_follow_one_another_without_gap_or_overlap(values, most):
    classes = classes_of(values, most)
    assert len(classes) == min(most, len(set(values)))
    for low, high in classes:
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert low <= high
    for before, after in zip(classes, classes[1:], strict=False):
        assert after.low == before.high + 1
    if values:
        assert (classes[0].low, classes[-1].high) == (min(values), max(values))


@given(values_of_any_kind)
def test_every_value_lies_in_just_one_class_and_every_class_holds_one(values):
    classes = classes_of(values)
    found = set()
    for value in values:
        holding = [n for n, (low, high) in enumerate(classes) if low <= value <= high]
        assert holding == [class_of(value, classes)]
        found.update(holding)
    assert found == set(range(len(classes)))


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_no_class_holds_many_more_different_values_than_another(values):
    classes = classes_of(values)
    sizes = [sum(low <= value <= high for value in set(values)) for low, high in classes]
    assert max(sizes) - min(sizes) <= 1


def test_few_different_values_make_fewer_classes():
    assert classes_of([]) == []
    assert classes_of([7, 7, 7]) == [Class(7, 7)]
    assert classes_of([0, 9, 0]) == [Class(0, 0), Class(1, 9)]
    assert classes_of([402, 511, 702, 13, 20, 90]) == [
        Class(13, 13),
        Class(14, 20),
        Class(21, 90),
        Class(91, 402),
        Class(403, 702),
    ]
    assert len(classes_of(range(100))) == MOST_CLASSES


def test_a_value_outside_is_in_no_class():
    with pytest.raises(ValueError, match="lies in no class"):
        class_of(3, [Class(4, 9)])
