"""One pure function from what is recorded, the rules in force and a day to what the rules say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from registry.assessment.calendar import add_days
from registry.assessment.case import Case
from registry.assessment.documents import (
    Expiring,
    Papers,
    is_day_open,
    judge_papers,
    paper_changes,
)
from registry.assessment.reference import Reference
from registry.assessment.rules import Facts, Flag, flag_changes, raise_flags
from registry.enums import DocumentKind, DocumentStatus, Procedure, Severity, Stage

LATE_PAPERS = "R16"
GRAVE = frozenset({Severity.CRITICAL, Severity.HIGH})


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of a case; the same on every day before `holds_until` (None: for ever)."""

    procedure: Procedure | None
    required: int = 0
    complete: int = 0
    missing: tuple[DocumentKind, ...] = ()
    unclear: tuple[DocumentKind, ...] = ()
    expiring: tuple[Expiring, ...] = ()
    flags: tuple[Flag, ...] = ()
    holds_until: date | None = None


def assess(case: Case, reference: Reference, on: date) -> Assessment:
    """What the rules say of the case on that day; a cancelled departure is asked for nothing."""
    if case.stage is Stage.CANCELLED:
        return Assessment(procedure=None)
    papers = judge_papers(case, reference, on)
    facts = Facts(case, papers, reference, on)
    flags = raise_flags(facts)
    return Assessment(
        procedure=_procedure(case, papers, flags),
        required=len(papers.required),
        complete=papers.complete,
        missing=papers.missing,
        unclear=papers.unclear,
        expiring=papers.expiring,
        flags=flags,
        holds_until=min((day for day in _changes(facts) if day > on), default=None),
    )


def readiness(case: Case, reference: Reference, on: date) -> Procedure | None:
    """What it was at the moment of departure: as if still planned on the day the person left.

    None for who has not left, and for who is not PMI. Where the day of leaving is unknown it is
    judged on `on`, like all else.
    """
    if not case.has_left or not case.is_pmi:
        return None
    day = case.departed_on or on
    waiting = replace(case, stage=Stage.PLANNED, planned_on=day, departed_on=None)
    papers = judge_papers(waiting, reference, day)
    flags = raise_flags(Facts(waiting, papers, reference, day))
    # On the last day a missing paper is always urgent; kept apart, it says INCOMPLETE.
    return _before_departure(papers, tuple(flag for flag in flags if flag.rule != LATE_PAPERS))


def _procedure(case: Case, papers: Papers, flags: tuple[Flag, ...]) -> Procedure:
    if not case.is_pmi:
        return Procedure.NOT_PMI
    if case.has_left:
        return Procedure.PROCEDURAL if _was_card_seen(case) else Procedure.SUSPECTED
    return _before_departure(papers, flags)


def _before_departure(papers: Papers, flags: tuple[Flag, ...]) -> Procedure:
    if any(flag.severity in GRAVE for flag in flags):
        return Procedure.AT_RISK
    return Procedure.INCOMPLETE if papers.missing else Procedure.COMPLETE


def _was_card_seen(case: Case) -> bool:
    return case.id_pmi_seen or any(
        document.kind is DocumentKind.MIGRANT_CARD and document.status is DocumentStatus.PRESENT
        for document in case.documents
    )


def _changes(facts: Facts) -> Iterator[date]:
    """Days on which the answer may change by itself; days already past may be among them."""
    case, on = facts.case, facts.on
    yield from flag_changes(facts)
    if is_day_open(case, on):
        yield from paper_changes(case, facts.reference, on)
    elif not case.has_left and case.leaving_on is not None:
        yield add_days(case.leaving_on, 1)
