"""Which open departures a changed row of the reference data touches."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from registry.assessment.calendar import add_days
from registry.assessment.rules.offer import is_vague
from registry.db import db
from registry.departures.models import Departure, Resident
from registry.departures.workflow import OPEN_STAGES
from registry.enums import AgencyKind, EmployerKind, Scheme, Stage, Threshold
from registry.formatting import company_key
from registry.reference.models import (
    AgeLimit,
    Agency,
    AgencyAlias,
    AgencyLicence,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ImmigrationOffice,
    ThresholdValue,
    VagueJob,
    VisaRule,
)
from registry.reference.operations import was_in_force
from registry.regions.area import Area

Condition = ColumnElement[bool]

# What changes nothing that a rule says.
SILENT = frozenset({"id", "note"})


def touched(model: Any, before: Any | None, after: Any | None) -> list[int]:
    """The open departures that may be judged differently by a changed row, in order of their ids.

    Args:
        before: the row as it was, None for a new one; `after` likewise, as it is.
    """
    db.session.flush()
    if model not in _CONCERNED:
        return []
    rows = [row for row in (before, after) if row is not None]
    is_open = Departure.stage.in_(OPEN_STAGES)
    if _is_only_row(model, before, after):
        # The rules that need the list were not judged at all without it.
        return _ids(is_open)
    days = _changed_days(model, before, after)
    if days is None:
        return []
    concerned = or_(*(_CONCERNED[model](row) for row in rows))
    return _ids(is_open, concerned, _judged_within(model, rows, *days))


def _ids(*conditions: Condition) -> list[int]:
    # An erased person's departures keep the answer they had.
    erased = select(Resident.id).where(Resident.erased_on.is_not(None))
    statement = select(Departure.id).where(*conditions, Departure.resident_id.not_in(erased))
    statement = statement.order_by(Departure.id)
    return list(db.session.scalars(statement))


def _is_only_row(model: Any, before: Any | None, after: Any | None) -> bool:
    """Whether the list came to be, or ceased to be, by this row."""
    if before is not None and after is not None:
        return False
    row: Any = after if before is None else before
    others: Any = select(model.id).where(model.id != row.id)
    if model is AgencyLicence:
        others = others.join(Agency).where(Agency.kind == _agency(row).kind)
    return db.session.scalar(others.limit(1)) is None


def _changed_days(
    model: Any, before: Any | None, after: Any | None
) -> tuple[date, date | None] | None:
    """The first and the last day on which the list says something else; None for no day."""
    rows = [row for row in (before, after) if row is not None]
    names = {column.name for column in model.__table__.columns} - SILENT
    differing = {
        name for name in names if getattr(before, name, None) != getattr(after, name, None)
    }
    if not differing:
        return None
    ends = [row.valid_to for row in rows]
    last = None if None in ends else max(ends)
    if len(rows) == 2 and differing == {"valid_to"}:
        return add_days(min(end for end in ends if end is not None), 1), last
    return min(row.valid_from for row in rows), last


def _judged_within(model: Any, rows: list[Any], first: date, last: date | None) -> Condition:
    """Planned ones move on with the calendar; who left is judged on the day of leaving."""
    if model is ThresholdValue or (
        model is DocumentRequirement and not _has_older_rule(rows, first)
    ):
        return true()
    within = Departure.departed_on >= first
    if last is not None:
        within = and_(within, Departure.departed_on <= last)
    return or_(Departure.stage == Stage.PLANNED, Departure.departed_on.is_(None), within)


def _has_older_rule(rows: list[Any], first: date) -> bool:
    """Whether each scheme has a rule from before; the oldest rules judge all older departures."""
    changed = {row.id for row in rows}
    for scheme in {row.scheme for row in rows}:
        older = select(DocumentRequirement.id).where(
            DocumentRequirement.scheme == scheme,
            DocumentRequirement.valid_from < first,
            was_in_force(DocumentRequirement),
            DocumentRequirement.id.not_in(changed),
        )
        if db.session.scalar(older.limit(1)) is None:
            return False
    return True


def _agency(licence: AgencyLicence) -> Agency:
    return db.session.get_one(Agency, licence.agency_id)


def _equal_where_set(column: Any, value: Any) -> Condition:
    return true() if value is None else column == value


def _of_scheme(row: DocumentRequirement) -> Condition:
    # A departure of unknown scheme is judged by what all schemes of PMI share.
    is_it = Departure.scheme == row.scheme
    return or_(is_it, Departure.scheme.is_(None)) if row.scheme.is_pmi else is_it


def _to_country(row: Destination) -> Condition:
    return or_(Departure.country == row.country, Departure.transit_country == row.country)


def _of_age_limit(row: AgeLimit) -> Condition:
    employer = _equal_where_set(Departure.employer_kind, row.employer_kind)
    if row.employer_kind is EmployerKind.HOUSEHOLD:
        # An unknown employer is held to the stricter limit, see R02.
        employer = or_(employer, Departure.employer_kind.is_(None))
    return and_(
        _equal_where_set(Departure.country, row.country),
        employer,
        _equal_where_set(Departure.job_code, row.job_code),
    )


def _of_ceiling(row: FeeCeiling) -> Condition:
    return and_(
        _equal_where_set(Departure.country, row.country),
        _equal_where_set(Departure.employer_kind, row.employer_kind),
    )


def _by_agency(row: AgencyLicence) -> Condition:
    agency = _agency(row)
    if agency.kind is AgencyKind.P3MI:
        # The name decides; where none stands, the link does.
        by_link = and_(Departure.agency_id == agency.id, Departure.agency_name.is_(None))
        return or_(_typed_as(agency, Departure.agency_name, true()), by_link)
    return _typed_as(agency, Departure.training_body, Departure.scheme == Scheme.TRAINEE)


def _typed_as(agency: Agency, column: Any, where: Condition) -> Condition:
    """Departures in whose column stands one of the company's names, however written."""
    aliases = select(AgencyAlias.normal_name).where(AgencyAlias.agency_id == agency.id)
    keys = {agency.normal_name, *db.session.scalars(aliases)}
    said = db.session.scalars(select(column).where(where, column.is_not(None)).distinct())
    names = [name for name in said if company_key(name) in keys]
    return and_(where, column.in_(names))


