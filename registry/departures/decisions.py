"""How a record moves through the offices: submitted, verified, or sent back."""

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.db import now
from registry.departures.changes import change, finish, move, note_writer, refuse_stale
from registry.departures.models import Departure
from registry.departures.workflow import Action, NotAllowed
from registry.enums import N_


def submit(departure: Departure, *, by: User, seen_revision: int) -> None:
    """Hand the record to the subdistrict; what is missing never stands in the way."""
    refuse_stale(departure, seen_revision)
    move(departure, Action.SUBMIT)
    departure.submitted_at = now()
    departure.send_back_reason = None
    note_writer(departure, by)
    finish(Event.DEPARTURE_SUBMITTED, departure, by)


def verify(departure: Departure, *, by: User, seen_revision: int, lone_reviewer: bool) -> None:
    """Confirm what the village wrote; nobody verifies a record that they wrote.

    Args:
        lone_reviewer: whether the subdistrict has no other reviewer, so that the labour office may.
    """
    refuse_stale(departure, seen_revision)
    refuse_own_writing(departure, by, lone_reviewer)
    move(departure, Action.VERIFY)
    departure.reviewed_at = now()
    departure.before_correction = None
    departure.writers = []
    finish(Event.DEPARTURE_VERIFIED, departure, by)


def send_back(
    departure: Departure, reason: str, *, by: User, seen_revision: int, lone_reviewer: bool
) -> None:
    """Ask the village to mend the record; the reason is sealed, as free text about a person."""
    refuse_stale(departure, seen_revision)
    refuse_own_writing(departure, by, lone_reviewer)
    move(departure, Action.SEND_BACK)
    departure.reviewed_at = now()
    changes = change(departure, {"send_back_reason": reason})
    departure.writers = []
    finish(Event.DEPARTURE_SENT_BACK, departure, by, departure_changes=changes)


def refuse_own_writing(departure: Departure, by: User, lone_reviewer: bool) -> None:
    """Raise NotAllowed for whoever wrote the record, and for offices above a reviewer who can."""
    if any(writer.user_id == by.id for writer in departure.writers):
        raise NotAllowed(N_("Anda ikut menulis catatan ini, jadi orang lain yang memeriksanya."))
    if by.role is Role.LABOUR_OFFICE and not lone_reviewer:
        raise NotAllowed(N_("Catatan ini diperiksa oleh kecamatan."))
