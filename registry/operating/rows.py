"""The rows of a table as SQLite stores them, sent to PostgreSQL and read back to be compared.

A digest of a table is the sum of the digests of its rows, so that the order, which each database
keeps in its own way, does not matter. Memory does not grow with the table.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, DateTime, Table, text
from sqlalchemy.types import TypeDecorator, TypeEngine

BATCH = 5_000
MODULUS = 1 << 256
INSTANT = "%Y-%m-%d %H:%M:%S.%f"
INSTANT_LENGTH = len("2026-01-31 08:30:00.000000")

Row = tuple[Any, ...]
Digest = tuple[int, int]  # rows, and the sum of their digests
Done = Callable[[int], object]


def count(source: Connection, table: Table) -> int:
    return int(source.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one())  # noqa: S608 - a table of our own


def send(source: Connection, target: Connection, table: Table, done: Done) -> Digest:
    """Copy all rows into the empty table of the target; answers the digest of what was read."""
    names = _names(table)
    stored = _driver(source).execute(f"SELECT {names} FROM {table.name}")  # noqa: S608 - names of our own
    makers = [_as_stored(column.type) for column in table.columns]
    found: Digest = (0, 0)
    with (
        _driver(target).cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy,
    ):
        for batch in _batches(stored):
            plain = [_made(makers, row) for row in batch]
            for row in plain:
                copy.write_row(row)
            found = _added(found, plain)
            done(len(plain))
    return found


def digest_of(target: Connection, table: Table, done: Done) -> Digest:
    """The digest of the rows that the target holds."""
    names = ", ".join(
        f'"{column.name}"::text' if isinstance(_plain(column.type), JSON) else f'"{column.name}"'
        for column in table.columns
    )
    found: Digest = (0, 0)
    with _driver(target).cursor(name="compared") as cursor:
        cursor.itersize = BATCH
        cursor.execute(f"SELECT {names} FROM {table.name}")  # noqa: S608 - names of our own
        for batch in _batches(cursor):
            found = _added(found, [tuple(map(_as_sqlite_stores, row)) for row in batch])
            done(len(batch))
    return found


def continue_ids(source: Connection, target: Connection, table: Table) -> None:
    """Let the next id of the target be the one that the source would have given."""
    if [column.name for column in table.primary_key] != ["id"]:
        return
    sequence = target.execute(
        text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}
    ).scalar()
    if sequence is None:
        return
    used = source.execute(
        text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
    ).scalar()
    highest = source.exec_driver_sql(f"SELECT max(id) FROM {table.name}").scalar()  # noqa: S608 - a table of our own
    last = max(used or 0, highest or 0)
    target.execute(
        text("SELECT setval(:sequence, :last, :is_used)"),
        {"sequence": sequence, "last": max(last, 1), "is_used": last > 0},
    )


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _batches(cursor: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(cursor)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _added(digest: Digest, batch: Sequence[Row]) -> Digest:
    number, total = digest
    for row in batch:
        total += int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=32).digest())
    return number + len(batch), total % MODULUS


def _made(makers: Sequence[Callable[[Any], Any] | None], row: Sequence[Any]) -> Row:
    return tuple(
        make(value) if make is not None and value is not None else value
        for make, value in zip(makers, row, strict=True)
    )


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _as_stored(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """How a value of SQLite is written in one way only; None for what is so already."""
    plain = _plain(kind)
    if isinstance(plain, Boolean):
        return bool
    return _instant if isinstance(plain, DateTime) else None


def _instant(stored: str) -> str:
    if len(stored) == INSTANT_LENGTH and stored[10] == " ":
        return stored
    return datetime.fromisoformat(stored).strftime(INSTANT)


def _as_sqlite_stores(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime(INSTANT)
    return value.isoformat() if isinstance(value, date) else value
