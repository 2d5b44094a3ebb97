"""What the offices did about patterns; the notes are sealed under the installation's own key.

An office reads the steps of its own area, of offices above it and below it, never of a neighbour.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import func, select

from registry import sealing
from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids, now
from registry.departures.changes import StaleRecord
from registry.departures.flag_cards import StepLine
from registry.departures.flag_workflow import FlagAction, next_state
from registry.departures.models import PatternStep
from registry.enums import FlagState
from registry.flags.patterns import Pattern
from registry.formatting import long_moment
from registry.regions.area import Area

EVENTS = {
    FlagAction.FOLLOW_UP: Event.PATTERN_FOLLOWED_UP,
    FlagAction.CLOSE: Event.PATTERN_CLOSED,
    FlagAction.DISMISS: Event.PATTERN_DISMISSED,
    FlagAction.REOPEN: Event.PATTERN_REOPENED,
    FlagAction.NOTE: Event.PATTERN_NOTED,
}
CHUNK = 500
# The first of two numbers of an advisory lock: any that no other pair of the database uses.
PATTERN_LOCKS = 728_264


@dataclass(frozen=True)
class Standing:
    """Where a pattern stands, and the steps that led there."""

    state: FlagState = FlagState.OPEN
    steps: Sequence[PatternStep] = field(default=())


def standings(area: Area, patterns: Sequence[Pattern]) -> dict[str, Standing]:
    """The state of each pattern; one that was settled is open again once new members joined."""
    steps: dict[str, list[PatternStep]] = defaultdict(list)
    ids = [pattern.id for pattern in patterns]
    for start in range(0, len(ids), CHUNK):
        statement = (
            select(PatternStep)
            .where(PatternStep.pattern.in_(ids[start : start + CHUNK]))
            .order_by(PatternStep.id)
        )
        for step in db.session.scalars(statement):
            if area.holds(step.area_code) or Area(step.area_code).holds(area.code):
                steps[step.pattern].append(step)
    return {p.id: Standing(_state(p, steps[p.id]), steps[p.id]) for p in patterns}


def _state(pattern: Pattern, steps: Sequence[PatternStep]) -> FlagState:
    last = next((step for step in reversed(steps) if step.state is not None), None)
    if last is None or last.state is None:
        return FlagState.OPEN
    has_grown = not set(pattern.member_ids) <= set(last.members)
    return FlagState.OPEN if has_grown and not last.state.is_open else last.state


def lock_pattern(pattern_id: str) -> None:
    """Let one office at a time act on a pattern; call before its standing is read.

    A pattern has no row that could be locked, and SQLite has one writer anyway.
    """
    if db.engine.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(PATTERN_LOCKS, func.hashtext(pattern_id))
        db.session.execute(select(lock))


def take_pattern_step(
    pattern: Pattern,
    standing: Standing,
    action: FlagAction,
    *,
    by: User,
    seen_state: str,
    note: str | None = None,
) -> None:
    """Follow up, close, dismiss, reopen or note; journaled, without a commit.

    Raises:
        StaleRecord: somebody else moved the pattern meanwhile.
        NotAllowed: its state does not allow the step.
    """
    if standing.state.value != seen_state:
        raise StaleRecord
    after = next_state(standing.state, action)
    step_id = next_ids("pattern_step")[0]
    sealed = None
    if note:
        sealed = sealing.keyring().seal(note.encode(), "pattern_step", "note", step_id)
    db.session.add(
        PatternStep(
            id=step_id,
            pattern=pattern.id,
            rule=pattern.rule.number,
            area_code=by.area_code,
            at=now(),
            username=by.username,
            role=by.role.value,
            state=None if action is FlagAction.NOTE else after,
            members=pattern.member_ids,
            note_sealed=sealed,
        )
    )
    log.record(
        EVENTS[action],
        by=by.actor,
        area_code=by.area_code,
        subjects=[log.Subject("pattern", step_id)],
        detail={"tanda": pattern.rule.number, "pola": pattern.id},
    )


def step_lines(standing: Standing) -> list[StepLine]:
    """The history of a pattern in words."""
    return [
        StepLine(
            at_text=long_moment(step.at, _),
            who=step.username,
            what=_(step.state.label) if step.state else _("Catatan"),
            note=_note(step),
            is_restricted=False,
        )
        for step in standing.steps
    ]


def _note(step: PatternStep) -> str | None:
    if step.note_sealed is None:
        return None
    return sealing.keyring().unseal(step.note_sealed, "pattern_step", "note", step.id).decode()
