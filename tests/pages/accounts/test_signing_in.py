"""Signing in and out, through the pages."""

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.accounts import passwords
from registry.accounts.models import User, UserSession
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import sign_in_with, token_of

WRONG = "Nama pengguna atau kata sandi salah."
SignIn = Callable[[User], FlaskClient]


def events() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(JournalEntry.event).order_by(JournalEntry.seq)))


def test_the_right_password_opens_the_first_page(client: FlaskClient) -> None:
    user = make_user()
    answer = sign_in_with(client, user.username, PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert events()[-1] == Event.SIGNED_IN
    assert client.get("/akun/saya").status_code == 200


def test_the_username_is_taken_in_any_letter_case(client: FlaskClient) -> None:
    user = make_user()
    assert sign_in_with(client, user.username.upper() + " ", PASSWORD).status_code == 302


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(app: Flask) -> None:
    user = make_user()
    pages = []
    for username in (user.username, "bukan.siapa"):
        answer = sign_in_with(app.test_client(), username, "salah sama sekali")
        assert answer.status_code == 200
        assert WRONG in answer.text
        page = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", answer.text)
        pages.append(page.replace(username, "X"))
    assert pages[0] == pages[1]
    assert events()[-2:] == [Event.SIGN_IN_FAILED] * 2


def test_the_name_typed_for_an_unknown_user_is_not_written_down(client: FlaskClient) -> None:
    sign_in_with(client, "1807015203980001", "salah sama sekali")
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert entry is not None
    assert entry.actor == "tidak.dikenal"
    assert "1807015203980001" not in str(entry.detail)


@pytest.mark.slow
def test_known_and_unknown_users_take_the_same_time(app: Flask) -> None:
    user = make_user(password_hash=passwords.hash_password(PASSWORD))
    client, differences = app.test_client(), []
    # Turn by turn, so that whatever else the machine does falls upon both, and each of them first
    # in every other turn: who comes first from an address is the one who begins its counter.
    for turn in range(40):
        times = {}
        for username in (user.username, "bukan.siapa")[:: 1 if turn % 2 else -1]:
            begun = time.perf_counter()
            address = f"198.51.100.{turn}"
            sign_in_with(client, username, "salah sama sekali", address=address)
            times[username] = time.perf_counter() - begun
        differences.append(times[user.username] - times["bukan.siapa"])
    assert abs(statistics.median(differences)) < 0.010


def test_a_deactivated_account_is_answered_like_a_wrong_password(client: FlaskClient) -> None:
    user = make_user(is_active_account=False)
    assert WRONG in sign_in_with(client, user.username, PASSWORD).text


def test_signing_in_replaces_all_that_the_browser_held(app: Flask, sign_in: SignIn) -> None:
    user = make_user()
    client = sign_in(user)
    old = token_of(client)
    with client.session_transaction() as cookie:
        cookie["planted"] = "x"
    sign_in_with(client, user.username, PASSWORD)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != old
        assert cookie.permanent
    client.delete_cookie("pamit")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = old
    assert client.get("/akun/saya").status_code == 302


def test_a_password_of_older_costs_is_hashed_anew(client: FlaskClient) -> None:
    user = make_user()
    assert passwords.needs_rehash(user.password_hash)
    sign_in_with(client, user.username, PASSWORD)
    db.session.expire_all()
    assert not passwords.needs_rehash(user.password_hash)
    assert passwords.matches(user.password_hash, PASSWORD)


def test_after_signing_in_the_asked_page_is_shown(client: FlaskClient) -> None:
    user = make_user()
    assert client.get("/akun/saya?x=1").location == "/masuk"
    assert sign_in_with(client, user.username, PASSWORD).location == "/akun/saya?x=1"


@pytest.mark.parametrize("way_back", ["https://jahat.example", "//jahat.example", "/\\jahat", "x"])
def test_nobody_is_sent_to_a_foreign_site(client: FlaskClient, way_back: str) -> None:
    user = make_user()
    client.get("/masuk")
    with client.session_transaction() as cookie:
        cookie["way_back"] = way_back
    assert sign_in_with(client, user.username, PASSWORD).location == "/"


def test_signing_out_ends_the_session_on_the_server(sign_in: SignIn) -> None:
    user = make_user()
    client = sign_in(user)
    token = token_of(client)
    assert client.post("/keluar").location == "/masuk"
    assert events()[-1] == Event.SIGNED_OUT
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert client.get("/akun/saya").location == "/masuk"


@pytest.mark.parametrize(
    ("hours", "is_alive"), [(1.9, True), (2.1, False), (24 * 400, False), (-24 * 400, False)]
)
def test_an_unused_session_ends_after_two_hours(
    sign_in: SignIn, hours: float, is_alive: bool
) -> None:
    client = sign_in(make_user())
    with time_machine.travel(now() + timedelta(hours=hours), tick=False):
        assert (client.get("/akun/saya").status_code == 200) is is_alive


def test_a_session_in_use_ends_after_twelve_hours(sign_in: SignIn) -> None:
    client = sign_in(make_user())
    begun, statuses = now(), []
    for hour in range(14):
        with time_machine.travel(begun + timedelta(hours=hour), tick=False):
            statuses.append(client.get("/akun/saya").status_code)
    assert statuses == [200] * 12 + [302] * 2


def test_every_device_can_be_signed_out_at_once(sign_in: SignIn) -> None:
    user = make_user()
    here, there, other = sign_in(user), sign_in(user), sign_in(make_user())
    assert here.post("/akun/saya/keluar-semua").location == "/masuk"
    assert [c.get("/akun/saya").status_code for c in (here, there, other)] == [302, 302, 200]
    assert events()[-1] == Event.SESSIONS_ENDED


def test_one_lost_device_can_be_signed_out(sign_in: SignIn) -> None:
    user = make_user()
    here, there = sign_in(user), sign_in(user)
    page = here.get("/akun/saya").text
    addresses = re.findall(r"/akun/saya/sesi/[0-9a-f]{16}/akhiri", page)
    assert len(addresses) == 1
    assert here.post(addresses[0]).status_code == 302
    assert [c.get("/akun/saya").status_code for c in (here, there)] == [200, 302]


def test_nobody_ends_the_session_of_somebody_else(sign_in: SignIn) -> None:
    here, there = sign_in(make_user()), sign_in(make_user())
    digest = db.session.scalars(select(UserSession.token_digest)).all()
    for name in (d.hex()[:16] for d in digest if d.hex()):
        here.post(f"/akun/saya/sesi/{name}/akhiri")
    assert there.get("/akun/saya").status_code == 200


def test_the_language_of_an_account_stays_with_it(sign_in: SignIn, client: FlaskClient) -> None:
    user = make_user()
    answer = sign_in(user).post("/bahasa", data={"language": "en", "next": "/akun/saya"})
    assert answer.location == "/akun/saya"
    db.session.expire_all()
    assert user.language == "en"
    assert client.post("/bahasa", data={"language": "xx"}).status_code == 400
    assert client.post("/bahasa", data={"language": "en", "next": "//a.b"}).location == "/"


def test_an_expired_form_of_signing_in_says_what_to_do(client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/masuk", data={"username": "a", "password": "b"})
    assert (answer.status_code, answer.location) == (302, "/masuk")
    assert "Masuk lagi" in client.get("/masuk").text


def test_only_managers_see_the_accounts(sign_in: SignIn) -> None:
    statuses = {r: sign_in(make_user(role=r)).get("/akun").status_code for r in Role}
    managers = {Role.REVIEWER, Role.LABOUR_OFFICE, Role.ADMIN}
    assert statuses == {r: 200 if r in managers else 403 for r in Role}
