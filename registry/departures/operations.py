"""Changing residents and departures: each operation writes its journal entry and never commits."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from registry import sealing
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids, now
from registry.departures import digests
from registry.departures.assessing import judge
from registry.departures.fields import FIELDS, PROGRESS
from registry.departures.models import Departure, DepartureWriter, Document, Resident
from registry.departures.workflow import (
    OPEN_STAGES,
    Action,
    Mark,
    NotAllowed,
    edit_action,
    next_stage,
    next_status,
)
from registry.enums import DocumentKind, DocumentStatus, Relation, ReturnKind, ReviewStatus, Stage
from registry.formatting import normal_name, today
from registry.reference.queries import load_reference

# No 0, O, 1, I or L, which are misread on paper and misheard on the phone.
REGISTRATION_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

Changes = dict[str, tuple[Any, Any]]


class NikTaken(ValueError):
    """The NIK belongs to another resident of the same village."""


class StaleRecord(Exception):
    """Somebody else changed the record meanwhile; shown with what changed, nothing is lost."""


@dataclass(frozen=True)
class DocumentAnswer:
    """What the village says of one paper."""

    status: DocumentStatus | None
    number: str | None = None
    issued_on: date | None = None
    expires_on: date | None = None


def new_registration_number(year: int) -> str:
    """`PM-2026-K7Q4M`: the year of first saving and five random characters, never used before."""
    while True:
        code = "".join(secrets.choice(REGISTRATION_ALPHABET) for _ in range(5))
        number = f"PM-{year}-{code}"
        taken = select(Departure.id).where(Departure.registration_number == number)
        if db.session.scalar(taken) is None:
            return number


def new_resident(village_code: str, values: Mapping[str, Any]) -> Resident:
    """A resident with a key of their own, added to the session."""
    resident_id = next_ids("resident")[0]
    key, wrapped = sealing.keyring().new_person_key(resident_id)
    resident = Resident(
        id=resident_id, village_code=village_code, wrapped_key=wrapped, created_at=now(), version=0
    )
    resident.__dict__["person_key"] = key
    _set_values(resident, values)
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
    """
    resident_changes: Changes = {}
    if resident is None:
        _refuse_taken_nik(village_code, values.get("nik"), None)
        resident = new_resident(village_code, values)
        resident_changes = {name: (None, value) for name, value in values.items() if value}
    else:
        _refuse_second_journey(resident)
        resident_changes = _change(resident, values)
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
    _finish(Event.DEPARTURE_CREATED, departure, by, resident_changes=resident_changes)
    return departure


def _refuse_second_journey(resident: Resident) -> None:
    if any(departure.stage in OPEN_STAGES for departure in resident.departures):
        raise NotAllowed("Warga ini masih punya keberangkatan yang berjalan. Buka catatan itu.")


def _refuse_taken_nik(village_code: str, nik: str | None, own_id: int | None) -> None:
    if not nik:
        return
    index = sealing.keyring().blind_index("nik", nik)
    owner = db.session.scalar(
        select(Resident.id).where(
            Resident.village_code == village_code, Resident.nik_index == index
        )
    )
    if owner is not None and owner != own_id:
        raise NikTaken(
            "NIK ini sudah tercatat untuk warga lain di sini. Cari warga itu lebih dulu."
        )


def refuse_stale(departure: Departure, seen_version: int) -> None:
    """Raise StaleRecord when the form was filled in against an older version of the record."""
    if departure.version != seen_version:
        raise StaleRecord


def save_answers(
    departure: Departure, values: Mapping[str, Any], *, by: User, seen_version: int
) -> Changes:
    """Change fields of the person and the plan; a verified record goes back to review.

    Returns what changed, by field name. Raises StaleRecord, NikTaken or NotAllowed.
    """
    refuse_stale(departure, seen_version)
    if "nik" in values:
        _refuse_taken_nik(departure.village_code, values["nik"], departure.resident_id)
    of_person = {n: value for n, value in values.items() if FIELDS[n].owner == "resident"}
    of_plan = {n: value for n, value in values.items() if FIELDS[n].owner == "departure"}
    person_changes = _change(departure.resident, of_person)
    plan_changes = _change(departure, of_plan)
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
        _move(departure, action)
        _note_writer(departure, by)
    _finish(event, departure, by, resident_changes=person_changes, departure_changes=plan_changes)
    return changes


