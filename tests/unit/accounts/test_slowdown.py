"""Growing delays: how fast they grow, and that they never lock out."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from registry.accounts import slowdown
from registry.accounts.models import SlowDown
from registry.accounts.slowdown import ADDRESS_PACE, PACES, USUAL_PACE, TooSoon
from registry.db import allow_writing, db, now
from tests import guesses

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def clock(app: Flask) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def seconds(kind: str = "uji", key: str = "a") -> float:
    return guesses.wait_for(kind, key).total_seconds()


def test_three_failures_are_free_and_the_delay_then_doubles(clock: object) -> None:
    waits = []
    for _turn in range(12):
        guesses.fail("uji", "a")
        waits.append(seconds())
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_key_does_not_slow_down_another_key_or_kind(clock: object) -> None:
    for _turn in range(6):
        guesses.fail("uji", "a")
    assert seconds("uji", "b") == seconds("lain", "a") == 0


def test_a_right_try_starts_afresh(clock: object) -> None:
    for _turn in range(6):
        guesses.fail("uji", "a")
    slowdown.forget("uji", "a")
    assert seconds() == 0


def test_the_delay_outlives_the_process(clock: time_machine.Traveller) -> None:
    for _turn in range(5):
        guesses.fail("uji", "a")
    db.session.commit()
    db.session.remove()
    assert seconds() == 2
    clock.shift(2)
    assert seconds() == 0


def test_a_try_that_comes_too_soon_says_how_long_to_wait(clock: time_machine.Traveller) -> None:
    for _turn in range(7):
        guesses.fail("uji", "a")
    with pytest.raises(TooSoon, match="Tunggu 8 detik"):
        slowdown.claim(("uji", "a"))
    clock.shift(8)
    slowdown.claim(("uji", "a"))


def test_a_refused_try_is_not_counted(clock: time_machine.Traveller) -> None:
    for _turn in range(5):
        guesses.fail("uji", "a")
    for _turn in range(50):
        with pytest.raises(TooSoon):
            slowdown.claim(("uji", "a"), ("uji", "b"))
    clock.shift(2)
    slowdown.claim(("uji", "a"))
    assert seconds() == 4
    assert seconds("uji", "b") == 0


def test_failures_are_forgotten_after_a_day(clock: time_machine.Traveller) -> None:
    for _turn in range(9):
        guesses.fail("uji", "a")
    db.session.commit()
    clock.shift(timedelta(days=1, seconds=1))
    guesses.fail("uji", "a")
    assert seconds() == 0
    clock.shift(timedelta(days=1, seconds=1))
    slowdown.purge()
    assert db.session.query(SlowDown).count() == 0


USUAL = [1, 2, 4, 8, 16, 32, 60, 60]
LONG = [*USUAL[:7], 120, 240, 480, 480]
DECIDED = {
    "confirm": (3, LONG),
    "sign-in-account": (3, LONG),
    "sign-in-address": (20, USUAL),
    "sign-in-code": (10, [1, 1]),
    "sign-in-known": (3, LONG),
    "second-step": (3, LONG),
    "second-step-known": (3, LONG),
    "second-step-account": (10, USUAL),
}


@pytest.mark.parametrize("kind", PACES)
def test_each_kind_of_try_waits_as_was_decided(kind: str) -> None:
    free, delays = DECIDED[kind]
    waits = [
        PACES[kind].delay_after(tries).total_seconds() for tries in range(free + len(delays) + 1)
    ]
    assert waits == [0] * (free + 1) + delays


def test_only_where_many_share_a_key_is_a_failure_forgiven() -> None:
    left = {kind: pace.still_counted(90, timedelta(hours=1)) for kind, pace in PACES.items()}
    shared = {"sign-in-address": 30, "sign-in-code": 30, "sign-in-account": 88}
    assert left == {kind: shared.get(kind, 90) for kind in PACES}
    assert ADDRESS_PACE.still_counted(1, timedelta(hours=1)) == 0
    assert USUAL_PACE.still_counted(9, timedelta(days=1)) == 0
    assert USUAL_PACE.still_counted(9, timedelta(hours=23, minutes=59)) == 9


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 detik"), (90, "90 detik"), (90.1, "2 menit"), (120, "2 menit"), (121, "3 menit")],
)
def test_a_wait_is_told_rounded_up(app: Flask, seconds: float, words: str) -> None:
    wait = timedelta(seconds=seconds)
    assert slowdown.in_words(wait) == words
    assert int(TooSoon(words, wait).headers["Retry-After"]) >= seconds


def test_a_clock_that_is_a_minute_wrong_forgives_nothing_and_one_more_wrong_does(
    clock: time_machine.Traveller,
) -> None:
    for _turn in range(5):
        guesses.fail("uji", "a")
    clock.shift(-60)
    assert seconds() == 2
    clock.shift(-1)
    assert seconds() == 0
    waits = []
    for _turn in range(4):
        guesses.fail("uji", "a")
        waits.append(seconds())
    assert waits == [0, 0, 0, 1]


def test_what_another_process_counted_is_seen(clock: object) -> None:
    for _turn in range(5):
        guesses.fail("uji", "a")
    rows = SlowDown.__table__

    def another_process(tries: int) -> None:
        wait = timedelta(seconds=30)
        db.session.execute(update(rows).values(tries=tries, next_at=START + wait))

    held = db.session.query(SlowDown).one()  # or the session would forget it, and ask again
    assert seconds() == 2
    another_process(7)
    assert seconds() == 30
    another_process(8)
    guesses.fail("uji", "a")
    assert seconds() == 32
    assert held.tries == 9


def test_the_message_is_all_that_is_said(app: Flask) -> None:
    assert str(TooSoon("Tunggu 8 detik.", timedelta(seconds=8))) == "Tunggu 8 detik."


def test_what_is_a_day_old_to_the_second_is_still_kept(clock: time_machine.Traveller) -> None:
    guesses.fail("uji", "a")
    clock.shift(timedelta(days=1))
    slowdown.purge()
    assert db.session.query(SlowDown).count() == 1


def test_a_try_that_is_given_back_leaves_nothing(clock: object) -> None:
    slowdown.claim(("sign-in-address", "192.0.2.1"))
    slowdown.give_back("sign-in-address", "192.0.2.1")
    waits = []
    for _turn in range(21):
        guesses.fail("sign-in-address", "192.0.2.1")
        waits.append(seconds("sign-in-address", "192.0.2.1"))
    assert waits == [0] * 20 + [1]


def test_what_is_counted_by_the_hour_starts_anew_when_the_hour_is_over(
    clock: time_machine.Traveller,
) -> None:
    assert [slowdown.count("surat", "a") for _turn in range(3)] == [1, 2, 3]
    clock.shift(timedelta(minutes=59))
    assert slowdown.count("surat", "a") == 4
    clock.shift(timedelta(minutes=1))
    assert [slowdown.count("surat", "a") for _turn in range(2)] == [1, 2]


def test_a_shared_address_forgives_with_time() -> None:
    assert ADDRESS_PACE.still_counted(30, timedelta(minutes=10)) == 20
    assert USUAL_PACE.still_counted(30, timedelta(minutes=10)) == 30


GUESSED = [kind for kind, pace in PACES.items() if pace.delays[-1] == LONG[-1]]


def checks_in_an_hour(clock: time_machine.Traveller, kind: str, every: float) -> int:
    checks, end = 0, now() + timedelta(hours=1)
    while now() < end:
        with suppress(TooSoon):
            slowdown.claim((kind, "siti"))
            checks += 1
        clock.shift(every)
    return checks


@pytest.mark.parametrize("kind", GUESSED)
def test_a_thousand_guesses_in_an_hour_get_at_most_twenty_checks(
    clock: time_machine.Traveller, kind: str
) -> None:
    assert 10 < checks_in_an_hour(clock, kind, 3.6) <= 20


def test_a_guesser_gains_nothing_by_waiting_for_what_is_forgiven(
    clock: time_machine.Traveller,
) -> None:
    for hours in range(30):
        # An hour of guesses, then ever longer ones of quiet.
        assert checks_in_an_hour(clock, "sign-in-account", 60) <= 20
        clock.shift(timedelta(minutes=20 * hours))


def test_a_right_try_keeps_the_failures_of_a_shared_address(clock: object) -> None:
    for _turn in range(25):
        guesses.fail("sign-in-address", "192.0.2.1")
    slowdown.give_back("sign-in-address", "192.0.2.1")
    assert seconds("sign-in-address", "192.0.2.1") == 0
    guesses.fail("sign-in-address", "192.0.2.1")
    assert seconds("sign-in-address", "192.0.2.1") == 16


def test_look_ups_are_counted_by_the_hour(clock: time_machine.Traveller) -> None:
    for _turn in range(60):
        slowdown.allow("reveal", "siti", per_hour=60)
        clock.shift(30)
    with pytest.raises(TooSoon, match="60 kali per jam.*30 menit"):
        slowdown.allow("reveal", "siti", per_hour=60)
    slowdown.allow("reveal", "budi", per_hour=60)
    clock.shift(timedelta(minutes=30))
    slowdown.allow("reveal", "siti", per_hour=60)


def test_a_look_up_on_a_reading_page_is_counted_at_once(clock: object) -> None:
    allow_writing(False)
    try:
        slowdown.allow("search", "siti", per_hour=1)
        db.session.rollback()
        with pytest.raises(TooSoon):
            slowdown.allow("search", "siti", per_hour=1)
    finally:
        db.session.rollback()
        allow_writing(True)


def test_the_database_holds_no_names_or_addresses(clock: object) -> None:
    guesses.fail("sign-in-account", "siti 192.0.2.1")
    row = db.session.query(SlowDown).one()
    assert len(row.digest) == 16
    assert b"siti" not in row.digest


def test_every_pace_grows() -> None:
    for pace in PACES.values():
        assert list(pace.delays) == sorted(pace.delays)
