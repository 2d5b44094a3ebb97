"""Sealing of personal numbers: AES-256-GCM under a key of the person, wrapped by the data key.

A value is bound to its table, column, row and key version, so a ciphertext moved to another row is
refused. A blind index (HMAC under a second key) serves exact search and uniqueness. The journal's
chain has a third key. Destroying a person's wrapped key makes every value of that person, in rows
and in the journal, unreadable for ever.
"""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.config import UnsafeStart, refuse_if_readable_by_others

KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_BYTES = 16
DOCUMENT = "document"
FORMAT = b"\x01"  # in front of each value, so that another way of sealing can follow


class SealBroken(ValueError):
    """A sealed value was altered, moved, or sealed under another key."""


@dataclass(frozen=True)
class Keyring:
    """The three keys of an installation: for data, for blind indexes, for the journal's chain."""

    data: bytes
    index: bytes
    journal: bytes
    version: int = 1

    def fingerprint(self) -> str:
        """A check value that the database stores, so that a wrong key file is noticed."""
        parts = [
            hmac.digest(k, b"pamit-check", "sha256") for k in (self.data, self.index, self.journal)
        ]
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def new_person_key(self, resident_id: int) -> tuple["PersonKey", bytes]:
        """A fresh key for a person, and the same key wrapped for storage."""
        key = secrets.token_bytes(KEY_BYTES)
        return PersonKey(key, self.version), self._wrap(key, resident_id)

    def unwrap(self, wrapped: bytes, resident_id: int) -> "PersonKey":
        """The person's key; raises SealBroken when it was altered or belongs to another person."""
        context = _context("resident", "wrapped_key", resident_id, self.version)
        return PersonKey(_decrypt(self.data, wrapped, context), self.version)

    def _wrap(self, key: bytes, resident_id: int) -> bytes:
        context = _context("resident", "wrapped_key", resident_id, self.version)
        return _encrypt(self.data, key, context)

    def seal(self, value: bytes, table: str, column: str, row: int | str) -> bytes:
        """Seal something that belongs to no person, under the data key itself."""
        return _encrypt(self.data, value, _context(table, column, row, self.version))

    def unseal(self, sealed: bytes, table: str, column: str, row: int | str) -> bytes:
        return _decrypt(self.data, sealed, _context(table, column, row, self.version))

    def blind_index(self, kind: str, value: str) -> bytes:
        """A keyed digest of a number, for exact search; `kind` keeps NIK and phone apart.

        Numbers of papers are typed with and without spaces and capitals, and are found either way.
        """
        if kind == DOCUMENT:
            value = "".join(value.split()).upper()
        message = f"{kind}\x1f{value}".encode()
        return hmac.digest(self.index, message, "sha256")[:INDEX_BYTES]

    def chain(self, message: bytes) -> bytes:
        """The link of the journal's chain, and the digest of a record beside it."""
        started = _started(self.journal).copy()
        started.update(message)
        return started.digest()


@dataclass(frozen=True)
class PersonKey:
    """The key under which everything sealed about one person is kept."""

    key: bytes
    version: int

    def seal(self, text: str, table: str, column: str, row: int | str) -> bytes:
        return _encrypt(self.key, text.encode(), _context(table, column, row, self.version))

    def unseal(self, sealed: bytes, table: str, column: str, row: int | str) -> str:
        """The text; raises SealBroken when the value was altered or moved."""
        return _decrypt(self.key, sealed, _context(table, column, row, self.version)).decode()


def _context(table: str, column: str, row: int | str, version: int) -> bytes:
    return f"{table}\x1f{column}\x1f{row}\x1f{version}".encode()


@lru_cache(maxsize=16)
def _started(key: bytes) -> hmac.HMAC:
    """An HMAC that has taken in its key, which is half of the work for a short message."""
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=4096)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return FORMAT + nonce + _cipher(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, sealed: bytes, context: bytes) -> bytes:
    if not sealed.startswith(FORMAT):
        raise SealBroken("Nilai tersegel rusak atau dipindahkan.")
    try:
        nonce, body = sealed[1 : NONCE_BYTES + 1], sealed[NONCE_BYTES + 1 :]
        return _cipher(key).decrypt(nonce, body, context)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("Nilai tersegel rusak atau dipindahkan.") from error


def create_keyring(path: Path) -> Keyring:
    """Make three random keys and store them, readable by the owner only."""
    data, index, journal = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
    keyring = Keyring(data, index, journal)
    text = json.dumps(
        {
            "versi": keyring.version,
            "data": keyring.data.hex(),
            "indeks": keyring.index.hex(),
            "jurnal": keyring.journal.hex(),
        },
        indent=1,
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return keyring


def load_keyring(path: Path) -> Keyring:
    """The keys of this installation; raises UnsafeStart when the file is missing or exposed."""
    if not path.exists():
        raise UnsafeStart(f"Berkas kunci {path.name} tidak ada. Pulihkan dari salinan kunci.")
    refuse_if_readable_by_others(path)
    try:
        raw = json.loads(path.read_text())
        keys = [bytes.fromhex(raw[name]) for name in ("data", "indeks", "jurnal")]
        version = int(raw["versi"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnsafeStart(f"Berkas kunci {path.name} rusak.") from error
    if any(len(key) != KEY_BYTES for key in keys):
        raise UnsafeStart(f"Berkas kunci {path.name} rusak.")
    data, index, journal = keys
    return Keyring(data, index, journal, version)


_active: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Make this the keyring of the process; called once at start."""
    global _active
    _active = keyring


def keyring() -> Keyring:
    """The keyring of the process; raises UnsafeStart when none was loaded."""
    if _active is None:
        raise UnsafeStart("Kunci belum dimuat.")
    return _active