def save_codes(departure: Departure, *, agency_id: int | None, job_code: str | None) -> None:
    """Set the codes that stand beside the free texts of agency and job; before `save_answers`."""
    departure.agency_id = agency_id
    departure.job_code = job_code


def _keep_old_values(departure: Departure, changes: Changes) -> None:
    """Keep the verified values in sight until the corrected record is verified again."""
    kept = json.loads(departure.before_correction or "{}")
    for name, (before, _) in changes.items():
        kept.setdefault(name, _storable(before))
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
    seen_version: int,
) -> Changes:
    """Progress of the papers; it never asks for a new review."""
    refuse_stale(departure, seen_version)
    changes: Changes = {}
    for kind, answer in answers.items():
        changes |= _save_document(departure, kind, answer)
    if changes:
        _finish(Event.DOCUMENTS_CHANGED, departure, by, departure_changes=changes)
    return changes


def _save_document(departure: Departure, kind: DocumentKind, answer: DocumentAnswer) -> Changes:
    document = departure.document(kind)
    if document is None:
        if answer == DocumentAnswer(None):
            return {}
        document = Document(departure_id=departure.id, kind=kind)
        departure.documents.append(document)
    changes = _change(
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
    seen_version: int,
) -> None:
    """The family-permission letter that the village printed (UU 18/2017 article 13 b)."""
    refuse_stale(departure, seen_version)
    answer = DocumentAnswer(DocumentStatus.PRESENT, number, issued_on)
    changes = _save_document(departure, DocumentKind.FAMILY_PERMISSION, answer)
    changes |= _change(departure, {"letter_signer": signer, "letter_signer_relation": relation})
    if changes:
        _finish(Event.DEPARTURE_LETTER, departure, by, departure_changes=changes)


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


def submit(departure: Departure, *, by: User, seen_version: int) -> None:
    """Hand the record to the subdistrict; what is missing never stands in the way."""
    refuse_stale(departure, seen_version)
    _move(departure, Action.SUBMIT)
    departure.submitted_at = now()
    departure.send_back_reason = None
    _note_writer(departure, by)
    _finish(Event.DEPARTURE_SUBMITTED, departure, by)


def verify(departure: Departure, *, by: User, seen_version: int, lone_reviewer: bool) -> None:
    """Confirm what the village wrote; nobody verifies a record that they wrote.

    Args:
        lone_reviewer: whether the subdistrict has no other reviewer, so that the labour office may.
    """
    refuse_stale(departure, seen_version)
    refuse_own_writing(departure, by, lone_reviewer)
    _move(departure, Action.VERIFY)
    departure.reviewed_at = now()
    departure.before_correction = None
    departure.writers = []
    _finish(Event.DEPARTURE_VERIFIED, departure, by)


def send_back(
    departure: Departure, reason: str, *, by: User, seen_version: int, lone_reviewer: bool
) -> None:
    """Ask the village to mend the record; the reason is sealed, as free text about a person."""
    refuse_stale(departure, seen_version)
    refuse_own_writing(departure, by, lone_reviewer)
    _move(departure, Action.SEND_BACK)
    departure.reviewed_at = now()
    changes = _change(departure, {"send_back_reason": reason})
    departure.writers = []
    _finish(Event.DEPARTURE_SENT_BACK, departure, by, departure_changes=changes)


def refuse_own_writing(departure: Departure, by: User, lone_reviewer: bool) -> None:
    """Raise NotAllowed for whoever wrote the record, and for offices above a reviewer who can."""
    if any(writer.user_id == by.id for writer in departure.writers):
        raise NotAllowed("Anda ikut menulis catatan ini, jadi orang lain yang memeriksanya.")
    if by.role is Role.LABOUR_OFFICE and not lone_reviewer:
        raise NotAllowed("Catatan ini diperiksa oleh kecamatan.")


