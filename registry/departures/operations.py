"""Writing residents and departures: each operation journals itself and never commits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import sealing
from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.audit.vouching import vouch_for_rows_of
from registry.db import db, next_ids, now
from registry.departures.changes import (
    Changes,
    change,
    finish,
    move,
    new_registration_number,
    note_writer,
    refuse_stale,
    set_values,
    storable,
)
from registry.departures.fields import FIELDS, PROGRESS
from registry.departures.journey_days import refuse_birth
from registry.departures.models import (
    Departure,
    DepartureWriter,
    Document,
    Resident,
)
from registry.departures.workflow import OPEN_STAGES, Action, NotAllowed, edit_action, next_status
from registry.enums import N_, DocumentKind, DocumentStatus, Relation, ReviewStatus, Stage
from registry.formatting import today


class NikTaken(ValueError):
    """The NIK belongs to another resident of the same village."""


@dataclass(frozen=True)
class DocumentAnswer:
    """What the village says of one paper."""

    status: DocumentStatus | None
    number: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


def new_resident(village_code: str, values: Mapping[str, Any]) -> Resident:
    """A resident with a key of their own, added to the session."""
    resident_id = next_ids("resident")[0]
    key, wrapped = sealing.keyring().new_person_key(resident_id)
    resident = Resident(
        id=resident_id, village_code=village_code, wrapped_key=wrapped, created_at=now(), version=0
    )
    resident.__dict__["person_key"] = key
    set_values(resident, values)
    db.session.add(resident)
    return resident


def create(
    *,
    village_code: str,
    resident: Resident | None,
    values: Mapping[str, Any],
    by: User,
    client_key: str,
) -> Departure:
    """A new departure as a draft, of a known resident or of a new one.

    Args:
        values: fields of the resident, a name at least when `resident` is None.
        client_key: made with the empty form; sending the form again makes no second record.

    Raises:
        NikTaken: another resident of the village has this NIK.
        NotAllowed: the resident has an open departure already.
        BadDay: the resident had left before the birth date that is given.
    """
    resident_changes: Changes = {}
    if resident is None:
        _refuse_taken_nik(village_code, values.get("nik"), None)
        resident = new_resident(village_code, values)
        resident_changes = {name: (None, value) for name, value in values.items() if value}
    else:
        _refuse_second_journey(resident)
        _refuse_taken_nik(village_code, values.get("nik"), resident.id)
        _refuse_late_birth(resident, values)
        resident_changes = change(resident, values)
    moment = now()
    departure = Departure(
        id=next_ids("departure")[0],
        registration_number=new_registration_number(today().year),
        client_key=client_key,
        resident=resident,
        village_code=village_code,
        review_status=ReviewStatus.DRAFT,
        stage=Stage.PLANNED,
        created_at=moment,
        updated_at=moment,
        created_by=by.username,
    )
    departure.writers = [DepartureWriter(user_id=by.id)]
    db.session.add(departure)
    finish(Event.DEPARTURE_CREATED, departure, by, resident_changes=resident_changes)
    return departure


def open_departure(resident: Resident) -> Departure | None:
    """The resident's departure that is planned or under way; there is one at most."""
    return next((d for d in resident.departures if d.stage in OPEN_STAGES), None)


def _refuse_second_journey(resident: Resident) -> None:
    if open_departure(resident):
        raise NotAllowed(N_("Warga ini masih punya keberangkatan yang berjalan. Buka catatan itu."))


def _refuse_taken_nik(village_code: str, nik: str | None, own_id: int | None) -> None:
    if not nik:
        return
    indexes = sealing.keyring().blind_indexes("nik", nik)
    owner = db.session.scalar(
        select(Resident.id).where(
            Resident.village_code == village_code, Resident.nik_index.in_(indexes)
        )
    )
    if owner is not None and owner != own_id:
        raise NikTaken(
            N_("NIK ini sudah tercatat untuk warga lain di sini. Cari warga itu lebih dulu.")
        )


def _refuse_late_birth(resident: Resident, values: Mapping[str, Any]) -> None:
    """A birth date that is new must lie before every journey of the person."""
    born = values.get("birth_date")
    if born == resident.birth_date:
        return
    for journey in resident.departures:
        refuse_birth(born, journey.departed_on, journey.returned_on)


