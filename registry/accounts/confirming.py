"""Signing in again, for one act that gives out much at once."""

from flask_babel import gettext as _

from registry.accounts import passwords, slowdown
from registry.accounts.models import User
from registry.accounts.operations import AccountRefused
from registry.accounts.signing_in import without_lock
from registry.audit import log
from registry.audit.events import Event
from registry.db import short_write


def confirm_owner(user: User, password: str) -> None:
    """Make sure that the account's owner sits there; good for what follows in this request only.

    Guesses are slowed down like those of signing in. Nothing may be pending before it.

    Raises:
        AccountRefused: the password is wrong; the message belongs to the field `password`.
        TooSoon: another try must wait.
    """
    with short_write():
        slowdown.claim(("confirm", user.username))
    with without_lock():
        is_right = passwords.matches(user.password_hash, password)
    with short_write():
        if is_right:
            slowdown.forget("confirm", user.username)
        else:
            log.record(Event.CONFIRMATION_FAILED, by=user.actor, area_code=user.area_code)
    if not is_right:
        raise AccountRefused(_("Kata sandi salah."), "password")
