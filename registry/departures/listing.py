"""The list: its count, its ids, and its pages by key; a filter comes first, without a default.

A page is read from the index that holds the area in the order of the list. Dates come newest first
and missing ones last, in statements of their own, since the two databases put missing values at
different ends of an index.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, and_, distinct, func, or_, select, tuple_

from registry.db import db
from registry.departures.conditions import asks_person, within_area
from registry.departures.fields import Sight
from registry.departures.filters import BadFilter, Filter, Order
from registry.departures.list_indexes import in_order
from registry.departures.listed import ListedDeparture, list_columns, listed
from registry.departures.models import Departure, Resident
from registry.departures.name_words import NameWord
from registry.departures.named import found_words
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
    ids = (part.ids for part in _parts(everything, whole_words))
    return [id_ for statement in ids for id_ in db.session.scalars(statement)]


def list_page(f: Filter, sight: Sight, *, size: int = PAGE_SIZE, whole_words: bool = False) -> Page:
    """One page of the filter's list, masked; `f.after` is the id of the last row seen."""
    rows: list[Any] = []
    for part in _parts(f, whole_words):
        missing = size + 1 - len(rows)
        statement = list_columns().where(Departure.id.in_(part.ids.limit(missing)))
        rows += db.session.execute(statement.order_by(*part.order)).all()
        if len(rows) > size:
            break
    shown, more = rows[:size], len(rows) > size
    return Page(listed(shown, sight), str(shown[-1].id) if more else None)


class _Part(NamedTuple):
    """A statement of ids in the order of the list, and that order for the rows of these ids."""

    ids: Select[Any]
    order: tuple[Any, ...]


def _parts(f: Filter, whole_words: bool) -> Iterator[_Part]:
    """What is read one after the other until a page is full."""
    last = _last_seen(f) if f.after else None
    if f.order is Order.NAME:
        yield _by_name(f, whole_words, last)
    elif f.order is Order.NEWEST:
        yield _newest(f, whole_words, last)
    elif _is_name_alone(f):
        yield _named(f, whole_words, last)
    else:
        if not f.dateless and (last is None or last.leaving_on):
            yield _dated(f, whole_words, last)
        if f.dateless or not (f.first_day or f.last_day):
            yield _undated(f, whole_words, last if last and not last.leaving_on else None)


def _dated(f: Filter, whole_words: bool, last: Any) -> _Part:
    key = (Departure.leaving_on, Departure.id)
    statement = _ids(f, whole_words).where(Departure.leaving_on.is_not(None))
    if last:
        statement = statement.where(tuple_(*key) < tuple_(last.leaving_on, last.id))
    order = tuple(column.desc() for column in key)
    return _Part(statement.order_by(*order), order)


def _undated(f: Filter, whole_words: bool, last: Any) -> _Part:
    statement = _ids(f, whole_words).where(Departure.leaving_on.is_(None))
    return _downwards(statement, last)


def _newest(f: Filter, whole_words: bool, last: Any) -> _Part:
    return _downwards(_ids(f, whole_words), last)


def _downwards(statement: Select[Any], last: Any) -> _Part:
    if last:
        statement = statement.where(Departure.id < last.id)
    order = (Departure.id.desc(),)
    return _Part(statement.order_by(*order), order)


def _by_name(f: Filter, whole_words: bool, last: Any) -> _Part:
    key = (Resident.normal_name, Departure.id)
    statement = _ids(f, whole_words)
    if last:
        statement = statement.where(tuple_(*key) > tuple_(last.normal_name, last.id))
    return _Part(statement.order_by(*key), key)


def _named(f: Filter, whole_words: bool, last: Any) -> _Part:
    """Names alone are found and ordered by their words; departures are only read of the page."""
    day, id_ = NameWord.leaving_on, NameWord.departure_id
    words = found_words(f.area, f.text, whole_words=whole_words)
    if last and last.leaving_on:
        same = and_(day == last.leaving_on, id_ < last.id)
        words = words.where(or_(day < last.leaving_on, same, day.is_(None)))
    elif last:
        words = words.where(day.is_(None), id_ < last.id)
    # A name may hold several of the words.
    once = words.with_only_columns(id_, day).distinct()
    found = once.order_by(day.desc().nulls_last(), id_.desc())
    rows = found.subquery()
    ids = select(rows.c.departure_id).order_by(rows.c.leaving_on.desc().nulls_last(),
                                               rows.c.departure_id.desc())  # fmt: skip
    return _Part(ids, (Departure.leaving_on.desc().nulls_last(), Departure.id.desc()))


def _is_name_alone(f: Filter) -> bool:
    """Whether the text of a name is all that is filtered."""
    is_name = bool(f.text) and not f.text.upper().startswith("PM-")
    return is_name and not f.with_(text="").narrows


def _ids(f: Filter, whole_words: bool) -> Select[Any]:
    found = within_area(f, whole_words=whole_words)
    return _joined(select(Departure.id), f).where(in_order(f.area), *found)


def _joined(statement: Select[Any], f: Filter) -> Select[Any]:
    """With the resident where the filter or the order names one of its columns."""
    if not asks_person(f) and f.order is not Order.NAME:
        return statement
    return statement.join(Resident, Resident.id == Departure.resident_id)


def _last_seen(f: Filter) -> Any:
    """Id, date and name of the cursor's row, so that no name stands in a URL."""
    if not re.fullmatch(r"[0-9]{1,18}", f.after):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    last = db.session.execute(
        select(Departure.id, Departure.leaving_on, Resident.normal_name)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Departure.id == int(f.after), f.area.covers(Departure.village_code))
    ).first()
    if last is None:
        raise BadFilter(_("Halaman ini sudah berubah. Mulai lagi dari halaman pertama."))
    return last
