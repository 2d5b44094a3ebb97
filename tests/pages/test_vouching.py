"""Rows beside the records that decide who sees them: the journal vouches for those, too.

Whatever is changed in them by SQL is found, also when a rightful change came later; no operation
of the program is. Each kind has its canary: the same tampering unseen once its check is taken away.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from registry.accounts import operations, passwords, second_factor, signing_in, totp
from registry.accounts.models import User
from registry.accounts.passwords import new_code
from registry.accounts.roles import Role
from registry.audit import log, vouching
from registry.audit.events import Event
from registry.audit.log import MissingEntry
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db, now
from registry.operating import stocktaking
from registry.operating.beside import VOUCHED
from tests.beside import by_sql, found, unseen, values_of, verified
from tests.factories import (
    PASSWORD,
    SISTER_VILLAGE,
    VILLAGE,
    make_departure,
    make_user,
)


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    return app


ACCOUNT: Any = User.__table__
VALUE = JournalValue.__table__
NEW = "kerbau lompat pagar tinggi"


@pytest.fixture
def account(app: Flask) -> User:
    """One account among others, vouched for by its own entry."""
    make_user()
    user = make_user(role=Role.REVIEWER)
    make_user()
    assert found() is None
    return user


# Accounts

TAMPERED: dict[str, dict[str, Any]] = {
    "username": {"username": "orang.lain"},
    "name": {"name": "Orang Lain"},
    "password": {"password_hash": "x"},
    "role": {"role": Role.ADMIN},
    "area": {"area_code": "18"},
    "state": {"is_active_account": False},
    "demo": {"is_demo": True},
    "must change": {"must_change_password": True},
    "code": {"reset_code_hash": "x"},
    "code's end": {"reset_expires_at": now()},
    "phone": {"totp_sealed": None},
    "conduct": {"conduct_version": None},
    "conduct's day": {"conduct_accepted_at": None},
    "access": {"access_ended_at": now()},
    "made": {"created_at": now()},
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_an_account_edited_beside_the_journal_is_found(
    app: Flask, account: User, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id = account.id
    last = db.session.scalar(
        select(func.max(VALUE.c.seq)).where(VALUE.c.kind == "account", VALUE.c.subject_id == row_id)
    )
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == row_id).values(TAMPERED[kind]))
    assert found() == ("account", row_id)
    said = verified(app)
    assert f"akun {row_id} diubah di luar jurnal sesudah entri {last}." in said
    assert account.username not in said
    unseen(monkeypatch, User)
    assert found() is None


def test_every_column_of_an_account_is_vouched_for_or_named_as_free() -> None:
    tried = {name for values in TAMPERED.values() for name in values}
    assert tried | User.unvouched | {"id"} == set(ACCOUNT.columns.keys())


def test_an_account_that_was_inserted_or_deleted_is_found(app: Flask, account: User) -> None:
    values = dict(
        db.session.execute(select(ACCOUNT).where(ACCOUNT.c.id == account.id)).mappings().one()
    )
    row_id = account.id
    by_sql(insert(ACCOUNT).values({**values, "id": 77, "username": "orang.lain"}))
    assert found() == ("account", 77)
    assert "akun 77 tidak pernah disebut jurnal" in verified(app)
    by_sql(delete(ACCOUNT).where(ACCOUNT.c.id == 77))
    assert found() is None
    by_sql(delete(ACCOUNT).where(ACCOUNT.c.id == row_id))
    assert found() == ("account", row_id)


def test_an_account_in_the_place_of_another_is_found(account: User) -> None:
    """Its own digest is of its own number."""
    operator = make_user()
    stored = dict(
        db.session.execute(select(ACCOUNT).where(ACCOUNT.c.id == account.id)).mappings().one()
    )
    taken = {name: stored[name] for name in ("password_hash", "role", "area_code", "totp_sealed")}
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == operator.id).values(taken))
    assert found() == ("account", operator.id)


def test_a_rightful_change_does_not_vouch_for_what_was_changed_before_it(
    app: Flask, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else an insider needed only wait until the owner changes the password."""
    row_id = account.id
    made = db.session.scalar(
        select(VALUE.c.seq).where(VALUE.c.kind == "account", VALUE.c.subject_id == row_id)
    )
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == row_id).values(role=Role.ADMIN))
    operations.change_user(
        account, name="Nama Baru", role=account.role, area_code=account.area_code, by=log.SYSTEM
    )
    db.session.commit()
    assert found() == ("account", row_id)
    assert f"sesudah entri {made}." in verified(app)
    monkeypatch.setattr(vouching, "WAS", ".unasked")
    assert found() is None


