"""Sealing of personal numbers: AES-256-GCM under a key of the person, wrapped by the data key.

A value is bound to its table, column, row and key version, so a ciphertext moved to another row is
refused. A blind index (HMAC under a second key) serves exact search and uniqueness. The journal's
chain has a third key. Destroying a person's wrapped key makes every value of that person, in rows
and in the journal, unreadable for ever.

The data and index keys can be replaced while serving (`registry.operating.rotation`); until that is
finished the key file holds two generations, and every value is read and found under either.
"""

import hashlib
import hmac
import json
import logging
import os
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from registry.ciphers import FORMAT, context_of, decrypt, encrypt, hmac_of, mark_of
from registry.ciphers import SealBroken as SealBroken
from registry.config import UnsafeStart, refuse_if_readable_by_others

KEY_BYTES = 32
INDEX_BYTES = 16
DOCUMENT = "document"
# A person's key is never replaced, only destroyed.
PERSON_KEY_VERSION = 1

log = logging.getLogger("pamit")


@dataclass(frozen=True)
class Generation:
    """Data and index key of an earlier version, while something still lies under them."""

    data: bytes
    index: bytes
    version: int


@dataclass(frozen=True)
class Keyring:
    """The three keys of an installation: for data, for blind indexes, for the journal's chain."""

    data: bytes
    index: bytes
    journal: bytes
    version: int = 1
    older: tuple[Generation, ...] = ()

    @property
    def generations(self) -> tuple[Generation, ...]:
        """Every version that can be read, the present one first."""
        return (Generation(self.data, self.index, self.version), *self.older)

    @property
    def mark(self) -> bytes:
        """How everything begins that lies under the present data key."""
        return mark_of(self.version)

    def fingerprint(self) -> str:
        """A check value that the database stores, so that a wrong key file is noticed."""
        return self._fingerprint(self.generations[0])

    def fingerprints(self) -> list[str]:
        """The check value of each generation, the present one first."""
        return [self._fingerprint(generation) for generation in self.generations]

    def _fingerprint(self, of: Generation) -> str:
        keys = (of.data, of.index, self.journal)
        parts = [hmac.digest(key, b"pamit-check", "sha256") for key in keys]
        return hashlib.sha256(b"".join(parts)).hexdigest()

    def opens(self, check: str) -> bool:
        """Whether all of these fingerprints, as a database stores them, are of keys held here."""
        return set(check.split()) <= set(self.fingerprints())

    def new_person_key(self, resident_id: int) -> tuple["PersonKey", bytes]:
        """A fresh key for a person, and the same key wrapped for storage."""
        key = secrets.token_bytes(KEY_BYTES)
        return PersonKey(key), self.seal(key, "resident", "wrapped_key", resident_id)

    def unwrap(self, wrapped: bytes, resident_id: int) -> "PersonKey":
        """The person's key; raises SealBroken when it was altered or belongs to another person."""
        return PersonKey(self.unseal(wrapped, "resident", "wrapped_key", resident_id))

    def seal(self, value: bytes, table: str, column: str, row: int | str) -> bytes:
        """Seal something that belongs to no person, under the data key itself."""
        return encrypt(self.mark, self.data, value, context_of(table, column, row, self.version))

    def unseal(self, sealed: bytes, table: str, column: str, row: int | str) -> bytes:
        """What was sealed under any generation; raises SealBroken for anything else."""
        for generation in self.generations:
            mark = mark_of(generation.version)
            if sealed.startswith(mark):
                context = context_of(table, column, row, generation.version)
                return decrypt(mark, generation.data, sealed, context)
        raise SealBroken

    def blind_index(self, kind: str, value: str) -> bytes:
        """A keyed digest of a number, for exact search; `kind` keeps NIK and phone apart.

        Numbers of papers are typed with and without spaces and capitals, and are found either way.
        """
        return self.blind_indexes(kind, value)[0]

    def blind_indexes(self, kind: str, value: str) -> list[bytes]:
        """The digests under which the number may lie, one a generation; search for all of them."""
        if kind == DOCUMENT:
            value = "".join(value.split()).upper()
        message = f"{kind}\x1f{value}".encode()
        indexes = [generation.index for generation in self.generations]
        return [hmac.digest(index, message, "sha256")[:INDEX_BYTES] for index in indexes]

    def lasting_digest(self, kind: str, value: str) -> bytes:
        """A keyed digest of what is not kept and so cannot be renewed when keys are replaced."""
        return self.chain(f"{kind}\x1f{value}".encode())[:INDEX_BYTES]

    def chain(self, message: bytes) -> bytes:
        """The link of the journal's chain, and the digest of a record beside it."""
        started = hmac_of(self.journal).copy()
        started.update(message)
        return started.digest()


