"""Rows of departures as the case that the rules read, and what the rules say as columns.

The rows may be models or plain: whatever carries the columns as attributes.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from registry.assessment.assess import Assessment, readiness
from registry.assessment.case import Case, Settlement
from registry.assessment.case import Document as CaseDocument
from registry.assessment.reference import Reference
from registry.assessment.rules import Flag as RaisedFlag
from registry.assessment.rules.words import names_somebody, says_unknown
from registry.enums import Office
from registry.formatting import local_time

# Columns of a departure that the case holds under the same name.
CASE_COLUMNS = (
    "stage",
    "scheme",
    "planned_on",
    "departed_on",
    "country",
    "letter_country",
    "visa_country",
    "contract_country",
    "transit_country",
    "employer_kind",
    "visa_kind",
    "agency_id",
    "agency_name",
    "job_code",
    "job_title",
    "promised_wage",
    "training_body",
    "job_order",
    "recruiter_kind",
    "amount_asked",
    "recruiter_advance",
    "passport_holder",
    "immigration_office",
    "information_source",
    "last_contact_on",
)
# Of these, the boxes into which a village may write that nobody knows.
FREE_TEXTS = ("agency_name", "job_title", "training_body", "job_order", "immigration_office")


def case_from(
    departure: Any, resident: Any, documents: Iterable[Any], flags: Iterable[Any]
) -> Case:
    """The case of rows that carry the columns of the models as attributes.

    Args:
        flags: those of the departure; an official's word on one counts.
    """
    said = {name: getattr(departure, name) for name in CASE_COLUMNS}
    said |= {name: None for name in FREE_TEXTS if says_unknown(said[name])}
    named = names_somebody(departure.recruiter_name)
    return Case(
        **said,
        recorded_on=local_time(departure.created_at).date(),
        province=departure.village_code[:2],
        birth_date=resident.birth_date,
        marital_status=resident.marital_status,
        recruiter_named=bool(named or departure.recruiter_phone_sealed),
        id_pmi_seen=departure.id_pmi_sealed is not None,
        signer_relation=departure.letter_signer_relation,
        documents=tuple(
            document
            if type(document) is CaseDocument
            else CaseDocument(
                document.kind, document.status, document.issued_on, document.expires_on
            )
            for document in documents
            if document.status is not None
        ),
        settlements=tuple(
            Settlement(
                flag.rule,
                flag.rule_version,
                flag.settled_severity,
                None if flag.settled_evidence is None else tuple(flag.settled_evidence.items()),
            )
            for flag in flags
            if flag.settled_severity is not None
        ),
    )


def derived_values(
    case: Case, reference: Reference, found: Assessment, before: Any, on: date
) -> dict[str, Any]:
    """The columns of a departure that its assessment fills.

    Args:
        before: the departure's row with what it says until now.
        on: the day of the assessment.
    """
    return {
        "procedure": found.procedure,
        "readiness_at_departure": readiness(case, reference) if case.has_left else None,
        "documents_required": found.required,
        "documents_complete": found.complete,
        "documents_missing": [kind.value for kind in found.missing],
        "papers_complete_on": _papers_complete_on(found, before, on),
        "holds_until": found.holds_until,
    }


def _papers_complete_on(found: Assessment, before: Any, on: date) -> date | None:
    """The day on which the required papers were first found complete, while they still are.

    None also where they were complete before anybody noted the day; where nothing is required (a
    cancelled departure), what was known stays.
    """
    known: date | None = before.papers_complete_on
    if not found.required:
        return known
    if found.complete < found.required:
        return None
    required, complete = before.documents_required or 0, before.documents_complete or 0
    was_complete = bool(required) and complete >= required
    return known if known or was_complete else on


def flag_values(finding: RaisedFlag) -> dict[str, Any]:
    """The columns of a flag that a finding fills."""
    return {
        "severity": finding.severity,
        "evidence": dict(finding.evidence),
        "sentence": finding.sentence,
        "advice": finding.advice,
        "raised_on": finding.raised_on,
        "due_on": finding.due_on,
        "owner": Office.for_severity(finding.severity),
    }
