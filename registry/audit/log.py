"""Writing the journal: entries are noted during an operation and chained last, before the commit.

An operation calls `record`; nothing can be committed about a record without an entry, because the
session refuses (`MissingEntry`). What rows the journal vouches for is added here, too
(`registry.audit.vouching`). On a page that only reads, `flush_reads` writes the entries in a
short transaction of their own before the answer leaves.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from registry import sealing
from registry.audit import vouching
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.db import Base, db, now, short_write

ZERO_LINK = bytes(32)
HEAD_ID = 1
# What an entry's link covers, and what the digest of its values does, in this order.
ENTRY_COLUMNS = (
    *("seq", "at", "event", "actor", "role", "area_code"),
    *("detail", "values_digest", "previous"),
)
VALUE_COLUMNS = ("ordinal", "kind", "subject_id", "resident_id", "version", "digest", "sealed")
# As tables: by way of their models each insert takes twice as long.
_ENTRIES: Any = JournalEntry.__table__
_VALUES: Any = JournalValue.__table__
_HEADS: Any = JournalHead.__table__
# Made once: every page that shows people writes an entry.
_READ_HEAD = select(_HEADS.c.seq, _HEADS.c.link).where(_HEADS.c.id == HEAD_ID).with_for_update()
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.id == HEAD_ID)
_ADD_ENTRY, _ADD_VALUES = insert(_ENTRIES), insert(_VALUES)
# Made once: an encoder of its own for each entry takes longer than the entry's HMAC.
as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class MissingEntry(RuntimeError):
    """Something that must be journaled was about to be committed without an entry."""


class Audited:
    """Mixin for models whose changes must never be committed without a journal entry."""


@dataclass(frozen=True)
class Actor:
    """Who acts: a name that is never reused, the role and the area it is held on."""

    username: str
    role: str
    area_code: str


SYSTEM = Actor("sistem", "system", "0")


@dataclass(frozen=True)
class Subject:
    """What an entry is about, with its sealed before and after values where it has some.

    Attributes:
        kind: `departure` or `resident`, or that of a row vouched for (`vouching.Vouched`).
        subject_id: its primary key.
        resident_id: the person whom it concerns.
        version, digest: those of the record after the operation.
        sealed: the changes, sealed under the person's key (see `seal_changes`).
    """

    kind: str
    subject_id: int
    resident_id: int | None = None
    version: int | None = None
    digest: bytes | None = None
    sealed: bytes | None = None


@dataclass
class PendingEntry:
    event: Event
    by: Actor
    area_code: str
    subjects: Sequence[Subject] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=now)


def record(
    event: Event,
    *,
    by: Actor,
    area_code: str,
    subjects: Sequence[Subject] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note one entry; it is chained and written when the transaction commits.

    Args:
        detail: facts that name no person (counts, filters, ids, field names).
    """
    session = db.session()
    entry = PendingEntry(event, by, area_code, list(subjects), detail or {})
    vouching.claim(session, entry)
    _pending(session).append(entry)


def flush_reads() -> None:
    """Write the entries that a reading request noted, in a short transaction of their own."""
    pending = _pending(db.session())
    if not pending:
        return
    entries = list(pending)
    pending.clear()
    with short_write():
        _pending(db.session()).extend(entries)


def seal_changes(
    key: sealing.PersonKey, changes: Mapping[str, Any], kind: str, subject_id: int, version: int
) -> bytes:
    """Before and after values of a person, sealed under that person's key."""
    text = json.dumps(changes, ensure_ascii=False, sort_keys=True, default=str)
    return key.seal(text, "journal_value", kind, f"{subject_id}:{version}")


def unseal_changes(
    key: sealing.PersonKey, sealed: bytes, kind: str, subject_id: int, version: int
) -> dict[str, Any]:
    text = key.unseal(sealed, "journal_value", kind, f"{subject_id}:{version}")
    changes: dict[str, Any] = json.loads(text)
    return changes


def _pending(session: Session) -> list[PendingEntry]:
    entries: list[PendingEntry] = session.info.setdefault("journal", [])
    return entries


def listen_to_session() -> None:
    """Chain the noted entries at each commit, and refuse a commit that lacks one."""
    event.listen(Session, "before_flush", _note_audited)
    event.listen(Session, "before_commit", _write_entries)
    event.listen(Session, "after_rollback", _forget)


