"""Growing delays instead of lock-outs, for an account, an address, or a kind of look-up.

A try is counted before it is checked and given back when it was right, so that many guesses at once
wait like many guesses in a row. Under which keys a try at signing in is counted, and why guesses of
others do not keep the rightful user out, stands in `registry.accounts.sign_in_tries`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from registry.accounts.models import SlowDown
from registry.db import db, may_write, now, short_write
from registry.sealing import keyring

FORGOTTEN_AFTER = timedelta(days=1)
WINDOW = timedelta(hours=1)
NO_WAIT = timedelta(0)
CLOCK_SLACK = timedelta(minutes=1)


class TooSoon(Exception):
    """The next try must wait; the message says how long, in Indonesian.

    Attributes:
        wait: how long.
    """

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait

    @property
    def headers(self) -> dict[str, str]:
        """What an answer of 429 carries besides its page."""
        return {"Retry-After": str(ceil(self.wait.total_seconds()))}


@dataclass(frozen=True)
class Pace:
    """How the delay of one kind of try grows.

    Attributes:
        free: failures without any delay.
        delays: seconds after each failure beyond those; the last one holds for all that follow.
        forgiven_every: time after which one failure is forgotten, where many share the key.
    """

    free: int
    delays: tuple[int, ...]
    forgiven_every: timedelta | None = None

    def delay_after(self, tries: int) -> timedelta:
        beyond = tries - self.free
        if beyond <= 0:
            return NO_WAIT
        return timedelta(seconds=self.delays[min(beyond, len(self.delays)) - 1])

    def still_counted(self, tries: int, since: timedelta) -> int:
        """How many of the failures count after a time of quiet."""
        if since >= FORGOTTEN_AFTER:
            return 0
        if self.forgiven_every is None:
            return tries
        return max(0, tries - since // self.forgiven_every)


USUAL_PACE = Pace(free=3, delays=(1, 2, 4, 8, 16, 32, 60))
# Who mistypes waits a minute at most; who goes on guessing gets under 20 checks an hour.
PERSISTENT_PACE = Pace(free=3, delays=(*USUAL_PACE.delays, 120, 240, 480))
# A mobile network puts a whole kabupaten behind one address: it is slow to anger, and forgets.
ADDRESS_PACE = Pace(free=20, delays=USUAL_PACE.delays, forgiven_every=timedelta(minutes=1))
# All browsers together in which the account never signed in: who guesses gets under 20 checks an
# hour from however many addresses. Forgiven too slowly for a guesser to gain by it.
ACCOUNT_PACE = replace(PERSISTENT_PACE, forgiven_every=timedelta(minutes=30))
# One-time codes cannot be guessed; this only keeps an address from costing much work.
CODE_PACE = Pace(free=10, delays=(1,), forgiven_every=timedelta(minutes=1))
# Guessing the phone's code from many addresses, by who has the password: 70 checks an hour at most.
SECOND_STEP_PACE = Pace(free=10, delays=USUAL_PACE.delays)
PACES = {
    "confirm": PERSISTENT_PACE,
    "sign-in-account": ACCOUNT_PACE,
    "sign-in-address": ADDRESS_PACE,
    "sign-in-code": CODE_PACE,
    "sign-in-known": PERSISTENT_PACE,
    "second-step": PERSISTENT_PACE,
    "second-step-known": PERSISTENT_PACE,
    "second-step-account": SECOND_STEP_PACE,
}

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
Try = tuple[str, str]  # a kind and a key


def _wait(row: SlowDown, moment: datetime) -> timedelta:
    """What is left of the delay, and never more than it was, also after a clock was put back."""
    return max(row.next_at - max(moment, row.last_at), NO_WAIT)


def claim(*tries: Try) -> None:
    """Count a try under all its keys before it is checked; raises TooSoon when one must wait.

    Call `forget` or `give_back` when the try turns out right.
    """
    rows = [(kind, _locked_row(kind, key)) for kind, key in sorted(tries)]
    moment = now()
    wait = max(_wait(row, moment) for _kind, row in rows)
    if wait > NO_WAIT:
        raise TooSoon(
            _("Terlalu banyak percobaan. Tunggu %(time)s, lalu coba lagi.", time=in_words(wait)),
            wait,
        )
    for kind, row in rows:
        _count_failure(kind, row)


def forget(kind: str, key: str) -> None:
    """Let the next try start afresh, after a right one."""
    db.session.execute(delete(SlowDown).where(SlowDown.digest == _digest(kind, key)))


def give_back(kind: str, key: str) -> None:
    """Take back one claimed try, where the key is shared and its failures must stay counted."""
    row = _locked_row(kind, key)
    row.tries = max(0, row.tries - 1)
    row.last_at = row.next_at = now()


def allow(kind: str, key: str, *, per_hour: int, times: int = 1) -> None:
    """Count look-ups of a kind; raises TooSoon beyond so many in any sixty minutes.

    On a page that reads, the count is a short write of its own. In a request that writes it belongs
    to the request's transaction: call it before anything is changed, and commit even when the
    answer to the look-up is no.

    Args:
        times: how many at once, no more than `per_hour`; all of them are counted or none.
    """
    if may_write():
        _count_look_up(kind, key, per_hour, times)
        return
    with short_write():
        _count_look_up(kind, key, per_hour, times)


def wait_for(kind: str, key: str, *, per_hour: int, times: int) -> timedelta:
    """How long so many look-ups must wait; nothing is counted."""
    row, moment = db.session.get(SlowDown, _digest(kind, key), populate_existing=True), now()
    if row is None or _lies_ahead(row, moment):
        return NO_WAIT
    return _wait_for_room(_looks_of(row, moment), moment, per_hour, times)


def count(kind: str, key: str) -> int:
    """Count one more of a kind in this hour, and answer how many there were; in a writing
    transaction."""
    row = _row_of_this_hour(kind, key)
    row.tries, row.last_at = row.tries + 1, now()
    return row.tries


def purge() -> None:
    """Forget what is older than a day."""
    db.session.execute(delete(SlowDown).where(SlowDown.last_at < now() - FORGOTTEN_AFTER))


def _lies_ahead(row: SlowDown, moment: datetime) -> bool:
    """Whether it was counted while the clock was wrong; nobody waits until that day comes."""
    return row.last_at > moment + CLOCK_SLACK


def in_words(wait: timedelta) -> str:
    """`8 detik`, `3 menit`: rounded up, so that who waits so long is let through."""
    seconds = ceil(wait.total_seconds())
    if seconds <= 90:
        return str(ngettext("%(number)s detik", "%(number)s detik", seconds, number=seconds))
    return str(_("%(number)s menit", number=ceil(seconds / 60)))


def _count_failure(kind: str, row: SlowDown) -> None:
    pace, moment = PACES.get(kind, USUAL_PACE), now()
    row.tries = pace.still_counted(row.tries, moment - row.last_at) + 1
    row.last_at, row.next_at = moment, moment + pace.delay_after(row.tries)


def _looks_of(row: SlowDown, moment: datetime) -> list[float]:
    begin = (moment - WINDOW).timestamp()
    return [at for at in row.looks or [] if at > begin]


def _wait_for_room(looks: list[float], moment: datetime, per_hour: int, times: int) -> timedelta:
    """Until so many of the hour's looks are an hour old that there is room for these."""
    beyond = len(looks) + times - per_hour
    if beyond <= 0:
        return NO_WAIT
    return timedelta(seconds=looks[beyond - 1] - (moment - WINDOW).timestamp())


