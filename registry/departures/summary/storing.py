"""Folding the changes that wait into blocks and totals."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from registry.asking import ask
from registry.db import db, short_write, snapshot
from registry.departures.summary.layout import CODE, GROUPS, SIZES, WIDE, pack
from registry.departures.summary.models import CountBlock, CountChange, CountTotal, CountWord
from registry.departures.summary.rows import Blocks, Rows, from_packed
from registry.departures.summary.totals import Totals, added, from_stored, stored, totals_in
from registry.enums import Level

log = logging.getLogger("pamit")

FOLD_AT = 512
LOCK = 7_264_001  # of PostgreSQL's advisory locks: one folds at a time
FEW = 8

Progress = Callable[[int], object]
Place = tuple[str, int]  # kabupaten and year, or another region and year
Changes = dict[Place, Counter[bytes]]
Table = np.ndarray  # the columns of `layout.GROUPS`, each as long as there are rows

_BLOCK: Any = CountBlock.__table__
_TOTAL: Any = CountTotal.__table__
EMPTY = np.zeros((len(GROUPS), 0), CODE)


class SummaryBroken(RuntimeError):
    """The summary does not hold what a change takes away; `counts rebuild` mends it."""

    def __init__(self) -> None:
        super().__init__("Ringkasan tidak sesuai dengan data. Jalankan: counts rebuild")


class Jobs:
    """The numbers that stand for job codes; new ones are stored with `save`."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = dict(map(tuple, ask(_words)))
        self._new: list[str] = []

    def number(self, code: str) -> int:
        if code not in self.numbers:
            number = len(self.numbers) + 1
            if number >= SIZES["job"]:
                raise OverflowError("more job codes than the summary tells apart")
            self.numbers[code] = number
            self._new.append(code)
        return self.numbers[code]

    def save(self) -> None:
        if self._new:
            rows = [{"id": self.numbers[word], "word": word} for word in self._new]
            db.session.execute(insert(CountWord), rows)
            self._new = []


def _words() -> Any:
    return select(CountWord.word, CountWord.id)


def fold_when_due() -> bool:
    """Fold the changes once they are so many that readers would notice; commits by itself."""
    is_due = are_waiting(FOLD_AT)
    if is_due:
        fold()
    return is_due


def are_waiting(many: int) -> bool:
    """Whether so many changes wait to be folded."""
    last = select(CountChange.id).order_by(CountChange.id).limit(1).offset(many - 1)
    with snapshot():
        return db.session.scalar(last) is not None


def fold_quietly() -> None:
    """Fold when it is due; what stands in the way is logged and keeps nobody from an answer."""
    try:
        fold_when_due()
    except (SQLAlchemyError, SummaryBroken) as error:
        log.error("summary not folded: %s", type(error).__name__)


def fold() -> int:
    """Put every change into the blocks and totals in one transaction; answers how many."""
    with short_write():
        if not _is_alone():
            return 0
        # What is read is what is deleted, also while others add.
        taken = db.session.execute(
            delete(CountChange).returning(CountChange.sign, CountChange.key)
        ).all()
        jobs = Jobs()
        changes = changes_by_block(taken, jobs)
        jobs.save()
        _fold_blocks(changes)
        fold_totals(totals_of_changes(changes))
    return len(taken)


def changes_by_block(changes: Iterable[Any], jobs: Jobs) -> Changes:
    """Changes (sign and key) by the block that they belong to, without what cancels out."""
    found: Changes = defaultdict(Counter)
    for sign, key in changes:
        district, year, row = pack(key, jobs.number)
        found[district, year][row] += sign
    kept = {
        place: Counter({row: number for row, number in block.items() if number})
        for place, block in found.items()
    }
    return {place: block for place, block in kept.items() if block}


def _is_alone() -> bool:
    if db.engine.dialect.name == "sqlite":
        return True
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _fold_blocks(changes: Changes) -> None:
    held = stored_tables(changes.keys())
    store_tables({place: _changed(held.get(place, EMPTY), c) for place, c in changes.items()})


def _changed(table: Table, changed: Counter[bytes]) -> Table:
    gone = Counter({row: -number for row, number in changed.items() if number < 0})
    if gone:
        table = _without(table, gone)
    return np.hstack([table, table_of(row for row, n in changed.items() for _ in range(n))])


def table_of(packed: Iterable[bytes]) -> Table:
    """Rows as `layout.pack` makes them, as a table."""
    return np.frombuffer(b"".join(packed), CODE).reshape(-1, len(GROUPS)).T


