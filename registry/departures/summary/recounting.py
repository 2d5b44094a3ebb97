"""Counting everything again: to see that the summary is right, and to build it anew."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import delete, func, literal_column, select

from registry.db import db, short_write, snapshot
from registry.departures.models import Departure, Resident
from registry.departures.summary import keys
from registry.departures.summary.layout import WIDTH, pack
from registry.departures.summary.models import CountBlock, CountChange, CountTotal
from registry.departures.summary.rows import Blocks, from_table
from registry.departures.summary.storing import (
    EMPTY,
    LOCK,
    Changes,
    Jobs,
    Place,
    Progress,
    Table,
    are_waiting,
    changes_by_block,
    fold,
    fold_totals,
    regional_totals,
    store_tables,
    table_of,
    tables_of_district,
    totals_of_changes,
)
from registry.departures.summary.totals import Totals, added, from_stored
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
    expected: dict[Place, Totals] = {}
    with snapshot():
        jobs = Jobs()
        waiting = changes_by_block(
            db.session.execute(select(CountChange.sign, CountChange.key)), jobs
        )
        for district in districts(waiting):
            base, held = _from_base(district, jobs), tables_of_district(district)
            of_district = {p: change for p, change in waiting.items() if p[0] == district}
            found.differences += _different_rows(base, held, of_district)
            found.departures += sum(table.shape[1] for table in base.values())
            _add(expected, _totals(base))
            progress(1)
        found.differences += _different_totals(expected, totals_of_changes(waiting))
    return found


def districts(waiting: Iterable[Place] = ()) -> list[str]:
    """Every kabupaten that has departures, or that the summary knows."""
    code = func.substr(Departure.village_code, 1, DISTRICT_DIGITS)
    known = db.session.scalars(select(CountBlock.district_code).distinct())
    has = db.session.scalars(select(code).distinct())
    return sorted({*has, *known, *(district for district, _ in waiting)})


def _from_base(district: str, jobs: Jobs) -> dict[Place, Table]:
    key: Any = literal_column(keys.key(db.engine.dialect.name))
    statement = (
        select(key)
        .select_from(Departure)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Area(district).covers(Departure.village_code))
    )
    packed: dict[Place, list[bytes]] = defaultdict(list)
    for (said,) in db.session.execute(statement):
        code, year, row = pack(said, jobs.number)
        packed[code, year].append(row)
    return {place: table_of(rows) for place, rows in packed.items()}


def _different_rows(
    base: Mapping[Place, Table], held: Mapping[Place, Table], waiting: Changes
) -> int:
    different = 0
    for place in base.keys() | held.keys() | waiting.keys():
        ours, theirs = base.get(place, EMPTY), held.get(place, EMPTY)
        changed = waiting.get(place, Counter())
        whole = np.hstack([ours, theirs, table_of(changed)])
        times = np.concatenate(
            [
                np.full(ours.shape[1], -1, np.int64),
                np.full(theirs.shape[1], 1, np.int64),
                np.array(list(changed.values()), np.int64),
            ]
        )
        rows = np.ascontiguousarray(whole.T).view(f"S{WIDTH}").ravel()
        found, inverse = np.unique(rows, return_inverse=True)
        numbers = np.bincount(inverse, times, minlength=len(found))
        different += int(np.abs(numbers).sum())
    return different


def _totals(tables: Mapping[Place, Table], times: int = 1) -> dict[Place, Totals]:
    """What the rows of blocks add to the totals around them, so many times."""
    if not tables:
        return {}
    blocks = Blocks(
        [year for _, year in tables],
        [code for code, _ in tables],
        [table.shape[1] for table in tables.values()],
    )
    whole = np.hstack(list(tables.values()))
    signs = None if times == 1 else np.full(whole.shape[1], times, np.int64)
    return regional_totals(from_table(whole, blocks, signs))


def _add(totals: dict[Place, Totals], more: Mapping[Place, Totals]) -> None:
    for place, change in more.items():
        totals[place] = added(totals[place], change) if place in totals else change


def _different_totals(expected: Mapping[Place, Totals], waiting: Mapping[Place, Totals]) -> int:
    """How many numbers of the totals differ, the changes that wait taken into account."""
    rows = db.session.execute(select(CountTotal.region_code, CountTotal.year, CountTotal.numbers))
    left = {(code, year): from_stored(said) for code, year, said in rows}
    _add(left, waiting)
    _add(left, {place: Totals(t.places, -t.numbers) for place, t in expected.items()})
    return sum(int((totals.numbers != 0).sum()) for totals in left.values())


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
    totals: dict[Place, Totals] = {}
    for district in list(db.session.scalars(select(CountBlock.district_code).distinct())):
        _add(totals, _totals(tables_of_district(district)))
    fold_totals(totals)


def _rebuild_blocks(district: str) -> int:
    _read_one_state()
    jobs = Jobs()
    base, held = _from_base(district, jobs), tables_of_district(district)
    jobs.save()
    gained = _totals(base)
    _add(gained, _totals(held, -1))
    store_tables({place: base.get(place, EMPTY) for place in base.keys() | held.keys()})
    fold_totals(gained)
    db.session.execute(delete(CountChange).where(CountChange.key.startswith(district)))
    return sum(table.shape[1] for table in base.values())


def _read_one_state() -> None:
    """What is read and what is deleted are of one state, also while others add."""
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
