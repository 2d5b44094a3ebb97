"""Silent villages: beside their own past, never ranked, and no verdict on small ones."""

import random
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update

from registry.accounts.roles import Role
from registry.dashboards.silence import count_silent, parts_of, quiet_since, silence_of
from registry.db import db, now
from registry.departures.models import Departure
from registry.formatting import WIB, long_date, today
from registry.regions.area import Area
from registry.regions.models import Region
from registry.regions.queries import list_children
from tests.factories import AREA_OF
from tests.pages.dashboards.people import VILLAGES, scatter
from tests.pages.dashboards.reading import tables_of, words_of

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


@contextmanager
def listening():
    """What is asked meanwhile, with its parameters."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_more):
        if statement.startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_no_statement_reads_the_departures_one_by_one(history):
    """The last record of each village is one step in the index, whatever the village holds."""
    with listening() as seen:
        parts_of(Area("0"))
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


def said_of_silence(tree):
    """The words around the way to the silent villages, of a page on which there is one."""
    return [
        words_of(block)
        for block in tree.iter("p")
        for link in block.iter("a")
        if "/sunyi" in (link.get("href") or "")
    ]


@pytest.mark.parametrize(("code", "quiet"), [("1807", 2), ("180701", 2), ("180702", 0)])
def test_the_dashboard_says_how_many_are_silent(history, look, code, quiet):
    found = silence_of(Area(code))
    assert len(found.quiet) == quiet
    _, tree = look(f"/dasbor/{code}")
    never = f"; {len(found.never)} belum pernah mencatat" if found.never else ""
    assert said_of_silence(tree) == [
        f"Desa tanpa catatan baru: {quiet} dari {found.villages} desa "
        f"selama 6 bulan terakhir{never}."
    ]


def test_a_filter_does_not_narrow_who_is_silent_and_the_page_says_so(history, look):
    _, tree = look("/dasbor/1807?negara=TW")
    (words,) = said_of_silence(tree)
    assert words.startswith("Desa tanpa catatan baru: 2 dari ")
    assert words.endswith(" (tanpa saringan).")


def test_a_silent_village_is_told_so_and_a_lively_one_nothing(history, look):
    _, tree = look(f"/dasbor/{STEADY}")
    assert said_of_silence(tree) == ["Desa ini belum mencatat apa pun selama 6 bulan terakhir"]
    _, tree = look(f"/dasbor/{LIVELY}")
    assert said_of_silence(tree) == []


@pytest.mark.parametrize("code", ["0", "18"])
def test_a_larger_area_leads_to_the_numbers_of_its_parts(history, look, code):
    assert count_silent(Area(code)) is None
    _, tree = look(f"/dasbor/{code}", area="0")
    assert said_of_silence(tree) == ["Desa tanpa catatan baru"]


@pytest.mark.parametrize("code", ["1807", "180701", STEADY])
def test_the_public_is_not_told_who_is_silent(history, look, code):
    _, tree = look(f"/dasbor/{code}?publik=1")
    assert said_of_silence(tree) == []


@pytest.mark.parametrize("seed", range(5))
def test_the_number_is_that_of_the_list_whatever_was_recorded_when(app, seed):
    rng = random.Random(seed)
    villages = [code for code in VILLAGES if code.startswith("1807")]
    scatter(30, seed=seed, villages=tuple(villages))
    edge = datetime.combine(quiet_since(), datetime.min.time(), WIB)
    for number in range(1, 31):
        # Around the very moment at which the months of silence begin.
        moment = edge + rng.choice((-1, 1)) * timedelta(
            days=rng.choice((0, 1, 300)), microseconds=rng.randint(0, 3)
        )
        at = update(Departure).where(Departure.id == number)
        db.session.execute(at.values(created_at=moment))
    closed = update(Region).where(Region.code == rng.choice(villages))
    db.session.execute(closed.values(valid_to=today()))
    db.session.commit()
    for code in ("1807", "180701", "180702", *villages):
        found = silence_of(Area(code))
        assert count_silent(Area(code)) == (found.villages, len(found.quiet), len(found.never))


def test_the_number_takes_one_statement_and_a_step_in_the_index_for_each_village(history):
    with listening() as seen:
        count_silent(Area("1807"))
    assert len(seen) == 1
    if db.engine.dialect.name == "sqlite":
        plan = db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {seen[0][0]}", seen[0][1]
        )
        steps = " ".join(map(str, plan))
        assert steps.count("ix_departure_village_created") == 1
        assert "SCAN departure" not in steps
        assert "SCAN region" not in steps
