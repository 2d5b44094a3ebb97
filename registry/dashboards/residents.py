"""Where the parts of an area stand on its map, and how many residents they have.

Both are reference data, read together in one statement. A province without a figure of its own has
the sum of its kabupaten, where every one of them has a figure of the same year.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased

from registry.asking import ask
from registry.dashboards.measures import Residents, Spot
from registry.enums import Level
from registry.formatting import today
from registry.reference.models import MapCell, Population
from registry.regions.area import Area
from registry.regions.models import Region


class _Year:
    """What is known of one year."""

    def __init__(self) -> None:
        self.by_code: dict[str, int] = {}
        self.sources: dict[str, None] = {}
        self.summed: set[str] = set()

    def take(self, row: Any) -> None:
        """A part's own figure comes before the sum of those below, which is then left aside."""
        if row.region_code in self.by_code:
            return
        self.by_code[row.region_code] = row.residents
        self.sources |= dict.fromkeys((row.first_source, row.last_source))
        if row.is_sum:
            self.summed.add(row.region_code)


def read_layout(area: Area) -> tuple[dict[str, Spot], list[Residents]]:
    """The spots of the parts right below an area, by their codes, and their residents by year."""
    spots: dict[str, Spot] = {}
    years: dict[int, _Year] = {}
    for row in ask(_of_layout, area, day=today().isoformat()):
        spots[row.region_code] = Spot(row.label, row.grid_row, row.grid_column)
        if row.year is not None:
            years.setdefault(row.year, _Year()).take(row)
    return spots, [
        Residents(year, of.by_code, tuple(of.sources), frozenset(of.summed))
        for year, of in years.items()
    ]


def _of_layout(area: Area) -> Any:
    below = area.level.below or area.level
    known = _own_figures(area, below)
    if below is Level.PROVINCE:
        known = union_all(known, _sums_of_districts())
    figure = known.subquery()
    return (
        select(
            MapCell.region_code,
            MapCell.label,
            MapCell.grid_row,
            MapCell.grid_column,
            *(column for column in figure.c if column.name != "code"),
        )
        .outerjoin(figure, figure.c.code == MapCell.region_code)
        .where(
            area.covers(MapCell.region_code),
            func.length(MapCell.region_code) == int(below),
            _in_force(MapCell),
        )
        .order_by(MapCell.region_code, figure.c.is_sum)
    )


def _own_figures(area: Area, below: Level) -> Any:
    return select(
        Population.region_code.label("code"),
        Population.year,
        Population.residents,
        Population.source.label("first_source"),
        Population.source.label("last_source"),
        literal_column("0").label("is_sum"),
    ).where(
        area.covers(Population.region_code),
        func.length(Population.region_code) == int(below),
        _in_force(Population),
    )


def _sums_of_districts() -> Any:
    """Of each province and year in which no kabupaten of it lacks a figure."""
    sister = aliased(Region)
    districts = (
        select(func.count())
        .select_from(sister)
        .where(sister.parent_code == Region.parent_code, sister.valid_to.is_(None))
        .correlate(Region)
        .scalar_subquery()
    )
    return (
        select(
            Region.parent_code,
            Population.year,
            func.sum(Population.residents),
            func.min(Population.source),
            func.max(Population.source),
            literal_column("1"),
        )
        .join(Region, Region.code == Population.region_code)
        .where(
            func.length(Population.region_code) == int(Level.DISTRICT),
            Region.valid_to.is_(None),
            _in_force(Population),
        )
        .group_by(Region.parent_code, Population.year)
        .having(func.count() == districts)
    )


def _in_force(model: Any) -> ColumnElement[bool]:
    day = bindparam("day", type_=MapCell.valid_from.type)
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))
