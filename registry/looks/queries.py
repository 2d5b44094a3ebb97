"""Reading from the journal who saw whom; for commands that answer for the whole registry."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from registry import sealing
from registry.accounts.queries import find_by_username
from registry.audit.ids import Ids
from registry.audit.log import SYSTEM
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.models import Departure, Resident
from registry.looks.sights import Seen, View, seen_in, view_of
from registry.looks.ways import WITH_IDS, Way, way_of

BATCH = 5_000
CHUNK = 500

_ENTRY, _VALUE = JournalEntry.__table__.c, JournalValue.__table__.c
_TOLD = (
    *(
        Resident.id,
        Resident.name,
        Resident.village_code,
        Resident.address,
        Resident.rt,
        Resident.rw,
    ),
    *(Resident.phone_sealed, Resident.wrapped_key),
)
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

    @property
    def view(self) -> View:
        return view_of(self.event, self.detail)

    @property
    def seen(self) -> Seen:
        return seen_in(self.view, self.role)


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
class Accesses:
    """By resident: how often they were seen in one way, the first and the last time."""

    times: Counter[int] = field(default_factory=Counter)
    first: dict[int, datetime] = field(default_factory=dict)
    last: dict[int, datetime] = field(default_factory=dict)

    def add(self, people: set[int], at: datetime) -> None:
        # A list of fifty people is the rule, and a year has many: no loop over each of them.
        self.times.update(people)
        self.last.update(dict.fromkeys(people, at))
        if new := people.difference(self.first):
            self.first.update(dict.fromkeys(new, at))


@dataclass
class Breach:
    """Whom an account saw: by way and role, then by resident; and how many entries say so.

    Attributes:
        views: by way and role, what stood before the account, and in how many entries.
    """

    accesses: defaultdict[tuple[Way, str], Accesses] = field(
        default_factory=lambda: defaultdict(Accesses)
    )
    views: defaultdict[tuple[Way, str], Counter[View]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    entries: int = 0

    @property
    def resident_ids(self) -> list[int]:
        return sorted({person for seen in self.accesses.values() for person in seen.times})


def is_known(account: str) -> bool:
    """Whether there is an account of this name, or the journal remembers one that is gone."""
    in_journal = select(JournalEntry.seq).where(JournalEntry.actor == account).limit(1)
    is_account = find_by_username(account) is not None
    return is_account or db.session.scalar(in_journal) is not None


def count_by(account: str, since: datetime, until: datetime) -> int:
    statement = select(func.count()).where(*of_account(account, since, until))
    return db.session.scalar(statement) or 0


def seen_by_account(
    account: str, since: datetime, until: datetime, progress: Progress = lambda done: None
) -> Breach:
    """Everybody whose data the account saw between the two instants (the second excluded)."""
    breach = Breach()
    conditions = of_account(account, since, until)
    subjects = _subjects(conditions)
    residents = _residents_by_departure()
    for look in looks_at(*conditions):
        progress(1)
        people = _people(look, subjects, residents)
        if not people:
            continue
        breach.entries += 1
        kind = look.way, look.role
        breach.accesses[kind].add(people, look.at)
        breach.views[kind][look.view] += 1
    return breach


def of_account(account: str, since: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
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


def _people(look: Look, subjects: dict[int, set[int]], residents: dict[int, int]) -> set[int]:
    if look.event not in WITH_IDS:
        return subjects.get(look.seq, set())
    found: set[Any] = set(map(residents.get, Ids(look.detail.get("id")).all()))
    found.discard(None)
    found.update(look.detail.get("warga", ()))
    return found


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
        for row in db.session.execute(select(*_TOLD).where(Resident.id.in_(ids))):
            yield Affected(
                row.id,
                row.name,
                row.village_code,
                _address(row),
                _phone(row),
                tuple(numbers.get(row.id, ())),
            )


def _address(row: Any) -> str:
    parts = [row.address]
    if row.rt or row.rw:
        parts.append(f"RT {row.rt or '–'}/RW {row.rw or '–'}")
    return ", ".join(part for part in parts if part)


def _phone(row: Any) -> str | None:
    if row.phone_sealed is None:
        return None
    key = sealing.keyring().unwrap(row.wrapped_key, row.id)
    return key.unseal(row.phone_sealed, "resident", "phone", row.id)
