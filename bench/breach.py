"""How long the report of a breach takes where one account left 200,000 entries in the journal.

Run it from the project's folder: `python -m bench.breach [ENTRIES] [RECORDS]`. It loads the demo
into a temporary SQLite database, or copies the one of INSTANCE_PATH, and adds opened records, files
and lists of fifty people. The floor reads the same entries and does nothing else. Exits 1 when the
report misses somebody or the goal is missed.
"""

import io
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert, select

from bench.reassess import prepare
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.audit.verify import count_entries
from registry.db import db
from registry.demo.published import TOTAL
from registry.departures.models import Departure
from registry.looks.queries import affected, looks_at, of_account, seen_by_account
from registry.looks.report import Report, write_workbook
from registry.progress import progress

ENTRIES, GOAL = 200_000, 10.0
BATCH = 10_000
ACCOUNT = "akun.dicuri"
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
PERIOD = STARTED, STARTED + timedelta(days=365)

Row = dict[str, Any]


def entries(
    count: int, people: list[tuple[int, int]]
) -> Iterator[tuple[Row, Row | None, set[int]]]:
    """Entries, their value row where they have one, and whom they show."""
    random_, first = random.Random(2026), count_entries() + 1
    for number in range(count):
        seq, kind = first + number, random_.random()
        start = random_.randrange(max(1, len(people) - 50))
        shown = people[start : start + 50]
        value = None
        if kind < 0.5:
            event, detail = Event.LIST_SEEN, {"id": [one for one, _who in shown], "jumlah": 900}
        elif kind < 0.52:
            said = ",".join(str(one) for one, _who in shown)
            event, detail = Event.EXPORTED, {"id": said, "disamarkan": kind < 0.51}
        else:
            shown = shown[:1]
            event, detail = Event.PERSON_OPENED, {"nomor": "PM-2026-AAAAA"}
            names = ("seq", "ordinal", "kind", "subject_id", "resident_id")
            value = dict(zip(names, (seq, 0, "look", *shown[0]), strict=True))
        row = {
            "seq": seq,
            "at": STARTED + timedelta(minutes=number),
            "event": event.value,
            "actor": ACCOUNT,
            "role": "labour_office",
            "area_code": "18",
            "detail": detail,
            **dict.fromkeys(("values_digest", "previous", "link"), bytes(32)),
        }
        yield row, value, {who for _one, who in shown}


def fill(count: int) -> set[int]:
    """The journal's rows, unchained, since only their reading is measured; whom they show."""
    columns = select(Departure.id, Departure.resident_id).order_by(Departure.id)
    people = [(row[0], row[1]) for row in db.session.execute(columns)]
    everybody: set[int] = set()
    rows: list[Row] = []
    values: list[Row] = []
    with progress("Mengisi jurnal", count) as done:
        for number, (row, value, shown) in enumerate(entries(count, people), 1):
            everybody |= shown
            rows.append(row)
            values += [value] if value else []
            if len(rows) == BATCH or number == count:
                db.session.execute(insert(JournalEntry.__table__), rows)
                db.session.execute(insert(JournalValue.__table__), values)
                db.session.commit()
                done(len(rows))
                rows, values = [], []
    return everybody


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    records = int(sys.argv[2]) if len(sys.argv) > 2 else TOTAL
    with tempfile.TemporaryDirectory(prefix="pamit-bench-") as name:
        app = prepare(Path(name), records)
        with app.app_context():
            upgrade()
            expected = fill(count)
            cpu = process_time()
            read = sum(1 for _ in looks_at(*of_account(ACCOUNT, *PERIOD)))
            floor = process_time() - cpu
            wall, cpu = perf_counter(), process_time()
            breach = seen_by_account(ACCOUNT, *PERIOD)
            gathered = process_time() - cpu
            people = list(affected(breach.resident_ids))
            file = io.BytesIO()
            write_workbook(Report(ACCOUNT, *PERIOD, breach, people), file)
            wall, cpu = perf_counter() - wall, process_time() - cpu
            db.session.remove()
            db.engine.dispose()
    is_complete = set(breach.resident_ids) == expected
    print(f"{read} entries, {len(people)} people, {len(file.getvalue()) / 1e6:.1f} MB")
    print(f"floor {floor:.2f} s CPU; gathered {gathered:.2f} s; with the workbook {cpu:.2f} s")
    print(f"({wall:.2f} s wall); ratio {cpu / floor:.1f}; complete: {is_complete}")
    print(f"goal {GOAL} s CPU: {cpu <= GOAL}")
    return 0 if is_complete and cpu <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
