"""Silent villages: beside their own past, never ranked, and no verdict on small ones."""

from datetime import timedelta

import pytest
from sqlalchemy import event, update

from registry.accounts.roles import Role
from registry.dashboards.silence import parts_of, silence_of
from registry.db import db, now
from registry.departures.models import Departure
from registry.formatting import long_date, today
from registry.regions.area import Area
from registry.regions.queries import list_children
from tests.factories import AREA_OF
from tests.pages.dashboards.people import scatter
from tests.pages.dashboards.reading import tables_of

STEADY, SELDOM, LIVELY = "1807012001", "1807012002", "1807022001"


@pytest.fixture
def history(app):
    """A village of forty records that fell silent, one of two records, one that records still."""
    scatter(50, villages=(LIVELY,))
    for numbers, village, days in (
        (range(1, 41), STEADY, 400),
        (range(41, 43), SELDOM, 400),
        (range(43, 51), LIVELY, 2),
    ):
        db.session.execute(
            update(Departure)
            .where(Departure.id.in_(numbers))
            .values(village_code=village, created_at=now() - timedelta(days=days))
        )
    db.session.commit()


def test_a_village_is_compared_with_its_own_past(history):
    found = {village.code: village for village in silence_of(Area("1807")).quiet}
    assert set(found) == {STEADY, SELDOM}
    assert found[STEADY].past == 40
    assert found[STEADY].last_on == today() - timedelta(days=400)
    assert found[STEADY].is_unusual
    assert not found[SELDOM].is_unusual


def test_every_village_is_in_one_of_three_groups(history):
    found = silence_of(Area("1807"))
    active = found.villages - len(found.quiet) - len(found.never)
    assert active == 1
    assert LIVELY not in {code for code, _name in found.never}


@pytest.mark.parametrize(("code", "below"), [("0", "18"), ("18", "1807")])
def test_the_parts_of_a_large_area_say_the_same_numbers(history, code, below):
    parts = {part.code: part for part in parts_of(Area(code))}
    assert set(parts) <= {child.code for child in list_children(code)}
    inside = silence_of(Area("1807"))
    assert (parts[below].quiet, parts[below].active) == (len(inside.quiet), 1)


def test_a_large_area_has_no_list(app):
    with pytest.raises(ValueError, match="too large"):
        silence_of(Area("18"))


def test_the_page_says_since_when_and_that_it_may_be_true(history, look):
    answer, tree = look("/dasbor/1807/sunyi")
    page = answer.get_data(as_text=True)
    (row,) = tables_of(tree)["Lebih lama sunyi daripada biasanya"]
    day = long_date(today() - timedelta(days=400))
    assert row[1:] == [f"belum ada catatan sejak {day}", "40"]
    assert "Desa kecil dapat memang tidak punya warga yang berangkat" in page
    assert "/keberangkatan?" not in page


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_look_at_its_own_area(history, look, role):
    look(f"/dasbor/{AREA_OF[role]}/sunyi", role=role)


@pytest.mark.parametrize("query", ["publik=1", "warna=biru", "urut=nama", "setelah=1"])
def test_it_refuses_what_it_cannot_mean(look, query):
    look(f"/dasbor/1807/sunyi?{query}", status=400)


@pytest.mark.parametrize("code", ["3204", "0", "189999"])
def test_another_area_is_not_there(look, code):
    look(f"/dasbor/{code}/sunyi", status=404)


def test_no_statement_reads_the_departures_one_by_one(history):
    """The last record of each village is one step in the index, whatever the village holds."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_more):
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    parts_of(Area("0"))
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) == 1
    if db.engine.dialect.name == "sqlite":
        statement, parameters = seen[0]
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", parameters
        )
        steps = [str(step) for step in plan]
        assert any("ix_departure_village_created" in step for step in steps), steps


def test_the_filters_of_the_dashboard_wait_for_the_way_back(history, look):
    query = "tahun=2026&negara=TW"
    _, dashboard = look(f"/dasbor/1807?{query}")
    (link,) = [one for one in dashboard.iter("a") if one.text == "Desa tanpa catatan baru"]
    assert link.get("href") == f"/dasbor/1807/sunyi?{query}"
    answer, tree = look(link.get("href"))
    assert "Dasbor tetap memakai: Tahun 2026. Saringan: Taiwan." in answer.get_data(as_text=True)
    back = [one.get("href") for one in tree.iter("a") if one.get("class") == "back-link"]
    assert back == [f"/dasbor/1807?{query}"]
    onward = {one.get("href") for one in tree.iter("a") if "/dasbor/1807" in one.get("href")}
    assert all(address.endswith(f"?{query}") for address in onward)


def test_without_filters_it_says_nothing_of_them(history, look):
    answer, _ = look("/dasbor/1807/sunyi")
    assert "Dasbor tetap memakai" not in answer.get_data(as_text=True)
