"""What an import would do, row by row, before anything is written: the dry run.

Each row of the file meets the registry and the rows before it, and is found ready, mistaken, or
there already.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.log import Actor
from registry.db import db
from registry.departures.fields import FIELDS
from registry.departures.operations import REGISTRATION_ALPHABET
from registry.departures.workflow import OPEN_STAGES
from registry.enums import ReviewStatus, Stage
from registry.formatting import normal_name, thousands, today
from registry.reference.models import Agency, Job
from registry.reference.queries import agency_key
from registry.regions.area import Area, Level
from registry.workbooks.import_changes import Changes, Update, gaps_filled, key_of, update_of
from registry.workbooks.import_columns import HEADING_OF, NAME, NIK, NUMBER
from registry.workbooks.import_matching import (
    Known,
    Stored,
    batches,
    digest_of,
    has_full_key,
    is_same_journey,
    load_known,
    load_records,
    match,
    name_key,
    nik_index,
)
from registry.workbooks.import_rows import ImportRow, Problem, implied_stage
from registry.workbooks.reader import Row

ROWS_AT_ONCE = 2_000
_NUMBER = re.compile(rf"PM-\d{{4}}-[{REGISTRATION_ALPHABET}]{{5}}")
ONLY_ADDS = frozenset({Role.LABOUR_OFFICE, Role.ADMIN})


@dataclass(slots=True, eq=False)
class Person:
    """The person of new departures: somebody new, or a resident that the registry has.

    Attributes:
        values: of somebody new; changes: gaps of a known resident that the file fills.
    """

    village_code: str
    first_row: int
    values: dict[str, Any] = field(default_factory=dict)
    resident: Stored | None = None
    changes: Changes = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class NewDeparture:
    """A departure that the import adds."""

    row: ImportRow
    person: Person
    digest: bytes
    status: ReviewStatus
    stage: Stage


class BadRow(NamedTuple):
    """A row that is not taken: its number in the file, its cells, and what is wrong with them."""

    number: int
    source: Row
    problems: tuple[Problem, ...]


class Note(NamedTuple):
    """Something worth a look that stands in no row's way."""

    number: int
    message: str


