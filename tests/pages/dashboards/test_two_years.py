"""A page of one year draws the year before too, in words and in a table of its own."""

import random
from urllib.parse import parse_qsl

import pytest

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.dashboards.comparing import is_running
from registry.departures import listing
from registry.departures.filters import YEARS, Filter, parse_filter
from registry.formatting import thousands, today
from registry.regions.area import Area
from tests.pages.dashboards.people import any_filter, scatter
from tests.pages.dashboards.reading import figures_of, linked_numbers, number, tables_of, words_of
from tests.pages.dashboards.test_official import can_be_told, leave

THIS_YEAR = today().year
OWN, BEFORE = "Per bulan", f"Per bulan, {THIS_YEAR - 1}"


def chart_on(tree):
    svg = "{http://www.w3.org/2000/svg}"
    return next(one for one in tree.iter(f"{svg}svg") if one.get("class") == "chart"), svg


def test_the_picture_of_a_year_has_twenty_four_months_and_says_which_year_was_chosen(look):
    scatter(400)
    _, tree = look(f"/dasbor/18?tahun={THIS_YEAR}")
    drawing, svg = chart_on(tree)
    said = [words_of(text) for text in drawing.iter(f"{svg}text")]
    assert said[:2] == [str(THIS_YEAR - 1), str(THIS_YEAR)]
    assert {f"Jan {(THIS_YEAR - 1) % 100}", f"Des {THIS_YEAR % 100}"} <= set(said)
    assert len([*drawing.iter(f"{svg}rect")]) == 1
    page = words_of(tree.find("body"))
    assert f"Tahun yang dipilih: {THIS_YEAR} (berlatar)" in page
    assert f"{THIS_YEAR - 1}, hanya sebagai pembanding" in page
    tables = tables_of(tree, with_bars=True)
    assert [len(tables[title]) for title in (OWN, BEFORE)] == [13, 13]


@pytest.mark.parametrize("seed", range(3))
def test_the_months_of_each_year_are_its_own_and_no_number_of_the_page_holds_both(look, seed):
    scatter(300, seed=seed)
    rng = random.Random(seed)
    seen = 0
    for _ in range(6):
        f = any_filter(rng).with_(
            year=THIS_YEAR, month=None, since=None, until=None, dateless=False, area=Area("18")
        )
        if not counts.headline(f).total:
            continue
        _, tree = look(f"/dasbor/18?{f.query(Area('18'))}")
        tables = tables_of(tree, with_bars=True)
        for title, year in ((OWN, THIS_YEAR), (BEFORE, THIS_YEAR - 1)):
            whole = counts.headline(f.with_(year=year)).total
            *months, total = (number(row[1]) for row in tables[title])
            assert (sum(months), total) == (whole, whole)
            assert all(row[0].endswith(str(year)) for row in tables[title][:-1])
        assert next(iter(figures_of(tree).values())) == number(tables[OWN][-1][1])
        seen += 1
    assert seen


def test_each_month_of_both_years_leads_to_its_list(look):
    scatter(300)
    _, tree = look(f"/dasbor/18?tahun={THIS_YEAR}&negara=TW")
    for year in (THIS_YEAR, THIS_YEAR - 1):
        found = [
            (count, said)
            for count, said in linked_numbers(tree)
            if f"tahun={year}&bulan=" in said
        ]  # fmt: skip
        assert found
        for count, said in found:
            assert listing.count(parse_filter(parse_qsl(said), Area("18"), {})) == count
            assert "negara=TW" in said


@pytest.mark.parametrize(
    "query", ["", f"tahun={THIS_YEAR}&bulan=3", f"dari={THIS_YEAR}-01-01", f"tahun={YEARS[0]}",
              "tanggal=belum_diketahui"]
)  # fmt: skip
def test_no_other_period_has_a_year_beside_it(look, query):
    scatter(200)
    _, tree = look(f"/dasbor/18?{query}")
    assert not [title for title in tables_of(tree) if title.startswith("Per bulan, ")]
    assert "Tahun yang dipilih" not in words_of(tree.find("body"))


@pytest.fixture
def small_junes(app):
    """Ten left in each month of three years, but for few in June and May of each."""
    for year in range(THIS_YEAR - 3, THIS_YEAR):
        leave(year, {m: {6: 2, 5: 6}.get(m, 10) for m in range(1, 13)})


@pytest.mark.parametrize("role", [Role.BP3MI, Role.ADMIN])
def test_the_public_can_work_out_no_month_of_either_year(look, small_junes, role):
    year = THIS_YEAR - 1
    _, tree = look(f"/dasbor/18?tahun={year}&publik=1", role=role)
    tables = tables_of(tree, with_bars=True)
    for title in (OWN, f"Per bulan, {year - 1}"):
        *shown, total = (number(row[1]) for row in tables[title])
        assert "<5" in shown
        assert "•" in shown
        assert total == 108
        assert not can_be_told(shown, total)
    drawing, svg = chart_on(tree)
    line = next(p for p in drawing.iter(f"{svg}path") if "chart-line" in p.get("class"))
    # A gap where May and June of each year are hidden.
    assert line.get("d").count("M") == 3
    # What is hidden of a year reads as on that year's own page.
    _, own = look(f"/dasbor/18?tahun={year - 1}&publik=1", role=role)
    there = [row[:2] for row in tables_of(own, with_bars=True)[OWN]]
    assert [row[:2] for row in tables[f"Per bulan, {year - 1}"]] == there


def test_the_public_sees_no_months_around_the_day_to_which_a_running_year_is_compared(look):
    scatter(400)
    _, tree = look(f"/dasbor/18?tahun={THIS_YEAR}&publik=1")
    tables = tables_of(tree, with_bars=True)
    is_over = not is_running(Filter(Area("18"), year=THIS_YEAR))  # on its last day alone
    assert OWN in tables
    assert (BEFORE in tables) is is_over
    drawing, svg = chart_on(tree)
    assert len([*drawing.iter(f"{svg}rect")]) == is_over


def test_the_words_of_the_picture_name_the_most_of_both_years(look, small_junes):
    _, tree = look(f"/dasbor/18?tahun={THIS_YEAR - 1}")
    drawing, svg = chart_on(tree)
    words = words_of(next(drawing.iter(f"{svg}desc")))
    assert words.endswith(f"Jumlah bulan-bulan ini {thousands(2 * 108)}.")
