"""Who wrote a record, and who may therefore decide on it; the area comes first."""

from collections.abc import Sequence

from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.departures.models import Departure, DepartureWriter, Resident
from registry.enums import ReviewStatus
from registry.regions.area import Area

MOST_BY_REVIEWERS = 500


def writer_ids(area: Area, departure_ids: Sequence[int]) -> dict[int, set[int]]:
    """Who wrote each record since the last decision on it."""
    statement = (
        select(DepartureWriter.departure_id, DepartureWriter.user_id)
        .join(Departure, Departure.id == DepartureWriter.departure_id)
        .where(DepartureWriter.departure_id.in_(departure_ids), area.covers(Departure.village_code))
    )
    found: dict[int, set[int]] = {}
    for departure_id, user_id in db.session.execute(statement):
        found.setdefault(departure_id, set()).add(user_id)
    return found


def count_waiting(area: Area) -> int:
    """How many submitted records of the area wait for a decision."""
    statement = (
        select(func.count(Departure.id))
        .join(Resident, Resident.id == Departure.resident_id)
        .where(
            area.covers(Departure.village_code),
            Departure.review_status == ReviewStatus.SUBMITTED,
            Resident.erased_on.is_(None),
        )
    )
    return db.session.scalar(statement) or 0


def submitted_by_reviewers(area: Area) -> list[int]:
    """Submitted records that a reviewer had a hand in; few, since villages write nearly all."""
    statement = (
        select(Departure.id)
        .join(DepartureWriter, DepartureWriter.departure_id == Departure.id)
        .join(User, User.id == DepartureWriter.user_id)
        .where(
            area.covers(Departure.village_code),
            Departure.review_status == ReviewStatus.SUBMITTED,
            User.role == Role.REVIEWER,
        )
        .order_by(Departure.planned_on.asc().nulls_last(), Departure.id)
        .limit(MOST_BY_REVIEWERS)
    )
    return list(dict.fromkeys(db.session.scalars(statement)))


def waits_for_labour_office(area: Area, departure: Departure) -> bool:
    """Whether the subdistrict has no reviewer left who did not write this record."""
    return departure.id in waiting_for_labour_office(area, [departure.id])


def waiting_for_labour_office(area: Area, departure_ids: Sequence[int]) -> set[int]:
    """Those of the records that nobody in their subdistrict may verify, having written them."""
    writers = writer_ids(area, departure_ids)
    if not writers:
        return set()
    subdistricts: dict[int, str] = {
        row.id: row.village_code[:6]
        for row in db.session.execute(
            select(Departure.id, Departure.village_code).where(
                Departure.id.in_(writers), area.covers(Departure.village_code)
            )
        )
    }
    reviewers: dict[str, set[int]] = {}
    statement = select(User.area_code, User.id).where(
        User.role == Role.REVIEWER,
        User.area_code.in_(set(subdistricts.values())),
        User.is_active_account,
    )
    for code, user_id in db.session.execute(statement):
        reviewers.setdefault(code, set()).add(user_id)
    return {
        departure_id
        for departure_id, code in subdistricts.items()
        if reviewers.get(code) and reviewers[code] <= writers[departure_id]
    }
