"""Sealing anew, under the present keys, what lies under earlier ones; a batch of people at a time.

A person's own key stays, so values and the journal need no second sealing: the key is wrapped anew
and the blind indexes are made anew. Digests cover both, so each batch is an entry of the journal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update

from registry.accounts import kept_forms, second_factor
from registry.accounts.models import KeptForm, User
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalValue
from registry.audit.vouching import Vouched, vouch_for
from registry.db import db
from registry.departures import bulk, digests
from registry.departures.models import Departure, Document, PatternStep, Resident
from registry.departures.sealed_text import SealedText
from registry.sealing import Keyring, PersonKey
from registry.workbooks import export_requests
from registry.workbooks.models import ExportRequest

BATCH = 200
# What no person's key seals: the column, and the words that bind a value to its place.
UNDER_DATA_KEY: tuple[tuple[Any, str, tuple[str, str]], ...] = (
    (PatternStep, "note_sealed", ("pattern_step", "note")),
    (KeptForm, "sealed", kept_forms.SEALED_AS),
    (User, "totp_sealed", second_factor.SEALED_AS),
    (ExportRequest, "filter_sealed", export_requests.SEALED_AS),
)
TOUCHED = (Resident, Departure, Document, *(model for model, *_ in UNDER_DATA_KEY))


class RecordEdited(RuntimeError):
    """A record does not agree with the journal; new keys must not make it agree."""


def people_left(keyring: Keyring) -> int:
    """How many people's keys still lie under earlier data keys."""
    return _count(select(func.count()).where(_is_old(Resident.wrapped_key, keyring)))


def others_left(keyring: Keyring) -> int:
    """How many other values do."""
    return sum(
        _count(select(func.count()).where(_is_old(getattr(model, column), keyring)))
        for model, column, _ in UNDER_DATA_KEY
    )


def renew_people(keyring: Keyring) -> int:
    """Renew the next batch of people and all that is theirs; journaled, no commit.

    Answers how many; none when nobody is left. Raises RecordEdited, or SealBroken for a value that
    was altered.
    """
    old = select(Resident.__table__).where(_is_old(Resident.wrapped_key, keyring))
    people = _rows(old.order_by(Resident.id).limit(BATCH))
    if not people:
        return 0
    ids = [row["id"] for row in people]
    journeys = _rows(select(Departure.__table__).where(Departure.resident_id.in_(ids)))
    journey_ids = [row["id"] for row in journeys]
    papers = _rows(select(Document.__table__).where(Document.departure_id.in_(journey_ids)))
    _refuse_edited(people, journeys, papers)

    keys = {row["id"]: keyring.unwrap(row["wrapped_key"], row["id"]) for row in people}
    owners = {row["id"]: keys[row["resident_id"]] for row in journeys}
    for row in people:
        wrapped = keyring.seal(keys[row["id"]].key, "resident", "wrapped_key", row["id"])
        row["wrapped_key"] = wrapped
        _renew_indexes(keyring, Resident, row, keys[row["id"]], row["id"])
    for row in journeys:
        _renew_indexes(keyring, Departure, row, owners[row["id"]], row["id"])
    for row in papers:
        place = f"{row['departure_id']}:{row['kind'].value}"
        _renew_indexes(keyring, Document, row, owners[row["departure_id"]], place)

    subjects = [bulk.resident_subject(row) for row in people]
    before = {row["id"]: row["digest"] for row in journeys}
    by_journey = _by_journey(papers)
    for row in journeys:
        subject = bulk.departure_subject(row, by_journey.get(row["id"], ()))
        if subject.digest != before[row["id"]]:
            subjects.append(subject)
    _write(Resident, people, "wrapped_key", "digest")
    _write(Departure, journeys, "digest")
    _write(Document, papers)
    log.record(
        Event.KEYS_RENEWED,
        by=log.SYSTEM,
        area_code="0",
        subjects=subjects,
        detail={"versi": keyring.version, "orang": len(people)},
    )
    return len(people)


