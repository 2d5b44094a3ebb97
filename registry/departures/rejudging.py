"""Judging thousands of stored departures again, as plain rows and without their models.

What is written is what `assessing.judge` would write; a test holds the two together. Derived
columns and flags are no part of a record's version and digest.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, insert, select, type_coerce, update
from sqlalchemy.types import NullType

from registry.assessment.assess import assess
from registry.assessment.case import Document as CaseDocument
from registry.assessment.reference import Reference
from registry.assessment.rules import Flag as RaisedFlag
from registry.db import db
from registry.departures.cases import CASE_COLUMNS, case_from, derived_values, flag_values
from registry.departures.models import Departure, Document, Flag, FlagStep, Resident
from registry.departures.touching import touched
from registry.enums import DocumentKind, DocumentStatus, FlagState
from registry.reference.queries import load_reference

BATCH = 1_000

Row = dict[str, Any]
Progress = Callable[[int], object]

_DEPARTURE: Any = Departure.__table__
_DOCUMENT: Any = Document.__table__
_FLAG: Any = Flag.__table__
_DERIVED = (
    "procedure",
    "readiness_at_departure",
    "documents_required",
    "documents_complete",
    "documents_missing",
    "papers_complete_on",
    "holds_until",
)
_PAPER = ("kind", "status", "issued_on", "expires_on")
_FOUND = ("severity", "evidence", "sentence", "advice", "raised_on", "due_on", "owner")
_STATE = ("state", "settled_severity", "settled_evidence")


def no_progress(done: int) -> None:
    """Tell nobody how many are done."""


def rejudge(ids: Sequence[int], on: date, progress: Progress = no_progress) -> int:
    """Judge these departures by the reference data as they stand; answers how many.

    Neither commits nor journals: the caller does both, in the same transaction.
    """
    if ids:
        db.session.flush()
        judge_rows(ids, load_reference(), on, progress)
        _forget(set(ids))
    return len(ids)


def _forget(ids: set[int]) -> None:
    """Let objects of the session read again what was written beside them."""
    for row in list(db.session.identity_map.values()):
        if isinstance(row, Departure) and row.id in ids:
            db.session.expire(row, (*_DERIVED, "flags"))
        elif isinstance(row, Flag) and row.departure_id in ids:
            db.session.expire(row, (*_FOUND, *_STATE))


def judge_rows(
    ids: Sequence[int], reference: Reference, day: date, progress: Progress = no_progress
) -> None:
    """Judge these departures and write what differs from what is stored; no commit.

    Objects of the session are left as they were loaded.
    """
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        _judge_batch(batch, reference, day)
        progress(len(batch))


def _judge_batch(ids: Sequence[int], reference: Reference, day: date) -> None:
    # Nobody saves one of them between our reading and our writing. SQLite has one writer anyway.
    lock = select(_DEPARTURE.c.id).where(_DEPARTURE.c.id.in_(ids)).order_by(_DEPARTURE.c.id)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(lock.with_for_update())
    documents = _papers(ids)
    flags = _by_departure(_flags(), _FLAG.c.departure_id, ids)
    writing = _Writing()
    for row in db.session.execute(_departures().where(_DEPARTURE.c.id.in_(ids))):
        stored = flags.get(row.id, ())
        case = case_from(row, row, documents.get(row.id, ()), stored)
        found = assess(case, reference, day)
        derived = derived_values(case, reference, found, row, day)
        if any(getattr(row, name) != value for name, value in derived.items()):
            writing.departures.append({"row_id": row.id, **derived})
        writing.settle(row.id, stored, found.flags)
    writing.write()


def _by_departure(statement: Any, column: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(statement.where(column.in_(ids))):
        found[row.departure_id].append(row)
    return found


def _papers(ids: Sequence[int]) -> dict[int, list[CaseDocument]]:
    """The papers of which anything was said, by departure."""
    columns = _DOCUMENT.c
    # Values as the driver gives them: most of these many rows say the same as one before.
    raw = [type_coerce(columns[name], NullType()) for name in _PAPER]
    statement = (
        select(columns.departure_id, *raw)
        .where(columns.departure_id.in_(ids), columns.status.is_not(None))
        .order_by(columns.departure_id, columns.kind)
    )
    found: dict[int, list[CaseDocument]] = defaultdict(list)
    for departure_id, *said in db.session.execute(statement):
        found[departure_id].append(_paper(*said))
    return found


@lru_cache(maxsize=65_536)
def _paper(kind: str, status: str, issued_on: Any, expires_on: Any) -> CaseDocument:
    return CaseDocument(
        DocumentKind(kind), DocumentStatus(status), _day(issued_on), _day(expires_on)
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _departures() -> Any:
    """What a case is made of, of the departure and its resident; of sealed texts their length."""
    columns = _DEPARTURE.c
    names = ("id", "village_code", "created_at", "recruiter_name", "letter_signer_relation")
    return select(
        *(columns[name] for name in (*names, *CASE_COLUMNS, *_DERIVED)),
        func.length(columns.recruiter_phone_sealed).label("recruiter_phone_sealed"),
        func.length(columns.id_pmi_sealed).label("id_pmi_sealed"),
        Resident.__table__.c.birth_date,
        Resident.__table__.c.marital_status,
    ).join(Resident.__table__, Resident.__table__.c.id == columns.resident_id)


def _flags() -> Any:
    names = ("id", "departure_id", "rule", "rule_version", *_FOUND, *_STATE)
    return select(*(_FLAG.c[name] for name in names)).order_by(_FLAG.c.id)


def states_on_return(flag_ids: Sequence[int]) -> dict[int, FlagState]:
    """The state in which closed flags open again: what was being followed up still is."""
    steps = FlagStep.__table__.c
    told = select(steps.flag_id, steps.state).where(
        steps.flag_id.in_(flag_ids), steps.state.is_not(None)
    )
    last = dict.fromkeys(flag_ids, FlagState.OPEN)
    for flag_id, state in db.session.execute(told.order_by(steps.id)) if flag_ids else ():
        last[flag_id] = state if state.is_open else FlagState.OPEN
    return last


class _Writing:
    """What is to be written of one batch."""

    def __init__(self) -> None:
        self.departures: list[Row] = []
        self.raised: list[Row] = []
        self.refreshed: list[Row] = []
        self.reopened: list[Row] = []
        self.gone: list[Row] = []

    def settle(self, departure_id: int, stored: Iterable[Any], found: Sequence[RaisedFlag]) -> None:
        """The same as `assessing` does with models: open, refresh, close."""
        known = {(flag.rule, flag.rule_version): flag for flag in stored}
        for finding in found:
            flag = known.pop((finding.rule, finding.version), None)
            values = flag_values(finding)
            if flag is None:
                values["departure_id"] = departure_id
                values["rule"], values["rule_version"] = finding.rule, finding.version
                self.raised.append(values | _OPENED)
            elif not flag.state.is_open:
                self.reopened.append({"row_id": flag.id, **values, **_OPENED})
            elif any(getattr(flag, name) != value for name, value in values.items()):
                self.refreshed.append({"row_id": flag.id, **values})
        for flag in known.values():
            if flag.state.is_open:
                self.gone.append({"row_id": flag.id, "state": FlagState.CLOSED})

    def write(self) -> None:
        states = states_on_return([row["row_id"] for row in self.reopened])
        for row in self.reopened:
            row["state"] = states[row["row_id"]]
        for table, names, rows in (
            (_DEPARTURE, _DERIVED, self.departures),
            (_FLAG, _FOUND, self.refreshed),
            (_FLAG, (*_FOUND, *_STATE), self.reopened),
            (_FLAG, ("state",), self.gone),
        ):
            if rows:
                db.session.execute(_update(table, names), rows)
        if self.raised:
            db.session.execute(insert(_FLAG), self.raised)


_OPENED = {"state": FlagState.OPEN, "settled_severity": None, "settled_evidence": None}


def _update(table: Any, names: Iterable[str]) -> Any:
    return (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(name) for name in names})
    )


__all__ = ["judge_rows", "rejudge", "touched"]
