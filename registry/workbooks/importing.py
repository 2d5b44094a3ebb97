"""Import of departures from a workbook: `plan` looks and writes nothing, `apply` writes it all.

    found = plan(user, data, filename)
    if not found.bad:
        apply(found, user)

The page and the command use exactly these two.
"""

from typing import NamedTuple

from sqlalchemy import select

from registry.accounts.models import User
from registry.accounts.roles import Permission
from registry.audit.log import HEAD_ID
from registry.audit.models import JournalHead
from registry.db import db, snapshot
from registry.workbooks import guard
from registry.workbooks.guard import FileRefused
from registry.workbooks.import_apply import ImportOutdated, Outcome, apply
from registry.workbooks.import_columns import (
    DEPARTURE_HEADINGS,
    NAME,
    Columns,
    columns_of,
    known_headings,
)
from registry.workbooks.import_deciding import Planner
from registry.workbooks.import_mending import mending_workbook
from registry.workbooks.import_places import find_villages
from registry.workbooks.import_plan import Note, Plan, Rights, Show, silent
from registry.workbooks.import_rows import ImportRow, read_row
from registry.workbooks.reader import Row, read_rows

__all__ = [
    "FileRefused",
    "ImportOutdated",
    "ImportRefused",
    "Limits",
    "Outcome",
    "Plan",
    "apply",
    "mending_workbook",
    "plan",
]


class Limits(NamedTuple):
    """How much one import may bring."""

    rows: int = guard.MAX_ROWS
    bytes: int = guard.MAX_BYTES


PAGE_LIMITS = Limits()
POSTGRES_COMMAND_LIMITS = Limits(500_000, 10 * guard.MAX_BYTES)

NO_NAMES = "Kolom Nama tidak ada, jadi baris baru tidak dapat dibuat."
PEOPLE_ONLY = (
    "Tidak ada kolom tentang keberangkatan (negara, tanggal, dokumen). Bila ini daftar penduduk, "
    "setiap barisnya akan menjadi rencana keberangkatan."
)


class ImportRefused(PermissionError):
    """The account may not import at all."""


def plan(
    user: User,
    data: bytes,
    filename: str,
    *,
    limits: Limits = PAGE_LIMITS,
    show: Show = silent,
) -> Plan:
    """The dry run: what an import of the file by this user would do. Nothing is written.

    Whatever the session has not committed is rolled back, so call it first.

    Args:
        show: makes a progress bar from a label and a length.

    Raises:
        ImportRefused: the account may not import.
        FileRefused: the file cannot be read; its message is for the sender.
    """
    if not (user.is_active_account and user.may(Permission.IMPORT)):
        raise ImportRefused(f"Peran {user.role.label} tidak boleh mengimpor data.")
    actor, user_id, area, rights = user.actor, user.id, user.area, Rights.of(user)
    sheet = read_rows(
        data,
        filename,
        known_headings=known_headings(),
        max_rows=limits.rows,
        max_bytes=limits.bytes,
    )
    columns = columns_of(sheet.headings)
    rows: list[tuple[ImportRow, Row]] = []
    with show("Membaca baris", len(sheet.rows)) as done:
        for row in sheet.rows:
            rows.append((read_row(row, columns), row))
            done(1)
    with show("Mencocokkan", len(rows)) as done, snapshot():
        found = Plan(
            filename=filename,
            actor=actor,
            user_id=user_id,
            journal_seq=_journal_seq(),
            headings=tuple(sheet.headings),
            unknown_headings=columns.unknown,
            notes=_notes_on(columns),
        )
        find_villages(area, (row for row, _ in rows))
        Planner(found, area, rights).take_all(rows, done)
    return found


def _journal_seq() -> int:
    return db.session.scalar(select(JournalHead.seq).where(JournalHead.id == HEAD_ID)) or 0


def _notes_on(columns: Columns) -> list[Note]:
    notes = []
    if NAME not in columns.headings:
        notes.append(Note(None, NO_NAMES))
    if not DEPARTURE_HEADINGS & columns.headings:
        notes.append(Note(None, PEOPLE_ONLY))
    return notes
