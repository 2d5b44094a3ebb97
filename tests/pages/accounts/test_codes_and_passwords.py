"""One-time codes, and changing one's own password."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import sign_in_with, token_of

SignIn = Callable[[User], FlaskClient]
NEW = "kerbau lompat pagar tinggi"
WEAK = "pamitlampung2026"
WRONG = "salah sama sekali"
BOTH = {"new_password": NEW, "repeat_password": NEW}


def code_in(page: str) -> str:
    found = re.search(r'id="kode">([A-Z0-9-]{14})<', page)
    assert found is not None
    return found[1]


def reset(sign_in: SignIn, user: User) -> str:
    manager = sign_in(make_user(role=Role.REVIEWER))
    return code_in(manager.post(f"/akun/{user.id}/kode").text)


def test_a_code_leads_to_a_password_of_ones_own(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    code, client = reset(sign_in, user), app.test_client()
    assert client.get("/akun/saya").location == "/masuk"
    assert sign_in_with(client, user.username, code).location == "/akun/kata-sandi"
    assert client.get("/akun/saya").location == "/akun/kata-sandi"
    assert "Kata sandi sekarang" not in client.get("/akun/kata-sandi").text
    assert client.post("/akun/kata-sandi", data=BOTH).location == "/akun/saya"
    assert client.get("/akun/saya").status_code == 200
    assert sign_in_with(app.test_client(), user.username, NEW).location == "/"


def test_before_the_new_password_nothing_else_opens(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    code, client = reset(sign_in, user), app.test_client()
    sign_in_with(client, user.username, code)
    for path in ("/", "/akun/saya", "/keberangkatan"):
        assert client.get(path).status_code in (302, 404)
    assert client.post("/keluar").location == "/masuk"


def test_a_code_works_once(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    code = reset(sign_in, user)
    assert sign_in_with(app.test_client(), user.username, code).status_code == 302
    assert sign_in_with(app.test_client(), user.username, code).status_code == 200


def test_a_code_is_of_one_user_only(app: Flask, sign_in: SignIn) -> None:
    user, other = make_user(), make_user()
    code = reset(sign_in, user)
    assert sign_in_with(app.test_client(), other.username, code).status_code == 200


def test_a_new_code_voids_the_one_before(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    first, second = reset(sign_in, user), reset(sign_in, user)
    assert sign_in_with(app.test_client(), user.username, first).status_code == 200
    assert sign_in_with(app.test_client(), user.username, second).status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(29, 302), (31, 200)])
def test_a_reset_code_is_good_for_half_an_hour(
    app: Flask, sign_in: SignIn, minutes: int, status: int
) -> None:
    user = make_user()
    code = reset(sign_in, user)
    with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
        answer = sign_in_with(app.test_client(), user.username, code)
    assert answer.status_code == status
    assert ("kedaluwarsa" in answer.text) is (status == 200)


def test_a_reset_voids_the_password_and_ends_the_sessions(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    client = sign_in(user)
    code = reset(sign_in, user)
    assert client.get("/akun/saya").status_code == 302
    assert sign_in_with(app.test_client(), user.username, PASSWORD).status_code == 200
    db.session.expire_all()
    assert user.reset_code_hash is not None
    assert code not in user.reset_code_hash


def test_both_sides_see_a_reset_in_the_journal(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    sign_in_with(app.test_client(), user.username, reset(sign_in, user))
    entries = list(db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq)))[-2:]
    assert [entry.event for entry in entries] == [Event.ACCOUNT_RESET, Event.SIGNED_IN]
    assert entries[0].detail["account"] == user.username
    assert entries[1].actor == user.username
    assert entries[1].detail["code"] is True


def test_a_changed_password_ends_the_other_sessions(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    old = token_of(here)
    answer = here.post("/akun/kata-sandi", data={"current_password": PASSWORD, **BOTH})
    assert answer.location == "/akun/saya"
    assert [c.get("/akun/saya").status_code for c in (here, there)] == [200, 302]
    assert token_of(here) != old


@pytest.mark.parametrize("is_demo", [False, True])
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"current_password": "salah"}, "Kata sandi yang sekarang salah."),
        ({"repeat_password": "lain sama sekali"}, "Kedua kata sandi tidak sama."),
        ({"new_password": "pendek", "repeat_password": "pendek"}, "terlalu pendek"),
        ({"new_password": WEAK, "repeat_password": WEAK}, "mudah ditebak"),
    ],
)
def test_a_password_is_not_changed_when_something_is_wrong(
    sign_in: SignIn, fields: dict[str, str], message: str, is_demo: bool
) -> None:
    user = make_user(is_demo=is_demo)
    before, client = user.password_hash, sign_in(user)
    data = {"current_password": PASSWORD, **BOTH, **fields}
    assert message in client.post("/akun/kata-sandi", data=data).text
    db.session.expire_all()
    assert user.password_hash == before


def test_a_password_may_hold_blanks_at_its_ends(app: Flask, sign_in: SignIn) -> None:
    user, spaced = make_user(), f" {NEW}  "
    data = {"current_password": PASSWORD, "new_password": spaced, "repeat_password": spaced}
    assert sign_in(user).post("/akun/kata-sandi", data=data).status_code == 302
    assert sign_in_with(app.test_client(), user.username, NEW).status_code == 200
    assert sign_in_with(app.test_client(), user.username, spaced).status_code == 302


def test_no_password_comes_back_in_a_page(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    assert WRONG not in sign_in_with(app.test_client(), user.username, WRONG).text
    data = {"current_password": PASSWORD, "new_password": "pendek", "repeat_password": "pendek"}
    page = sign_in(user).post("/akun/kata-sandi", data=data).text
    assert 'pendek"' not in page
    assert PASSWORD not in page
