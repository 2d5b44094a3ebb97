"""Changing reference data: a new row closes the one before it, each change is journaled.

No row is ever removed. A mistaken one is withdrawn: it ends the day before it began, so that it
was never in force. The caller lets the watcher's departures be judged again, and commits.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, or_, select

from registry.assessment.calendar import add_days
from registry.assessment.reference import ReferenceMissing
from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.db import db
from registry.enums import N_
from registry.reference.lists import ReferenceList
from registry.reference.models import (
    AgeLimit,
    Agency,
    AgencyLicence,
    Destination,
    DocumentRequirement,
    ThresholdValue,
    VagueJob,
)
from registry.reference.plausible import fault
from registry.reference.queries import load_reference
from registry.regions.models import VillageTerm

ENDS_FIRST = N_("Hari terakhir tidak mungkin sebelum hari mulai berlaku.")
SAME_DAY = N_(
    "Sudah ada baris yang mulai berlaku pada hari itu. Pilih hari sesudahnya, atau, bila baris itu "
    "keliru, perbaiki dengan Ganti di daftarnya."
)
LATER_ROW = N_(
    "Sudah ada baris yang mulai berlaku kemudian, pada %(day)s. Pilih hari sesudahnya, atau akhiri "
    "baris ini sebelum hari itu."
)
UNCHANGED = N_("Isinya sama dengan baris yang sudah ada. Tidak ada yang perlu disimpan.")
GONE_BEFORE = N_("Baris ini sudah diganti atau diakhiri. Muat ulang daftarnya.")
LAST_ROW = N_(
    "Ini baris terakhir yang berlaku. Tanpa baris, aturan %(rules)s tidak dapat dinilai. Ganti "
    "barisnya, atau tambah baris lain dahulu."
)
NO_PAPER = N_(
    "Dengan perubahan ini, mulai %(day)s ada skema tanpa satu pun dokumen wajib, dan "
    "keberangkatannya tidak dapat dinilai. Tambah dokumen wajibnya dahulu."
)


class ReferenceRefused(Exception):
    """A change that would leave a list contradicting itself, or silent; says so in Indonesian.

    Attributes:
        field: the field of the form beside which the message belongs.
    """

    def __init__(self, text: str, field: str = "valid_from", **values: object) -> None:
        super().__init__(text % values)
        self.text, self.field, self.values = text, field, values

    def said(self, say: Callable[..., str]) -> str:
        """The message, translated by `say`."""
        return say(self.text, **self.values)


class Watcher(Protocol):
    """Knows the departures, which reference data do not: is told of each changed row."""

    def touch(self, model: Any, before: Any | None, after: Any | None) -> None:
        """Note the open departures that a changed row touches."""

    @property
    def count(self) -> int:
        """How many departures are to be judged again."""


def save_village_term(
    district_code: str, *, term: str, head_term: str, note: str, by: Actor
) -> None:
    """Set what a desa and its head are called in a kabupaten."""
    row = db.session.get(VillageTerm, district_code)
    before = row.term if row else None
    if row is None:
        row = VillageTerm(district_code=district_code)
        db.session.add(row)
    row.term, row.head_term, row.note = term, head_term, note
    log.record(
        Event.REFERENCE_CHANGED,
        by=by,
        area_code=district_code,
        detail={"tabel": "village_term", "sebelum": before, "sesudah": term},
    )


def replace_row(
    item: ReferenceList,
    values: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    watcher: Watcher,
    instead_of: Any | None = None,
    corrects_same_day: bool = False,
) -> None:
    """Put a row on the list; it closes the rows that say the same, and `instead_of`.

    Where it begins no later than `instead_of`, it corrects that row, which is withdrawn. Raises
    ReferenceRefused where it would overlap, or leave a scheme without required papers.
    """
    before = None if instead_of is None else storable(instead_of)
    row, closed = put_row(
        item, values, watcher, instead_of=instead_of, corrects_same_day=corrects_same_day
    )
    detail = {
        "daftar": item.slug,
        "baris": row.id,
        "kunci": {name: storable(row)[name] for name in item.key},
        "menutup": [old.id for old in closed],
        "sebelum": before,
        "sesudah": storable(row),
        "alasan": reason,
    }
    note(item.model.__tablename__, by, detail, watcher)


def end_row(
    item: ReferenceList, row: Any, last_day: date, *, reason: str, by: Actor, watcher: Watcher
) -> None:
    """End a row without a successor; raises ReferenceRefused where the list would fall silent.

    Args:
        last_day: the day before it began, to withdraw it.
    """
    before = storable(row)
    close_row(item, row, last_day, watcher)
    refuse_empty(item, row, last_day)
    detail = {
        "daftar": item.slug,
        "baris": row.id,
        "kunci": {name: before[name] for name in item.key},
        "sebelum": before,
        "sesudah": storable(row),
        "alasan": reason,
    }
    note(item.model.__tablename__, by, detail, watcher)


def put_row(
    item: ReferenceList,
    values: Mapping[str, Any],
    watcher: Watcher,
    *,
    instead_of: Any | None = None,
    corrects_same_day: bool = False,
) -> tuple[Any, list[Any]]:
    """The new row and those it closed; neither journals nor judges.

    Args:
        corrects_same_day: whether a row that says the same and begins on the same day is withdrawn.
    """
    new = item.model(**values)
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise ReferenceRefused(ENDS_FIRST, "valid_to")
    if found := fault(new):
        raise ReferenceRefused(found[1], found[0], **found[2])
    later = _rows_of_later(item, new, instead_of)
    if instead_of is not None and instead_of not in later:
        raise ReferenceRefused(GONE_BEFORE)
    closing = []
    for old in later:
        is_same_day = corrects_same_day and old.valid_from == new.valid_from
        if old is instead_of or is_same_day or _must_close(new, old):
            closing.append(old)
    if any(_says_the_same(new, old) for old in closing):
        raise ReferenceRefused(UNCHANGED, "reason")
    for old in closing:
        close_row(item, old, add_days(max(new.valid_from, old.valid_from), -1), watcher)
    db.session.add(new)
    db.session.flush()
    watcher.touch(item.model, None, new)
    _refuse_no_paper(item, new, new.valid_from)
    _refuse_silence(item, [*closing, new])
    return new, closing


def close_row(item: ReferenceList, row: Any, last_day: date, watcher: Watcher) -> None:
    """Let a row end on that day; neither journals nor judges."""
    if row.valid_to is not None and row.valid_to <= last_day:
        raise ReferenceRefused(GONE_BEFORE, "last_day")
    if last_day < add_days(row.valid_from, -1):
        raise ReferenceRefused(ENDS_FIRST, "last_day")
    before = _copy(row)
    row.valid_to = last_day
    watcher.touch(item.model, before, row)


def refuse_empty(item: ReferenceList, ended: Any, last_day: date) -> None:
    """Raise ReferenceRefused where nothing is in force on the day after, for list or scheme."""
    model, day_after = item.model, add_days(last_day, 1)
    others = select(model.id).where(
        model.id != ended.id,
        model.valid_from <= day_after,
        or_(model.valid_to.is_(None), model.valid_to >= day_after),
    )
    if model is AgencyLicence:
        kind = db.session.get_one(Agency, ended.agency_id).kind
        others = others.join(Agency).where(Agency.kind == kind)
    elif model is ThresholdValue:
        others = others.where(ThresholdValue.name == ended.name)
    elif model is AgeLimit and ended.is_general:
        general = (AgeLimit.country, AgeLimit.employer_kind, AgeLimit.job_code)
        others = others.where(*(column.is_(None) for column in general))
    if item.rules and db.session.scalar(others.limit(1)) is None:
        raise ReferenceRefused(LAST_ROW, "last_day", rules=", ".join(item.rules))
    _refuse_no_paper(item, ended, day_after, "last_day")


def _refuse_silence(item: ReferenceList, rows: list[Any]) -> None:
    """A row may take the place of one that spoke of something else, and may itself end."""
    for row in filter(lambda row: row.valid_to is not None, rows):
        refuse_empty(item, row, row.valid_to)


def note(table: str, by: Actor, detail: Mapping[str, Any], watcher: Watcher) -> None:
    """One entry of the journal about reference data; the last step of a change."""
    log.record(
        Event.REFERENCE_CHANGED,
        by=by,
        area_code=by.area_code,
        detail={"tabel": table, **detail, "dinilai": watcher.count},
    )


def was_in_force(model: Any) -> ColumnElement[bool]:
    """The rows that were not withdrawn."""
    return or_(model.valid_to.is_(None), model.valid_to >= model.valid_from)


def storable(row: Any) -> dict[str, Any]:
    """The values of a row as the journal holds them."""
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _rows_of_later(item: ReferenceList, new: Any, instead_of: Any | None) -> list[Any]:
    """The rows in force on the new row's first day or later that say the same as it does."""
    model = item.model
    rows = select(model).where(
        or_(model.valid_to.is_(None), model.valid_to >= new.valid_from), was_in_force(model)
    )
    if instead_of is None and model not in (Destination, VagueJob):
        rows = rows.where(*(getattr(model, name) == getattr(new, name) for name in item.key))
    return [
        old
        for old in db.session.scalars(rows.order_by(model.id))
        if old is instead_of or item.replaces(new, old)
    ]


