"""Locks that hold for every host of a registry, where the database is a server that they share."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from registry.db import db

# Any numbers that no other advisory lock of the database uses.
PREPARING = 728_264_802
REPLACING_KEYS = 728_264_803


@contextmanager
def alone_in_database(number: int, *, waits: bool) -> Iterator[bool]:
    """Hold PostgreSQL's advisory lock of that number; answers whether it was got.

    On SQLite there is one host, whose lock file does the same.

    Args:
        waits: until whoever holds it has ended, however long that takes.
    """
    if db.engine.dialect.name != "postgresql":
        yield True
        return
    lock = func.pg_advisory_lock if waits else func.pg_try_advisory_lock
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_held = connection.scalar(select(lock(number))) is not False
        try:
            yield is_held
        finally:
            if is_held:
                connection.execute(select(func.pg_advisory_unlock(number)))
