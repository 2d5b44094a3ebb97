"""What signing in leaves behind: entries, counters, tokens; and what it never holds meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import ORMExecuteState, Session

from registry.accounts import passwords, signing_in
from registry.accounts.browsers import Browser
from registry.accounts.models import AwaitedCode, KeptForm, SlowDown, User, UserSession
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import Role
from registry.accounts.slowdown import TooSoon
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import allow_writing, db, may_write, now
from tests import guesses
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import csrf_of, sign_in_with
from tests.pages.accounts.test_codes_and_passwords import NEW, reset

SignIn = Callable[[User], FlaskClient]
HERE = Browser("192.0.2.1", "Chrome, Android")
OTHER = "sungai tenang di balik bukit"
WRONG = "Nama pengguna atau kata sandi salah."


@pytest.fixture
def request_of_sign_in(app: Flask) -> Iterator[None]:
    """A request that may write, as that of signing in is."""
    with app.test_request_context("/masuk", method="POST"):
        yield
        db.session.rollback()
        allow_writing(True)


def last_entry() -> JournalEntry:
    db.session.expire_all()
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert entry is not None
    return entry


def elsewhere(user: User, **values: object) -> None:
    """Another request changes the account and commits, behind the back of this one."""
    with db.engine.begin() as connection:
        connection.execute(
            update(User.__table__).where(User.__table__.c.id == user.id).values(values)
        )


# While a password is compared


def test_passwords_are_compared_without_a_lock_and_without_a_transaction(
    request_of_sign_in: None,
) -> None:
    user = make_user()
    db.session.scalars(select(User)).all()
    with signing_in.without_lock():
        assert not may_write()
        assert not db.session().in_transaction()
        db.session.scalars(select(User)).all()
        # Somebody else can write: there is no lock to wait for.
        elsewhere(user, language="en")
    assert may_write()
    assert not db.session().in_transaction()


def test_writing_is_allowed_again_when_the_comparison_fails(request_of_sign_in: None) -> None:
    def compare() -> None:
        with signing_in.without_lock():
            db.session.scalars(select(User)).all()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compare()
    assert may_write()
    assert not db.session().in_transaction()


def while_comparing(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    right = passwords.matches

    def matches(stored: str | None, typed: str) -> bool:
        found = right(stored, typed)
        happens()
        return found

    monkeypatch.setattr(passwords, "matches", matches)


@pytest.mark.parametrize("changed", ["password_hash", "reset_code_hash", "is_active_account"])
def test_an_account_that_is_changed_while_its_password_is_compared_stays_closed(
    request_of_sign_in: None, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    user = make_user()
    value = False if changed == "is_active_account" else passwords.hash_password(OTHER)
    while_comparing(monkeypatch, lambda: elsewhere(user, **{changed: value}))
    result = signing_in.sign_in(user.username, PASSWORD, HERE)
    assert (result.signed_in, result.awaited, result.message) == (None, None, WRONG)
    db.session.commit()
    assert last_entry().event == Event.SIGN_IN_FAILED


def test_a_password_that_is_changed_meanwhile_is_not_overwritten(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, other = make_user(), passwords.hash_password(OTHER)
    client = sign_in(user)
    while_comparing(monkeypatch, lambda: elsewhere(user, password_hash=other))
    data = {"current_password": PASSWORD, "new_password": NEW, "repeat_password": NEW}
    assert "baru saja diubah" in client.post("/akun/kata-sandi", data=data).text
    db.session.expire_all()
    assert user.password_hash == other


def test_a_new_password_replaces_only_what_it_was_asked_for(request_of_sign_in: None) -> None:
    user = make_user()
    new = signing_in.prepare_password(user, PASSWORD, NEW)
    elsewhere(user, password_hash=passwords.hash_password(OTHER))
    db.session.refresh(user)
    with pytest.raises(AccountRefused, match="baru saja diubah"):
        signing_in.change_password(user, new, device="uji")


@contextmanager
def locked_accounts() -> Iterator[list[str]]:
    """What PostgreSQL is asked meanwhile to lock an account; SQLite has one writer at most."""
    found: list[str] = []

    def note(state: ORMExecuteState) -> None:
        if state.is_select:
            asked = str(state.statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
            if "FROM user_account" in asked and asked.endswith("FOR UPDATE"):
                found.append(asked)

    listen(Session, "do_orm_execute", note)
    yield found
    remove(Session, "do_orm_execute", note)


def test_an_account_is_locked_while_what_was_proved_is_compared_again(
    request_of_sign_in: None,
) -> None:
    user = make_user()
    with locked_accounts() as locked:
        assert signing_in.sign_in(user.username, PASSWORD, HERE).signed_in
        assert len(locked) == 1
        db.session.commit()
        new = signing_in.prepare_password(user, PASSWORD, NEW)
        assert len(locked) == 1
        signing_in.change_password(user, new, device="uji")
        assert len(locked) == 2


# What is kept


@pytest.mark.parametrize("password", [PASSWORD, "salah sama sekali"])
def test_a_hash_of_todays_costs_stays_as_it_is(app: Flask, password: str) -> None:
    stored = passwords.hash_password(PASSWORD)
    user = make_user(password_hash=stored)
    sign_in_with(app.test_client(), user.username, password)
    db.session.expire_all()
    assert user.password_hash == stored


def test_a_one_time_code_never_becomes_the_password(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    before = user.password_hash
    code = reset(sign_in, user)
    db.session.expire_all()
    held = user.password_hash
    assert sign_in_with(app.test_client(), user.username, code).status_code == 302
    db.session.expire_all()
    assert user.password_hash == held
    assert not passwords.matches(user.password_hash, code)
    assert not passwords.matches(user.password_hash, passwords.normal_code(code))
    assert before


def test_a_code_is_refused_from_its_last_second_on(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    code = reset(sign_in, user)
    db.session.expire_all()
    assert user.reset_expires_at is not None
    with time_machine.travel(user.reset_expires_at, tick=False):
        assert "kedaluwarsa" in sign_in_with(app.test_client(), user.username, code).text
    with time_machine.travel(user.reset_expires_at - timedelta(seconds=1), tick=False):
        assert sign_in_with(app.test_client(), user.username, code).status_code == 302


def test_tokens_hold_256_bits(request_of_sign_in: None) -> None:
    signed_in = signing_in.sign_in(make_user().username, PASSWORD, HERE).signed_in
    awaited = signing_in.sign_in(make_user(role=Role.REVIEWER).username, PASSWORD, HERE).awaited
    assert signed_in is not None
    assert awaited is not None
    secrets_of_them = [token.partition(".")[2] for token in (signed_in.token, awaited)]
    assert [len(secret) for secret in secrets_of_them] == [43, 43]


def test_signing_in_tidies_up_what_is_too_old(app: Flask) -> None:
    moment = now().replace(microsecond=0)
    reviewer, operator = make_user(role=Role.REVIEWER), make_user()
    with time_machine.travel(moment, tick=False) as clock:
        guesses.fail("uji", "lama")
        kept = {"user_id": operator.id, "path": "/", "sealed": b"x"}
        db.session.add(KeptForm(id="a", expires_at=moment + timedelta(minutes=1), **kept))
        db.session.commit()
        sign_in_with(app.test_client(), reviewer.username, PASSWORD)
        # To the second: what is just as old as it may be stays.
        clock.shift(signing_in.CODE_AWAITED_FOR)
        sign_in_with(app.test_client(), make_user(role=Role.REVIEWER).username, PASSWORD)
        assert db.session.query(AwaitedCode).count() == 2
        sign_in_with(app.test_client(), operator.username, PASSWORD)
        assert db.session.query(KeptForm).count() == 0
        begun = now()
        clock.shift(signing_in.SESSIONS_KEPT_FOR)
        sign_in_with(app.test_client(), operator.username, PASSWORD)
        assert sorted(db.session.scalars(select(UserSession.created_at))) == [begun, now()]
        old = select(SlowDown).where(SlowDown.last_at < now() - timedelta(days=1))
        assert db.session.scalars(old).all() == []


# What is counted


def test_who_signs_in_all_day_is_not_slowed_down(app: Flask) -> None:
    user = make_user()
    with time_machine.travel(now(), tick=False):
        for _turn in range(33):
            assert sign_in_with(app.test_client(), user.username, PASSWORD).status_code == 302


def test_who_goes_on_guessing_waits_for_minutes(request_of_sign_in: None) -> None:
    user, waits = make_user(), []
    with time_machine.travel(now(), tick=False) as clock:
        for _turn in range(24):
            try:
                signing_in.sign_in(user.username, "salah sama sekali", HERE)
                db.session.commit()
            except TooSoon as told:
                waits.append(told.wait.total_seconds())
                clock.shift(told.wait)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 120, 240, 480]


def test_a_right_current_password_is_not_counted(sign_in: SignIn) -> None:
    client, current = sign_in(make_user()), PASSWORD
    with time_machine.travel(now(), tick=False):
        for new in (NEW, OTHER) * 3:
            data = {"current_password": current, "new_password": new, "repeat_password": new}
            assert client.post("/akun/kata-sandi", data=data).status_code == 302
            current = new


# What the journal says


def test_the_journal_says_from_where_and_with_what_somebody_signed_in(app: Flask) -> None:
    user, client = make_user(), app.test_client()
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/129.0 Safari/537.36"}
    for password, event, more in (
        ("salah sama sekali", Event.SIGN_IN_FAILED, {"step": "password"}),
        (PASSWORD, Event.SIGNED_IN, {"code": False}),
    ):
        data = {"username": user.username, "password": password, "csrf_token": csrf_of(client)}
        client.post(
            "/masuk", data=data, headers=agent, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
        )
        entry = last_entry()
        assert (entry.event, entry.actor) == (event, user.username)
        assert entry.detail == {"address": "192.0.2.7", "device": "Chrome, Android", **more}


def test_the_journal_says_how_many_sessions_a_change_ended(sign_in: SignIn) -> None:
    user = make_user()
    here, _there = sign_in(user), sign_in(user)
    data = {"current_password": PASSWORD, "new_password": NEW, "repeat_password": NEW}
    here.post("/akun/kata-sandi", data=data)
    assert (last_entry().event, last_entry().detail) == (Event.PASSWORD_CHANGED, {"ended": 2})
    sign_in(user)
    assert signing_in.end_sessions(user) == 2
    db.session.commit()
    assert (last_entry().event, last_entry().detail) == (Event.SESSIONS_ENDED, {"ended": 2})


def test_the_journal_says_which_device_was_signed_out(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    name = here.get("/akun/saya").text.partition("/akun/saya/sesi/")[2][:16]
    assert here.post(f"/akun/saya/sesi/{name}/akhiri").status_code == 302
    entry = last_entry()
    assert (entry.event, entry.actor) == (Event.SESSIONS_ENDED, user.username)
    assert entry.detail == {"ended": 1, "device": "uji"}
    assert here.post(f"/akun/saya/sesi/{name}/akhiri").status_code == 404
    assert [c.get("/akun/saya").status_code for c in (here, there)] == [200, 302]
