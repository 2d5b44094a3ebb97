"""AES-256-GCM and HMAC-SHA-256 as values are sealed with them; knows neither keys nor files."""

import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
FORMAT = b"\x01"  # in front of each value, so that another way of sealing can follow
LATER_FORMAT = b"\x02"  # the same, with the version of the data key behind it
VERSION_BYTES = 2


class SealBroken(ValueError):
    """A sealed value was altered, moved, or sealed under another key."""

    def __init__(self, message: str = "Nilai tersegel rusak atau dipindahkan.") -> None:
        super().__init__(message)


def context_of(table: str, column: str, row: int | str, version: int) -> bytes:
    """What a sealed value is bound to."""
    return f"{table}\x1f{column}\x1f{row}\x1f{version}".encode()


@lru_cache(maxsize=16)
def hmac_of(key: bytes) -> hmac.HMAC:
    """An HMAC that has taken in its key, which is half of the work for a short message."""
    return hmac.new(key, digestmod="sha256")


def mark_of(version: int) -> bytes:
    """What stands in front of a value sealed under a data key of that version."""
    return FORMAT if version == 1 else LATER_FORMAT + version.to_bytes(VERSION_BYTES)


@lru_cache(maxsize=4096)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt(mark: bytes, key: bytes, plain: bytes, context: bytes) -> bytes:
    """The sealed value, under a nonce of its own."""
    nonce = os.urandom(NONCE_BYTES)
    return mark + nonce + _cipher(key).encrypt(nonce, plain, context)


def decrypt(mark: bytes, key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The plain value; raises SealBroken."""
    begin = len(mark)
    if not sealed.startswith(mark):
        raise SealBroken
    try:
        nonce, body = sealed[begin : begin + NONCE_BYTES], sealed[begin + NONCE_BYTES :]
        return _cipher(key).decrypt(nonce, body, context)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
