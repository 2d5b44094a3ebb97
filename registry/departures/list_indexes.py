"""The indexes that hold the departures of a region of each level in the order of a list.

Their first column is the beginning of the village's code; `in_order` writes the scope in the same
words, so that a page is read from its index and nothing is sorted. The departures of an agency lie
in an index of their own, with the village's code in each entry.
"""

from typing import Any

from sqlalchemy import ColumnElement, Index, func, literal_column, true

from registry.departures.models import Departure
from registry.enums import Level, Procedure, Stage
from registry.regions.area import Area

ABOVE_VILLAGES = (Level.SUBDISTRICT, Level.DISTRICT, Level.PROVINCE, Level.COUNTRY)
OFFICES = (Level.DISTRICT, Level.PROVINCE, Level.COUNTRY)


def beginning(digits: int) -> Any:
    """The first digits of the village's code, as the indexes say it."""
    if digits == int(Level.VILLAGE):
        return Departure.village_code
    return func.substr(Departure.village_code, literal_column("1"), literal_column(str(digits)))


def in_order(area: Area) -> ColumnElement[bool]:
    """That a departure lies in the area, for a statement that is ordered by one of the indexes.

    Every departure lies in the country. Of an equality, even of two empty texts, PostgreSQL expects
    that few rows pass it, and sorts the whole table.
    """
    if area.level is Level.COUNTRY:
        return true()
    return area.begins(beginning)  # type: ignore[no-any-return]


def fixed(column: Any, value: Any) -> ColumnElement[bool]:
    """An equality with its value written out: of a partial index SQLite knows no other."""
    return column == literal_column(f"'{value.value}'", column.type)  # type: ignore[no-any-return]


IS_PLANNED = fixed(Departure.stage, Stage.PLANNED)
IS_SUSPECTED = fixed(Departure.procedure, Procedure.SUSPECTED) & fixed(
    Departure.stage, Stage.DEPARTED
)
HAS_AGENCY = Departure.agency_id.is_not(None)


def _index(level: Level, order: str, *columns: Any, where: Any = None) -> Index:
    first = () if level is Level.COUNTRY else (beginning(int(level)),)
    return Index(
        f"ix_departure_{level.name.lower()}_{order}",
        *first,
        *columns,
        sqlite_where=where,
        postgresql_where=where,
    )


INDEXES = (
    *(_index(level, "leaving", Departure.leaving_on, Departure.id) for level in ABOVE_VILLAGES),
    *(_index(level, "newest", Departure.id) for level in (Level.DISTRICT, Level.PROVINCE)),
    *(
        _index(
            level,
            "planned",
            *(Departure.planned_on, Departure.id, Departure.procedure),
            where=IS_PLANNED,
        )
        for level in OFFICES
    ),
    *(
        _index(level, "suspected", Departure.leaving_on, Departure.id, where=IS_SUSPECTED)
        for level in OFFICES
    ),
    Index(
        "ix_departure_agency_leaving",
        *(Departure.agency_id, Departure.leaving_on, Departure.id, Departure.village_code),
        sqlite_where=HAS_AGENCY,
        postgresql_where=HAS_AGENCY,
    ),
)
