"""`keys rotate`: a new data key and index key, while serving goes on.

The key file comes first, with both generations: from then on every process reads and finds under
either, and seals under the new one (`registry.sealing.keyring`). Then everything is renewed in
short transactions. The old generation leaves the file last, once nothing lies under it any more.
Killed at any point, the same command goes on where it stood: what is still to be done is read off
the file and the values themselves.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry import sealing
from registry.audit import log
from registry.audit.events import Event
from registry.config import Settings
from registry.db import db, short_write, snapshot
from registry.flags.renewal import renew_patterns
from registry.operating import renewing
from registry.operating.checks import remember_keys
from registry.operating.facts import KEY_CHECK, fact, note
from registry.operating.locks import REPLACING_KEYS, alone_in_database
from registry.sealing import KEY_BYTES, Keyring

# A search may have worked out its digest just before the new file lay there, and another host looks
# at the keys once a second.
SETTLE_SECONDS = 2.0
# Locks of PostgreSQL: nobody who serves waits longer than this for a batch to begin.
LOCK_TIMEOUT = "200ms"
OTHER_REPLACEMENT = "Penggantian kunci lain sedang berjalan."
BUSY = {"55P03", "40P01"}  # lock not available, deadlock
SQLITE_BUSY = 5

T = TypeVar("T")


class RotationRefused(RuntimeError):
    """The keys cannot be replaced now; the message says why."""


def rotate(progress: Callable[[int], object]) -> int:
    """Replace the keys, or finish a replacement that was cut short; answers the new version.

    Commits batch by batch. Raises RotationRefused, and what `renewing.renew_people` raises.
    """
    settings: Settings = current_app.config["PAMIT"]
    path = settings.keys_path
    if path.stat().st_uid != os.geteuid():
        raise RotationRefused(f"Jalankan sebagai pemilik {path.name}; hanya ia boleh membacanya.")
    with _alone(settings.instance_path):
        before = sealing.load_keyring(path)
        if is_only_to_be_tidied(path, before):
            kept_copy(path).unlink()
            return before.version
        keyring = before if before.older else _put_new_keys(path, before)
        sealing.use_key_file(path)
        _note_begun(keyring)
        time.sleep(SETTLE_SECONDS)
        while not _finish(keyring):
            while renewed := _exclusively(lambda: renewing.renew_people(keyring)):
                progress(renewed)
            _exclusively(lambda: renewing.renew_others(keyring))
            _exclusively(lambda: renew_patterns(keyring))
        _replace_file(path, replace(keyring, older=()))
        kept_copy(path).unlink(missing_ok=True)
    return keyring.version


def kept_copy(path: Path) -> Path:
    """Where the old file lies until the replacement is finished."""
    return path.with_name(f"{path.name}.lama")


def is_only_to_be_tidied(path: Path, keyring: Keyring) -> bool:
    """Whether a replacement was cut short after its last step but the removal of the old file."""
    copy = kept_copy(path)
    if keyring.older or not copy.exists():
        return False
    return sealing.load_keyring(copy).version < keyring.version


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One replacement at a time, on this host and on all hosts of the database."""
    with _alone_on_this_host(folder), alone_in_database(REPLACING_KEYS, waits=False) as is_held:
        if not is_held:
            raise RotationRefused(OTHER_REPLACEMENT)
        yield


@contextmanager
def _alone_on_this_host(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "kunci.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise RotationRefused(OTHER_REPLACEMENT) from error
    finally:
        os.close(descriptor)


def _put_new_keys(path: Path, before: Keyring) -> Keyring:
    data, index = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    keyring = Keyring(data, index, before.journal, before.version + 1, before.generations)
    copy = kept_copy(path)
    copy.unlink(missing_ok=True)
    os.link(path, copy)
    _replace_file(path, keyring)
    return keyring


def _replace_file(path: Path, keyring: Keyring) -> None:
    """Put another key file in the place of this one, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    sealing.write_keyring(unfinished, keyring)
    unfinished.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _note_begun(keyring: Keyring) -> None:
    """From here on the database is not served without the new keys, nor yet without the old."""
    with short_write():
        said = fact(KEY_CHECK)
        remember_keys()
        if said in (keyring.fingerprint(), _both(keyring)):
            return
        note(KEY_CHECK, _both(keyring))
        detail = {"versi": keyring.version}
        log.record(Event.KEYS_ROTATION_BEGUN, by=log.SYSTEM, area_code="0", detail=detail)


def _both(keyring: Keyring) -> str:
    return " ".join(keyring.fingerprints())


def _finish(keyring: Keyring) -> bool:
    """Note that nothing lies under the old keys any more, if that is so."""
    return _exclusively(lambda: _note_finished(keyring))


def _note_finished(keyring: Keyring) -> bool:
    if renewing.people_left(keyring) or renewing.others_left(keyring):
        return False
    if fact(KEY_CHECK) != keyring.fingerprint():
        note(KEY_CHECK, keyring.fingerprint())
        detail = {"versi": keyring.version}
        log.record(Event.KEYS_ROTATED, by=log.SYSTEM, area_code="0", detail=detail)
    return True


def _exclusively(work: Callable[[], T]) -> T:
    """Do it in a transaction during which nobody else writes; then let others have as long."""
    while True:
        begun = time.monotonic()
        try:
            with short_write():
                _lock_tables()
                return work()
        except DBAPIError as error:
            if not _is_busy(error):
                raise
        finally:
            time.sleep(time.monotonic() - begun)


def _lock_tables() -> None:
    """As SQLite has one writer anyway, so here: whoever read a record has saved it or given up."""
    if db.engine.dialect.name == "postgresql":
        names = ", ".join(model.__tablename__ for model in renewing.TOUCHED)
        db.session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        db.session.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))


def _is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    return code in BUSY or getattr(error.orig, "sqlite_errorcode", None) == SQLITE_BUSY


def people_under_old_keys() -> int:
    """How many people a replacement that was cut short has still to renew."""
    with snapshot():
        return renewing.people_left(sealing.keyring())
