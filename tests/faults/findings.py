"""What a database shows after a fault: lost, half, orphaned, or invented."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from registry import create_app
from registry.audit.models import JournalValue
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Departure, Resident
from registry.departures.summary.recounting import check
from registry.operating.beside import first_edited_beside_journal

# Whose record, by NIK, and which version of it. An id would not do: one that was lost with its
# record is given to the next, who would then stand in for it.
Save = tuple[str, int]


@dataclass
class Findings:
    """What a database shows after a fault.

    Attributes:
        lost: acknowledged saves that are not there, each the NIK and the version of its record.
        unjournaled: the first record that its last journal entry does not repeat.
        orphans: departures that the journal tells of and that do not exist.
        invented: people whom nobody sent, where it is known who was sent.
        miscounted: in how many values the summary differs from the departures.
        integrity: what the database says of its own file.
    """

    lost: list[Save]
    unjournaled: object = None
    orphans: set[int] = field(default_factory=set)
    invented: int = 0
    miscounted: int = 0
    integrity: str = "ok"
    chain_is_whole: bool = True

    @property
    def is_clean(self) -> bool:
        return self == Findings(lost=[])


def examine(settings, acknowledged: list[Save], sent: Collection[str] | None = None) -> Findings:
    """Look at the whole database as a process would that starts now.

    Args:
        acknowledged: each save that was answered.
        sent: the NIK of each person whom somebody tried to record, where that is known.
    """
    app = create_app(settings)
    with app.app_context():
        try:
            return _look(acknowledged, sent)
        except DatabaseError as error:
            return Findings(lost=acknowledged, integrity=type(error.orig).__name__)
        finally:
            db.session.remove()
            db.engine.dispose()


def _look(acknowledged: list[Save], sent: Collection[str] | None) -> Findings:
    departures = db.session.scalars(select(Departure)).all()
    versions = {departure.resident.nik: departure.version for departure in departures}
    told = select(JournalValue.subject_id).where(JournalValue.kind == "departure")
    return Findings(
        lost=[(nik, version) for nik, version in acknowledged if versions.get(nik, 0) < version],
        unjournaled=first_edited_beside_journal(),
        orphans=set(db.session.scalars(told)) - {departure.id for departure in departures},
        invented=_count_invented(sent) if sent is not None else 0,
        miscounted=check().differences,
        integrity=_integrity(),
        chain_is_whole=verify_chain().is_whole,
    )


def _count_invented(sent: Collection[str]) -> int:
    return sum(resident.nik not in sent for resident in db.session.scalars(select(Resident)))


def _integrity() -> str:
    """SQLite's own look at its file; PostgreSQL has none that reads everything."""
    if db.engine.dialect.name != "sqlite":
        return "ok"
    return str(db.session.scalar(text("PRAGMA integrity_check")))
