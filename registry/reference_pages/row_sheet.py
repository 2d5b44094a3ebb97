"""Rows of any other list from a sheet: what it changes, and the change itself."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.accounts.access import current_area
from registry.audit.log import Actor
from registry.db import db
from registry.enums import LabelledEnum
from registry.formatting import long_date, normal_name
from registry.reference.lists import ReferenceList
from registry.reference.models import Destination, VagueJob
from registry.reference.operations import Watcher, note, put_row
from registry.reference.plausible import fault
from registry.reference.queries import list_jobs
from registry.reference_pages.region_cells import region_parser
from registry.reference_pages.sheets import ROW_KEY, Column, Entry, Line, Plan, as_member
from registry.reference_pages.words import (
    DATED,
    LONGEST_PERIOD,
    NO,
    YES,
    Shower,
    label_of,
    value_names,
)
from registry.regions.queries import districts_and_above, list_children
from registry.workbooks.import_cells import BadCell, Parser, country, day, member, money, text
from registry.workbooks.reader import Cell

OTHER_HEADINGS = {"region_code": ("Kode Wilayah", "Kabupaten/Kota", "Provinsi")}


def sheet_columns(item: ReferenceList) -> dict[str, Column]:
    """The columns of a list's sheet: each headed by its label, or by its name in our files."""
    columns = {}
    for name in (*value_names(item), *DATED):
        column = item.model.__table__.columns[name]
        is_required = not column.nullable and name not in DATED
        headings = (label_of(item, name), *OTHER_HEADINGS.get(name, ()), name)
        columns[name] = Column(headings, _parser(name, column), is_required)
    return columns


def _parser(name: str, column: Any) -> Parser:
    members = getattr(column.type, "enum_class", None)
    if members is not None and issubclass(members, LabelledEnum):
        return member(members)
    if name in _PARSERS:
        return _PARSERS[name]()
    kind = column.type.python_type
    if kind is date:
        return day
    return _whole if kind is int else text(column.type.length)


def _whole(cell: Cell) -> int | None:
    try:
        found: int | None = money(cell)
    except BadCell as error:
        raise BadCell("Isi dengan angka bulat.") from error
    return found


def _period(cell: Cell) -> int | None:
    found = _whole(cell)
    if found is not None and not 1 <= found <= LONGEST_PERIOD:
        raise BadCell("Isi dengan angka bulat, paling kecil 1.")
    return found


def _yes_or_no(cell: Cell) -> bool | None:
    found = text(20)(cell)
    if found is None:
        return None
    answer = {YES: True, NO: False}.get(found.casefold())
    if answer is None:
        raise BadCell("Isi dengan ya atau tidak.")
    return answer


def _one_of(pairs: list[tuple[str, str]], refused: str) -> Parser:
    known = {normal_name(word): code for code, name in pairs for word in (name, code)}

    def parse(cell: Cell) -> str | None:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            cell = f"{cell:g}"
        found = text(120)(cell)
        if found is None:
            return None
        if normal_name(found) not in known:
            raise BadCell(refused)
        return known[normal_name(found)]

    return parse


_PARSERS: dict[str, Callable[[], Parser]] = {
    "country": lambda: country,
    "allows_work": lambda: _yes_or_no,
    "period": lambda: _period,
    "job_code": lambda: _one_of(
        [(job.code, job.title) for job in list_jobs()], "Jabatan tidak dikenal."
    ),
    "province": lambda: _one_of(
        [(region.code, region.name) for region in list_children("0")], "Provinsi tidak dikenal."
    ),
    "region_code": lambda: region_parser(districts_and_above(current_area())),
}


