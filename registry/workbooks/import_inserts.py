"""Inserts that are made ready before the transaction, so that the lock is held for them alone.

Half of the time of a large insert goes into turning values into what the driver takes. That is done
here without a transaction; inside it the driver only gets what is ready.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from registry.db import db
from registry.departures.bulk import BATCH, Row


@dataclass(frozen=True, slots=True)
class Inserts:
    """A statement and its rows as the driver takes them: tuples or, by name, dictionaries."""

    sql: str
    rows: list[Any]

    def run(self, done: Callable[[int], object] = lambda count: None) -> None:
        """Insert the rows in the session's transaction."""
        connection = db.session.connection()
        for start in range(0, len(self.rows), BATCH):
            batch = self.rows[start : start + BATCH]
            connection.exec_driver_sql(self.sql, batch)
            done(len(batch))


def made_ready(model: Any, rows: Sequence[Row]) -> Inserts:
    """The inserts of rows that all have the same columns; no default of a column is filled in."""
    if not rows:
        return Inserts("", [])
    table, dialect = model.__table__, db.engine.dialect
    compiled = insert(table).inline().compile(dialect=dialect, column_keys=list(rows[0]))
    names = list(compiled.positiontup or compiled.params)
    if set(names) != set(rows[0]):
        raise KeyError(table.name)
    processors = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    columns = list(zip(names, processors, strict=True))
    is_positional = compiled.positiontup is not None
    ready: list[Any] = []
    for row in rows:
        values = [row[name] if process is None else process(row[name]) for name, process in columns]
        ready.append(tuple(values) if is_positional else dict(zip(names, values, strict=True)))
    return Inserts(str(compiled), ready)
