"""One-time codes that a phone computes from a shared secret and the time (RFC 6238; pure)."""

import secrets
from datetime import datetime
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

ISSUER = "Pamit"
DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off
SECRET_BYTES = 20


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def address_of(secret: bytes, username: str) -> str:
    """The `otpauth://` address that an authenticator app reads, from a link or a QR code."""
    return _totp(secret).get_provisioning_uri(username, ISSUER)


def code_at(secret: bytes, step: int) -> str:
    """The code of one step of time."""
    return _totp(secret).generate(step * STEP_SECONDS).decode()


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, moment: datetime) -> int | None:
    """The latest step around the moment whose code this is, or None."""
    now = step_at(moment)
    steps = range(now + DRIFT_STEPS, now - DRIFT_STEPS - 1, -1)
    found = [step for step in steps if compare_digest(code_at(secret, step), code)]
    return found[0] if found else None


def _totp(secret: bytes) -> TOTP:
    # SHA-1 and 30 seconds are what every authenticator app can do.
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303
