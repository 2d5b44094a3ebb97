"""What was drawn is shown again only while nothing that stands on it has changed."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import delete, event, update

from registry import asking
from registry.accounts.roles import Role
from registry.asking import Drawings
from registry.dashboards import drawing
from registry.db import db, now
from registry.departures.models import Departure
from registry.enums import OfficialCount, ReviewStatus
from registry.formatting import today
from registry.reference.models import Job, MapCell, OfficialFigure, Population
from registry.regions.models import Region, VillageTerm
from tests.factories import VILLAGE, make_departure, make_user
from tests.pages.dashboards.people import scatter

YEAR = today().year


@pytest.fixture
def draws(monkeypatch):
    """The filters whose pages were drawn, in order."""
    drawn, draw = [], drawing._draw

    def noted(f, links):
        drawn.append(f)
        return draw(f, links)

    monkeypatch.setattr(drawing, "_draw", noted)
    return drawn


@pytest.fixture
def open_page(app, sign_in):
    """Opens an address as one user; gives the page without its tokens and the minute."""

    def opened(client, address):
        answer = client.get(address)
        assert answer.status_code == 200
        return re.sub(r'name="csrf_token" value="[^"]+"|pukul \d\d[.:]\d\d', "", answer.text)

    return opened


def some_more():
    scatter(20, seed=2, first=1001)


def one_less():
    db.session.execute(delete(Departure).where(Departure.id == 7))


def another_status():
    statement = update(Departure).where(Departure.review_status == ReviewStatus.SUBMITTED)
    db.session.execute(statement.values(review_status=ReviewStatus.VERIFIED))


def a_figure_of_another_office():
    common = {"valid_from": date(2020, 1, 1), "source": "Daftar uji"}
    for kind in (OfficialCount.BY_ORIGIN, OfficialCount.SERVED):
        row = OfficialFigure(kind=kind, region_code="1807", year=YEAR, number=4321, **common)
        db.session.add(row)


def another_name_of_a_region():
    statement = update(Region).where(Region.code.in_(("18", "1807", "180701")))
    db.session.execute(statement.values(name="NAMA BARU"))


def another_word_for_villages():
    db.session.execute(delete(VillageTerm))
    db.session.add(VillageTerm(district_code="1807", term="Nagari", head_term="Wali", note=""))


def another_title_of_a_job():
    db.session.execute(update(Job).values(title=Job.title + " ahli"))


def another_place_on_the_map():
    db.session.execute(update(MapCell).values(label="Petak"))


def more_residents():
    db.session.execute(delete(Population))
    row = Population(
        region_code="1807",
        year=YEAR,
        residents=1_000_000,
        valid_from=date(2020, 1, 1),
        source="Uji",
    )
    db.session.add(row)


def villages_fall_silent():
    db.session.execute(update(Departure).values(created_at=now() - timedelta(days=300)))


# What changes, and a page that must tell it.
CHANGES = {
    some_more: f"/dasbor/18?tahun={YEAR}",
    one_less: "/dasbor/0",
    another_status: "/dasbor/18?status=verified&jk=P",
    a_figure_of_another_office: f"/dasbor/1807?tahun={YEAR}",
    another_name_of_a_region: "/dasbor/180701",
    another_word_for_villages: "/dasbor/180701",
    another_title_of_a_job: f"/dasbor/18?tahun={YEAR}",
    another_place_on_the_map: "/dasbor/18",
    more_residents: "/dasbor/18",
    villages_fall_silent: "/dasbor/1807",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_page_tells_every_change_at_once(app, sign_in, open_page, draws, change):
    scatter(300)
    client, address = sign_in(make_user(role=Role.BP3MI, area="0")), CHANGES[change]
    client.get("/")  # the first page of a day assesses what fell due
    before = open_page(client, address)
    assert open_page(client, address) == before
    assert len(draws) == 1
    change()
    db.session.commit()
    after = open_page(client, address)
    assert after != before
    assert open_page(client, address) == after
    app.extensions.pop("drawings")
    assert open_page(client, address) == after
    assert len(draws) == 3


def test_a_page_that_were_shown_again_unasked_would_be_found(
    app, sign_in, open_page, draws, monkeypatch
):
    kept = {}
    monkeypatch.setattr(
        Drawings, "get", lambda _self, key, draw: kept.get(key) or kept.setdefault(key, draw())
    )
    with pytest.raises(AssertionError):
        test_a_page_tells_every_change_at_once(app, sign_in, open_page, draws, some_more)


def test_each_role_area_language_and_day_has_drawings_of_its_own(
    app, sign_in, open_page, draws, settings
):
    scatter(100)
    address = f"/dasbor/1807?tahun={YEAR}"
    country = make_user(role=Role.BP3MI, area="0")
    pages = [
        open_page(sign_in(user), address)
        for user in (
            country,
            make_user(role=Role.BP3MI, area="18"),
            make_user(role=Role.ADMIN),
            make_user(role=Role.BP3MI, area="0", language="en"),
        )
    ]
    assert len(set(pages)) == len(draws) == 4
    assert "wilayah=1807&amp;" in pages[0]
    assert "/keberangkatan?" not in pages[2].partition("<main")[2].partition("</main>")[0]
    with time_machine.travel(today() + timedelta(days=1), tick=True):
        open_page(sign_in(country), address)
    assert len(draws) == 5


def test_somebody_else_of_the_same_office_is_shown_the_same_drawing(app, sign_in, open_page, draws):
    scatter(100)
    for _ in range(2):
        open_page(sign_in(make_user(role=Role.BP3MI)), "/dasbor/18")
    assert len(draws) == 1


def test_a_page_counted_by_name_is_not_kept(app, sign_in, open_page, draws):
    make_departure(by=make_user())
    client = sign_in(make_user(area=VILLAGE))
    for _ in range(2):
        open_page(client, f"/dasbor/{VILLAGE}?q=siti")
    assert len(draws) == 2


def test_what_is_counted_from_the_tables_is_not_kept_and_right(app, sign_in, open_page, draws):
    scatter(100)
    client = sign_in(make_user(role=Role.BP3MI))
    client.get("/")
    address = "/dasbor/18?tanda=R16"
    assert open_page(client, address) == open_page(client, address)
    assert len(draws) == 2


def test_a_page_that_read_much_is_not_kept(app, sign_in, open_page, draws, monkeypatch):
    monkeypatch.setattr(asking, "MOST_READ", 100)
    scatter(100)
    client = sign_in(make_user(role=Role.BP3MI))
    for _ in range(2):
        open_page(client, "/dasbor/18")
    assert len(draws) == 2


def test_only_the_last_pages_are_kept(app, sign_in, open_page, draws, monkeypatch):
    monkeypatch.setattr(drawing, "MOST_KEPT", 2)
    client = sign_in(make_user(role=Role.BP3MI))
    for code in ("18", "1807", "18", "1871", "18", "1807"):
        open_page(client, f"/dasbor/{code}")
    assert [f.area.code for f in draws] == ["18", "1807", "1871", "1807"]


def test_a_page_that_is_drawn_anew_reads_the_summary_once(app, sign_in, open_page, draws):
    scatter(100)
    client = sign_in(make_user(role=Role.BP3MI, area="0"))
    client.get("/")
    open_page(client, "/dasbor/0")
    one_less()
    db.session.commit()
    sent = []

    def note(_connection, _cursor, statement, given, *_more):
        if "count_total" in statement:
            sent.append((statement, str(given)))

    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", note)
    open_page(client, "/dasbor/0")
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(draws) == 2
    # All years, and the days of those who leave soon.
    assert len(sent) == len(set(sent)) == 2
