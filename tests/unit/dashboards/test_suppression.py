"""Suppression: a reader who knows the rules and adds and subtracts still learns no small number.

The reader of these tests tries every table that fits what is shown, by another way than the code.
"""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.dashboards.suppression import (
    LEAST_SHOWN,
    Grid,
    Mark,
    Suppressed,
    alone,
    order_of,
    suppress,
    within_whole,
)

NUMBERS = st.integers(0, 9) | st.sampled_from((0, 0, 1, 2, 5, 12, 30))


def bounds(shown, most, *, lowest=0, is_blank=False):
    """The least and the most that a reader takes a shown number for."""
    if shown is Mark.SMALL:
        return lowest, LEAST_SHOWN - 1
    if shown is Mark.HIDDEN:
        return (0 if is_blank else LEAST_SHOWN), most
    return shown, shown


def ways(parts, total):
    """Every way to make a total of parts within their bounds."""
    if not parts:
        if total == 0:
            yield ()
        return
    (low, high), *rest = parts
    least, most = sum(low for low, _ in rest), sum(high for _, high in rest)
    for value in range(max(low, total - most), min(high, total - least) + 1):
        for others in ways(rest, total - value):
            yield (value, *others)


def is_blank(marks):
    """Whether nothing is said about which numbers are small."""
    return all(mark is Mark.HIDDEN for row in marks for mark in row)


def tables(marks, row_totals, column_bounds, most, blank):
    """Every table of these row totals that fits the marks and the totals of its columns."""
    if not row_totals:
        if all(low <= 0 <= high for low, high in column_bounds):
            yield ()
        return
    parts = [bounds(mark, most, is_blank=blank) for mark in marks[0]]
    parts = [(low, min(high, c_high)) for (low, high), (_, c_high) in
             zip(parts, column_bounds, strict=True)]  # fmt: skip
    for row in ways(parts, row_totals[0]):
        left = [(low - n, high - n) for (low, high), n in zip(column_bounds, row, strict=True)]
        if any(high < 0 for _, high in left):
            continue
        for rest in tables(marks[1:], row_totals[1:], left, most, blank):
            yield (row, *rest)


def totals_of_columns(cells):
    """As whoever shows them suppresses them: by the same function."""
    return suppress([sum(column) for column in zip(*cells, strict=True)])


def column_bounds_of(cells, most):
    marks = totals_of_columns(cells).totals
    return [bounds(mark, most, is_blank=is_blank([marks])) for mark in marks]


def hidden_places(shown: Suppressed):
    """Where something is hidden: totals as ("total", row), cells as (grid, row, column)."""
    places = {("total", r) for r, mark in enumerate(shown.totals) if isinstance(mark, Mark)}
    for g, marks in enumerate(shown.grids):
        places |= {
            (g, r, c)
            for r, row in enumerate(marks)
            for c, mark in enumerate(row)
            if isinstance(mark, Mark)
        }
    return places


def learnt(totals, shown: Suppressed, grids, *, lowest=0):
    """The places of hidden numbers that are the same in all that fits what is shown."""
    still = hidden_places(shown)
    for different in others(totals, shown, grids, still, lowest):
        still -= different
        if not still:
            break
    return still


def others(totals, shown: Suppressed, grids, still, lowest):
    """For everything that fits what is shown: the places where it differs from the truth."""
    most = sum(totals)
    blank = is_blank([shown.totals])
    row_bounds = [bounds(mark, most, lowest=lowest, is_blank=blank) for mark in shown.totals]
    for row_totals in ways(row_bounds, most):
        fitting = [
            tables(marks, row_totals, column_bounds_of(grid.cells, most), most, is_blank(marks))
            for grid, marks in zip(grids, shown.grids, strict=True)
        ]
        firsts = [next(found, None) for found in fitting]
        if None in firsts:
            continue
        yield {("total", r) for r, total in enumerate(row_totals) if total != totals[r]}
        for g, (first, found) in enumerate(zip(firsts, fitting, strict=True)):
            for table in (first, *found):
                yield differences(g, table, grids[g].cells)
                if not any(place[0] == g for place in still):
                    break


def differences(g, table, cells):
    return {
        (g, r, c)
        for r, row in enumerate(table)
        for c, value in enumerate(row)
        if value != cells[r][c]
    }


@st.composite
def grids(draw, rows=3, columns=3):
    cells = draw(
        st.integers(1, rows).flatmap(
            lambda r: st.integers(1, columns).flatmap(
                lambda c: st.lists(
                    st.lists(NUMBERS, min_size=c, max_size=c), min_size=r, max_size=r
                )
            )
        )
    )
    return Grid(cells, totals_of_columns(cells).hidden)


@given(st.lists(NUMBERS, min_size=1, max_size=6), st.sampled_from((0, 1)))
def test_no_part_of_a_whole_can_be_worked_out(numbers, lowest):
    numbers = [max(number, lowest) for number in numbers]
    shown = suppress(numbers, lowest=lowest)
    if sum(numbers) >= LEAST_SHOWN and len(numbers) > 1:
        assert learnt(numbers, shown, [], lowest=lowest) == set()


