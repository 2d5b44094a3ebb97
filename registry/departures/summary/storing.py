"""Folding the changes that wait into blocks and totals."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from registry.db import db, short_write, snapshot
from registry.departures.summary.layout import WIDTH, as_rows, pack
from registry.departures.summary.models import CountBlock, CountChange, CountTotal, CountWord
from registry.departures.summary.totals import Numbers, from_stored, numbers_of, stored
from registry.regions.area import COUNTRY_CODE, Area

log = logging.getLogger("pamit")

FOLD_AT = 512
LOCK = 7_264_001  # of PostgreSQL's advisory locks: one folds at a time

Progress = Callable[[int], object]
Place = tuple[str, int]  # kabupaten and year
Block = Counter[bytes]


class SummaryBroken(RuntimeError):
    """The summary does not hold what a change takes away; `counts rebuild` mends it."""

    def __init__(self) -> None:
        super().__init__("Ringkasan tidak sesuai dengan data. Jalankan: counts rebuild")


class Jobs:
    """The numbers that stand for job codes; new ones are stored with `save`."""

    def __init__(self) -> None:
        found = db.session.execute(select(CountWord.word, CountWord.id))
        self.numbers: dict[str, int] = {row.word: row.id for row in found}
        self._new: list[str] = []

    def number(self, code: str) -> int:
        if code not in self.numbers:
            self.numbers[code] = len(self.numbers) + 1
            self._new.append(code)
        return self.numbers[code]

    def save(self) -> None:
        if self._new:
            rows = [{"id": self.numbers[word], "word": word} for word in self._new]
            db.session.execute(insert(CountWord), rows)
            self._new = []


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
        changes = blocks_of(taken, jobs)
        jobs.save()
        _fold_blocks(changes)
        fold_totals(changes)
    return len(taken)


def blocks_of(changes: Iterable[Any], jobs: Jobs) -> dict[Place, Block]:
    """Changes (sign and key) by the block that they belong to."""
    found: dict[Place, Block] = defaultdict(Counter)
    for sign, key in changes:
        district, year, row = pack(key, jobs.number)
        found[district, year][row] += sign
    return found


def _is_alone() -> bool:
    if db.engine.dialect.name == "sqlite":
        return True
    return bool(db.session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _fold_blocks(changes: dict[Place, Block]) -> None:
    for place, changed in changes.items():
        block = stored_block(place)
        block.update(changed)
        if any(number < 0 for number in block.values()):
            raise SummaryBroken
        store_block(place, block)


def stored_block(place: Place) -> Block:
    """The rows of a kabupaten and year, each with how often it occurs."""
    return counted(db.session.scalar(select(CountBlock.rows).where(*_at(place))) or b"")


def counted(packed: bytes) -> Block:
    """Packed rows as how often each of them occurs."""
    return Counter(packed[i : i + WIDTH] for i in range(0, len(packed), WIDTH))


def _at(place: Place) -> tuple[Any, Any]:
    district, year = place
    return CountBlock.year == year, CountBlock.district_code == district


def store_block(place: Place, block: Block) -> None:
    """Put these rows in the place of those of the kabupaten and year; none leave no block."""
    db.session.execute(delete(CountBlock).where(*_at(place)))
    if packed := b"".join(row * number for row, number in sorted(block.items())):
        district, year = place
        values = {"year": year, "district_code": district, "rows": packed}
        db.session.execute(insert(CountBlock), [values])


def fold_totals(changes: dict[Place, Block]) -> None:
    """Add what changed to the totals of each kabupaten, of its province and of the country."""
    for (code, year), changed in by_region(changes).items():
        where = (CountTotal.region_code == code, CountTotal.year == year)
        before = db.session.scalar(select(CountTotal.numbers).where(*where))
        after = numbers_in(changed, code)
        if before is not None:
            after += from_stored(before)
        if (after < 0).any():
            raise SummaryBroken
        db.session.execute(delete(CountTotal).where(*where))
        store_total(code, year, after)


def store_total(code: str, year: int, numbers: Numbers) -> None:
    """Keep the totals of a region and year that has none yet; zeros are not kept."""
    if numbers.any():
        values = {"region_code": code, "year": year, "numbers": stored(numbers)}
        db.session.execute(insert(CountTotal), [values])


def by_region(blocks: Mapping[Place, Block]) -> dict[Place, Block]:
    """What happened in each kabupaten, its province and the country, without what cancels out."""
    found: dict[Place, Block] = defaultdict(Counter)
    for (district, year), block in blocks.items():
        for code in (district, district[:2], COUNTRY_CODE):
            found[code, year].update(block)
    return {
        place: Counter({row: number for row, number in block.items() if number})
        for place, block in found.items()
    }


def numbers_in(block: Block, code: str) -> Numbers:
    """The numbers that these rows, taken so many times each, add to the totals of a region."""
    times = np.fromiter(block.values(), np.int64, len(block))
    return numbers_of(as_rows(b"".join(block)), Area(code).level, times)
