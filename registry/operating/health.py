"""What an operator or a monitor asks of a running installation, without personal data."""

from dataclasses import asdict, dataclass
from functools import lru_cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from registry import sealing
from registry.config import Settings
from registry.db import db, snapshot
from registry.departures.assessing import ASSESSED_THROUGH
from registry.operating.facts import KEY_CHECK, fact
from registry.operating.guards import free_megabytes
from registry.operating.migrating import MIGRATIONS
from registry.operating.self_check import is_forgotten, is_overdue, last_check
from registry.operating.unfinished import is_unfinished
from registry.regions.models import Region


@dataclass(frozen=True)
class Health:
    """The state of an installation.

    Attributes:
        problems: what is wrong, in words that name nobody; empty when all is well.
        self_checked_at: when `flask self-check` last looked at the whole.
        self_check_ok: whether it found nothing.
        assessed_through: the day for which the rules last judged the whole registry.
    """

    problems: tuple[str, ...]
    migration: str | None = None
    regions: int = 0
    free_mb: int | None = None
    assessed_through: str | None = None
    self_checked_at: str | None = None
    self_check_ok: bool | None = None

    @property
    def is_well(self) -> bool:
        return not self.problems

    def as_line(self) -> dict[str, object]:
        return {"status": "ok" if self.is_well else "bermasalah", **asdict(self)}


def look() -> Health:
    """Ask the database and the disk; never raises for a database that does not answer."""
    settings: Settings = current_app.config["PAMIT"]
    try:
        with snapshot():
            migration = current_migration()
            known_keys = fact(KEY_CHECK) if migration else None
            count = select(func.count()).select_from(Region)
            regions = db.session.scalar(count) if migration else 0
            assessed_through = fact(ASSESSED_THROUGH) if migration else None
            checked = last_check() if migration else None
            is_unchecked = bool(migration) and checked is None and is_forgotten()
        free = free_megabytes(settings)
    except (SQLAlchemyError, OSError):
        return Health(problems=("basis data tidak menjawab",))
    found = {
        "pemulihan cadangan belum selesai": is_unfinished(settings),
        "migrasi belum lengkap": migration != newest_migration(),
        "daftar wilayah kosong": not regions,
        "kunci bukan milik basis data ini": not sealing.keyring().opens(known_keys or ""),
        "ruang penyimpanan hampir habis": free < settings.minimum_free_mb,
        "pemeriksaan mandiri menemukan masalah": checked is not None and not checked[1],
        "pemeriksaan mandiri belum pernah berjalan": is_unchecked,
        "pemeriksaan mandiri tidak lagi berjalan": checked is not None and is_overdue(checked[0]),
    }
    problems = tuple(problem for problem, is_true in found.items() if is_true)
    return Health(
        problems,
        migration,
        regions or 0,
        free,
        assessed_through,
        checked[0].isoformat(timespec="seconds") if checked else None,
        checked[1] if checked else None,
    )


def current_migration() -> str | None:
    """The last migration that the database went through; None for a new one."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


@lru_cache(maxsize=1)
def newest_migration() -> str | None:
    """The last migration that this program knows."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
