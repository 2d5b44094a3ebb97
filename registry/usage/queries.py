"""What an account has recorded, for those who supervise it: figures only, no person."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import and_, case, func, select

from registry.db import db
from registry.departures.models import Departure
from registry.enums import ReviewStatus, Stage
from registry.regions.area import Area


class Recorded(NamedTuple):
    """How many departures an account recorded, and how many of them wait for its correction."""

    departures: int
    sent_back: int


NOTHING = Recorded(0, 0)


def recorded_by(area: Area, usernames: Collection[str]) -> dict[str, Recorded]:
    """What each of the accounts recorded in the area; one query whatever their number."""
    is_open_return = and_(
        Departure.review_status == ReviewStatus.NEEDS_CORRECTION,
        Departure.stage != Stage.CANCELLED,
    )
    statement = (
        select(
            Departure.created_by,
            func.count(),
            func.sum(case((is_open_return, 1), else_=0)),
        )
        .where(area.covers(Departure.village_code), Departure.created_by.in_(usernames))
        .group_by(Departure.created_by)
    )
    return {
        username: Recorded(departures, int(sent_back))
        for username, departures, sent_back in db.session.execute(statement)
    }