def _in_words(column: Any, vague: str) -> Condition:
    """Departures whose job title means what is vague, as R20 reads it."""
    said = db.session.scalars(select(column).where(column.is_not(None)).distinct())
    found: Condition = column.in_([title for title in said if is_vague(title, vague)])
    return found


_CONCERNED: dict[Any, Callable[[Any], Condition]] = {
    DocumentRequirement: _of_scheme,
    Destination: _to_country,
    AgeLimit: _of_age_limit,
    FeeCeiling: _of_ceiling,
    VisaRule: lambda row: Departure.visa_kind == row.kind,
    AgencyLicence: _by_agency,
    ImmigrationOffice: lambda row: Area(row.province).covers(Departure.village_code),
    VagueJob: lambda row: or_(
        _in_words(Departure.job_title, row.title),
        and_(Departure.job_title.is_(None), _in_words(Departure.job_code, row.title)),
    ),
    ThresholdValue: lambda row: _BY_THRESHOLD.get(row.name, true()),
}
# Those that an answer's days concern may have their flags still ahead.
_BY_THRESHOLD: dict[Threshold, Condition] = {
    Threshold.PAPERS_WANTED_DAYS: Departure.stage == Stage.PLANNED,
    Threshold.PAPERS_URGENT_DAYS: Departure.stage == Stage.PLANNED,
    Threshold.CONTACT_DAYS: Departure.stage == Stage.DEPARTED,
    Threshold.VAGUE_JOB_WAGE: Departure.promised_wage.is_not(None),
    # Patterns across people are found anew on each visit.
    Threshold.PATTERN_DAYS: false(),
    Threshold.PATTERN_PEOPLE: false(),
}
