"""Writing what an import's dry run found ready: all of it in one transaction, or nothing.

Whatever can be worked out before is: ids are reserved in a short transaction of their own, values
are sealed and judged while nobody waits, and the writing transaction only checks that the plan
still holds, inserts and updates.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from registry import sealing
from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalValue
from registry.db import db, learn_sizes, next_ids, short_write, snapshot
from registry.departures import bulk
from registry.departures.changes import REGISTRATION_ALPHABET
from registry.departures.models import (
    Departure,
    DepartureWriter,
    Document,
    Flag,
    ImportedRow,
    Resident,
)
from registry.departures.summary.storing import fold_quietly
from registry.formatting import today
from registry.workbooks.import_inserts import Inserts, made_ready
from registry.workbooks.import_matching import batches, free_numbers
from registry.workbooks.import_plan import Plan, Show, silent
from registry.workbooks.import_sealing import Ids, Written, write_down

BATCH = 500
ROUNDS = 20


class ImportOutdated(RuntimeError):
    """Somebody changed one of the records since the dry run; the import has to be planned again."""

    def __init__(self) -> None:
        super().__init__("Data di Pamit berubah sejak berkas diperiksa. Periksa berkasnya lagi.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import wrote and what it left."""

    added: int
    updated: int
    known: int
    bad: int


def apply(plan: Plan, user: User, show: Show = silent) -> Outcome:
    """Write everything that the plan found ready, in one transaction that is committed here.

    Ids are reserved before, so a failure leaves a gap in them and nothing else.

    Args:
        show: makes a progress bar from a label and a length.

    Raises:
        ImportOutdated: the registry changed meanwhile; plan again.
        PermissionError: the plan is somebody else's.
    """
    if (user.id, user.actor) != (plan.user_id, plan.actor):
        raise PermissionError("Rencana impor ini milik pengguna lain.")
    outcome = Outcome(len(plan.new), len(plan.updates), plan.known, len(plan.bad))
    if not plan.ready:
        return outcome
    sealed_under = sealing.keyring().version
    with show("Menyegel", plan.ready) as done:
        written = write_down(plan, _reserve(plan), today(), done)
    inserts = _made_ready(written)
    try:
        with show("Menyimpan", len(plan.new)) as done, short_write():
            _refuse_outdated(plan)
            _store(written, inserts, done)
            # Keys that were replaced meanwhile may be gone before anybody reads these rows.
            if sealing.keyring().version != sealed_under:
                raise ImportOutdated
            log.record(
                Event.DEPARTURES_IMPORTED,
                by=plan.actor,
                area_code=plan.actor.area_code,
                subjects=written.subjects,
                detail={
                    "baru": outcome.added,
                    "diperbarui": outcome.updated,
                    "sudah_ada": outcome.known,
                    "galat": outcome.bad,
                },
            )
    except IntegrityError as error:
        raise ImportOutdated from error
    learn_sizes()
    fold_quietly()
    return outcome


def _reserve(plan: Plan) -> Ids:
    """Ids and registration numbers for everything new; gaps in the ids do no harm."""
    people = {id(new.person) for new in plan.new if new.person.resident is None}
    wanted = sum(new.row.registration_number is None for new in plan.new)
    with snapshot():
        numbers = _new_numbers(wanted, today().year)
    if not plan.new:
        return Ids(iter(()), iter(()), iter(()))
    with short_write():
        residents = next_ids("resident", len(people)) if people else []
        departures = next_ids("departure", len(plan.new))
    return Ids(iter(residents), iter(departures), iter(numbers))


def _new_numbers(count: int, year: int) -> list[str]:
    """So many registration numbers that nobody has; the unique column has the last word."""
    found: set[str] = set()
    for _ in range(ROUNDS):
        missing = count - len(found)
        if missing <= 0:
            break
        found |= free_numbers({_random_number(year) for _ in range(missing)} - found)
    return list(found)


def _random_number(year: int) -> str:
    return f"PM-{year}-{''.join(secrets.choice(REGISTRATION_ALPHABET) for _ in range(5))}"


def _refuse_outdated(plan: Plan) -> None:
    """Compare the plan with what the journal says was changed since it was made."""
    changed: dict[str, set[int]] = {"resident": set(), "departure": set()}
    since = select(JournalValue.kind, JournalValue.subject_id).where(
        JournalValue.seq > plan.journal_seq, JournalValue.digest.is_not(None)
    )
    for kind, subject_id in db.session.execute(since):
        changed.setdefault(kind, set()).add(subject_id)
    touched = {update.record.departure["id"] for update in plan.updates}
    people = {update.record.resident["id"] for update in plan.updates} | set(plan.resident_changes)
    people |= {new.person.resident["id"] for new in plan.new if new.person.resident is not None}
    if touched & changed["departure"] or people & changed["resident"]:
        raise ImportOutdated
    if changed["departure"] and _owners(changed["departure"]) & people:
        raise ImportOutdated
    if changed["resident"]:
        _refuse_new_neighbours(plan, changed["resident"])


