"""Signing in while somebody guesses: a known browser never waits for it, a stranger has a code."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from registry.accounts import known_browsers, operations, passwords, second_factor, sign_in_tries
from registry.accounts.browsers import Browser
from registry.accounts.known_browsers import KnownBrowser
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import enter, phone_code, sign_in_with
from tests.pages.accounts.test_codes_and_passwords import NEW, reset
from tests.pages.accounts.test_second_factor import set_up

SignIn = Callable[[User], FlaskClient]
OFFICE, BROKER = "192.0.2.1", "198.51.100.7"
COOKIE = "pamit-kenal"
CODE = "K7QM-4TXW-9PZA"  # of nobody


@pytest.fixture(autouse=True)
def clock(app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=False) as moved:
        yield moved


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What typed passwords were compared with, one for each comparison."""
    compared, right = [], passwords.matches

    def matches(stored: str | None, typed: str) -> bool:
        compared.append(stored)
        return right(stored, typed)

    monkeypatch.setattr(passwords, "matches", matches)
    return compared


def known(app: Flask, user: User) -> FlaskClient:
    """A browser in which the user signed in, and out again."""
    client = app.test_client()
    answer = sign_in_with(client, user.username, PASSWORD)
    if answer.location == "/masuk/kode":
        answer = enter(client, phone_code())
    assert answer.status_code == 302
    assert client.post("/keluar").location == "/masuk"
    return client


def guess(client: FlaskClient, username: str, address: str, typed: str = "salah") -> TestResponse:
    data = {"username": username, "password": typed}
    return client.post("/masuk", data=data, environ_overrides={"REMOTE_ADDR": address})


def try_of(client: FlaskClient, user: User, typed: str = PASSWORD) -> int:
    return sign_in_with(client, user.username, typed, address=OFFICE).status_code


def is_known(app: Flask, client: FlaskClient, user: User) -> bool:
    """Whether the browser gets in at the first try although strangers must wait."""
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    assert try_of(app.test_client(), user) == 429
    return try_of(client, user) == 302


# At the code of the phone


def test_the_owner_never_waits_for_guesses_at_the_code_of_the_phone(app: Flask, clock) -> None:
    user = make_user(role=Role.REVIEWER)
    own, statuses = known(app, user), []
    thief = app.test_client()
    sign_in_with(thief, user.username, PASSWORD, address=OFFICE)
    for _guess in range(20):
        statuses.append(enter(thief, "000000", address=OFFICE).status_code)
    assert statuses.count(429) > 10
    # Who has no such cookie waits.
    stranger = app.test_client()
    sign_in_with(stranger, user.username, PASSWORD)
    assert enter(stranger, phone_code(later=1)).status_code == 429
    clock.shift(timedelta(seconds=30))
    enter(thief, "000000", address=OFFICE)
    assert enter(thief, "000000", address=OFFICE).status_code == 429
    assert sign_in_with(own, user.username, PASSWORD).location == "/masuk/kode"
    assert enter(own, phone_code()).location == "/"


def test_codes_of_the_phone_are_counted_in_a_known_browser_too(app: Flask) -> None:
    user = make_user(role=Role.REVIEWER)
    thief = known(app, user)
    sign_in_with(thief, user.username, PASSWORD)
    statuses = [enter(thief, "000000").status_code for _guess in range(5)]
    assert statuses == [200] * 4 + [429]


# Who has stolen the cookie


