"""Reading emergency accesses: one's own, those on people of an area, those of offices below."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db, now
from registry.departures.emergency import ROLES
from registry.departures.models import Departure, EmergencyAccess
from registry.enums import Level
from registry.regions.area import Area

TOLD_FOR = timedelta(days=30)
TOLD_LENGTH = 10
LIST_LENGTH = 200


class AccessFigure(NamedTuple):
    """How often an account opened people in emergencies."""

    username: str
    role: str
    area_code: str
    opened: int
    last_at: datetime


def open_accesses(user: User, departure: Departure) -> list[EmergencyAccess]:
    """What the account may use now on this person, the longest first."""
    if user.role not in ROLES:
        return []
    statement = (
        select(EmergencyAccess)
        .where(
            EmergencyAccess.user_id == user.id,
            EmergencyAccess.departure_id == departure.id,
            EmergencyAccess.until_at > now(),
        )
        .order_by(EmergencyAccess.until_at.desc())
    )
    return [access for access in db.session.scalars(statement).unique() if lasts(access)]


def lasts(access: EmergencyAccess) -> bool:
    """Whether it may be used now; it ends with any change of the account, its role or area."""
    user = access.user
    is_same_office = (access.role, access.area_code) == (user.role.value, user.area_code)
    is_given_back = access.ended_at is not None or (
        user.access_ended_at is not None and user.access_ended_at >= access.from_at
    )
    is_within = access.from_at <= now() < access.until_at
    return is_within and is_same_office and not is_given_back and user.is_active_account


def told_to(area: Area) -> list[EmergencyAccess]:
    """The last accesses to people of the area, for its own offices."""
    statement = (
        select(EmergencyAccess)
        .join(Departure, Departure.id == EmergencyAccess.departure_id)
        .where(
            area.covers(Departure.village_code),
            EmergencyAccess.from_at > now() - TOLD_FOR,
        )
        .order_by(EmergencyAccess.id.desc())
        .limit(TOLD_LENGTH)
    )
    return list(db.session.scalars(statement).unique())


def below(area: Area, user: User) -> list[EmergencyAccess]:
    """The last accesses by offices for which this one is the superior, and by the user.

    That is every office of the user's kind below the area. No labour office stands above that of a
    province, so BP3MI of the country is told of those too.

    Args:
        area: the user's area.
    """
    of_own_kind = and_(EmergencyAccess.role == user.role.value, _held_within(area))
    by_offices_below = and_(
        or_(of_own_kind, _labour_offices_without_superior(area, user)),
        EmergencyAccess.area_code != area.code,
    )
    statement = (
        select(EmergencyAccess)
        .join(Departure, Departure.id == EmergencyAccess.departure_id)
        .where(
            area.covers(Departure.village_code),
            or_(by_offices_below, EmergencyAccess.user_id == user.id),
        )
        .order_by(EmergencyAccess.id.desc())
        .limit(LIST_LENGTH)
    )
    return list(db.session.scalars(statement).unique())


def _labour_offices_without_superior(area: Area, user: User) -> ColumnElement[bool]:
    if user.role is not Role.BP3MI or area.level is not Level.COUNTRY:
        return false()
    return and_(
        EmergencyAccess.role == Role.LABOUR_OFFICE.value,
        func.length(EmergencyAccess.area_code) == int(Level.PROVINCE),
    )


def _held_within(area: Area) -> ColumnElement[bool]:
    if area.level is Level.COUNTRY:
        return true()
    return EmergencyAccess.area_code.startswith(area.code, autoescape=True)


def figures(area: Area) -> list[AccessFigure]:
    """How often each account of the area opened people; for who sees no persons."""
    statement = (
        select(
            User.username,
            EmergencyAccess.role,
            EmergencyAccess.area_code,
            func.count(),
            func.max(EmergencyAccess.from_at),
        )
        .join(User, User.id == EmergencyAccess.user_id)
        .where(_held_within(area))
        .group_by(User.username, EmergencyAccess.role, EmergencyAccess.area_code)
        .order_by(func.max(EmergencyAccess.from_at).desc())
    )
    return [AccessFigure(*row) for row in db.session.execute(statement)]
