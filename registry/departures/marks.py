"""What happens to the person: departed, returned, cancelled, and a mark taken back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.accounts.models import User
from registry.audit.events import Event
from registry.departures.changes import change, finish, refuse_stale
from registry.departures.journey_days import refuse_far_from_plan, refuse_mistake_of
from registry.departures.models import Departure
from registry.departures.workflow import Mark, next_stage
from registry.enums import ReturnKind, Stage
from registry.formatting import today


def mark_departed(departure: Departure, on: date, *, by: User, seen_revision: int) -> None:
    """The person left; raises BadDay for a day on which nobody, or not this person, can have."""
    refuse_mistake_of("departed_on", born=departure.resident.birth_date, left=on, back=None)
    refuse_far_from_plan(on, departure.planned_on)
    _mark(departure, Mark.DEPART, Event.DEPARTURE_DEPARTED, {"departed_on": on}, by, seen_revision)


def mark_returned(
    departure: Departure, on: date, kind: ReturnKind, *, by: User, seen_revision: int
) -> None:
    """The person came home; raises BadDay for a day before the departure or the birth."""
    born, left = departure.resident.birth_date, departure.departed_on
    refuse_mistake_of("returned_on", born=born, left=left, back=on)
    values = {"returned_on": on, "return_kind": kind}
    _mark(departure, Mark.RETURN, Event.DEPARTURE_RETURNED, values, by, seen_revision)


def cancel(departure: Departure, reason: str, *, by: User, seen_revision: int) -> None:
    values = {"cancel_reason": reason}
    _mark(departure, Mark.CANCEL, Event.DEPARTURE_CANCELLED, values, by, seen_revision)


def take_back(departure: Departure, reason: str, *, by: User, seen_revision: int) -> None:
    """Undo the last mark of stage, with the reason in the journal."""
    cleared: dict[str, Any] = {
        Stage.DEPARTED: {"departed_on": None},
        Stage.RETURNED: {"returned_on": None, "return_kind": None},
        Stage.CANCELLED: {"cancel_reason": None},
        Stage.PLANNED: {},
    }[departure.stage]
    event = Event.DEPARTURE_STAGE_TAKEN_BACK
    _mark(departure, Mark.TAKE_BACK, event, cleared, by, seen_revision, reason)


def _mark(
    departure: Departure,
    mark: Mark,
    event: Event,
    values: Mapping[str, Any],
    by: User,
    seen_revision: int,
    reason: str | None = None,
) -> None:
    refuse_stale(departure, seen_revision)
    stage = next_stage(departure.stage, mark)
    changes = change(departure, values)
    changes["stage"] = (departure.stage, stage)
    if reason:
        changes["reason"] = (None, reason)
    departure.stage = stage
    departure.cancelled_on = today() if stage is Stage.CANCELLED else None
    finish(event, departure, by, departure_changes=changes)
