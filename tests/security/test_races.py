"""A few pairs of every race; `bench.faults.races` runs hundreds."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread

import pytest

from registry.accounts.operations import change_user
from registry.accounts.roles import Role
from registry.audit.log import SYSTEM
from registry.db import db
from registry.departures import operations
from registry.flags import pattern_views
from tests.conftest import signed_in
from tests.factories import FOREIGN_VILLAGE, make_user
from tests.security.races import LOST, RACES, WON, Office, Outcome, run_pair

PAIRS = 3


@pytest.fixture
def office(app):
    return Office(app)


@pytest.mark.parametrize("name", RACES)
def test_of_two_at_once_one_wins_and_the_other_is_told(office, name):
    for _ in range(PAIRS):
        outcome = run_pair(office, name)
        assert outcome.is_fair, outcome


def test_without_the_look_at_the_version_both_win(office, monkeypatch):
    assert run_pair(office, "edit/edit", at_once=False).is_fair
    monkeypatch.setattr(operations, "refuse_stale", lambda departure, seen: None)
    assert run_pair(office, "edit/edit", at_once=False) == Outcome((WON, WON), 2)


@pytest.fixture
def both_have_read(monkeypatch):
    """Hold each of two steps on a pattern until both have read its state, or half a second."""
    barrier, take = Barrier(2, timeout=0.5), pattern_views.take_pattern_step

    def slowly(*args, **kwargs):
        with suppress(BrokenBarrierError):
            barrier.wait()
        take(*args, **kwargs)

    monkeypatch.setattr(pattern_views, "take_pattern_step", slowly)


def test_two_offices_never_move_a_pattern_from_the_same_state(office, both_have_read):
    assert run_pair(office, "follow up/dismiss a pattern").is_fair


def test_without_its_lock_both_would_move_it_unless_there_is_one_writer(
    office, both_have_read, monkeypatch
):
    monkeypatch.setattr(pattern_views, "lock_pattern", lambda pattern_id: None)
    has_one_writer = db.engine.dialect.name == "sqlite"
    statuses = run_pair(office, "follow up/dismiss a pattern").statuses
    assert statuses == (WON, LOST if has_one_writer else WON)


def test_whoever_loses_the_area_reads_nothing_more_of_it(app, office):
    """Moving an account races with its own reading: afterwards its session is over."""
    user = make_user()
    client = signed_in(office.app, user)
    statuses, barrier = [], Barrier(2)

    def move():
        with app.app_context():
            barrier.wait()
            account = db.session.merge(user)
            change_user(
                account, name=user.name, role=Role.OPERATOR, area_code=FOREIGN_VILLAGE, by=SYSTEM
            )
            db.session.commit()
            db.session.remove()

    def read():
        with app.app_context():
            barrier.wait()
            statuses.extend(client.get("/keberangkatan").status_code for _ in range(5))
            db.session.remove()

    db.session.remove()
    threads = [Thread(target=move), Thread(target=read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, WON}
    assert statuses == sorted(statuses), "read again after the session had ended"
    assert client.get("/keberangkatan").status_code == WON
    assert LOST not in statuses
