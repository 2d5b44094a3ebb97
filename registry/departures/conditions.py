"""A filter as SQL: the same conditions for every count, list and export."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    and_,
    cast,
    extract,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from registry.departures.filters import OTHER_JOB, REGISTRATION_NUMBER, Filter
from registry.departures.models import Departure, Flag, Resident
from registry.departures.named import named
from registry.enums import NOT_PMI_SCHEMES, UNKNOWN, AgeGroup, FlagState

OPEN_FLAGS = tuple(state for state in FlagState if state.is_open)
AGE_BOUNDS = {
    AgeGroup.UNDER_18: (None, 17),
    AgeGroup.FROM_18: (18, 24),
    AgeGroup.FROM_25: (25, 34),
    AgeGroup.FROM_35: (35, 44),
    AgeGroup.FROM_45: (45, None),
}

is_not_pmi = Departure.scheme.in_(tuple(NOT_PMI_SCHEMES))
is_pmi = or_(Departure.scheme.is_(None), Departure.scheme.not_in(tuple(NOT_PMI_SCHEMES)))


def conditions(f: Filter, *, whole_words: bool = False) -> list[ColumnElement[bool]]:
    """Everything that a departure must satisfy; the statement joins `Resident`.

    Args:
        whole_words: match names by whole words only, for those who see names masked.
    """
    return [f.area.covers(Departure.village_code), *within_area(f, whole_words=whole_words)]


def asks_person(f: Filter) -> bool:
    """Whether the conditions name columns of `Resident`."""
    return bool(f.sex or f.age)


def within_area(f: Filter, *, whole_words: bool = False) -> list[ColumnElement[bool]]:
    """The conditions but that of the area, for a statement that says it in its own way."""
    found = _dates(f)
    found += [
        _any_of(column, values)
        for column, values in (
            (Departure.country, f.country),
            (Departure.scheme, f.scheme),
            (Resident.sex, f.sex),
            (Departure.stage, f.stage),
            (Departure.review_status, f.status),
            (Departure.procedure, f.procedure),
            (Departure.employer_kind, f.employer),
            (Departure.readiness_at_departure, f.readiness),
            (Departure.agency_id, tuple(map(int, f.agency))),
        )
        if values
    ]
    if f.pmi:
        found.append(is_pmi if f.pmi == "ya" else is_not_pmi)
    if f.job:
        found.append(_job(f.job))
    if f.age:
        found.append(or_(*(_in_age_group(AgeGroup, value) for value in f.age)))
    if f.flag:
        flagged = select(Flag.departure_id).where(Flag.rule.in_(f.flag), Flag.state.in_(OPEN_FLAGS))
        found.append(Departure.id.in_(flagged))
    if f.text:
        found.append(_text(f, whole_words))
    return found


def _dates(f: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if f.first_day:
        found.append(Departure.leaving_on >= f.first_day)
    if f.last_day:
        found.append(Departure.leaving_on <= f.last_day)
    if f.dateless:
        found.append(Departure.leaving_on.is_(None))
    return found


def _any_of(column: Any, values: tuple[Any, ...]) -> ColumnElement[bool]:
    known = [value for value in values if value != UNKNOWN]
    parts: list[ColumnElement[bool]] = [column.in_(known)] if known else []
    if UNKNOWN in values:
        parts.append(column.is_(None))
    return or_(*parts)


def _job(codes: tuple[str, ...]) -> ColumnElement[bool]:
    listed = [code for code in codes if code != OTHER_JOB]
    parts: list[ColumnElement[bool]] = [Departure.job_code.in_(listed)] if listed else []
    if OTHER_JOB in codes:
        parts.append(Departure.job_code.is_(None))
    return or_(*parts)


class _LocalDay(FunctionElement[date]):
    """The day in Indonesia of an instant."""

    type = Date()
    inherit_cache = True


@compiles(_LocalDay, "sqlite")
def _of_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+7 hours')"


@compiles(_LocalDay, "postgresql")
def _of_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} + interval '7 hours' AS date)"


def age_at_leaving() -> ColumnElement[int]:
    """Whole years of age on the leaving day, or on that of recording where there is none."""
    day = func.coalesce(Departure.leaving_on, _LocalDay(Departure.created_at))
    return (_as_number(day) - _as_number(Resident.birth_date)) // 10000


def _as_number(day: Any) -> ColumnElement[int]:
    number = extract("year", day) * 10000 + extract("month", day) * 100 + extract("day", day)
    return cast(number, Integer)  # PostgreSQL extracts decimals, whose quotients are no whole years


def _in_age_group(groups: type[AgeGroup], value: str) -> ColumnElement[bool]:
    if value == UNKNOWN:
        return Resident.birth_date.is_(None)
    low, high = AGE_BOUNDS[groups(value)]
    age = age_at_leaving()
    return and_(age >= low if low else true(), age <= high if high else true())


def _text(f: Filter, whole_words: bool) -> ColumnElement[bool]:
    number = f.text.upper()
    if number.startswith("PM-"):
        is_whole = REGISTRATION_NUMBER.fullmatch(number) is not None
        return Departure.registration_number == number if is_whole else false()
    return Departure.id.in_(named(f.area, f.text, whole_words=whole_words))
