"""What waits, most urgent first, at every level; read from an index and not sorted."""

import random
from datetime import date

import pytest
from sqlalchemy import event, select, text, update

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import listing, queues
from registry.departures.fields import FULL_SIGHT, list_sight
from registry.departures.filters import Filter, Order
from registry.departures.models import Departure, Resident
from registry.enums import Procedure, ReviewStatus, Stage
from registry.formatting import today
from registry.regions.area import Area
from tests.factories import make_departure, make_user
from tests.pages.dashboards.people import AREAS, VILLAGES, scatter

SIGHT = list_sight(Role.BP3MI)


@pytest.fixture
def people(app):
    scatter(500)
    rng = random.Random(2)
    for id_ in rng.sample(range(1, 501), 60):
        db.session.execute(
            update(Resident.__table__).where(Resident.id == id_).values(erased_on=today())
        )
    db.session.commit()
    statement = select(Departure).join(Resident).where(Resident.erased_on.is_(None))
    return db.session.scalars(statement).unique().all()


def upwards(day, id_):
    return day or date.max, id_


@pytest.mark.parametrize("code", AREAS)
def test_queues_are_what_their_definition_says(people, code):
    area = Area(code)
    mine = [d for d in people if area.holds(d.village_code)]
    planned = [d for d in mine if d.stage is Stage.PLANNED]
    past = [d for d in planned if d.planned_on and d.planned_on < today()]
    risky = [d for d in planned if d.procedure is Procedure.AT_RISK]
    gone = [d for d in mine if d.stage is Stage.DEPARTED and d.procedure is Procedure.SUSPECTED]
    wanted = {
        "past_plan": sorted(past, key=lambda d: (d.planned_on, d.id)),
        "at_risk": sorted(risky, key=lambda d: upwards(d.planned_on, d.id)),
        "suspected": sorted(gone, key=lambda d: (d.leaving_on, d.id), reverse=True),
    }
    assert sum(map(bool, wanted.values())) > 1
    for limit in (2, 3, 11, 400):
        found = queues.waiting(area, SIGHT, (), with_suspected=True, limit=limit)
        for name, departures in wanted.items():
            ids = [d.id for d in departures]
            assert [row.id for row in getattr(found, name)] == ids[:limit], name


@pytest.mark.parametrize("code", AREAS)
@pytest.mark.parametrize("limit", [3, 11, 400])
def test_queues_of_review_states_are_those_of_each(people, code, limit):
    area, statuses = Area(code), (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED)
    found = queues.waiting(area, SIGHT, statuses, with_suspected=True, limit=limit)
    assert sum(map(len, found[1:])) > 0
    each = {status: queues.queue(area, SIGHT, status, limit=limit) for status in statuses}
    assert found.by_status == each
    without = queues.waiting(area, SIGHT, (), with_suspected=False, limit=limit)
    assert without == found._replace(by_status={}, suspected=[])


# Read in order


def plan_of(statement):
    """How SQLite reads what the statement asks for."""
    compiled = statement.compile(db.engine, compile_kwargs={"literal_binds": True})
    return [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]


SORTED = "USE TEMP B-TREE FOR ORDER BY"


@pytest.mark.parametrize("values", [{}, {"status": ("draft",)}, {"sex": ("P",), "year": 2026}])
@pytest.mark.parametrize(
    ("order", "codes"),
    [
        (Order.LEAVING, ("0", "18", "1807", "180701", VILLAGES[0])),
        (Order.NEWEST, ("18", "1807")),
    ],
)
def test_a_page_is_read_in_the_order_of_an_index(app, order, codes, values):
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL sorts so few rows rather than reading an index
    scatter(500)
    db.session.execute(text("ANALYZE"))
    for code in codes:
        f = Filter(Area(code), order=order, **values)
        for part in listing._parts(f, None, None):
            plan = plan_of(part.make(f, False, False).ids.limit(51))
            assert not any(SORTED in line for line in plan), (code, plan)


@pytest.mark.parametrize("values", [{}, {"status": ("draft",)}, {"sex": ("P",), "year": 2026}])
def test_a_list_of_the_country_asks_nothing_of_the_village(app, values):
    """Of a condition that all rows pass PostgreSQL expects that few do, and sorts the table."""
    f = Filter(Area("0"), **values)
    for part in listing._parts(f, None, None):
        assert "village_code" not in str(part.make(f, False, False).ids)


@pytest.mark.parametrize("code", ["0", "18", "1807"])
def test_the_queues_of_an_office_are_read_in_the_order_of_an_index(app, code):
    if db.engine.dialect.name != "sqlite":
        return
    scatter(500)
    db.session.execute(text("ANALYZE"))
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "FROM departure" in statement:
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    queues.waiting(Area(code), FULL_SIGHT, (), with_suspected=True, limit=11)
    event.remove(db.engine, "before_cursor_execute", note)
    raw = db.session.connection().connection.driver_connection
    for statement, parameters in sent:
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert not any(SORTED in line for line in plan), plan
    assert len(sent) == 2  # those by planned date, and the suspected


def test_a_reviewer_goes_on_from_a_decided_record_to_the_next(app, sign_in):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    decided = make_departure(by=operator, reviewer=reviewer, status=ReviewStatus.VERIFIED)
    waiting = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    ids = decided.id, waiting.id
    link = 'href="/periksa">Periksa catatan lain'
    desk = sign_in(reviewer)
    assert [link in desk.get(f"/keberangkatan/{one}").text for one in ids] == [True, False]
    assert link not in sign_in(operator).get(f"/keberangkatan/{ids[0]}").text
