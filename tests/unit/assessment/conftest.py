"""The village's requirement file, and cases that differ from a sound one in a single thing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.assessment.case import Case, Document
from registry.assessment.reference import Reference
from registry.enums import DocumentKind, DocumentStatus, Requirement, Scheme, Stage, VisaKind

REQUIREMENTS = Path(__file__).parents[3] / "registry/reference/data/persyaratan.csv"
LEAVING = date(2026, 6, 1)


@pytest.fixture(scope="session")
def reference() -> Reference:
    with REQUIREMENTS.open(encoding="utf-8", newline="") as lines:
        return Reference.from_csv(lines)


@pytest.fixture(scope="session")
def sound_case(reference: Reference) -> Callable[..., Case]:
    """A P to P plan for 1 June 2026 with every paper there; keywords change what is told."""
    papers = tuple(
        Document(rule.kind, DocumentStatus.PRESENT)
        for rule in reference.rules_on(Scheme.P_TO_P, LEAVING)
        if rule.requirement is Requirement.REQUIRED
    )
    sound = Case(
        stage=Stage.PLANNED,
        recorded_on=date(2026, 1, 5),
        scheme=Scheme.P_TO_P,
        planned_on=LEAVING,
        birth_date=date(1998, 3, 2),
        visa_kind=VisaKind.WORK,
        documents=papers,
    )

    def build(without: tuple[DocumentKind, ...] = (), **changes: Any) -> Case:
        case = replace(sound, **changes)
        kept = tuple(paper for paper in case.documents if paper.kind not in without)
        return replace(case, documents=kept)

    return build
