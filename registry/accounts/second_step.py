"""The second step of signing in: the code from the phone, after the password."""

from dataclasses import dataclass

from flask_babel import gettext as _

from registry.accounts import second_factor, sign_in_tries, signing_in, slowdown
from registry.accounts.access import SignedIn
from registry.accounts.browsers import Browser
from registry.accounts.models import AwaitedCode, User
from registry.accounts.second_factor import CodeRefused, Means
from registry.accounts.tokens import if_named, token_digest
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, now, short_write
from registry.enums import N_

TOO_LATE = N_("Waktu untuk menulis kode sudah habis. Masuk lagi dengan kata sandi Anda.")


@dataclass(frozen=True)
class StepResult:
    """A new session, or why there is none; either way the caller commits.

    Attributes:
        is_over: whether the sign-in has to begin anew.
        codes_left: how many recovery codes remain, where one was used.
    """

    signed_in: SignedIn | None = None
    message: str | None = None
    is_over: bool = False
    codes_left: int | None = None


def take(token: str, code: str, browser: Browser) -> StepResult:
    """Open the session that waits for this code; raises TooSoon.

    A code is counted before it is looked at, so that many guesses at once wait like many in a row.
    """
    awaited = _awaited(token)
    if awaited is None:
        return StepResult(message=_(TOO_LATE), is_over=True)
    user_id = awaited.user_id
    with short_write():
        tries = sign_in_tries.claim_second_step(db.session.get_one(User, user_id), browser)
    # Read again under the lock: meanwhile it may have been used, or ended with the account.
    user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
    awaited = _awaited(token)
    if awaited is None or user is None or not (user.is_active_account and user.has_second_factor):
        return StepResult(message=_(TOO_LATE), is_over=True)
    try:
        means = second_factor.use_code(user, code)
    except CodeRefused as refusal:
        signing_in.note_failure(user.actor, browser, "code")
        return StepResult(message=str(refusal))
    for kind, key in tries:
        slowdown.forget(kind, key)
    by_reset_code = awaited.by_reset_code
    db.session.delete(awaited)
    signed_in = signing_in.open_for(user, browser, by_reset_code=by_reset_code, means=means)
    is_recovery = means is Means.RECOVERY
    return StepResult(
        signed_in, codes_left=second_factor.count_recovery_codes(user) if is_recovery else None
    )


def confirm_code(user: User, code: str) -> None:
    """Take a code of the account's own second factor once more; raises CodeRefused, TooSoon.

    Call it last before the writing transaction's changes: the code is used up with their commit.
    """
    try:
        second_factor.use_code(user, code)
    except CodeRefused as refusal:
        with short_write():
            log.record(Event.CONFIRMATION_FAILED, by=user.actor, area_code=user.area_code)
        raise CodeRefused(str(refusal), "current_code") from refusal
    slowdown.forget("second-step-account", str(user.id))


def claim_code(user: User) -> None:
    """Count a try at the second factor of somebody who is signed in; raises TooSoon."""
    with short_write():
        slowdown.claim(("second-step-account", str(user.id)))


def _awaited(token: str) -> AwaitedCode | None:
    stored = db.session.get(AwaitedCode, token_digest(token), populate_existing=True)
    row = if_named(stored, token)
    is_fresh = row is not None and abs(now() - row.created_at) <= signing_in.CODE_AWAITED_FOR
    return row if is_fresh else None
