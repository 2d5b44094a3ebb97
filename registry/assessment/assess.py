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
from registry.assessment.rules import (
    LATE_PAPERS,
    RULES,
    Facts,
    Flag,
    Ruleset,
)
from registry.assessment.rules.base import GRAVE
from registry.assessment.rules.journey import card_was_seen
from registry.enums import DocumentKind, Procedure, Stage

ALL_RULES = Ruleset(RULES)
# On the last day a missing paper is always urgent; kept apart, it says INCOMPLETE.
WITHOUT_LATE_PAPERS = Ruleset(tuple(rule for rule in RULES if rule.number != LATE_PAPERS))


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
    flags = ALL_RULES.raise_flags(facts)
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


def readiness(case: Case, reference: Reference) -> Procedure | None:
    """What it was at the moment of departure: as if still planned on the day the person left.

    None for who has not left, and for who is not PMI. Where the day of leaving is unknown, the day
    that was planned stands for it, else the day of recording, so that time changes nothing.
    """
    if not case.has_left or not case.is_pmi:
        return None
    day = case.departed_on or case.planned_on or case.recorded_on
    waiting = replace(case, stage=Stage.PLANNED, planned_on=day, departed_on=None)
    papers = judge_papers(waiting, reference, day)
    is_grave = WITHOUT_LATE_PAPERS.is_grave(Facts(waiting, papers, reference, day))
    return _before_departure(papers, is_grave)


def _procedure(case: Case, papers: Papers, flags: tuple[Flag, ...]) -> Procedure:
    if not case.is_pmi:
        return Procedure.NOT_PMI
    if case.has_left:
        return Procedure.PROCEDURAL if card_was_seen(case) else Procedure.SUSPECTED
    return _before_departure(papers, any(flag.severity in GRAVE for flag in flags))


def _before_departure(papers: Papers, is_grave: bool) -> Procedure:
    if is_grave:
        return Procedure.AT_RISK
    return Procedure.INCOMPLETE if papers.missing else Procedure.COMPLETE


def _changes(facts: Facts) -> Iterator[date]:
    """Days on which the answer may change by itself; days already past may be among them."""
    case, on = facts.case, facts.on
    yield from ALL_RULES.changes(facts)
    lists_change = facts.reference.next_list_change(on)
    if lists_change is not None:
        yield lists_change
    if is_day_open(case, on):
        yield from paper_changes(case, facts.reference, on)
    elif not case.has_left and case.leaving_on is not None:
        yield add_days(case.leaving_on, 1)
