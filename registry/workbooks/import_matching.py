"""What the registry knows already of the people and departures that a file speaks of.

Every query takes the area first. Rows are loaded plainly, a batch of the file at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import RowMapping, and_, or_, select

from registry import sealing
from registry.db import db
from registry.departures.models import Departure, Document, Flag, ImportedRow, Resident
from registry.departures.names import one_name
from registry.enums import DocumentKind
from registry.formatting import normal_name
from registry.regions.area import Area
from registry.workbooks.import_rows import ImportRow

BATCH = 500
Stored = RowMapping


@dataclass(slots=True)
class Known:
    """What of the registry a batch of rows may meet.

    Attributes:
        numbers: departures of the area by registration number.
        foreign_numbers: registration numbers used outside the area, or by people who were erased;
            nothing more is told of them.
        people: residents by village and blind index of the NIK.
        named: residents by village, name (as `one_name` compares it) and birth date.
        journeys: departures by resident.
    """

    numbers: dict[str, Stored] = field(default_factory=dict)
    foreign_numbers: set[str] = field(default_factory=set)
    residents: dict[int, Stored] = field(default_factory=dict)
    people: dict[tuple[str, bytes], Stored] = field(default_factory=dict)
    named: dict[tuple[str, str, date], list[Stored]] = field(default_factory=dict)
    journeys: dict[int, list[Stored]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A stored departure with its person, papers and flags."""

    departure: Stored
    resident: Stored
    papers: Mapping[DocumentKind, Stored]
    flags: Sequence[Stored]


def put_digests(row: ImportRow) -> None:
    """Work out the keyed digests by which a row and its NIK are found again."""
    keyring = sealing.keyring()
    row.digest = keyring.lasting_digest("imported_row", row.canonical())
    row.said.clear()  # thousands of rows wait in memory
    if row.nik:
        row.nik_index = keyring.blind_index("nik", row.nik)


def has_full_key(row: ImportRow) -> bool:
    """Whether a row without a NIK says enough to be the same departure as another."""
    plan, person = row.plan, row.person
    return all((person.get("name"), person.get("birth_date"), plan.get("country"),
                plan.get("planned_on")))  # fmt: skip


def name_key(row: ImportRow) -> tuple[str, str, date]:
    return row.village_code, one_name(normal_name(row.person["name"])), row.person["birth_date"]


def load_known(area: Area, rows: Sequence[ImportRow]) -> Known:
    """Everything that the rows may meet, in a few queries whatever the size of the registry."""
    known = Known()
    _load_numbers(area, rows, known)
    _load_people(area, rows, known)
    _load_named(area, rows, known)
    _load_owners(area, known)
    _load_journeys(area, known)
    return known


def _load_numbers(area: Area, rows: Sequence[ImportRow], known: Known) -> None:
    numbers = {row.registration_number for row in rows if row.registration_number}
    for batch in batches(numbers, BATCH):
        wanted = Departure.registration_number.in_(batch)
        inside = (
            select(Departure.__table__)
            .join(Resident, Resident.id == Departure.resident_id)
            .where(wanted, area.covers(Departure.village_code), Resident.erased_on.is_(None))
        )
        for stored in db.session.execute(inside).mappings():
            known.numbers[stored["registration_number"]] = stored
        known.foreign_numbers |= _used_anywhere(batch) - known.numbers.keys()


def _used_anywhere(numbers: Collection[str]) -> set[str]:
    statement = select(Departure.registration_number).where(
        Departure.registration_number.in_(numbers)
    )
    return set(db.session.scalars(statement))


def free_numbers(numbers: Collection[str]) -> set[str]:
    """Those of the numbers that no departure of any area has."""
    free = set(numbers)
    for batch in batches(numbers, BATCH):
        free -= _used_anywhere(batch)
    return free


def _load_people(area: Area, rows: Sequence[ImportRow], known: Known) -> None:
    keyring = sealing.keyring()
    # While keys are replaced, a NIK may lie under either index.
    indexes = {
        index: row.nik_index
        for row in rows
        if row.nik
        for index in keyring.blind_indexes("nik", row.nik)
    }
    for batch in batches(indexes, BATCH):
        statement = select(Resident.__table__).where(
            Resident.nik_index.in_(batch), area.covers(Resident.village_code)
        )
        for stored in db.session.execute(statement).mappings():
            known.residents[stored["id"]] = stored
            known.people[stored["village_code"], indexes[stored["nik_index"]]] = stored


