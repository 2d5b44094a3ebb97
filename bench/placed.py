"""The registry of a bench, on SQLite or a PostgreSQL of its own, and the time it takes there."""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import thread_time

from flask import Flask
from sqlalchemy import create_engine, text

from bench.data import FOLDER, SIZES, database
from bench.measuring import rounds_of
from registry import create_app
from registry.db import db, learn_sizes
from registry.operating.copying import copy_tables, held_source
from registry.progress import progress
from tests.conftest import settings_for
from tests.databases import PostgresDatabases

KINDS = ("sqlite", "postgresql")
SESSIONS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
    "AND backend_type = 'client backend' ORDER BY pid"
)


def arguments(about: str, rounds: int) -> argparse.Namespace:
    """What a bench was told: size, database, rounds, margin and folder.

    Args:
        about: the bench's documentation, whose first line is shown.
        rounds: how many, where nothing is said.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--size", default="10k", help=f"a number, or {', '.join(SIZES)}")
    parser.add_argument("--database", choices=KINDS, default=KINDS[0])
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--margin", type=float, default=1.0, help="the goals times so much")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    return parser.parse_args()


@contextmanager
def opened(given: argparse.Namespace) -> Iterator[Flask]:
    """The application on the kept database, or a copy in PostgreSQL; within its context."""
    size = SIZES.get(given.size) or int(given.size)
    if given.database == "sqlite":
        place = database(size, given.folder)
    else:
        place = copy_of(size, given.database, given.folder)
    with place as app, app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def cpu_rounds(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """The CPU time of each work in each round: of this thread, and of its sessions in PostgreSQL.

    Raises RuntimeError when sessions came or went meanwhile, whose time would be counted wrongly.
    """
    if db.engine.dialect.name == "postgresql":
        for work in works.values():
            work()  # opens what connections it needs
    with cpu_clock() as clock:
        return rounds_of(works, rounds, clock)


@contextmanager
def cpu_clock() -> Iterator[Callable[[], float]]:
    """Seconds of CPU of this thread, and of the sessions in PostgreSQL that there are now.

    Raises RuntimeError at its end when there are others by then.
    """
    if db.engine.dialect.name == "sqlite":
        yield thread_time
        return
    sessions = _sessions()
    files = [Path(f"/proc/{pid}/schedstat") for pid in sessions]

    def clock() -> float:
        return thread_time() + sum(int(file.read_text().split()[0]) for file in files) / 1e9

    yield clock
    if _sessions() != sessions:
        raise RuntimeError("the sessions in PostgreSQL are others than at the beginning")


def _sessions() -> list[int]:
    found = list(db.session.scalars(SESSIONS))
    db.session.rollback()
    return found


@contextmanager
def copy_of(size: int, kind: str, folder: Path) -> Iterator[Flask]:
    """The application on a copy of the kept database of that size, on either kind of database."""
    with tempfile.TemporaryDirectory(prefix="pamit-write-") as name:
        with database(size, folder) as kept:
            settings = kept.config["PAMIT"]
        path = Path(name) / "pamit.sqlite"
        shutil.copyfile(settings.database_url.removeprefix("sqlite:///"), path)
        here = replace(settings, database_url=f"sqlite:///{path}", instance_path=Path(name))
        if kind == "sqlite":
            yield create_app(here)
            return
        servers = PostgresDatabases(lambda url: settings_for(url, settings.keys_path))
        try:
            address = servers.empty()
            source = create_app(here)
            with source.app_context():
                _copy(address)
            app = create_app(replace(here, database_url=address))
            with app.app_context():
                learn_sizes()
                db.engine.dispose()
            yield app
        finally:
            servers.close()


def _copy(address: str) -> None:
    """As `database copy` does it, but for what these invented records lack: their journal."""
    engine = create_engine(address)
    with held_source() as source, engine.begin() as target:
        copy_tables(source, target, progress)
        # The time of helpers could not be counted.
        name = target.engine.url.database
        target.exec_driver_sql(f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = 0")
    engine.dispose()
    db.session.remove()
    db.engine.dispose()
