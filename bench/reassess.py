"""How long the registry takes to judge again after a changed reference row, and on a new day.

Run it from the project's folder: `python -m bench.reassess [RECORDS]`. It loads the demo into a
temporary SQLite database, or copies the one of INSTANCE_PATH. The floor reads the same rows and
does nothing else. Exits 1 when a goal is missed or stored answers are not those of the rules.
"""

import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from registry import create_app
from registry.assessment.assess import assess
from registry.config import Settings
from registry.db import db
from registry.demo.load import load_demo
from registry.demo.published import TOTAL
from registry.departures.assessing import assess_due, case_of, judge_put_off, put_off
from registry.departures.models import Departure, Document, Flag, Resident
from registry.departures.rejudging import rejudge, touched
from registry.enums import FlagState, Stage, Threshold
from registry.formatting import today
from registry.operating.regions import load_regions_journaled
from registry.progress import progress
from registry.reference.models import ThresholdValue
from registry.reference.queries import load_reference
from registry.sealing import create_keyring

CHANGE_GOAL = 10.0
DUE_ROWS, DUE_GOAL = 5_000, 3.0
BATCH = 1_000
OPEN_STATES = [state for state in FlagState if state.is_open]


def prepare(folder: Path, records: int) -> Any:
    keys, database = folder / "kunci.json", folder / "pamit.sqlite"
    known = os.environ.get("INSTANCE_PATH")
    if known:
        keys = Path(known) / "kunci.json"
        with (
            closing(sqlite3.connect(Path(known) / "pamit.sqlite")) as source,
            closing(sqlite3.connect(database)) as copy,
        ):
            source.backup(copy)
    else:
        create_keyring(keys)
    app = create_app(Settings(folder, f"sqlite:///{database}", bytes(32), keys))
    if not known:
        with app.app_context():
            upgrade()
            load_regions_journaled(lambda done: None)
            load_demo(records, 1, today())
            db.session.commit()
    return app


def measured(name: str, work: Callable[[], object]) -> tuple[float, Any]:
    """Seconds by the clock, and what the work answered; on a busy machine look at the CPU's."""
    start, cpu = perf_counter(), process_time()
    found = work()
    db.session.commit()
    seconds = perf_counter() - start
    print(f"{name:14} {seconds:6.2f} s, {process_time() - cpu:6.2f} s CPU")
    db.session.expunge_all()
    return seconds, found


def read(ids: list[int]) -> None:
    """The rows that judging these departures must read, and nothing else."""
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for model, column in (
            (Departure, Departure.id),
            (Document, Document.departure_id),
            (Flag, Flag.departure_id),
        ):
            db.session.execute(select(model.__table__).where(column.in_(batch))).all()
        residents = select(Resident.birth_date, Resident.marital_status).join(Departure)
        db.session.execute(residents.where(Departure.id.in_(batch))).all()


def change_reference(day: date, done: Callable[[int], object]) -> int:
    """Give critical flags two more days to be answered: a row that touches every open departure."""
    name = Threshold.CRITICAL_ANSWER_DAYS
    old = db.session.scalars(select(ThresholdValue).where(ThresholdValue.name == name)).all()[-1]
    new = ThresholdValue(
        name=name, value=old.value + 2, valid_from=day, valid_to=None, source="Uji kecepatan"
    )
    old.valid_to = day - timedelta(days=1)
    db.session.add(new)
    ids = touched(ThresholdValue, None, new)
    put_off(ids, day)
    db.session.commit()
    for count in judge_put_off(day):
        done(count)
    return len(ids)


def are_exact(day: date) -> bool:
    """Whether the stored counts are those of the rules, asked anew of every open departure."""
    reference = load_reference()
    is_open = Departure.stage.in_([Stage.PLANNED, Stage.DEPARTED])
    papers, flags = selectinload(Departure.documents), selectinload(Departure.flags)
    statement = select(Departure).where(is_open).options(papers, flags)
    expected: Counter[Any] = Counter()
    for departure in db.session.scalars(statement.execution_options(yield_per=BATCH)):
        found = assess(case_of(departure), reference, day)
        expected[found.procedure] += 1
        expected.update(("tanda", flag.rule, flag.severity, flag.due_on) for flag in found.flags)
    stored: Counter[Any] = Counter(db.session.scalars(select(Departure.procedure).where(is_open)))
    columns = (Flag.rule, Flag.severity, Flag.due_on)
    open_flags = select(*columns).join(Departure).where(is_open, Flag.state.in_(OPEN_STATES))
    stored.update(("tanda", *row) for row in db.session.execute(open_flags))
    return stored == expected


def main() -> int:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else TOTAL
    with tempfile.TemporaryDirectory() as folder, prepare(Path(folder), records).app_context():
        return measure(today())


def measure(day: date) -> int:
    open_ids = touched(ThresholdValue, None, ThresholdValue(valid_from=day))
    rejudge(open_ids, day)  # settles what an older database still holds
    db.session.commit()
    floor, _ = measured("floor", lambda: read(open_ids))
    with progress("Menilai ulang", len(open_ids)) as done:
        ours, count = measured("changed row", lambda: change_reference(day, done))
    exact = are_exact(day)
    db.session.expunge_all()
    print(f"{count} departures, x{ours / floor:.1f}; counts exact: {exact}")

    due_ids = open_ids[:DUE_ROWS]
    due = update(Departure).where(Departure.id.in_(due_ids)).values(holds_until=day)
    db.session.execute(due, execution_options={"synchronize_session": False})
    db.session.commit()
    due_floor, _ = measured("floor", lambda: read(due_ids))
    due_ours, due_count = measured("due", lambda: assess_due(day))
    print(f"{due_count} departures, x{due_ours / due_floor:.1f}")
    _, none = measured("nothing due", lambda: assess_due(day))
    print(f"goal: a changed row in under {CHANGE_GOAL} s:", ours < CHANGE_GOAL)
    print(f"goal: {DUE_ROWS} due in under {DUE_GOAL} s:", due_ours < DUE_GOAL)
    is_good = ours < CHANGE_GOAL and due_ours < DUE_GOAL and exact and none == 0
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
