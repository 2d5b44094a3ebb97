"""The day's re-assessment: finished once, before the first answer of the day.

A timer may do it earlier (`flask assess due`). Requests and commands wait for one another on a
lock, so that the registry is judged once, and every level shows the same day.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import monotonic

from flask import current_app
from sqlalchemy import text

from registry.db import db, short_write, snapshot
from registry.departures.assessing import assess_due, is_assessed_through
from registry.formatting import today

ASSESSED = "pamit_assessed_through"
KNOWN_SECONDS = 1.0
# Any number that no other advisory lock of the database uses.
ADVISORY_LOCK = 728_264_801


def finish_day() -> None:
    """Judge what falls due today, unless that was done; a comparison when this process knows.

    It knows for a second: another process, whose clock leapt and came back, may have judged for a
    day that is not today.
    """
    day, moment = today(), monotonic()
    known, since = current_app.extensions.get(ASSESSED, (None, 0.0))
    if known == day and 0 <= moment - since < KNOWN_SECONDS:
        return
    with snapshot():
        is_done = is_assessed_through(day)
    if not is_done:
        judge_due(day)
    current_app.extensions[ASSESSED] = (day, moment)


def judge_due(
    day: date, *, again: bool = False, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Judge what is due on the day, in a transaction of its own; answers how many departures.

    Args:
        again: also when the day was finished before.
    """
    with _alone(), short_write():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
        # Somebody else may have finished it while this one waited.
        if not again and is_assessed_through(day):
            return 0
        return assess_due(day, progress)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait without a time limit, where SQLite's own lock would give up after some seconds."""
    path = Path(current_app.instance_path) / "penilaian.lock"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
