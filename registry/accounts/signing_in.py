"""Signing in and out, and the user's own password and sessions.

Hashing takes tens of milliseconds, so it happens in `without_lock`, before the writing transaction;
what was checked there is compared again inside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete

from registry.accounts import access, kept_forms, passwords, queries, sign_in_tries, slowdown
from registry.accounts.access import SignedIn
from registry.accounts.browsers import Browser
from registry.accounts.models import AwaitedCode, User, UserSession
from registry.accounts.operations import (
    UNKNOWN_USERNAME,
    AccountRefused,
    normal_username,
    refuse_weak,
)
from registry.accounts.second_factor import Means
from registry.accounts.slowdown import TooSoon
from registry.accounts.tokens import new_token, token_digest
from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.db import allow_writing, db, now, short_write
from registry.enums import N_

CODE_AWAITED_FOR = timedelta(minutes=5)
SESSIONS_KEPT_FOR = timedelta(days=2)  # an ended one still tells whose form to keep
UNKNOWN_ACTOR = Actor(UNKNOWN_USERNAME, "none", "0")

WRONG = N_("Nama pengguna atau kata sandi salah.")
EXPIRED_CODE = N_("Kode ini sudah kedaluwarsa. Mintalah kode baru kepada yang membuatnya.")


@dataclass(frozen=True)
class SignInResult:
    """A new session, or the reason why there is none; either way the caller commits.

    Attributes:
        awaited: token of a sign-in that waits for its second step.
        wait: how long a password must wait, where a text was no right one-time code.
    """

    signed_in: SignedIn | None = None
    message: str | None = None
    awaited: str | None = None
    wait: TooSoon | None = None


@dataclass(frozen=True)
class Checked:
    """What a password was compared with, outside the writing transaction."""

    user_id: int | None
    stored: str | None
    is_right: bool
    new_hash: str | None


@contextmanager
def without_lock() -> Iterator[None]:
    """Read and compute without the lock that writers wait for; nothing may be pending before it."""
    db.session.rollback()
    allow_writing(False)
    try:
        yield
    finally:
        db.session.rollback()
        allow_writing(True)


def sign_in(username: str, password: str, browser: Browser) -> SignInResult:
    """Take a right password or one-time code; raises TooSoon.

    It opens a session, or where the account has a second factor, waits for that
    (see `registry.accounts.second_step`).
    """
    username = normal_username(username)
    with short_write():
        slowdown.purge()
        claimed = sign_in_tries.claim_password(username, password, browser)
    with without_lock():
        checked = _check(
            queries.find_by_username(username), password, only_code=claimed.wait is not None
        )
    user = db.session.get(User, checked.user_id, with_for_update=True) if checked.user_id else None
    refusal = _refusal(user, checked)
    if user is None or refusal:
        note_failure(user.actor if user else UNKNOWN_ACTOR, browser)
        return SignInResult(message=refusal, wait=None if checked.is_right else claimed.wait)
    if checked.new_hash:
        user.password_hash = checked.new_hash
    claimed.give_back()
    by_reset_code = user.reset_code_hash is not None
    if user.has_second_factor:
        if checked.new_hash:
            log.record(Event.PASSWORD_HASHED_ANEW, by=user.actor, area_code=user.area_code)
        return SignInResult(awaited=_await_code(user, by_reset_code=by_reset_code))
    return SignInResult(open_for(user, browser, by_reset_code=by_reset_code))


def _check(user: User | None, password: str, *, only_code: bool) -> Checked:
    """Compare once, with the code where one was made and else with the password.

    Args:
        only_code: compare with nothing where there is no code, which takes the same time.
    """
    if user is None:
        return Checked(None, None, passwords.matches(None, password), None)
    is_code = user.reset_code_hash is not None
    if only_code and not is_code:
        return Checked(user.id, None, passwords.matches(None, password), None)
    stored = user.reset_code_hash if is_code else user.password_hash
    typed = passwords.normal_code(password) if is_code else password
    is_right = passwords.matches(stored, typed)
    must_rehash = is_right and not is_code and passwords.needs_rehash(user.password_hash)
    new_hash = passwords.hash_password(password) if must_rehash else None
    return Checked(user.id, stored, is_right, new_hash)


def _refusal(user: User | None, checked: Checked) -> str | None:
    if user is None or not checked.is_right or not user.is_active_account:
        return str(_(WRONG))
    if checked.stored != (user.reset_code_hash or user.password_hash):
        return str(_(WRONG))  # changed or used meanwhile
    if user.reset_code_hash and (user.reset_expires_at or now()) <= now():
        return str(_(EXPIRED_CODE))
    return None


def open_for(
    user: User, browser: Browser, *, by_reset_code: bool, means: Means | None = None
) -> SignedIn:
    """Open a session for who has proved to be the user, and note it."""
    if by_reset_code:
        user.reset_code_hash = user.reset_expires_at = None
        user.must_change_password = True
    _tidy_sessions(browser.old_token)
    user.last_signed_in_at = now()
    detail: dict[str, Any] = {
        "address": browser.address,
        "device": browser.device,
        "code": by_reset_code,
    }
    if means:
        detail["second"] = means.value
    log.record(Event.SIGNED_IN, by=user.actor, area_code=user.area_code, detail=detail)
    return access.open_session(user, browser.device)


def note_failure(by: Actor, browser: Browser, step: str = "password") -> None:
    detail = {"address": browser.address, "device": browser.device, "step": step}
    log.record(Event.SIGN_IN_FAILED, by=by, area_code=by.area_code, detail=detail)


def _await_code(user: User, *, by_reset_code: bool) -> str:
    db.session.execute(delete(AwaitedCode).where(AwaitedCode.created_at < now() - CODE_AWAITED_FOR))
    token = new_token(user.id)
    db.session.add(
        AwaitedCode(
            token_digest=token_digest(token),
            user_id=user.id,
            by_reset_code=by_reset_code,
            created_at=now(),
        )
    )
    return token


def _tidy_sessions(old_token: str | None) -> None:
    kept_forms.purge()
    outlived = UserSession.created_at < now() - SESSIONS_KEPT_FOR
    db.session.execute(delete(UserSession).where(outlived))
    if old_token:
        digest = token_digest(old_token)
        db.session.execute(delete(UserSession).where(UserSession.token_digest == digest))


def sign_out(user: User) -> None:
    """End the session of this browser."""
    log.record(Event.SIGNED_OUT, by=user.actor, area_code=user.area_code)
    access.end_this_session()


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the sessions of the user's own account, all `but` one; answers how many."""
    ended = access.end_all_sessions(user, but=but)
    detail = {"ended": ended}
    log.record(Event.SESSIONS_ENDED, by=user.actor, area_code=user.area_code, detail=detail)
    return ended


