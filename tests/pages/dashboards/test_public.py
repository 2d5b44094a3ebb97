"""With `publik=1` small numbers are hidden, and nothing leads to a person."""

import random

import pytest

from registry.accounts.roles import Role
from tests.pages.dashboards.people import any_filter, scatter
from tests.pages.dashboards.reading import figures_of, number, tables_of

MARKS = {"<5", "•"}


def numbers_in(tree):
    """Every number of the page, big or in a table."""
    found = [*figures_of(tree).values()]
    for rows in tables_of(tree, with_bars=True).values():
        found += [number(row[1]) for row in rows]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_no_small_number_is_shown_and_none_can_be_had_from_a_total(look, seed):
    scatter(150, seed=seed)
    rng = random.Random(seed)
    hidden = 0
    for _ in range(8):
        f = any_filter(rng)
        _, tree = look(f"/dasbor/{f.area.code}?{f.with_(public=True).query(f.area)}", area="0")
        assert all(n in MARKS or n >= 5 for n in numbers_in(tree))
        for title, rows in tables_of(tree, with_bars=True).items():
            marks = [row for row in rows if row[1] in MARKS]
            assert all(row[3] == "–" for row in marks)
            if rows[-1][0] == "Jumlah" and rows[-1] not in marks and len(rows) > 2:
                assert len(marks) != 1, (title, rows)
            hidden += len(marks)
    assert hidden


@pytest.mark.parametrize("role", list(Role))
def test_nothing_leads_to_a_list(look, role):
    scatter(100)
    answer, tree = look("/dasbor?publik=1&tahun=2026", role=role)
    assert "/keberangkatan?" not in answer.get_data(as_text=True)
    assert "Angka kecil disamarkan" in answer.get_data(as_text=True)
    assert figures_of(tree)


def test_it_stays_public_on_the_way_down(look):
    scatter(100)
    answer, _ = look("/dasbor/18?publik=1&negara=TW", area="0")
    assert 'href="/dasbor/1807?negara=TW&amp;publik=1"' in answer.get_data(as_text=True)


def test_it_does_not_tell_that_there_is_nobody(look):
    answer, tree = look("/dasbor?publik=1")
    assert "Belum ada keberangkatan" not in answer.get_data(as_text=True)
    assert set(figures_of(tree).values()) == {"<5"}


def test_it_is_said_by_a_box_in_the_form_and_not_by_a_chip(look):
    _, tree = look("/dasbor?publik=1")
    (box,) = (i for i in tree.iter("input") if i.get("name") == "publik")
    assert box.get("checked") is not None
    assert not [link for link in tree.iter("a") if link.get("class") == "chip"]
