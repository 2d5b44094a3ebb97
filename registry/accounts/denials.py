"""Denied tries in the journal: what one may not open, looks beyond the limit, a refused reveal.

An entry says who tried, with which role and which page, never whose record it was: the address of
a stranger's record must not lie where a lower office could read it. So that a flood of tries
cannot fill the journal, an account has the first ones of an hour written one by one, and after
that each doubling, with how many there were.
"""

from flask import current_app, request

from registry.accounts import slowdown
from registry.accounts.access import current_user_or_none, declared_permission
from registry.accounts.roles import Permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import short_write

DENIED = frozenset({403, 404})
# Refused for the pace or the state of things: told where people would have been seen.
DENIED_LOOK = frozenset({409, 429})
LOOKS = frozenset(
    {
        Permission.SEE_PEOPLE,
        Permission.RECORD,
        Permission.PRINT_LETTERS,
        Permission.REVEAL,
        Permission.EXPORT_PEOPLE,
        Permission.EXPORT_UNMASKED,
    }
)
SINGLE_ENTRIES = 20


def note_denial(status: int) -> None:
    """Journal that this request was refused to a signed-in account, in a short write of its own.

    Args:
        status: 403 or 404 of any page that asks for a right; 429 of a page about people, and 409
            of a "tampilkan".
    """
    if not _is_denial(status):
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


def _is_denial(status: int) -> bool:
    if request.endpoint is None or status not in DENIED | DENIED_LOOK:
        return False
    try:
        permission = declared_permission(current_app.view_functions[request.endpoint])
    except LookupError:
        return status in DENIED
    if status in DENIED:
        return permission is not None
    # A stale form of a record or a flag is no try to see somebody.
    return permission in (LOOKS if status == 429 else {Permission.REVEAL})
