"""Reading residents and departures; every query takes the area first, without a default."""

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from registry import sealing
from registry.db import db
from registry.departures.conditions import OPEN_FLAGS, conditions, name_matches
from registry.departures.fields import Sight, mask_of, masked
from registry.departures.filters import BadFilter, Filter, Order
from registry.departures.models import Departure, Document, Flag, Resident
from registry.departures.workflow import OPEN_STAGES
from registry.enums import Procedure, ReviewStatus, Scheme, Severity, Stage
from registry.formatting import normal_name, today
from registry.regions.area import Area
from registry.validators import normal_phone

PAGE_SIZE = 50


FOUND_LIMIT = 20


class ListedDeparture(NamedTuple):
    """A departure as a list shows it, already masked for its viewer."""

    id: int
    registration_number: str
    village_code: str
    name: str
    nik: str | None
    country: str | None
    scheme: Scheme | None
    agency_name: str | None
    leaving_on: Any
    planned_on: Any
    departed_on: Any
    stage: Stage
    review_status: ReviewStatus
    procedure: Procedure | None
    documents_complete: int
    documents_required: int
    version: int
    flags: tuple[str, ...]
    questions: int


class Page(NamedTuple):
    """One page of a list: its rows and the cursor of the next page, if there is one."""

    rows: list[ListedDeparture]
    next_cursor: str | None


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


def search_residents(area: Area, text: str) -> list[Resident]:
    """Residents by NIK, phone, or the beginnings of their names; at most twenty."""
    digits = "".join(c for c in text if c.isdigit())
    statement = select(Resident).where(area.covers(Resident.village_code))
    if len(digits) >= 6:
        statement = statement.where(_has_number(text))
    else:
        if not normal_name(text):
            return []
        statement = statement.where(name_matches(text, whole_words=False))
    statement = statement.order_by(Resident.normal_name, Resident.id).limit(FOUND_LIMIT)
    return list(db.session.scalars(statement.options(selectinload(Resident.departures))).unique())


def _has_number(text: str) -> Any:
    """NIK or phone of the person, or the number of a paper, by their blind indexes."""
    keyring = sealing.keyring()
    digits = "".join(c for c in text if c.isdigit())
    with_paper = (
        select(Departure.resident_id)
        .join(Document)
        .where(Document.number_index.in_(keyring.blind_indexes("document", text)))
    )
    return or_(
        Resident.nik_index.in_(keyring.blind_indexes("nik", digits)),
        Resident.phone_index.in_(keyring.blind_indexes("phone", normal_phone(text) or "")),
        Resident.id.in_(with_paper),
    )


def with_number(area: Area, text: str, sight: Sight) -> list[ListedDeparture]:
    """Departures of whoever has this NIK, phone or paper number, exactly; at most twenty."""
    statement = _list_columns().where(area.covers(Departure.village_code), _has_number(text))
    statement = statement.order_by(Departure.id.desc()).limit(FOUND_LIMIT)
    return listed(db.session.execute(statement).all(), sight)


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


def count(f: Filter, *, whole_words: bool = False) -> int:
    """How many departures the filter finds; the list and the export have exactly that many."""
    statement = (
        select(func.count())
        .select_from(Departure)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(*conditions(f, whole_words=whole_words))
    )
    return db.session.scalar(statement) or 0


def found_ids(f: Filter, *, whole_words: bool = False) -> list[int]:
    """The ids of all that the filter finds, in the order of the list."""
    statement = (
        select(Departure.id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(*conditions(f, whole_words=whole_words))
    )
    return list(db.session.scalars(_ordered(statement, f.with_())))


def list_page(f: Filter, sight: Sight, *, size: int = PAGE_SIZE, whole_words: bool = False) -> Page:
    """One page of the filter's list, masked; `f.after` is the id of the last row seen."""
    statement = _list_columns().where(*conditions(f, whole_words=whole_words))
    statement = _ordered(statement, f).limit(size + 1)
    rows = db.session.execute(statement).all()
    shown, more = rows[:size], len(rows) > size
    return Page(listed(shown, sight), str(shown[-1].id) if more else None)


def _list_columns() -> Any:
    return select(
        Departure.id,
        Departure.registration_number,
        Departure.village_code,
        Departure.country,
        Departure.scheme,
        Departure.agency_name,
        Departure.leaving_on,
        Departure.planned_on,
        Departure.departed_on,
        Departure.stage,
        Departure.review_status,
        Departure.procedure,
        Departure.documents_complete,
        Departure.documents_required,
        Departure.version,
        Departure.resident_id,
        Resident.name,
        Resident.nik_sealed,
        Resident.wrapped_key,
    ).join(Resident, Resident.id == Departure.resident_id)


def _to_do(area: Area) -> Any:
    """The rows of queues: where nothing tells any more who it was, nothing is left to do."""
    return _list_columns().where(area.covers(Departure.village_code), Resident.erased_on.is_(None))


def _ordered(statement: Select[Any], f: Filter) -> Select[Any]:
    key: Any = {
        Order.LEAVING: Departure.leaving_on,
        Order.NEWEST: Departure.id,
        Order.NAME: Resident.normal_name,
    }[f.order]
    upwards = f.order is Order.NAME
    if f.after:
        statement = statement.where(_beyond(f, key, upwards))
    first = key.asc() if upwards else key.desc()
    last = Departure.id.asc() if upwards else Departure.id.desc()
    return statement.order_by(first.nulls_last(), last)


def _beyond(f: Filter, key: Any, upwards: bool) -> Any:
    """Rows after the cursor: the last row's own key is looked up, so no name stands in a URL."""
    if not re.fullmatch(r"[0-9]{1,18}", f.after):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    last = db.session.execute(
        select(key.label("key"), Departure.id)
        .select_from(Departure)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Departure.id == int(f.after), f.area.covers(Departure.village_code))
    ).first()
    if last is None:
        raise BadFilter(_("Halaman ini sudah berubah. Mulai lagi dari halaman pertama."))
    if last.key is None:
        return and_(key.is_(None), Departure.id < last.id)
    same = and_(key == last.key, Departure.id > last.id if upwards else Departure.id < last.id)
    further = key > last.key if upwards else key < last.key
    return or_(further, same, key.is_(None))


