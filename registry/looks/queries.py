"""Reading from the journal who saw whom; for commands that answer for the whole registry."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from registry.audit.log import SYSTEM
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.models import Departure, Resident
from registry.looks.ways import WITH_IDS, Ids, Way, way_of

BATCH = 5_000
CHUNK = 500

_ENTRY, _VALUE = JournalEntry.__table__.c, JournalValue.__table__.c
Progress = Callable[[int], object]


class Look(NamedTuple):
    """One entry that shows that a person was seen."""

    seq: int
    at: datetime
    event: str
    actor: str
    role: str
    detail: dict[str, Any]

    @property
    def way(self) -> Way:
        return way_of(self.event, self.detail)


class Person(NamedTuple):
    """A resident whose looks are asked for, and the ids of all departures, deleted ones too."""

    resident_id: int
    departure_ids: frozenset[int]


def find_person(said: str) -> Person | None:
    """By registration number or by the resident's id; also where the record was deleted."""
    if said.isascii() and said.isdigit():
        resident_id: int | None = int(said)
    else:
        number = Departure.registration_number == said.upper()
        resident_id = db.session.scalar(select(Departure.resident_id).where(number))
    if resident_id is None:
        return None
    of_person = _VALUE.resident_id == resident_id
    ids = set(db.session.scalars(select(Departure.id).where(Departure.resident_id == resident_id)))
    ids |= set(
        db.session.scalars(select(_VALUE.subject_id).where(of_person, _VALUE.kind == "departure"))
    )
    known = db.session.get(Resident, resident_id) is not None
    return Person(resident_id, frozenset(ids)) if ids or known else None


def count_with_ids() -> int:
    statement = select(func.count()).where(_ENTRY.event.in_(WITH_IDS))
    return db.session.scalar(statement) or 0


def who_saw(person: Person, progress: Progress = lambda done: None) -> list[Look]:
    """Every look at the person, oldest first: opened directly, or on a list, a file, a search."""
    subject = select(_VALUE.seq).where(
        or_(
            _VALUE.resident_id == person.resident_id,
            and_(_VALUE.kind == "departure", _VALUE.subject_id.in_(person.departure_ids)),
        )
    )
    direct = looks_at(_ENTRY.seq.in_(subject), _ENTRY.actor != SYSTEM.username)
    found = [look for look in direct if look.event not in WITH_IDS]
    departures = sorted(person.departure_ids)
    for look in looks_at(_ENTRY.event.in_(WITH_IDS)):
        progress(1)
        if person.resident_id in look.detail.get("warga", ()) or Ids(look.detail.get("id")).touch(
            departures
        ):
            found.append(look)
    return sorted(found)


def looks_at(*conditions: ColumnElement[bool]) -> Iterator[Look]:
    """Entries in the order of their numbers, some thousand at a time."""
    columns = (_ENTRY[name] for name in Look._fields)
    statement: Select[Any] = select(*columns).where(*conditions).order_by(_ENTRY.seq).limit(BATCH)
    last = 0
    while rows := db.session.execute(statement.where(_ENTRY.seq > last)).all():
        yield from (Look(*row) for row in rows)
        last = rows[-1].seq


@dataclass
class Access:
    """How often one person was seen in one way, the first and the last time."""

    first: datetime
    last: datetime
    times: int = 1

    def again(self, at: datetime) -> None:
        self.times, self.last = self.times + 1, at


Accesses = dict[tuple[Way, str], dict[int, Access]]


@dataclass
class Breach:
    """Whom an account saw: by way and role, then by resident; and how many entries say so."""

    accesses: Accesses = field(default_factory=dict)
    entries: int = 0

    @property
    def resident_ids(self) -> list[int]:
        return sorted({person for seen in self.accesses.values() for person in seen})


def count_by(account: str, since: datetime, until: datetime) -> int:
    statement = select(func.count()).where(*_of_account(account, since, until))
    return db.session.scalar(statement) or 0


def seen_by_account(
    account: str, since: datetime, until: datetime, progress: Progress = lambda done: None
) -> Breach:
    """Everybody whose data the account saw between the two instants (the second excluded)."""
    breach = Breach()
    conditions = _of_account(account, since, until)
    subjects = _subjects(conditions)
    residents = _residents_by_departure()
    for look in looks_at(*conditions):
        progress(1)
        people = _people(look, subjects, residents)
        if not people:
            continue
        breach.entries += 1
        seen = breach.accesses.setdefault((look.way, look.role), {})
        for person in people:
            if known := seen.get(person):
                known.again(look.at)
            else:
                seen[person] = Access(look.at, look.at)
    return breach


def _of_account(account: str, since: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
    return (_ENTRY.actor == account, _ENTRY.at >= since, _ENTRY.at < until)


def _subjects(conditions: Sequence[ColumnElement[bool]]) -> dict[int, set[int]]:
    statement = (
        select(_VALUE.seq, _VALUE.resident_id)
        .join(JournalEntry, JournalEntry.seq == _VALUE.seq)
        .where(*conditions, _VALUE.resident_id.is_not(None))
    )
    found: dict[int, set[int]] = {}
    for seq, resident_id in db.session.execute(statement):
        found.setdefault(seq, set()).add(resident_id)
    return found


def _residents_by_departure() -> dict[int, int]:
    """Whose each departure is, by the records and, for deleted ones, by the journal."""
    of_journal = select(_VALUE.subject_id, _VALUE.resident_id).where(
        _VALUE.kind == "departure", _VALUE.resident_id.is_not(None), _VALUE.ordinal == 0
    )
    of_records = select(Departure.id, Departure.resident_id)
    found = {row[0]: row[1] for row in db.session.execute(of_journal)}
    return found | {row[0]: row[1] for row in db.session.execute(of_records)}


def _people(
    look: Look, subjects: dict[int, set[int]], residents: dict[int, int]
) -> Collection[int]:
    if look.event not in WITH_IDS:
        return subjects.get(look.seq, ())
    of_ids = {residents[one] for one in Ids(look.detail.get("id")).each() if one in residents}
    return of_ids | set(look.detail.get("warga", ()))


class Affected(NamedTuple):
    """A person to be told: name and address unsealed, for the report's file alone."""

    resident_id: int
    name: str
    village_code: str
    address: str
    phone: str | None
    numbers: tuple[str, ...]


def affected(resident_ids: Sequence[int]) -> Iterator[Affected]:
    """The people of a breach by village and name; who was deleted since is left out."""
    for start in range(0, len(resident_ids), CHUNK):
        ids = resident_ids[start : start + CHUNK]
        numbers: dict[int, list[str]] = {}
        statement = select(Departure.resident_id, Departure.registration_number)
        for resident_id, number in db.session.execute(
            statement.where(Departure.resident_id.in_(ids)).order_by(Departure.id)
        ):
            numbers.setdefault(resident_id, []).append(number)
        for resident in db.session.scalars(select(Resident).where(Resident.id.in_(ids))):
            yield Affected(
                resident.id,
                resident.name,
                resident.village_code,
                _address(resident),
                resident.phone,
                tuple(numbers.get(resident.id, ())),
            )


def _address(resident: Resident) -> str:
    parts = [resident.address]
    if resident.rt or resident.rw:
        parts.append(f"RT {resident.rt or '–'}/RW {resident.rw or '–'}")
    return ", ".join(part for part in parts if part)
