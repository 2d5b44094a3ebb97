"""The rows of lists and queues: what they read of each departure, masked for their viewer."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from registry import sealing
from registry.db import db
from registry.departures.conditions import OPEN_FLAGS
from registry.departures.fields import Sight, is_seen, mask_of, masked
from registry.departures.models import Departure, Flag, Resident
from registry.enums import Procedure, ReviewStatus, Scheme, Severity, Stage
from registry.regions.models import Region


class ListedDeparture(NamedTuple):
    """A departure as a list shows it, already masked for its viewer."""

    id: int
    registration_number: str
    village_code: str
    village_name: str
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


def list_columns() -> Any:
    """What is read of each row, with its resident."""
    statement = select(
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
        Region.name.label("village_name"),
    )
    statement = statement.join(Resident, Resident.id == Departure.resident_id)
    return statement.join(Region, Region.code == Departure.village_code)


def listed(rows: Sequence[Row[Any]], sight: Sight) -> list[ListedDeparture]:
    """Rows of `list_columns` as a viewer of this sight sees them, with their open flags."""
    flags = open_flags([row.id for row in rows])
    keyring = sealing.keyring()
    of_name, of_nik = mask_of("name"), mask_of("nik")
    sees_names, sees_niks = is_seen(of_name, sight), is_seen(of_nik, sight)
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
                village_name=row.village_name,
                name=row.name if sees_names else masked(of_name, row.name, sight),
                nik=nik if sees_niks else masked(of_nik, nik, sight),
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
