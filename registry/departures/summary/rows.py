"""Departures of the summary, column by column."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from registry.departures.summary.layout import CODE, GROUPS, WIDE, digits, home_of

_ORDER = {name: place for place, name in enumerate(GROUPS)}


class Blocks(NamedTuple):
    """To which year and kabupaten rows belong, one block after the other, and how many each has."""

    years: Sequence[int]
    districts: Sequence[str]
    sizes: Sequence[int]


class Rows:
    """Rows as one array for each group of columns, and for changes how often each counts.

    An array is made when it is first asked for.
    """

    def __init__(
        self,
        make: Callable[[int], np.ndarray],
        blocks: Blocks,
        signs: np.ndarray | None = None,
    ) -> None:
        self._make, self._blocks, self.signs = make, blocks, signs
        self._groups: dict[str, np.ndarray] = {}
        self._size = sum(blocks.sizes)

    def __len__(self) -> int:
        return self._size

    def group(self, name: str) -> np.ndarray:
        """The numbers of a group of columns, see `layout.GROUPS`."""
        if name not in self._groups:
            self._groups[name] = self._make(_ORDER[name])
        return self._groups[name]

    def column(self, name: str, chosen: np.ndarray | None = None) -> np.ndarray:
        """One column, also those that whole blocks share.

        Args:
            chosen: the numbers of the rows that are wanted, in place of all; in their order.
        """
        if name in _OF_BLOCKS:
            values = np.array(_OF_BLOCKS[name](self._blocks), CODE)
            return np.repeat(values, self._sizes_of(chosen))
        home = home_of(name)
        codes = self.group(home)
        return digits(home, name).take(codes if chosen is None else codes.take(chosen))

    def _sizes_of(self, chosen: np.ndarray | None) -> np.ndarray:
        """How many rows there are of each block, of all or of those chosen."""
        sizes = np.array(self._blocks.sizes, np.int64)
        if chosen is None:
            return sizes
        return np.diff(np.searchsorted(chosen, sizes.cumsum()), prepend=0)


_OF_BLOCKS: dict[str, Callable[[Blocks], Sequence[int]]] = {
    "year": lambda blocks: blocks.years,
    "province": lambda blocks: [int(code[:2]) for code in blocks.districts],
    "district": lambda blocks: [int(code[2:]) for code in blocks.districts],
}


def from_table(table: np.ndarray, blocks: Blocks, signs: np.ndarray | None) -> Rows:
    """The columns of a table, one a group."""
    return Rows(lambda place: np.ascontiguousarray(table[place]), blocks, signs)


def from_packed(packed: Sequence[bytes], blocks: Blocks, signs: np.ndarray | None = None) -> Rows:
    """Single rows as `layout.pack` makes them."""
    table = np.frombuffer(b"".join(packed), CODE).reshape(-1, len(GROUPS))
    return from_table(table.T, blocks, signs)


def from_blocks(wide: Sequence[bytes], villages: Sequence[bytes], blocks: Blocks) -> Rows:
    """Blocks as they are stored; `villages` may be left out where nobody asks for them."""

    @cache
    def table() -> np.ndarray:
        parts = [np.frombuffer(said, CODE).reshape(WIDE, -1) for said in wide]
        return np.concatenate(parts, axis=1) if parts else np.zeros((WIDE, 0), CODE)

    def make(place: int) -> np.ndarray:
        if place == WIDE:
            return np.frombuffer(b"".join(villages), CODE)
        column: np.ndarray = table()[place]
        return column

    return Rows(make, blocks)
