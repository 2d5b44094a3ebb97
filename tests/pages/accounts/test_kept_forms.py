"""What was typed when the session had expired comes back after signing in again."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts import kept_forms
from registry.accounts.models import KeptForm, User
from registry.accounts.roles import Role
from registry.db import db, now
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import csrf_of, sign_in_whole

SignIn = Callable[[User], FlaskClient]
PATH = "/akun/baru"
TYPED = {"name": "Siti Aminah", "username": "siti.aminah", "role": "operator"}
KEPT = "isian Anda masih tersimpan"


def manager() -> User:
    return make_user(role=Role.REVIEWER)


def expired_post(sign_in: SignIn, user: User, path: str = PATH, **fields: str) -> FlaskClient:
    client = sign_in(user)
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        answer = client.post(path, data={**TYPED, **fields})
        assert (answer.status_code, answer.location) == (302, "/masuk")
    return client


def three_hours_later() -> time_machine.travel:
    return time_machine.travel(now() + timedelta(hours=3, minutes=10), tick=False)


def test_a_form_comes_back_once_after_signing_in_again(sign_in: SignIn) -> None:
    user = manager()
    client = expired_post(sign_in, user)
    with three_hours_later():
        assert KEPT in client.get("/masuk").text
        assert sign_in_whole(client, user.username, PASSWORD).location == PATH
        page = client.get(PATH).text
        assert 'value="Siti Aminah"' in page
        assert 'value="operator" checked' in page
        assert "error-summary" not in page
        assert "Siti Aminah" not in client.get(PATH).text
    assert db.session.query(KeptForm).count() == 0


def test_another_user_of_the_same_browser_never_gets_the_form(sign_in: SignIn) -> None:
    user, other = manager(), manager()
    client = expired_post(sign_in, user)
    with three_hours_later():
        assert sign_in_whole(client, other.username, PASSWORD).location == "/"
        assert "Siti Aminah" not in client.get(PATH).text


def test_a_stolen_id_of_a_kept_form_is_worth_nothing(app: Flask, sign_in: SignIn) -> None:
    user, other = manager(), manager()
    expired_post(sign_in, user)
    with three_hours_later():
        client = app.test_client()
        sign_in_whole(client, other.username, PASSWORD)
        with client.session_transaction() as cookie:
            cookie["kept_form"] = db.session.query(KeptForm).one().id
        assert "Siti Aminah" not in client.get(PATH).text


def test_a_form_is_kept_for_an_hour(sign_in: SignIn) -> None:
    user = manager()
    client = expired_post(sign_in, user)
    with time_machine.travel(now() + timedelta(hours=4, minutes=1), tick=False):
        sign_in_whole(client, user.username, PASSWORD)
        assert "Siti Aminah" not in client.get(PATH).text
    assert db.session.query(KeptForm).count() == 0


def test_the_form_returns_on_its_own_address_only(sign_in: SignIn) -> None:
    user = manager()
    client = expired_post(sign_in, user)
    other = make_user()
    with three_hours_later():
        sign_in_whole(client, user.username, PASSWORD)
        assert "Siti Aminah" not in client.get(f"/akun/{other.id}").text
        assert "Siti Aminah" in client.get(PATH).text


def test_what_is_kept_is_sealed_and_holds_no_password(sign_in: SignIn) -> None:
    client = expired_post(sign_in, manager(), new_password="kerbau lompat pagar")
    row = db.session.query(KeptForm).one()
    assert b"Siti" not in row.sealed
    with client.session_transaction() as cookie:
        assert "Siti" not in str(dict(cookie))
    plain = kept_forms.keyring().unseal(row.sealed, *kept_forms.SEALED_AS, row.id)
    assert b"Siti Aminah" in plain
    assert b"kerbau" not in plain


def test_a_button_without_a_page_of_its_own_is_not_kept(sign_in: SignIn) -> None:
    user = manager()
    client = expired_post(sign_in, user, f"/akun/{make_user().id}/kode")
    assert db.session.query(KeptForm).count() == 0
    with three_hours_later():
        page = client.get("/masuk").text
    assert KEPT not in page
    assert "Masuk lagi, lalu ulangi." in page


def test_a_form_is_not_kept_for_an_account_whose_sessions_were_ended(sign_in: SignIn) -> None:
    user = manager()
    client = sign_in(user)
    sign_in(user).post("/akun/saya/keluar-semua")
    assert client.post(PATH, data=TYPED).location == "/masuk"
    assert db.session.query(KeptForm).count() == 0
    assert "isian terakhir belum tersimpan" in client.get("/masuk").text


def test_only_the_newest_forms_of_a_user_are_kept(sign_in: SignIn) -> None:
    user = manager()
    for _turn in range(8):
        expired_post(sign_in, user)
    assert db.session.query(KeptForm).count() == kept_forms.MOST_PER_USER


def test_an_oversized_form_is_not_kept(sign_in: SignIn) -> None:
    expired_post(sign_in, manager(), name="x" * 70_000)
    assert db.session.query(KeptForm).count() == 0


def test_a_forged_form_is_not_kept(app: Flask, sign_in: SignIn) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    user = manager()
    client = sign_in(user)
    token = csrf_of(client, PATH)
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        assert client.post(PATH, data=TYPED).location == "/masuk"
        assert db.session.query(KeptForm).count() == 0
        assert client.post(PATH, data={**TYPED, "csrf_token": token}).location == "/masuk"
        assert db.session.query(KeptForm).count() == 1


def test_an_ended_session_says_so_on_the_next_page(sign_in: SignIn) -> None:
    client = sign_in(make_user())
    with time_machine.travel(now() + timedelta(hours=3), tick=False):
        client.get("/akun/saya")
        assert "Sesi Anda berakhir. Masuk lagi untuk melanjutkan." in client.get("/masuk").text
