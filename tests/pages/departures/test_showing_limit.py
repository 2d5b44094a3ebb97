"""Sixty people an hour may be shown, over any sixty minutes, however many ask at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from registry.accounts import slowdown
from registry.accounts.roles import Role
from registry.accounts.slowdown import TooSoon
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests.factories import make_departure, make_user
from tests.page import text_of, token


@pytest.fixture
def departure(app):
    return make_departure(by=make_user())


def looked(user, times):
    for _turn in range(times):
        slowdown.allow("reveal", user.username, per_hour=60)
    db.session.commit()


def shown_so_far():
    db.session.rollback()
    is_shown = JournalEntry.event == "person.revealed"
    return db.session.scalar(select(func.count()).select_from(JournalEntry).where(is_shown))


def test_the_sixty_first_waits_until_the_first_is_an_hour_old(departure, sign_in):
    user = make_user(role=Role.REVIEWER)
    path = f"/keberangkatan/{departure.id}/tampilkan"
    with time_machine.travel(now(), tick=False) as clock:
        looked(user, 30)
        clock.shift(timedelta(minutes=50))
        looked(user, 30)
        client = sign_in(user)
        csrf = {"csrf_token": token(client.get("/akun/kata-sandi"))}
        clock.shift(timedelta(minutes=9, seconds=59))
        refused = client.post(path, data=csrf)
        assert refused.status_code == 429
        assert "Batas 60 kali per jam tercapai. Tunggu 1 detik." in text_of(refused)
        assert shown_so_far() == 0
        clock.shift(timedelta(seconds=1))
        assert client.post(path, data=csrf).status_code == 200
        assert shown_so_far() == 1
        # The first half hour is forgotten, the second is not: no sixty more at once.
        looked(user, 29)
        with pytest.raises(TooSoon, match="50 menit"):
            slowdown.allow("reveal", user.username, per_hour=60)


def posts_at_once(app, departure, sign_in, count):
    """Statuses of that many requests for the same person, all in the air together."""
    user = make_user(role=Role.REVIEWER)
    looked(user, 55)
    clients = [sign_in(user) for _ in range(count)]
    path = f"/keberangkatan/{departure.id}/tampilkan"
    tokens = [token(client.get("/akun/kata-sandi")) for client in clients]
    db.session.remove()

    def one(number):
        with app.app_context():
            return status_of(number)

    def status_of(number):
        return clients[number].post(path, data={"csrf_token": tokens[number]}).status_code

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


def test_many_at_once_get_no_more_than_are_left(app, departure, sign_in):
    assert posts_at_once(app, departure, sign_in, 9) == {200: 5, 429: 4}
    assert shown_so_far() == 5


def test_a_limit_that_forgets_to_count_is_noticed(app, departure, sign_in, monkeypatch):
    """The canary: without the count all of them get through."""
    monkeypatch.setattr(slowdown, "allow", lambda *_, **__: None)
    assert posts_at_once(app, departure, sign_in, 9) == {200: 9}


def test_how_long_many_must_wait_is_told_without_counting_any(app):
    """And nobody waits for what was counted by a clock that ran ahead."""

    def wait(times):
        return slowdown.wait_for("reveal", "siti", per_hour=10, times=times)

    began = now().replace(microsecond=0)
    with time_machine.travel(began, tick=False):
        assert wait(10) == timedelta(0)
        slowdown.allow("reveal", "siti", per_hour=10, times=6)
        assert wait(4) == timedelta(0)
        assert wait(5) == wait(10) == timedelta(hours=1)
    with time_machine.travel(began + timedelta(minutes=20), tick=False):
        assert wait(5) == timedelta(minutes=40)
    with time_machine.travel(began + timedelta(hours=1), tick=False):
        assert wait(10) == timedelta(0)
    with time_machine.travel(began - timedelta(days=400), tick=False):
        assert wait(10) == timedelta(0)
    assert db.session.scalars(select(slowdown.SlowDown.looks)).one() is not None
