"""The rules as shipped with a list of licences, and cases that differ from a sound one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.assessment.case import Case, Document
from registry.assessment.reference import Entry, Licence, Listed, Reference
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    LicenceStatus,
    PassportHolder,
    RecruiterKind,
    Relation,
    Requirement,
    Scheme,
    Stage,
    VisaKind,
)
from registry.reference.building import shipped_reference

LEAVING = date(2026, 6, 1)
LISTED_FROM = date(2020, 1, 1)
GOOD, ENDING, SUSPENDED, UNDATED = 1, 2, 3, 4


def licence(status: LicenceStatus = LicenceStatus.ACTIVE, ends_on: date | None = None):
    return Entry(Licence(status, ends_on), LISTED_FROM, source="Daftar uji")


@pytest.fixture(scope="session")
def reference() -> Reference:
    return replace(
        shipped_reference(),
        licences=Listed(
            (
                (GOOD, licence(ends_on=date(2029, 12, 31))),
                (ENDING, licence(ends_on=date(2026, 2, 28))),
                (SUSPENDED, licence(LicenceStatus.SUSPENDED, date(2029, 12, 31))),
                (UNDATED, licence()),
            )
        ),
        agency_ids={"contoh terdaftar": GOOD, "contoh diskors": SUSPENDED},
        sending_bodies=Listed((("sakura", licence(ends_on=date(2029, 12, 31))),)),
    )


@pytest.fixture(scope="session")
def sound_case(reference: Reference) -> Callable[..., Case]:
    """A P to P plan for 1 June 2026 of which everything is known and nothing is wrong.

    Keywords change what is told; `without` are papers said to be missing, `unasked` those that
    nobody asked about.
    """
    papers = tuple(
        Document(rule.kind, DocumentStatus.PRESENT, expires_on=_end(rule.kind))
        for rule in reference.rules_on(Scheme.P_TO_P, LEAVING)
        if rule.requirement is Requirement.REQUIRED
    )
    sound = Case(
        stage=Stage.PLANNED,
        recorded_on=date(2026, 1, 5),
        province="18",
        scheme=Scheme.P_TO_P,
        planned_on=LEAVING,
        birth_date=date(1998, 3, 2),
        country="TW",
        letter_country="TW",
        visa_kind=VisaKind.WORK,
        visa_country="TW",
        contract_country="TW",
        employer_kind=EmployerKind.LEGAL_ENTITY,
        agency_id=GOOD,
        agency_name="PT Contoh Terdaftar",
        job_title="Pekerja pabrik",
        job_code="manufacturing_worker",
        promised_wage=9_000_000,
        job_order="SIP2MI/1/2026",
        recruiter_kind=RecruiterKind.AGENCY_STAFF,
        amount_asked=0,
        recruiter_advance=0,
        passport_holder=PassportHolder.SELF,
        immigration_office="Kantor Imigrasi Bandar Lampung",
        information_source=InformationSource.VILLAGE,
        signer_relation=Relation.HUSBAND,
        documents=papers,
    )

    def build(
        without: tuple[DocumentKind, ...] = (),
        unasked: tuple[DocumentKind, ...] = (),
        **changes: Any,
    ) -> Case:
        case = replace(sound, **changes)
        told = (
            Document(paper.kind, DocumentStatus.MISSING) if paper.kind in without else paper
            for paper in case.documents
            if paper.kind not in unasked
        )
        return replace(case, documents=tuple(told))

    return build


def _end(kind: DocumentKind) -> date | None:
    is_dated = kind in (DocumentKind.PASSPORT, DocumentKind.WORK_VISA)
    return date(2029, 6, 1) if is_dated else None