def test_what_was_changed_and_put_back_before_anybody_looked_leaves_no_trace(account: User) -> None:
    """Said in docs/security.md: what is compared is what is there."""
    before = account.name
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(name="x"))
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(name=before))
    assert found() is None


def test_a_change_of_an_account_without_an_entry_is_refused(account: User) -> None:
    account.role = Role.ADMIN
    with pytest.raises(MissingEntry):
        db.session.commit()
    db.session.rollback()
    account.language = "en"  # is free
    db.session.commit()
    assert found() is None


def test_what_was_rolled_back_is_not_said(account: User) -> None:
    row_id, before = account.id, values_of("account")
    operations.deactivate(account, by=log.SYSTEM)
    db.session.flush()
    db.session.rollback()
    log.record(Event.LIST_SEEN, by=log.SYSTEM, area_code="0")
    db.session.commit()
    assert values_of("account") == before
    assert db.session.get_one(User, row_id).is_active_account
    assert found() is None
    operations.deactivate(account, by=log.SYSTEM)
    db.session.commit()
    assert values_of("account") == before + 2
    assert found() is None


def test_a_change_is_repeated_also_when_it_was_rolled_back_once(account: User) -> None:
    before = values_of("account")
    for keep in (db.session.rollback, db.session.commit):
        operations.deactivate(account, by=log.SYSTEM)
        db.session.flush()
        keep()
    assert values_of("account") == before + 2
    assert found() is None


def test_an_entry_repeats_the_rows_that_it_changed_and_no_others(account: User) -> None:
    other = make_user()
    for user in (account, other):
        operations.deactivate(user, by=log.SYSTEM)
    db.session.commit()
    said = db.session.execute(
        select(VALUE.c.seq, VALUE.c.kind, VALUE.c.subject_id)
        .join(JournalEntry, JournalEntry.seq == VALUE.c.seq)
        .where(JournalEntry.event == Event.ACCOUNT_DEACTIVATED.value)
        .order_by(VALUE.c.seq, VALUE.c.ordinal)
    ).all()
    first = said[0].seq
    assert said == [
        (seq, kind, user.id)
        for seq, user in ((first, account), (first + 1, other))
        for kind in ("account.was", "account")
    ]
    before = values_of("account")
    log.record(Event.LIST_SEEN, by=log.SYSTEM, area_code="0")
    other.last_signed_in_at = now()
    db.session.commit()
    assert values_of("account") == before


def walk(app: Flask, user: User, sign_in: Callable[[User], Any]) -> Iterator[str]:
    """Every operation on accounts, through its page where there is one."""
    client, admin = sign_in(user), sign_in(make_user(role=Role.ADMIN))
    fields = {"name": "Nama Baru", "role": "village_head", "area_code": VILLAGE}
    new = {"username": "baru.sekali", "name": "Baru", "role": "operator", "area_code": VILLAGE}

    def post(whose: Any, path: str, **data: str) -> str:
        answer = whose.post(path, data=data)
        assert answer.status_code in (200, 302), (path, answer.status_code)
        return path

    def by_form(password: str) -> str:
        answer = app.test_client().post(
            "/masuk", data={"username": user.username, "password": password}
        )
        assert answer.status_code == 302
        return "/masuk"

    yield post(admin, "/akun/baru", **new)
    yield by_form(PASSWORD)
    yield post(client, "/bahasa", language="en")
    yield post(admin, f"/akun/{user.id}", **fields)
    yield post(admin, f"/akun/{user.id}", **fields | {"area_code": SISTER_VILLAGE})
    yield post(admin, f"/akun/{user.id}/nonaktif")
    yield post(admin, f"/akun/{user.id}/aktif")
    yield post(
        sign_in(user),
        "/akun/kata-sandi",
        current_password=PASSWORD,
        new_password=NEW,
        repeat_password=NEW,
    )
    code = new_code()
    operations.reset_user(user, code, by=log.SYSTEM)
    db.session.commit()
    yield "reset"
    yield by_form(code.text)
    secret = totp.new_secret()
    second_factor.add(user, secret, totp.code_at(secret, totp.step_at(now())))
    db.session.commit()
    yield "phone"
    second_factor.remove(user, by=log.SYSTEM)
    db.session.commit()
    yield "no phone"
    operations.accept_conduct(user)
    signing_in.end_sessions(user)
    db.session.commit()
    yield "conduct"


