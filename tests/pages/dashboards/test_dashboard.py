"""The dashboard as people of each role see it."""

import gzip
from datetime import date
from urllib.parse import parse_qsl, quote_plus

import pytest
from sqlalchemy import func, select, update

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.dashboards.figures import Dimension, of_child, of_line
from registry.dashboards.tables import Links
from registry.db import db
from registry.departures import listing
from registry.departures.filters import Filter, parse_filter
from registry.departures.models import Departure
from registry.enums import ReviewStatus, Stage
from registry.formatting import today
from registry.regions.area import Area
from tests.factories import AREA_OF, SISTER_VILLAGE, VILLAGE, make_departure, make_user, recode
from tests.pages.dashboards.people import scatter
from tests.pages.dashboards.reading import figures_of, linked_numbers, unlinked_numbers, words_of

SEES_PEOPLE = [role for role in Role if role is not Role.ADMIN]


@pytest.mark.parametrize("role", SEES_PEOPLE)
@pytest.mark.parametrize("query", ["", "?tahun={year}", "?negara=TW&jk=P", "?tahap=planned&pmi=ya"])
def test_every_number_leads_to_a_list_of_just_that_length(look, role, query):
    scatter(300)
    _, tree = look("/dasbor" + query.format(year=today().year), role=role)
    numbers = linked_numbers(tree)
    assert len(numbers) > 8
    assert unlinked_numbers(tree) <= {"0"}
    for number, said in numbers:
        f = parse_filter(parse_qsl(said), Area(AREA_OF[role]), {})
        assert listing.count(f) == number, said


def test_links_reach_lists_from_a_level_deeper_too(look):
    scatter(300)
    _, tree = look("/dasbor/180701")
    for number, said in linked_numbers(tree):
        f = parse_filter(parse_qsl(said), Area("18"), {})
        assert f.area.code.startswith("180701")
        assert listing.count(f) == number


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_dashboard_of_its_own_area(look, role):
    scatter(50)
    answer, tree = look("/dasbor", role=role)
    assert words_of(next(tree.iter("h1"))).startswith("Dasbor ")
    assert len(gzip.compress(answer.data)) < 14_000


def test_an_administrator_sees_figures_and_no_way_to_a_list(look):
    scatter(100)
    answer, tree = look("/dasbor/0", role=Role.ADMIN)
    assert figures_of(tree)["Jumlah PMI"] == counts.headline(Filter(Area("0"))).total
    assert b"/keberangkatan" not in answer.data
    assert b'href="/dasbor/18"' in answer.data


def test_names_are_not_counted_for_who_does_not_see_them(look):
    scatter(10)
    answer, _ = look("/dasbor?q=warga+1", role=Role.ADMIN, status=400)
    assert "tidak dihitung menurut nama" in answer.get_data(as_text=True)


def test_names_are_counted_for_who_sees_them(look):
    scatter(10, villages=(VILLAGE,))
    _, tree = look("/dasbor?q=warga+7", role=Role.OPERATOR)
    assert sum(figures_of(tree)[label] for label in ("Jumlah PMI", "Bukan PMI", "Batal")) == 1


@pytest.mark.parametrize("code", ["3204", "0", "189999", "1807019999", "abc", "180"])
def test_another_area_is_not_there(look, code):
    answer, _ = look(f"/dasbor/{code}", status=404)
    assert "Tidak ditemukan" in answer.get_data(as_text=True)


def test_wilayah_inside_is_shown(look):
    scatter(60)
    _, tree = look("/dasbor?wilayah=1807")
    assert words_of(next(tree.iter("h1"))) == "Dasbor Kabupaten Lampung Timur"


def test_wilayah_outside_is_not_there(look):
    answer, _ = look("/dasbor?wilayah=3204", status=404)
    assert "Tidak ditemukan" in answer.get_data(as_text=True)


def test_unknown_filters_are_named(look):
    answer, _ = look("/dasbor?warna=biru", status=400)
    assert "warna" in answer.get_data(as_text=True)


def test_dotted_codes_are_understood(look):
    _, tree = look("/dasbor/18.07.01")
    assert words_of(next(tree.iter("h1"))) == "Dasbor Kecamatan Sukadana"


def test_a_recoded_area_leads_to_its_successor(look):
    recode("180702", "180799")
    db.session.commit()
    answer, _ = look("/dasbor/180702?tahun=2026", status=302)
    assert answer.location == "/dasbor/180799?tahun=2026"


def test_the_way_down_keeps_the_filters_and_the_way_up_ends_at_home(look):
    scatter(60)
    answer, _ = look("/dasbor/180701?negara=TW", role=Role.LABOUR_OFFICE)
    page = answer.get_data(as_text=True)
    assert 'href="/dasbor/1807012001?negara=TW"' in page
    assert 'href="/dasbor/1807?negara=TW"' in page
    assert 'href="/dasbor/18?' not in page


