"""Finding residents and departures; every query takes the area first, without a default."""

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select, union
from sqlalchemy.orm import selectinload

from registry import sealing
from registry.asking import plainly
from registry.db import db
from registry.departures.fields import Sight
from registry.departures.listed import ListedDeparture, list_columns, listed
from registry.departures.models import Departure, Document, Resident
from registry.departures.named import named
from registry.departures.names import one_name
from registry.departures.workflow import OPEN_STAGES
from registry.regions.area import Area
from registry.validators import normal_phone

FOUND_LIMIT = 20
MOST_NAMESAKES = 500  # of one village, among whom the one to tell of is sought


def find(area: Area, departure_id: int) -> Departure | None:
    """The departure with its documents and flags, or None when it is not in the area."""
    statement = (
        select(Departure)
        .where(Departure.id == departure_id, area.covers(Departure.village_code))
        .options(selectinload(Departure.documents), selectinload(Departure.flags))
    )
    return db.session.scalars(statement).first()


def find_by_client_key(area: Area, client_key: str) -> Departure | None:
    """The departure that an earlier sending of the same form made."""
    statement = select(Departure).where(
        Departure.client_key == client_key, area.covers(Departure.village_code)
    )
    return db.session.scalars(statement).first()


def find_resident(area: Area, resident_id: int) -> Resident | None:
    """The resident, or None when not in the area or erased."""
    statement = select(Resident).where(
        Resident.id == resident_id,
        area.covers(Resident.village_code),
        Resident.erased_on.is_(None),
    )
    return db.session.scalars(statement).first()


def resident_with_nik(area: Area, nik: str) -> Resident | None:
    """The resident of a village with that NIK; `area` is that village."""
    indexes = sealing.keyring().blind_indexes("nik", nik)
    statement = select(Resident).where(
        Resident.nik_index.in_(indexes), area.covers(Resident.village_code)
    )
    return db.session.scalars(statement).first()


def namesake(area: Area, resident: Resident) -> Departure | None:
    """The last departure of somebody else in the area with this name, and no other birth date.

    Names are compared as `one_name` says; whoever was born on the same day comes first, then those
    of whom, or of this one, no birth date is known. None where the NIKs tell the two apart.
    """
    statement = select(Resident.id, Resident.normal_name).where(
        area.covers(Resident.village_code),
        # One name always begins with one letter, however it is spelt; the index knows that much.
        Resident.normal_name.startswith(resident.normal_name[:1], autoescape=True),
        Resident.id != resident.id,
        Resident.erased_on.is_(None),
    )
    if resident.birth_date is not None:
        born = Resident.birth_date
        statement = statement.where(or_(born == resident.birth_date, born.is_(None)))
    name = one_name(resident.normal_name)
    ids = [found for found, other in db.session.execute(statement) if one_name(other) == name]
    others = (
        select(Resident)
        .where(area.covers(Resident.village_code), Resident.id.in_(ids[:MOST_NAMESAKES]))
        .order_by(Resident.birth_date.is_(None), Resident.id)
        .options(selectinload(Resident.departures))
    )
    for other in db.session.scalars(others) if ids else ():
        if other.departures and not (resident.nik and other.nik):
            return max(other.departures, key=lambda departure: departure.id)
    return None


def search_residents(area: Area, text: str) -> list[Resident]:
    """Residents by NIK, phone, or the beginnings of their names; at most twenty."""
    digits = "".join(c for c in text if c.isdigit())
    statement = select(Resident).where(area.covers(Resident.village_code))
    if len(digits) >= 6:
        statement = statement.where(Resident.id.in_(_owners(area, text)))
    else:
        found = named(area, text, whole_words=False)
        owners = select(Departure.resident_id).where(Departure.id.in_(found))
        statement = statement.where(Resident.id.in_(owners))
    statement = statement.order_by(Resident.normal_name, Resident.id).limit(FOUND_LIMIT)
    return list(db.session.scalars(statement.options(selectinload(Resident.departures))).unique())


def _owners(area: Area, text: str) -> list[int]:
    """Whose NIK or phone this is, or the number of a paper, by their blind indexes."""
    keyring = sealing.keyring()
    digits = "".join(c for c in text if c.isdigit())
    phone = normal_phone(text)
    rows = plainly(
        _owners_of(area),
        nik=keyring.blind_indexes("nik", digits),
        paper=keyring.blind_indexes("document", text),
        phone=keyring.blind_indexes("phone", phone) if phone else [],
    )
    return [row.id for row in rows]


@lru_cache(maxsize=256)
def _owners_of(area: Area) -> Any:
    """Residents by any of their numbers.

    Each by a search of its own: of conditions joined by OR, PostgreSQL would read every row.
    """
    of_person = select(Resident.id).where(area.covers(Resident.village_code))
    of_paper = select(Departure.resident_id).join(Document)
    return union(
        of_person.where(_among(Resident.nik_index, "nik")),
        of_person.where(_among(Resident.phone_index, "phone")),
        of_paper.where(area.covers(Departure.village_code), _among(Document.number_index, "paper")),
    )


def _among(column: Any, name: str) -> Any:
    return column.in_(bindparam(name, expanding=True))


def with_number(area: Area, text: str, sight: Sight) -> list[ListedDeparture]:
    """Departures of whoever has this NIK, phone or paper number, exactly; at most twenty."""
    owners = _owners(area, text)
    return listed(plainly(_departures_of(area), owners=owners), sight) if owners else []


@lru_cache(maxsize=256)
def _departures_of(area: Area) -> Any:
    """The rows of a list of the latest departures of these `owners`."""
    found = list_columns().where(
        area.covers(Departure.village_code), _among(Departure.resident_id, "owners")
    )
    return found.order_by(Departure.id.desc()).limit(FOUND_LIMIT)


def open_elsewhere(area: Area, nik: str) -> str | None:
    """The code of the subdistrict where this NIK has an open departure outside the village `area`.

    Looks beyond the user's area on purpose and tells nothing but the subdistrict (contract,
    section 2); the caller journals and throttles it.
    """
    indexes = sealing.keyring().blind_indexes("nik", nik)
    statement = (
        select(Departure.village_code)
        .join(Resident)
        .where(
            Resident.nik_index.in_(indexes),
            ~area.covers(Departure.village_code),
            Departure.stage.in_(tuple(OPEN_STAGES)),
        )
        .limit(1)
    )
    code = db.session.scalar(statement)
    return code[:6] if code else None
