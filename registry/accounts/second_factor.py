"""The second factor: a code from the owner's phone, and recovery codes on paper.

The secret is sealed under the data key. Of recovery codes only keyed digests are kept. A code works
once: the step of the last one is remembered, and a recovery code's row goes with its use.
"""

import base64
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from registry.accounts import access, passwords, totp
from registry.accounts.models import RecoveryCode, User
from registry.accounts.operations import AccountRefused
from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.db import db, now
from registry.enums import N_
from registry.sealing import SealBroken, keyring

RECOVERY_CODES = 10
GROUP_LENGTH = 4
WRONG_CLOCK = timedelta(days=1)
SEALED_AS = ("user_account", "totp_sealed")
OFFERED_AS = ("user_account", "totp_offered")

WRONG_CODE = N_("Kode salah. Periksa kode yang tampil sekarang, dan jam ponsel Anda.")
USED_CODE = N_("Kode ini sudah dipakai. Tunggu kode berikutnya, paling lama 30 detik.")


class Means(StrEnum):
    """With what the second step was taken."""

    APP = "app"
    RECOVERY = "recovery"


class CodeRefused(AccountRefused):
    """A code that is wrong or was used before."""


def offer(user: User, offered: str | None) -> tuple[bytes, str]:
    """The secret to set up, and the same sealed for the browser to bring back with the code.

    Args:
        offered: what the browser was given before, so that a second look shows the same secret.
    """
    if offered and (secret := _opened(user, offered)):
        return secret, offered
    secret = totp.new_secret()
    sealed = keyring().seal(secret, *OFFERED_AS, user.id)
    return secret, base64.b64encode(sealed).decode()


def in_groups(secret: bytes) -> str:
    """The secret as it is typed into a phone: `ABCD EFGH ...`."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[at : at + GROUP_LENGTH] for at in range(0, len(text), GROUP_LENGTH))


def add(user: User, secret: bytes, code: str) -> list[str]:
    """Set up the second factor with a first code, and end every session of the account.

    Answers the recovery codes, which are readable this once only; raises CodeRefused.
    """
    step = totp.matching_step(secret, passwords.normal_code(code), now())
    if step is None:
        raise CodeRefused(_(WRONG_CODE), "code")
    is_new = not user.has_second_factor
    user.totp_sealed, user.totp_last_step = keyring().seal(secret, *SEALED_AS, user.id), step
    codes = _new_recovery_codes(user)
    detail = {"new": is_new, "ended": access.end_all_sessions(user)}
    log.record(Event.SECOND_FACTOR_ADDED, by=user.actor, area_code=user.area_code, detail=detail)
    return codes


def use_code(user: User, typed: str) -> Means:
    """Take a code of the phone or a recovery code, which then works no more; raises CodeRefused.

    Call with the user's row locked, within a writing transaction.
    """
    code = passwords.normal_code(typed)
    if len(code) == totp.DIGITS and code.isascii() and code.isdigit():
        _use_step(user, code)
        return Means.APP
    used = db.session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.user_id == user.id, RecoveryCode.digest == _digest(user, code)
        )
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        raise CodeRefused(_(WRONG_CODE), "code")
    return Means.RECOVERY


def remove(user: User, *, by: Actor) -> None:
    """Take the second factor away, for a lost phone; every session of the account ends."""
    if by.username == user.username:
        raise AccountRefused(_("Ponsel sendiri diganti di Akun saya."))
    if not user.has_second_factor:
        raise AccountRefused(_("Akun ini tidak memakai kode dari ponsel."))
    user.totp_sealed = user.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    detail = {"account": user.username, "ended": access.end_all_sessions(user)}
    log.record(Event.SECOND_FACTOR_REMOVED, by=by, area_code=user.area_code, detail=detail)


def count_recovery_codes(user: User) -> int:
    """How many recovery codes are left."""
    statement = select(func.count()).select_from(RecoveryCode)
    return db.session.scalar(statement.where(RecoveryCode.user_id == user.id)) or 0


def _use_step(user: User, code: str) -> None:
    secret = keyring().unseal(user.totp_sealed or b"", *SEALED_AS, user.id)
    moment = now()
    step = totp.matching_step(secret, code, moment)
    if step is None:
        raise CodeRefused(_(WRONG_CODE), "code")
    if _was_used(user, step, moment):
        raise CodeRefused(_(USED_CODE), "code")
    user.totp_last_step = step


def _was_used(user: User, step: int, moment: datetime) -> bool:
    """Whether that code or a later one was taken; one of a day ahead tells of a wrong clock."""
    last = user.totp_last_step
    return last is not None and step <= last <= totp.step_at(moment + WRONG_CLOCK)


def _new_recovery_codes(user: User) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [passwords.random_code() for _turn in range(RECOVERY_CODES)]
    for code in codes:
        digest = _digest(user, passwords.normal_code(code))
        db.session.add(RecoveryCode(user_id=user.id, digest=digest))
    return codes


def _digest(user: User, code: str) -> bytes:
    return keyring().lasting_digest("recovery-code", f"{user.id} {code}")


def _opened(user: User, offered: str) -> bytes | None:
    try:
        return keyring().unseal(base64.b64decode(offered), *OFFERED_AS, user.id)
    except (SealBroken, ValueError):
        return None  # another account's, of this browser
