"""With `publik=1` small numbers are hidden, and nothing leads to a person."""

import random
import re

import pytest

from registry.accounts.roles import Role
from registry.enums import Stage
from tests.pages.dashboards.people import any_filter, scatter
from tests.pages.dashboards.reading import bars_of, figures_of, number, tables_of

MARKS = {"<5", "•"}
BY_SIZE = re.compile("Per (negara|skema|jabatan)|.* lainnya")
SUMMED_UP = re.compile(r"\d+ (negara|jabatan) lainnya")
MANY_COUNTRIES = (
    *("TW", "HK", "MY", "JP", "KR", "SG", "SA", "AE", "BN", "TR", "PL", "IT", "DE", "US", "AU"),
    *("NZ", "CA", "TH", "KW", "QA", "OM", "JO"),
)


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


def spread(seed, large):
    """People in so many countries that the smallest are summed up; so many of them are large."""
    rng = random.Random(seed)
    sizes = [rng.choice((0, 1, 1, 2, 3, 6)) for _ in MANY_COUNTRIES]
    sizes[:large] = [rng.choice((15, 20, 25)) for _ in range(large)]
    countries = [c for c, size in zip(MANY_COUNTRIES, sizes, strict=True) for _ in range(size)]
    unknown = [None] * (1 if large % 2 else 30)
    scatter(2 * len(countries), seed=seed, countries=[*countries, *unknown])


def named(rows):
    """Rows in their order, without the sum of others, what is not known, and the total."""
    apart = ("Belum diketahui", "Jabatan lain atau belum diketahui", "Jumlah")
    return [row for row in rows if row[0] not in apart and not SUMMED_UP.fullmatch(row[0])]


def ranges(marks, whole):
    """The least and the most of each hidden part of a whole, by all that is shown of the others."""
    ends = [(1, 4) if mark == "<5" else (5, whole) if mark == "•" else (mark,) * 2
            for mark in marks]  # fmt: skip
    least, most = (sum(end[side] for end in ends) for side in (0, 1))
    return [
        (max(low, whole - most + high), min(high, whole - least + low))
        for mark, (low, high) in zip(marks, ends, strict=True)
        if mark in MARKS
    ]


@pytest.mark.parametrize("large", [8, 12, 14, 15, 16, 18])
def test_neither_order_nor_bars_nor_what_is_summed_up_tell_of_a_hidden_number(look, large):
    spread(large, large)
    for area in ("0", "18", "1807"):
        _, tree = look(f"/dasbor/{area}?publik=1", area="0")
        tables, bars = tables_of(tree, with_bars=True), bars_of(tree)
        for title, rows in tables.items():
            shown = [number(row[1]) for row in rows if row[1] not in MARKS and row[0] != "Jumlah"]
            if "Prosedur" not in title:
                assert max(bars[title], default=0) == (100 if any(shown) else 0), title
            if BY_SIZE.fullmatch(title):
                known = named(rows)
                assert known == sorted(known, key=size_and_label), title
        assert_nothing_can_be_solved(tables)


def size_and_label(row):
    """The largest first; hidden ones last and by their words alone."""
    return row[1] in MARKS, 0 if row[1] in MARKS else -number(row[1]), row[0]


def assert_nothing_can_be_solved(tables):
    """Of the countries, with those that are summed up in a row of their own."""
    rows = tables["Per negara tujuan"]
    folded = next((tables[row[0]] for row in rows if SUMMED_UP.fullmatch(row[0])), [])
    values = {row[0]: number(row[1]) for row in rows}
    whole = values.pop("Jumlah")
    (summed_up,) = [values.pop(label) for label in [*values] if SUMMED_UP.fullmatch(label)] or [0]
    inside = [number(row[1]) for row in folded]
    if summed_up in MARKS:
        groups = [([*values.values(), *inside], whole)]
    else:
        groups = [([*values.values()], whole - summed_up), (inside, summed_up)]
    for marks, of_all in groups:
        assert all(low < high for low, high in ranges(marks, of_all)), (marks, of_all)


@pytest.mark.parametrize(("large", "is_hidden"), [(8, True), (18, False)])
def test_the_sum_of_others_is_hidden_where_some_of_the_hidden_stand_by_themselves(
    look, large, is_hidden
):
    spread(1, large)
    _, tree = look("/dasbor/0?publik=1", area="0")
    rows = tables_of(tree, with_bars=True)["Per negara tujuan"]
    (summed_up,) = [row[1] for row in rows if SUMMED_UP.fullmatch(row[0])]
    assert (summed_up == "•") == is_hidden


@pytest.mark.parametrize("pmi", ["", "&pmi=ya", "&pmi=tidak"])
def test_few_cancelled_in_the_total_are_not_what_the_stages_leave_of_it(look, pmi):
    scatter(60, villages=("1807012001",))
    stages = "&".join(f"tahap={stage}" for stage in Stage)
    hidden = 0
    for rest in ("", *(f"&negara={country}" for country in ("TW", "HK", "MY", "JP"))):
        _, tree = look(f"/dasbor/1807?publik=1&{stages}{pmi}{rest}", area="0")
        figures = figures_of(tree)
        whole = next(iter(figures.values()))
        parts = [figures["Rencana berangkat"], figures["Sudah berangkat"]]
        if whole not in MARKS and not MARKS & {*parts}:
            assert whole - sum(parts) >= 5
        if pmi == "&pmi=tidak" and not MARKS & {whole, figures["Bukan PMI"]}:
            assert whole - figures["Bukan PMI"] >= 5
        hidden += whole not in MARKS and figures["Batal"] in MARKS
    assert hidden