@dataclass(frozen=True)
class PersonKey:
    """The key under which everything sealed about one person is kept."""

    key: bytes

    def seal(self, text: str, table: str, column: str, row: int | str) -> bytes:
        context = context_of(table, column, row, PERSON_KEY_VERSION)
        return encrypt(FORMAT, self.key, text.encode(), context)

    def unseal(self, sealed: bytes, table: str, column: str, row: int | str) -> str:
        """The text; raises SealBroken when the value was altered or moved."""
        context = context_of(table, column, row, PERSON_KEY_VERSION)
        return decrypt(FORMAT, self.key, sealed, context).decode()


def create_keyring(path: Path) -> Keyring:
    """Make three random keys and store them, readable by the owner only."""
    data, index, journal = (secrets.token_bytes(KEY_BYTES) for _ in range(3))
    keyring = Keyring(data, index, journal)
    write_keyring(path, keyring)
    return keyring


def write_keyring(path: Path, keyring: Keyring) -> None:
    """Store the keys in a new file, on the disk when this returns; raises FileExistsError."""
    content: dict[str, Any] = {
        "versi": keyring.version,
        "data": keyring.data.hex(),
        "indeks": keyring.index.hex(),
        "jurnal": keyring.journal.hex(),
    }
    if keyring.older:
        content["lama"] = [
            {"versi": old.version, "data": old.data.hex(), "indeks": old.index.hex()}
            for old in keyring.older
        ]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(content, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())


def load_keyring(path: Path) -> Keyring:
    """The keys of this installation; raises UnsafeStart when the file is missing or exposed."""
    if not path.exists():
        raise UnsafeStart(f"Berkas kunci {path.name} tidak ada. Pulihkan dari salinan kunci.")
    refuse_if_readable_by_others(path)
    try:
        raw = json.loads(path.read_text())
        older = tuple(_generation(old) for old in raw.get("lama", ()))
        present = _generation(raw)
        journal = _key(raw["jurnal"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UnsafeStart(f"Berkas kunci {path.name} rusak.") from error
    keyring = Keyring(present.data, present.index, journal, present.version, older)
    versions = [generation.version for generation in keyring.generations]
    if versions != sorted(set(versions), reverse=True):
        raise UnsafeStart(f"Berkas kunci {path.name} rusak.")
    return keyring


def _generation(raw: dict[str, Any]) -> Generation:
    version = int(raw["versi"])
    mark_of(version)
    return Generation(_key(raw["data"]), _key(raw["indeks"]), version)


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY_BYTES:
        raise ValueError
    return key


_active: Keyring | None = None
_watched: tuple[Path, tuple[int, int] | None] | None = None


def use_keyring(keyring: Keyring) -> None:
    """Make this the keyring of the process."""
    global _active
    _active = keyring


def use_key_file(path: Path) -> None:
    """Make the keys of the file those of the process; its replacement is noticed on next use."""
    global _watched
    stamp = _stamp(path)
    use_keyring(load_keyring(path))
    _watched = (path, stamp)


def keyring() -> Keyring:
    """The keyring of the process; raises UnsafeStart when none was loaded."""
    global _watched
    if _active is None:
        raise UnsafeStart("Kunci belum dimuat.")
    if _watched is not None and (stamp := _stamp(_watched[0])) not in (None, _watched[1]):
        _watched = (_watched[0], stamp)
        use_keyring(_continued(_active, _watched[0]))
    return _active


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes when another file takes its place; None while there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _continued(before: Keyring, path: Path) -> Keyring:
    """The keys that `keys rotate` put there; those in use when these are no continuation of them.

    Older keys stay known, for what this process read before.
    """
    try:
        now = load_keyring(path)
    except UnsafeStart as refusal:
        log.error("%s", refusal)
        return before
    if now.journal != before.journal or now.version < before.version:
        log.error("Berkas kunci %s bukan kelanjutan kunci yang dipakai.", path.name)
        return before
    known = [generation.version for generation in now.generations]
    kept = tuple(old for old in before.generations if old.version not in known)
    return replace(now, older=now.older + kept)
