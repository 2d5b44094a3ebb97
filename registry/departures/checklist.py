"""The checklist on a record: each paper, how it stands on the day of leaving, and who issues it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from registry.assessment.documents import judge_papers, leaving_day
from registry.assessment.reference import DocumentRule
from registry.departures.assessing import case_of
from registry.departures.models import Departure, Document
from registry.enums import DocumentKind, DocumentStatus, Requirement
from registry.formatting import long_date, today
from registry.reference.queries import load_reference


@dataclass(frozen=True)
class ChecklistRow:
    """One paper of the checklist, in words."""

    label: str
    state: str
    tone: str
    issuer: str
    notes: tuple[str, ...]


def checklist(departure: Departure) -> list[ChecklistRow]:
    """The papers that the scheme uses, required ones first, then others that were recorded."""
    case, day = case_of(departure), today()
    reference = load_reference()
    papers = judge_papers(case, reference, day)
    rules = {rule.kind: rule for rule in reference.rules_on(case.scheme, leaving_day(case, day))}
    used = [*papers.required, *papers.conditional]
    recorded = [paper.kind for paper in departure.documents if paper.status is not None]
    kinds = dict.fromkeys((*used, *recorded))
    missing = set(papers.missing)
    return [
        _row(kind, rules.get(kind), departure.document(kind), kind in missing) for kind in kinds
    ]


def _row(
    kind: DocumentKind, rule: DocumentRule | None, paper: Document | None, is_missing: bool
) -> ChecklistRow:
    status = paper.status if paper else None
    is_there = status is DocumentStatus.PRESENT
    if status is None:
        state, tone = _("Belum ditanyakan"), "neutral"
    elif is_there and is_missing:
        state, tone = _("Tidak berlaku saat berangkat"), "warning"
    else:
        state = _(status.label)
        tone = "success" if is_there else "warning" if is_missing else "neutral"
    notes = []
    if paper is not None and paper.expires_on is not None:
        notes.append(_("berlaku sampai %(day)s", day=long_date(paper.expires_on, _)))
    if rule is not None and rule.requirement is Requirement.CONDITIONAL:
        notes.append(_("bersyarat: %(condition)s", condition=rule.condition))
    return ChecklistRow(
        label=_(kind.label),
        state=state,
        tone=tone,
        issuer=rule.issuer if rule and rule.requirement is not Requirement.NOT_USED else "",
        notes=tuple(notes),
    )