def _without(table: Table, gone: Counter[bytes]) -> Table:
    wanted = table_of(gone)
    if wanted.shape[1] <= FEW:
        alike = [(table == wanted[:, [place]]).all(axis=0) for place in range(wanted.shape[1])]
        maybe = np.logical_or.reduce(alike)
    else:
        maybe = np.logical_and.reduce(
            [np.isin(ours, theirs) for ours, theirs in zip(table, wanted, strict=True)]
        )
    candidates = np.flatnonzero(maybe)
    left, dropped = Counter(gone), []
    for place, row in zip(candidates.tolist(), packed_rows(table[:, candidates]), strict=True):
        if left[row] > 0:
            left[row] -= 1
            dropped.append(place)
    if left.total():
        raise SummaryBroken
    return np.delete(table, dropped, axis=1)


def packed_rows(table: Table) -> list[bytes]:
    """The rows of a table, each as `layout.pack` makes it."""
    whole, width = np.ascontiguousarray(table.T).tobytes(), 2 * len(GROUPS)
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def stored_tables(places: Iterable[Place]) -> dict[Place, Table]:
    """The blocks of these kabupaten and years, as far as there are any."""
    found: dict[Place, Table] = {}
    for year, codes in _by_year(places).items():
        of_year = select(_BLOCK).where(_BLOCK.c.year == year, _BLOCK.c.district_code.in_(codes))
        found |= _tables(of_year)
    return found


def _by_year(places: Iterable[Place]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for code, year in places:
        found[year].append(code)
    return found


def tables_of_district(district: str) -> dict[Place, Table]:
    """All blocks of a kabupaten."""
    return _tables(select(_BLOCK).where(_BLOCK.c.district_code == district))


def _tables(statement: Any) -> dict[Place, Table]:
    return {
        (row.district_code, row.year): np.frombuffer(row.rows + row.villages, CODE).reshape(
            len(GROUPS), -1
        )
        for row in db.session.execute(statement)
    }


def store_tables(tables: Mapping[Place, Table]) -> None:
    """Put these blocks in the place of those of the same kabupaten and years."""
    places = [{"of_code": code, "of_year": year} for code, year in tables]
    gone = delete(_BLOCK).where(
        _BLOCK.c.year == bindparam("of_year"), _BLOCK.c.district_code == bindparam("of_code")
    )
    rows = [
        {
            "year": year,
            "district_code": code,
            "rows": table[:WIDE].tobytes(),
            "villages": table[WIDE:].tobytes(),
        }
        for (code, year), table in tables.items()
        if table.shape[1]
    ]
    _replace(gone, places, _BLOCK, rows)


def _replace(gone: Any, places: list[dict[str, Any]], table: Any, rows: list[Any]) -> None:
    if places:
        db.session.execute(gone, places)
    if rows:
        db.session.execute(insert(table), rows)


def rows_of_changes(changes: Changes) -> Rows:
    """Changes as rows that count as often as their signs say."""
    packed = [row for changed in changes.values() for row in changed]
    signs = [number for changed in changes.values() for number in changed.values()]
    blocks = Blocks(
        [year for _, year in changes],
        [district for district, _ in changes],
        [len(changed) for changed in changes.values()],
    )
    return from_packed(packed, blocks, np.array(signs, np.int64))


def totals_of_changes(changes: Changes) -> dict[Place, Totals]:
    """What changes add to the totals of each kabupaten, of its province and of the country."""
    return regional_totals(rows_of_changes(changes)) if changes else {}


def regional_totals(rows: Rows) -> dict[Place, Totals]:
    """What rows add to the totals of each kabupaten, of its province and of the country."""
    found: dict[Place, Totals] = {}
    for level in (Level.DISTRICT, Level.PROVINCE, Level.COUNTRY):
        found |= totals_in(rows, level)
    return found


def fold_totals(changes: Mapping[Place, Totals]) -> None:
    """Add to the stored totals of regions and years."""
    held: dict[Place, Totals] = {}
    for year, codes in _by_year(changes).items():
        of_year = select(_TOTAL).where(_TOTAL.c.year == year, _TOTAL.c.region_code.in_(codes))
        held |= {
            (row.region_code, year): from_stored(row.numbers) for row in db.session.execute(of_year)
        }
    after = {
        place: added(held[place], change) if place in held else change
        for place, change in changes.items()
    }
    if any((totals.numbers < 0).any() for totals in after.values()):
        raise SummaryBroken
    places = [{"of_code": code, "of_year": year} for code, year in after]
    gone = delete(_TOTAL).where(
        _TOTAL.c.year == bindparam("of_year"), _TOTAL.c.region_code == bindparam("of_code")
    )
    rows = [
        {"region_code": code, "year": year, "numbers": stored(totals)}
        for (code, year), totals in after.items()
        if len(totals.places)
    ]
    _replace(gone, places, _TOTAL, rows)