@dataclass(slots=True, eq=False)
class Plan:
    """The outcome of the dry run, and all that `apply` needs.

    Attributes:
        headings: as the file has them; unknown ones among them are passed over.
        journal_seq: the last journal entry that was read; what is newer may contradict the plan.
        known: rows that are there already.
    """

    filename: str
    actor: Actor
    user_id: int
    journal_seq: int
    headings: tuple[str, ...] = ()
    unknown_headings: tuple[str, ...] = ()
    new: list[NewDeparture] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    resident_changes: dict[int, tuple[Stored, Changes]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    known: int = 0

    @property
    def ready(self) -> int:
        return len(self.new) + len(self.updates)

    @property
    def summary(self) -> str:
        """`118 siap, 7 galat, 3 sudah ada`."""
        return (
            f"{thousands(self.ready)} siap, {thousands(len(self.bad))} galat, "
            f"{thousands(self.known)} sudah ada"
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """What the importing role may do with rows (contract, section 2)."""

    only_adds: bool
    first_status: ReviewStatus
    past_is_verified: bool

    @classmethod
    def of(cls, user: User) -> "Rights":
        is_operator = user.role is Role.OPERATOR
        return cls(
            only_adds=user.role in ONLY_ADDS,
            first_status=ReviewStatus.DRAFT if is_operator else ReviewStatus.SUBMITTED,
            past_is_verified=not is_operator and user.area.level < Level.VILLAGE,
        )


class Planner:
    """Goes through the rows of a file in order and remembers what the earlier ones said."""

    def __init__(self, plan: Plan, area: Area, rights: Rights) -> None:
        self.plan = plan
        self.area = area
        self.rights = rights
        self.people: dict[tuple[str, bytes], Person] = {}
        self.by_resident: dict[int, Person] = {}
        self.new_by_nik: dict[tuple[str, bytes], list[NewDeparture]] = {}
        self.new_by_name: dict[Any, list[NewDeparture]] = {}
        self.digests: set[tuple[str, bytes]] = set()
        self.numbers: dict[str, int] = {}
        self.updated: dict[int, int] = {}
        self.registers = Registers.load()
        self.this_year = today().year

    def take_all(
        self, rows: Sequence[tuple[ImportRow, Row]], progress: Callable[[int], object]
    ) -> None:
        """Decide on every row; `progress` is told how many more are done."""
        for batch in batches(rows, ROWS_AT_ONCE):
            good = [row for row, _ in batch if not row.problems]
            for row in good:
                self.registers.recognise(row)
            known = load_known(self.area, good)
            matched = {row: stored for row in good if (stored := match(row, known)) is not None}
            self._take(batch, known, matched)
            progress(len(batch))

    def _take(
        self,
        batch: Sequence[tuple[ImportRow, Row]],
        known: Known,
        matched: dict[ImportRow, Stored],
    ) -> None:
        changing = [] if self.rights.only_adds else list(matched.values())
        records = load_records(self.area, changing, known)
        for row, source in batch:
            if not row.problems:
                digest = digest_of(row)
                stored = matched.get(row)
                if self._is_there(row, digest, known):
                    self.plan.known += 1
                elif stored is None:
                    self._add(row, digest, known)
                elif self.rights.only_adds:
                    self.plan.known += 1
                else:
                    self._update(update_of(row, records[stored["id"]], digest), row, known)
            if row.problems:
                self.plan.bad.append(BadRow(row.number, source, tuple(row.problems)))

    def _is_there(self, row: ImportRow, digest: bytes, known: Known) -> bool:
        """Whether just this content was imported before, or stands higher up in the file."""
        key = (row.village_code, digest)
        is_there = key in known.imported or key in self.digests
        self.digests.add(key)
        return is_there

    # Records that are changed

    def _update(self, update: Update, row: ImportRow, known: Known) -> None:
        departure = update.record.departure
        first = self.updated.setdefault(departure["id"], row.number)
        if first != row.number:
            row.refuse(NUMBER, f"Ini keberangkatan yang sama dengan baris {first}. Hapus salah satu.")
        if row.village_code != departure["village_code"]:
            row.refuse("Kode Wilayah", "Keberangkatan ini tercatat di desa/kelurahan lain.")
        if "nik" in update.person and self._is_nik_taken(row, departure["resident_id"], known):
            row.refuse(NIK, "NIK ini sudah tercatat untuk warga lain di sini.")
        self._merge_person(update, row)
        if row.problems:
            return
        if update.is_empty:
            self.plan.known += 1
        else:
            self.plan.updates.append(update)

    def _is_nik_taken(self, row: ImportRow, resident_id: int, known: Known) -> bool:
        key = (row.village_code, nik_index(row.person["nik"]))
        owner = known.people.get(key)
        newcomer = self.people.get(key)
        return (owner is not None and owner["id"] != resident_id) or (
            newcomer is not None and newcomer.resident is None
        )

    def _merge_person(self, update: Update, row: ImportRow) -> None:
        """One person can stand in several rows; they may not say two things of the same field."""
        if not update.person or row.problems:
            return
        resident = update.record.resident
        _, changes = self.plan.resident_changes.get(resident["id"], (resident, {}))
        for name, change in update.person.items():
            if changes.get(name, change) != change:
                row.refuse(
                    HEADING_OF["resident", name],
                    "Baris lain dalam berkas ini mengisi warga yang sama dengan nilai lain.",
                )
        if not row.problems:
            self.plan.resident_changes[resident["id"]] = (resident, changes | update.person)

    # Departures that are added

    def _add(self, row: ImportRow, digest: bytes, known: Known) -> None:
        if "name" not in row.person:
            row.refuse(NAME, "Isi nama warga.")
        self._check_number(row, known)
        stage = implied_stage(row)
        twin = self._twin(row)
        if twin is not None:
            row.refuse(
                NIK if row.nik else NAME,
                f"Ini keberangkatan yang sama dengan baris {twin.row.number}. Hapus salah satu.",
            )
        if row.problems:
            return
        person = self._person(row, known)
        new = NewDeparture(row, person, digest, self._status(row, stage), stage)
        self._note_running(new, known)
        self._remember(new)
        self.plan.new.append(new)

    def _check_number(self, row: ImportRow, known: Known) -> None:
        number = row.registration_number
        if number is None:
            return
        if not _NUMBER.fullmatch(number):
            row.refuse(NUMBER, "Nomor ini tidak dikenal. Kosongkan selnya bila keberangkatannya baru.")
        elif number in known.foreign_numbers:
            row.refuse(NUMBER, "Nomor ini tidak dapat dipakai di sini. Periksa lagi nomornya.")
        elif self.numbers.setdefault(number, row.number) != row.number:
            row.refuse(NUMBER, f"Nomor ini sudah ada di baris {self.numbers[number]}.")

    def _twin(self, row: ImportRow) -> NewDeparture | None:
        """The departure of an earlier row that is the same as this one."""
        earlier: list[NewDeparture] = []
        if row.nik:
            earlier = self.new_by_nik.get((row.village_code, nik_index(row.nik)), [])
        elif has_full_key(row):
            earlier = self.new_by_name.get(name_key(row), [])
        for new in earlier:
            said = {
                "country": new.row.plan.get("country"),
                "planned_on": new.row.plan.get("planned_on"),
                "departed_on": new.row.marks.get("departed_on"),
            }
            if is_same_journey(row, said):
                return new
        return None

    def _person(self, row: ImportRow, known: Known) -> Person:
        """The known resident with this NIK, or the newcomer of an earlier row, or somebody new."""
        if row.nik is None:
            return Person(row.village_code, row.number, dict(row.person))
        key = (row.village_code, nik_index(row.nik))
        person = self.people.get(key)
        if person is None:
            person = Person(row.village_code, row.number, resident=known.people.get(key))
            self.people[key] = person
        self._fill_gaps(person, row)
        return person

    def _fill_gaps(self, person: Person, row: ImportRow) -> None:
        """A departure that is added changes nothing of its person; it only fills what is empty."""
        if person.resident is None:
            person.values = row.carried | row.person | person.values
            different = [n for n, value in row.person.items() if person.values[n] != value]
        elif self.rights.only_adds:
            return
        else:
            different = self._fill_resident(person.resident, row)
        if different and not self.rights.only_adds:
            names = ", ".join(FIELDS[name].label for name in different)
            self.plan.notes.append(
                Note(row.number, f"Warga ini sudah tercatat; data lamanya tidak diubah: {names}.")
            )

    def _fill_resident(self, resident: Stored, row: ImportRow) -> list[str]:
        _, changes = self.plan.resident_changes.get(resident["id"], (resident, {}))
        key = key_of(resident)
        gaps = gaps_filled(row.carried | row.person, resident, key, but=changes)
        if gaps:
            self.plan.resident_changes[resident["id"]] = (resident, changes | gaps)
        return _differing(row, resident, changes | gaps)

    def _status(self, row: ImportRow, stage: Stage) -> ReviewStatus:
        left = row.marks.get("departed_on") or row.plan.get("planned_on")
        has_left = stage in (Stage.DEPARTED, Stage.RETURNED)
        is_past = has_left and left is not None and left.year < self.this_year
        if is_past and self.rights.past_is_verified:
            return ReviewStatus.VERIFIED
        return self.rights.first_status

    def _note_running(self, new: NewDeparture, known: Known) -> None:
        """A second running journey of one person is most often the first one, planned anew."""
        if self.rights.only_adds or new.stage not in OPEN_STAGES or not new.row.nik:
            return
        key = (new.row.village_code, nik_index(new.row.nik))
        stages = [other.stage for other in self.new_by_nik.get(key, [])]
        if new.person.resident is not None:
            journeys = known.journeys.get(new.person.resident["id"], [])
            stages += [journey["stage"] for journey in journeys]
        if OPEN_STAGES & set(stages):
            message = "Warga ini masih punya keberangkatan lain yang berjalan."
            self.plan.notes.append(Note(new.row.number, message))

    def _remember(self, new: NewDeparture) -> None:
        row = new.row
        if row.nik:
            key = (row.village_code, nik_index(row.nik))
            self.new_by_nik.setdefault(key, []).append(new)
        elif has_full_key(row):
            self.new_by_name.setdefault(name_key(row), []).append(new)


def _differing(row: ImportRow, resident: Stored, changes: Changes) -> list[str]:
    return []


@dataclass(frozen=True)
class Registers:
    """The agencies and job titles, by every name under which they are recognised."""

    agencies: dict[str, tuple[int, str]]
    jobs: dict[str, tuple[str, str]]

    @classmethod
    def load(cls) -> "Registers":
        agencies = db.session.execute(select(Agency.normal_name, Agency.id, Agency.name))
        jobs = db.session.execute(select(Job.code, Job.title, Job.title_en)).all()
        by_name = {normal_name(title): (code, title) for code, title, _ in jobs}
        by_english = {normal_name(english): (code, title) for code, title, english in jobs}
        by_code = {normal_name(code): (code, title) for code, title, _ in jobs}
        return cls(
            {key: (agency_id, name) for key, agency_id, name in agencies},
            by_english | by_code | by_name,
        )

    def recognise(self, row: ImportRow) -> None:
        """Give agency and job of a row their codes and official names, where they have any."""
        if "agency_name" in row.plan:
            known = self.agencies.get(agency_key(row.plan["agency_name"]))
            if known:
                row.codes["agency_id"], row.plan["agency_name"] = known
        if "job_title" in row.plan:
            job = self.jobs.get(normal_name(row.plan["job_title"]))
            if job:
                row.codes["job_code"], row.plan["job_title"] = job
