"""PostgreSQL's own tools for backup and restore; the password never stands on a command line."""

import os
import shutil
import subprocess
from pathlib import Path

from psycopg import conninfo
from sqlalchemy import text
from sqlalchemy.engine import make_url

from registry.config import Settings
from registry.db import db
from registry.operating.facts import KEY_CHECK


class ToolFailed(RuntimeError):
    """`pg_dump` or `pg_restore` is missing or did not succeed."""


def dump(settings: Settings, path: Path) -> None:
    """The whole database in PostgreSQL's custom format."""
    _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={path}")


def restore(settings: Settings, path: Path) -> None:
    """Put a dump in the place of a database that holds nothing worth keeping."""
    drop_everything()
    options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    _run(settings, "pg_restore", *options, str(path))


def drop_everything() -> None:
    """Empty the database, whose owner we must be."""
    with db.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def key_check_in(settings: Settings, path: Path) -> str | None:
    """The fingerprint of the keys that sealed a dump."""
    said = _tool(settings, "pg_restore", "--data-only", "--table=meta", "--file=-", str(path))
    for line in said.splitlines():
        key, _, value = line.partition("\t")
        if key == KEY_CHECK:
            return value
    return None


def _run(settings: Settings, name: str, *options: str) -> None:
    url = make_url(settings.database_url)
    # As SQLAlchemy hands them to the driver, several hosts of one database included.
    _, arguments = url.get_dialect()().create_connect_args(url)
    password = arguments.pop("password", None)
    target = conninfo.make_conninfo(**arguments)
    _tool(settings, name, f"--dbname={target}", *options, password=password)


def _tool(settings: Settings, name: str, *options: str, password: str | None = None) -> str:
    environment = dict(os.environ) | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(  # noqa: S603 (our own arguments, no shell)
        [_find(settings, name), *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = " ".join(done.stderr.split()) or "tanpa keterangan"
        raise ToolFailed(f"{name} gagal: {reason[:300]}")
    return done.stdout


def _find(settings: Settings, name: str) -> str:
    folder = str(settings.postgres_bin) if settings.postgres_bin else None
    found = shutil.which(name, path=folder)
    if found is None:
        raise ToolFailed(f"{name} tidak ditemukan. Pasang klien PostgreSQL, atau isi POSTGRES_BIN.")
    return found
