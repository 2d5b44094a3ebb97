"""Deciding on the rows of an import: each meets the registry and the rows before it.

A row is found ready, mistaken, or there already. Nothing is written.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from registry.departures.changes import REGISTRATION_ALPHABET
from registry.departures.fields import FIELDS
from registry.departures.models import Resident
from registry.departures.workflow import OPEN_STAGES
from registry.enums import ReviewStatus, Stage
from registry.formatting import today
from registry.regions.area import Area
from registry.workbooks.import_changes import (
    Update,
    gaps_filled,
    key_of,
    stored_value,
    update_of,
)
from registry.workbooks.import_columns import HEADING_OF, NAME, NIK, NUMBER, VILLAGE_CODE
from registry.workbooks.import_matching import (
    Known,
    Stored,
    batches,
    has_full_key,
    imported_before,
    is_same_journey,
    load_known,
    load_records,
    match,
    name_key,
    put_digests,
)
from registry.workbooks.import_plan import BadRow, NewDeparture, Note, Person, Plan, Rights
from registry.workbooks.import_registers import Registers
from registry.workbooks.import_rows import ImportRow, implied_stage, refuse_days
from registry.workbooks.reader import Row

ROWS_AT_ONCE = 2_000
NIK_TAKEN = "NIK ini sudah tercatat untuk warga lain di sini."
TWICE = "Ini keberangkatan yang sama dengan baris {}. Hapus salah satu."
_NUMBER = re.compile(rf"PM-[0-9]{{4}}-[{REGISTRATION_ALPHABET}]{{5}}")


class Planner:
    """Goes through the rows of a file in order and remembers what the earlier ones said."""

    def __init__(self, plan: Plan, area: Area, rights: Rights) -> None:
        self.plan = plan
        self.area = area
        self.rights = rights
        self.people: dict[tuple[str, bytes], Person] = {}
        self.new_by_nik: dict[tuple[str, bytes], list[NewDeparture]] = {}
        self.new_by_name: dict[Any, list[NewDeparture]] = {}
        self.digests: set[tuple[str, bytes]] = set()
        self.numbers: dict[str, int] = {}
        self.claimed: dict[tuple[str, bytes], int] = {}
        self.updated: dict[int, int] = {}
        self.registers = Registers.load()
        self.this_year = today().year

    def take_all(
        self, rows: Sequence[tuple[ImportRow, Row]], done: Callable[[int], object]
    ) -> None:
        """Decide on every row; `done` is told how many more it were."""
        for batch in batches(rows, ROWS_AT_ONCE):
            good = [row for row, _ in batch if not row.problems]
            for row in good:
                put_digests(row)
                self.registers.recognise(row)
            self.digests |= imported_before(self.area, good)
            fresh = [row for row in good if not self._is_there(row)]
            known = load_known(self.area, fresh)
            matched = {row: stored for row in fresh if (stored := match(row, known)) is not None}
            self._take(batch, known, matched)
            done(len(batch))

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
                stored = matched.get(row)
                if self._is_there(row):
                    self.plan.known += 1
                elif stored is None:
                    self._add(row, known)
                elif self.rights.only_adds:
                    self.plan.known += 1
                else:
                    self._update(update_of(row, records[stored["id"]]), row, known)
            if not row.problems:
                self._note_near_agency(row)
            if row.problems:
                self.plan.bad.append(BadRow(row.number, source, tuple(row.problems)))

    def _note_near_agency(self, row: ImportRow) -> None:
        if near := self.registers.near_agency(row):
            message = (
                f"P3MI ini tidak ada di daftar, tetapi mirip dengan {near}. Periksa namanya, juga "
                "di baris lain yang menulisnya sama."
            )
            self.plan.notes.append(Note(row.number, message))

    def _is_there(self, row: ImportRow) -> bool:
        """Whether just this content was imported before, or stands higher up in the file."""
        return (row.village_code, row.digest) in self.digests

    # Records that are changed

    def _update(self, update: Update, row: ImportRow, known: Known) -> None:
        departure = update.record.departure
        first = self.updated.setdefault(departure["id"], row.number)
        if first != row.number:
            row.refuse(NUMBER, TWICE.format(first))
        if row.village_code != departure["village_code"]:
            row.refuse(VILLAGE_CODE, "Keberangkatan ini tercatat di desa/kelurahan lain.")
        if "nik" in update.person and self._is_nik_taken(row, departure["resident_id"], known):
            row.refuse(NIK, NIK_TAKEN)
        self._merge_person(update, row)
        if row.problems:
            return
        self.digests.add((row.village_code, row.digest))
        if update.is_empty:
            self.plan.known += 1
            return
        if "nik" in update.person:
            self.claimed[row.village_code, row.nik_index] = departure["resident_id"]
        self.plan.updates.append(update)

    def _is_nik_taken(self, row: ImportRow, resident_id: int, known: Known) -> bool:
        key = (row.village_code, row.nik_index)
        owners = {self.claimed.get(key, resident_id)}
        if key in known.people:
            owners.add(known.people[key]["id"])
        newcomer = self.people.get(key)
        return owners != {resident_id} or (newcomer is not None and newcomer.resident is None)

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

    def _add(self, row: ImportRow, known: Known) -> None:
        if "name" not in row.person:
            row.refuse(NAME, "Isi nama warga.")
        if row.nik and (row.village_code, row.nik_index) in self.claimed:
            row.refuse(NIK, NIK_TAKEN)
        self._check_number(row, known)
        if not row.problems:
            refuse_days(
                row, self._born(row, known), *map(row.marks.get, ("departed_on", "returned_on"))
            )
        stage = implied_stage(row)
        twin = self._twin(row)
        if twin is not None:
            row.refuse(
                NIK if row.nik else NAME,
                TWICE.format(twin.row.number),
            )
        if row.problems:
            return
        person = self._person(row, known)
        new = NewDeparture(row, person, self._status(row, stage), stage)
        self._note_running(new, known)
        self._remember(new)
        self.digests.add((row.village_code, row.digest))
        self.plan.new.append(new)

    def _born(self, row: ImportRow, known: Known) -> date | None:
        """The birth date that the person of a new departure will have."""
        key = (row.village_code, row.nik_index)
        newcomer, resident = self.people.get(key), known.people.get(key)
        recorded = resident["birth_date"] if resident else None
        if newcomer and not recorded:
            recorded = newcomer.values.get("birth_date")
        said = row.carried | row.person
        born: date | None = recorded or said.get("birth_date")
        return born

    def _check_number(self, row: ImportRow, known: Known) -> None:
        number = row.registration_number
        if number is None:
            return
        if not _NUMBER.fullmatch(number):
            row.refuse(NUMBER, "Nomor ini tidak dikenal. Kosongkan selnya bila datanya baru.")
        elif number in known.foreign_numbers:
            row.refuse(NUMBER, "Nomor ini tidak dapat dipakai di sini. Periksa lagi nomornya.")
        elif self.numbers.setdefault(number, row.number) != row.number:
            row.refuse(NUMBER, f"Nomor ini sudah ada di baris {self.numbers[number]}.")

    def _twin(self, row: ImportRow) -> NewDeparture | None:
        """The departure of an earlier row that is the same as this one."""
        earlier: list[NewDeparture] = []
        if row.nik:
            earlier = self.new_by_nik.get((row.village_code, row.nik_index), [])
        elif has_full_key(row):
            earlier = self.new_by_name.get(name_key(row), [])
        for new in earlier:
            plan, marks = new.row.plan, new.row.marks
            if is_same_journey(
                row, plan.get("country"), plan.get("planned_on"), marks.get("departed_on")
            ):
                return new
        return None

    def _person(self, row: ImportRow, known: Known) -> Person:
        """The known resident with this NIK, or the newcomer of an earlier row, or somebody new."""
        if row.nik is None:
            return Person(row.village_code, dict(row.person))
        key = (row.village_code, row.nik_index)
        person = self.people.get(key)
        if person is None:
            person = Person(row.village_code, resident=known.people.get(key))
            self.people[key] = person
        self._fill_gaps(person, row)
        return person

    def _fill_gaps(self, person: Person, row: ImportRow) -> None:
        """A departure that is added changes nothing of its person; it only fills what is empty."""
        if person.resident is None:
            person.values = row.carried | row.person | person.values
            different = [n for n, value in row.person.items() if person.values[n] != value]
        elif self.rights.only_adds:
            different = []
        else:
            different = self._fill_resident(person.resident, row)
        if different:
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
        filled = {name: after for name, (_, after) in (changes | gaps).items()}

        def recorded(name: str) -> Any:
            return filled.get(name) or stored_value(Resident, resident, name, key, resident["id"])

        return [name for name, value in row.person.items() if value != recorded(name)]

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
        key = (new.row.village_code, new.row.nik_index)
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
            key = (row.village_code, row.nik_index)
            self.new_by_nik.setdefault(key, []).append(new)
        elif has_full_key(row):
            self.new_by_name.setdefault(name_key(row), []).append(new)
