"""A thousand guesses in an hour: how many are checked, and whether the owner gets in meanwhile."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry.accounts.known_browsers import KnownBrowser
from registry.accounts.slowdown import PACES, Pace
from tests.factories import make_user
from tests.pages.accounts.test_known_browsers import (
    OFFICE,
    checks,
    clock,
    copied,
    guess,
    known,
    try_of,
)

__all__ = ["checks", "clock"]  # fixtures

FREE = Pace(free=10**6, delays=(1,))
MILD = Pace(free=30, delays=(1, 2, 4, 5), forgiven_every=timedelta(minutes=1))


def hour_of_guesses(
    app: Flask,
    clock: time_machine.Traveller,
    checks: list[str | None],
    address_of: Callable[[int], str],
    guesses: int = 1000,
) -> int:
    """How many guesses were checked, while the owner came in ten times from a known browser."""
    user = make_user()
    own = known(app, user)
    checks.clear()
    for number in range(guesses):
        answer = guess(app.test_client(), user.username, address_of(number))
        assert answer.status_code in (200, 429)
        if number % (guesses // 10) == guesses // 20:
            assert try_of(own, user) == 302, "the owner waits"
            own.post("/keluar")
        clock.shift(3600 / guesses)
    return len(checks) - 10


def same(_number: int) -> str:
    return OFFICE


def many(number: int) -> str:
    return f"10.{number // 250}.0.{number % 250}"


@pytest.mark.parametrize("address_of", [same, many])
def test_the_rightful_user_is_never_locked_out_by_guesses_from_elsewhere(
    app: Flask, clock: time_machine.Traveller, checks: list[str | None], address_of: Any
) -> None:
    assert 10 < hour_of_guesses(app, clock, checks, address_of) <= 20


def test_canary_an_owner_who_waits_like_strangers_is_noticed(
    app: Flask, clock, checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KnownBrowser, "key_of", lambda self, user: None)
    with pytest.raises(AssertionError, match="the owner waits"):
        hour_of_guesses(app, clock, checks, same, guesses=200)


def test_canary_an_account_that_is_guessed_at_too_fast_is_noticed(
    app: Flask, clock, checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "sign-in-account", MILD)
    assert hour_of_guesses(app, clock, checks, many, guesses=200) > 20


def checks_of_thief(app: Flask, clock: Any, checks: list[str | None], guesses: int = 400) -> int:
    user = make_user()
    thief = copied(app, known(app, user))
    checks.clear()
    for number in range(guesses):
        guess(thief, user.username, many(number))
        clock.shift(3600 / guesses)
    return len(checks)


def test_a_thief_of_the_cookie_gets_twenty_checks_an_hour(app: Flask, clock, checks) -> None:
    assert 10 < checks_of_thief(app, clock, checks) <= 20


def test_canary_a_known_browser_that_is_not_counted_is_noticed(
    app: Flask, clock, checks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "sign-in-known", FREE)
    assert checks_of_thief(app, clock, checks, guesses=100) > 20
