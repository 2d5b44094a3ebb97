"""Tries to open what one may not, in the journal: a role that lacks the right, a record elsewhere.

An entry says who tried, with which role and which page, never whose record it was: the address of
a stranger's record must not lie where a lower office could read it. So that a flood of tries
cannot fill the journal, an account has the first ones of an hour written one by one, and after
that each doubling, with how many there were.
"""

from flask import current_app, request

from registry.accounts import slowdown
from registry.accounts.access import current_user_or_none, declared_permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import short_write

DENIED = frozenset({403, 404})
SINGLE_ENTRIES = 20


def note_denial(status: int) -> None:
    """Journal that this request was refused to a signed-in account, in a short write of its own."""
    if status not in DENIED or not _is_guarded():
        return
    user = current_user_or_none()
    if user is None:
        return
    with short_write():
        tries = slowdown.count("denied", user.username)
        if is_written(tries):
            log.record(
                Event.ACCESS_DENIED,
                by=user.actor,
                area_code=user.area_code,
                detail={"halaman": request.endpoint, "status": status, "kali": tries},
            )


def is_written(tries: int) -> bool:
    """Whether the try of that number in an hour has an entry: 1 to 20, then 40, 80, 160 ..."""
    if tries <= SINGLE_ENTRIES:
        return True
    times, rest = divmod(tries, SINGLE_ENTRIES)
    return rest == 0 and times & (times - 1) == 0


def _is_guarded() -> bool:
    if request.endpoint is None:
        return False
    try:
        permission = declared_permission(current_app.view_functions[request.endpoint])
    except LookupError:
        return True
    return permission is not None
