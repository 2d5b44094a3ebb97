"""Copying a registry from SQLite into an empty PostgreSQL, and proving that nothing differs.

The target gets everything in one transaction, schema included: whatever ends it early leaves an
empty database. The source is read in one writing transaction, so that whoever saves meanwhile
waits, or is told that it failed; nothing is acknowledged that the copy lacks.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import psycopg
from flask import Flask, current_app
from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from registry.audit.verify import head_anchor, verify_chain
from registry.config import Settings
from registry.db import db, init_db, learn_sizes, metadata, snapshot
from registry.departures.models import Departure
from registry.departures.summary.recounting import check
from registry.operating import rows
from registry.operating.beside import first_edited_beside_journal
from registry.operating.checks import refuse_other_keys, refuse_unsafe_postgres
from registry.operating.health import current_migration, newest_migration
from registry.operating.migrating import migrate_within
from registry.operating.postgres import drop_everything

NO_ANSWER = "Basis data tujuan tidak menjawab; tidak ada yang berubah di sana."
NOT_MIGRATED = "Basis data ini belum dimigrasi. Jalankan ./run --setup-only --empty."
BEING_WRITTEN = "Basis data ini sedang ditulis. Hentikan layanan, lalu ulangi."

ProgressBar = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]


class CopyRefused(RuntimeError):
    """The copy did not begin, or the target is empty again; the message names nobody."""


@dataclass(frozen=True)
class Copied:
    """What was compared row by row, recounted, and walked."""

    tables: int
    rows: int
    departures: int
    entries: int


def copy_database(address: str, progress: ProgressBar) -> Copied:
    """Copy this installation's SQLite into the PostgreSQL at the address.

    Raises CopyRefused, and UnsafeStart for a server that may lose what it acknowledged.

    Args:
        progress: makes a progress bar from a label and a length.
    """
    settings: Settings = current_app.config["PAMIT"]
    _refuse_source(settings)
    target = _target_app(settings, address)
    with held_source() as source, _left_closed(target):
        _refuse_other_tables(source)
        with target.app_context():
            try:
                refuse_unsafe_postgres()
                db.session.remove()
                with db.engine.begin() as connection:
                    _refuse_filled(connection)
                    counts = copy_tables(source, connection, progress)
            except OperationalError as error:
                raise CopyRefused(NO_ANSWER) from error
        return _proven(target, sum(counts.values()), progress)


def _refuse_source(settings: Settings) -> None:
    if not settings.is_sqlite:
        raise CopyRefused("DATABASE_URL harus menunjuk SQLite yang akan disalin.")
    with snapshot():
        if current_migration() != newest_migration():
            raise CopyRefused(NOT_MIGRATED)
        refuse_other_keys()
        edited = first_edited_beside_journal()
    if edited is not None:
        raise CopyRefused("Ada catatan yang diubah di luar jurnal. Jalankan audit verify.")


def _target_app(settings: Settings, address: str) -> Flask:
    """An application that knows the target database, and nothing else."""
    try:
        is_postgres = make_url(address).get_backend_name() == "postgresql"
    except ArgumentError:
        is_postgres = False
    if not is_postgres:
        raise CopyRefused("Tujuan harus berbentuk postgresql://pengguna@server/nama.")
    target = Flask("registry", instance_path=str(settings.instance_path))
    target.config["PAMIT"] = replace(settings, database_url=address)
    init_db(target, target.config["PAMIT"])
    return target


@contextmanager
def _left_closed(target: Flask) -> Iterator[None]:
    try:
        yield
    finally:
        with target.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def held_source() -> Iterator[Connection]:
    """The source, in a transaction during which nobody else writes."""
    db.session.remove()
    try:
        connection = db.engine.connect()
        connection.begin()
    except OperationalError as error:
        raise CopyRefused(BEING_WRITTEN) from error
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


def _refuse_other_tables(source: Connection) -> None:
    found = {name for name in inspect(source).get_table_names() if name != "alembic_version"}
    if other := found ^ metadata.tables.keys():
        raise CopyRefused(f"Tabel {min(other)} tidak dikenal program ini, atau tidak ada.")


def _refuse_filled(target: Connection) -> None:
    if names := inspect(target).get_table_names():
        raise CopyRefused(
            f"Basis data tujuan tidak kosong (ada tabel {min(names)}). Buat yang baru: createdb."
        )


def copy_tables(source: Connection, target: Connection, progress: ProgressBar) -> dict[str, int]:
    """Make the schema, copy every table and compare it; answers the rows of each table."""
    migrate_within(target)
    tables = metadata.sorted_tables
    for table in tables:
        # What triggers would note is copied like everything else.
        target.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
    for table in reversed(tables):
        target.execute(table.delete())
    counts = {table.name: rows.count(source, table) for table in tables}
    digests = {}
    with progress("Menyalin", sum(counts.values())) as done:
        for table in tables:
            try:
                digests[table.name] = rows.send(source, target, table, done)
            except psycopg.Error as error:
                reason = type(error).__name__
                raise CopyRefused(f"Tabel {table.name} tidak dapat disalin ({reason}).") from error
    with progress("Membandingkan", sum(counts.values())) as done:
        for table in tables:
            if rows.digest_of(target, table, done) != digests[table.name]:
                raise CopyRefused(f"Salinan tabel {table.name} berbeda; tujuan kosong kembali.")
            rows.continue_ids(source, target, table)
            target.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
    return counts


def _proven(target: Flask, count: int, progress: ProgressBar) -> Copied:
    """Recount and walk the copy as the program will read it; what does not hold is removed."""
    with snapshot():
        head = head_anchor()
    with target.app_context():
        learn_sizes()
        with snapshot():
            departures = db.session.scalar(select(func.count()).select_from(Departure)) or 0
        counted = check()
        with snapshot(), progress("Memeriksa jurnal", head.seq if head else 0) as done:
            chain = verify_chain([head] if head else [], done)
        with snapshot():
            edited = first_edited_beside_journal()
        problems = {
            "ringkasan": counted.differences or counted.departures != departures,
            "rantai jurnal": not chain.is_whole,
            "catatan di luar jurnal": edited,
        }
        found = [name for name, is_wrong in problems.items() if is_wrong]
        if found:
            db.session.remove()
            drop_everything()
    if found:
        raise CopyRefused(f"Salinan tidak lulus: {', '.join(found)}; tujuan dikosongkan kembali.")
    return Copied(len(metadata.tables), count, departures, chain.entries)