def copied(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with a copy of the cookie."""
    cookie, thief = client.get_cookie(COOKIE), app.test_client()
    assert cookie is not None
    thief.set_cookie(COOKIE, cookie.value)
    return thief


def test_a_copy_of_the_cookie_is_another_browser_after_the_next_signing_in(app: Flask) -> None:
    user = make_user()
    own = known(app, user)
    thief = copied(app, own)
    assert try_of(own, user) == 302
    statuses = [guess(thief, user.username, BROKER).status_code for _guess in range(5)]
    assert statuses == [200] * 4 + [429]
    assert try_of(own, user) == 302


def test_the_cookie_alone_opens_nothing(app: Flask) -> None:
    user = make_user()
    own = known(app, user)
    assert own.get("/akun/saya").location == "/masuk"
    assert try_of(own, user, "salah sama sekali") == 200
    assert own.get("/akun/saya").location == "/masuk"


# What the cookie holds, and when it is given


def forged(app: Flask, held: object, *, key=None, digest=hashlib.sha256, salt="known-browser"):
    options = {"key_derivation": "hmac", "digest_method": digest}
    return URLSafeSerializer(key or app.secret_key, salt=salt, signer_kwargs=options).dumps(held)


FORGED = {
    "unsigned": lambda app, held: forged(app, held).rsplit(".", 1)[0] + ".",
    "edited": lambda app, held: "A" + forged(app, held),
    "another key": lambda app, held: forged(app, held, key=b"y" * 32),
    "another way of signing": lambda app, held: forged(app, held, digest=hashlib.sha1),
    "another purpose": lambda app, held: forged(app, held, salt="cookie-session"),
    "nothing": lambda app, held: "",
}


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, value)
    return client


def microseconds() -> int:
    return round(now().timestamp() * 1_000_000)


def test_a_cookie_signed_as_ours_are_is_believed(app: Flask) -> None:
    user = make_user()
    value = forged(app, ["tanda", [[user.id, microseconds()]]])
    assert is_known(app, with_cookie(app, value), user)


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_cookie_vouches_for_nobody(app: Flask, kind: str) -> None:
    user = make_user()
    value = FORGED[kind](app, ["tanda", [[user.id, microseconds()]]])
    assert not is_known(app, with_cookie(app, value), user)


def test_canary_a_forged_cookie_that_is_believed_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_key = URLSafeSerializer(b"y" * 32, "known-browser", signer_kwargs={
        "key_derivation": "hmac", "digest_method": hashlib.sha256})  # fmt: skip
    monkeypatch.setattr(known_browsers, "_serializer", lambda: any_key)
    with pytest.raises(AssertionError):
        test_a_forged_cookie_vouches_for_nobody(app, "another key")


def test_a_cookie_vouches_for_nobody_but_its_own_users(app: Flask) -> None:
    user, other = make_user(), make_user()
    own = known(app, other)
    assert not is_known(app, own, user)
    assert is_known(app, own, other)


def test_canary_a_cookie_of_somebody_else_that_is_believed_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KnownBrowser, "key_of", lambda self, user: self.mark or None)
    with pytest.raises(AssertionError):
        test_a_cookie_vouches_for_nobody_but_its_own_users(app)


@pytest.mark.parametrize(
    ("passed", "is_believed"),
    [
        (timedelta(days=400), True),
        (timedelta(days=400, seconds=1), False),
        (timedelta(minutes=-1), True),
        (timedelta(minutes=-1, seconds=-1), False),
    ],
)
def test_a_browser_is_known_for_four_hundred_days(
    app: Flask, clock: time_machine.Traveller, passed: timedelta, is_believed: bool
) -> None:
    user = make_user()
    own = known(app, user)
    clock.shift(passed)
    assert is_known(app, own, user) is is_believed


def test_canary_a_cookie_that_never_grows_old_is_noticed(
    app: Flask, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_browsers, "_is_recent", lambda since: True)
    with pytest.raises(AssertionError):
        test_a_browser_is_known_for_four_hundred_days(app, clock, timedelta(days=401), False)


def test_on_a_shared_computer_everybody_who_signed_in_stays_known(app: Flask) -> None:
    users = [make_user() for _number in range(3)]
    shared = app.test_client()
    for user in users:
        assert try_of(shared, user) == 302
        shared.post("/keluar")
    for user in users:
        assert is_known(app, shared, user)
        shared.post("/keluar")


def test_twelve_fit_into_a_cookie_and_the_longest_absent_makes_room(app: Flask, clock) -> None:
    browser, users = KnownBrowser(), [make_user() for _number in range(13)]
    for user in users:
        clock.shift(1)
        browser = browser.with_account(user)
        clock.shift(1)
        browser = browser.with_account(users[0])  # again and again
    assert list(browser.accounts) == [user.id for user in (*users[2:], users[0])]
    assert len(forged(app, [browser.mark, list(browser.accounts.items())])) < 500
    clock.shift(timedelta(days=401))
    assert list(browser.with_account(users[5]).accounts) == [users[5].id]


def test_the_longest_absent_makes_room_also_when_the_account_is_the_newest(app: Flask) -> None:
    """Accounts are numbered as they are made, not as they sign in."""
    moment = (now() - known_browsers.EPOCH) // known_browsers.MICROSECOND
    others = {number: moment - number for number in range(101, 113)}
    known = KnownBrowser("tanda", others).with_account(make_user())
    assert set(others) - set(known.accounts) == {112}


def test_the_cookie_names_nobody_and_is_another_each_time(app: Flask) -> None:
    user = make_user()
    own, values = app.test_client(), []
    for _turn in range(2):
        assert try_of(own, user) == 302
        values.append(own.get_cookie(COOKIE).value)
    held = [URLSafeSerializer(b"x").loads_unsafe(value)[1] for value in values]
    assert [mark for mark, _accounts in held] == list(dict.fromkeys(mark for mark, _ in held))
    assert [len(mark) for mark, _accounts in held] == [16, 16]
    assert [accounts for _mark, accounts in held] == [[[user.id, microseconds()]]] * 2
    assert user.username not in str(held)


@pytest.mark.parametrize(
    ("base", "is_secure", "name"),
    [("http://localhost", False, COOKIE), ("https://pamit.example", True, f"__Host-{COOKIE}"),
     ("http://pamit.example", True, f"__Host-{COOKIE}")],
)  # fmt: skip
def test_the_cookie_is_kept_from_scripts_neighbours_and_open_lines(
    app: Flask, base: str, is_secure: bool, name: str
) -> None:
    user, client = make_user(), app.test_client()
    data = {"username": user.username, "password": PASSWORD}
    answer = client.post("/masuk", base_url=base, data=data)
    cookies = [c for c in answer.headers.getlist("Set-Cookie") if "kenal" in c]
    assert len(cookies) == 1
    shown = re.sub(r"=[^;]+", "=X", cookies[0].replace("=Lax", "-Lax").replace("=/", "-/"), count=1)
    parts = set(shown.split("; "))
    seconds = 400 * 24 * 3600
    secure = {"Secure"} if is_secure else set()
    expected = {f"{name}=X", f"Max-Age={seconds}", "HttpOnly", "SameSite-Lax", "Path-/"} | secure
    assert {part for part in parts if not part.startswith("Expires")} == expected
    # It is read under the name that it was given.
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    assert client.post("/masuk", base_url=base, data=data).status_code == 302


def test_only_a_finished_sign_in_makes_a_browser_known(app: Flask) -> None:
    user, client = make_user(role=Role.REVIEWER), app.test_client()
    assert try_of(client, user, "salah sama sekali") == 200
    assert client.get_cookie(COOKIE) is None
    assert try_of(client, user) == 302
    assert client.get_cookie(COOKIE) is None
    enter(client, "000000")
    assert client.get_cookie(COOKIE) is None
    assert enter(client, phone_code()).location == "/"
    assert client.get_cookie(COOKIE) is not None


# When a browser stops being known


def change_elsewhere(app: Flask, user: User, sign_in: SignIn) -> None:
    data = {"current_password": PASSWORD, "new_password": NEW, "repeat_password": NEW}
    assert sign_in(user).post("/akun/kata-sandi", data=data).status_code == 302


ENDED = {
    "the office made a code": lambda app, user, sign_in: reset(sign_in, user),
    "a new password": change_elsewhere,
    "another phone": lambda app, user, sign_in: set_up(sign_in(user)),
    "the office removed the phone": lambda app, user, sign_in: second_factor.remove(
        user, by=log.SYSTEM
    ),
    "another role": lambda app, user, sign_in: operations.change_user(
        user, name=user.name, role=Role.VILLAGE_HEAD, area_code=user.area_code, by=log.SYSTEM
    ),
    "deactivated": lambda app, user, sign_in: operations.deactivate(user, by=log.SYSTEM),
    "signed out everywhere": lambda app, user, sign_in: sign_in(user).post(
        "/akun/saya/keluar-semua"
    ),
    "signed out elsewhere": lambda app, user, sign_in: sign_in(user).post("/akun/saya/keluar-lain"),
}


@pytest.mark.parametrize("change", ENDED)
def test_a_browser_is_a_stranger_after_the_access_ended(
    app: Flask, clock: time_machine.Traveller, sign_in: SignIn, change: str
) -> None:
    user = make_user(phone="removed" in change)
    own = known(app, user)
    thief = copied(app, own)
    clock.shift(timedelta(seconds=1))
    ENDED[change](app, user, sign_in)
    db.session.commit()
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    assert guess(thief, user.username, OFFICE).status_code == 429


def test_canary_a_cookie_that_outlives_a_reset_is_noticed(
    app: Flask, clock, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(self: KnownBrowser, user: User | None) -> str | None:
        return f"{self.mark} {user.id}" if user and user.id in self.accounts else None

    monkeypatch.setattr(KnownBrowser, "key_of", forgetful)
    with pytest.raises(AssertionError):
        test_a_browser_is_a_stranger_after_the_access_ended(
            app, clock, sign_in, "the office made a code"
        )


KEPT = {
    "signed out here": lambda client: client.post("/keluar"),
    "signed out elsewhere": lambda client: client.post("/akun/saya/keluar-lain"),
    "a new password": lambda client: client.post(
        "/akun/kata-sandi",
        data={"current_password": PASSWORD, "new_password": NEW, "repeat_password": NEW},
    ),
    "a phone": lambda client: set_up(client),
}


@pytest.mark.parametrize("change", KEPT)
def test_where_the_owner_did_it_the_browser_stays_known(
    app: Flask, clock: time_machine.Traveller, change: str
) -> None:
    user, client = make_user(), app.test_client()
    assert try_of(client, user) == 302
    clock.shift(timedelta(seconds=1))
    KEPT[change](client)
    client.post("/keluar")
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    assert guess(client, user.username, OFFICE).status_code == 200


# Nobody learns from it which names there are


def page_of(answer: TestResponse, username: str) -> tuple[int, str]:
    text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", answer.text)
    return answer.status_code, text.replace(username, "X")


def test_no_answer_tells_which_names_there_are(app: Flask, checks: list[str | None]) -> None:
    user, other = make_user(), make_user(reset_code_hash=passwords.hash_password("K7QM4TXW9PZB"))
    cookie = known(app, make_user()).get_cookie(COOKIE).value
    names, told = (user.username, other.username, "bukan.siapa"), []
    for username in names:
        checks.clear()
        answers = []
        for typed in ("salah", "salah", "salah", "salah", PASSWORD, CODE, "salah"):
            client = with_cookie(app, cookie)
            answers.append(page_of(guess(client, username, BROKER, typed), username))
        told.append((answers, len(checks)))
    assert told[0] == told[1] == told[2]
    assert [status for status, _page in told[0][0]] == [200] * 4 + [429] * 3
    assert told[0][1] == 5


# Each pace in short; whole hours of guesses stand in `test_hours_of_guesses`


def test_a_known_browser_has_three_free_tries_of_its_own(app: Flask) -> None:
    user = make_user()
    thief = copied(app, known(app, user))
    statuses = [guess(thief, user.username, BROKER).status_code for _guess in range(5)]
    assert statuses == [200] * 4 + [429]
    # Neither the account nor the address was asked, or told.
    assert guess(app.test_client(), user.username, BROKER).status_code == 200


# Who comes with a new browser


def test_who_must_wait_is_told_what_to_do(app: Flask) -> None:
    answers = [guess(app.test_client(), "bukan.siapa", BROKER) for _guess in range(5)]
    assert answers[3].status_code == 200
    assert "Harus menunggu terus?" not in answers[3].text
    assert "Harus menunggu terus?" in answers[4].text
    assert "kode sekali pakai kepada kantor" in answers[4].text


def test_a_one_time_code_gets_in_at_once_from_the_address_of_who_guesses(
    app: Flask, sign_in: SignIn
) -> None:
    user = make_user()
    code = reset(sign_in, user)
    for _guess in range(40):
        guess(app.test_client(), user.username, OFFICE)
    assert guess(app.test_client(), user.username, OFFICE, "salah").status_code == 429
    answer = guess(app.test_client(), user.username, OFFICE, code.lower())
    assert (answer.status_code, answer.location) == (302, "/akun/kata-sandi")


def test_canary_a_code_that_waits_like_a_password_is_noticed(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "looks_like_code", lambda text: False)
    with pytest.raises(AssertionError):
        test_a_one_time_code_gets_in_at_once_from_the_address_of_who_guesses(app, sign_in)


def test_a_code_that_came_too_late_is_told_so(app: Flask, clock, sign_in: SignIn) -> None:
    user = make_user()
    code = reset(sign_in, user)
    clock.shift(operations.RESET_CODE_VALID_FOR)
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    answer = guess(app.test_client(), user.username, OFFICE, code)
    assert answer.status_code == 200
    assert "kedaluwarsa" in answer.text


def test_a_password_in_the_shape_of_a_code_waits_like_any_other(
    app: Flask, checks: list[str | None]
) -> None:
    user = make_user(password_hash=passwords.hash_password(CODE))
    stored = user.password_hash
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    checks.clear()
    assert guess(app.test_client(), user.username, OFFICE, CODE).status_code == 429
    assert checks == [None]  # the time of a comparison, and none was made
    assert stored not in checks


def test_canary_guesses_in_the_shape_of_a_code_are_noticed(
    app: Flask, checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = sign_in_tries.claim_password

    def without_wait(*given: Any) -> sign_in_tries.Claimed:
        return sign_in_tries.Claimed(right(*given).tries)

    monkeypatch.setattr(sign_in_tries, "claim_password", without_wait)
    with pytest.raises(AssertionError):
        test_a_password_in_the_shape_of_a_code_waits_like_any_other(app, checks)


def test_wrong_codes_are_written_down_and_cost_an_address_a_second(
    app: Flask, clock, sign_in
) -> None:
    user = make_user()
    code = reset(sign_in, user)
    for _guess in range(6):
        guess(app.test_client(), user.username, BROKER)
    clock.shift(1)
    guess(app.test_client(), user.username, BROKER)
    before = failures_of(user)
    answers = [guess(app.test_client(), user.username, OFFICE, CODE) for _guess in range(12)]
    assert {answer.status_code for answer in answers} == {429}
    assert "Tunggu 2 detik" in answers[10].text  # what a password would wait
    assert "Tunggu 1 detik" in answers[11].text
    assert failures_of(user) == before + 11
    assert guess(app.test_client(), user.username, OFFICE, code).status_code == 429
    assert guess(app.test_client(), user.username, BROKER, code).status_code == 302


def failures_of(user: User) -> int:
    failed = JournalEntry.event == Event.SIGN_IN_FAILED.value
    own = select(func.count()).where(failed, JournalEntry.actor == user.username)
    return db.session.scalar(own) or 0


def test_a_right_code_is_not_counted(app: Flask, clock, sign_in: SignIn) -> None:
    user = make_user()
    for _turn in range(15):
        code = reset(sign_in, user)
        for _guess in range(6):
            guess(app.test_client(), user.username, BROKER)
        assert guess(app.test_client(), user.username, OFFICE, code).status_code == 302


def test_each_try_is_counted_under_the_keys_of_its_browser(app: Flask) -> None:
    user = make_user()
    mine = KnownBrowser("tanda", {user.id: microseconds()})
    here = Browser(OFFICE, "uji", known=mine)
    there = Browser(OFFICE, "uji")
    name, number = user.username, user.id

    def keys(browser: Browser) -> list[tuple[sign_in_tries.Try, ...]]:
        first = sign_in_tries.claim_password(name, "salah", browser).tries
        return [first, sign_in_tries.claim_second_step(user, browser)]

    own = f"tanda {number}"
    assert keys(here) == [(("sign-in-known", own),), (("second-step-known", own),)]
    assert keys(there) == [
        (("sign-in-account", name), ("sign-in-address", OFFICE)),
        (("second-step", f"{number} {OFFICE}"), ("second-step-account", str(number))),
    ]
