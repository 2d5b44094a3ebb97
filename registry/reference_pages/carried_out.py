"""Decrees about areas that were carried out, as their journal entries tell of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.regions.area import Area
from registry.regions.queries import present_codes


class Done(NamedTuple):
    """What a decree did to an area.

    Attributes:
        old: None for a new area.
        present: the code that it has by now; another decree may have given it.
    """

    old: str | None
    new: str
    present: str


@dataclass(frozen=True)
class CarriedOut:
    """A decree, with what it did within an area: new areas first, then by codes."""

    seq: int
    at: datetime
    decree: str
    since: date
    done: list[Done]

    @property
    def changed(self) -> int:
        return sum(one.old is not None for one in self.done)

    @property
    def made(self) -> int:
        return len(self.done) - self.changed


def decrees_in(area: Area, before: int | None = None) -> Iterator[CarriedOut]:
    """The decrees that did something within the area, newest first.

    Args:
        before: only those with a smaller number in the journal.
    """
    entries = _entries().order_by(JournalEntry.seq.desc())
    if before is not None:
        entries = entries.where(JournalEntry.seq < before)
    return _within(area, entries)


def decree_in(area: Area, seq: int) -> CarriedOut | None:
    """The decree of that number in the journal; None where it did nothing within the area."""
    return next(_within(area, _entries().where(JournalEntry.seq == seq)), None)


def _entries() -> Select[Any]:
    columns = (JournalEntry.seq, JournalEntry.at, JournalEntry.detail)
    return select(*columns).where(JournalEntry.event == Event.REGION_RECODED.value)


def _within(area: Area, entries: Select[Any]) -> Iterator[CarriedOut]:
    present = present_codes()
    for seq, at, detail in db.session.execute(entries):
        if done := [one for one in _done(detail, present) if area.holds(one.present)]:
            since = date.fromisoformat(detail["berlaku"])
            yield CarriedOut(seq, at, detail["keputusan"], since, done)


def _done(detail: Mapping[str, Any], present: Mapping[str, str]) -> list[Done]:
    pairs = [*((None, new) for new in detail["baru"]), *detail["kode"]]
    done = [Done(old, new, present.get(new, new)) for old, new in pairs]
    return sorted(done, key=lambda one: (one.old is not None, one.new))
