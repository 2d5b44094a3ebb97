"""Walking the journal's chain from its first entry to its head, past the anchors kept elsewhere."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, Text, cast, func, select, type_coerce

from registry import sealing
from registry.audit.anchors import Anchor
from registry.audit.log import (
    ENTRY_COLUMNS,
    HEAD_ID,
    VALUE_COLUMNS,
    ZERO_LINK,
    as_json,
    said_of_entry,
    said_of_values,
)
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.db import db

BATCH = 5_000

MISSING = "entri hilang atau disisipkan"
CHANGED = "entri diubah"
VALUES_CHANGED = "nilai entri diubah"
OTHER_HEAD = "ujung rantai tidak cocok"
OTHER_CHAIN = "rantai dibuat ulang; kepala yang disimpan di luar tidak cocok"
CUT = "ekor rantai dipotong; kepala yang disimpan di luar lebih jauh"

_ENTRY, _VALUE = JournalEntry.__table__.c, JournalValue.__table__.c
Values = dict[int, list[Sequence[Any]]]
Progress = Callable[[int], object]
Chain = Callable[[bytes], bytes]
AT, DETAIL = ENTRY_COLUMNS.index("at"), ENTRY_COLUMNS.index("detail")


@dataclass(frozen=True)
class Verification:
    """How many entries were walked, and the first that does not hold, with the reason.

    Attributes:
        through: the last entry that may be the first bad one, where an anchor found it; the
            anchors on both sides cannot tell more.
    """

    entries: int
    broken_at: int | None = None
    reason: str = ""
    through: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def count_entries() -> int:
    return db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def head_anchor() -> Anchor | None:
    """The journal's last entry, to be kept elsewhere; None while the journal is empty."""
    statement = select(JournalEntry.seq, JournalEntry.at, JournalHead.link).join(
        JournalHead, JournalHead.seq == JournalEntry.seq
    )
    row = db.session.execute(statement.where(JournalHead.id == HEAD_ID)).first()
    return Anchor(row.seq, row.at, row.link) if row else None


def verify_chain(
    anchors: Collection[Anchor] = (), progress: Progress = lambda walked: None
) -> Verification:
    """Check every entry's link, its values' digest, the order without gaps, head and anchors."""
    chain = sealing.keyring().chain
    nothing = chain(said_of_values([]))
    kept = _by_number(anchors)
    walked, previous, agreed = 0, ZERO_LINK, 0
    for rows, values in _batches():
        for *said, link in rows:
            walked += 1
            if said[0] != walked:
                return Verification(walked, walked, MISSING)
            if not _is_linked(said, link, previous, chain):
                return Verification(walked, walked, CHANGED)
            mine = values.pop(walked, None)
            if (_digest(mine, chain) if mine else nothing) != said[-2]:
                return Verification(walked, walked, VALUES_CHANGED)
            if walked in kept:
                if kept[walked] != {link}:
                    return Verification(walked, agreed + 1, OTHER_CHAIN, through=walked)
                agreed = walked
            previous = link
        if values:
            return Verification(walked, min(values), VALUES_CHANGED)
        progress(len(rows))
    return _at_the_end(walked, previous, max(kept, default=0))


def _is_linked(said: list[Any], link: bytes, previous: bytes, chain: Chain) -> bool:
    """Whether the link is that of the stored row, in whatever shape somebody left the row."""
    if said[-1] != previous:
        return False
    with suppress(TypeError, ValueError, AttributeError):
        said[AT] = _moment(said[AT])
        # As it is mostly stored; what an older program stored is put in order first.
        if chain(said_of_entry(*said)) == link:
            return True
        said[DETAIL] = as_json(json.loads(said[DETAIL]))
        return chain(said_of_entry(*said)) == link
    return False


def _moment(stored: Any) -> str:
    """The stored instant, naive UTC, as `isoformat` writes it; SQLite's is a text already."""
    text = stored.replace(" ", "T") if isinstance(stored, str) else stored.isoformat()
    return f"{text.removesuffix('.000000')}+00:00"


def _digest(values: list[Sequence[Any]], chain: Chain) -> bytes | None:
    with suppress(TypeError, ValueError, AttributeError):
        return chain(said_of_values(values))
    return None


def _by_number(anchors: Collection[Anchor]) -> dict[int, set[bytes]]:
    kept: dict[int, set[bytes]] = {}
    for anchor in anchors:
        kept.setdefault(anchor.seq, set()).add(anchor.link)
    return kept


def _at_the_end(walked: int, previous: bytes, furthest: int) -> Verification:
    head = db.session.execute(
        select(JournalHead.seq, JournalHead.link).where(JournalHead.id == HEAD_ID)
    ).first()
    if head is None or head.seq != walked or head.link != previous:
        return Verification(walked, walked + 1, OTHER_HEAD)
    if furthest > walked:
        return Verification(walked, walked + 1, CUT, through=furthest)
    return Verification(walked)


def _batches() -> Iterator[tuple[list[Any], Values]]:
    """All entries and all values there are, also such as have no place in the chain."""
    # Instants and facts as they are stored: reading them into objects takes the most time, and a
    # row that cannot be read has to be named like any other.
    stored = {"at": type_coerce(_ENTRY.at, String), "detail": cast(_ENTRY.detail, Text)}
    entry_columns = [stored.get(name, _ENTRY[name]) for name in (*ENTRY_COLUMNS, "link")]
    value_columns = [_VALUE[name] for name in ("seq", *VALUE_COLUMNS)]
    entries = select(*entry_columns).order_by(_ENTRY.seq).limit(BATCH)
    values = select(*value_columns).order_by(_VALUE.seq, _VALUE.ordinal)
    last: int | None = None
    while True:
        after = entries if last is None else entries.where(_ENTRY.seq > last)
        rows = list(db.session.execute(after).all())
        through = rows[-1][0] if rows else None
        yield rows, _grouped(_between(values, last, through))
        if not rows:
            return
        last = through


def _between(values: Select[Any], last: int | None, through: int | None) -> Select[Any]:
    if last is not None:
        values = values.where(_VALUE.seq > last)
    return values if through is None else values.where(_VALUE.seq <= through)


def _grouped(statement: Select[Any]) -> Values:
    found: Values = {}
    for seq, *value in db.session.execute(statement).all():
        found.setdefault(seq, []).append(value)
    return found
