"""What waits for somebody, most urgent first; the area comes first, without a default."""

from collections.abc import Collection, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal, select, union_all

from registry.db import db
from registry.departures.fields import Sight
from registry.departures.list_indexes import IS_PLANNED, IS_SUSPECTED, OFFICES, in_order
from registry.departures.listed import ListedDeparture, list_columns, listed
from registry.departures.models import Departure, Resident
from registry.enums import Procedure, ReviewStatus
from registry.formatting import today
from registry.regions.area import Area


def queue(
    area: Area,
    sight: Sight,
    status: ReviewStatus,
    *,
    limit: int,
    only: Collection[int] | None = None,
) -> list[ListedDeparture]:
    """Records of one review status, the nearest planned date first; `only` those of some ids."""
    statement = _of_status(area, status)
    if only is not None:
        statement = statement.where(Departure.id.in_(list(only)))
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


class Waiting(NamedTuple):
    """The queues of a first page.

    Attributes:
        by_status: records of each review status, as `queue` answers them.
        past_plan: plans whose day has passed while nobody said whether the person left, the oldest
            first.
        at_risk: plans with an open grave flag, the nearest planned date first.
        suspected: who left without an E-KPMI that somebody saw, the latest first.
    """

    by_status: dict[ReviewStatus, list[ListedDeparture]]
    past_plan: list[ListedDeparture]
    at_risk: list[ListedDeparture]
    suspected: list[ListedDeparture]


def waiting(
    area: Area,
    sight: Sight,
    statuses: Collection[ReviewStatus],
    *,
    with_suspected: bool,
    limit: int,
) -> Waiting:
    """Several queues at once; those by planned date in one statement, the flags of all in one."""
    parts = [(status.value, _of_status(area, status)) for status in statuses]
    parts += [(_PAST_PLAN, _past_plan(area)), *((_AT_RISK, part) for part in _at_risk(area))]
    found = _by_planned_date(parts, limit)
    if with_suspected:
        found[_SUSPECTED] = list(db.session.execute(_suspected(area).limit(limit)).all())
    shown = iter(listed([row for rows in found.values() for row in rows], sight))
    queues = {name: list(islice(shown, len(rows))) for name, rows in found.items()}
    return Waiting(
        {status: queues[status.value] for status in statuses},
        queues[_PAST_PLAN],
        queues[_AT_RISK],
        queues.get(_SUSPECTED, []),
    )


_PAST_PLAN, _AT_RISK, _SUSPECTED = "past_plan", "at_risk", "suspected"


def _by_planned_date(parts: Sequence[tuple[str, Any]], limit: int) -> dict[str, list[Any]]:
    """The first rows of each name, of which one or more statements read, the nearest date first."""
    limited = [(name, statement.limit(limit).subquery()) for name, statement in parts]
    selects = (select(literal(name).label("queue"), *part.c) for name, part in limited)
    found: dict[str, list[Any]] = {name: [] for name, _ in parts}
    for row in db.session.execute(union_all(*selects)):
        found[row.queue].append(row)
    return {name: [row[1:] for row in sorted(rows, key=_urgency)[:limit]]
            for name, rows in found.items()}  # fmt: skip


def _urgency(row: Any) -> tuple[date, int]:
    return row.planned_on or date.max, row.id


def _of_status(area: Area, status: ReviewStatus) -> Any:
    statement = _to_do(area.covers(Departure.village_code), Departure.review_status == status)
    return statement.order_by(Departure.planned_on.asc().nulls_last(), Departure.id)


def _past_plan(area: Area) -> Any:
    statement = _to_do(_scope(area), IS_PLANNED, Departure.planned_on < today())
    return statement.order_by(Departure.planned_on, Departure.id)


def _at_risk(area: Area) -> list[Any]:
    """Those with a date, and those without: each is read in the order of an index."""
    statement = _to_do(_scope(area), IS_PLANNED, Departure.procedure == Procedure.AT_RISK)
    day = Departure.planned_on
    parts = (statement.where(day.is_not(None)), statement.where(day.is_(None)))
    return [part.order_by(day, Departure.id) for part in parts]


def _suspected(area: Area) -> Any:
    statement = _to_do(_scope(area), IS_SUSPECTED)
    return statement.order_by(Departure.leaving_on.desc(), Departure.id.desc())


def _scope(area: Area) -> ColumnElement[bool]:
    """In the words of the indexes, where there is one for the level."""
    in_area: ColumnElement[bool] = area.covers(Departure.village_code)
    return in_order(area) if area.level in OFFICES else in_area


def _to_do(*found: ColumnElement[bool]) -> Any:
    """Where nothing tells any more who it was, nothing is left to do."""
    return list_columns().where(*found, Resident.erased_on.is_(None))
