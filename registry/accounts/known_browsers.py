"""Browsers in which an account has signed in before: a signed cookie, and for whom it vouches.

Whoever guesses at an account makes strangers wait, never those who come with such a cookie. It
opens nothing: the password, and the code where there is one, are asked for as ever. It outlives
signing out, and ends with the account's access (a new password, phone, role or area).
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from registry.accounts.models import User
from registry.db import now
from registry.security import is_secure_cookie

COOKIE_NAME = "pamit-kenal"
SECURE_COOKIE_NAME = f"__Host-{COOKIE_NAME}"
KNOWN_FOR = timedelta(days=400)  # browsers keep no cookie longer
CLOCK_SLACK = timedelta(minutes=1)
# A village's computer is used by several people; the cookie must stay small.
ACCOUNTS_AT_MOST = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class KnownBrowser:
    """What the cookie of a browser says; one without a cookie knows nobody.

    Attributes:
        mark: a random name, another one with each sign-in, so that a copy is worth less.
        accounts: ids of those who signed in here, each with when, in microseconds since 1970.
    """

    mark: str = ""
    accounts: Mapping[int, int] = field(default_factory=dict)

    def key_of(self, user: User | None) -> str | None:
        """Under what to count tries at the account from here; None where nobody vouches for it."""
        since = self.accounts.get(user.id) if user else None
        if user is None or since is None or not _is_recent(since):
            return None
        if user.access_ended_at is not None and _moment(since) < user.access_ended_at:
            return None
        return f"{self.mark} {user.id}"

    def with_account(self, user: User) -> "KnownBrowser":
        """The same browser after the account signed in; who did so longest ago makes room."""
        others = {
            user_id: since
            for user_id, since in self.accounts.items()
            if user_id != user.id and _is_recent(since)
        }
        latest = sorted(others.items(), key=lambda item: item[1])[-(ACCOUNTS_AT_MOST - 1) :]
        present = (now() - EPOCH) // MICROSECOND
        return KnownBrowser(secrets.token_urlsafe(12), {**dict(latest), user.id: present})


def this_browser() -> KnownBrowser:
    """What the cookie of this request says; a forged one says nothing."""
    name = SECURE_COOKIE_NAME if is_secure_cookie() else COOKIE_NAME
    try:
        mark, accounts = _serializer().loads(request.cookies.get(name, ""))
    except BadSignature:
        return KnownBrowser()
    return KnownBrowser(mark, dict(accounts))


def remember(user: User) -> None:
    """Let the answer to this request tell the browser that the account has signed in here."""
    known = this_browser().with_account(user)
    value = _serializer().dumps([known.mark, list(known.accounts.items())])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        is_secure = is_secure_cookie()
        response.set_cookie(
            SECURE_COOKIE_NAME if is_secure else COOKIE_NAME,
            str(value),
            max_age=KNOWN_FOR,
            secure=is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response


def _serializer() -> URLSafeSerializer:
    options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    key = current_app.config["SECRET_KEY"]
    return URLSafeSerializer(key, salt="known-browser", signer_kwargs=options)


def _moment(since: int) -> datetime:
    return EPOCH + since * MICROSECOND


def _is_recent(since: int) -> bool:
    """Whether it is neither too long ago nor from a day that a wrong clock told."""
    return -CLOCK_SLACK <= now() - _moment(since) <= KNOWN_FOR
