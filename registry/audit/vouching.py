"""Rows that the journal vouches for: each entry repeats, as keyed digests, the rows it changed.

A change is noticed by the session, so no operation can forget it: the entry that is noted next
carries two values of the row, the digest before (`KIND.was`) and the one after (`KIND`, empty for a
row that is gone). As both are read from the database, a row that was edited beside the journal is
found even when a rightful change came later: its `was` is not what the entry before had said.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from registry.audit.events import Event
from registry.audit.models import JournalValue
from registry.audit.recoded import codes_before
from registry.audit.said import digest_of_said
from registry.db import db

if TYPE_CHECKING:
    from registry.audit.log import PendingEntry

WAS = ".was"
BATCH = 500
CodesBefore = Mapping[str, tuple[str, ...]]


class Vouched:
    """Mixin for models with an `id` whose rows the journal vouches for.

    Attributes:
        vouched_as: the kind under which their values stand in the journal.
        unvouched: columns that change without an entry.
        area_columns: codes of areas, which a decree re-codes without an entry; the code in which
            they began is vouched for.
        made_by: the events whose entries tell of new rows.
        vanishes: whether rows are deleted without an entry once nobody is shown them any more.
    """

    vouched_as: ClassVar[str]
    unvouched: ClassVar[frozenset[str]] = frozenset()
    area_columns: ClassVar[frozenset[str]] = frozenset()
    made_by: ClassVar[frozenset[Event]]
    vanishes: ClassVar[bool] = False


def row_digest(model: Any, row: Any, before: CodesBefore) -> bytes:
    """The keyed digest of a stored row; `before` as `codes_before` answers it."""
    return digest_of_said(
        (name, before.get(row[name], (row[name],))[0] if name in model.area_columns else row[name])
        for name in _names(model)
        if name not in model.unvouched
    )


@cache
def _names(model: Any) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns)


def _codes_before(model: Any, connection: Connection) -> CodesBefore:
    return codes_before(connection) if model.area_columns else {}


@dataclass(eq=False)
class Touched:
    """A row that this transaction changes, maybe.

    Attributes:
        item: the object of a new row, whose id is known after the flush only.
        before: the digest of the row as it was stored; None for a new one.
        entry: the entry that was noted after the change.
    """

    model: Any
    row_id: int | None
    item: Any
    before: bytes | None
    entry: "PendingEntry | None" = None


class Change(NamedTuple):
    """What an entry has to repeat."""

    entry: "PendingEntry | None"
    kind: str
    row_id: int
    before: bytes | None
    after: bytes | None


def vouch_for(model: Any, ids: Collection[int]) -> None:
    """Tell that rows will be changed or deleted by a statement, which the session does not see.

    Call it before the statement; the next entry that is noted repeats what differs afterwards.
    """
    session = db.session()
    touched = _touched(session)
    new = [row_id for row_id in ids if (model, row_id) not in touched]
    stored = stored_digests(session, model, new)
    for row_id, digest in stored.items():
        touched[model, row_id] = Touched(model, row_id, None, digest)


def vouch_for_rows_of(owner: Any) -> None:
    """Tell that the rows will be deleted which the database deletes with their owner."""
    models: list[Any] = Vouched.__subclasses__()
    for model in models:
        for key in model.__table__.foreign_keys:
            if key.column.table is owner.__table__ and key.ondelete == "CASCADE":
                ids = select(model.id).where(key.parent == owner.id)
                vouch_for(model, db.session.scalars(ids).all())


def notice(session: Session) -> None:
    """Take note of the rows that are about to be flushed, with what is stored of them now."""
    new = session.new  # made anew whenever it is asked for
    for item in (*new, *session.dirty, *session.deleted):
        model: Any = type(item)
        if not issubclass(model, Vouched):
            continue
        touched = _touched(session)
        if item in new:
            touched.setdefault(item, Touched(model, None, item, None))
        elif item not in touched and (key := (model, item.id)) not in touched:
            before = stored_digests(session, model, [key[1]]).get(key[1])
            touched[key] = Touched(model, key[1], None, before)


def claim(session: Session, entry: "PendingEntry") -> None:
    """Let the entry repeat the changes that were made before it was noted."""
    notice(session)
    for touched in session.info.get("vouched", {}).values():
        if touched.entry is None:
            touched.entry = entry


def taken_changes(session: Session) -> Iterator[Change]:
    """The changes of this transaction that its entries must repeat; call it after the flush."""
    touched = session.info.pop("vouched", None)
    if not touched:
        return
    by_model: dict[Any, dict[int, Touched]] = {}
    for one in touched.values():
        row_id = one.row_id if one.item is None else _id_of(one.item)
        if row_id is not None:
            by_model.setdefault(one.model, {})[row_id] = one
    for model, rows in by_model.items():
        after = stored_digests(session, model, rows)
        for row_id, one in rows.items():
            if one.before != after.get(row_id):
                yield Change(one.entry, model.vouched_as, row_id, one.before, after.get(row_id))


def forget(session: Session) -> None:
    """Forget what a transaction would have changed that was rolled back."""
    session.info.pop("vouched", None)


def stored_digests(session: Session, model: Any, ids: Collection[int]) -> dict[int, bytes]:
    """The digests of those of the rows that are stored."""
    if not ids:
        return {}
    connection, table, wanted = session.connection(), model.__table__, list(ids)
    before = _codes_before(model, connection)
    found: dict[int, bytes] = {}
    for start in range(0, len(wanted), BATCH):
        some = select(table).where(table.c.id.in_(wanted[start : start + BATCH]))
        for row in connection.execute(some).mappings():
            found[row["id"]] = row_digest(model, row, before)
    return found


class Contradiction(NamedTuple):
    """A row that is not what the journal says of it.

    Attributes:
        seq: the last entry that told of it before it was changed; None when none ever did.
    """

    kind: str
    subject_id: int
    seq: int | None


def first_contradiction(model: Any, *, accepts_untold: bool) -> Contradiction | None:
    """The first row of the model that was changed beside the journal; None when none was.

    Args:
        accepts_untold: whether rows may be older than the first entry that vouches for any.
    """
    said: dict[int, tuple[int, bytes | None]] = {}
    values = JournalValue.__table__.c
    kind: str = model.vouched_as
    told = (
        select(values.subject_id, values.seq, values.kind, values.digest)
        .where(values.kind.in_([kind, kind + WAS]))
        .order_by(values.seq, values.ordinal)
    )
    for row_id, seq, told_as, digest in db.session.execute(told):
        known = said.get(row_id)
        if told_as == kind:
            said[row_id] = (seq, digest)
        elif known is not None and known[1] != digest:
            return Contradiction(kind, row_id, known[0])
    before = _codes_before(model, db.session.connection())
    rows = db.session.execute(select(model.__table__).order_by(model.__table__.c.id)).mappings()
    for row in rows:
        known = said.pop(row["id"], None)
        if known is None:
            if accepts_untold:
                continue
            return Contradiction(kind, row["id"], None)
        if known[1] != row_digest(model, row, before):
            return Contradiction(kind, row["id"], known[0])
    if model.vanishes:
        return None
    gone = [(row_id, seq) for row_id, (seq, digest) in said.items() if digest is not None]
    return Contradiction(kind, *min(gone)) if gone else None


def _id_of(item: Any) -> int | None:
    """The id of a row that was new; None where it was given up before it was stored."""
    state = inspect(item)
    return item.id if state.persistent or state.deleted else None


def _touched(session: Session) -> dict[Any, Touched]:
    touched: dict[Any, Touched] = session.info.setdefault("vouched", {})
    return touched