def listed(rows: Sequence[Row[Any]], sight: Sight) -> list[ListedDeparture]:
    """Rows of `_list_columns` as a viewer of this sight sees them, with their open flags."""
    flags = open_flags([row.id for row in rows])
    keyring = sealing.keyring()
    result = []
    for row in rows:
        found = flags.get(row.id, ())
        nik = None
        if row.nik_sealed is not None:
            key = keyring.unwrap(row.wrapped_key, row.resident_id)
            nik = key.unseal(row.nik_sealed, "resident", "nik", row.resident_id)
        result.append(
            ListedDeparture(
                id=row.id,
                registration_number=row.registration_number,
                village_code=row.village_code,
                name=masked(mask_of("name"), row.name, sight),
                nik=masked(mask_of("nik"), nik, sight),
                country=row.country,
                scheme=row.scheme,
                agency_name=row.agency_name,
                leaving_on=row.leaving_on,
                planned_on=row.planned_on,
                departed_on=row.departed_on,
                stage=row.stage,
                review_status=row.review_status,
                procedure=row.procedure,
                documents_complete=row.documents_complete,
                documents_required=row.documents_required,
                version=row.version,
                flags=tuple(rule for rule, is_question in found if not is_question),
                questions=sum(is_question for _, is_question in found),
            )
        )
    return result


class OpenFlag(NamedTuple):
    """An open flag on a list: its rule, and whether it only asks something."""

    rule: str
    is_question: bool


def open_flags(departure_ids: Sequence[int]) -> dict[int, list[OpenFlag]]:
    """The open flags of departures that a scoped query has already found, by rule number."""
    if not departure_ids:
        return {}
    found: dict[int, list[OpenFlag]] = {}
    statement = (
        select(Flag.departure_id, Flag.rule, Flag.severity)
        .where(Flag.departure_id.in_(departure_ids), Flag.state.in_(OPEN_FLAGS))
        .order_by(Flag.departure_id, Flag.rule)
    )
    for departure_id, rule, severity in db.session.execute(statement):
        flag = OpenFlag(rule, severity is Severity.INFO)
        found.setdefault(departure_id, []).append(flag)
    return found


def queue(
    area: Area,
    sight: Sight,
    status: ReviewStatus,
    *,
    limit: int,
    only: Collection[int] | None = None,
) -> list[ListedDeparture]:
    """Records of one review status, the nearest planned date first; `only` those of some ids."""
    statement = _to_do(area).where(Departure.review_status == status)
    if only is not None:
        statement = statement.where(Departure.id.in_(list(only)))
    statement = statement.order_by(Departure.planned_on.asc().nulls_last(), Departure.id)
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


def past_plan(area: Area, sight: Sight, *, limit: int) -> list[ListedDeparture]:
    """Plans whose day has passed while nobody said whether the person left, the oldest first."""
    statement = _to_do(area).where(
        Departure.stage == Stage.PLANNED,
        Departure.planned_on < today(),
    )
    statement = statement.order_by(Departure.planned_on, Departure.id)
    return listed(db.session.execute(statement.limit(limit)).all(), sight)


def in_procedure(
    area: Area, sight: Sight, procedure: Procedure, stage: Stage, *, limit: int
) -> list[ListedDeparture]:
    """Departures of one stage in one state of the rules, the nearest leaving date first."""
    statement = _to_do(area).where(
        Departure.procedure == procedure,
        Departure.stage == stage,
    )
    newest_first = stage is not Stage.PLANNED
    order = Departure.leaving_on.desc() if newest_first else Departure.leaving_on.asc()
    statement = statement.order_by(order.nulls_last(), Departure.id)
    return listed(db.session.execute(statement.limit(limit)).all(), sight)