def delete_draft(departure: Departure, *, by: User, seen_version: int) -> None:
    """Remove a draft that was never submitted, and its resident when nothing else is known."""
    refuse_stale(departure, seen_version)
    next_status(departure.review_status, Action.DELETE)
    if departure.submitted_at is not None:
        raise NotAllowed("Catatan yang pernah diajukan tidak dihapus; tandai batal bila perlu.")
    resident = departure.resident
    log.record(
        Event.DEPARTURE_DELETED,
        by=by.actor,
        area_code=departure.village_code,
        subjects=[log.Subject("departure", departure.id, resident.id)],
        detail={"nomor": departure.registration_number},
    )
    db.session.delete(departure)
    if all(other is departure for other in resident.departures):
        db.session.delete(resident)


def mark_departed(departure: Departure, on: date, *, by: User, seen_version: int) -> None:
    _mark(departure, Mark.DEPART, Event.DEPARTURE_DEPARTED, {"departed_on": on}, by, seen_version)


def mark_returned(
    departure: Departure, on: date, kind: ReturnKind, *, by: User, seen_version: int
) -> None:
    """The person came home; raises NotAllowed for a day before the departure."""
    if departure.departed_on and on < departure.departed_on:
        raise NotAllowed("Tanggal pulang tidak mungkin sebelum tanggal berangkat.")
    values = {"returned_on": on, "return_kind": kind}
    _mark(departure, Mark.RETURN, Event.DEPARTURE_RETURNED, values, by, seen_version)


def cancel(departure: Departure, reason: str, *, by: User, seen_version: int) -> None:
    departure.cancelled_on = today()
    values = {"cancel_reason": reason}
    _mark(departure, Mark.CANCEL, Event.DEPARTURE_CANCELLED, values, by, seen_version)


def take_back(departure: Departure, reason: str, *, by: User, seen_version: int) -> None:
    """Undo the last mark of stage, with the reason in the journal."""
    cleared: dict[str, Any] = {
        Stage.DEPARTED: {"departed_on": None},
        Stage.RETURNED: {"returned_on": None, "return_kind": None},
        Stage.CANCELLED: {"cancel_reason": None},
        Stage.PLANNED: {},
    }[departure.stage]
    if departure.stage is Stage.CANCELLED:
        departure.cancelled_on = None
    event = Event.DEPARTURE_STAGE_TAKEN_BACK
    _mark(departure, Mark.TAKE_BACK, event, cleared, by, seen_version, reason)


def _mark(
    departure: Departure,
    mark: Mark,
    event: Event,
    values: Mapping[str, Any],
    by: User,
    seen_version: int,
    reason: str | None = None,
) -> None:
    refuse_stale(departure, seen_version)
    stage = next_stage(departure.stage, mark)
    changes = _change(departure, values)
    changes["stage"] = (departure.stage, stage)
    if reason:
        changes["reason"] = (None, reason)
    departure.stage = stage
    _finish(event, departure, by, departure_changes=changes)


def _move(departure: Departure, action: Action) -> None:
    """The one place where a review status changes."""
    after = next_status(departure.review_status, action)
    if after is not None:
        departure.review_status = after


def _note_writer(departure: Departure, by: User) -> None:
    if all(writer.user_id != by.id for writer in departure.writers):
        departure.writers.append(DepartureWriter(user_id=by.id))


def _change(row: Any, values: Mapping[str, Any]) -> Changes:
    """Set the values that differ; answers before and after of each."""
    changes: Changes = {}
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            changes[name] = (before, value)
    _set_values(row, {name: after for name, (_, after) in changes.items()})
    return changes


def _set_values(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Resident) and "name" in values:
        row.normal_name = normal_name(values["name"])


def _storable(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _finish(
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
    plain = {
        name: [_storable(before), _storable(after)] for name, (before, after) in changes.items()
    }
    return log.seal_changes(resident.person_key, plain, kind, subject_id, version)
