"""Rates where residents are known, counts where they are not, and places that do not collide."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from registry.dashboards.measures import (
    TELLING,
    UNITS,
    Place,
    Residents,
    Spot,
    apart,
    measure_of,
)


def places(*numbers):
    return [Place(f"18{n:02}", f"Kabupaten {n}", number) for n, number in enumerate(numbers, 1)]


def residents(*counts, year=2024):
    return Residents(year, {f"18{n:02}": count for n, count in enumerate(counts, 1)}, ("BPS",))


numbers = st.lists(st.integers(0, 50_000) | st.just("<5"), min_size=1, max_size=20)


@given(numbers, st.data())
def test_a_rate_is_the_nearest_whole_number_of_the_unit(counts, data):
    people = [data.draw(st.integers(1, 3_000_000)) for _ in counts]
    measure = measure_of(places(*counts), [residents(*people)], 2025)
    assert measure.unit in UNITS
    for place, count in zip(places(*counts), people, strict=True):
        value = measure.values[place.code]
        if isinstance(place.number, str):
            assert value == place.number
        else:
            assert abs(value - Fraction(place.number * measure.unit, count)) <= Fraction(1, 2)


@given(numbers, st.data())
def test_the_unit_is_the_smallest_that_tells_something(counts, data):
    people = [data.draw(st.integers(1, 3_000_000)) for _ in counts]
    measure = measure_of(places(*counts), [residents(*people)], 2025)
    known = [count for count in counts if isinstance(count, int)]
    if not any(known):
        assert measure.unit == UNITS[0]
    elif measure.unit != UNITS[0]:
        assert max(measure.compared) < TELLING * 10 + 5


def test_lampung_timur_in_2025():
    measure = measure_of(places(9_343, 50), [residents(1_122_605, 177_430)], 2025)
    assert (measure.values, measure.unit) == ({"1801": 83, "1802": 3}, 10_000)


def test_small_numbers_are_told_of_more_residents():
    measure = measure_of(places(22, 1), [residents(1_122_605, 3_000_000)], 2025)
    assert measure.unit == 1_000_000
    assert [measure.said(place) for place in places(22, 1)] == ["20", "<1"]
    assert measure.said(places(0)[0]._replace(code="1802")) == "0"


def test_without_any_residents_counts_are_shown():
    for known in ([], [residents(), residents(year=2025)]):
        measure = measure_of(places(3, 4), known, 2025)
        assert (measure.unit, measure.residents) == (None, None)
        assert measure.values == {"1801": 3, "1802": 4}


def test_a_place_without_residents_has_no_rate_and_no_count_beside_the_rates_of_others():
    measure = measure_of(places(30, 4), [residents(1_000)], 2025)
    assert measure.values == {"1801": 300}
    assert [measure.said(place) for place in places(30, 4)] == ["300", "–"]


@given(numbers, st.data())
def test_rates_stand_for_just_those_whose_residents_are_known(counts, data):
    loaded = data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    people = {
        place.code: data.draw(st.integers(1_000, 3_000_000))
        for place, is_loaded in zip(places(*counts), loaded, strict=True)
        if is_loaded
    }
    measure = measure_of(places(*counts), [Residents(2024, people, ("BPS",))], 2025)
    if not people:
        assert measure.unit is None
        return
    assert measure.values.keys() == people.keys()
    alone = [place for place in places(*counts) if place.code in people]
    # What is not loaded, or hidden, changes nothing about the others.
    assert measure == measure_of(alone, [Residents(2024, people, ("BPS",))], 2025)


def test_the_year_is_the_nearest_of_those_that_know_most():
    known = [
        residents(10, 10, year=2020),
        residents(20, 20, year=2024),
        residents(30, year=2025),
        residents(40, 40, year=2026),
    ]
    for wanted, year in ((2019, 2020), (2023, 2024), (2025, 2024), (2026, 2026), (2030, 2026)):
        assert measure_of(places(3, 4), known, wanted).residents.year == year
    assert measure_of(places(3, 4), known[2:3], 2030).residents.year == 2025


def test_hidden_numbers_are_shown_as_their_mark_and_never_compared():
    measure = measure_of(places("<5", "•", 20), [residents(1_000, 1_000, 1_000)], 2025)
    assert measure.compared == [200]
    assert [measure.said(place) for place in places("<5", "•", 20)] == ["<5", "•", "200"]


spots = st.lists(st.builds(Spot, st.text(max_size=5), st.integers(1, 4), st.integers(1, 4)))


@given(spots)
def test_two_on_one_place_stand_beside_each_other(found):
    moved = apart(found)
    assert len({(spot.row, spot.column) for spot in moved}) == len(found)
    assert [(spot.label, spot.row) for spot in moved] == [(s.label, s.row) for s in found]
    if len({(spot.row, spot.column) for spot in found}) == len(found):
        assert moved == found
