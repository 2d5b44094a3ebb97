"""The checklist of papers: which the scheme asks for, who issues each, and how each stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from registry.assessment.documents import leaving_day
from registry.assessment.reference import DocumentRule
from registry.departures.assessing import case_of
from registry.departures.forms import DocumentForm, DocumentsForm
from registry.departures.models import Departure
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, Requirement
from registry.formatting import today
from registry.reference.queries import load_reference


@dataclass(frozen=True)
class Paper:
    """One paper of the checklist with its form and the rule that asks for it."""

    kind: DocumentKind
    form: DocumentForm
    rule: DocumentRule | None

    @property
    def requirement(self) -> Requirement:
        return self.rule.requirement if self.rule else Requirement.NOT_USED

    @property
    def issuer(self) -> str:
        return self.rule.issuer if self.rule else ""

    @property
    def is_open(self) -> bool:
        """Whether its number and dates are worth showing: it is there, or a field is wrong."""
        return bool(self.form.errors) or self.form.status.data == DocumentStatus.PRESENT.value


def rules_for(departure: Departure, on: date | None = None) -> dict[DocumentKind, DocumentRule]:
    """The rules in force on the day of leaving, by paper."""
    case = case_of(departure)
    rules = load_reference().rules_on(case.scheme, leaving_day(case, on or today()))
    return {rule.kind: rule for rule in rules}


class DocumentsPage:
    """The whole checklist as one form: required papers first, those not used folded away."""

    def __init__(self, departure: Departure, kept: MultiDict[str, str] | None) -> None:
        data = request.form if request.method == "POST" else kept
        self.form = DocumentsForm(formdata=data)
        if not self.form.versi.data:
            self.form.versi.data = str(departure.revision)
        rules = rules_for(departure)
        self.papers = [
            Paper(kind, _paper_form(kind, departure, data), rules.get(kind))
            for kind in DocumentKind
        ]

    def of(self, *requirements: Requirement) -> list[Paper]:
        """The papers that the scheme requires, or uses in one of the given ways."""
        return [paper for paper in self.papers if paper.requirement in requirements]

    @property
    def required(self) -> list[Paper]:
        return self.of(Requirement.REQUIRED)

    @property
    def conditional(self) -> list[Paper]:
        return self.of(Requirement.CONDITIONAL)

    @property
    def unused(self) -> list[Paper]:
        return self.of(Requirement.NOT_USED)

    @property
    def wrong(self) -> list[Any]:
        """The fields with an error, for the error summary."""
        return [field for paper in self.papers for field in paper.form if field.errors]

    def validate_on_submit(self) -> bool:
        if not self.form.validate_on_submit():
            return False
        return all(paper.form.validate() for paper in self.papers)

    def answers(self) -> dict[DocumentKind, DocumentAnswer]:
        return {
            paper.kind: DocumentAnswer(
                status=paper.form.status.member,
                number=paper.form.number.data,
                issued_on=paper.form.issued_on.data,
                expires_on=paper.form.expires_on.data,
            )
            for paper in self.papers
        }


def _paper_form(
    kind: DocumentKind, departure: Departure, data: MultiDict[str, str] | None
) -> DocumentForm:
    return DocumentForm(formdata=data, obj=departure.document(kind), prefix=f"{kind.value}-")