def _load_named(area: Area, rows: Sequence[ImportRow], known: Known) -> None:
    keys = {name_key(row) for row in rows if not row.nik and has_full_key(row)}
    born_in: dict[str, set[date]] = defaultdict(set)
    for village, _, born in keys:
        born_in[village].add(born)
    for batch in batches(born_in.items(), 100):
        # By birth date first: one name is spelt in too many ways to ask for them.
        born_there = or_(
            *(
                and_(Resident.village_code == village, Resident.birth_date.in_(days))
                for village, days in batch
            )
        )
        statement = select(Resident.__table__).where(area.covers(Resident.village_code), born_there)
        for stored in db.session.execute(statement.order_by(Resident.id)).mappings():
            key = (stored["village_code"], one_name(stored["normal_name"]), stored["birth_date"])
            if key in keys:
                known.residents[stored["id"]] = stored
                known.named.setdefault(key, []).append(stored)


def _load_owners(area: Area, known: Known) -> None:
    owners = {stored["resident_id"] for stored in known.numbers.values()} - known.residents.keys()
    for batch in batches(owners, BATCH):
        statement = select(Resident.__table__).where(
            Resident.id.in_(batch), area.covers(Resident.village_code)
        )
        for stored in db.session.execute(statement).mappings():
            known.residents[stored["id"]] = stored


def _load_journeys(area: Area, known: Known) -> None:
    for batch in batches(known.residents, BATCH):
        statement = select(Departure.__table__).where(
            Departure.resident_id.in_(batch), area.covers(Departure.village_code)
        )
        for stored in db.session.execute(statement.order_by(Departure.id)).mappings():
            known.journeys.setdefault(stored["resident_id"], []).append(stored)


def imported_before(area: Area, rows: Sequence[ImportRow]) -> set[tuple[str, bytes]]:
    """Villages and digests of those rows whose very content was imported before."""
    digests = {row.digest for row in rows}
    found: set[tuple[str, bytes]] = set()
    for batch in batches(digests, BATCH):
        statement = select(ImportedRow.village_code, ImportedRow.digest).where(
            ImportedRow.digest.in_(batch), area.covers(ImportedRow.village_code)
        )
        found |= {(code, digest) for code, digest in db.session.execute(statement)}
    return found


def match(row: ImportRow, known: Known) -> Stored | None:
    """The stored departure that the row is: by its number, by its NIK, or by its name."""
    if row.registration_number in known.numbers:
        return known.numbers[row.registration_number]
    if row.nik:
        person = known.people.get((row.village_code, row.nik_index))
        return _journey_of(row, known, [person] if person else [])
    if has_full_key(row):
        return _journey_of(row, known, known.named.get(name_key(row), []))
    return None


def _journey_of(row: ImportRow, known: Known, people: Iterable[Stored]) -> Stored | None:
    for person in people:
        for journey in known.journeys.get(person["id"], []):
            if is_same_journey(
                row, journey["country"], journey["planned_on"], journey["departed_on"]
            ):
                return journey
    return None


def is_same_journey(
    row: ImportRow, country: str | None, planned_on: date | None, departed_on: date | None
) -> bool:
    """Whether country and planned day agree; without a plan, two days of leaving may not differ."""
    if (row.plan.get("country"), row.plan.get("planned_on")) != (country, planned_on):
        return False
    left = row.marks.get("departed_on")
    return planned_on is not None or None in (left, departed_on) or left == departed_on


def load_records(area: Area, departures: Collection[Stored], known: Known) -> dict[int, Record]:
    """The departures with their papers and flags, by id."""
    papers: dict[int, dict[DocumentKind, Stored]] = {}
    flags: dict[int, list[Stored]] = {}
    for batch in batches([stored["id"] for stored in departures], BATCH):
        for stored in _below(area, Document, batch):
            papers.setdefault(stored["departure_id"], {})[stored["kind"]] = stored
        for stored in _below(area, Flag, batch):
            flags.setdefault(stored["departure_id"], []).append(stored)
    return {
        stored["id"]: Record(
            stored,
            known.residents[stored["resident_id"]],
            papers.get(stored["id"], {}),
            flags.get(stored["id"], ()),
        )
        for stored in departures
    }


def _below(area: Area, model: Any, departure_ids: Collection[int]) -> Iterable[Stored]:
    """The rows of a table that belong to the departures."""
    statement = (
        select(model.__table__)
        .join(Departure, Departure.id == model.departure_id)
        .where(Departure.id.in_(departure_ids), area.covers(Departure.village_code))
    )
    return db.session.execute(statement).mappings()


T = TypeVar("T")


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, so many at a time."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch
