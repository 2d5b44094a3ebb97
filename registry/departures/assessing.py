"""Letting the pure rules judge stored departures, and storing what they say.

What `assess` answers holds until `holds_until`; `assess_due` judges again what fell due. Derived
columns are no part of a record's version and digest.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, select, update

from registry.assessment.assess import Assessment, assess
from registry.assessment.case import Case
from registry.assessment.reference import Reference
from registry.assessment.rules import Flag as RaisedFlag
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import Meta
from registry.db import db, short_write
from registry.departures.cases import CASE_COLUMNS, case_from, derived_values, flag_values
from registry.departures.models import Departure, Flag
from registry.departures.rejudging import BATCH, rejudge, states_on_return
from registry.enums import FlagState
from registry.formatting import today

ASSESSED_THROUGH = "assessed_through"
# Servers do not pass midnight in the same moment: only what lies further ahead is a wrong clock.
MIDNIGHTS_APART = timedelta(days=1)


def case_of(departure: Departure) -> Case:
    """What is recorded about one departure, as plain values."""
    return case_from(departure, departure.resident, departure.documents, departure.flags)


def judge(departure: Departure, reference: Reference, on: date | None = None) -> Assessment:
    """Assess one departure in hand and put the answer into its row and flags; no commit."""
    day = on or today()
    case = case_of(departure)
    found = assess(case, reference, day)
    for name, value in derived_values(case, reference, found, departure, day).items():
        setattr(departure, name, value)
    _settle_flags(departure, found.flags)
    return found


def _settle_flags(departure: Departure, raised: Sequence[RaisedFlag]) -> None:
    """Open what was raised, refresh what stands, close what no longer holds."""
    known = {(flag.rule, flag.rule_version): flag for flag in departure.flags}
    for finding in raised:
        flag = known.pop((finding.rule, finding.version), None)
        if flag is None:
            flag = Flag(rule=finding.rule, rule_version=finding.version, state=FlagState.OPEN)
            departure.flags.append(flag)
        elif not flag.state.is_open:
            flag.state = states_on_return([flag.id])[flag.id]
            flag.settled_severity = flag.settled_evidence = None
        for name, value in flag_values(finding).items():
            setattr(flag, name, value)
    for flag in known.values():
        if flag.state.is_open:
            flag.state = FlagState.CLOSED


def assess_due(
    on: date | None = None, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Judge again every departure whose answer may have changed; answers how many. No commit.

    That is each one when the registry was judged for a day far ahead, by a clock that was wrong.
    The update touches derived columns only, so versions and digests stay.
    """
    day = on or today()
    due = select(Departure.id).order_by(Departure.id)
    if not _was_judged_ahead(day):
        due = due.where(Departure.holds_until <= day)
    ids = db.session.scalars(due).all()
    if ids:
        rejudge(ids, day, progress)
        detail = {"jumlah": len(ids), "tanggal": day}
        log.record(Event.DEPARTURES_ASSESSED, by=log.SYSTEM, area_code="0", detail=detail)
    note_assessed_through(day)
    return len(ids)


def put_off(ids: Sequence[int], on: date) -> None:
    """Mark departures as due, to be judged after the present transaction; no commit.

    Whatever becomes of this process, the next one finds them, as at the start of a day.
    """
    for start in range(0, len(ids), BATCH):
        batch = Departure.id.in_(ids[start : start + BATCH])
        due = update(Departure).where(batch).values(holds_until=on)
        db.session.execute(due, execution_options={"synchronize_session": False})
    db.session.execute(delete(Meta).where(Meta.key == ASSESSED_THROUGH))


def count_due(on: date) -> int:
    """How many departures wait to be judged again."""
    due = select(func.count()).select_from(Departure).where(Departure.holds_until <= on)
    return db.session.scalar(due) or 0


def judge_put_off(on: date) -> Iterator[int]:
    """Judge what is due, in short transactions; yields how many each of them judged."""
    last = 0
    due = select(Departure.id).where(Departure.holds_until <= on).order_by(Departure.id)
    while True:
        with short_write():
            ids = db.session.scalars(due.where(Departure.id > last).limit(BATCH)).all()
            rejudge(ids, on)
            if not ids:
                note_assessed_through(on)
                return
        last = ids[-1]
        yield len(ids)


def note_assessed_through(day: date) -> None:
    """Remember that every departure holds the answer of that day."""
    db.session.execute(delete(Meta).where(Meta.key == ASSESSED_THROUGH))
    db.session.execute(insert(Meta).values(key=ASSESSED_THROUGH, value=day.isoformat()))


def is_assessed_through(day: date) -> bool:
    """Whether the whole registry was judged for that day already."""
    known = _assessed_through()
    return known is not None and day <= known <= day + MIDNIGHTS_APART


def _was_judged_ahead(day: date) -> bool:
    known = _assessed_through()
    return known is not None and known > day + MIDNIGHTS_APART


def _assessed_through() -> date | None:
    known = db.session.scalar(select(Meta.value).where(Meta.key == ASSESSED_THROUGH))
    return date.fromisoformat(known) if known else None


__all__ = [
    "CASE_COLUMNS",
    "assess_due",
    "case_from",
    "case_of",
    "count_due",
    "derived_values",
    "flag_values",
    "is_assessed_through",
    "judge",
    "judge_put_off",
    "note_assessed_through",
    "put_off",
]