def test_a_village_has_no_level_below(look):
    scatter(60)
    answer, tree = look("/dasbor", role=Role.VILLAGE_HEAD)
    assert "Per wilayah" not in answer.get_data(as_text=True)
    assert figures_of(tree)["Jumlah PMI"] > 0


def test_an_empty_area_says_what_will_come(look):
    answer, tree = look("/dasbor", role=Role.REVIEWER)
    assert "Belum ada keberangkatan yang dicatat di sini" in answer.get_data(as_text=True)
    assert set(figures_of(tree).values()) == {0}


def test_a_filter_without_result_says_how_to_go_on(look):
    scatter(20)
    answer, _ = look("/dasbor?tahun=1990")
    assert "Ubah atau hapus saringan" in answer.get_data(as_text=True)


def test_every_year_that_is_offered_is_taken_however_old_a_record_is(look):
    scatter(3)
    table, day = Departure.__table__, date(1950, 1, 1)
    oldest = select(func.min(table.c.id)).scalar_subquery()
    days = {"planned_on": day, "departed_on": None, "leaving_on": day}
    db.session.execute(update(table).where(table.c.id == oldest).values(days))
    db.session.commit()
    _, tree = look("/dasbor")
    offered = [option.get("value") for option in tree.iterfind(".//*[@id='saring-tahun']/*")]
    assert offered[-1] == "1950"
    for year in filter(None, offered):
        answer, _ = look(f"/dasbor?tahun={year}")
        assert answer.status_code == 200, year


def test_real_records_are_counted_at_once_drafts_included(look):
    operator, sister = make_user(), make_user(area=SISTER_VILLAGE)
    make_departure(by=operator)
    make_departure(by=operator, status=ReviewStatus.SUBMITTED, stage=Stage.DEPARTED)
    make_departure(by=operator, stage=Stage.CANCELLED)
    make_departure(by=sister, village=SISTER_VILLAGE, planned_on=today())
    _, tree = look("/dasbor", role=Role.REVIEWER)
    assert figures_of(tree) == {
        "Jumlah PMI": 3,
        "Rencana berangkat": 2,
        "Berangkat dalam 30 hari": 1,
        "Sudah berangkat": 1,
        "Sedang di luar negeri": 1,
        "Sudah pulang": 0,
        "Bukan PMI": 0,
        "Batal": 1,
    }


def test_chips_take_one_filter_off(look):
    scatter(60)
    answer, _ = look("/dasbor?tahun=2026&bulan=3&negara=TW&negara=HK&status=draft")
    page = answer.get_data(as_text=True)
    assert 'href="/dasbor/18?tahun=2026&amp;bulan=3&amp;negara=HK&amp;status=draft"' in page
    # Two countries are more than one select can say, so the form carries both.
    assert page.count('type="hidden" name="negara"') == 2
    assert '<option value="3" selected>Maret</option>' in page
    assert '<option value="draft" selected>Draf</option>' in page


@pytest.mark.parametrize("query", ["", "negara=TW&negara=HK", "tahun=2026&skema=p_to_p", "jk=P"])
@pytest.mark.parametrize("sees_people", [True, False])
def test_the_addresses_of_a_table_are_those_of_each_of_its_numbers(app, query, sees_people):
    f = parse_filter(parse_qsl(query), Area("18"), {"negara": {"TW", "HK"}})
    with app.test_request_context():
        links = Links(f, Area("18"), sees_people=sees_people)
        for parameter, values, figure_of in (
            ("wilayah", ["1801", "1807", "1871"], lambda code: of_child(f, code)),
            ("negara", ["TW", "belum_diketahui", "HK"],
             lambda value: of_line(f, Dimension.COUNTRY, value)),
            ("usia", ["<18", "18-24", "45+"], lambda value: of_line(f, Dimension.AGE, value)),
        ):  # fmt: skip

            def say(value, name=parameter):
                return f"{name}={quote_plus(value)}"

            one_by_one = {value: links.list_of(figure_of(value)) for value in values}
            found = links.lists_of(values, figure_of, say)
            assert found == (one_by_one if sees_people else {})
            assert links.lists_of([], figure_of, say) == {}


@pytest.mark.parametrize(
    "query", ["dari=1950-01-01", "sampai=2100-12-31", "dari=2100-12-01&sampai=2100-12-31",
              "sampai=1950-01-31"]
)  # fmt: skip
def test_the_first_and_the_last_day_that_can_be_asked_for_are_shown(sign_in, query):
    assert sign_in(make_user(role=Role.BP3MI)).get(f"/dasbor?{query}").status_code == 200
