"""Saves by their statements alone, on either database, with the summary kept and not kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import thread_time
from typing import Any

from sqlalchemy import text

from bench.data import DEPARTURE, RESIDENT, _rows
from registry.db import db
from registry.departures.summary.keys import create_triggers, drop_triggers
from registry.departures.summary.storing import fold
from registry.enums import DocumentKind

SAVES = 512  # as many as are folded at once
PAPERS = [kind.value for kind in DocumentKind][:8]
MOMENT = "2026-11-24 03:00:00.000000"


class Ddl:
    """As much of Alembic's `op` as the triggers need."""

    def get_bind(self) -> Any:
        return db.session.connection()

    def execute(self, statement: str) -> None:
        db.session.execute(text(statement.replace(":", "\\:")))


class Saver:
    """Saves by the statements alone, on a connection of its own."""

    def __init__(self) -> None:
        self.is_server = db.engine.dialect.name == "postgresql"
        self.pool = db.engine.raw_connection()
        self.connection: Any = self.pool.driver_connection
        if self.is_server:
            self.connection.autocommit = True
        self.mark = "%s" if self.is_server else "?"
        taken = "SELECT (SELECT max(id) FROM resident), (SELECT max(id) FROM departure)"
        self.first = max(number or 0 for number in self._read(taken)) + 1
        self.ids, self.seq = count(self.first), count(self._read("SELECT seq FROM journal_head")[0])
        next(self.seq)
        self.saved: list[int] = []
        # Over the whole country, where folding has the most blocks to touch.
        places = "SELECT code FROM region WHERE length(code) = 10 ORDER BY code"
        jobs = "SELECT code FROM job ORDER BY code"
        agencies = "SELECT id FROM agency ORDER BY id"
        lists = [self._column(asked) for asked in (places, jobs, agencies)]
        self.rows = list(_rows(SAVES, *lists))

    def _read(self, statement: str) -> Any:
        cursor = self.connection.cursor()
        cursor.execute(statement)
        return cursor.fetchone()

    def _column(self, statement: str) -> list[Any]:
        cursor = self.connection.cursor()
        cursor.execute(statement)
        return [value for (value,) in cursor]

    def record(self, turn: int) -> None:
        """A new person with a departure and papers, in one transaction."""
        number = next(self.ids)
        (_, *person), (_, _, _, *journey) = self.rows[turn]
        person[4] = number.to_bytes(16)  # whose NIK is nobody else's
        with self._transaction() as cursor:
            self._insert(cursor, "resident", RESIDENT, (number, *person))
            said = (number, f"PM-{number:010}", number, *journey)
            self._insert(cursor, "departure", DEPARTURE, said)
            for kind in PAPERS:
                paper = (number, kind, "ada")
                self._insert(cursor, "document", "departure_id, kind, status", paper)
            self._journal(cursor, number)
        self.saved.append(number)

    def edit(self, turn: int) -> None:
        """The other one of two countries for a departure, and one paper, in one transaction."""
        number = self.saved[turn]
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE departure SET country = CASE WHEN country = 'MY' THEN 'TW' ELSE 'MY' END, "  # noqa: S608
                f"version = version + 1, updated_at = {self.mark} WHERE id = {self.mark}",
                (MOMENT, number),
            )
            paper = f"UPDATE document SET status = 'proses' WHERE departure_id = {self.mark} "  # noqa: S608
            cursor.execute(f"{paper} AND kind = {self.mark}", (number, PAPERS[0]))
            self._journal(cursor, number)

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN" if self.is_server else "BEGIN IMMEDIATE")
        yield cursor
        cursor.execute("COMMIT")

    def _journal(self, cursor: Any, number: int) -> None:
        seq, link = next(self.seq), bytes(32)
        entry = (seq, MOMENT, "departure_saved", "uji", "operator", "1807", "{}", link, link, link)
        names = "seq, at, event, actor, role, area_code, detail, values_digest, previous, link"
        self._insert(cursor, "journal_entry", names, entry)
        for ordinal, kind in enumerate(("resident", "departure")):
            names = "seq, ordinal, kind, subject_id, resident_id, version, digest, sealed"
            value = (seq, ordinal, kind, number, number, 1, link, bytes(300))
            self._insert(cursor, "journal_value", names, value)
        cursor.execute(f"UPDATE journal_head SET seq = {self.mark}", (seq,))  # noqa: S608

    def _insert(self, cursor: Any, table: str, names: str, row: tuple[Any, ...]) -> None:
        marks = ", ".join([self.mark] * len(row))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608

    def cpu(self) -> float:
        """Seconds of CPU of this thread, and of the server for this database."""
        if not self.is_server:
            return thread_time()
        cursor = self.connection.cursor()
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        stats = [Path(f"/proc/{pid}/schedstat").read_text().split() for (pid,) in cursor]
        return thread_time() + sum(int(ran) for ran, *_ in stats) / 1e9

    def taken(self, save: Callable[[int], None], *, is_counted: bool) -> float:
        """The CPU time of as many saves as are folded at once, and of folding them."""
        begun = self.cpu()
        for turn in range(SAVES):
            save(turn)
        if is_counted:
            fold()
        return self.cpu() - begun

    def without(self, save: Callable[[int], None]) -> float:
        """The same where nothing keeps the summary; what it changed is taken back."""
        drop_triggers(Ddl())
        db.session.commit()
        known = len(self.saved)
        found = self.taken(save, is_counted=False)
        if save == self.edit:
            self.taken(save, is_counted=False)
        self._forget(self.saved[known:])
        del self.saved[known:]
        create_triggers(Ddl())
        db.session.commit()
        return found

    def _forget(self, numbers: list[int]) -> None:
        owners = (("document", "departure_id"), ("departure", "id"), ("resident", "id"))
        with self._transaction() as cursor:
            for table, column in owners if numbers else ():
                cursor.execute(f"DELETE FROM {table} WHERE {column} >= {numbers[0]}")  # noqa: S608

    def choose_country(self) -> None:
        """One of the two countries of `edit` for whoever it will change."""
        with self._transaction() as cursor:
            cursor.execute(f"UPDATE departure SET country = 'MY' WHERE id >= {self.first}")  # noqa: S608
