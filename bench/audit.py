"""How long the whole journal takes to verify, against a floor that only reads the rows.

Run it from the project's folder: `python -m bench.audit [ENTRIES]`. It fills a temporary SQLite
database with a chain of entries as offices make them: lists with fifty ids, opened persons, changes
with sealed values. Exits 1 when the chain is not whole, an edit goes unseen, or the goal is missed.
"""

import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, text, update

from registry import create_app
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.audit.verify import verify_chain
from registry.config import Settings
from registry.db import db
from registry.progress import progress
from registry.sealing import create_keyring

ENTRIES = 1_000_000
GOAL = 60.0
BATCH = 10_000
STARTED = datetime(2026, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


def made_entry(seq: int, random_: random.Random) -> tuple[Row, list[Row]]:
    """An entry without its link: a list, an opened person or a change, in their usual shares."""
    kind, detail, values = random_.random(), {}, []
    person = random_.randrange(1, 200_000)
    if kind < 0.4:
        event = Event.LIST_SEEN
        first = random_.randrange(1, 200_000)
        ids = [*range(first, first + 50)]
        detail = {"id": ids, "jumlah": 812, "saringan": [["tahap", "planned"]]}
    else:
        event = Event.PERSON_OPENED if kind < 0.8 else Event.DEPARTURE_CHANGED
        detail = {"nomor": f"PM-2026-{person:05}"}
        sealed = None if kind < 0.8 else random_.randbytes(180)
        digest = None if kind < 0.8 else random_.randbytes(32)
        values = [(0, "look", person, person, 3, digest, sealed)]
    row = {
        "seq": seq,
        "at": STARTED + timedelta(seconds=20 * seq, microseconds=seq % 1000),
        "event": event.value,
        "actor": f"operator{seq % 97}",
        "role": "operator",
        "area_code": f"18070120{seq % 90 + 10}",
        "detail": detail,
    }
    names = ("seq", *log.VALUE_COLUMNS)
    return row, [dict(zip(names, (seq, *value), strict=True)) for value in values]


def entries(count: int) -> Iterator[tuple[Row, list[Row]]]:
    random_, previous = random.Random(2026), log.ZERO_LINK
    for seq in range(1, count + 1):
        row, values = made_entry(seq, random_)
        row |= {"values_digest": log.digest_of_values(values), "previous": previous}
        previous = row["link"] = log.link_of(row)
        yield row, values


def fill(count: int) -> None:
    rows: list[Row] = []
    values: list[Row] = []
    with progress("Mengisi jurnal", count) as done:
        for row, its_values in entries(count):
            rows.append(row)
            values += its_values
            if len(rows) == BATCH or row["seq"] == count:
                db.session.execute(insert(JournalEntry.__table__), rows)
                db.session.execute(insert(JournalValue.__table__), values)
                done(len(rows))
                head = {"seq": row["seq"], "link": row["link"]}
                db.session.execute(update(JournalHead).values(head))
                db.session.commit()
                rows, values = [], []


def measured(work: Callable[[], Any]) -> tuple[float, float, Any]:
    start, cpu = perf_counter(), process_time()
    result = work()
    return perf_counter() - start, process_time() - cpu, result


def read_only(database: Path) -> int:
    """The floor: the driver reads every row of both tables and does nothing with it."""
    with closing(sqlite3.connect(database)) as connection:
        read = sum(1 for _ in connection.execute("SELECT * FROM journal_entry ORDER BY seq"))
        sum(1 for _ in connection.execute("SELECT * FROM journal_value ORDER BY seq, ordinal"))
    return read


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory(prefix="pamit-bench-") as name:
        folder = Path(name)
        create_keyring(folder / "kunci.json")
        database = folder / "pamit.sqlite"
        app = create_app(
            Settings(folder, f"sqlite:///{database}", bytes(32), folder / "kunci.json")
        )
        with app.app_context():
            upgrade()
            fill(count)
            floor = measured(lambda: read_only(database))
            with progress("Memeriksa", count) as done:
                ours = measured(lambda: verify_chain(progress=done))
            db.session.rollback()
            edited = count * 9 // 10
            db.session.execute(text("DROP TRIGGER journal_entry_no_update"))
            db.session.execute(
                update(JournalEntry.__table__)
                .where(JournalEntry.__table__.c.seq == edited)
                .values(actor="orang.lain")
            )
            db.session.commit()
            is_found = verify_chain().broken_at == edited
            db.session.remove()
            db.engine.dispose()
    size = f"{count} entries on {os.cpu_count()} CPUs"
    for said, (wall, cpu, _result) in (("floor", floor), ("verify", ours)):
        print(f"{said:7} {wall:7.2f} s wall {cpu:7.2f} s CPU {cpu / count * 1e6:7.1f} us an entry")
    is_whole = ours[2].is_whole and ours[2].entries == floor[2] == count
    goal = GOAL * count / ENTRIES
    print(f"{size}; whole: {is_whole}; an edited entry is found: {is_found}")
    print(f"ratio {ours[1] / floor[1]:.1f} (CPU); goal {goal:.1f} s CPU: {ours[1] <= goal}")
    return 0 if is_whole and is_found and ours[1] <= goal else 1


if __name__ == "__main__":
    sys.exit(main())