def end_session(user: User, name: str) -> bool:
    """End the one session of the user whose digest begins so; answers whether there was one."""
    for session in queries.list_sessions(user):
        if session.token_digest.hex().startswith(name):
            db.session.delete(session)
            detail = {"ended": 1, "device": session.device}
            log.record(Event.SESSIONS_ENDED, by=user.actor, area_code=user.area_code, detail=detail)
            return True
    return False


def set_language(user: User, language: str) -> None:
    user.language = language


@dataclass(frozen=True)
class Credentials:
    """What an account holds to be signed in with, but for its second factor."""

    password_hash: str
    reset_code_hash: str | None

    @classmethod
    def of(cls, user: User) -> "Credentials":
        return cls(user.password_hash, user.reset_code_hash)


@dataclass(frozen=True)
class NewPassword:
    """A hashed new password, and what the account held when it was asked for."""

    hash: str
    replaces: Credentials


def prepare_password(user: User, current: str | None, new: str) -> NewPassword:
    """Check the current password and hash the new one; raises AccountRefused and TooSoon.

    Args:
        current: None where a new password is forced and no current one exists.
    """
    replaces = confirm_password(user, current) if current is not None else Credentials.of(user)
    refuse_weak(new, user.username)
    with without_lock():
        return NewPassword(passwords.hash_password(new), replaces)


def confirm_password(user: User, password: str) -> Credentials:
    """What the account holds now that its password was proved; raises AccountRefused, TooSoon.

    Compare it again in the writing transaction, and let the next try start afresh:
    `refuse_if_changed`.
    """
    with short_write():
        slowdown.claim(("password", user.username))
    with without_lock():
        held = Credentials.of(user)
        if not passwords.matches(user.password_hash, password):
            raise AccountRefused(_("Kata sandi yang sekarang salah."), "current_password")
    return held


def refuse_if_changed(user: User, held: Credentials) -> None:
    """Raise AccountRefused when the account was reset or changed since; its row is then locked.

    Nothing of the account may be changed before it: it is read again.
    """
    db.session.refresh(user, with_for_update=True)
    if held != Credentials.of(user):
        raise AccountRefused(_("Akun ini baru saja diubah. Masuk lagi, lalu ulangi."))
    slowdown.forget("password", user.username)


def change_password(user: User, new: NewPassword, *, device: str) -> SignedIn:
    """Set the user's own password; every session ends, and this browser gets a new one."""
    refuse_if_changed(user, new.replaces)
    user.password_hash, user.must_change_password = new.hash, False
    ended = access.end_all_sessions(user)
    detail = {"ended": ended}
    log.record(Event.PASSWORD_CHANGED, by=user.actor, area_code=user.area_code, detail=detail)
    return access.open_session(user, device)
