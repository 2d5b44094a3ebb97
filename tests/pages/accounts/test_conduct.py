"""The code of conduct, and the whole way from a one-time code to the first page."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry import config
from registry.accounts import access
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.config import UnsafeStart
from registry.db import db
from tests.factories import PASSWORD, make_user
from tests.page import h1
from tests.pages.accounts import sign_in_with
from tests.pages.accounts.test_second_factor import set_up

SignIn = Callable[[User], FlaskClient]
NEW = "kerbau lompat pagar tinggi"
PATH = "/akun/kode-etik"


def test_nothing_opens_before_the_code_of_conduct_is_accepted(app: Flask) -> None:
    user, client = make_user(conduct_version=None), app.test_client()
    client.get("/keberangkatan?tahap=planned")
    assert sign_in_with(client, user.username, PASSWORD).location == PATH
    for path in ("/", "/akun/saya", "/akun/kata-sandi", "/keberangkatan", "/ekspor/rekap.xlsx"):
        assert client.get(path).location == PATH
        assert client.get(path).status_code == 302
    assert client.post("/akun/saya/keluar-lain").location == PATH
    assert h1(client.get(PATH)) == "Kode etik"
    assert client.post(PATH).location == "/keberangkatan?tahap=planned"
    assert client.get("/akun/saya").status_code == 200
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == "account.conduct_accepted")
    ).one()
    assert entry.event == Event.CONDUCT_ACCEPTED
    assert (entry.actor, entry.detail) == (user.username, {"version": access.CONDUCT_VERSION})
    assert user.conduct_version == access.CONDUCT_VERSION
    assert user.conduct_accepted_at is not None
    assert "Saya setuju" not in client.get(PATH).text


def test_canary_a_code_of_conduct_that_is_not_asked_for_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "unfinished_step", lambda user: None)
    with pytest.raises(AssertionError):
        test_nothing_opens_before_the_code_of_conduct_is_accepted(app)


def test_a_new_version_is_asked_for_again(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client, demo = sign_in(make_user()), sign_in(make_user(is_demo=True))
    assert client.get("/akun/saya").status_code == 200
    monkeypatch.setattr(access, "CONDUCT_VERSION", "2099-1")
    assert client.get("/akun/saya").location == PATH
    assert demo.get("/akun/saya").status_code == 200
    assert client.post("/keluar").location == "/masuk"


def test_from_a_one_time_code_to_the_page_that_was_asked_for(app: Flask, sign_in: SignIn) -> None:
    user = make_user(role=Role.REVIEWER, phone=False, conduct_version=None)
    page = sign_in(make_user(role=Role.LABOUR_OFFICE)).post(f"/akun/{user.id}/kode").text
    code = re.search(r'id="kode">([A-Z0-9-]{14})<', page)
    assert code is not None
    client = app.test_client()
    client.get("/akun/saya?x=1")
    assert sign_in_with(client, user.username, code[1]).location == "/akun/kata-sandi"
    both = {"new_password": NEW, "repeat_password": NEW}
    assert client.post("/akun/kata-sandi", data=both).location == "/akun/ponsel"
    assert len(set_up(client, current_password=NEW)[1]) == 10
    assert client.get("/").location == PATH
    assert client.post(PATH).location == "/akun/saya?x=1"
    assert client.get("/akun/saya").status_code == 200


def test_roles_of_the_setting_are_read_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI, Role.ADMIN}
    assert access.roles_named(config._second_factor_roles(None)) == usual
    assert access.roles_named(config._second_factor_roles("-")) == frozenset()
    assert access.roles_named(config._second_factor_roles("operator, admin")) == {
        Role.OPERATOR,
        Role.ADMIN,
    }
    with pytest.raises(UnsafeStart, match="raja bukan peran"):
        access.roles_named({"raja", "admin"})
