"""What an office does about a flag: each step journals itself, seals its note and never commits.

A step never makes a new version of the record: flags and what the rules derive are no part of it.
"""

from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids, now
from registry.departures.changes import StaleRecord
from registry.departures.flag_workflow import FlagAction, allowed_on, next_state
from registry.departures.models import Flag, FlagStep
from registry.departures.rejudging import rejudge
from registry.departures.workflow import NotAllowed
from registry.enums import N_, FlagState
from registry.formatting import today

EVENTS = {
    FlagAction.FOLLOW_UP: Event.FLAG_FOLLOWED_UP,
    FlagAction.CLOSE: Event.FLAG_CLOSED,
    FlagAction.DISMISS: Event.FLAG_DISMISSED,
    FlagAction.REOPEN: Event.FLAG_REOPENED,
    FlagAction.NOTE: Event.FLAG_NOTED,
}


def take_step(
    flag: Flag,
    action: FlagAction,
    *,
    by: User,
    seen_state: str,
    note: str | None = None,
    is_restricted: bool = False,
) -> None:
    """Follow up, close, dismiss, reopen or note, and let the rules judge the departure again.

    Args:
        seen_state: the state of the flag that the user saw.
        is_restricted: whether only the labour offices and BP3MI read the note.

    Raises:
        StaleRecord: somebody else moved the flag meanwhile.
        NotAllowed: the flag's state does not allow the step.
    """
    if flag.state.value != seen_state:
        raise StaleRecord
    after = next_state(flag.state, action)
    if action not in allowed_on(flag.state, was_settled=flag.settled_severity is not None):
        raise NotAllowed(N_("Tanda ini selesai dengan sendirinya dan tidak perlu dibuka lagi."))
    departure = flag.departure
    _remember(flag, action, by, after, note, is_restricted)
    if action is not FlagAction.NOTE:
        flag.state = after
        _settle(flag)
    log.record(
        EVENTS[action],
        by=by.actor,
        area_code=departure.village_code,
        subjects=[log.Subject("flag", flag.id, departure.resident_id)],
        detail={"tanda": flag.rule, "nomor": departure.registration_number},
    )
    if action is not FlagAction.NOTE:
        rejudge([departure.id], today())


def _remember(
    flag: Flag,
    action: FlagAction,
    by: User,
    after: FlagState,
    note: str | None,
    is_restricted: bool,
) -> None:
    step = FlagStep(
        id=next_ids("flag_step")[0],
        flag=flag,
        at=now(),
        username=by.username,
        role=by.role.value,
        state=None if action is FlagAction.NOTE else after,
        is_restricted=is_restricted and bool(note),
    )
    with db.session.no_autoflush:
        step.note = note
    db.session.add(step)


def _settle(flag: Flag) -> None:
    """An official's word covers this severity, and for a closed flag this evidence only."""
    is_settled = not flag.state.is_open
    flag.settled_severity = flag.severity if is_settled else None
    is_closed = flag.state is FlagState.CLOSED
    flag.settled_evidence = dict(flag.evidence) if is_closed else None
