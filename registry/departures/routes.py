"""The blueprint of departures, and the doors that its views share."""

from flask import Blueprint, abort

from registry.accounts import slowdown
from registry.accounts.access import current_area, current_user
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.departures import queries
from registry.departures.models import Departure, Resident
from registry.departures.workflow import NotAllowed
from registry.enums import N_

departures = Blueprint("departures", __name__, url_prefix="/keberangkatan")

emergencies = Blueprint("emergencies", __name__, url_prefix="/akses-darurat")

LOOKS_PER_HOUR = 60


def departure_or_404(departure_id: int, *, also_erased: bool = False) -> Departure:
    """The departure when it lies in the user's area, else 404.

    Args:
        also_erased: whether the page has something to say of a person whose data were destroyed;
            any other answers 409.
    """
    departure = queries.find(current_area(), departure_id) or abort(404)
    if departure.resident.erased_on is not None and not also_erased:
        raise NotAllowed(N_("Data pribadi catatan ini sudah dihapus karena lewat masa simpan."))
    return departure


def note_look(
    event: Event, departure: Departure, *, reason: str | None = None, **detail: object
) -> None:
    """Journal that the signed-in user saw this person.

    A reason may name the person, so it is sealed under the person's key.
    """
    sealed = None
    if reason:
        said = {"reason": [None, reason]}
        key = departure.resident.person_key
        sealed = log.seal_changes(key, said, "look", departure.id, departure.version)
    log.record(
        event,
        by=current_user().actor,
        area_code=departure.village_code,
        subjects=[
            log.Subject(
                kind="look",
                subject_id=departure.id,
                resident_id=departure.resident_id,
                version=departure.version,
                sealed=sealed,
            )
        ],
        detail={"nomor": departure.registration_number, **detail},
    )


def note_resident_opened(resident: Resident) -> None:
    """Journal that a known resident's data were opened to begin a new departure."""
    event = Event.PERSON_OPENED
    if current_user().role is Role.REVIEWER:
        slowdown.allow("reveal", current_user().username, per_hour=LOOKS_PER_HOUR)
        event = Event.PERSON_REVEALED
    log.record(
        event,
        by=current_user().actor,
        area_code=resident.village_code,
        subjects=[log.Subject("look", resident.id, resident.id)],
        detail={"cara": "catat"},
    )


def note_form_opened(departure: Departure) -> None:
    """Journal that a form with the person's full data was opened.

    For who works above the village this is a "tampilkan": counted, and slowed down beyond sixty an
    hour (contract, section 2).
    """
    if current_user().role is Role.REVIEWER:
        slowdown.allow("reveal", current_user().username, per_hour=LOOKS_PER_HOUR)
        note_look(Event.PERSON_REVEALED, departure, cara="ubah")
    else:
        note_look(Event.PERSON_OPENED, departure, cara="ubah")
