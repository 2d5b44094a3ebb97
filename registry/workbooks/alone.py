"""What one person may take out unmasked alone: how many rows a day, small files at which pace."""

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _

from registry.accounts import slowdown
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.accounts.slowdown import NO_WAIT
from registry.departures.routes import LOOKS_PER_HOUR
from registry.workbooks import export_requests


def needs_second_person(user: User, rows: int) -> bool:
    """Whether so many rows, with those of the last 24 hours, are too many for one person."""
    limit = _limit()
    return limit > 0 and limit < rows + export_requests.taken_out_alone(user)


def left_today(user: User) -> int:
    """How many rows the account may still take out without a second person."""
    return max(0, _limit() - export_requests.taken_out_alone(user))


def wait_of(user: User, rows: int) -> timedelta:
    """How long a file of so many rows must wait; nothing is counted."""
    if not _is_paced(user, rows):
        return NO_WAIT
    return slowdown.wait_for("reveal", user.username, per_hour=LOOKS_PER_HOUR, times=rows)


def count_looks(user: User, rows: int) -> None:
    """Count a small file as showing its people one by one; raises TooSoon when it must wait."""
    if _is_paced(user, rows):
        slowdown.allow("reveal", user.username, per_hour=LOOKS_PER_HOUR, times=rows)


def wait_words(wait: timedelta) -> str:
    """Why a small file must wait, how long, and what goes at once."""
    return str(
        _(
            "Berkas sampai %(limit)s keberangkatan dihitung seperti menampilkan orangnya satu per"
            " satu: paling banyak %(limit)s dalam satu jam. Tunggu %(time)s, atau unduh yang"
            " disamarkan saja.",
            limit=LOOKS_PER_HOUR,
            time=slowdown.in_words(wait),
        )
    )


def _is_paced(user: User, rows: int) -> bool:
    """Whether a file counts as showing its people one by one: a small one, above the village.

    A larger one is held by the rows that one person may take out in a day.
    """
    is_small = 0 < rows <= LOOKS_PER_HOUR and not needs_second_person(user, rows)
    return is_small and user.role is not Role.OPERATOR


def _limit() -> int:
    limit: int = current_app.config["PAMIT"].second_person_rows
    return limit