def _count_look_up(kind: str, key: str, per_hour: int, times: int) -> None:
    row, moment = _locked_row(kind, key), now()
    looks = _looks_of(row, moment)
    wait = _wait_for_room(looks, moment, per_hour, times)
    if wait > NO_WAIT:
        said = {"count": per_hour, "time": in_words(wait)}
        raise TooSoon(_("Batas %(count)s kali per jam tercapai. Tunggu %(time)s.", **said), wait)
    row.looks, row.last_at = [*looks, *[moment.timestamp()] * times], moment


def _row_of_this_hour(kind: str, key: str) -> SlowDown:
    row, moment = _locked_row(kind, key), now()
    if row.tries == 0 or row.next_at <= moment:
        row.tries, row.next_at = 0, moment + WINDOW
    return row


def _locked_row(kind: str, key: str) -> SlowDown:
    digest, moment = _digest(kind, key), now()
    insert = _INSERTS[db.engine.dialect.name]
    fresh = {"digest": digest, "tries": 0, "last_at": moment, "next_at": moment}
    db.session.execute(insert(SlowDown).values(fresh).on_conflict_do_nothing())
    statement = select(SlowDown).where(SlowDown.digest == digest).with_for_update()
    row = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    if _lies_ahead(row, moment):
        row.tries, row.looks, row.last_at, row.next_at = 0, None, moment, moment
    return row


def _digest(kind: str, key: str) -> bytes:
    return keyring().lasting_digest(f"slow:{kind}", key)
