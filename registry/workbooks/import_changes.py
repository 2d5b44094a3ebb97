"""What a row would change of a record that the registry has already (no database).

An empty cell changes nothing. Values before and after are kept by field name, as the journal and
the correction of a verified record want them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry import sealing
from registry.departures.changes import Changes
from registry.departures.fields import PROGRESS
from registry.departures.models import Departure, Document, Resident
from registry.departures.sealed_text import SealedText
from registry.enums import DocumentKind, Stage
from registry.sealing import PersonKey
from registry.workbooks.import_cells import plain_text
from registry.workbooks.import_columns import DEPARTED, STAGE
from registry.workbooks.import_matching import Record, Stored
from registry.workbooks.import_rows import ImportRow, refuse_days

_ONWARD: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset({Stage.DEPARTED, Stage.RETURNED, Stage.CANCELLED}),
    Stage.DEPARTED: frozenset({Stage.RETURNED}),
    Stage.RETURNED: frozenset(),
    Stage.CANCELLED: frozenset(),
}
CODES = {"agency_name": "agency_id", "job_title": "job_code"}


@dataclass(slots=True)
class Update:
    """A stored record with what a row changes of it.

    Attributes:
        codes: agency and job as codes; they follow their names and are told nowhere.
    """

    number: int
    record: Record
    digest: bytes
    person: Changes = field(default_factory=dict)
    plan: Changes = field(default_factory=dict)
    marks: Changes = field(default_factory=dict)
    papers: dict[DocumentKind, Changes] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.person or self.plan or self.marks or self.papers)

    @property
    def needs_review(self) -> bool:
        """Whether identity or plan changes; progress of papers and stage asks for no review."""
        return any(name not in PROGRESS for name in (*self.person, *self.plan))


def key_of(resident: Stored) -> PersonKey:
    return sealing.keyring().unwrap(resident["wrapped_key"], resident["id"])


def stored_value(
    model: Any,
    stored: Stored | dict[str, Any],
    name: str,
    key: PersonKey,
    sealing_row: int | str,
) -> Any:
    """A field of a stored row, unsealed where it lies sealed."""
    if not isinstance(vars(model).get(name), SealedText):
        return stored[name]
    sealed: bytes | None = stored[f"{name}_sealed"]
    if sealed is None:
        return None
    return key.unseal(sealed, model.__tablename__, name, sealing_row)


def put_value(
    model: Any, row: dict[str, Any], name: str, value: Any, key: PersonKey, sealing_row: int | str
) -> None:
    """Set a field of a plain row, sealed where it must lie sealed."""
    text = vars(model).get(name)
    if not isinstance(text, SealedText):
        row[name] = value
        return
    row[f"{name}_sealed"] = (
        key.seal(value, model.__tablename__, name, sealing_row) if value else None
    )
    if text.index:
        row[f"{name}_index"] = sealing.keyring().blind_index(text.index, value) if value else None


def update_of(row: ImportRow, record: Record) -> Update:
    """What the row changes; problems that only the stored record shows go into the row."""
    update = Update(row.number, record, row.digest)
    departure, resident = record.departure, record.resident
    key = key_of(resident)
    update.person = _person_changes(row, resident, key)
    plan = _without_own_spelling(row, departure)
    for name, value in plan.items():
        before = stored_value(Departure, departure, name, key, departure["id"])
        if _says_more(value, before):
            update.plan[name] = (before, value)
    update.codes = {
        code: row.codes.get(code) for name, code in CODES.items() if name in update.plan
    }
    for kind, values in row.papers.items():
        changes = _paper_changes(record, kind, values, key)
        if changes:
            update.papers[kind] = changes
    _add_marks(row, departure, update)
    return update


def _person_changes(row: ImportRow, resident: Stored, key: PersonKey) -> Changes:
    changes: Changes = {}
    for name, value in row.person.items():
        before = stored_value(Resident, resident, name, key, resident["id"])
        if _says_more(value, before):
            changes[name] = (before, value)
    return changes | gaps_filled(row.carried, resident, key, but=changes)


def _says_more(value: Any, before: Any) -> bool:
    """Whether a cell changes what is stored; a text that it only holds on one line is the same."""
    is_same_text = isinstance(before, str) and plain_text(before) == value
    return bool(before != value and not is_same_text)


def gaps_filled(
    values: Mapping[str, Any], resident: Stored, key: PersonKey, *, but: Mapping[str, Any]
) -> Changes:
    """The values of which nothing is recorded yet, those `but` names left out."""
    return {
        name: (None, value)
        for name, value in values.items()
        if name not in but and stored_value(Resident, resident, name, key, resident["id"]) is None
    }


def _without_own_spelling(row: ImportRow, departure: Stored) -> dict[str, Any]:
    """The plan without an agency or job that stands in the record in just these words."""
    return {
        name: value
        for name, value in row.plan.items()
        if name not in CODES or row.written.get(name) != departure[name]
    }


def _paper_changes(
    record: Record, kind: DocumentKind, values: Mapping[str, Any], key: PersonKey
) -> Changes:
    stored = record.papers.get(kind)
    changes: Changes = {}
    for name, value in values.items():
        before = None
        if stored is not None:
            sealing_row = f"{record.departure['id']}:{kind.value}"
            before = stored_value(Document, stored, name, key, sealing_row)
        if _says_more(value, before):
            changes[name] = (before, value)
    return changes


def _add_marks(row: ImportRow, departure: Stored, update: Update) -> None:
    before: Stage = departure["stage"]
    after = _stage_after(row, before)
    if after is not before:
        if after not in _ONWARD[before]:
            row.refuse(
                STAGE,
                f"Di Pamit keberangkatan ini sudah bertahap {before.label}. Kosongkan sel ini; "
                "tanda ditarik kembali di halamannya, dengan alasan.",
            )
            return
        update.marks["stage"] = (before, after)
    for name in ("departed_on", "returned_on"):
        value = row.marks.get(name)
        if value is not None and value != departure[name]:
            update.marks[name] = (departure[name], value)
    _check_days(row, departure, after, update)


def _stage_after(row: ImportRow, before: Stage) -> Stage:
    if row.stage is not None:
        return row.stage
    if "returned_on" in row.marks and before in (Stage.PLANNED, Stage.DEPARTED):
        return Stage.RETURNED
    if "departed_on" in row.marks and before is Stage.PLANNED:
        return Stage.DEPARTED
    return before


def _check_days(row: ImportRow, departure: Stored, after: Stage, update: Update) -> None:
    """The days of the row against those of the record, of which the row may name only one."""
    if after is Stage.CANCELLED and row.marks.keys() - {"stage"}:
        row.refuse(DEPARTED, "Keberangkatan ini batal di Pamit. Kosongkan tanggal ini.")
        return
    left: date | None = row.marks.get("departed_on") or departure["departed_on"]
    back: date | None = row.marks.get("returned_on") or departure["returned_on"]
    if update.marks or "birth_date" in update.person:
        born = update.person.get("birth_date", (None, update.record.resident["birth_date"]))[1]
        refuse_days(row, born, left, back)
