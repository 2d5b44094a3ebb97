"""The keyed digest of a record, which its last journal entry repeats.

It covers what officials recorded; what the rules derive from it is left out. A record edited beside
the journal therefore no longer agrees with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import and_, func, select

from registry import sealing
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.audit.recoded import codes_before
from registry.audit.said import digest_of_said
from registry.audit.vouching import Contradiction
from registry.db import db
from registry.departures.models import Departure, Document, Resident
from registry.regions.area import Area

DERIVED = frozenset(
    {
        "digest",
        "procedure",
        "readiness_at_departure",
        "documents_required",
        "documents_complete",
        "documents_missing",
        "papers_complete_on",
        "holds_until",
        "has_foreign_card",
    }
)
RESIDENT_COLUMNS = tuple(c.name for c in Resident.__table__.columns if c.name not in DERIVED)
DEPARTURE_COLUMNS = tuple(c.name for c in Departure.__table__.columns if c.name not in DERIVED)
DOCUMENT_COLUMNS = tuple(c.name for c in Document.__table__.columns)
# Moved together with its area by a decree (design, section 4); the journal stays as it is. Instead,
# a record must lie within the area of every entry about it, by its code of then.
RECODED = frozenset({"village_code"})
# Columns that came after the first records; left out while empty, so that older digests hold.
LATER = frozenset({"letter_country", "contract_country", "erased_on"})


def digest_of(row: Mapping[str, Any], columns: Iterable[str]) -> bytes:
    """HMAC over the named columns of a stored row."""
    return digest_of_said(
        (name, row[name])
        for name in columns
        if name not in RECODED and not (name in LATER and row[name] is None)
    )


def resident_digest(row: Mapping[str, Any]) -> bytes:
    return digest_of(row, RESIDENT_COLUMNS)


def departure_digest(row: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> bytes:
    """The digest of a departure together with its documents, in the order of their kinds."""
    ordered = sorted(documents, key=lambda document: str(document["kind"]))
    parts = [digest_of(row, DEPARTURE_COLUMNS)]
    parts += [digest_of(document, DOCUMENT_COLUMNS) for document in ordered]
    return sealing.keyring().chain(b"".join(parts))


def columns_of(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    """The named columns of an ORM object, as stored after a flush."""
    return {name: getattr(row, name) for name in columns}


def first_edited_record() -> Contradiction | None:
    """The first resident or departure that its last entry does not repeat; None when all do."""
    before = codes_before(db.session.connection())
    for kind, model in (("resident", Resident), ("departure", Departure)):
        (said, last), areas, deleted = _said(kind), _areas_said(kind), _deleted(kind)
        for subject_id, village, digest in _stored_digests(kind, model):
            is_said = said.pop(subject_id, None) == digest and subject_id not in deleted
            codes = (village, *before.get(village, ()))
            if not (is_said and all(_holds(area, codes) for area in areas[subject_id])):
                return Contradiction(kind, subject_id, last.get(subject_id))
        if gone := said.keys() - deleted:
            return Contradiction(kind, min(gone), last[min(gone)])
    return None


def _holds(area: str, codes: Iterable[str]) -> bool:
    return any(Area(area).holds(code) for code in codes)


def _said(kind: str) -> tuple[dict[int, bytes | None], dict[int, int]]:
    """The digest of each record in its last entry, and that entry's number."""
    latest = (
        select(JournalValue.subject_id, func.max(JournalValue.seq).label("seq"))
        .where(JournalValue.kind == kind, JournalValue.digest.is_not(None))
        .group_by(JournalValue.subject_id)
        .subquery()
    )
    statement = select(JournalValue.subject_id, JournalValue.digest, JournalValue.seq).join(
        latest,
        and_(
            JournalValue.subject_id == latest.c.subject_id,
            JournalValue.seq == latest.c.seq,
            JournalValue.kind == kind,
        ),
    )
    rows = db.session.execute(statement).all()
    return {row.subject_id: row.digest for row in rows}, {row.subject_id: row.seq for row in rows}


def _areas_said(kind: str) -> dict[int, set[str]]:
    """The areas of all entries about each record: its village, or an office's area around it."""
    statement = (
        select(JournalValue.subject_id, JournalEntry.area_code)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(JournalValue.kind == kind, JournalValue.digest.is_not(None))
        .distinct()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for subject_id, area_code in db.session.execute(statement):
        found[subject_id].add(area_code)
    return found


def _deleted(kind: str) -> set[int | None]:
    """Those whose deletion is an entry: a draft, and with its last one the resident.

    What was deleted and is there again was put back beside the journal, even if unchanged.
    """
    column = JournalValue.subject_id if kind == "departure" else JournalValue.resident_id
    statement = (
        select(column)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(JournalEntry.event == Event.DEPARTURE_DELETED.value)
    )
    if kind == "resident":
        statement = statement.where(column.not_in(select(Departure.resident_id)))
    return set(db.session.scalars(statement))


def _stored_digests(kind: str, model: Any) -> Iterable[tuple[int, str, bytes]]:
    rows = db.session.execute(select(model.__table__).order_by(model.id)).mappings()
    if kind == "resident":
        for row in rows:
            yield row["id"], row["village_code"], resident_digest(dict(row))
        return
    documents: dict[int, list[Mapping[str, Any]]] = {}
    for document in db.session.execute(select(Document.__table__)).mappings():
        documents.setdefault(document["departure_id"], []).append(dict(document))
    for row in rows:
        digest = departure_digest(dict(row), documents.get(row["id"], []))
        yield row["id"], row["village_code"], digest
