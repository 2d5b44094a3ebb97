"""Counting in the tables themselves: for what the summary does not hold, and to check it by."""

from typing import Any

from sqlalchemy import case, extract, func, literal_column, select

from registry.db import db
from registry.departures.conditions import (
    AGE_BOUNDS,
    age_at_leaving,
    asks_person,
    conditions,
    is_pmi,
)
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.departures.summary.axes import Axis
from registry.departures.summary.keys import spans
from registry.departures.summary.layout import SPAN_DAYS
from registry.enums import UNKNOWN, Level

_COLUMNS: dict[Axis, Any] = {
    Axis.STAGE: Departure.stage,
    Axis.IS_PMI: is_pmi,
    Axis.PROCEDURE: Departure.procedure,
    Axis.READINESS: Departure.readiness_at_departure,
    Axis.SEX: Resident.sex,
    Axis.COUNTRY: Departure.country,
    Axis.SCHEME: Departure.scheme,
    Axis.JOB: Departure.job_code,
    Axis.EMPLOYER: Departure.employer_kind,
    Axis.AGENCY: Departure.agency_id,
    Axis.YEAR: extract("year", Departure.leaving_on),
    Axis.MONTH: extract("month", Departure.leaving_on),
    Axis.DAY: extract("day", Departure.leaving_on),
}


def tally_in_tables(f: Filter, *axes: Axis) -> list[tuple[Any, ...]]:
    """How many departures the filter finds, grouped: one value an axis, then the number."""
    # Grouped outside, as PostgreSQL takes two expressions with parameters for different ones.
    found = (
        select(*(_column(axis, f).label(axis.value) for axis in axes))
        .select_from(Departure)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(*conditions(f))
        .subquery()
    )
    grouped = select(*found.c, func.count()).group_by(*found.c)
    return [tuple(row) for row in db.session.execute(grouped)]


def count_in_tables(f: Filter, *, whole_words: bool = False) -> int:
    """How many departures the filter finds.

    Args:
        whole_words: match names by whole words only, for those who see names masked.
    """
    statement = select(func.count()).select_from(Departure)
    if asks_person(f):
        statement = statement.join(Resident, Resident.id == Departure.resident_id)
    found = statement.where(*conditions(f, whole_words=whole_words))
    return db.session.scalar(found) or 0


def _column(axis: Axis, f: Filter) -> Any:
    if axis is Axis.REGION:
        below = f.area.level.below or Level.VILLAGE
        return func.substr(Departure.village_code, 1, int(below))
    if axis is Axis.AGE:
        return _age_group()
    if axis.value in SPAN_DAYS:
        return _span_group(axis.value)
    return _COLUMNS[axis]


def _age_group() -> Any:
    age = age_at_leaving()
    last = next(group for group, (_, high) in AGE_BOUNDS.items() if high is None)
    younger = [
        (age <= high, group.value) for group, (_, high) in AGE_BOUNDS.items() if high is not None
    ]
    return case((Resident.birth_date.is_(None), UNKNOWN), *younger, else_=last.value)


def _span_group(name: str) -> Any:
    days: Any = literal_column(spans(db.engine.dialect.name)[name])
    firsts = SPAN_DAYS[name]
    shorter = [(days < first, number) for number, first in enumerate(firsts, 1)]
    return case((days.is_(None), 0), *shorter, else_=len(firsts) + 1)
