"""Small numbers hidden from the public, and others so that none can be recomputed (pure).

A number under five reads `<5`, zero too. One alone could be had from the total, so others are
hidden with it (`•`) until each hidden number could also be another one while everything shown stays
as it is. The promise holds for what is suppressed together, not for several pages compared.

A hidden number can be another one where hidden numbers lie on a ring through rows and columns along
which one more and one less can be passed on. Totals take part as a last row and a last column with
their signs turned, as every line then adds up to zero.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

LEAST_SHOWN = 5
NEVER = np.int64(1) << 40  # what it costs to hide what must stay


class Mark(StrEnum):
    """What stands in the place of a hidden number."""

    SMALL = "<5"
    HIDDEN = "•"


Shown = int | Mark


class Grid(NamedTuple):
    """Rows split into columns, and the columns whose totals are hidden elsewhere."""

    cells: Sequence[Sequence[int]]
    hidden_columns: frozenset[int] = frozenset()


class Suppressed(NamedTuple):
    """What is shown of the totals of rows and of the cells of each grid."""

    totals: list[Shown]
    grids: list[list[list[Shown]]]

    @property
    def hidden(self) -> frozenset[int]:
        """The rows whose total is hidden."""
        marked = (row for row, value in enumerate(self.totals) if isinstance(value, Mark))
        return frozenset(marked)


def alone(value: int) -> Shown:
    """A number that is part of nothing else that is shown."""
    return Mark.SMALL if value < LEAST_SHOWN else value


def within_whole(part: int, whole: int, *, is_whole_hidden: bool = False) -> Shown:
    """A number whose rest, up to a shown whole, anybody can work out."""
    return suppress([part, whole - part], is_whole_hidden=is_whole_hidden).totals[0]


def order_of(values: Sequence[Shown], labels: Sequence[str], last: Iterable[bool]) -> list[int]:
    """The places of rows in an order that tells nothing of hidden numbers.

    What is shown comes first, by size and then by label; what is hidden follows by label alone.

    Args:
        last: which rows come after all others, whatever their numbers.
    """

    def key(place: int) -> tuple[bool, bool, int, str]:
        value = values[place]
        size = -1 if isinstance(value, Mark) else value
        return is_last[place], size < 0, -size, labels[place]

    is_last = [*last]
    return sorted(range(len(values)), key=key)


def suppress(
    totals: Sequence[int],
    grids: Iterable[Grid] = (),
    *,
    is_whole_hidden: bool = False,
    lowest: int = 0,
) -> Suppressed:
    """What to show of numbers that add up to a whole, and of how each is split in one or more ways.

    Args:
        totals: the parts of the whole, which are the totals of the grids' rows.
        grids: with columns that add up to these totals.
        is_whole_hidden: whether the whole is shown nowhere.
        lowest: 1 where only what occurs has a row.
    """
    split = list(grids)
    if is_whole_hidden or sum(totals) < LEAST_SHOWN:
        return Suppressed(_all_hidden(totals), [[*map(_all_hidden, g.cells)] for g in split])
    rows = _hidden_rows(totals, split, lowest)
    if rows is None:
        return Suppressed(_blank(totals), [[*map(_blank, grid.cells)] for grid in split])
    shown = [_shown(value, row in rows) for row, value in enumerate(totals)]
    return Suppressed(shown, [_shown_cells(grid, rows, lowest) for grid in split])


def _all_hidden(values: Sequence[int]) -> list[Shown]:
    return [_shown(value) for value in values]


def _blank(values: Sequence[int]) -> list[Shown]:
    """Hidden without a word about which of them are small, where even that would tell too much."""
    return [Mark.HIDDEN] * len(values)


def _shown(value: int, is_hidden: bool = True) -> Shown:
    if value < LEAST_SHOWN:
        return Mark.SMALL
    return Mark.HIDDEN if is_hidden else value


# Whether one more or one less would read the same


def _can_gain(values: np.ndarray) -> np.ndarray:
    gains: np.ndarray = values != LEAST_SHOWN - 1
    return gains


def _can_lose(values: np.ndarray, lowest: int = 0) -> np.ndarray:
    loses: np.ndarray = (values > lowest) & (values != LEAST_SHOWN)
    return loses


def _hidden_rows(
    totals: Sequence[int], grids: Sequence[Grid], lowest: int
) -> frozenset[int] | None:
    """The rows to hide as a whole; None where no choice of them would do."""
    swaps = _swaps(totals, grids, lowest)
    swaps |= swaps.T
    values = np.array(totals, np.int64)
    hidden = values < LEAST_SHOWN
    while True:
        loose = np.flatnonzero(hidden & ~swaps[:, hidden].any(axis=1))
        if not len(loose):
            return frozenset(np.flatnonzero(hidden).tolist())
        partners = np.flatnonzero(swaps[loose[0]] & ~hidden)
        if not len(partners):
            return None
        hidden[partners[np.argmin(values[partners])]] = True


def _swaps(totals: Sequence[int], grids: Sequence[Grid], lowest: int) -> np.ndarray:
    """Whether one could move from the second row to the first, in every grid the same way."""
    values = np.array(totals, np.int64)
    swaps: np.ndarray = _can_gain(values)[:, None] & _can_lose(values, lowest)[None, :]
    for grid in grids:
        cells = np.array(grid.cells, np.int64)
        swaps &= _can_gain(cells).astype(np.int64) @ _can_lose(cells).astype(np.int64).T > 0
    np.fill_diagonal(swaps, val=False)
    return swaps


# The cells of a grid


def _shown_cells(grid: Grid, rows: frozenset[int], lowest: int) -> list[list[Shown]]:
    cells = np.array(grid.cells, np.int64)
    hidden = _hidden_cells(cells, rows, grid.hidden_columns, lowest)
    if hidden is None:
        return [*map(_blank, grid.cells)]
    return [
        [_shown(value, bool(is_hidden)) for value, is_hidden in zip(row, marks, strict=True)]
        for row, marks in zip(grid.cells, hidden[:-1, :-1], strict=True)
    ]


def _hidden_cells(
    cells: np.ndarray, rows: frozenset[int], columns: frozenset[int], lowest: int
) -> np.ndarray | None:
    """Which cells to hide, totals last; None where hiding all of them would not do."""
    values = np.pad(cells, ((0, 1), (0, 1)))
    values[:-1, -1], values[-1, :-1] = cells.sum(axis=1), cells.sum(axis=0)
    values[-1, -1] = cells.sum()
    hidden = np.zeros(values.shape, bool)
    hidden[:-1, :-1] = cells < LEAST_SHOWN
    hidden[sorted(rows), :] = True
    hidden[:, sorted(columns)] = True
    hidden[-1, :] = False
    hidden[-1, sorted(columns)] = True
    gain, lose = _can_gain(values), _can_lose(values)
    lose[:-1, -1] = _can_lose(values[:-1, -1], lowest)
    # Totals count with the opposite sign: one more of them is one less in their line.
    for line in (np.s_[-1, :-1], np.s_[:-1, -1]):
        gain[line], lose[line] = lose[line].copy(), gain[line].copy()
    cost = values.copy()
    cost[-1, :] = cost[:, -1] = NEVER
    return _hidden_with_others(hidden, gain, lose, cost)


def _hidden_with_others(
    hidden: np.ndarray, gain: np.ndarray, lose: np.ndarray, cost: np.ndarray
) -> np.ndarray | None:
    """`hidden` and as little more as lets every hidden cell be another one."""
    while True:
        loose = _first_loose(hidden, gain, lose)
        if loose is None:
            return hidden
        ring = _cheapest_ring(loose, np.where(hidden, 0, cost), gain, lose)
        if ring is None:
            return None
        for place in ring:
            hidden[place] = True


def _first_loose(hidden: np.ndarray, gain: np.ndarray, lose: np.ndarray) -> tuple[int, int] | None:
    """A hidden cell that lies on no ring of hidden cells."""
    up, down = hidden & gain, hidden & lose
    for row, column in zip(*(axis.tolist() for axis in np.nonzero(hidden)), strict=True):
        if up[row, column] and _returns(row, column, up, down):
            continue
        if down[row, column] and _returns(row, column, down, up):
            continue
        return row, column
    return None


def _returns(row: int, column: int, up: np.ndarray, down: np.ndarray) -> bool:
    """Whether one more in a cell can be passed on, column by row, until the cell's row is even."""
    seen_rows = down[:, column].copy()
    seen_rows[row] = False
    while True:
        seen_columns = up[seen_rows].any(axis=0)
        seen_columns[column] = False
        if (down[row] & seen_columns).any():
            return True
        more = seen_rows | down[:, seen_columns].any(axis=1)
        more[row] = False
        if (more == seen_rows).all():
            return False
        seen_rows = more


def _cheapest_ring(
    place: tuple[int, int], cost: np.ndarray, gain: np.ndarray, lose: np.ndarray
) -> list[tuple[int, int]] | None:
    """The three cells that make a ring with this one and hide the least; None without any."""
    row, column = place
    best: tuple[int, int, int] | None = None
    for up, down in ((gain, lose), (lose, gain)):
        if not up[place]:
            continue
        fits = up & down[row][None, :] & down[:, column][:, None]
        fits[row, :] = fits[:, column] = False
        if not fits.any():
            continue
        costs = np.where(fits, cost + cost[row][None, :] + cost[:, column][:, None], NEVER)
        other, across = np.unravel_index(int(np.argmin(costs)), costs.shape)
        found = (int(costs[other, across]), int(other), int(across))
        if found[0] < NEVER and (best is None or found < best):
            best = found
    if best is None:
        return None
    _, other_row, other_column = best
    return [(row, other_column), (other_row, column), (other_row, other_column)]
