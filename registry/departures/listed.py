"""The rows of lists and queues: what they read of each departure, masked for their viewer."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from registry import sealing
from registry.asking import plainly
from registry.departures.conditions import OPEN_FLAGS
from registry.departures.fields import Sight, hidden, is_seen, mask_of
from registry.departures.models import Departure, Flag, Resident
from registry.enums import Procedure, ReviewStatus, Severity, Stage
from registry.regions.models import Region


class ListedDeparture(NamedTuple):
    """A departure as a list shows it, already masked for its viewer."""

    id: int
    name: str
    nik: str | None
    flags: tuple[str, ...]
    questions: int
    # As `_PLAIN` reads them.
    registration_number: str
    village_code: str
    village_name: str
    country: str | None
    agency_name: str | None
    planned_on: Any
    departed_on: Any
    stage: Stage
    review_status: ReviewStatus
    procedure: Procedure | None
    leaving_on: Any


_PERSON = (
    Departure.id,
    Departure.resident_id,
    Resident.name,
    Resident.nik_sealed,
    Resident.wrapped_key,
)
_PLAIN = (
    Departure.registration_number,
    Departure.village_code,
    Region.name.label("village_name"),
    Departure.country,
    Departure.agency_name,
    Departure.planned_on,
    Departure.departed_on,
    Departure.stage,
    Departure.review_status,
    Departure.procedure,
    Departure.leaving_on,
)
_LIST: Any = (
    select(*_PERSON, *_PLAIN)
    .join(Resident, Resident.id == Departure.resident_id)
    .join(Region, Region.code == Departure.village_code)
)


def list_columns() -> Any:
    """What is read of each row, with its resident."""
    return _LIST


def listed(rows: Sequence[Any], sight: Sight) -> list[ListedDeparture]:
    """Rows of `list_columns` as a viewer of this sight sees them, with their open flags."""
    flags = open_flags([row[0] for row in rows])
    keyring = sealing.keyring()
    of_name, of_nik = mask_of("name"), mask_of("nik")
    sees_names, sees_niks = is_seen(of_name, sight), is_seen(of_nik, sight)
    result = []
    for id_, resident_id, name, nik_sealed, wrapped_key, *plain in rows:
        nik = None
        if nik_sealed is not None:
            key = keyring.unwrap(wrapped_key, resident_id)
            nik = key.unseal(nik_sealed, "resident", "nik", resident_id)
        found = flags.get(id_, ())
        rules = tuple(rule for rule, is_question in found if not is_question)
        result.append(
            ListedDeparture(
                id_,
                name if sees_names else hidden(of_name, name),
                nik if sees_niks else hidden(of_nik, nik),
                rules,
                len(found) - len(rules),
                *plain,
            )
        )
    return result


class OpenFlag(NamedTuple):
    """An open flag on a list: its rule, and whether it only asks something."""

    rule: str
    is_question: bool


_OPEN_FLAGS = (
    select(Flag.departure_id, Flag.rule, Flag.severity)
    .where(Flag.departure_id.in_(bindparam("ids", expanding=True)), Flag.state.in_(OPEN_FLAGS))
    .order_by(Flag.departure_id, Flag.rule)
)


def open_flags(departure_ids: Sequence[int]) -> dict[int, list[OpenFlag]]:
    """The open flags of departures that a scoped query has already found, by rule number."""
    if not departure_ids:
        return {}
    found: dict[int, list[OpenFlag]] = {}
    for departure_id, rule, severity in plainly(_OPEN_FLAGS, ids=departure_ids):
        flag = OpenFlag(rule, severity is Severity.INFO)
        found.setdefault(departure_id, []).append(flag)
    return found
