"""Carrying out a decree about areas: what belongs to an area follows its code."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, bindparam, delete, exists, func, insert, or_, select, update

from registry.db import Base, db
from registry.regions.area import Area, parent_code
from registry.regions.models import FormerCode, Region
from registry.regions.queries import present_codes
from registry.regions.recoding import Known, Recoding, Wanted, kind_after, kind_of, plan_recoding

_REGIONS: Any = Region.__table__
_FORMER: Any = FormerCode.__table__


def plan_from_database(wanted: Iterable[Wanted], within: Area) -> Recoding:
    """As `plan_recoding`, beside the areas as they stand."""
    regions = select(Region.code, Region.name, Region.valid_to).order_by(Region.code)
    known = {
        code: Known(name, valid_to is None) for code, name, valid_to in db.session.execute(regions)
    }
    return plan_recoding(wanted, within, known, present_codes(), _is_used)


def _is_used(code: str) -> bool:
    """Whether rows of other tables belong to the region."""
    columns = [c for c in _columns_with_keys() if c.table.name != FormerCode.__tablename__]
    of_it = (exists().where(column == code) for column in columns)
    return bool(db.session.scalar(select(or_(*of_it))))


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
    held = set(db.session.scalars(select(column).distinct()))
    moves = [
        {"old": old, "new": new} for old, new in codes.items() if old in held and new not in held
    ]
    follow = update(column.table).where(column == bindparam("old"))
    _each(follow.values({column.name: bindparam("new")}), moves)


def _row_of(line: Wanted, since: date) -> dict[str, Any]:
    return {
        "code": line.new,
        "name": line.name,
        "kind": kind_of(line.new),
        "parent_code": parent_code(line.new),
        "valid_from": since,
    }
