"""The registry is judged once a day, before the first answer, or earlier by a timer."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.assessing import is_assessed_through
from registry.departures.models import Departure
from registry.enums import Stage
from registry.operating.beside import first_edited_beside_journal
from registry.operating.daily import finish_day, judge_due
from tests.factories import make_departure, make_user

FIRST_DAY = datetime(2026, 11, 24, 1, tzinfo=UTC)


def runs():
    entries = select(JournalEntry).where(JournalEntry.event == Event.DEPARTURES_ASSESSED.value)
    return list(db.session.scalars(entries.order_by(JournalEntry.seq)))


@pytest.fixture
def due(app):
    """A departure whose judgement changes by the passing of time, and when."""
    with time_machine.travel(FIRST_DAY, tick=False):
        departure = make_departure(by=make_user())
        assert departure.holds_until is not None
        return departure.id, datetime.combine(departure.holds_until, FIRST_DAY.time(), tzinfo=UTC)


def test_the_first_request_of_a_day_finishes_the_whole_registry(app, client, due):
    departure_id, falls_due = due
    with time_machine.travel(falls_due, tick=False) as clock:
        client.get("/masuk")
        assert len(runs()) == 1
        assert runs()[0].detail["jumlah"] == 1
        departure = db.session.get(Departure, departure_id)
        assert departure.holds_until is None or departure.holds_until > falls_due.date()
        client.get("/masuk")
        assert len(runs()) == 1
        clock.shift(timedelta(days=1))
        client.get("/masuk")
        assert is_assessed_through(falls_due.date() + timedelta(days=1))
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_the_day_begins_at_midnight_in_western_indonesia(app, client):
    with time_machine.travel(datetime(2026, 11, 24, 16, 59, tzinfo=UTC), tick=False) as clock:
        client.get("/masuk")
        assert not is_assessed_through(datetime(2026, 11, 25, tzinfo=UTC).date())
        clock.shift(timedelta(minutes=1))
        client.get("/masuk")
        assert is_assessed_through(datetime(2026, 11, 25, tzinfo=UTC).date())


def test_health_and_style_wait_for_nothing(app, client, due):
    with time_machine.travel(due[1], tick=False):
        client.get("/kesehatan")
        assert runs() == []


def test_a_posting_request_finishes_the_day_and_still_does_its_own_work(app, sign_in, due):
    user = make_user(role=Role.OPERATOR)
    client = sign_in(user)
    with time_machine.travel(due[1], tick=False):
        client.post("/keluar", data={})
        assert len(runs()) == 1


def test_many_at_once_judge_once(app, due):
    departure_id, falls_due = due
    db.session.remove()
    barrier, found, errors = Barrier(4), [], []

    def first_of_its_process():
        with app.app_context():
            try:
                barrier.wait()
                found.append(judge_due(falls_due.date()))
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [Thread(target=first_of_its_process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(found) == [0, 0, 0, 1]
    assert len(runs()) == 1


def test_the_timer_command_judges_and_the_day_is_done(app, due, monkeypatch):
    with time_machine.travel(due[1], tick=False):
        result = app.test_cli_runner().invoke(args=["assess", "due"])
        assert result.exit_code == 0
        assert result.output.endswith(": 1 keberangkatan.\n")
        finish_day()
        assert len(runs()) == 1
        again = app.test_cli_runner().invoke(args=["assess", "due"])
        assert again.output.endswith(": 0 keberangkatan.\n")


def test_a_cancelled_departure_holds_for_ever(app):
    departure = make_departure(by=make_user(), stage=Stage.CANCELLED)
    assert departure.holds_until is None
