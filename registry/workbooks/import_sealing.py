"""The rows that an import writes, sealed, judged and digested, without a transaction."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from registry.assessment.reference import Reference
from registry.audit import log
from registry.db import now, snapshot
from registry.departures import bulk
from registry.departures.changes import Changes, storable
from registry.departures.models import Departure, Document, Resident
from registry.departures.nik import is_foreign_card
from registry.departures.workflow import Action, edit_action, next_status
from registry.enums import DocumentKind, FlagState, Origin, ReviewStatus, Stage
from registry.formatting import normal_name
from registry.reference.queries import load_reference
from registry.sealing import PersonKey
from registry.workbooks.import_changes import (
    Update,
    key_of,
    put_value,
    stored_value,
)
from registry.workbooks.import_matching import Stored
from registry.workbooks.import_plan import NewDeparture, Person, Plan

Row = bulk.Row


@dataclass(frozen=True, slots=True)
class Ids:
    """Reserved keys of what is new: residents, departures, registration numbers."""

    residents: Iterator[int]
    departures: Iterator[int]
    numbers: Iterator[str]


@dataclass(slots=True)
class Written:
    """Plain rows by table, and the subjects of the one journal entry.

    `first_writers` are those of new records, `writers` of changed ones, noted already perhaps.
    """

    new_residents: list[Row] = field(default_factory=list)
    changed_residents: list[Row] = field(default_factory=list)
    new_departures: list[Row] = field(default_factory=list)
    changed_departures: list[Row] = field(default_factory=list)
    new_papers: list[Row] = field(default_factory=list)
    changed_papers: list[Row] = field(default_factory=list)
    new_flags: list[Row] = field(default_factory=list)
    changed_flags: list[Row] = field(default_factory=list)
    first_writers: list[Row] = field(default_factory=list)
    writers: list[Row] = field(default_factory=list)
    imported: list[Row] = field(default_factory=list)
    subjects: list[log.Subject] = field(default_factory=list)


def write_down(plan: Plan, ids: Ids, day: date, progress: Callable[[int], object]) -> Written:
    """All rows of the plan as they will stand in the database."""
    with snapshot():
        reference = load_reference()
    writing = _Writing(plan, ids, reference, day, now())
    for resident, changes in plan.resident_changes.values():
        writing.change_resident(resident, changes)
    for new in plan.new:
        writing.add(new)
        progress(1)
    for update in plan.updates:
        writing.change(update)
        progress(1)
    return writing.written


class _Writing:
    """Fills `written`; people first, since their departures are judged with their birth date."""

    def __init__(
        self, plan: Plan, ids: Ids, reference: Reference, day: date, moment: datetime
    ) -> None:
        self.plan = plan
        self.ids = ids
        self.reference = reference
        self.day = day
        self.moment = moment
        self.written = Written()
        self.residents: dict[int, Row] = {}
        self.newcomers: dict[int, tuple[Row, PersonKey]] = {}

    def change_resident(self, resident: Stored, changes: Changes) -> None:
        row = dict(resident)
        key = key_of(resident)
        for name, (_, after) in changes.items():
            put_value(Resident, row, name, after, key, row["id"])
        row["normal_name"] = normal_name(row["name"])
        if "family_card" in changes:
            card = changes["family_card"][1]
            row["has_foreign_card"] = is_foreign_card(card, row["village_code"])
        row["version"] += 1
        self.residents[row["id"]] = row
        sealed = _sealed(key, changes, "resident", row)
        self.written.changed_residents.append(row)
        self.written.subjects.append(bulk.resident_subject(row, sealed))

    def _person(self, person: Person) -> tuple[Row, PersonKey]:
        if person.resident is not None:
            resident = person.resident
            return self.residents.get(resident["id"], dict(resident)), key_of(resident)
        known = self.newcomers.get(id(person))
        if known is None:
            row, key = bulk.resident_row(
                next(self.ids.residents), person.village_code, person.values, at=self.moment
            )
            self.written.subjects.append(bulk.resident_subject(row))
            self.written.new_residents.append(row)
            known = self.newcomers[id(person)] = (row, key)
        return known

    def add(self, new: NewDeparture) -> None:
        resident, key = self._person(new.person)
        departure_id = next(self.ids.departures)
        row = bulk.departure_row(
            departure_id, resident["id"], new.row.village_code, key, self._values(new)
        )
        papers = [
            bulk.document_row(departure_id, kind, key, values)
            for kind, values in new.row.papers.items()
        ]
        flags = bulk.judge_row(row, resident, papers, self.reference, self.day)
        written = self.written
        written.subjects.append(bulk.departure_subject(row, papers))
        written.new_departures.append(row)
        written.new_papers += papers
        written.new_flags += flags
        if new.status is not ReviewStatus.VERIFIED:
            self.written.first_writers.append(self._writer(departure_id))
        self._note_imported(new.row.village_code, new.row.digest)

    def _values(self, new: NewDeparture) -> dict[str, Any]:
        is_draft = new.status is ReviewStatus.DRAFT
        is_verified = new.status is ReviewStatus.VERIFIED
        days = {name: day for name, day in new.row.marks.items() if name != "stage"}
        return {
            **new.row.plan,
            **new.row.codes,
            **days,
            "registration_number": new.row.registration_number or next(self.ids.numbers),
            "review_status": new.status,
            "submitted_at": None if is_draft else self.moment,
            "reviewed_at": self.moment if is_verified else None,
            "stage": new.stage,
            "origin": Origin.IMPORT,
            "created_at": self.moment,
            "created_by": self.plan.actor.username,
            "updated_at": self.moment,
        }

    def change(self, update: Update) -> None:
        record = update.record
        row = dict(record.departure)
        key = key_of(record.resident)
        self._set_plan(row, update, key)
        papers = self._changed_papers(update, key)
        resident = self.residents.get(row["resident_id"]) or dict(record.resident)
        settled = [SimpleNamespace(**flag) for flag in record.flags]
        raised = bulk.judge_row(row, resident, papers, self.reference, self.day, settled)
        self._settle_flags(raised, update)
        told = update.plan | update.marks
        for kind, changes in update.papers.items():
            told |= {f"{kind.value}.{name}": change for name, change in changes.items()}
        sealed = _sealed(key, told, "departure", row)
        self.written.subjects.append(bulk.departure_subject(row, papers, sealed))
        self.written.changed_departures.append(row)
        self._note_imported(row["village_code"], update.digest)

    def _set_plan(self, row: Row, update: Update, key: PersonKey) -> None:
        changed = update.person | update.plan
        if update.needs_review:
            action = edit_action(row["review_status"])
            if action is Action.CORRECT:
                self._keep_old_values(row, changed, key)
                row["submitted_at"] = self.moment
            row["review_status"] = next_status(row["review_status"], action)
            self.written.writers.append(self._writer(row["id"]))
        for name, (_, after) in (update.plan | update.marks).items():
            put_value(Departure, row, name, after, key, row["id"])
        row |= update.codes
        if "stage" in update.marks and row["stage"] is Stage.CANCELLED:
            row["cancelled_on"] = self.day
        row["leaving_on"] = row["departed_on"] or row["planned_on"]
        row["updated_at"] = self.moment
        row["version"] += 1

    def _keep_old_values(self, row: Row, changes: Changes, key: PersonKey) -> None:
        """Keep the verified values in sight, as `operations` does for a correction."""
        before = stored_value(Departure, row, "before_correction", key, row["id"])
        kept = json.loads(before or "{}")
        for name, (value, _) in changes.items():
            kept.setdefault(name, storable(value))
        text = json.dumps(kept, ensure_ascii=False)
        put_value(Departure, row, "before_correction", text, key, row["id"])

    def _changed_papers(self, update: Update, key: PersonKey) -> list[Row]:
        """All papers of the record as they will be."""
        papers: dict[DocumentKind, Row] = {
            kind: dict(stored) for kind, stored in update.record.papers.items()
        }
        departure_id = update.record.departure["id"]
        for kind, changes in update.papers.items():
            paper = papers.get(kind)
            if paper is None:
                values = {name: after for name, (_, after) in changes.items()}
                paper = bulk.document_row(departure_id, kind, key, values)
                self.written.new_papers.append(paper)
            else:
                for name, (_, after) in changes.items():
                    put_value(Document, paper, name, after, key, f"{departure_id}:{kind.value}")
                self.written.changed_papers.append(paper)
            papers[kind] = paper
        return list(papers.values())

    def _settle_flags(self, raised: list[Row], update: Update) -> None:
        """Open what was raised, refresh what stands, close what no longer holds."""
        known = {(flag["rule"], flag["rule_version"]): flag for flag in update.record.flags}
        for finding in raised:
            stored = known.pop((finding["rule"], finding["rule_version"]), None)
            if stored is None:
                self.written.new_flags.append(finding)
                continue
            state = stored["state"]
            finding["state"] = state if state.is_open else FlagState.OPEN
            self.written.changed_flags.append(dict(stored) | finding)
        for stored in known.values():
            if stored["state"].is_open:
                self.written.changed_flags.append(dict(stored) | {"state": FlagState.CLOSED})

    def _writer(self, departure_id: int) -> Row:
        return {"departure_id": departure_id, "user_id": self.plan.user_id}

    def _note_imported(self, village_code: str, digest: bytes) -> None:
        self.written.imported.append({"village_code": village_code, "digest": digest})


def _sealed(key: PersonKey, changes: Changes, kind: str, row: Row) -> bytes | None:
    if not changes:
        return None
    plain = {name: [storable(before), storable(after)] for name, (before, after) in changes.items()}
    return log.seal_changes(key, plain, kind, row["id"], row["version"])
