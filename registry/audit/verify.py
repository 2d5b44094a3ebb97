"""Walking the journal's chain from its first entry to its head."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select

from registry.audit.log import HEAD_ID, ZERO_LINK, digest_of_values, link_of
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.db import db

BATCH = 5_000


@dataclass(frozen=True)
class Verification:
    """How many entries were walked, and the first that does not hold, with the reason."""

    entries: int
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def verify_chain() -> Verification:
    """Check every entry's link, its values' digest, the order without gaps, and the head."""
    walked, previous = 0, ZERO_LINK
    for row, values in _entries():
        walked += 1
        if row["seq"] != walked:
            return Verification(walked, walked, "entri hilang atau disisipkan")
        if row["previous"] != previous or link_of(row) != row["link"]:
            return Verification(walked, walked, "entri diubah")
        if digest_of_values(values) != row["values_digest"]:
            return Verification(walked, walked, "nilai entri diubah")
        previous = row["link"]
    head = db.session.execute(
        select(JournalHead.seq, JournalHead.link).where(JournalHead.id == HEAD_ID)
    ).one()
    if head.seq != walked or head.link != previous:
        return Verification(walked, walked + 1, "ujung rantai tidak cocok")
    return Verification(walked)


def _entries() -> Iterator[tuple[dict[str, object], list[dict[str, object]]]]:
    first = 1
    last = db.session.scalar(select(JournalEntry.seq).order_by(JournalEntry.seq.desc()).limit(1))
    while first <= (last or 0):
        through = first + BATCH - 1
        entries = select(JournalEntry.__table__).where(JournalEntry.seq.between(first, through))
        values = select(JournalValue.__table__).where(JournalValue.seq.between(first, through))
        by_entry = {
            seq: [dict(row) for row in rows]
            for seq, rows in groupby(
                db.session.execute(values.order_by(JournalValue.seq, JournalValue.ordinal))
                .mappings()
                .all(),
                key=lambda row: row["seq"],
            )
        }
        for row in db.session.execute(entries.order_by(JournalEntry.seq)).mappings():
            yield dict(row), by_entry.get(row["seq"], [])
        first = through + 1
