"""Reading reference data: agencies, job titles, and the rules that assess a departure."""

from sqlalchemy import or_, select

from registry.assessment.reference import DocumentRule, Reference
from registry.db import db
from registry.formatting import normal_name, today
from registry.reference.models import Agency, DocumentRequirement, Job

COMPANY_WORDS = frozenset({"pt", "cv", "tbk", "p3mi", "pjtki", "pptkis"})


def load_reference() -> Reference:
    """The document requirements of the database as the pure rules take them."""
    rows = db.session.scalars(select(DocumentRequirement).order_by(DocumentRequirement.id))
    return Reference(
        document_rules=tuple(
            DocumentRule(
                scheme=row.scheme,
                kind=row.kind,
                requirement=row.requirement,
                valid_months=row.valid_months,
                margin_months=row.margin_months,
                source=row.source,
                issuer=row.issuer,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                condition=row.condition or "",
                note=row.note or "",
            )
            for row in rows
        )
    )


def list_agencies() -> list[Agency]:
    """The agencies in force, by name."""
    statement = select(Agency).where(or_(Agency.valid_to.is_(None), Agency.valid_to >= today()))
    return list(db.session.scalars(statement.order_by(Agency.name)))


def agency_names() -> dict[str, str]:
    """The name of every agency by its id as a filter writes it, those no longer in force too."""
    return {str(row.id): row.name for row in db.session.execute(select(Agency.id, Agency.name))}


def agency_key(name: str) -> str:
    """A company's name for comparing: no legal form, letter case or signs."""
    return " ".join(word for word in normal_name(name).split() if word not in COMPANY_WORDS)


def match_agency(name: str) -> Agency | None:
    """The agency of that name, whatever its legal form, letter case and signs."""
    statement = select(Agency).where(Agency.normal_name == agency_key(name))
    return db.session.scalars(statement.limit(1)).first()


def list_jobs() -> list[Job]:
    """The job titles, by their Indonesian name."""
    return list(db.session.scalars(select(Job).order_by(Job.title)))
