"""What was recorded of a departure at the end of a past day, by the journal's sealed values.

Imported and demo records have no changes before their creation; what the journal does not tell is
taken as it stands now.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from types import SimpleNamespace
from typing import Any

from sqlalchemy import or_, select

from registry.assessment.calendar import add_days
from registry.assessment.case import Case
from registry.audit import log
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.cases import CASE_COLUMNS, case_from
from registry.departures.fields import FieldInfo
from registry.departures.models import Departure, Flag, FlagStep
from registry.departures.timeline import stored_value
from registry.enums import DocumentKind, DocumentStatus, FlagState
from registry.formatting import WIB, local_time

AS_RECORDED = (*CASE_COLUMNS, "recruiter_name", "letter_signer_relation")
SEALED = ("recruiter_phone", "id_pmi")
OF_PERSON = ("birth_date", "marital_status")
OF_PAPER = ("status", "issued_on", "expires_on")


def case_as_of(departure: Departure, day: date) -> Case | None:
    """The case as it was recorded at the end of that local day; None where it was not yet."""
    if local_time(departure.created_at).date() > day:
        return None
    end = datetime.combine(add_days(day, 1), time(), tzinfo=WIB)
    record = _Record(departure)
    for changes in _changes_since(departure, end):
        record.undo(changes)
    return case_from(
        record.values, record.values, record.papers.values(), _words(departure.flags, end)
    )


class _Record:
    """The values of a record that a case is made of, going back change by change."""

    def __init__(self, departure: Departure) -> None:
        self.values = SimpleNamespace(
            village_code=departure.village_code, created_at=departure.created_at
        )
        for name in AS_RECORDED:
            setattr(self.values, name, getattr(departure, name))
        for name in SEALED:
            setattr(self.values, f"{name}_sealed", getattr(departure, f"{name}_sealed"))
        for name in OF_PERSON:
            setattr(self.values, name, getattr(departure.resident, name))
        self.papers: dict[DocumentKind, Any] = {
            paper.kind: SimpleNamespace(
                kind=paper.kind, **{name: getattr(paper, name) for name in OF_PAPER}
            )
            for paper in departure.documents
        }

    def undo(self, changes: dict[str, Any]) -> None:
        """Put the value before each change back in its place."""
        for name, (before, _after) in changes.items():
            if "." in name:
                kind, part = name.split(".", 1)
                if part in OF_PAPER:
                    self._undo_paper(DocumentKind.of(kind), part, before)
            elif name in SEALED:
                setattr(self.values, f"{name}_sealed", before or None)
            elif name in AS_RECORDED or name in OF_PERSON:
                setattr(self.values, name, _plain(name, before))

    def _undo_paper(self, kind: DocumentKind, part: str, before: Any) -> None:
        unknown = SimpleNamespace(kind=kind, **dict.fromkeys(OF_PAPER))
        paper = self.papers.setdefault(kind, unknown)
        if part == "status" and before:
            before = DocumentStatus.of(before)
        setattr(paper, part, _plain(part, before))


def _plain(name: str, before: Any) -> Any:
    """A value as the record holds it, out of the journal's JSON."""
    return stored_value(FieldInfo(name, "departure", name), before)


def _changes_since(departure: Departure, end: datetime) -> Iterable[dict[str, Any]]:
    """The changes of the departure and its resident from that instant on, the last first."""
    statement = (
        select(JournalValue)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(
            JournalValue.resident_id == departure.resident_id,
            JournalEntry.at >= end,
            JournalValue.sealed.is_not(None),
            JournalValue.version.is_not(None),
            or_(
                JournalValue.kind == "resident",
                (JournalValue.kind == "departure") & (JournalValue.subject_id == departure.id),
            ),
        )
        .order_by(JournalValue.seq.desc(), JournalValue.ordinal.desc())
    )
    key = departure.resident.person_key
    for value in db.session.scalars(statement):
        if value.sealed is not None and value.version is not None:
            yield log.unseal_changes(key, value.sealed, value.kind, value.subject_id, value.version)


def _words(flags: Iterable[Flag], end: datetime) -> list[Any]:
    """What officials had said of the flags by then, as flags that carry it."""
    return [word for flag in flags if (word := _word(flag, end)) is not None]


def _word(flag: Flag, end: datetime) -> Any:
    steps = [step for step in flag.steps if step.state is not None]
    if not steps:
        return flag  # nobody moved it; what an import or the demo settled stands as it is
    before = [step for step in steps if step.at < end]
    if not before or not _settles(before[-1]):
        return None
    if before[-1] is steps[-1]:
        return flag
    is_closed = before[-1].state is FlagState.CLOSED
    return SimpleNamespace(
        rule=flag.rule,
        rule_version=flag.rule_version,
        settled_severity=flag.severity,
        settled_evidence=flag.evidence if is_closed else None,
    )


def _settles(step: FlagStep) -> bool:
    return step.state in (FlagState.CLOSED, FlagState.DISMISSED)
