"""The one module that opens transactions.

A request or command that may write begins with `BEGIN IMMEDIATE`. One that only reads begins
plainly and never becomes a writer: a deferred transaction that has read cannot (SQLITE_BUSY).
The journal's entries are written last, inside the same transaction, by `registry.audit.log`.
"""

import enum
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, LargeBinary, MetaData, String, event, orm, text
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from registry.config import Settings, UnsafeStart

# SQLite 3.7.0 to 3.51.2 can corrupt a WAL database that two connections write and checkpoint at
# once; the backports 3.44.6 and 3.50.7 carry the fix.
FIRST_SAFE_SQLITE = (3, 51, 3)
SAFE_BACKPORTS = ((3, 44, 6), (3, 50, 7))
BUSY_TIMEOUT_MS = 15_000
# SQLite asks ever more rarely for whoever waits, so that newcomers overtake the one who waits
# longest. Who begins to ask anew after so long has the same chance as they.
TURN_MS = 45
SQLITE_BUSY = 5

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, naive UTC in the database, alike on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """All models; enums are stored by value, texts have a length, instants are UTC."""

    registry = orm.registry(
        metadata=metadata,
        type_annotation_map={
            enum.Enum: Enum(
                enum.Enum,
                native_enum=False,
                length=40,
                values_callable=lambda members: [member.value for member in members],
            ),
            str: String(250),
            bytes: LargeBinary(),
            datetime: UtcDateTime(),
        },
    )


db = SQLAlchemy(metadata=metadata, session_options={"expire_on_commit": False})

_may_write: ContextVar[bool] = ContextVar("may_write", default=True)


def init_db(app: Flask, settings: Settings) -> None:
    """Bind the database to the app with the settings that keep an acknowledged write."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    if settings.is_sqlite:
        import pysqlite3.dbapi2 as driver

        refuse_unsafe_sqlite(driver.sqlite_version_info)
        options: dict[str, Any] = {"module": driver}
    else:
        options = {"pool_pre_ping": True}
    # What was being stored must not reach a log by way of an error's message.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options | {"hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        listen_to_engine(db.engine)


def refuse_unsafe_sqlite(version: tuple[int, ...]) -> None:
    """Raise UnsafeStart for a SQLite that can corrupt a database in WAL mode."""
    if version >= FIRST_SAFE_SQLITE:
        return
    if any(version[:2] == safe[:2] and version >= safe for safe in SAFE_BACKPORTS):
        return
    shown = ".".join(map(str, version))
    raise UnsafeStart(
        f"SQLite {shown} dapat merusak basis data dalam mode WAL. "
        "Diperlukan 3.51.3 atau yang lebih baru."
    )


def listen_to_engine(engine: Engine) -> None:
    """Let this module, not the driver, begin every transaction of the engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-64000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    if not _may_write.get():
        connection.exec_driver_sql("BEGIN")
        return
    until = monotonic() + BUSY_TIMEOUT_MS / 1000
    _set(connection, f"busy_timeout={TURN_MS}")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError as error:
                if not _is_busy(error) or monotonic() > until:
                    raise
            else:
                return
    finally:
        _set(connection, f"busy_timeout={BUSY_TIMEOUT_MS}")


def _set(connection: Connection, pragma: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA {pragma}").close()


def _is_busy(error: OperationalError) -> bool:
    """Whether somebody else is writing."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == SQLITE_BUSY


def _begin_postgres(connection: Connection) -> None:
    """Who only reads sees one state; by default each statement would be shown one of its own."""
    if not _may_write.get():
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def allow_writing(allowed: bool) -> None:
    """Say whether the transactions that this request opens may write; called at its start."""
    _may_write.set(allowed)


def may_write() -> bool:
    """Whether the transactions of this request may write."""
    return _may_write.get()


@contextmanager
def short_write() -> Iterator[None]:
    """A short writing transaction inside a request that otherwise only reads.

    What was read before is forgotten by the session and read again on its next use; the block
    commits, or nothing of it was written.
    """
    db.session.rollback()
    before = _may_write.get()
    _may_write.set(True)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _may_write.set(before)


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for all that is read inside; writers do not wait for it.

    It begins and ends with a rollback, so nothing may be noted or changed before that is still to
    be committed.
    """
    db.session.rollback()
    before = _may_write.get()
    _may_write.set(False)
    try:
        yield
    finally:
        db.session.rollback()
        _may_write.set(before)


def compact(tables: Iterable[str]) -> bool:
    """Write the files anew, so that nothing which was overwritten is left in their free space.

    Answers whether SQLite's log is empty too: it is not while somebody reads. Writers wait.
    """
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")
            # The planner's samples held names, too; the owner of a database may do this.
            connection.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")
        return True
    plain = db.engine.raw_connection()
    try:
        cursor = plain.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, *_ = cursor.fetchall()[0]
        return not is_busy
    finally:
        plain.close()


def learn_sizes() -> None:
    """Let PostgreSQL look at its tables after many rows came at once; readers and writers go on.

    Until it looks by itself, up to a minute later, it joins a filled table as if it were empty.
    """
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def next_ids(table: str, count: int = 1) -> list[int]:
    """Reserve primary keys before inserting, since sealed values are bound to their row's id.

    Ids are never used twice, not even after a deletion. Call within a writing transaction.
    """
    if db.engine.dialect.name == "sqlite":
        used = db.session.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table}
        ).scalar()
        first = int(used or 0) + 1
        # An insert with a larger id moves SQLite's own counter; until then ours must.
        moved = db.session.execute(
            text("UPDATE sqlite_sequence SET seq = :last WHERE name = :name"),
            {"last": first + count - 1, "name": table},
        )
        if moved.rowcount == 0:  # type: ignore[attr-defined]
            db.session.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
                {"last": first + count - 1, "name": table},
            )
        return list(range(first, first + count))
    rows = db.session.execute(
        text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"),
        {"name": table, "count": count},
    )
    return [int(row[0]) for row in rows]


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)
