"""Signing in again, for one act that gives out much at once."""

from flask_babel import gettext as _

from registry.accounts import passwords, second_factor, slowdown
from registry.accounts.models import User
from registry.accounts.operations import AccountRefused
from registry.accounts.signing_in import without_lock
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, short_write


def confirm_owner(user: User, password: str, code: str | None) -> None:
    """Make sure that the account's owner sits there; good for what follows in this request only.

    An account with a second factor gives a code of it besides, which then works no more.

    Guesses are slowed down like those of signing in. Nothing may be pending before it.

    Raises:
        AccountRefused: password or code is wrong; the message belongs to the field of that name.
        TooSoon: another try must wait.
    """
    with short_write():
        slowdown.claim(("confirm", user.username))
    with without_lock():
        is_right = passwords.matches(user.password_hash, password)
    with short_write():
        refusal = _refused_code(user, code) if is_right else _wrong_password()
        if refusal:
            log.record(Event.CONFIRMATION_FAILED, by=user.actor, area_code=user.area_code)
        else:
            slowdown.forget("confirm", user.username)
    if refusal:
        raise refusal


def _wrong_password() -> AccountRefused:
    return AccountRefused(_("Kata sandi salah."), "password")


def _refused_code(user: User, code: str | None) -> AccountRefused | None:
    locked = db.session.get_one(User, user.id, with_for_update=True, populate_existing=True)
    if not locked.has_second_factor:
        return None
    try:
        second_factor.use_code(locked, code or "")
    except second_factor.CodeRefused as refusal:
        return refusal
    return None
