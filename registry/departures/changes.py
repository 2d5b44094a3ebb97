"""Setting values of a record, and the one journal entry that every operation ends with."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update

from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, now
from registry.departures import digests
from registry.departures.assessing import judge
from registry.departures.models import Departure, DepartureWriter, Resident
from registry.departures.nik import is_foreign_card
from registry.departures.workflow import Action, next_status
from registry.formatting import normal_name
from registry.reference.queries import load_reference

# No 0, O, 1, I or L, which are misread on paper and misheard on the phone.
REGISTRATION_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

Changes = dict[str, tuple[Any, Any]]


class StaleRecord(Exception):
    """Somebody else changed the record meanwhile; shown with what changed, nothing is lost."""


def new_registration_number(year: int) -> str:
    """`PM-2026-K7Q4M`: the year of first saving and five random characters, never used before."""
    while True:
        code = "".join(secrets.choice(REGISTRATION_ALPHABET) for _ in range(5))
        number = f"PM-{year}-{code}"
        taken = select(Departure.id).where(Departure.registration_number == number)
        if db.session.scalar(taken) is None:
            return number


def refuse_stale(departure: Departure, seen_revision: int) -> None:
    """Raise StaleRecord when the form was filled in against an older version of the record."""
    if departure.revision != seen_revision:
        raise StaleRecord


def move(departure: Departure, action: Action) -> None:
    """The one place where a review status changes."""
    after = next_status(departure.review_status, action)
    if after is not None:
        departure.review_status = after


def note_writer(departure: Departure, by: User) -> None:
    if all(writer.user_id != by.id for writer in departure.writers):
        departure.writers.append(DepartureWriter(user_id=by.id))


def change(row: Any, values: Mapping[str, Any]) -> Changes:
    """Set the values that differ; answers before and after of each."""
    changes: Changes = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = (before, value)
    set_values(row, {name: after for name, (_, after) in changes.items()})
    return changes


def set_values(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Resident):
        if "name" in values:
            row.normal_name = normal_name(values["name"])
        if "family_card" in values:
            row.has_foreign_card = is_foreign_card(values["family_card"], row.village_code)


def storable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def finish(
    event: Event,
    departure: Departure,
    by: User,
    *,
    resident_changes: Changes | None = None,
    departure_changes: Changes | None = None,
) -> None:
    """Judge the record again, store its digest, and note the one journal entry."""
    resident = departure.resident
    departure.refresh_leaving_date()
    departure.updated_at = now()
    if resident_changes:
        resident.version = (resident.version or 0) + 1
    with db.session.no_autoflush:  # one flush, so that one operation makes one version
        judge(departure, load_reference())
    db.session.flush()
    subjects = [departure_subject(departure, departure_changes or {})]
    if resident_changes:
        subjects.append(resident_subject(resident, resident_changes))
    log.record(
        event,
        by=by.actor,
        area_code=departure.village_code,
        subjects=subjects,
        detail={
            "nomor": departure.registration_number,
            "kolom": sorted([*(departure_changes or {}), *(resident_changes or {})]),
        },
    )


def resident_subject(resident: Resident, changes: Changes) -> log.Subject:
    """The resident as a subject of an entry: new digest, sealed changes."""
    digest = digests.resident_digest(digests.columns_of(resident, digests.RESIDENT_COLUMNS))
    _store_digest(Resident, resident.id, digest)
    return log.Subject(
        kind="resident",
        subject_id=resident.id,
        resident_id=resident.id,
        version=resident.version,
        digest=digest,
        sealed=_sealed(resident, changes, "resident", resident.id, resident.version),
    )


def departure_subject(departure: Departure, changes: Changes) -> log.Subject:
    """The departure with its documents as a subject of an entry."""
    digest = digests.departure_digest(
        digests.columns_of(departure, digests.DEPARTURE_COLUMNS),
        [
            digests.columns_of(document, digests.DOCUMENT_COLUMNS)
            for document in departure.documents
        ],
    )
    _store_digest(Departure, departure.id, digest)
    return log.Subject(
        kind="departure",
        subject_id=departure.id,
        resident_id=departure.resident_id,
        version=departure.version,
        digest=digest,
        sealed=_sealed(departure.resident, changes, "departure", departure.id, departure.version),
    )


def _store_digest(model: Any, row_id: int, digest: bytes) -> None:
    # Beside the ORM, so that storing the digest makes no new version.
    db.session.execute(
        update(model.__table__).where(model.__table__.c.id == row_id).values(digest=digest)
    )


def _sealed(
    resident: Resident, changes: Changes, kind: str, subject_id: int, version: int
) -> bytes | None:
    if not changes:
        return None
    plain = {name: [storable(before), storable(after)] for name, (before, after) in changes.items()}
    return log.seal_changes(resident.person_key, plain, kind, subject_id, version)