def renew_others(keyring: Keyring) -> None:
    """Seal anew what lies under an earlier data key itself; journaled where rows are vouched for.

    No commit.
    """
    vouched = 0
    for model, column, place in UNDER_DATA_KEY:
        table = model.__table__
        old = select(table.c.id, table.c[column]).where(_is_old(table.c[column], keyring))
        renewed = [
            {
                "row_id": row_id,
                "new": keyring.seal(keyring.unseal(sealed, *place, row_id), *place, row_id),
            }
            for row_id, sealed in db.session.execute(old)
        ]
        if renewed:
            if issubclass(model, Vouched):
                vouch_for(model, [row["row_id"] for row in renewed])
                vouched += len(renewed)
            statement = update(table).where(table.c.id == bindparam("row_id"))
            db.session.execute(statement.values({column: bindparam("new")}), renewed)
    if vouched:
        detail = {"versi": keyring.version, "baris": vouched}
        log.record(Event.KEYS_RENEWED, by=log.SYSTEM, area_code="0", detail=detail)


def _is_old(column: Any, keyring: Keyring) -> ColumnElement[bool]:
    """Sealed under an earlier data key; an emptied value is under none."""
    mark = keyring.mark
    return and_(func.length(column) > 0, func.substr(column, 1, len(mark)) != mark)


def _count(statement: Any) -> int:
    return db.session.scalar(statement) or 0


def _rows(statement: Any) -> list[bulk.Row]:
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _by_journey(papers: Iterable[bulk.Row]) -> dict[int, list[bulk.Row]]:
    found: dict[int, list[bulk.Row]] = {}
    for row in papers:
        found.setdefault(row["departure_id"], []).append(row)
    return found


def _refuse_edited(
    people: Sequence[bulk.Row], journeys: Sequence[bulk.Row], papers: Sequence[bulk.Row]
) -> None:
    """Compare every record with its last entry before it gets a new one."""
    by_journey = _by_journey(papers)
    stored = {
        "resident": {row["id"]: digests.resident_digest(row) for row in people},
        "departure": {
            row["id"]: digests.departure_digest(row, by_journey.get(row["id"], ()))
            for row in journeys
        },
    }
    for kind, found in stored.items():
        said = _last_said(kind, found)
        if edited := [
            subject_id for subject_id in found if said.get(subject_id) != found[subject_id]
        ]:
            raise RecordEdited(f"{kind} {min(edited)}")


def _last_said(kind: str, ids: Mapping[int, bytes]) -> dict[int, bytes | None]:
    statement = (
        select(JournalValue.subject_id, JournalValue.digest)
        .where(
            JournalValue.kind == kind,
            JournalValue.subject_id.in_(list(ids)),
            JournalValue.digest.is_not(None),
        )
        .order_by(JournalValue.seq, JournalValue.ordinal)
    )
    return {row.subject_id: row.digest for row in db.session.execute(statement)}


def _indexed(model: Any) -> list[tuple[str, str]]:
    """Names and kinds of the model's texts that are searched for."""
    texts = [(name, text) for name, text in vars(model).items() if isinstance(text, SealedText)]
    return [(name, text.index) for name, text in texts if text.index]


def _renew_indexes(
    keyring: Keyring, model: Any, row: bulk.Row, key: PersonKey, place: int | str
) -> None:
    for name, kind in _indexed(model):
        sealed = row[f"{name}_sealed"]
        if sealed is not None:
            number = key.unseal(sealed, model.__tablename__, name, place)
            row[f"{name}_index"] = keyring.blind_index(kind, number)


def _write(model: Any, rows: Sequence[bulk.Row], *columns: str) -> None:
    if not rows:
        return
    table = model.__table__
    names = [*columns, *(f"{name}_index" for name, _ in _indexed(model))]
    primary = [column.name for column in table.primary_key]
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"key_{name}") for name in primary))
        .values({name: bindparam(f"new_{name}") for name in names})
    )
    values = [
        {f"key_{name}": row[name] for name in primary}
        | {f"new_{name}": row[name] for name in names}
        for row in rows
    ]
    db.session.execute(statement, values)
