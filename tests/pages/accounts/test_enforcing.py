"""The enforcer to the letter: what it refuses and how, where it leads, and to the second."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, session
from flask.testing import FlaskClient
from flask_login import login_user

from registry.accounts import access
from registry.accounts.access import ABSOLUTE_LIMIT, IDLE_LIMIT, STAMP_EVERY
from registry.accounts.models import AwaitedCode, User, UserSession
from registry.accounts.roles import Permission, Role
from registry.db import allow_writing, db, may_write, now
from tests.factories import PASSWORD, change_account, make_user
from tests.pages.accounts import sign_in_with, token_of

SignIn = Callable[[User], FlaskClient]
HOME = "/akun/saya"


@pytest.fixture
def grown(app: Flask) -> Flask:
    """The application with three more pages: undeclared, public, and for administrators."""

    def page() -> str:
        return "<!doctype html><html lang=id><title>uji</title><h1>uji</h1></html>"

    app.add_url_rule("/uji/lupa", "uji_lupa", lambda: page())
    app.add_url_rule("/uji/umum", "uji_umum", access.public(lambda: page()))
    marked = access.requires(Permission.MANAGE_REFERENCE)(lambda: page())
    app.add_url_rule("/uji/acuan", "uji_acuan", marked)
    return app


def test_a_page_that_declares_nothing_is_closed_to_everybody(grown: Flask, sign_in: SignIn) -> None:
    clients = [grown.test_client(), *(sign_in(make_user(role=role)) for role in Role)]
    assert {client.get("/uji/lupa").status_code for client in clients} == {403}
    with pytest.raises(LookupError, match="undeclared"):
        access.declared_permission(grown.view_functions["uji_lupa"])


def test_a_public_page_is_open_and_a_declared_one_to_its_roles_alone(
    grown: Flask, sign_in: SignIn
) -> None:
    assert access.declared_permission(grown.view_functions["uji_umum"]) is None
    declared = access.declared_permission(grown.view_functions["uji_acuan"])
    assert declared is Permission.MANAGE_REFERENCE
    stranger = grown.test_client()
    assert stranger.get("/uji/umum").status_code == 200
    assert stranger.get("/uji/acuan").location == "/masuk"
    statuses = {role: sign_in(make_user(role=role)).get("/uji/acuan").status_code for role in Role}
    assert statuses == {role: 200 if role is Role.ADMIN else 403 for role in Role}


@pytest.mark.parametrize(
    ("method", "writes"), [("GET", False), ("HEAD", False), ("OPTIONS", False), ("POST", True)]
)
def test_only_unsafe_methods_open_writing_transactions(
    app: Flask, method: str, writes: bool
) -> None:
    with app.test_request_context(HOME, method=method):
        for before in (True, False):
            allow_writing(before)
            access.open_transaction_mode()
            assert may_write() is writes
        allow_writing(True)


def test_a_session_lives_to_the_second_of_its_limits(sign_in: SignIn) -> None:
    begun = now().replace(microsecond=0)
    with time_machine.travel(begun, tick=False) as clock:
        idle, used = sign_in(make_user()), sign_in(make_user())
        clock.move_to(begun + IDLE_LIMIT)
        assert idle.get(HOME).status_code == used.get(HOME).status_code == 200
        for hour in range(3, 13):
            clock.move_to(begun + timedelta(hours=hour))
            assert used.get(HOME).status_code == 200
        assert now() == begun + ABSOLUTE_LIMIT
        clock.shift(1)
        assert used.get(HOME).location == "/masuk"
        assert "Sesi Anda berakhir" in used.get("/masuk").text


def test_a_session_is_stamped_after_five_minutes_to_the_second(sign_in: SignIn) -> None:
    begun = now().replace(microsecond=0)
    with time_machine.travel(begun, tick=False) as clock:
        client, other = sign_in(make_user()), sign_in(make_user())
        clock.move_to(begun + STAMP_EVERY)
        client.get(HOME)
        db.session.expire_all()
        assert {row.last_seen_at for row in db.session.query(UserSession)} == {begun}
        clock.shift(1)
        client.get(HOME)
        db.session.expire_all()
        stamps = [row.last_seen_at for row in db.session.query(UserSession)]
        assert sorted(stamps) == [begun, now()]
        assert other.get(HOME).status_code == 200


def test_who_never_signed_in_is_told_of_no_session(app: Flask) -> None:
    client = app.test_client()
    assert client.get(HOME).location == "/masuk"
    assert "berakhir" not in client.get("/masuk").text
    assert client.post("/keluar").location == "/masuk"
    assert "Sesi Anda berakhir" in client.get("/masuk").text


@pytest.mark.parametrize(
    ("path", "comes_back"), [("/akun/kata-sandi", True), ("/keluar", False), ("/masuk", False)]
)
def test_only_a_form_with_a_page_of_its_own_is_come_back_to(
    app: Flask, path: str, comes_back: bool
) -> None:
    client, user = app.test_client(), make_user()
    with app.test_request_context(path, method="POST"):
        answer = access.sign_in_again(False)
        way_back = session.get("way_back")
    assert answer.location == "/masuk"
    assert way_back == (path if comes_back else None)
    assert sign_in_with(client, user.username, PASSWORD).location == "/"


def test_signing_out_leaves_nothing_of_the_session_in_the_browser(sign_in: SignIn) -> None:
    client = sign_in(make_user())
    with client.session_transaction() as cookie:
        cookie["catatan"] = "x"
    client.post("/keluar")
    with client.session_transaction() as cookie:
        assert not {"_user_id", "catatan", "_fresh"} & cookie.keys()


def test_nobody_is_signed_in_for_the_rest_of_the_request_that_signs_out(app: Flask) -> None:
    user = make_user()
    with app.test_request_context("/keluar", method="POST"):
        login_user(access.open_session(user, "uji"))
        db.session.commit()
        assert access.current_user_or_none() == user
        access.end_this_session()
        assert access.current_user_or_none() is None
        db.session.commit()


def test_the_sessions_and_begun_sign_ins_of_others_go_on(app: Flask, sign_in: SignIn) -> None:
    user, other = make_user(role=Role.REVIEWER), make_user(role=Role.REVIEWER)
    mine, theirs = sign_in(user), sign_in(other)
    for account in (user, other):
        sign_in_with(app.test_client(), account.username, PASSWORD)
    assert access.end_all_sessions(user) == 1
    change_account(user)
    assert [client.get(HOME).status_code for client in (mine, theirs)] == [302, 200]
    assert [row.user_id for row in db.session.query(AwaitedCode)] == [other.id]


def test_the_session_that_goes_on_is_the_named_one(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    assert access.end_all_sessions(user, but=token_of(here)) == 1
    change_account(user)
    assert [client.get(HOME).status_code for client in (here, there)] == [200, 302]


def test_an_unknown_role_in_the_setting_is_refused_by_name() -> None:
    with pytest.raises(access.UnsafeStart, match="camat, lurah bukan peran"):
        access.roles_named(["operator", "lurah", "camat"])
    assert access.roles_named(["operator"]) == {Role.OPERATOR}
    assert access.roles_named([]) == frozenset()
