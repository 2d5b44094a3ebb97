"""Departures of the summary, column by column."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from registry.departures.summary.layout import CODE, GROUPS, WIDE, digits, home_of

_ORDER = {name: place for place, name in enumerate(GROUPS)}


class Block(NamedTuple):
    """How many rows, one after the other, belong to a year and a kabupaten."""

    year: int
    district: str
    size: int


class Rows:
    """Rows as one array for each group of columns, and for changes how often each counts.

    An array is made when it is first asked for.
    """

    def __init__(
        self,
        make: Callable[[int], np.ndarray],
        blocks: Sequence[Block],
        signs: np.ndarray | None = None,
    ) -> None:
        self._make, self._blocks, self.signs = make, blocks, signs
        self._groups: dict[str, np.ndarray] = {}
        self._size = sum(block.size for block in blocks)

    def __len__(self) -> int:
        return self._size

    def group(self, name: str) -> np.ndarray:
        """The numbers of a group of columns, see `layout.GROUPS`."""
        if name not in self._groups:
            self._groups[name] = self._make(_ORDER[name])
        return self._groups[name]

    def column(self, name: str) -> np.ndarray:
        """One column, also those that whole blocks share."""
        if name == "year":
            return self.years
        if name in ("province", "district"):
            return self._provinces if name == "province" else self._districts
        home = home_of(name)
        return digits(home, name).take(self.group(home))

    @cached_property
    def years(self) -> np.ndarray:
        return self._of_blocks([block.year for block in self._blocks])

    @cached_property
    def _provinces(self) -> np.ndarray:
        return self._of_blocks([int(block.district[:2]) for block in self._blocks])

    @cached_property
    def _districts(self) -> np.ndarray:
        return self._of_blocks([int(block.district[2:]) for block in self._blocks])

    def _of_blocks(self, values: list[int]) -> np.ndarray:
        return np.repeat(np.array(values, CODE), [block.size for block in self._blocks])


def from_table(table: np.ndarray, blocks: Sequence[Block], signs: np.ndarray | None) -> Rows:
    """The columns of a table, one a group."""
    return Rows(lambda place: np.ascontiguousarray(table[place]), blocks, signs)


def from_packed(packed: Sequence[bytes], blocks: Sequence[Block], signs: np.ndarray) -> Rows:
    """Single rows as `layout.pack` makes them."""
    table = np.frombuffer(b"".join(packed), CODE).reshape(-1, len(GROUPS))
    return from_table(table.T, blocks, signs)


def from_blocks(wide: Sequence[bytes], villages: Sequence[bytes], blocks: Sequence[Block]) -> Rows:
    """Blocks as they are stored; `villages` may be left out where nobody asks for them."""

    def make(place: int) -> np.ndarray:
        if place == WIDE:
            return np.frombuffer(b"".join(villages), CODE)
        width = CODE.itemsize
        parts = [
            said[place * block.size * width : (place + 1) * block.size * width]
            for said, block in zip(wide, blocks, strict=True)
        ]
        return np.frombuffer(b"".join(parts), CODE)

    return Rows(make, blocks)
