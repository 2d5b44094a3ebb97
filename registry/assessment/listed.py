"""Effective-dated rows by key, and which of them are in force on a day."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from registry.assessment.calendar import add_days

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Value]):
    """One row of a list: what it says, from when until when (both inclusive), by which source."""

    value: Value
    valid_from: date
    valid_to: date | None = None
    source: str = ""

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def change_days(self) -> tuple[date, ...]:
        """The days on which it begins and has ended."""
        if self.valid_to is None or self.valid_to == date.max:
            return (self.valid_from,)
        return (self.valid_from, add_days(self.valid_to, 1))


# Days of change, and the rows in force before the first, between two, and from the last.
_Cut = tuple[list[date], list[tuple[Entry[Value], ...]]]


def _cut(rows: list[Entry[Value]]) -> _Cut[Value]:
    days = sorted({day for row in rows for day in row.change_days})
    in_force = [tuple(row for row in rows if row.is_in_force(day)) for day in days]
    return days, [(), *in_force]


class Listed(Generic[Value]):
    """A list of effective-dated rows by key; where two of them say the same, the younger wins."""

    def __init__(self, rows: Iterable[tuple[object, Entry[Value]]] = ()) -> None:
        self._rows: dict[object, list[Entry[Value]]] = {}
        # Cut at their days of change when a key is first asked for: thousands of cases follow.
        self._cuts: dict[object, _Cut[Value]] = {}
        for key, entry in rows:
            self._rows.setdefault(key, []).append(entry)
        for entries in self._rows.values():
            entries.sort(key=lambda entry: entry.valid_from, reverse=True)

    @property
    def is_empty(self) -> bool:
        return not self._rows

    def on(self, key: object, day: date) -> tuple[Entry[Value], ...]:
        """The rows of the key in force on the day, the youngest first."""
        cut = self._cuts.get(key)
        if cut is None:
            rows = self._rows.get(key)
            if rows is None:
                return ()
            cut = self._cuts[key] = _cut(rows)
        return cut[1][bisect_right(cut[0], day)]

    def first(self, key: object, day: date) -> Entry[Value] | None:
        """The youngest row of the key in force on the day."""
        found = self.on(key, day)
        return found[0] if found else None

    def knows(self, key: object) -> bool:
        """Whether the key has ever been listed."""
        return key in self._rows

    def change_days(self, key: object) -> list[date]:
        return [day for entry in self._rows.get(key, ()) for day in entry.change_days]

    def all_change_days(self) -> set[date]:
        return {day for key in self._rows for day in self.change_days(key)}
