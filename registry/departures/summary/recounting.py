"""Counting everything again: to see that the summary is right, and to build it anew."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete, func, literal, literal_column, select

from registry.db import db, short_write, snapshot
from registry.departures.models import Departure, Resident
from registry.departures.summary import keys
from registry.departures.summary.models import CountBlock, CountChange, CountTotal
from registry.departures.summary.storing import (
    LOCK,
    Block,
    Jobs,
    Place,
    Progress,
    are_waiting,
    blocks_of,
    by_region,
    counted,
    fold,
    fold_totals,
    numbers_in,
    store_block,
    store_total,
)
from registry.departures.summary.totals import Numbers, from_stored
from registry.regions.area import Area

DISTRICT_DIGITS = 4
MANY = 50_000  # of more changes, building anew is quicker and needs less memory


@dataclass
class Checked:
    """How many departures were counted, and in how many values the summary differs from them."""

    departures: int = 0
    differences: int = 0


def check(progress: Progress = lambda done: None) -> Checked:
    """Recount every departure from the base tables and compare, in one state of the database."""
    found = Checked()
    expected: dict[Place, Numbers] = {}
    with snapshot():
        jobs = Jobs()
        waiting = blocks_of(db.session.execute(select(CountChange.sign, CountChange.key)), jobs)
        for district in districts():
            base, held = _from_base(district, jobs), _held(district)
            for place in base.keys() | held.keys() | {p for p in waiting if p[0] == district}:
                now = held.get(place, Counter())
                now.update(waiting.get(place, Counter()))
                found.differences += _difference(now, base.get(place, Counter()))
            found.departures += sum(block.total() for block in base.values())
            _add_all(expected, base)
            progress(1)
        found.differences += _differing_totals(expected, waiting)
    return found


def districts() -> list[str]:
    """Every kabupaten that has departures, or that the summary knows."""
    code = func.substr(Departure.village_code, 1, DISTRICT_DIGITS)
    known = db.session.scalars(select(CountBlock.district_code).distinct())
    return sorted({*db.session.scalars(select(code).distinct()), *known})


def _from_base(district: str, jobs: Jobs) -> dict[Place, Block]:
    key: Any = literal_column(keys.key(db.engine.dialect.name))
    statement = (
        select(literal(1), key)
        .select_from(Departure)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Area(district).covers(Departure.village_code))
    )
    return blocks_of(db.session.execute(statement), jobs)


def _held(district: str) -> dict[Place, Block]:
    rows = select(CountBlock.year, CountBlock.rows).where(CountBlock.district_code == district)
    return {(district, year): counted(packed) for year, packed in db.session.execute(rows)}


def _difference(one: Block, other: Block) -> int:
    return sum(abs(one[row] - other[row]) for row in one.keys() | other.keys())


def _add_all(totals: dict[Place, Numbers], blocks: dict[Place, Block]) -> None:
    for place, block in by_region(blocks).items():
        numbers = numbers_in(block, place[0])
        totals[place] = totals[place] + numbers if place in totals else numbers


def _differing_totals(expected: dict[Place, Numbers], waiting: dict[Place, Block]) -> int:
    """How many numbers of the totals differ, the changes that wait taken into account."""
    rows = db.session.execute(select(CountTotal.region_code, CountTotal.year, CountTotal.numbers))
    held = {(code, year): from_stored(said) for code, year, said in rows}
    _add_all(held, waiting)
    nothing = np.zeros(1, np.int64)
    return sum(
        int((held.get(place, nothing) != expected.get(place, nothing)).sum())
        for place in held.keys() | expected.keys()
    )


def catch_up(progress: Callable[[str, int], AbstractContextManager[Progress]]) -> None:
    """Fold what waits; what a migration left, which may be everything, by building anew.

    Args:
        progress: makes a progress bar from a label and a length.
    """
    if not are_waiting(MANY):
        if are_waiting(1):
            fold()
        return
    with snapshot():
        count = len(districts())
    with progress("Menyusun ringkasan", count) as done:
        rebuild(done)


def rebuild(progress: Progress = lambda done: None) -> int:
    """Build the summary anew while others go on; answers how many departures it holds."""
    held = 0
    with _alone():
        with short_write():
            _rebuild_totals()
        with snapshot():
            codes = districts()
        for district in codes:
            with short_write():
                held += _rebuild_blocks(district)
            progress(1)
    return held


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody folds meanwhile; on SQLite each writer is alone anyway."""
    if db.engine.dialect.name == "sqlite":
        yield
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(select(func.pg_advisory_lock(LOCK)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _rebuild_totals() -> None:
    """Make the totals agree with the blocks, so that what the blocks gain can be added to them."""
    _read_one_state()
    db.session.execute(delete(CountTotal))
    for year in list(db.session.scalars(select(CountBlock.year).distinct())):
        rows = select(CountBlock.district_code, CountBlock.rows).where(CountBlock.year == year)
        blocks = {(code, year): counted(packed) for code, packed in db.session.execute(rows)}
        for (code, _), block in by_region(blocks).items():
            store_total(code, year, numbers_in(block, code))


def _rebuild_blocks(district: str) -> int:
    _read_one_state()
    jobs = Jobs()
    base, held = _from_base(district, jobs), _held(district)
    jobs.save()
    gained: dict[Place, Block] = defaultdict(Counter)
    for place in base.keys() | held.keys():
        gained[place].update(base.get(place, Counter()))
        gained[place].subtract(held.get(place, Counter()))
        store_block(place, base.get(place, Counter()))
    fold_totals(gained)
    db.session.execute(delete(CountChange).where(CountChange.key.startswith(district)))
    return sum(block.total() for block in base.values())


def _read_one_state() -> None:
    """What is read and what is deleted are of one state, also while others add."""
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
