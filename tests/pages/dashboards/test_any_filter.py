"""Whatever is filtered: numbers lead to their lists, and stand beside those of a year before."""

import random
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest

from registry.dashboards.comparing import year_before
from registry.departures.filters import PARAMETERS, Filter, parse_filter
from registry.departures.summary.in_tables import count_in_tables
from registry.formatting import MONTHS, thousands, today
from registry.regions.area import Area
from tests.factories import make_agency
from tests.pages.dashboards.people import any_filter, scatter
from tests.pages.dashboards.reading import (
    figures_of,
    linked_numbers,
    notes_before,
    tables_of,
    unlinked_numbers,
)

UNCOMPARED = ("Rencana berangkat", "Berangkat dalam 30 hari")


@pytest.mark.parametrize("seed", range(4))
def test_every_number_of_any_filter_leads_to_a_list_of_just_that_length(look, seed):
    scatter(300)
    rng = random.Random(seed)
    for _ in range(6):
        f = any_filter(rng)
        query = urlencode([pair for pair in f.pairs() if pair[0] != "wilayah"])
        _, tree = look(f"/dasbor/{f.area.code}?{query}", area="0")
        assert unlinked_numbers(tree) <= {"0"}
        for number, said in linked_numbers(tree):
            listed = parse_filter(parse_qsl(said), Area("0"), {})
            assert count_in_tables(listed) == number, said


def same_periods():
    """Queries of a period and of the year before, and what the page calls the latter."""
    year, month = today().year, today().month
    return [
        (f"tahun={year}", f"tahun={year - 1}", f"{year - 1}"),
        (
            f"tahun={year}&bulan={month}",
            f"tahun={year - 1}&bulan={month}",
            f"{MONTHS[month - 1]} {year - 1}",
        ),
        (
            f"dari=2024-02-29&sampai={year}-12-31",
            f"dari=2023-02-28&sampai={year - 1}-12-31",
            "Setahun sebelumnya",
        ),
    ]


@pytest.mark.parametrize(("query", "earlier", "label"), same_periods())
def test_the_same_period_of_the_year_before_stands_beside_the_figures(look, query, earlier, label):
    scatter(400)
    _, now = look(f"/dasbor?{query}")
    _, then = look(f"/dasbor?{earlier}")
    values, earlier_values = figures_of(now), figures_of(then)
    for name, note in notes_before(now).items():
        if name in UNCOMPARED:
            assert note == ""
            continue
        more = values[name] - earlier_values[name]
        words = "sama" if not more else f"{'naik' if more > 0 else 'turun'} {thousands(abs(more))}"
        assert note == f"{label}: {thousands(earlier_values[name])} ({words})"
    assert any(earlier_values.values())


@pytest.mark.parametrize(
    "query",
    [
        *("", "dari=2026-01-01", "sampai=2026-01-01", "tahun=1990", "tanggal=belum_diketahui"),
        "dari=1950-01-01&sampai=1950-12-31",
    ],
)
def test_without_a_whole_period_nothing_stands_beside_them(look, query):
    scatter(20)
    _, tree = look(f"/dasbor?{query}")
    assert set(notes_before(tree).values()) == {""}


@pytest.mark.parametrize(
    ("f", "earlier"),
    [
        ({"year": 2026}, {"year": 2025}),
        ({"year": 2026, "month": 2}, {"year": 2025, "month": 2}),
        ({"since": date(2024, 2, 29), "until": date(2024, 3, 1)},
         {"since": date(2023, 2, 28), "until": date(2023, 3, 1)}),
    ],
)  # fmt: skip
def test_a_year_before_changes_the_period_alone(f, earlier):
    plain = Filter(Area("18"), sex=("P",))
    assert year_before(plain.with_(**f)) == plain.with_(**earlier)


def test_an_unfinished_period_says_what_it_is_compared_with(look):
    scatter(50)
    said = "Masa ini belum selesai"
    days = [today() + timedelta(days=n) for n in (-1, 1)]
    assert said in look("/dasbor?dari={}&sampai={}".format(*days))[0].get_data(as_text=True)
    last_year = look(f"/dasbor?tahun={today().year - 1}")[0]
    assert said not in last_year.get_data(as_text=True)


def test_the_form_offers_every_filter_of_the_contract(look):
    scatter(20)
    _, tree = look("/dasbor")
    controls = [*tree.iter("select"), *tree.iter("input")]
    offered = {control.get("name") for control in controls}
    # The area is in the address, names are for lists; an agency is chosen on a page of its own.
    elsewhere = {"wilayah", "q", "urut", "setelah", "p3mi"}
    assert set(PARAMETERS) - elsewhere <= offered


def test_the_form_opens_where_a_folded_filter_is_in_force(look):
    scatter(20)

    def is_open(query):
        _, tree = look(f"/dasbor?{query}")
        form = next(form for form in tree.iter("form") if form.get("method") == "get")
        return next(form.iter("details")).get("open") is not None

    assert not is_open("tahun=2026&negara=TW")
    assert is_open("tahap=planned")


def test_what_the_form_cannot_show_travels_on(look):
    agency = make_agency("PT Contoh")
    _, tree = look(f"/dasbor?tahap=planned&tahap=departed&p3mi={agency.id}")
    hidden = [(i.get("name"), i.get("value")) for i in tree.iter("input")
              if i.get("type") == "hidden"]  # fmt: skip
    assert [pair for pair in hidden if pair[0] in ("tahap", "p3mi")] == [
        ("tahap", "planned"),
        ("tahap", "departed"),
        ("p3mi", str(agency.id)),
    ]


def test_an_agency_is_chosen_on_a_page_of_its_own(look):
    agency = make_agency("PT Contoh")
    answer, tree = look("/dasbor/1807/p3mi?tahun=2026&skema=p_to_p")
    links = {link.text: link.get("href") for link in tree.iter("a")}
    assert links[agency.name] == f"/dasbor/1807?tahun=2026&skema=p_to_p&p3mi={agency.id}"
    _, chosen = look(links[agency.name])
    assert figures_of(chosen)["Jumlah PMI"] == 0


def test_jobs_employers_and_ages_have_tables_of_their_own(look):
    scatter(300)
    _, tree = look("/dasbor/0", area="0")
    found = tables_of(tree)
    total = thousands(figures_of(tree)["Jumlah PMI"])
    for title in ("Per jabatan", "Per jenis pemberi kerja", "Per usia saat berangkat"):
        *rows, last = found[title]
        assert last[:2] == ["Jumlah", total]
        assert sum(int(row[1].replace(".", "")) for row in rows) == figures_of(tree)["Jumlah PMI"]
