"""What waits for somebody, most urgent first; the area comes first, without a default."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement

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
    statement = _to_do(area.covers(Departure.village_code), Departure.review_status == status)
    if only is not None:
        statement = statement.where(Departure.id.in_(list(only)))
    statement = statement.order_by(Departure.planned_on.asc().nulls_last(), Departure.id)
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


def past_plan(area: Area, sight: Sight, *, limit: int) -> list[ListedDeparture]:
    """Plans whose day has passed while nobody said whether the person left, the oldest first."""
    statement = _to_do(_scope(area), IS_PLANNED, Departure.planned_on < today())
    statement = statement.order_by(Departure.planned_on, Departure.id)
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


def at_risk(area: Area, sight: Sight, *, limit: int) -> list[ListedDeparture]:
    """Plans with an open grave flag, the nearest planned date first."""
    statement = _to_do(_scope(area), IS_PLANNED, Departure.procedure == Procedure.AT_RISK)
    day = Departure.planned_on
    rows: list[Any] = []
    # Those without a date apart: each of the two is read in the order of an index.
    for part in (statement.where(day.is_not(None)), statement.where(day.is_(None))):
        if left := limit - len(rows):
            rows += db.session.execute(part.order_by(day, Departure.id).limit(left)).all()
    return listed(rows, sight)


def suspected(area: Area, sight: Sight, *, limit: int) -> list[ListedDeparture]:
    """Who left without an E-KPMI that somebody saw, the latest first."""
    statement = _to_do(_scope(area), IS_SUSPECTED)
    statement = statement.order_by(Departure.leaving_on.desc(), Departure.id.desc())
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


def _scope(area: Area) -> ColumnElement[bool]:
    """In the words of the indexes, where there is one for the level."""
    in_area: ColumnElement[bool] = area.covers(Departure.village_code)
    return in_order(area) if area.level in OFFICES else in_area


def _to_do(*found: ColumnElement[bool]) -> Any:
    """Where nothing tells any more who it was, nothing is left to do."""
    return list_columns().where(*found, Resident.erased_on.is_(None))
