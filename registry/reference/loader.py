"""Loading the reference data that ships with the product; what administrators edited stays."""

import csv
from pathlib import Path

from sqlalchemy import select

from registry.assessment.reference import read_document_rules
from registry.db import db
from registry.reference.models import DocumentRequirement, Job

DATA = Path(__file__).parent / "data"


def load_shipped_reference() -> int:
    """Add the job titles and document requirements where the tables are empty; answers how many."""
    added = 0
    if db.session.scalar(select(Job.code).limit(1)) is None:
        jobs = [Job(**row) for row in _rows("jabatan.csv")]
        db.session.add_all(jobs)
        added += len(jobs)
    if db.session.scalar(select(DocumentRequirement.id).limit(1)) is None:
        rules = read_document_rules((DATA / "persyaratan.csv").read_text().splitlines())
        db.session.add_all(
            DocumentRequirement(
                scheme=rule.scheme,
                kind=rule.kind,
                requirement=rule.requirement,
                condition=rule.condition or None,
                issuer=rule.issuer,
                valid_months=rule.valid_months,
                margin_months=rule.margin_months,
                source=rule.source,
                note=rule.note or None,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
            )
            for rule in rules
        )
        added += len(rules)
    return added


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