def save_answers(
    departure: Departure, values: Mapping[str, Any], *, by: User, seen_revision: int
) -> Changes:
    """Change fields of the person and the plan; a verified record goes back to review.

    Returns what changed, by field name. Raises StaleRecord, NikTaken, BadDay or NotAllowed.
    """
    refuse_stale(departure, seen_revision)
    _refuse_late_birth(departure.resident, values)
    if "nik" in values:
        _refuse_taken_nik(departure.village_code, values["nik"], departure.resident_id)
    of_person = {n: value for n, value in values.items() if FIELDS[n].owner == "resident"}
    of_plan = {n: value for n, value in values.items() if FIELDS[n].owner == "departure"}
    person_changes = change(departure.resident, of_person)
    plan_changes = change(departure, of_plan)
    changes = person_changes | plan_changes
    if not changes:
        return {}
    needs_review = any(name not in PROGRESS for name in changes)
    event = Event.DEPARTURE_CHANGED
    if needs_review:
        action = edit_action(departure.review_status)
        if action is Action.CORRECT:
            event = Event.DEPARTURE_CORRECTED
            _keep_old_values(departure, changes)
            departure.submitted_at = now()
        move(departure, action)
        note_writer(departure, by)
    finish(event, departure, by, resident_changes=person_changes, departure_changes=plan_changes)
    return changes


def _keep_old_values(departure: Departure, changes: Changes) -> None:
    """Keep the verified values in sight until the corrected record is verified again."""
    kept = json.loads(departure.before_correction or "{}")
    for name, (before, _) in changes.items():
        kept.setdefault(name, storable(before))
    departure.before_correction = json.dumps(kept, ensure_ascii=False)


def values_before_correction(departure: Departure) -> dict[str, Any]:
    """The last verified values of fields that were corrected since; empty when none."""
    found: dict[str, Any] = json.loads(departure.before_correction or "{}")
    return found


def save_documents(
    departure: Departure,
    answers: Mapping[DocumentKind, DocumentAnswer],
    *,
    by: User,
    seen_revision: int,
) -> Changes:
    """Progress of the papers; it never asks for a new review."""
    refuse_stale(departure, seen_revision)
    changes: Changes = {}
    for kind, answer in answers.items():
        changes |= _save_document(departure, kind, answer)
    if changes:
        finish(Event.DOCUMENTS_CHANGED, departure, by, departure_changes=changes)
    return changes


def _save_document(departure: Departure, kind: DocumentKind, answer: DocumentAnswer) -> Changes:
    document = departure.document(kind)
    if document is None:
        if answer == DocumentAnswer(None):
            return {}
        document = Document(departure_id=departure.id, kind=kind)
        departure.documents.append(document)
    changes = change(
        document,
        {
            "status": answer.status,
            "number": answer.number,
            "issued_on": answer.issued_on,
            "expires_on": answer.expires_on,
        },
    )
    return {f"{kind.value}.{name}": change for name, change in changes.items()}


def record_letter(
    departure: Departure,
    *,
    number: str,
    issued_on: date,
    signer: str,
    relation: Relation,
    by: User,
    seen_revision: int,
) -> None:
    """The family-permission letter that the village printed (UU 18/2017 article 13 b)."""
    refuse_stale(departure, seen_revision)
    answer = DocumentAnswer(DocumentStatus.PRESENT, number, issued_on)
    changes = _save_document(departure, DocumentKind.FAMILY_PERMISSION, answer)
    said = {
        "letter_signer": signer,
        "letter_signer_relation": relation,
        "letter_country": departure.country,
    }
    changes |= change(departure, said)
    if changes:
        finish(Event.DEPARTURE_LETTER, departure, by, departure_changes=changes)


def missing_for_submission(departure: Departure) -> list[str]:
    """The answers that a record still needs before it can be submitted, by field name."""
    needed = {
        "name": departure.resident.name,
        "sex": departure.resident.sex,
        "birth_date": departure.resident.birth_date,
        "rt": departure.resident.rt,
        "country": departure.country,
        "job_title": departure.job_title,
        "scheme": departure.scheme,
        "planned_on": departure.leaving_on,
    }
    return [name for name, value in needed.items() if value is None or value == ""]


def delete_draft(departure: Departure, *, by: User, seen_revision: int) -> None:
    """Remove a draft that was never submitted, and its resident when nothing else is known."""
    refuse_stale(departure, seen_revision)
    remove_draft(departure, by=by.actor)


def remove_draft(departure: Departure, *, by: log.Actor, **detail: str) -> None:
    """The same without a user at the form; `detail` says in the journal why."""
    next_status(departure.review_status, Action.DELETE)
    if departure.submitted_at is not None:
        raise NotAllowed(N_("Catatan yang pernah diajukan tidak dihapus; tandai batal bila perlu."))
    resident = departure.resident
    vouch_for_rows_of(departure)
    log.record(
        Event.DEPARTURE_DELETED,
        by=by,
        area_code=departure.village_code,
        subjects=[log.Subject("departure", departure.id, resident.id)],
        detail={"nomor": departure.registration_number, **detail},
    )
    db.session.delete(departure)
    if all(other is departure for other in resident.departures):
        db.session.delete(resident)
