"""Which papers the scheme asks for, and how they stand on the day of leaving.

Papers are judged on the day of leaving, not on the day somebody looks. A plan whose day has passed
can at the earliest be carried out today, and an undated one too, so both are judged today.

- A required paper counts only when it is there (`ada`), was issued by that day and has not ended
  before it. `tidak perlu` does not settle a required paper: the scheme, not the desk, requires it.
- A conditional paper is never missing. There (and valid) or `tidak perlu` settles it; anything
  else leaves it `unclear`, a question to the village ("perlu klarifikasi").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from registry.assessment.calendar import add_days, add_months
from registry.assessment.case import Case, Document
from registry.assessment.reference import DocumentRule, Reference
from registry.enums import DocumentKind, DocumentStatus, Requirement

_REQUIRED = Requirement.REQUIRED
_PRESENT, _NOT_NEEDED = DocumentStatus.PRESENT, DocumentStatus.NOT_NEEDED


@dataclass(frozen=True, slots=True)
class Expiring:
    """A paper that is there but ends before the departure, or too soon after it.

    `days` counts from the departure, negative before it; None while no coming day of leaving is
    known.
    """

    kind: DocumentKind
    ends_on: date
    days: int | None


@dataclass(frozen=True, slots=True)
class Papers:
    """The state of a case's papers, each list in the order of `DocumentKind`."""

    required: tuple[DocumentKind, ...]
    conditional: tuple[DocumentKind, ...]
    valid: tuple[DocumentKind, ...]
    missing: tuple[DocumentKind, ...]
    unclear: tuple[DocumentKind, ...]
    expiring: tuple[Expiring, ...]

    @property
    def complete(self) -> int:
        """How many of the required papers are there and valid."""
        return len(self.required) - len(self.missing)


def leaving_day(case: Case, on: date) -> date:
    """The day to judge by: of leaving, or `on` while that is unknown or past without leaving."""
    if case.leaving_on is None:
        return on
    return case.leaving_on if case.has_left else max(case.leaving_on, on)


def is_day_open(case: Case, on: date) -> bool:
    """Whether the day to judge by moves on with the calendar."""
    return case.leaving_on is None or (not case.has_left and case.leaving_on < on)


def judge_papers(case: Case, reference: Reference, on: date) -> Papers:
    """The papers of the case against the rules in force on its day of leaving."""
    day = leaving_day(case, on)
    counts_from = None if is_day_open(case, on) else day
    there, waived = _papers_said(case)
    required: list[DocumentKind] = []
    conditional: list[DocumentKind] = []
    valid: list[DocumentKind] = []
    missing: list[DocumentKind] = []
    unclear: list[DocumentKind] = []
    expiring: list[Expiring] = []
    for rule in reference.used_on(case.scheme, day):
        kind = rule.kind
        is_required = rule.requirement is _REQUIRED
        (required if is_required else conditional).append(kind)
        end = _latest_end(there[kind], rule, day) if kind in there else None
        if end is not None:
            if _ends_soon(end, day, rule.margin_months or 0):
                days = None if counts_from is None else (end - counts_from).days
                expiring.append(Expiring(kind, end, days))
            if end >= day:
                valid.append(kind)
                continue
        if is_required:
            missing.append(kind)
        elif kind not in waived:
            unclear.append(kind)
    return Papers(
        required=tuple(required),
        conditional=tuple(conditional),
        valid=tuple(valid),
        missing=tuple(missing),
        unclear=tuple(unclear),
        expiring=tuple(expiring),
    )


def paper_changes(case: Case, reference: Reference, on: date) -> Iterator[date]:
    """Days on which the papers' state may change by itself, should the judging day move on."""
    rules_change = reference.next_change(case.scheme, on)
    if rules_change is not None:
        yield rules_change
    there, _ = _papers_said(case)
    for rule in reference.used_on(case.scheme, on):
        for document in there.get(rule.kind, ()):
            yield from _document_changes(document, rule)


def _document_changes(document: Document, rule: DocumentRule) -> Iterator[date]:
    if document.issued_on is not None:
        yield document.issued_on
    end = _end(document, rule)
    if end < date.max:
        yield add_days(end, 1)
        if rule.margin_months:
            yield _margin_begins(end, rule.margin_months)


def _papers_said(case: Case) -> tuple[dict[DocumentKind, list[Document]], set[DocumentKind]]:
    """The papers that are there, and the kinds that are said not to be needed."""
    there: dict[DocumentKind, list[Document]] = {}
    waived = set()
    for document in case.documents:
        status, kind = document.status, document.kind
        if status is _PRESENT:
            if kind in there:
                there[kind].append(document)
            else:
                there[kind] = [document]
        elif status is _NOT_NEEDED:
            waived.add(kind)
    return there, waived


def _latest_end(papers: Iterable[Document], rule: DocumentRule, day: date) -> date | None:
    """The latest end among the papers issued by that day; None when there is none."""
    latest = None
    for paper in papers:
        if paper.issued_on is None or paper.issued_on <= day:
            end = _end(paper, rule)
            if latest is None or end > latest:
                latest = end
    return latest


def _ends_soon(end: date, day: date, months: int) -> bool:
    """Whether the paper ends before `months` have passed; what ends far off costs no reckoning."""
    return (end - day).days < 31 * months + 1 and end < add_months(day, months)


def _end(document: Document, rule: DocumentRule) -> date:
    """The last day of validity: as the paper says, else by the rule, else never."""
    if document.expires_on is not None:
        return document.expires_on
    if rule.valid_months is not None and document.issued_on is not None:
        return add_months(document.issued_on, rule.valid_months)
    return date.max


def _margin_begins(end: date, months: int) -> date:
    """The first day from which the margin reaches beyond `end`; months are of unequal length."""
    day = add_months(end, -months)
    while add_months(day, months) <= end:
        day += timedelta(days=1)
    return day
