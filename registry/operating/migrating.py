"""Making the schema inside a transaction of the caller, where all or nothing is wanted."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from registry.db import metadata

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate_within(connection: Connection) -> None:
    """Bring the database of the connection to this program's version; the caller commits."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    environment = EnvironmentContext(
        Config(), scripts, fn=lambda revision, _context: scripts._upgrade_revs("head", revision)
    )
    with environment:
        environment.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        environment.run_migrations()
