"""Carrying out a decree about areas: what belongs to an area follows its code."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, bindparam, delete, exists, func, insert, or_, select, update

from registry.db import Base, db
from registry.regions.area import COUNTRY_CODE, VILLAGE_DIGITS, Area, parent_code
from registry.regions.models import FormerCode, Region
from registry.regions.recoding import Known, Recoding, Wanted, kind_after, kind_of, plan_recoding

_REGIONS: Any = Region.__table__
_FORMER: Any = FormerCode.__table__


def plan_from_database(wanted: Iterable[Wanted], within: Area) -> Recoding:
    """As `plan_recoding`, beside the areas as they stand."""
    lines = list(wanted)
    regions = select(Region.code, Region.name, Region.valid_to).order_by(Region.code)
    known = {
        code: Known(name, valid_to is None) for code, name, valid_to in db.session.execute(regions)
    }
    former = select(FormerCode.code, FormerCode.region_code)
    holders = {row.code: row.region_code for row in db.session.execute(former)}
    plan = plan_recoding(lines, within, known, holders, ())
    used = _used(plan.emptied)
    return plan_recoding(lines, within, known, holders, used) if used else plan


def _used(codes: Iterable[str]) -> set[str]:
    """Those of the codes that rows of other tables belong to."""
    columns = [c for c in _columns_with_keys() if c.table.name != FormerCode.__tablename__]
    return {
        code
        for code in codes
        if db.session.scalar(select(or_(*(exists().where(column == code) for column in columns))))
    }


def _columns_with_keys() -> list[Column[Any]]:
    """The columns that the database itself keeps pointing at a region."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.references(_REGIONS.c.code)
    ]


def _columns_that_follow() -> list[Column[Any]]:
    """The columns with the code of a region that no foreign key watches."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get("follows_region")
    ]


def carry_out(plan: Recoding, *, since: date, decree: str) -> None:
    """Make the new areas and give the others their new codes; all that belongs to them follows.

    Rows about an area that no key watches (its population, its place on a map) follow where there
    are none yet about the new code. The caller journals, and commits.
    """
    regions, former = _REGIONS, _FORMER
    for column in _columns_that_follow():
        _let_follow(column, plan.codes)
    _each(insert(regions), [_row_of(line, since) for line in plan.made])
    emptied = [{"at": code} for code in plan.emptied]
    _each(delete(former).where(former.c.region_code == bindparam("at")), emptied)
    _each(delete(regions).where(regions.c.code == bindparam("at")), emptied)
    moves = [
        {"at": old, "to": new, "above": parent_code(new), "sort": kind_after(old, new)}
        for old, new in plan.codes.items()
    ]
    _each(delete(former).where(former.c.code == bindparam("to")), moves)
    values: dict[str, Any] = {
        "code": bindparam("to"),
        "parent_code": bindparam("above"),
        "kind": func.coalesce(bindparam("sort"), regions.c.kind),
    }
    _each(update(regions).where(regions.c.code == bindparam("at")).values(values), moves)
    names = [{"at": new, "called": name} for new, name in plan.names.items()]
    named = update(regions).where(regions.c.code == bindparam("at"))
    _each(named.values(name=bindparam("called")), names)
    told = {"until": since, "decree": decree}
    pairs = plan.codes.items()
    _each(insert(former), [{"code": old, "region_code": new, **told} for old, new in pairs])
    db.session.expire_all()


def _each(statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run the statement once for each row; none runs nothing."""
    if rows:
        db.session.connection().execute(statement, rows)


def _let_follow(column: Column[Any], codes: Mapping[str, str]) -> None:
    taken = set(db.session.scalars(select(column).where(column.in_(codes.values()))))
    rows = [
        {"old": old, "new": new}
        for old, new in codes.items()
        if len(old) <= (column.type.length or VILLAGE_DIGITS) and new not in taken  # type: ignore[attr-defined]
    ]
    follow = update(column.table).where(column == bindparam("old"))
    _each(follow.values({column.name: bindparam("new")}), rows)


def _row_of(line: Wanted, since: date) -> dict[str, Any]:
    return {
        "code": line.new,
        "name": line.name,
        "kind": kind_of(line.new),
        "parent_code": parent_code(line.new),
        "valid_from": since,
    }


def latest_former_codes(area: Area, limit: int) -> list[FormerCode]:
    """The codes replaced last among regions of the area, those of larger areas first."""
    inside = FormerCode.region_code.startswith("" if area.code == COUNTRY_CODE else area.code)
    found = select(FormerCode).where(inside)
    found = found.order_by(
        FormerCode.until.desc(), func.length(FormerCode.code), FormerCode.code
    ).limit(limit)
    return list(db.session.scalars(found))
