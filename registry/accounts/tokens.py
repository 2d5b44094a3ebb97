"""Names of sessions and of sign-ins that wait for their second step.

Nobody can guess one, and it says whose it is. The database keeps a keyed digest of it, so a row
that was written or moved to another account by SQL opens nothing.
"""

import secrets
from typing import TypeVar

from registry.accounts.models import AwaitedCode, UserSession
from registry.sealing import keyring

Row = TypeVar("Row", UserSession, AwaitedCode)


def new_token(user_id: int) -> str:
    """A name for a session of the account: 256 random bits after the account's number."""
    return f"{user_id}.{secrets.token_urlsafe(32)}"


def token_digest(token: str) -> bytes:
    """What the database keeps of a token."""
    return keyring().chain(f"session\x1f{token}".encode())


def if_named(row: Row | None, token: str) -> Row | None:
    """The row under the token's digest, where the token was made for the row's account."""
    return row if row is not None and token.startswith(f"{row.user_id}.") else None
