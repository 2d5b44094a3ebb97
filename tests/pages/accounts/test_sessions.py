"""One's own sessions, and all that ends them."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from registry.accounts import access
from registry.accounts.models import AwaitedCode, User, UserSession
from registry.accounts.roles import Role
from registry.accounts.tokens import token_digest
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests.factories import (
    PASSWORD,
    SISTER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    change_account,
    make_user,
)
from tests.page import rows, text_of
from tests.pages.accounts import enter, phone_code, sign_in_with, token_of
from tests.pages.accounts.test_second_factor import set_up

SignIn = Callable[[User], FlaskClient]
NEW = "kerbau lompat pagar tinggi"
NEW_PASSWORD = {
    "current_password": PASSWORD,
    "new_password": NEW,
    "repeat_password": NEW,
}


def edited(user: User, **fields: str) -> dict[str, str]:
    return {"name": user.name, "role": user.role.value, "area_code": user.area_code, **fields}


# What happens to an account: by its owner on another device, or by its office.
ENDINGS = {
    "password": lambda own, office, user: own.post("/akun/kata-sandi", data=NEW_PASSWORD),
    "phone": lambda own, office, user: set_up(own, current_code=phone_code()),
    "others": lambda own, office, user: own.post("/akun/saya/keluar-lain"),
    "reset": lambda own, office, user: office.post(f"/akun/{user.id}/kode"),
    "no phone": lambda own, office, user: office.post(f"/akun/{user.id}/ponsel/lepas"),
    "role": lambda own, office, user: office.post(
        f"/akun/{user.id}", data=edited(user, role="village_head")
    ),
    "area": lambda own, office, user: office.post(
        f"/akun/{user.id}", data=edited(user, area_code=SISTER_VILLAGE)
    ),
    "state": lambda own, office, user: office.post(f"/akun/{user.id}/nonaktif"),
}


def assert_the_other_session_dies(sign_in: SignIn, ending: str) -> None:
    user = make_user(phone=True, area=VILLAGE)
    office = sign_in(make_user(role=Role.REVIEWER, area=SUBDISTRICT))
    own, stolen, bystander = sign_in(user), sign_in(user), sign_in(make_user())
    ENDINGS[ending](own, office, user)
    # Not even what ended it for a while brings it back.
    db.session.expire_all()
    change_account(user, is_active_account=True)
    assert stolen.get("/akun/saya").location == "/masuk", ending
    assert bystander.get("/akun/saya").status_code == 200


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_changes_an_account_ends_its_other_sessions(sign_in: SignIn, ending: str) -> None:
    assert_the_other_session_dies(sign_in, ending)


def test_canary_sessions_that_live_on_are_noticed(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "end_all_sessions", lambda user, but=None: 0)
    for ending in ENDINGS:
        with pytest.raises(AssertionError, match=ending):
            assert_the_other_session_dies(sign_in, ending)


def test_a_begun_sign_in_ends_with_the_sessions(app: Flask, sign_in: SignIn) -> None:
    user = make_user(phone=True)
    stolen = app.test_client()
    sign_in_with(stolen, user.username, PASSWORD)
    sign_in(user).post("/akun/saya/keluar-semua")
    assert stolen.post("/masuk/kode", data={"code": phone_code()}).location == "/masuk"


def test_all_other_devices_are_signed_out_while_this_one_stays(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    before = token_of(here)
    page = here.get("/akun/saya")
    assert sorted(row[-1] for row in rows(page)) == ["Keluarkan", "Perangkat ini"]
    assert all(row[0] == "uji" for row in rows(page))
    assert here.post("/akun/saya/keluar-lain").location == "/akun/saya"
    assert there.get("/akun/saya").location == "/masuk"
    assert "Sesi Anda berakhir" in text_of(there.get("/masuk"))
    page = here.get("/akun/saya")
    assert (len(rows(page)), token_of(here)) == (1, before)
    assert "Keluarkan semua perangkat lain" not in text_of(page)


def test_the_journal_says_how_many_sessions_were_ended(sign_in: SignIn) -> None:
    user = make_user()
    here, _there, _elsewhere = sign_in(user), sign_in(user), sign_in(user)
    here.post("/akun/saya/keluar-lain")
    entry = db.session.query(JournalEntry).order_by(JournalEntry.seq.desc()).first()
    assert entry is not None
    assert (entry.event, entry.detail) == ("account.sessions_ended", {"ended": 2})


def test_a_session_is_stamped_when_it_was_not_for_five_minutes(sign_in: SignIn) -> None:
    client = sign_in(make_user())
    begun, stamps = now(), []
    for minutes in (4.9, 5.1, 9.9, 10.2):
        with time_machine.travel(begun + timedelta(minutes=minutes), tick=False):
            client.get("/akun/saya")
        db.session.expire_all()
        last = db.session.query(UserSession).one().last_seen_at
        stamps.append(round((last - begun).total_seconds() / 60, 1))
    assert stamps == [0, 5.1, 5.1, 10.2]


def test_signing_in_forgets_sessions_that_began_two_days_ago(client: FlaskClient) -> None:
    user, kept = make_user(), set()
    for hours in (1, 47.9, 48.1, 100):
        token = f"sesi {hours}"
        begun = now() - timedelta(hours=hours)
        row = UserSession(token_digest=token_digest(token), user_id=user.id, device="uji")
        row.created_at = row.last_seen_at = begun
        db.session.add(row)
        kept |= {token_digest(token)} if hours < 48 else set()
    db.session.commit()
    sign_in_with(client, user.username, PASSWORD)
    found = {row.token_digest for row in db.session.query(UserSession)}
    assert found == kept | {token_digest(token_of(client))}


def test_the_name_of_a_device_is_kept_as_far_as_it_fits(app: Flask) -> None:
    access.open_session(make_user(), "x" * 500)
    db.session.flush()
    assert db.session.query(UserSession).one().device == "x" * 120


@pytest.mark.parametrize(("length", "comes_back"), [(1500, True), (1501, False)])
def test_a_very_long_address_comes_back_as_its_page_alone(
    client: FlaskClient, length: int, comes_back: bool
) -> None:
    page = "/akun/saya"
    asked = f"{page}?x=".ljust(length, "y")
    client.get(asked)
    found = sign_in_with(client, make_user().username, PASSWORD).location
    assert found == (asked if comes_back else page)


def _status_after(app: Flask, sign_in: SignIn, change: dict[str, Any]) -> int:
    """What the list answers to a session whose row was changed by SQL."""
    client = sign_in(make_user())
    table: Any = UserSession.__table__
    db.session.execute(update(table).values(change))
    db.session.commit()
    return client.get("/keberangkatan").status_code


def test_a_session_moved_to_another_account_by_sql_opens_nothing(
    app: Flask, sign_in: SignIn
) -> None:
    """Whoever has an account and can write SQL could else become anybody."""
    other = make_user(role=Role.REVIEWER).id
    assert _status_after(app, sign_in, {"user_id": other}) == 302


def test_canary_a_moved_session_would_open(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "if_named", lambda row, token: row)
    other = make_user(role=Role.REVIEWER).id
    assert _status_after(app, sign_in, {"user_id": other}) == 200


def test_the_name_of_a_session_lies_in_the_database_under_the_key_alone(
    app: Flask, sign_in: SignIn
) -> None:
    plain = hashlib.sha256(token_of(sign_in(make_user())).encode()).digest()
    assert plain not in db.session.scalars(select(UserSession.token_digest)).all()


def test_a_begun_sign_in_moved_to_another_account_by_sql_opens_nothing(
    app: Flask, client: FlaskClient
) -> None:
    owner, other = make_user(phone=True), make_user(phone=True, role=Role.REVIEWER)
    sign_in_with(client, owner.username, PASSWORD)
    table: Any = AwaitedCode.__table__
    db.session.execute(update(table).values(user_id=other.id))
    db.session.commit()
    assert enter(client, phone_code()).location == "/masuk"
    assert client.get("/keberangkatan").status_code == 302
