"""What the planners write down: people and their journeys in plain values (pure)."""

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar

from registry.enums import DocumentKind, FlagState
from registry.formatting import WIB

Item = TypeVar("Item")


class Weighted(Generic[Item]):
    """Things to draw from, each with its weight."""

    def __init__(self, weights: Mapping[Item, float]) -> None:
        self.items = tuple(weights)
        self.sums = tuple(accumulate(weights.values()))

    def draw(self, rng: Random) -> Item:
        return self.items[bisect(self.sums, rng.random() * self.sums[-1])]


@dataclass(frozen=True)
class Places:
    """The areas that the demo is spread over, from the official list.

    Attributes:
        villages: village codes by district.
        old_homes: subdistricts elsewhere, where some were first registered.
    """

    villages: dict[str, tuple[str, ...]]
    old_homes: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """Where the demo's accounts are, and who stands as the writer of records.

    Attributes:
        others: the other villages of the subdistrict.
        operator: the user name of the village's operator.
        author: the user name that stands for the operators of all other villages.
    """

    village: str
    others: tuple[str, ...]
    operator: str
    author: str

    @property
    def subdistrict(self) -> str:
        return self.village[:6]

    @property
    def district(self) -> str:
        return self.village[:4]

    def writer_in(self, village: str) -> str:
        return self.operator if village == self.village else self.author


@dataclass(eq=False)
class Person:
    """An invented resident: fields by the names of `registry.departures.fields`."""

    village: str
    values: dict[str, Any]


@dataclass(eq=False)
class Story:
    """One invented journey.

    Attributes:
        values: fields and states of the departure in plain text; `agency` is a place in `AGENCIES`.
        papers: status, number and dates by kind of document.
        writers: user names of those who wrote it since the last decision.
        flag_states: what somebody already made of a flag, by rule.
    """

    person: Person
    values: dict[str, Any]
    papers: dict[DocumentKind, dict[str, Any]]
    writers: tuple[str, ...] = ()
    flag_states: dict[str, FlagState] = field(default_factory=dict)

    @property
    def created_at(self) -> datetime:
        moment: datetime = self.values["created_at"]
        return moment


def moment(day: date, hour: int, minute: int) -> datetime:
    """An office hour in western Indonesia, as the instant that is stored."""
    return datetime.combine(day, time(hour, minute), WIB).astimezone(UTC)
