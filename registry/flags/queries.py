"""Reading flags; every query takes the area first, without a default."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from registry.db import db
from registry.departures.conditions import OPEN_FLAGS
from registry.departures.fields import Sight, mask_of, masked
from registry.departures.flag_cards import TONES, due_text, rule_title
from registry.departures.flag_sentences import sentence_words
from registry.departures.models import Departure, Flag, Resident
from registry.enums import FlagState, Office, Scheme, Severity, Sex, Stage
from registry.flags.filters import QueueFilter
from registry.formatting import today
from registry.regions.area import Area

PAGE_SIZE = 50
NO_DAY = date.max

_gravity = case({severity: -severity.rank for severity in Severity}, value=Flag.severity)
_due = func.coalesce(Flag.due_on, literal(NO_DAY))
# Who has not left yet comes first: there is still time to help at home.
_has_left = case((Departure.stage == Stage.PLANNED, 0), else_=1)


class ListedFlag(NamedTuple):
    """A flag as the queue shows it, its person masked for the viewer."""

    id: int
    departure_id: int
    rule: str
    title: str
    severity: Severity
    tone: str
    state: FlagState
    sentence: str
    owner: Office
    due_on: date | None
    due_text: str | None
    is_late: bool
    name: str
    registration_number: str
    village_code: str


class FlagPage(NamedTuple):
    """One page of the queue and the cursor of the next one, if there is one."""

    rows: list[ListedFlag]
    next_cursor: str | None


class Figure(NamedTuple):
    """How often a rule spoke about people of one sex and scheme, and was mistaken."""

    rule: str
    sex: Sex | None
    scheme: Scheme | None
    raised: int
    dismissed: int


def find_flag(area: Area, flag_id: int, *, locked: bool = False) -> Flag | None:
    """The flag, or None when its departure is not in the area, or its person erased.

    Args:
        locked: whether to keep others from moving it until the transaction ends.
    """
    statement = (
        select(Flag)
        .join(Departure, Departure.id == Flag.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(
            Flag.id == flag_id,
            area.covers(Departure.village_code),
            Resident.erased_on.is_(None),
        )
    )
    if locked:
        statement = statement.with_for_update(of=Flag)
    return db.session.scalars(statement).first()


def queue_page(
    area: Area, sight: Sight, wanted: QueueFilter, *, limit: int = PAGE_SIZE
) -> FlagPage | None:
    """One page of the queue; None when the cursor's flag is no longer in the area."""
    keys = (_gravity, _due) if wanted.gravest_first else (_due, _gravity)
    order = (_has_left, *keys, Flag.id)
    statement = (
        select(
            Flag.id,
            Flag.departure_id,
            Flag.rule,
            Flag.severity,
            Flag.state,
            Flag.sentence,
            Flag.owner,
            Flag.due_on,
            Resident.name,
            Departure.registration_number,
            Departure.village_code,
        )
        .join(Departure, Departure.id == Flag.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(area.covers(Departure.village_code), *_conditions(wanted))
    )
    if wanted.after is not None:
        beyond = _beyond(area, order, wanted.after)
        if beyond is None:
            return None
        statement = statement.where(beyond)
    rows = db.session.execute(statement.order_by(*order).limit(limit + 1)).all()
    listed = [_listed(row, sight) for row in rows[:limit]]
    return FlagPage(listed, str(listed[-1].id) if len(rows) > limit else None)


def count_flags(area: Area, wanted: QueueFilter) -> int:
    """How many flags the queue has under the same filter."""
    statement = (
        select(func.count())
        .select_from(Flag)
        .join(Departure, Departure.id == Flag.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(area.covers(Departure.village_code), *_conditions(wanted))
    )
    return db.session.scalar(statement) or 0


def rule_figures(area: Area) -> list[Figure]:
    """Findings and mistaken ones of each rule, by sex and scheme; questions do not count."""
    dismissed = func.sum(case((Flag.state == FlagState.DISMISSED, 1), else_=0))
    statement = (
        select(Flag.rule, Resident.sex, Departure.scheme, func.count(), dismissed)
        .join(Departure, Departure.id == Flag.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(area.covers(Departure.village_code), Flag.severity != Severity.INFO)
        .group_by(Flag.rule, Resident.sex, Departure.scheme)
    )
    return [
        Figure(rule, sex, scheme, raised, int(mistaken))
        for rule, sex, scheme, raised, mistaken in db.session.execute(statement)
    ]


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Flag.state.in_(wanted.states or OPEN_FLAGS),
        Resident.erased_on.is_(None),
    ]
    if wanted.severities:
        found.append(Flag.severity.in_(wanted.severities))
    if wanted.owner is not None:
        found.append(Flag.owner == wanted.owner)
    if wanted.rules:
        found.append(Flag.rule.in_(wanted.rules))
    if wanted.overdue:
        found.append(Flag.due_on < today())
    return found


def _beyond(area: Area, order: Sequence[Any], after: int) -> ColumnElement[bool] | None:
    """Rows after the cursor, whose own keys are looked up."""
    last = db.session.execute(
        select(*order)
        .select_from(Flag)
        .join(Departure, Departure.id == Flag.departure_id)
        .where(Flag.id == after, area.covers(Departure.village_code))
    ).first()
    if last is None:
        return None
    values = [_as_day(value) for value in last]
    return or_(
        *(
            and_(*(k == v for k, v in zip(order[:i], values, strict=False)), key > values[i])
            for i, key in enumerate(order)
        )
    )


def _as_day(value: Any) -> Any:
    # SQLite answers a coalesced day as a text.
    return date.fromisoformat(value) if isinstance(value, str) else value


def _listed(row: Any, sight: Sight) -> ListedFlag:
    is_late = row.state.is_open and row.due_on is not None and row.due_on < today()
    return ListedFlag(
        id=row.id,
        departure_id=row.departure_id,
        rule=row.rule,
        title=rule_title(row.rule),
        severity=row.severity,
        tone=TONES.get(row.severity, "info"),
        state=row.state,
        sentence=sentence_words(row.rule, row.sentence),
        owner=row.owner,
        due_on=row.due_on,
        due_text=due_text(row.due_on) if row.state.is_open else None,
        is_late=is_late,
        name=masked(mask_of("name"), row.name, sight),
        registration_number=row.registration_number,
        village_code=row.village_code,
    )