def _must_close(new: Any, old: Any) -> bool:
    """Whether the new row closes the old one; refuses where neither begins clearly later."""
    if old.valid_from < new.valid_from:
        return True
    if old.valid_from == new.valid_from:
        raise ReferenceRefused(SAME_DAY)
    if new.valid_to is None or new.valid_to >= old.valid_from:
        raise ReferenceRefused(LATER_ROW, day=f"{old.valid_from:%d-%m-%Y}")
    return False


def _says_the_same(new: Any, old: Any) -> bool:
    names = [column.key for column in new.__table__.columns if column.key != "id"]
    return all(getattr(new, name) == getattr(old, name) for name in names)


def _refuse_no_paper(item: ReferenceList, row: Any, first: date, field: str = "valid_from") -> None:
    if item.model is not DocumentRequirement:
        return
    db.session.flush()
    reference = load_reference()
    for scheme in (row.scheme, None):
        day: date | None = first
        while day is not None:
            try:
                reference.rules_on(scheme, day)
            except ReferenceMissing as missing:
                raise ReferenceRefused(NO_PAPER, field, day=f"{day:%d-%m-%Y}") from missing
            day = reference.next_change(scheme, day)


def _copy(row: Any) -> Any:
    return type(row)(**{column.key: getattr(row, column.key) for column in row.__table__.columns})