def _owners(departure_ids: Iterable[int]) -> set[int]:
    """Whose the changed departures are; ids only, nothing is shown of them."""
    found: set[int] = set()
    for batch in batches(departure_ids, BATCH):
        found |= set(
            db.session.scalars(select(Departure.resident_id).where(Departure.id.in_(batch)))
        )
    return found


def _refuse_new_neighbours(plan: Plan, resident_ids: Iterable[int]) -> None:
    """A NIK that was new when the plan was made may have been recorded meanwhile."""
    keyring = sealing.keyring()
    new = {
        (new.row.village_code, index)
        for new in plan.new
        if new.row.nik and new.person.resident is None
        for index in keyring.blind_indexes("nik", new.row.nik)
    }
    for batch in batches(resident_ids, BATCH):
        statement = select(Resident.village_code, Resident.nik_index).where(Resident.id.in_(batch))
        if any((code, index) in new for code, index in db.session.execute(statement)):
            raise ImportOutdated


def _made_ready(written: Written) -> dict[Any, Inserts]:
    """Every insert in the order of the foreign keys; the rows themselves are let go."""
    rows_of = {
        Resident: written.new_residents,
        Departure: written.new_departures,
        Document: written.new_papers,
        Flag: written.new_flags,
        DepartureWriter: written.first_writers,
        ImportedRow: written.imported,
    }
    ready: dict[Any, Inserts] = {}
    for model, rows in rows_of.items():
        ready[model] = made_ready(model, rows)
        rows.clear()
    return ready


def _store(written: Written, inserts: dict[Any, Inserts], done: Callable[[int], object]) -> None:
    # What changed comes first: it locks what another import may be waiting for.
    _update_rows(Resident, written.changed_residents)
    _update_rows(Departure, written.changed_departures)
    _update_papers(written.changed_papers)
    _update_rows(Flag, written.changed_flags)
    for model, ready in inserts.items():
        ready.run(done if model is Departure else lambda count: None)
    bulk.insert_rows(DepartureWriter, _not_yet_noted(written.writers))


def _update_rows(model: Any, rows: Sequence[bulk.Row]) -> None:
    """Rewrite whole rows; one that somebody changed since it was read makes the plan outdated."""
    if not rows:
        return
    table = model.__table__
    if "version" in rows[0]:
        _lock_versions(table, rows)
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in rows[0] if name != "id"})
    )
    for batch in batches(rows, bulk.BATCH):
        db.session.execute(statement, [_bound(row) | {"row_id": row["id"]} for row in batch])


def _bound(row: bulk.Row) -> bulk.Row:
    return {f"new_{name}": value for name, value in row.items() if name != "id"}


def _lock_versions(table: Any, rows: Sequence[bulk.Row]) -> None:
    """Lock the rows until the commit and see that nobody has changed or deleted one."""
    for batch in batches(rows, BATCH):
        expected = {(row["id"], row["version"] - 1) for row in batch}
        statement = (
            select(table.c.id, table.c.version)
            .where(table.c.id.in_([row["id"] for row in batch]))
            .order_by(table.c.id)
            .with_for_update()
        )
        if {(row.id, row.version) for row in db.session.execute(statement)} != expected:
            raise ImportOutdated


def _update_papers(rows: Sequence[bulk.Row]) -> None:
    if not rows:
        return
    table: Any = Document.__table__
    keys = ("departure_id", "kind")
    statement = (
        update(table)
        .where(*(table.c[key] == bindparam(f"new_{key}") for key in keys))
        .values({name: bindparam(f"new_{name}") for name in rows[0] if name not in keys})
    )
    for batch in batches(rows, bulk.BATCH):
        db.session.execute(statement, [_bound(row) for row in batch])


def _not_yet_noted(writers: Sequence[bulk.Row]) -> list[bulk.Row]:
    """Those who are not yet noted as a writer of the record."""
    known: set[tuple[int, int]] = set()
    for batch in batches(writers, BATCH):
        statement = select(DepartureWriter.departure_id, DepartureWriter.user_id).where(
            DepartureWriter.departure_id.in_([row["departure_id"] for row in batch])
        )
        known |= {(row.departure_id, row.user_id) for row in db.session.execute(statement)}
    return [row for row in writers if (row["departure_id"], row["user_id"]) not in known]