@given(grids())
@settings(max_examples=300, deadline=None)
def test_no_cell_of_a_table_can_be_worked_out(grid):
    totals = [sum(row) for row in grid.cells]
    shown = suppress(totals, [grid])
    # One column says no more than the totals; one row no more than the totals of the columns.
    if sum(totals) >= LEAST_SHOWN and len(totals) > 1 and len(grid.cells[0]) > 1:
        assert learnt(totals, shown, [grid]) == set()


@given(grids(columns=2), st.data())
@settings(max_examples=200, deadline=None)
def test_nor_where_the_same_rows_are_split_twice(first, data):
    totals = [sum(row) for row in first.cells]
    cuts = [sorted((data.draw(st.integers(0, n)), data.draw(st.integers(0, n)))) for n in totals]
    cells = [
        [b - a for a, b in pairwise((0, *cut, n))] for cut, n in zip(cuts, totals, strict=True)
    ]
    second = Grid(cells, totals_of_columns(cells).hidden)
    if sum(totals) >= LEAST_SHOWN and len(totals) > 1 and len(first.cells[0]) > 1:
        shown = suppress(totals, [first, second])
        assert learnt(totals, shown, [first, second]) == set()


@given(grids())
def test_what_is_shown_is_true(grid):
    totals = [sum(row) for row in grid.cells]
    shown = suppress(totals, [grid])
    numbers = [*totals, *(n for row in grid.cells for n in row)]
    marks = [*shown.totals, *(mark for row in shown.grids[0] for mark in row)]
    for number, mark in zip(numbers, marks, strict=True):
        if mark is Mark.SMALL:
            assert number < LEAST_SHOWN
        elif mark is not Mark.HIDDEN:
            assert mark == number >= LEAST_SHOWN


def test_nothing_is_hidden_where_nothing_is_small():
    cells = [[5, 9], [6, 5]]
    assert suppress([14, 11], [Grid(cells)]) == Suppressed([14, 11], [cells])


def test_one_small_part_takes_the_smallest_other_with_it():
    assert suppress([40, 3, 9]).totals == [40, Mark.SMALL, Mark.HIDDEN]


def test_two_small_parts_need_no_other():
    assert suppress([40, 3, 2]).totals == [40, Mark.SMALL, Mark.SMALL]


def test_two_zeros_would_show_through_and_take_another():
    assert suppress([40, 0, 0]).totals == [Mark.HIDDEN, Mark.SMALL, Mark.SMALL]


def test_a_row_that_no_split_lets_change_is_no_help():
    # 5 and 5 could neither be fewer without reading `<5`, so the larger row is hidden.
    split = Grid([[0, 0], [5, 5], [6, 6]])
    assert suppress([0, 10, 12], [split]).totals == [Mark.SMALL, 10, Mark.HIDDEN]


def test_a_small_whole_hides_its_parts():
    assert suppress([3, 1], [Grid([[2, 1], [0, 1]])]) == Suppressed(
        [Mark.SMALL] * 2, [[[Mark.SMALL] * 2] * 2]
    )


def test_a_hidden_whole_hides_its_parts():
    assert suppress([30, 1], is_whole_hidden=True).totals == [Mark.HIDDEN, Mark.SMALL]


def test_where_marks_would_tell_too_much_nothing_is_said_of_them():
    # Five in all, one of the two under five and the other not: that could only be 5 and 0.
    assert suppress([5, 0]).totals == [Mark.HIDDEN, Mark.HIDDEN]


@pytest.mark.parametrize(("value", "shown"), [(0, Mark.SMALL), (4, Mark.SMALL), (5, 5)])
def test_a_number_of_its_own(value, shown):
    assert alone(value) == shown


def test_a_number_whose_rest_is_small_is_hidden():
    assert within_whole(98, 100) is Mark.HIDDEN
    assert within_whole(50, 100) == 50
    assert within_whole(2, 100) is Mark.SMALL


@given(st.lists(st.tuples(NUMBERS, st.sampled_from("abcdefg")), max_size=8))
def test_the_order_of_rows_is_the_same_whatever_is_hidden(rows):
    labels = [f"{label}{place}" for place, (_, label) in enumerate(rows)]
    shown = suppress([number for number, _ in rows]).totals
    last = [label.startswith("g") for label in labels]
    order = order_of(shown, labels, last)
    assert sorted(order) == [*range(len(rows))]
    placed = [(last[p], isinstance(shown[p], Mark), labels[p]) for p in order]
    hidden = [row for row in placed if row[1]]
    assert hidden == sorted(hidden)
    assert [row[:2] for row in placed] == sorted(row[:2] for row in placed)
    for is_last in (False, True):
        sizes = [shown[p] for p in order if last[p] is is_last and not isinstance(shown[p], Mark)]
        assert sizes == sorted(sizes, reverse=True)


def test_a_country_of_provinces_is_done_in_good_time():
    cells = [[(row * 7 + column * 3) % 19 for column in range(60)] for row in range(38)]
    totals = [sum(row) for row in cells]
    shown = suppress(totals, [Grid(cells)])
    assert shown.totals == totals
    assert any(mark is Mark.SMALL for mark in shown.grids[0][0])
