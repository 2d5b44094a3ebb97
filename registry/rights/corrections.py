"""Requests to correct data: written down by the village, then done or refused with a reason."""

from sqlalchemy import select

from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids, now
from registry.departures.models import Departure, Resident
from registry.departures.workflow import NotAllowed
from registry.enums import N_, CorrectionState
from registry.regions.area import Area
from registry.rights.models import CorrectionRequest

ANSWERED = N_("Permintaan ini sudah dijawab.")
ANSWERS = {
    CorrectionState.DONE: Event.CORRECTION_DONE,
    CorrectionState.REFUSED: Event.CORRECTION_REFUSED,
}


def ask(departure: Departure, words: str, *, by: User) -> CorrectionRequest:
    """Write down what the person says is wrong, sealed under their key; no commit."""
    request = CorrectionRequest(
        id=next_ids("correction_request")[0],
        departure=departure,
        state=CorrectionState.OPEN,
        asked_at=now(),
        asked_by=by.username,
    )
    request.words = words
    db.session.add(request)
    _note(Event.CORRECTION_ASKED, request, words, by)
    return request


def answer(request: CorrectionRequest, state: CorrectionState, words: str, *, by: User) -> None:
    """Say what became of the request; raises NotAllowed when somebody said so before."""
    if request.state is not CorrectionState.OPEN:
        raise NotAllowed(ANSWERED)
    request.state = state
    request.answered_at, request.answered_by = now(), by.username
    request.answer = words
    _note(ANSWERS[state], request, words, by)


def _note(event: Event, request: CorrectionRequest, words: str, by: User) -> None:
    departure = request.departure
    sealed = log.seal_changes(
        departure.resident.person_key,
        {"reason": [None, words]},
        "correction",
        departure.id,
        departure.version,
    )
    log.record(
        event,
        by=by.actor,
        area_code=departure.village_code,
        subjects=[
            log.Subject(
                kind="correction",
                subject_id=departure.id,
                resident_id=departure.resident_id,
                version=departure.version,
                sealed=sealed,
            )
        ],
        detail={"nomor": departure.registration_number, "permintaan": request.id},
    )


def requests_of(area: Area, departure: Departure) -> list[CorrectionRequest]:
    """The requests about a record, those that wait first."""
    statement = (
        select(CorrectionRequest)
        .join(Departure, Departure.id == CorrectionRequest.departure_id)
        .where(CorrectionRequest.departure_id == departure.id, area.covers(Departure.village_code))
        .order_by(CorrectionRequest.id.desc())
    )
    found = db.session.scalars(statement).unique().all()
    return sorted(found, key=lambda request: request.state is not CorrectionState.OPEN)


def find_request(area: Area, departure: Departure, request_id: int) -> CorrectionRequest | None:
    """The request about this record, kept from others until the transaction ends."""
    statement = (
        select(CorrectionRequest)
        .join(Departure, Departure.id == CorrectionRequest.departure_id)
        .where(
            CorrectionRequest.id == request_id,
            CorrectionRequest.departure_id == departure.id,
            area.covers(Departure.village_code),
        )
        .with_for_update(of=CorrectionRequest)
    )
    return db.session.scalars(statement).first()


def open_requests(area: Area, *, limit: int) -> list[CorrectionRequest]:
    """What waits in the area, the oldest first: the law gives three days."""
    statement = (
        select(CorrectionRequest)
        .join(Departure, Departure.id == CorrectionRequest.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(
            area.covers(Departure.village_code),
            CorrectionRequest.state == CorrectionState.OPEN,
            Resident.erased_on.is_(None),
        )
        .order_by(CorrectionRequest.asked_at, CorrectionRequest.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement).unique())
