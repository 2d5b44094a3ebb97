"""Whatever is filtered: numbers lead to their lists, and stand beside those of a year before."""

import random
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest

from registry.dashboards import comparing
from registry.dashboards.comparing import year_before
from registry.departures.filters import PARAMETERS, Filter, parse_filter
from registry.departures.summary.in_tables import count_in_tables
from registry.formatting import MONTHS, long_date, thousands, today
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

COMPARED_WHILE_RUNNING = ("Sudah berangkat", "Sedang di luar negeri", "Sudah pulang")
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


def in_words(more):
    return "sama" if not more else f"{'naik' if more > 0 else 'turun'} {thousands(abs(more))}"


def same_periods():
    """Queries of a period and of the year before, and what the page calls the latter."""
    year, old = today().year - 1, today() - timedelta(days=900)  # on which some left
    in_month = "tahun={}&bulan={}".format
    return [
        (f"tahun={year}", f"tahun={year - 1}", f"{year - 1}"),
        (
            in_month(old.year + 1, old.month),
            in_month(old.year, old.month),
            f"{MONTHS[old.month - 1]} {old.year}",
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
        assert note == f"{label}: {thousands(earlier_values[name])} ({in_words(more)})"
    assert any(earlier_values.values())


@pytest.mark.parametrize(
    "query",
    [
        *("", "dari=2026-01-01", "sampai=2026-01-01", "tahun=1950", "tanggal=belum_diketahui"),
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
        ({"year": 2025}, {"year": 2024}),
        ({"year": 2025, "month": 2}, {"year": 2024, "month": 2}),
        ({"since": date(2024, 2, 29), "until": date(2024, 3, 1)},
         {"since": date(2023, 2, 28), "until": date(2023, 3, 1)}),
        ({"since": date(2025, 2, 1), "until": date(2025, 2, 28)},
         {"since": date(2024, 2, 1), "until": date(2024, 2, 29)}),
        ({"since": date(2024, 2, 1), "until": date(2024, 2, 28)},
         {"since": date(2023, 2, 1), "until": date(2023, 2, 28)}),
    ],
)  # fmt: skip
def test_a_year_before_changes_the_period_alone(f, earlier):
    plain = Filter(Area("18"), sex=("P",))
    assert year_before(plain.with_(**f)) == plain.with_(**earlier)


@pytest.mark.parametrize(
    ("day", "f", "since", "until"),
    [
        (date(2026, 11, 30), {"year": 2026}, date(2025, 1, 1), date(2025, 11, 30)),
        (date(2024, 2, 29), {"year": 2024}, date(2023, 1, 1), date(2023, 2, 28)),
        (date(2025, 2, 28), {"year": 2025}, date(2024, 1, 1), date(2024, 2, 29)),
        (date(2026, 11, 7), {"year": 2026, "month": 11}, date(2025, 11, 1), date(2025, 11, 7)),
        (date(2026, 5, 9), {"since": date(2026, 5, 9), "until": date(2026, 6, 2)},
         date(2025, 5, 9), date(2025, 5, 9)),
    ],
)  # fmt: skip
def test_a_period_that_runs_is_compared_up_to_the_same_day(monkeypatch, day, f, since, until):
    monkeypatch.setattr(comparing, "today", lambda: day)
    plain = Filter(Area("18"), sex=("P",))
    assert year_before(plain.with_(**f)) == plain.with_(since=since, until=until)


@pytest.mark.parametrize(
    ("f", "is_whole"),
    [
        ({"year": 2026}, False),
        ({"year": 2026, "month": 12}, True),
        ({"since": date(2026, 12, 31), "until": date(2026, 12, 31)}, True),
    ],
)
def test_on_its_last_day_a_period_is_whole(monkeypatch, f, is_whole):
    plain = Filter(Area("18")).with_(**f)
    monkeypatch.setattr(comparing, "today", lambda: date(2026, 12, 31 if is_whole else 30))
    assert comparing.is_compared(plain, "total") is is_whole
    assert comparing.is_compared(plain, "departed")
    assert not comparing.is_compared(plain, "planned")


def running_periods():
    """Queries of periods that hold today and a day after it, and their first days."""
    year, month = today().year, today().month
    before, after = (today() + timedelta(days=n) for n in (-40, 40))
    found = [(f"dari={before}&sampai={after}", before)]
    if today() < date(year, 12, 31):
        found.append((f"tahun={year}", date(year, 1, 1)))
    if (today() + timedelta(days=1)).month == month:
        found.append((f"tahun={year}&bulan={month}", date(year, month, 1)))
    return found


def test_of_a_running_period_only_who_left_is_compared_and_up_to_today(look):
    scatter(400)
    for query, first in running_periods():
        since, until = (comparing.a_year_earlier(day) for day in (first, today()))
        _, now = look(f"/dasbor?{query}")
        _, then = look(f"/dasbor?dari={since}&sampai={until}")
        values, earlier_values = figures_of(now), figures_of(then)
        label = f"{long_date(since)} sampai {long_date(until)}"
        for name, note in notes_before(now).items():
            if name not in COMPARED_WHILE_RUNNING:
                assert note == ""
                continue
            more = values[name] - earlier_values[name]
            assert note == f"{label}: {thousands(earlier_values[name])} ({in_words(more)})"
        assert earlier_values["Sudah berangkat"]
        for many, said in linked_numbers(now):
            assert count_in_tables(parse_filter(parse_qsl(said), Area("18"), {})) == many, said


def test_nobody_of_a_period_to_come_is_compared(look):
    scatter(50)
    _, tree = look(f"/dasbor?tahun={today().year + 1}")
    assert set(notes_before(tree).values()) == {""}


def test_a_running_period_says_what_it_is_compared_with(look):
    scatter(50)
    said = "Masa ini masih berjalan"
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
