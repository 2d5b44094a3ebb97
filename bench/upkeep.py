"""What the summary adds to a save: the same statements with its triggers and without, in turns.

    python -m bench.upkeep --size 100000 [--rounds N] [--margin 1.5]

A save is a departure with its person, eight papers and an entry of the journal, all in SQL. To the
side with triggers the folding is added, shared among the changes that it folds. Goal: at most 2.3
times. Ends with a check that counting again finds no difference; exits 1 when the goal is missed.
"""

import argparse
import shutil
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from time import process_time, thread_time
from typing import Any

import pysqlite3.dbapi2 as driver

from bench.data import DEPARTURE, FOLDER, RESIDENT, SIZES, database
from registry.departures.summary.recounting import check
from registry.departures.summary.storing import FOLD_AT, fold
from registry.enums import DocumentKind

GOAL = 2.3
PAPERS = 8
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'counted%'"
JOURNAL = (
    "INSERT INTO journal_entry (seq, at, event, actor, role, area_code, detail, values_digest, "
    "previous, link) VALUES (?, '2026-01-01', 'uji', 'uji', 'operator', '1807012001', '{}', "
    "zeroblob(32), zeroblob(32), zeroblob(32))"
)
FIRST_ENTRY = 10**9


class Saves:
    """Departures like those that are there, each saved as new in a transaction of its own."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        (self.last,) = connection.execute("SELECT max(id) FROM departure").fetchone()
        self.count = self.last

    def save(self) -> None:
        self.last += 1
        like = self.last * 7919 % self.count + 1
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        _copy(execute, "resident", RESIDENT, like, {"id": self.last, "nik_index": None})
        changed = {
            "id": self.last,
            "resident_id": self.last,
            "registration_number": f"PM-{self.last:010}",
        }
        _copy(execute, "departure", DEPARTURE, like, changed)
        for kind in list(DocumentKind)[:PAPERS]:
            execute(
                "INSERT INTO document (departure_id, kind, status) VALUES (?, ?, 'ada')",
                (self.last, kind.value),
            )
        execute(JOURNAL, (FIRST_ENTRY + self.last,))
        execute("COMMIT")

    def timed(self, count: int) -> float:
        """CPU seconds of a save."""
        begun = thread_time()
        for _ in range(count):
            self.save()
        return (thread_time() - begun) / count


def _copy(execute: Any, table: str, columns: str, like: int, changed: dict[str, Any]) -> None:
    names = columns.replace(" ", "").split(",")
    said = ", ".join("?" if name in changed else name for name in names)
    given = [changed[name] for name in names if name in changed]
    execute(
        f"INSERT INTO {table} ({columns}) SELECT {said} FROM {table} WHERE id = ?",  # noqa: S608 - names of our own
        (*given, like),
    )


def measured(path: Path, rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds of a save without and with triggers, the folding left out."""
    plain, noted = [], []
    with closing(driver.connect(str(path), isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        triggers = connection.execute(TRIGGERS).fetchall()
        saves, each = Saves(connection), FOLD_AT // rounds
        for _ in range(rounds):
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            first = saves.last + 1
            plain.append(saves.timed(each))
            for table in ("document", "departure", "resident"):
                column = "departure_id" if table == "document" else "id"
                connection.execute(f"DELETE FROM {table} WHERE {column} >= ?", (first,))  # noqa: S608 - names of our own
            for _, statement in triggers:
                connection.execute(statement)
            noted.append(saves.timed(each))
    return plain, noted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="10k")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    size = SIZES.get(given.size) or int(given.size)
    with database(size, given.folder):
        pass
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        shutil.copy(given.folder / "kunci.json", folder)
        path = Path(shutil.copy(given.folder / f"{size}.sqlite", folder))
        plain, noted = measured(path, given.rounds)
        with database(size, Path(folder)) as app, app.app_context():
            begun = process_time()
            folded = fold()
            of_folding = (process_time() - begun) / folded
            differences = check().differences
    ratios = sorted((b + of_folding) / a for a, b in zip(plain, noted, strict=True))
    ratio = ratios[len(ratios) // 2]
    print(
        f"a save {min(plain) * 1e6:.0f} us, noted {min(noted) * 1e6:.0f} us, "
        f"folding {folded} changes {of_folding * 1e6:.0f} us each"
    )
    is_met = ratio <= GOAL * given.margin
    print(
        f"upkeep {ratio:.2f} x ({ratios[0]:.2f} to {ratios[-1]:.2f})  goal {GOAL}  "
        f"{'ok' if is_met else 'MISSED'}"
    )
    if differences:
        print(f"the summary and the tables DISAGREE in {differences} values")
    return 0 if is_met and not differences else 1


if __name__ == "__main__":
    sys.exit(main())
