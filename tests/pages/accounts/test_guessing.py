"""Guessing passwords through the sign-in page."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts import browsers
from registry.accounts.models import User
from registry.db import now
from tests.factories import PASSWORD, make_user
from tests.pages.accounts import sign_in_with

OFFICE, BROKER = "192.0.2.1", "198.51.100.7"
TOO_MANY = "Terlalu banyak percobaan. Tunggu"


def status(app: Flask, user: User, address: str, password: str = PASSWORD) -> int:
    """What a fresh browser at that address is answered."""
    return sign_in_with(app.test_client(), user.username, password, address=address).status_code


def test_guessing_is_answered_with_how_long_to_wait(app: Flask) -> None:
    user, client = make_user(), app.test_client()
    with time_machine.travel(now(), tick=False) as clock:
        for _turn in range(4):
            assert sign_in_with(client, user.username, "salah sama sekali").status_code == 200
        answer = sign_in_with(client, user.username, PASSWORD)
        assert answer.status_code == 429
        assert f"{TOO_MANY} 1 detik" in answer.text
        clock.shift(timedelta(seconds=1))
        assert sign_in_with(client, user.username, PASSWORD).status_code == 302


def test_unknown_usernames_are_slowed_down_alike(app: Flask) -> None:
    client = app.test_client()
    with time_machine.travel(now(), tick=False):
        statuses = [sign_in_with(client, "bukan.siapa", "salah").status_code for _turn in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_guesses_from_every_address_are_counted_together(app: Flask) -> None:
    user = make_user()
    with time_machine.travel(now(), tick=False) as clock:
        addresses = [f"203.0.113.{number}" for number in range(6)]
        statuses = [status(app, user, address, "salah") for address in addresses]
        assert statuses == [200] * 4 + [429] * 2
        assert status(app, user, OFFICE) == 429
        clock.shift(timedelta(seconds=1))
        assert status(app, user, OFFICE) == 302
        # The right one was not counted; the wrong ones still are.
        assert [status(app, user, OFFICE, "salah") for _turn in range(2)] == [200, 429]
        clock.shift(timedelta(seconds=1))
        assert status(app, user, OFFICE) == 429


def test_a_stranger_gets_in_once_the_guesses_have_ended(app: Flask) -> None:
    user = make_user()
    with time_machine.travel(now(), tick=False) as clock:
        for _guess in range(100):
            status(app, user, BROKER, "salah")
            clock.shift(timedelta(seconds=20))
        assert status(app, user, OFFICE) == 429
        clock.shift(timedelta(minutes=8))
        assert status(app, user, OFFICE) == 302


def test_one_address_that_tries_many_accounts_is_slowed_down(app: Flask) -> None:
    with time_machine.travel(now(), tick=False):
        statuses = [
            sign_in_with(app.test_client(), f"akun{n}", "salah", address=BROKER).status_code
            for n in range(25)
        ]
    assert statuses == [200] * 21 + [429] * 4


def test_who_signs_in_often_is_not_slowed_down(app: Flask) -> None:
    users = [make_user() for _turn in range(3)]
    with time_machine.travel(now(), tick=False):
        for user in users * 15:
            assert sign_in_with(app.test_client(), user.username, PASSWORD).status_code == 302


def test_guesses_at_the_current_password_are_slowed_down(
    sign_in: Callable[[User], FlaskClient],
) -> None:
    client = sign_in(make_user())
    new = "kerbau lompat pagar tinggi"
    data = {"current_password": "salah", "new_password": new, "repeat_password": new}
    with time_machine.travel(now(), tick=False):
        statuses = [client.post("/akun/kata-sandi", data=data).status_code for _turn in range(5)]
    assert statuses == [200, 200, 200, 200, 429]


def test_a_household_with_ipv6_is_one_address() -> None:
    assert browsers.network_of("2001:db8:1:2::1") == browsers.network_of("2001:db8:1:2:ffff::9")
    assert browsers.network_of("2001:db8:1:3::1") != browsers.network_of("2001:db8:1:2::1")
    assert browsers.network_of("192.0.2.1") == "192.0.2.1"
    assert browsers.network_of(None) == "-"


def test_devices_are_named_in_words() -> None:
    phone = "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/129.0 Safari/537.36"
    assert browsers.device_of(phone) == "Chrome, Android"
    assert browsers.device_of("") == "–"
