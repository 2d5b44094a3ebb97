"""Counts of what only the tables find (agencies, flags, names), from rows that are read once."""

import random
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, event, insert, select, update

from registry.dashboards.figures import counted
from registry.db import db
from registry.departures import listing
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter, Order
from registry.departures.models import Departure, Flag, Resident
from registry.departures.summary.axes import Axis
from registry.departures.summary.counting import count, tally
from registry.departures.summary.in_tables import count_in_tables, tally_in_tables
from registry.departures.summary.reading import reading_once
from registry.enums import FlagState, Severity, Sex
from registry.formatting import today
from registry.regions.area import Area
from tests.factories import make_agency
from tests.pages.dashboards.people import any_filter, scatter

AXES = tuple(axis for axis in Axis if axis is not Axis.AGENCY)
INDEX = "ix_departure_agency_leaving"


@pytest.fixture
def agencies(app):
    """Three, with departures of every kind, some of them flagged."""
    made = [str(make_agency(f"PT {number}").id) for number in range(3)]
    scatter(300, agencies=list(map(int, made)))
    for number in random.Random(3).sample(range(1, 301), 60):
        db.session.execute(insert(Flag).values(**open_flag(number)))
    db.session.execute(update(Resident).where(Resident.id % 7 == 0).values(sex=Sex.MALE))
    unflagged = Departure.id.not_in(select(Flag.departure_id))
    db.session.execute(delete(Departure).where(Departure.id % 11 == 0, unflagged))
    db.session.commit()
    return made


def open_flag(departure_id):
    return {
        "departure_id": departure_id,
        "rule": "R01",
        "rule_version": 1,
        "evidence": {},
        "sentence": "x",
        "advice": "x",
        "severity": Severity.HIGH,
        "state": FlagState.OPEN,
        "raised_on": today(),
    }


@contextmanager
def asked_of_agencies():
    """The statements with their values that ask for an agency meanwhile."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        if "agency_id IN" in statement or "agency_id =" in statement:
            sent.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def groups(rows):
    return {tuple(None if v is None else str(v) for v in row[:-1]): row[-1] for row in rows}


@pytest.mark.parametrize("seed", range(3))
def test_what_only_the_tables_find_is_grouped_as_the_tables_say(agencies, seed):
    rng = random.Random(seed)
    narrowings = (
        {"agency": (agencies[0],)},
        {"agency": tuple(agencies[1:])},
        {"agency": (agencies[0],), "flag": ("R01",)},
        {"flag": ("R01",)},
        {"text": "warga"},
    )
    occurring = 0
    for _ in range(40):
        f = any_filter(rng).with_(**rng.choice(narrowings))
        axes = rng.sample(AXES, rng.randint(1, 3))
        for asked in (f, counted(f)):
            found = groups(tally(asked, *axes))
            assert found == groups(tally_in_tables(asked, *axes)), (asked, axes)
            assert count(asked) == count_in_tables(asked)
            occurring += bool(found)
    assert occurring > 20


def test_the_tables_are_read_once_for_all_that_a_page_counts_of_an_agency(agencies):
    f = Filter(Area("18"), agency=(agencies[0],), year=today().year)
    with reading_once(), asked_of_agencies() as sent:
        for axis in AXES:
            assert tally(counted(f), axis)
    assert len(sent) == 1


@pytest.mark.parametrize("code", ["0", "18", "1807", "180701", "1807012001"])
@pytest.mark.parametrize("order", [Order.LEAVING, Order.NEWEST])
def test_an_agency_is_found_by_its_index_and_not_by_looking_at_every_departure(
    agencies, code, order
):
    """In lists, their totals and dashboards alike."""
    f = Filter(Area(code), agency=(agencies[0],), order=order)
    with asked_of_agencies() as sent:
        listing.list_page(f, FULL_SIGHT)
        listing.count(f)
        tally(f, Axis.SEX)
    assert len(sent) >= 3
    if db.engine.dialect.name == "sqlite":  # PostgreSQL reads so few rows as they come
        for statement, parameters in sent:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            plan = db.session.connection().exec_driver_sql(explain, parameters)
            assert any(INDEX in str(row) for row in plan), statement
