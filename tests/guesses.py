"""Wrong guesses, and how long the next one must wait, without the pages that ask for them."""

from datetime import timedelta

from registry.accounts import slowdown
from registry.db import db, now


def fail(kind: str, key: str) -> None:
    """One more wrong guess, also where it should still have waited."""
    slowdown._count_failure(kind, slowdown._locked_row(kind, key))
    db.session.flush()


def wait_for(kind: str, key: str) -> timedelta:
    """How long the next guess must wait; nothing when it may be made now."""
    return slowdown._wait(slowdown._locked_row(kind, key), now())