def _note_audited(session: Session, _context: object, _instances: object) -> None:
    vouching.notice(session)
    touched: list[Base] = [*session.new, *session.deleted]
    touched += [item for item in session.dirty if session.is_modified(item)]
    if any(isinstance(item, Audited) for item in touched):
        session.info["needs_entry"] = True


def _forget(session: Session) -> None:
    vouching.forget(session)
    session.info.pop("journal", None)
    session.info.pop("needs_entry", None)


def _write_entries(session: Session) -> None:
    session.flush()
    pending = session.info.pop("journal", [])
    needs_entry = session.info.pop("needs_entry", False)
    changes = list(vouching.taken_changes(session))
    if (needs_entry or changes) and not pending:
        raise MissingEntry("Perubahan tanpa catatan jurnal.")
    for change in changes:
        entry = change.entry or pending[-1]
        entry.subjects = [*entry.subjects, *_repeated(change)]
    if pending:
        append(session, pending)


def _repeated(change: vouching.Change) -> Iterator[Subject]:
    if change.before is not None:
        yield Subject(change.kind + vouching.WAS, change.row_id, digest=change.before)
    yield Subject(change.kind, change.row_id, digest=change.after)


def append(session: Session, pending: Sequence[PendingEntry]) -> None:
    """Chain and insert the entries under the lock on the journal's head."""
    connection = session.connection()
    seq, previous = connection.execute(_READ_HEAD).one()
    for entry in pending:
        seq += 1
        values = [
            {
                "seq": seq,
                "ordinal": ordinal,
                "kind": subject.kind,
                "subject_id": subject.subject_id,
                "resident_id": subject.resident_id,
                "version": subject.version,
                "digest": subject.digest,
                "sealed": subject.sealed,
            }
            for ordinal, subject in enumerate(entry.subjects)
        ]
        row = {
            "seq": seq,
            "at": entry.at,
            "event": entry.event.value,
            "actor": entry.by.username,
            "role": entry.by.role,
            "area_code": entry.area_code,
            "detail": _storable(entry.detail),
            "values_digest": digest_of_values(values),
            "previous": previous,
        }
        previous = row["link"] = link_of(row)
        connection.execute(_ADD_ENTRY, row)
        if values:
            connection.execute(_ADD_VALUES, values)
    connection.execute(_MOVE_HEAD, {"seq": seq, "link": previous})


def _storable(detail: Mapping[str, Any]) -> Any:
    """The facts as JSON, in the order in which the link covers them."""
    return json.loads(json.dumps(dict(detail), default=str, sort_keys=True))


def digest_of_values(values: Sequence[Mapping[str, Any]]) -> bytes:
    """The digest of an entry's value rows, over their ciphertexts."""
    return sealing.keyring().chain(
        said_of_values([tuple(value[name] for name in VALUE_COLUMNS) for value in values])
    )


def said_of_values(values: Sequence[Sequence[Any]]) -> bytes:
    """What the digest of values covers; each with the columns VALUE_COLUMNS, in their order."""
    lines = [
        [*plain, digest.hex() if digest else None, sealed.hex() if sealed else None]
        for *plain, digest, sealed in values
    ]
    return json.dumps(lines).encode()


def link_of(row: Mapping[str, Any]) -> bytes:
    """The link of one entry: HMAC over all that it says and the link before it."""
    said = dict(row) | {"at": row["at"].isoformat(), "detail": as_json(row["detail"])}
    return sealing.keyring().chain(said_of_entry(*(said[name] for name in ENTRY_COLUMNS)))


def said_of_entry(
    seq: int,
    at: str,
    event: str,
    actor: str,
    role: str,
    area_code: str,
    detail: str,
    values_digest: bytes,
    previous: bytes,
) -> bytes:
    """What the link of an entry covers; the columns ENTRY_COLUMNS, in their order.

    Args:
        at: in ISO 8601 with its offset.
        detail: as `as_json` writes it.
    """
    opening = as_json([seq, at, event, actor, role, area_code])[:-1]
    return f'{opening}, {detail}, "{values_digest.hex()}", "{previous.hex()}"]'.encode()