def test_no_operation_on_accounts_is_taken_for_tampering(
    app: Flask, sign_in: Callable[[User], Any]
) -> None:
    user = make_user(phone=False)
    db.session.expire_all()
    for step in walk(app, user, sign_in):
        assert found() is None, step
        db.session.expire_all()
    assert values_of("account.was") >= 8


def test_a_password_that_is_hashed_anew_before_the_second_step_is_said(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "needs_rehash", lambda stored: True)
    user = make_user(role=Role.REVIEWER)
    before = user.password_hash
    app.test_client().post("/masuk", data={"username": user.username, "password": PASSWORD})
    db.session.expire_all()
    assert user.password_hash != before
    assert found() is None
    (event,) = db.session.scalars(
        select(JournalEntry.event).where(JournalEntry.event == Event.PASSWORD_HASHED_ANEW.value)
    )
    assert event


def test_accounts_of_the_command_line_are_vouched_for(app: Flask) -> None:
    make_user()
    db.session.rollback()
    result = app.test_cli_runner().invoke(
        args=[
            "users",
            "add",
            "ketiga",
            "--role",
            "operator",
            "--area",
            VILLAGE,
            "--password-stdin",
        ],
        input=f"{NEW}\n",
    )
    assert result.exit_code == 0, result.output
    assert found() is None


def slip_in(like: User, **values: Any) -> None:
    stored = dict(
        db.session.execute(select(ACCOUNT).where(ACCOUNT.c.id == like.id)).mappings().one()
    )
    by_sql(insert(ACCOUNT).values({**stored, "id": 77, "username": "orang.lain", **values}))


# Registries that are older than this


@pytest.fixture
def older(app: Flask) -> User:
    """A registry of before: its accounts have entries, and no entry repeats a row."""
    user = operations.create_user(
        username="lama",
        name="Lama",
        role=Role.OPERATOR,
        area_code=VILLAGE,
        password=NEW,
        by=log.SYSTEM,
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(vouching, "taken_changes", lambda session: ())
        db.session.commit()
        vouching.forget(db.session())
    make_departure(by=user)
    assert values_of("account") == 0
    return user


def test_an_older_registry_is_no_finding_and_takes_stock_once(older: User) -> None:
    assert found() is None
    assert stocktaking.take_stock(VOUCHED)
    db.session.commit()
    assert found() is None
    assert values_of("account") == 1
    assert not stocktaking.take_stock(VOUCHED)
    by_sql(update(ACCOUNT).where(ACCOUNT.c.id == older.id).values(role=Role.ADMIN))
    assert found() == ("account", older.id)


def test_the_stock_leaves_out_an_account_whose_making_is_no_entry(older: User) -> None:
    slip_in(older)
    stocktaking.take_stock(VOUCHED)
    db.session.commit()
    assert found() == ("account", 77)


@pytest.mark.parametrize("is_demo", [True, False])
@pytest.mark.parametrize("is_loaded", [True, False])
def test_the_stock_holds_accounts_of_the_demo_where_one_was_loaded(
    older: User, is_demo: bool, is_loaded: bool
) -> None:
    if is_loaded:
        log.record(Event.DEMO_LOADED, by=log.SYSTEM, area_code="0")
        db.session.commit()
    slip_in(older, is_demo=is_demo)
    assert stocktaking.take_stock(VOUCHED)
    db.session.commit()
    assert found() == (None if is_demo and is_loaded else ("account", 77))


def test_a_change_before_the_stock_is_taken_counts_from_there(older: User) -> None:
    operations.deactivate(older, by=log.SYSTEM)
    db.session.commit()
    assert found() is None
    assert stocktaking.take_stock(VOUCHED)
    db.session.commit()
    assert found() is None


def test_a_registry_that_began_with_the_digests_never_takes_stock(account: User) -> None:
    """Else a row could be slipped in before the next start."""
    slip_in(account)
    assert not stocktaking.take_stock(VOUCHED)
    assert found() == ("account", 77)
