"""The list: its count, its ids, and its pages by key; a filter comes first, without a default.

A page is read from the index that holds the area in the order of the list. Dates come newest first
and missing ones last, in statements of their own, since the two databases put missing values at
different ends of an index. What few departures pass is read by the days on which they lie.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Integer, Select, and_, bindparam, distinct, func, or_, select, tuple_

from registry.asking import plainly
from registry.db import db
from registry.departures.conditions import asks_person, within_area
from registry.departures.fields import Sight
from registry.departures.filters import BadFilter, Filter, ListChanged, Order
from registry.departures.list_indexes import in_order
from registry.departures.listed import ListedDeparture, list_columns, listed
from registry.departures.models import Departure, Resident
from registry.departures.name_words import NameWord
from registry.departures.named import found_words
from registry.departures.rare import Few, few_of
from registry.departures.summary import counting
from registry.departures.summary.in_tables import count_in_tables
from registry.enums import Level

PAGE_SIZE = 50


class Page(NamedTuple):
    """One page of a list: its rows and the cursor of the next page, if there is one."""

    rows: list[ListedDeparture]
    next_cursor: str | None


def count(f: Filter, *, whole_words: bool = False) -> int:
    """How many departures the filter finds; the list and the export have exactly that many."""
    if _is_name_alone(f):
        words = found_words(f.area, f.text, whole_words=whole_words)
        statement = words.with_only_columns(func.count(distinct(NameWord.departure_id)))
        return db.session.scalar(statement) or 0
    if f.text or (f.area.level >= Level.SUBDISTRICT and not f.narrows):
        return count_in_tables(f, whole_words=whole_words)
    return counting.count(f)


def found_ids(f: Filter, *, whole_words: bool = False) -> list[int]:
    """The ids of all that the filter finds, in the order of the list."""
    everything = f.with_()
    parts = _parts(everything, None, None)
    ids = (part.make(everything, whole_words, False).ids for part in parts)
    return [id_ for statement in ids for id_ in db.session.scalars(statement)]


def list_page(f: Filter, sight: Sight, *, size: int = PAGE_SIZE, whole_words: bool = False) -> Page:
    """One page of the filter's list, masked; `f.after` is the cursor of the last row seen.

    Raises BadFilter for what is no cursor, and ListChanged where its row is needed and gone,
    or all rows after it.
    """
    # What somebody wrote into the box is not kept.
    rows_of = _rows_of.__wrapped__ if f.text else _rows_of
    last = _last_seen(f) if f.after else None
    since = last["last_day"] if last and f.order is Order.LEAVING else None
    few = few_of(f.with_(), size + 1, since)
    rows: list[Any] = []
    for part in _parts(f, last, few):
        statement = rows_of(part.make, f.with_(), whole_words, part.last is not None)
        rows += plainly(statement, missing=size + 1 - len(rows), **part.values())
        if len(rows) > size:
            break
    if f.after and not rows:
        raise ListChanged
    shown, more = rows[:size], len(rows) > size
    last_row = shown[-1] if more else None
    next_cursor = cursor(last_row.id, last_row.leaving_on) if last_row else None
    return Page(listed(shown, sight), next_cursor)


class _Ordered(NamedTuple):
    """A statement of ids in the order of the list, and that order for the rows of these ids."""

    ids: Select[Any]
    order: tuple[Any, ...]


_Make = Callable[[Filter, bool, bool], _Ordered]


class _Part(NamedTuple):
    """What makes the statement of a part of the list, after which row it is read, on which days."""

    make: _Make
    last: dict[str, Any] | None
    days: Sequence[date] | None = None

    def values(self) -> dict[str, Any]:
        return (self.last or {}) | ({} if self.days is None else {"days": self.days})


@lru_cache(maxsize=256)
def _rows_of(make: _Make, f: Filter, whole_words: bool, goes_on: bool) -> Any:
    """The statement of so many `missing` rows of a part, after the row that `_last_seen` found."""
    part = make(f, whole_words, goes_on)
    ids = part.ids.limit(bindparam("missing", type_=Integer))
    return list_columns().where(Departure.id.in_(ids)).order_by(*part.order)


def _parts(f: Filter, last: dict[str, Any] | None, few: Few | None) -> Iterator[_Part]:
    """What is read one after the other until a page is full."""
    has_day = last is not None and last["last_day"] is not None
    if few is not None and few.is_nothing:
        return
    if f.order is Order.NAME:
        yield _Part(_by_name, last)
    elif f.order is Order.NEWEST:
        yield _Part(_newest, last)
    elif _is_name_alone(f):
        yield _Part(_named_undated if last and not has_day else _named, last)
    else:
        yield from _by_day(f, last, few)


def _by_day(f: Filter, last: dict[str, Any] | None, few: Few | None) -> Iterator[_Part]:
    has_day = last is not None and last["last_day"] is not None
    if few is None:
        has_dated, has_undated = not f.dateless, f.dateless or not (f.first_day or f.last_day)
    else:
        has_dated, has_undated = bool(few.days), few.has_undated
    if has_dated and (last is None or has_day):
        yield _Part(_dated_of_few, last, few.days) if few else _Part(_dated, last)
    if has_undated:
        yield _Part(_undated, None if has_day else last)


_LAST_ID = bindparam("last_id", type_=Departure.id.type)
_LAST_DAY = bindparam("last_day", type_=Departure.leaving_on.type)
_DAYS = bindparam("days", type_=Departure.leaving_on.type, expanding=True)
_LAST_NAME = bindparam("last_name", type_=Resident.normal_name.type)


def _dated(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    key = (Departure.leaving_on, Departure.id)
    statement = _ids(f, whole_words).where(Departure.leaving_on.is_not(None))
    if goes_on:
        statement = statement.where(tuple_(*key) < tuple_(_LAST_DAY, _LAST_ID))
    order = tuple(column.desc() for column in key)
    return _Ordered(statement.order_by(*order), order)


def _dated_of_few(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    ids, order = _dated(f, whole_words, goes_on)
    return _Ordered(ids.where(Departure.leaving_on.in_(_DAYS)), order)


def _undated(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    statement = _ids(f, whole_words).where(Departure.leaving_on.is_(None))
    return _downwards(statement, goes_on)


def _newest(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    return _downwards(_ids(f, whole_words), goes_on)


def _downwards(statement: Select[Any], goes_on: bool) -> _Ordered:
    if goes_on:
        statement = statement.where(Departure.id < _LAST_ID)
    order = (Departure.id.desc(),)
    return _Ordered(statement.order_by(*order), order)


def _by_name(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    key = (Resident.normal_name, Departure.id)
    statement = _ids(f, whole_words)
    if goes_on:
        statement = statement.where(tuple_(*key) > tuple_(_LAST_NAME, _LAST_ID))
    return _Ordered(statement.order_by(*key), key)


def _named(f: Filter, whole_words: bool, goes_on: bool) -> _Ordered:
    """Names alone are found and ordered by their words; departures are only read of the page."""
    words = found_words(f.area, f.text, whole_words=whole_words)
    if goes_on:
        day, id_ = NameWord.leaving_on, NameWord.departure_id
        same = and_(day == _LAST_DAY, id_ < _LAST_ID)
        words = words.where(or_(day < _LAST_DAY, same, day.is_(None)))
    return _of_words(words)


def _named_undated(f: Filter, whole_words: bool, _goes_on: bool) -> _Ordered:
    """The rest of names alone, after a row without a date."""
    words = found_words(f.area, f.text, whole_words=whole_words)
    return _of_words(words.where(NameWord.leaving_on.is_(None), NameWord.departure_id < _LAST_ID))


def _of_words(words: Select[Any]) -> _Ordered:
    day, id_ = NameWord.leaving_on, NameWord.departure_id
    # A name may hold several of the words.
    once = words.with_only_columns(id_, day).distinct()
    found = once.order_by(day.desc().nulls_last(), id_.desc())
    rows = found.subquery()
    ids = select(rows.c.departure_id).order_by(rows.c.leaving_on.desc().nulls_last(),
                                               rows.c.departure_id.desc())  # fmt: skip
    return _Ordered(ids, (Departure.leaving_on.desc().nulls_last(), Departure.id.desc()))


def _is_name_alone(f: Filter) -> bool:
    """Whether the text of a name is all that is filtered."""
    is_name = bool(f.text) and not f.text.upper().startswith("PM-")
    return is_name and not f.with_(text="").narrows


def _ids(f: Filter, whole_words: bool) -> Select[Any]:
    found = within_area(f, whole_words=whole_words)
    # One agency's departures lie in an index of their own, in which the area narrows no further.
    area = f.area.covers(Departure.village_code) if f.agency else in_order(f.area)
    return _joined(select(Departure.id), f).where(area, *found)


def _joined(statement: Select[Any], f: Filter) -> Select[Any]:
    """With the resident where the filter or the order names one of its columns."""
    if not asks_person(f) and f.order is not Order.NAME:
        return statement
    return statement.join(Resident, Resident.id == Departure.resident_id)


_CURSOR = re.compile(r"([0-9]{1,18})(?:-([0-9]{8}|0))?")


def cursor(departure_id: int, leaving_on: date | None) -> str:
    """What leads on from this row, also when it has another date by then or is gone."""
    return f"{departure_id}-{leaving_on:%Y%m%d}" if leaving_on else f"{departure_id}-0"


def _last_seen(f: Filter) -> dict[str, Any]:
    """What the order needs of the cursor's row.

    The id and the day stand in the cursor; a name stands in no URL and is looked up, as is the day
    for a link from the time when cursors were ids alone.
    """
    if not (said := _CURSOR.fullmatch(f.after)):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    id_, day = int(said[1]), said[2]
    if f.order is Order.NEWEST or (f.order is Order.LEAVING and day is not None):
        return {"last_id": id_, "last_day": _day_of(day) if day else None}
    found = select(
        Departure.id.label("last_id"),
        Departure.leaving_on.label("last_day"),
        Resident.normal_name.label("last_name"),
    ).join(Resident, Resident.id == Departure.resident_id)
    found = found.where(Departure.id == id_, f.area.covers(Departure.village_code))
    last = db.session.execute(found).mappings().first()
    if last is None:
        raise ListChanged
    return dict(last)


def _day_of(written: str) -> date | None:
    try:
        return None if written == "0" else date.fromisoformat(written)
    except ValueError as error:
        raise BadFilter(_("Penanda halaman tidak dikenal.")) from error
