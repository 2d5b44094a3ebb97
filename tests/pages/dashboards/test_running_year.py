"""A page of all dates says how many left this year so far, beside the same days of the last."""

import re
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from sqlalchemy import event, update

from registry.accounts.roles import Role
from registry.dashboards import counts
from registry.dashboards.comparing import a_year_earlier
from registry.db import db
from registry.departures import listing
from registry.departures.filters import Filter, parse_filter
from registry.departures.models import Departure
from registry.enums import Scheme, Stage
from registry.formatting import WIB, today
from registry.regions.area import Area
from tests.pages.dashboards.people import scatter
from tests.pages.dashboards.reading import words_of
from tests.pages.dashboards.test_official import leave

YEAR = today().year
DAYS = (
    date(YEAR, 3, 15),
    date(YEAR, 2, 28),
    date(YEAR, 6, 30),
    date(YEAR, 1, 9),
    date(YEAR, 12, 31),
)


def line_on(tree):
    """The words of the line and the addresses in it; nothing where there is none."""
    found = [one for one in tree.iter("p") if one.get("class") == "running-year"]
    if not found:
        return "", []
    (line,) = found
    return words_of(line), [link.get("href") for link in line.iter("a")]


def sizes(words):
    return [int(n.replace(".", "")) for n in re.findall(r": ([\d.]+)", words)]


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=WIB)


@pytest.fixture
def two_years(app):
    """A departure a day around the edges, in both years, of several kinds; nobody after today."""
    scatter(200)
    leave(YEAR - 1, {1: 9, 2: 4, 3: 6, 6: 5, 7: 8, 12: 2})
    leave(YEAR, {1: 3, 2: 5, 3: 1})
    for place, day in enumerate((1, 8, 9, 10, 15, 16, 28, 28), 1):
        on = {"departed_on": date(YEAR - 1, 1 + place % 3, day)}
        at = update(Departure).where(Departure.id == place)
        db.session.execute(
            at.values(**on, leaving_on=on["departed_on"], stage=Stage.RETURNED, scheme=Scheme.SSW)
        )
    db.session.commit()


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize(
    "address", ["1807?", "180701?", "1807012001?", "1807?negara=TW&jk=P", "1807?tahap=departed"]
)
def test_this_year_up_to_today_stands_beside_the_same_days_of_the_last(
    look, two_years, day, address
):
    late = update(Departure).where(
        Departure.stage.in_((Stage.DEPARTED, Stage.RETURNED)), Departure.leaving_on > day
    )
    db.session.execute(late.values(departed_on=a_year_earlier(day), leaving_on=a_year_earlier(day)))
    db.session.commit()
    with time_machine.travel(noon(day), tick=False):
        _, tree = look(f"/dasbor/{address}")
        words, urls = line_on(tree)
        assert "tahun ini sampai hari ini: " in words
        assert "; tahun lalu sampai hari yang sama: " in words
        code, query = address.split("?")
        f = parse_filter(parse_qsl(query), Area(code), {})
        for number, url, last in zip(
            sizes(words), urls, (day, a_year_earlier(day)), strict=True
        ):  # fmt: skip
            named = parse_filter(parse_qsl(urlsplit(url).query), Area("18"), {})
            assert listing.count(named) == number
            days = f.with_(since=date(last.year, 1, 1), until=last)
            assert counts.headline(days).departed == number


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("code", ["18", "0"])
def test_a_larger_area_compares_whole_months(look, two_years, day, code):
    with time_machine.travel(noon(day), tick=False):
        _, tree = look(f"/dasbor/{code}", area="0")
        words, urls = line_on(tree)
        if day.month == 1:
            assert words == ""
            return
        for number, url, year in zip(sizes(words), urls, (YEAR, YEAR - 1), strict=True):
            named = parse_filter(parse_qsl(urlsplit(url).query), Area("0"), {})
            assert listing.count(named) == number
            assert named.first_day == date(year, 1, 1)
        ends_month = day in (date(YEAR, 2, 28), date(YEAR, 6, 30), date(YEAR, 12, 31))
        assert ("sampai hari ini" in words) is ends_month
        assert ("sampai akhir Februari: " in words) is (day == date(YEAR, 3, 15))


def test_the_difference_is_told_in_words(look, app):
    leave(YEAR - 1, {1: 9})
    leave(YEAR, {1: 12})
    with time_machine.travel(noon(date(YEAR, 3, 15)), tick=False):
        words, _ = line_on(look("/dasbor/18")[1])
    assert words == (
        "Sudah berangkat tahun ini sampai akhir Februari: 12; "
        "tahun lalu sampai bulan yang sama: 9 (naik 3)."
    )


@pytest.mark.parametrize(
    "query", ["publik=1", f"tahun={YEAR}", f"dari={YEAR}-01-01", "tanggal=belum_diketahui",
              "tahap=planned"]
)  # fmt: skip
def test_neither_the_public_nor_a_page_with_a_period_has_the_line(look, two_years, query):
    assert line_on(look(f"/dasbor/1807?{query}")[1]) == ("", [])


def test_an_administrator_sees_numbers_without_a_way_to_a_list(look, two_years):
    with time_machine.travel(noon(date(YEAR, 6, 30)), tick=False):
        words, urls = line_on(look("/dasbor/18", role=Role.ADMIN)[1])
    assert sizes(words)
    assert urls == []


def test_it_takes_no_statement_of_a_larger_area_and_one_of_a_kabupaten(look, two_years):
    def asked(address):
        seen = []

        def note(_connection, _cursor, statement, *_more):
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        look(address)
        event.remove(db.engine, "before_cursor_execute", note)
        return sum("count_block" in statement for statement in seen)

    with time_machine.travel(noon(date(YEAR, 3, 15)), tick=False):
        assert [asked(f"/dasbor/{code}") for code in ("18", "1807")] == [0, 1]


def test_the_numbers_are_of_the_filter(look, two_years):
    with time_machine.travel(noon(date(YEAR, 6, 30)), tick=False):
        words, _ = line_on(look("/dasbor/18?negara=HK")[1])
        f = Filter(Area("18"), country=("HK",))
        earlier = f.with_(since=date(YEAR - 1, 1, 1), until=date(YEAR - 1, 6, 30))
        expected = [counts.headline(one).departed for one in (f.with_(year=YEAR), earlier)]
        assert sizes(words) == expected
        assert all(expected)
