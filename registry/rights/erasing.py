"""Making a person unrecognisable: their key is destroyed, and what tells who it was is overwritten.

What the statistics count stays, with the year of birth and the village. Every column that is not
named here as kept is emptied, so that a new one is erased unless somebody decides otherwise.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from registry.audit import log
from registry.audit.events import Event
from registry.audit.vouching import vouch_for_rows_of
from registry.db import db
from registry.departures.changes import departure_subject, resident_subject
from registry.departures.fields import ERASED
from registry.departures.models import Departure, EmergencyAccess, Flag, FlagStep, Job, Resident
from registry.formatting import today
from registry.rights.models import CorrectionRequest

KEPT: dict[type[Any], frozenset[str]] = {
    Resident: frozenset(
        {"id", "village_code", "sex", "version", "digest", "created_at", "erased_on"}
    ),
    Departure: frozenset(
        {
            *("id", "registration_number", "resident_id", "village_code", "review_status"),
            *("submitted_at", "reviewed_at", "stage", "planned_on", "departed_on", "leaving_on"),
            *("returned_on", "cancelled_on", "country", "scheme", "agency_id"),
            *("job_code", "employer_kind", "origin", "created_at", "created_by", "updated_at"),
            *("version", "digest", "procedure", "readiness_at_departure"),
            *("documents_required", "documents_complete", "documents_missing"),
            "papers_complete_on",
        }
    ),
    Flag: frozenset(
        {
            *("id", "departure_id", "rule", "rule_version", "severity", "state", "raised_on"),
            *("due_on", "owner", "settled_severity"),
        }
    ),
    FlagStep: frozenset({"id", "flag_id", "at", "username", "role", "state", "is_restricted"}),
}


def erase(resident: Resident, *, by: log.Actor) -> None:
    """Erase a person with all their departures, as one journaled operation; no commit."""
    born = birthday_left([d.leaving_on for d in resident.departures], resident.birth_date)
    _overwrite(
        resident,
        # Sealed values in rows and in the journal were under this key alone.
        wrapped_key=b"",
        name=ERASED,
        normal_name="",
        birth_date=born,
        erased_on=today(),
    )
    resident.__dict__.pop("person_key", None)
    resident.version += 1
    for departure in resident.departures:
        _erase_departure(departure)
    db.session.flush()
    subjects = [departure_subject(departure, {}) for departure in resident.departures]
    log.record(
        Event.PERSON_ERASED,
        by=by,
        area_code=resident.village_code,
        subjects=[*subjects, resident_subject(resident, {})],
        detail={"nomor": [departure.registration_number for departure in resident.departures]},
    )


def _erase_departure(departure: Departure) -> None:
    agency, job = departure.agency, db.session.get(Job, departure.job_code or "")
    _overwrite(
        departure,
        # As the lists write it: what was typed may be anything.
        agency_name=agency.name if agency else None,
        job_title=job.title if job else None,
    )
    departure.documents.clear()
    departure.writers.clear()
    for flag in departure.flags:
        _overwrite(flag, evidence={}, sentence=ERASED, advice=ERASED)
        for step in flag.steps:
            _overwrite(step)
    vouch_for_rows_of(departure)
    # Their words were under the person's key; that they were is in the journal.
    for model in (CorrectionRequest, EmergencyAccess):
        db.session.execute(delete(model).where(model.departure_id == departure.id))


def _overwrite(row: Any, **values: Any) -> None:
    kept = KEPT[type(row)]
    for column in row.__table__.columns:
        if column.key not in kept or column.key in values:
            setattr(row, column.key, values.get(column.key))


def birthday_left(leaving: Iterable[date | None], birth_date: date | None) -> date | None:
    """A day of the same year on which the person is as old at each leaving as on their own.

    It is the first such day, so it tells nothing that the days of leaving do not tell.
    """
    if birth_date is None:
        return None
    days = [(day or today()) for day in leaving]
    own = (birth_date.month, birth_date.day)
    before = [(day.month, day.day) for day in days if (day.month, day.day) < own]
    if not before:
        return date(birth_date.year, 1, 1)
    month, day_of_month = max(before)
    try:
        return date(birth_date.year, month, day_of_month) + timedelta(days=1)
    except ValueError:  # 29 February, in a year that has none
        return date(birth_date.year, 3, 1)


def residents_of(ids: Iterable[int]) -> list[Resident]:
    """Those of the residents who are still known, in order."""
    statement = select(Resident).where(Resident.id.in_(list(ids)), Resident.erased_on.is_(None))
    return list(db.session.scalars(statement.order_by(Resident.id)))
