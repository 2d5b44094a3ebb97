"""What officials said of flags, beside the steps in which they said it."""

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.audit.vouching import Contradiction
from registry.db import db
from registry.departures.models import Flag, FlagStep
from registry.enums import FlagState

KIND = "flag"


def first_settled_by_nobody() -> Contradiction | None:
    """The first flag that stands where only an official's step leads and has no such step.

    What the rules open and close has no steps; flags of the demo begin where its story puts them.
    """
    moved = aliased(FlagStep)
    last = select(func.max(moved.id)).where(moved.flag_id == Flag.id, moved.state.is_not(None))
    flag_id = db.session.scalar(
        select(Flag.id)
        .outerjoin(FlagStep, FlagStep.id == last.scalar_subquery())
        .where(
            or_(
                Flag.state.in_([FlagState.FOLLOWED_UP, FlagState.DISMISSED]),
                Flag.settled_severity.is_not(None),
                Flag.settled_evidence.is_not(None),
            ),
            or_(FlagStep.state.is_(None), FlagStep.state != Flag.state),
            Flag.departure_id.not_in(_of_demo()),
        )
        .order_by(Flag.id)
        .limit(1)
    )
    return None if flag_id is None else Contradiction(KIND, flag_id, None)


def _of_demo() -> Any:
    return (
        select(JournalValue.subject_id)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(JournalEntry.event == Event.DEMO_LOADED.value, JournalValue.kind == "departure")
    )
