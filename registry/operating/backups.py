"""Backup while serving, and restore into an empty installation. The keys are in no backup.

SQLite is copied by its own backup interface (copying the file of a database in use loses records),
PostgreSQL by `pg_dump`. What was acknowledged before a backup began is in it.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import delete, func, inspect, select

from registry import sealing
from registry.accounts import kept_forms
from registry.accounts.models import AwaitedCode, UserSession
from registry.audit import log
from registry.audit.anchors import Anchor, AnchorUnreadable, read_anchors
from registry.audit.events import Event
from registry.audit.models import JournalHead
from registry.audit.verify import head_anchor
from registry.config import Settings
from registry.db import db, learn_sizes, now, short_write, snapshot
from registry.departures.models import Departure, Resident
from registry.operating import postgres
from registry.operating.checks import is_empty, remember_keys
from registry.operating.encryption import (
    SUFFIX,
    decrypted_with,
    encrypted_to,
    read_identity,
    read_recipient,
)
from registry.operating.facts import KEY_CHECK, fact
from registry.operating.half_written import held, remove_left_behind
from registry.operating.in_words import is_refused_here
from registry.operating.unfinished import is_unfinished, marked
from registry.workbooks import export_requests

NAME, UNFINISHED = "pamit", ".part"


class BackupFailed(RuntimeError):
    """A backup or a restore that did not succeed; the message says why and names nobody."""


@dataclass(frozen=True)
class Backup:
    """A finished backup: where it lies, its size, and the last journal entry in it."""

    path: Path
    size: int
    last_entry: int
    is_encrypted: bool


@dataclass(frozen=True)
class Restored:
    """What is in the database after a restore."""

    residents: int
    departures: int
    entries: int


def make_backup(folder: Path, recipient: Path | None = None) -> Backup:
    """A dated, checked copy of the database in the folder, readable by the owner only.

    Commits an entry of the journal that holds the copy's digest. Raises BackupFailed.

    Args:
        recipient: a file with the public key that the copy is encrypted to.
    """
    settings: Settings = current_app.config["PAMIT"]
    public_key = read_recipient(recipient) if recipient else None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left_behind(folder.glob(f".{NAME}-*{UNFINISHED}"))
    _remember_keys_once()
    with short_write():
        # What is kept for an hour or a week is in no backup for longer.
        kept_forms.purge()
        export_requests.purge()
    suffix = ("sqlite" if settings.is_sqlite else "dump") + (SUFFIX if public_key else "")
    path = _new_name(folder, suffix)
    with (
        _written_whole(path) as unfinished,
        encrypted_to(public_key, unfinished, settings.instance_path) as plain,
    ):
        if settings.is_sqlite:
            head = _copy_sqlite(plain)
        else:
            with snapshot():
                head = head_anchor()
            postgres.dump(settings, plain)
    if head:
        with _written_whole(_head_path(path)) as unfinished:
            unfinished.write_text(head.text)
    last_entry = head.seq if head else 0
    with short_write():
        _note(Event.BACKUP_MADE, path, last_entry)
    return Backup(path, path.stat().st_size, last_entry, public_key is not None)


def _remember_keys_once() -> None:
    """A restore compares keys, so a backup must name its own."""
    with snapshot():
        is_known = fact(KEY_CHECK) is not None
    if not is_known:
        with short_write():
            remember_keys()


def _new_name(folder: Path, suffix: str) -> Path:
    moment = f"{now():%Y%m%dT%H%M%SZ}"
    names = (
        f"{NAME}-{moment}{extra}.{suffix}" for extra in ("", *(f"-{n}" for n in range(2, 100)))
    )
    return next(path for name in names if not (path := folder / name).exists())


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """A name to write to; the file gets its own name when it is whole and on the disk."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with held(unfinished):
        yield unfinished
        for place in (unfinished, path.parent):
            descriptor = os.open(place, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        unfinished.rename(path)


def _head_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.kepala")


def head_beside(path: Path) -> list[Anchor]:
    """The journal's head that was stored beside a backup, where it is still there.

    Raises BackupFailed when the file beside it cannot be read as one.
    """
    head = _head_path(path)
    if not head.is_file():
        return []
    try:
        return read_anchors(head.read_text(errors="replace"))
    except AnchorUnreadable as error:
        raise BackupFailed(f"{head.name}: {error}") from error


def _copy_sqlite(path: Path) -> Anchor | None:
    with closing(_open(_database_path())) as source, closing(_open(path)) as copy:
        source.backup(copy)
        # Without this the copy would need two more files beside it.
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        _check_sqlite(copy)
        row = copy.execute(
            "SELECT seq, at, journal_head.link FROM journal_head JOIN journal_entry USING (seq)"
        ).fetchone()
        return Anchor(row[0], datetime.fromisoformat(f"{row[1]}+00:00"), row[2]) if row else None


def _open(path: Path) -> Any:
    import pysqlite3.dbapi2 as driver

    return driver.connect(str(path), timeout=60)


def _check_sqlite(connection: Any) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise BackupFailed("Salinan basis data rusak (integrity_check).")


def _database_path() -> Path:
    return Path(str(db.engine.url.database))


def _last_entry() -> int:
    return db.session.scalar(select(JournalHead.seq)) or 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore_backup(
    path: Path,
    identity: Path | None = None,
    *,
    look: Callable[[], object] = lambda: None,
    then: Callable[[], object] = lambda: None,
) -> Restored:
    """Fill an empty installation from a backup, bring it to this program's version, end sessions.

    Commits an entry of the journal that names the backup. Raises BackupFailed for a database in
    use, other keys, or a file that is no whole backup.

    Args:
        identity: a file with the private key that opens an encrypted backup.
        look: at what came back, before anything is added to it.
        then: what must be done before anything is served. Cut short before its end, the restore
            may be repeated over what it left.
    """
    settings: Settings = current_app.config["PAMIT"]
    if not path.is_file():
        raise BackupFailed(f"Berkas {path} tidak ada.")
    if not (is_unfinished(settings) or _is_still_empty()):
        raise BackupFailed("Basis data ini sudah berisi. Pulihkan hanya ke instalasi yang kosong.")
    db.session.remove()
    private_key = read_identity(identity) if identity else None
    with marked(settings, _is_still_empty):
        with decrypted_with(private_key, path, settings.instance_path) as plain:
            if settings.is_sqlite:
                _restore_sqlite(plain)
            else:
                _refuse_other_keys(postgres.key_check_in(settings, plain))
                db.engine.dispose()
                postgres.restore(settings, plain)
        db.engine.dispose()
        upgrade()
        with snapshot():
            restored = Restored(_count(Resident), _count(Departure), _last_entry())
        look()
        with short_write():
            # A session that was ended after the backup must not come back to life.
            db.session.execute(delete(UserSession))
            db.session.execute(delete(AwaitedCode))
            _note(Event.BACKUP_RESTORED, path, restored.entries)
        learn_sizes()
        then()
    return restored


def _note(event: Event, path: Path, last_entry: int) -> None:
    size, digest = path.stat().st_size, _digest(path)
    detail = {"berkas": path.name, "byte": size, "sha256": digest, "entri": last_entry}
    log.record(event, by=log.SYSTEM, area_code="0", detail=detail)


def _is_still_empty() -> bool:
    return not inspect(db.engine).has_table(Resident.__tablename__) or is_empty()


def _restore_sqlite(path: Path) -> None:
    import pysqlite3.dbapi2 as driver

    try:
        with closing(_open(path)) as source:
            _check_sqlite(source)
            said = source.execute("SELECT value FROM meta WHERE key = ?", (KEY_CHECK,)).fetchone()
            _refuse_other_keys(said[0] if said else None)
            with closing(_open(_database_path())) as target:
                source.backup(target)
    except driver.DatabaseError as error:
        if is_refused_here(error):
            raise
        raise BackupFailed("Berkas itu bukan cadangan Pamit yang utuh.") from error


def _refuse_other_keys(said: str | None) -> None:
    if said is None:
        raise BackupFailed("Cadangan ini tidak menyebut kuncinya; bukan cadangan Pamit yang utuh.")
    if not sealing.keyring().opens(said):
        raise BackupFailed(
            "Kunci di sini bukan kunci cadangan ini. Pulihkan dulu kunci.json dari salinan kunci."
        )


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
