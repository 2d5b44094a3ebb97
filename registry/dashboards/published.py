"""What other offices published of an area and a year: reference data, read in one statement.

Where a province has no figure of its own, those of its kabupaten stand for it in the nation's sum.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, extract, func, or_, select
from sqlalchemy.orm import aliased

from registry.asking import ask
from registry.dashboards.gaps import Published
from registry.enums import Level, OfficialCount
from registry.formatting import today
from registry.reference.models import OfficialFigure
from registry.regions.area import Area
from registry.regions.models import Region


def read_figures(area: Area, year: int | None) -> tuple[int | None, dict[OfficialCount, Published]]:
    """The year, the latest one where none is asked for, and what is published of it."""
    given = {"day": today().isoformat(), **({"year": year} if year else {})}
    rows: dict[OfficialCount, list[Any]] = {}
    found_year = None
    for row in ask(_of_figures, area, year is not None, **given):
        rows.setdefault(OfficialCount(row.kind), []).append(row)
        found_year = row.year
    digits = len(area.code)
    return found_year, {kind: _published(of_kind, digits) for kind, of_kind in rows.items()}


def _published(rows: list[Any], digits: int) -> Published:
    """Rows are of the area, which has so many digits, of its parts, or of parts of those."""
    own = next((row for row in rows if row.digits == digits), None)
    below = [row for row in rows if row.digits != digits]
    is_of_districts = any(row.digits == Level.DISTRICT for row in below)
    shown = [own] if own else below
    return Published(
        own=own.number if own else None,
        of_parts=sum(row.number for row in below),
        loaded=sum(row.districts if is_of_districts else row.loaded for row in below),
        parts=rows[0].all_districts if is_of_districts else rows[0].parts,
        sources=tuple(
            dict.fromkeys(
                (
                    min(row.first_source for row in shown),
                    max(row.last_source for row in shown),
                )
            )
        ),
        taken=(
            min(_day(row.first_taken) for row in shown),
            max(_day(row.last_taken) for row in shown),
        ),
        is_of_districts=is_of_districts,
    )


def _day(said: date | str) -> date:
    """A day as SQLite keeps it is a text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _of_figures(area: Area, is_year_known: bool) -> Any:
    figure = OfficialFigure
    parts, districts = _codes_below(area)
    is_it = and_(
        or_(
            figure.region_code == area.code,
            figure.region_code.in_(parts),
            and_(figure.region_code.in_(districts), ~_is_told_by_province()),
        ),
        _in_force(figure),
    )
    latest = select(func.max(figure.year)).where(is_it)
    by_origin = latest.where(figure.kind == OfficialCount.BY_ORIGIN)
    whole = (
        select(figure.year)
        .where(is_it, figure.kind == OfficialCount.BY_ORIGIN)
        .group_by(figure.year)
        .having(_is_told(area, districts))
        .order_by(figure.year.desc())
        .limit(1)
    )
    wanted: Any = bindparam("year", type_=figure.year.type)
    if not is_year_known:
        wanted = func.coalesce(
            whole.scalar_subquery(), by_origin.scalar_subquery(), latest.scalar_subquery()
        )
    digits = func.length(figure.region_code)
    return (
        select(
            figure.kind,
            figure.year,
            digits.label("digits"),
            func.sum(figure.number).label("number"),
            func.count().label("loaded"),
            func.sum(_districts_of_row()).label("districts"),
            _size_of(parts).label("parts"),
            _size_of(districts).label("all_districts"),
            func.min(figure.source).label("first_source"),
            func.max(figure.source).label("last_source"),
            func.min(figure.valid_from).label("first_taken"),
            func.max(figure.valid_from).label("last_taken"),
        )
        .where(is_it, figure.year == wanted)
        .group_by(figure.kind, figure.year, digits)
    )


def _in_force(figure: Any) -> ColumnElement[bool]:
    day = bindparam("day", type_=OfficialFigure.valid_from.type)
    return and_(figure.valid_from <= day, or_(figure.valid_to.is_(None), figure.valid_to >= day))


def _codes_below(area: Area) -> tuple[Any, Any]:
    """The codes of the parts right below an area, and of its kabupaten."""
    in_force = select(Region.code).where(Region.valid_to.is_(None))
    parts = in_force.where(Region.parent_code == area.code)
    if area.level is Level.PROVINCE:
        return parts, parts
    if area.level is Level.DISTRICT:
        return parts, in_force.where(Region.code == area.code)
    # By their parents, which have an index; there are 91,000 codes.
    provinces = select(Region.code).where(Region.parent_code == area.code)
    return parts, in_force.where(Region.parent_code.in_(provinces))


def _size_of(codes: Any) -> Any:
    return select(func.count()).select_from(codes.subquery()).scalar_subquery()


def _is_told_by_province() -> Any:
    """Whether the province of a kabupaten has a figure of the same kind and year itself."""
    figure, above = OfficialFigure, aliased(OfficialFigure)
    return exists(
        select(above.id).where(
            above.region_code == func.substr(figure.region_code, 1, int(Level.PROVINCE)),
            func.length(figure.region_code) == int(Level.DISTRICT),
            above.kind == figure.kind,
            above.year == figure.year,
            _in_force(above),
        )
    )


def _districts_of_row() -> Any:
    """Of how many kabupaten the figure of a part speaks."""
    within = (
        select(func.count())
        .select_from(Region)
        .where(Region.parent_code == OfficialFigure.region_code, Region.valid_to.is_(None))
        .correlate(OfficialFigure)
        .scalar_subquery()
    )
    is_district = func.length(OfficialFigure.region_code) == int(Level.DISTRICT)
    return case((is_district, 1), else_=within)


def _is_told(area: Area, districts: Any) -> ColumnElement[bool]:
    """Whether the figures of a year speak of the whole area, and were taken after its end.

    As `gap_of` asks of the figure that is shown: the area's own, else the sum of all its parts.
    """
    figure = OfficialFigure
    own = case((figure.region_code == area.code, 1), else_=0)
    part, year_taken = (1 - own) * _districts_of_row(), extract("year", figure.valid_from)
    is_over = case((year_taken > figure.year, 1), else_=0)
    loaded = func.sum(part)
    return or_(
        func.sum(own * is_over) > 0,
        and_(
            func.sum(own) == 0,
            loaded == _size_of(districts),
            func.sum(part * is_over) == loaded,
        ),
    )
