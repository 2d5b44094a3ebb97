"""A clock that jumps by 400 days in use, there and back: what rests on it ends right, and mends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import select

from registry.accounts import second_factor, slowdown
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.accounts.slowdown import TooSoon
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures import assessing
from registry.departures.assessing import is_assessed_through, note_assessed_through
from registry.departures.models import Departure
from registry.formatting import today
from registry.operating import daily
from registry.operating.beside import first_edited_beside_journal
from registry.operating.daily import judge_due
from tests import guesses
from tests.conftest import Client, make_app
from tests.factories import PASSWORD, make_departure, make_user
from tests.pages.accounts import sign_in_whole, sign_in_with

SignIn = Callable[[User], FlaskClient]
TODAY = datetime(2026, 11, 24, 3, tzinfo=UTC)
JUMP = timedelta(days=400)
HOME = "/akun/saya"


@pytest.fixture
def clock(app: Flask):
    app.config["WTF_CSRF_ENABLED"] = False
    with time_machine.travel(TODAY, tick=False) as moved:
        yield moved


def test_a_session_ends_by_a_jump_forward_and_by_a_step_back(clock, sign_in: SignIn) -> None:
    here = sign_in(make_user())
    assert here.get(HOME).status_code == 200
    clock.shift(JUMP)
    assert here.get(HOME).location == "/masuk"
    ahead = sign_in(make_user())
    assert ahead.get(HOME).status_code == 200
    clock.shift(-JUMP)
    assert ahead.get(HOME).location == "/masuk"


def test_who_signed_in_on_a_wrong_day_signs_in_again_on_the_right_one(app: Flask, clock) -> None:
    reviewer = make_user(role=Role.REVIEWER)
    clock.shift(JUMP)
    assert sign_in_whole(app.test_client(), reviewer.username, PASSWORD).location == "/"
    clock.shift(-JUMP)
    assert sign_in_whole(app.test_client(), reviewer.username, PASSWORD).location == "/"


@pytest.mark.parametrize("seconds", [5, 45, 90])
def test_a_small_step_back_makes_nobody_of_an_address_wait(app: Flask, clock, seconds) -> None:
    first, second = make_user(), make_user()
    assert sign_in_with(app.test_client(), first.username, PASSWORD).location == "/"
    clock.shift(-timedelta(seconds=seconds))
    assert sign_in_with(app.test_client(), second.username, PASSWORD).location == "/"


def test_guesses_on_a_wrong_day_make_nobody_wait_until_it_comes(clock) -> None:
    clock.shift(JUMP)
    for _ in range(5):
        guesses.fail("sign-in-account", "seseorang")
    db.session.commit()
    with pytest.raises(TooSoon):
        slowdown.claim(("sign-in-account", "seseorang"))
    clock.shift(-JUMP)
    assert not guesses.wait_for("sign-in-account", "seseorang")
    slowdown.claim(("sign-in-account", "seseorang"))


def test_the_journal_goes_by_its_numbers_and_nothing_is_lost(clock, sign_in: SignIn) -> None:
    made = []
    for jump in (timedelta(0), JUMP, -2 * JUMP, JUMP):
        clock.shift(jump)
        made.append(make_departure(by=make_user()).id)
    entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq)).all()
    moments = [entry.at for entry in entries]
    assert moments != sorted(moments)
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    client = sign_in(make_user())
    for departure_id in made:
        assert client.get(f"/keberangkatan/{departure_id}").status_code == 200


def test_what_was_judged_for_a_wrong_day_is_judged_again_for_the_right_one(app, clock) -> None:
    # Planned for a day that a jump turns into the past.
    departure_id = make_departure(by=make_user()).id
    client = app.test_client()
    client.get("/masuk")
    right = derived(departure_id)
    clock.shift(JUMP)
    client.get("/masuk")
    assert derived(departure_id) != right
    clock.shift(-JUMP)
    client.get("/masuk")
    assert derived(departure_id) == right
    assert is_assessed_through(today())


def test_a_process_that_missed_the_leap_notices_what_another_one_judged(
    app, clock, monkeypatch
) -> None:
    passed = [100.0]
    monkeypatch.setattr(daily, "monotonic", lambda: passed[0])
    departure_id = make_departure(by=make_user()).id
    other = make_app(app.config["PAMIT"])
    other.test_client_class = Client
    here, elsewhere = app.test_client(), other.test_client()
    here.get("/masuk")
    right = derived(departure_id)
    clock.shift(JUMP)
    elsewhere.get("/masuk")
    assert derived(departure_id) != right
    clock.shift(-JUMP)
    here.get("/masuk")
    assert derived(departure_id) != right  # for a second it relies on what it knew
    passed[0] += 1
    here.get("/masuk")
    assert derived(departure_id) == right
    assert is_assessed_through(today())
    with other.app_context():
        db.engine.dispose()


def test_a_server_that_passes_midnight_later_does_not_judge_the_registry_again(app, clock) -> None:
    make_departure(by=make_user())
    tomorrow = today() + timedelta(days=1)
    note_assessed_through(tomorrow)
    db.session.commit()
    assert judge_due(today()) == 0
    assert is_assessed_through(today())
    assert is_assessed_through(tomorrow)
    assert not is_assessed_through(tomorrow + timedelta(days=1))


def derived(departure_id: int) -> tuple[object, ...]:
    db.session.expire_all()
    departure = db.session.get_one(Departure, departure_id)
    open_flags = frozenset(flag.rule for flag in departure.flags if flag.state.is_open)
    return departure.procedure, departure.holds_until, open_flags


@pytest.mark.parametrize(
    ("place", "flaw", "value", "test"),
    [
        # A cookie without an age: the session on the server alone does not look back.
        (TimestampSigner, "get_timestamp", lambda signer: 0,
         test_a_session_ends_by_a_jump_forward_and_by_a_step_back),
        (second_factor, "WRONG_CLOCK", 2 * JUMP,
         test_who_signed_in_on_a_wrong_day_signs_in_again_on_the_right_one),
        (slowdown, "_lies_ahead", lambda row, moment: False,
         test_guesses_on_a_wrong_day_make_nobody_wait_until_it_comes),
        (assessing, "_was_judged_ahead", lambda day: False,
         test_what_was_judged_for_a_wrong_day_is_judged_again_for_the_right_one),
    ],
)  # fmt: skip
def test_canary_a_clock_that_is_believed_is_noticed(
    request, clock, monkeypatch: pytest.MonkeyPatch, place, flaw, value, test
) -> None:
    monkeypatch.setattr(place, flaw, value)
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    fixtures = {name: request.getfixturevalue(name) for name in names}
    with pytest.raises((AssertionError, TooSoon)):
        test(**fixtures)
