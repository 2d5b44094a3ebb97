"""Which records are past the period for which their personal data are kept.

The periods are reference data (`RetentionRule`). A kind of record without a period in force is
kept, and a person is kept as a whole until the last of their departures is past its period.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from registry.assessment.calendar import add_days, add_months
from registry.db import db
from registry.departures.conditions import OPEN_FLAGS
from registry.departures.models import Departure, Flag, FlagStep, Resident
from registry.enums import Office, PeriodUnit, RetentionKind, ReviewStatus, Stage
from registry.formatting import local_time
from registry.reference.models import RetentionRule
from registry.regions.area import Area


class Period(NamedTuple):
    """How long something is kept."""

    number: int
    unit: PeriodUnit

    def after(self, day: date) -> date:
        """The day on which the period that began on that day is over."""
        if self.unit is PeriodUnit.DAY:
            return add_days(day, self.number)
        return add_months(day, self.number * (12 if self.unit is PeriodUnit.YEAR else 1))


Policy = Mapping[RetentionKind, Period]


@dataclass(frozen=True)
class Past:
    """A departure whose period is over."""

    departure_id: int
    registration_number: str
    kind: RetentionKind


@dataclass
class Due:
    """What a run would do on a day.

    Attributes:
        drafts: drafts to delete.
        people: for each resident to be erased, their departures; drafts to delete not among them.
        kept_with_another: departures past their period of people who are kept for another one.
    """

    drafts: list[Past] = field(default_factory=list)
    people: dict[int, list[Past]] = field(default_factory=dict)
    kept_with_another: int = 0

    def by_kind(self) -> dict[RetentionKind, list[str]]:
        """The registration numbers of each kind."""
        found: dict[RetentionKind, list[str]] = {kind: [] for kind in RetentionKind}
        for past in (*self.drafts, *(one for some in self.people.values() for one in some)):
            found[past.kind].append(past.registration_number)
        return {kind: sorted(numbers) for kind, numbers in found.items()}

    def counts(self) -> Counter[RetentionKind]:
        return Counter({kind: len(numbers) for kind, numbers in self.by_kind().items()})


def rules_in_force(day: date) -> dict[RetentionKind, RetentionRule]:
    """The row that holds on the day for each kind of record that has one."""
    statement = (
        select(RetentionRule)
        .where(
            RetentionRule.valid_from <= day,
            or_(RetentionRule.valid_to.is_(None), RetentionRule.valid_to >= day),
        )
        .order_by(RetentionRule.valid_from, RetentionRule.id)
    )
    return {row.kind: row for row in db.session.scalars(statement)}


def policy_on(day: date) -> Policy:
    """How long each kind of record is kept, as the rules of that day say."""
    return {kind: Period(row.period, row.unit) for kind, row in rules_in_force(day).items()}


def find_due(area: Area, day: date) -> Due:
    """What is past its period on the day, in the area."""
    return _due(_rows(area), policy_on(day), day)


def find_due_among(area: Area, resident_ids: Sequence[int], day: date) -> Due:
    """The same for some residents, whom nobody else can change until the transaction ends."""
    for model, column in ((Resident, Resident.id), (Departure, Departure.resident_id)):
        locked = select(model.id).where(column.in_(resident_ids)).order_by(model.id)
        db.session.execute(locked.with_for_update())
    return _due(_rows(area, resident_ids), policy_on(day), day)


def _due(rows: Iterator[Any], policy: Policy, day: date) -> Due:
    due = Due()
    for resident_id, departures in groupby(rows, key=lambda row: row.resident_id):
        drafts: list[Past] = []
        past: list[Past] = []
        is_kept = False
        for row in departures:
            kind = _kind(row)
            if not _is_past(row, kind, policy, day):
                is_kept = True
                continue
            found = Past(row.id, row.registration_number, kind)
            (drafts if kind is RetentionKind.DRAFT else past).append(found)
        due.drafts += drafts
        if past and not is_kept:
            due.people[resident_id] = past
        elif past:
            due.kept_with_another += len(past)
    return due


def _rows(area: Area, resident_ids: Sequence[int] | None = None) -> Iterator[Any]:
    steps = (
        select(Flag.departure_id, func.max(FlagStep.at).label("last_step_at"))
        .join(FlagStep, FlagStep.flag_id == Flag.id)
        .where(Flag.owner != Office.VILLAGE)
        .group_by(Flag.departure_id)
        .subquery()
    )
    open_cases = (
        select(Flag.departure_id)
        .where(Flag.owner != Office.VILLAGE, Flag.state.in_(OPEN_FLAGS))
        .distinct()
        .subquery()
    )
    statement = (
        select(
            Departure.id,
            Departure.resident_id,
            Departure.registration_number,
            Departure.review_status,
            Departure.submitted_at,
            Departure.stage,
            Departure.planned_on,
            Departure.departed_on,
            Departure.returned_on,
            Departure.cancelled_on,
            Departure.contract_months,
            Departure.last_contact_on,
            Departure.updated_at,
            steps.c.last_step_at,
            open_cases.c.departure_id.label("open_case"),
        )
        .join(Resident, Resident.id == Departure.resident_id)
        .outerjoin(steps, steps.c.departure_id == Departure.id)
        .outerjoin(open_cases, open_cases.c.departure_id == Departure.id)
        .where(area.covers(Departure.village_code), Resident.erased_on.is_(None))
        .order_by(Departure.resident_id, Departure.id)
    )
    if resident_ids is not None:
        statement = statement.where(Departure.resident_id.in_(resident_ids))
    yield from db.session.execute(statement)


_OF_STAGE = {
    Stage.PLANNED: RetentionKind.PLANNED,
    Stage.DEPARTED: RetentionKind.DEPARTED,
    Stage.RETURNED: RetentionKind.RETURNED,
    Stage.CANCELLED: RetentionKind.CANCELLED,
}


def _kind(row: Any) -> RetentionKind:
    """What a departure is kept as; a draft is a case only once an office dealt with it."""
    is_draft = row.review_status is ReviewStatus.DRAFT and row.submitted_at is None
    is_draft = is_draft and row.stage is Stage.PLANNED
    if row.last_step_at is not None or (row.open_case is not None and not is_draft):
        return RetentionKind.CASE
    return RetentionKind.DRAFT if is_draft else _OF_STAGE[row.stage]


def _is_past(row: Any, kind: RetentionKind, policy: Policy, day: date) -> bool:
    period = policy.get(kind)
    return period is not None and period.after(_begins(row)) <= day


def _begins(row: Any) -> date:
    """The day from which the period runs: what ended the stage, or whatever came later."""
    changed = local_time(row.updated_at).date()
    ended: list[date | None] = {
        Stage.PLANNED: [row.planned_on, changed],
        Stage.DEPARTED: [_contract_end(row), row.last_contact_on],
        Stage.RETURNED: [row.returned_on],
        Stage.CANCELLED: [row.cancelled_on],
    }[row.stage]
    if row.last_step_at is not None:
        ended.append(local_time(row.last_step_at).date())
    return max((day for day in ended if day is not None), default=changed)


def _contract_end(row: Any) -> date | None:
    if row.departed_on is None:
        return None
    return add_months(row.departed_on, row.contract_months or 0)