class RowSheet:
    """Rows of a sheet beside the rows of one list as they stand."""

    def __init__(self, item: ReferenceList, entries: list[Entry], first: date, source: str) -> None:
        self._item, self._first, self._source = item, first, source
        self._names = value_names(item)
        self._show = Shower(item)
        self._rows: dict[Any, list[Any]] = {}
        for row in db.session.scalars(select(item.model).order_by(item.model.id)):
            self._rows.setdefault(self._place(row), []).append(row)
        self._plan = Plan()
        self._wanted: list[dict[str, Any]] = []
        seen: dict[object, int] = {}
        for entry in entries:
            self._take(entry, seen)

    def _take(self, entry: Entry, seen: dict[object, int]) -> None:
        number, values = entry[ROW_KEY], self._values(entry)
        new = self._item.model(**values)
        place = (self._item.place_of(new), values["valid_from"])
        if place in seen:
            said = _("Untuk hal dan hari yang sama sudah ada baris %(row)s.", row=seen[place])
            self._plan.bad.append((number, said))
            return
        seen[place] = number
        old = self._in_force_later(new)
        if len(old) == 1 and self._says_the_same(old[0], new, entry):
            self._plan.same += 1
        elif refusal := _refusal(new, old):
            self._plan.bad.append((number, refusal))
        else:
            self._wanted.append(values)
            line = Line(number, self._show.key(new), self._differences(old, new))
            (self._plan.changed if old else self._plan.new).append(line)

    def _values(self, entry: Entry) -> dict[str, Any]:
        columns = self._item.model.__table__.columns
        values: dict[str, Any] = {name: entry.get(name) for name in (*self._names, *DATED)}
        for name in self._names:
            members = getattr(columns[name].type, "enum_class", None)
            if members is not None and issubclass(members, LabelledEnum):
                values[name] = as_member(members, values[name])
        values["valid_from"] = values["valid_from"] or self._first
        values["source"] = values["source"] or self._source
        return values

    def _in_force_later(self, new: Any) -> list[Any]:
        return [
            row
            for row in self._rows.get(self._place(new), ())
            if not row.is_withdrawn
            and (row.valid_to is None or row.valid_to >= new.valid_from)
            and (new.valid_to is None or row.valid_from <= new.valid_to)
            and self._item.replaces(new, row)
        ]

    def _place(self, row: Any) -> Any:
        """Rows of one place may close each other; all of a list that has more than its key."""
        if self._item.model in (Destination, VagueJob):
            return None
        return tuple(getattr(row, name) for name in self._item.key)

    def _says_the_same(self, old: Any, new: Any, entry: Entry) -> bool:
        names = [*self._names, *(name for name in ("source", "note") if entry.get(name))]
        is_same = all(getattr(old, name) == getattr(new, name) for name in names)
        return is_same and old.valid_from <= new.valid_from and old.valid_to == new.valid_to

    def _differences(self, old: list[Any], new: Any) -> tuple[tuple[str, str, str], ...]:
        before = old[0] if old else None
        found = []
        for name in (*self._names, "valid_from", "source"):
            was = self._show(name, getattr(before, name)) if before is not None else ""
            now = self._show(name, getattr(new, name))
            if was != now:
                found.append((_(label_of(self._item, name)), was, now))
        return tuple(found)

    def plan(self, bad: list[tuple[int, str]]) -> Plan:
        """What the sheet would change; `bad` are rows that could not even be read."""
        self._plan.bad = sorted([*bad, *self._plan.bad])
        return self._plan

    def apply(
        self,
        chosen: dict[int, str],
        *,
        end_gone: bool,
        reason: str,
        by: Actor,
        watcher: Watcher,
    ) -> None:
        """Carry out the plan in one operation."""
        # A row closes those before it, so they come in the order of their days.
        in_order = sorted(self._wanted, key=lambda values: values["valid_from"])
        changes = [
            put_row(self._item, values, watcher, corrects_same_day=True) for values in in_order
        ]
        detail = {
            "daftar": self._item.slug,
            "cara": "impor",
            "sumber": self._source,
            "baru": [row.id for row, _closed in changes],
            "menutup": [old.id for _row, closed in changes for old in closed],
            "alasan": reason,
        }
        note(self._item.model.__tablename__, by, detail, watcher)


def _refusal(new: Any, old: list[Any]) -> str | None:
    """Why the row cannot be put on the list beside those in force, as `put_row` would say."""
    if new.valid_to is not None and new.valid_to < new.valid_from:
        return str(_("Hari terakhir tidak mungkin sebelum hari mulai berlaku."))
    if found := fault(new):
        return str(_(found[1], **found[2]))
    late = next((row for row in old if row.valid_from > new.valid_from), None)
    if late is None:
        return None
    return str(_("Sudah ada baris yang berlaku mulai %(day)s.", day=long_date(late.valid_from, _)))
