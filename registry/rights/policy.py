"""Which records are past the period for which their personal data are kept.

The periods are reference data (`RetentionRule`). A kind of record without a period in force is
kept, and a person is kept as a whole until the last of their departures is past its period.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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


class _Row(NamedTuple):
    """What of a departure says how long it is kept."""

    departure: Any
    has_open_case: bool
    last_step_at: datetime | None


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


def _due(rows: Iterator[_Row], policy: Policy, day: date) -> Due:
    due = Due()
    for resident_id, departures in groupby(rows, key=lambda row: row.departure.resident_id):
        drafts: list[Past] = []
        past: list[Past] = []
        is_kept = False
        for row in departures:
            kind = _kind(row)
            if not _is_past(row, kind, policy, day):
                is_kept = True
                continue
            found = Past(row.departure.id, row.departure.registration_number, kind)
            (drafts if kind is RetentionKind.DRAFT else past).append(found)
        due.drafts += drafts
        if past and not is_kept:
            due.people[resident_id] = past
        elif past:
            due.kept_with_another += len(past)
    return due


def _rows(area: Area, resident_ids: Sequence[int] | None = None) -> Iterator[_Row]:
    """The departures of people who were not erased, by person; with their cases."""
    conditions = [area.covers(Departure.village_code), Resident.erased_on.is_(None)]
    if resident_ids is not None:
        conditions.append(Departure.resident_id.in_(resident_ids))
    departures = (
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
        )
        .join(Resident, Resident.id == Departure.resident_id)
        .where(*conditions)
        .order_by(Departure.resident_id, Departure.id)
    )
    # Read one after another: joined, SQLite looks through all flags again for each departure.
    of_offices = (
        select(Flag.departure_id)
        .join(Departure, Departure.id == Flag.departure_id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Flag.owner != Office.VILLAGE, *conditions)
    )
    open_cases = set(db.session.scalars(of_offices.where(Flag.state.in_(OPEN_FLAGS))))
    steps = of_offices.join(FlagStep, FlagStep.flag_id == Flag.id).add_columns(
        func.max(FlagStep.at).label("at")
    )
    last_steps = {
        row.departure_id: row.at for row in db.session.execute(steps.group_by(Flag.departure_id))
    }
    for row in db.session.execute(departures):
        yield _Row(row, row.id in open_cases, last_steps.get(row.id))


_OF_STAGE = {
    Stage.PLANNED: RetentionKind.PLANNED,
    Stage.DEPARTED: RetentionKind.DEPARTED,
    Stage.RETURNED: RetentionKind.RETURNED,
    Stage.CANCELLED: RetentionKind.CANCELLED,
}


def _kind(row: _Row) -> RetentionKind:
    """What a departure is kept as; a draft is a case only once an office dealt with it."""
    departure = row.departure
    is_draft = departure.review_status is ReviewStatus.DRAFT and departure.submitted_at is None
    is_draft = is_draft and departure.stage is Stage.PLANNED
    if row.last_step_at is not None or (row.has_open_case and not is_draft):
        return RetentionKind.CASE
    return RetentionKind.DRAFT if is_draft else _OF_STAGE[departure.stage]


def _is_past(row: _Row, kind: RetentionKind, policy: Policy, day: date) -> bool:
    period = policy.get(kind)
    return period is not None and period.after(_begins(row)) <= day


def _begins(row: _Row) -> date:
    """The day from which the period runs: what ended the stage, or whatever came later."""
    departure = row.departure
    changed = local_time(departure.updated_at).date()
    ended: list[date | None] = {
        Stage.PLANNED: [departure.planned_on, changed],
        Stage.DEPARTED: [_contract_end(departure), departure.last_contact_on],
        Stage.RETURNED: [departure.returned_on],
        Stage.CANCELLED: [departure.cancelled_on],
    }[departure.stage]
    if row.last_step_at is not None:
        ended.append(local_time(row.last_step_at).date())
    return max((day for day in ended if day is not None), default=changed)


def _contract_end(departure: Any) -> date | None:
    if departure.departed_on is None:
        return None
    return add_months(departure.departed_on, departure.contract_months or 0)
