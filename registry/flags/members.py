"""The departures among which patterns are looked for, as plain rows; the area comes first."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from registry.db import db
from registry.departures.models import Departure, Document, Resident
from registry.departures.workflow import OPEN_STAGES
from registry.enums import DocumentKind, Stage
from registry.regions.area import Area

LETTERS = (DocumentKind.FAMILY_PERMISSION, DocumentKind.MARITAL_LETTER)


class Member(NamedTuple):
    """One departure of a pattern; the name is masked only where it is shown."""

    id: int
    resident_id: int
    registration_number: str
    village_code: str
    created_at: datetime
    stage: Stage
    leaving_on: date | None
    agency_id: int | None
    agency_name: str | None
    recruiter_name: str | None
    phone_index: bytes | None
    name: str
    address: str | None
    has_foreign_card: bool | None


class Twin(NamedTuple):
    """A departure with the number that it shares with another one."""

    member: Member
    kind: DocumentKind | None
    number: bytes


_COLUMNS = (
    Departure.id,
    Departure.resident_id,
    Departure.registration_number,
    Departure.village_code,
    Departure.created_at,
    Departure.stage,
    Departure.leaving_on,
    Departure.agency_id,
    Departure.agency_name,
    Departure.recruiter_name,
    Departure.recruiter_phone_index,
    Resident.name,
    Resident.address,
    Resident.has_foreign_card,
)
_IS_OPEN = Departure.stage.in_(tuple(OPEN_STAGES))


def recent_members(area: Area, day: date, days: int) -> list[Member]:
    """Planned departures, and those who left within so many days, in order of their ids."""
    left = and_(
        Departure.stage == Stage.DEPARTED, Departure.departed_on >= day - timedelta(days=days)
    )
    statement = _select().where(
        area.covers(Departure.village_code), or_(Departure.stage == Stage.PLANNED, left)
    )
    return [Member(*row) for row in db.session.execute(statement.order_by(Departure.id))]


def members_with_ids(area: Area, departure_ids: Sequence[int]) -> list[Member]:
    """These departures of the area, whatever became of them."""
    statement = _select().where(
        Departure.id.in_(departure_ids), area.covers(Departure.village_code)
    )
    return [Member(*row) for row in db.session.execute(statement)]


def same_nik(area: Area) -> list[Twin]:
    """Open departures under a NIK that has some in two villages of the area or more."""
    shared = (
        select(Resident.nik_index)
        .join(Departure, Departure.resident_id == Resident.id)
        .where(area.covers(Departure.village_code), _IS_OPEN, Resident.nik_index.is_not(None))
        .group_by(Resident.nik_index)
        .having(func.count(Departure.village_code.distinct()) > 1)
    )
    statement = _select(Resident.nik_index).where(
        area.covers(Departure.village_code), _IS_OPEN, Resident.nik_index.in_(shared)
    )
    rows = db.session.execute(statement.order_by(Departure.id))
    return [Twin(Member(*row[:-1]), None, row[-1]) for row in rows]


def same_letter(area: Area) -> list[Twin]:
    """Departures of different people of one village whose letters carry the same number."""
    not_cancelled = Departure.stage != Stage.CANCELLED
    shared = (
        select(Document.number_index)
        .join(Departure, Departure.id == Document.departure_id)
        .where(
            area.covers(Departure.village_code),
            not_cancelled,
            Document.kind.in_(LETTERS),
            Document.number_index.is_not(None),
        )
        .group_by(Departure.village_code, Document.kind, Document.number_index)
        .having(func.count(Departure.resident_id.distinct()) > 1)
    )
    statement = (
        _select(Document.kind, Document.number_index)
        .join(Document, Document.departure_id == Departure.id)
        .where(
            area.covers(Departure.village_code),
            not_cancelled,
            Document.kind.in_(LETTERS),
            Document.number_index.in_(shared),
        )
    )
    rows = db.session.execute(statement.order_by(Departure.id))
    return [Twin(Member(*row[:-2]), row[-2], row[-1]) for row in rows]


def recruiter_phones(area: Area, departure_ids: Sequence[int]) -> list[str]:
    """The recruiters' phone numbers on departures of the area, for who may see them."""
    statement = select(Departure).where(
        Departure.id.in_(departure_ids), area.covers(Departure.village_code)
    )
    found = db.session.scalars(statement).unique()
    return sorted({departure.recruiter_phone for departure in found if departure.recruiter_phone})


def _select(*more: Any) -> Any:
    return select(*_COLUMNS, *more).join(Resident, Resident.id == Departure.resident_id)
