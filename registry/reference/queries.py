"""Reading reference data: agencies, job titles, and the rules that assess a departure."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import SimpleNamespace
from typing import Any

from sqlalchemy import literal_column, or_, select
from sqlalchemy.orm import selectinload

from registry.asking import ask
from registry.assessment.reference import Reference
from registry.db import db
from registry.enums import AgencyKind
from registry.formatting import company_key
from registry.reference.building import build_reference
from registry.reference.lists import LISTS
from registry.reference.models import Agency, AgencyAlias, AgencyLicence, Job

# How much alike two names must be to be worth asking about.
SIMILAR = 0.8

# The rows as they were stored when the reference was last built of them, and what was built.
_built: tuple[list[Any], Reference] | None = None


def load_reference() -> Reference:
    """The reference data of the database as the pure rules take it.

    Every saving of a record asks for it: the rows are read each time, and built of anew only when
    one of them changed.
    """
    global _built
    if db.session.autoflush:
        db.session.flush()
    stored = [list(map(tuple, db.session.execute(statement))) for statement in _STORED]
    if _built is None or _built[0] != stored:
        _built = stored, build_reference(_rows)
    return _built[1]


_MODELS = (Agency, AgencyLicence, AgencyAlias, *(item.model for item in LISTS if item.judges))
_STORED: list[Any] = [
    select(literal_column("*")).select_from(model.__table__).order_by(model.__table__.c.id)
    for model in _MODELS
]


def _rows(model: Any) -> list[Any]:
    """The rows of a model as plain columns."""
    if model is Agency:
        return _agencies()
    columns = (getattr(model, column.key) for column in model.__table__.columns)
    return list(db.session.execute(select(*columns).order_by(model.id)))


def _agencies() -> list[Any]:
    licences: dict[int, list[Any]] = {}
    for row in _rows(AgencyLicence):
        licences.setdefault(row.agency_id, []).append(row)
    aliases: dict[int, list[Any]] = {}
    for row in db.session.execute(select(AgencyAlias.agency_id, AgencyAlias.normal_name)):
        aliases.setdefault(row.agency_id, []).append(row)
    found = select(Agency.id, Agency.kind, Agency.normal_name).order_by(Agency.id)
    return [
        SimpleNamespace(
            id=row.id,
            kind=row.kind,
            normal_name=row.normal_name,
            licences=licences.get(row.id, ()),
            aliases=aliases.get(row.id, ()),
        )
        for row in db.session.execute(found)
    ]


def list_agencies() -> list[Agency]:
    """The placement agencies that were ever listed, by name."""
    statement = select(Agency).where(Agency.kind == AgencyKind.P3MI).order_by(Agency.name)
    return list(db.session.scalars(statement))


def agency_names() -> dict[str, str]:
    """The name of every agency by its id as a filter writes it, those no longer in force too."""
    return {str(id_): name for id_, name in ask(_agency_names)}


def _agency_names() -> Any:
    return select(Agency.id, Agency.name)


def match_agency(name: str, kind: AgencyKind = AgencyKind.P3MI) -> Agency | None:
    """The agency of that name or alias, whatever its legal form, case and signs."""
    key = company_key(name)
    statement = (
        select(Agency)
        .outerjoin(AgencyAlias)
        .where(
            Agency.kind == kind,
            or_(Agency.normal_name == key, AgencyAlias.normal_name == key),
        )
    )
    return db.session.scalars(statement.order_by(Agency.id).limit(1)).first()


def similar_agencies(name: str, limit: int = 3) -> list[Agency]:
    """Placement agencies whose name or alias is written much like this one, the nearest first."""
    statement = (
        select(Agency).where(Agency.kind == AgencyKind.P3MI).options(selectinload(Agency.aliases))
    )
    return nearest_agencies(name, known_by(db.session.scalars(statement)), limit)


def known_by(agencies: Iterable[Agency]) -> dict[str, Agency]:
    """Agencies by each key of a name that they are known by."""
    return {
        key: agency
        for agency in agencies
        for key in (agency.normal_name, *(alias.normal_name for alias in agency.aliases))
    }


def near_keys(key: str, known: Iterable[str], limit: int = 1) -> list[str]:
    """Those of the known keys that are much like this one, the nearest first."""
    return get_close_matches(key, list(known), n=limit, cutoff=SIMILAR)


def nearest_agencies(name: str, known: Mapping[str, Agency], limit: int = 3) -> list[Agency]:
    """Those of the known agencies whose name is nearest to this one."""
    keys = near_keys(company_key(name), known, 2 * limit)
    found = {known[key].id: known[key] for key in keys}
    return list(found.values())[:limit]


def job_titles() -> dict[str, str]:
    """The Indonesian title of every job by its code."""
    return dict(map(tuple, ask(_titles)))


def _titles() -> Any:
    return select(Job.code, Job.title)


def list_jobs() -> list[Job]:
    """The job titles, by their Indonesian name."""
    return list(db.session.scalars(select(Job).order_by(Job.title)))
