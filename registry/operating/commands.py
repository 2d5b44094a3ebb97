"""The commands of whoever runs the machine: assess, audit, backup, restore, health."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from registry.accounts.users_cli import Failure
from registry.audit.verify import verify_chain
from registry.db import db, snapshot
from registry.departures.digests import first_edited_beside_journal
from registry.departures.models import Departure
from registry.formatting import long_date, thousands, today
from registry.operating.backups import BackupFailed, make_backup, restore_backup
from registry.operating.daily import judge_due
from registry.operating.health import look
from registry.operating.postgres import ToolFailed
from registry.progress import progress

KINDS = {"resident": "warga", "departure": "keberangkatan"}

assess = AppGroup("assess", help="Penilaian ulang menurut aturan.")
audit = AppGroup("audit", help="Jurnal.")


@assess.command("due")
def assess_due() -> None:
    """Menilai ulang keberangkatan yang jatuh tempo; untuk pewaktu sebelum jam kerja."""
    day = today()
    due = select(func.count()).select_from(Departure).where(Departure.holds_until <= day)
    with snapshot():
        count = db.session.scalar(due) or 0
    with progress("Menilai ulang", count) as done:
        judged = judge_due(day, again=True, progress=done)
    click.echo(f"Dinilai ulang untuk {long_date(day)}: {thousands(judged)} keberangkatan.")


@audit.command("verify")
def audit_verify() -> None:
    """Memeriksa rantai jurnal dan kecocokan setiap catatan dengan entri terakhirnya."""
    with snapshot():
        found = verify_chain()
        edited = first_edited_beside_journal() if found.is_whole else None
    if not found.is_whole:
        raise Failure(f"Rantai jurnal putus pada entri {found.broken_at}: {found.reason}.")
    if edited:
        kind = KINDS.get(edited.kind, edited.kind)
        raise Failure(
            f"{thousands(found.entries)} entri, rantai utuh, tetapi {kind} {edited.subject_id} "
            "diubah di luar jurnal."
        )
    click.echo(f"{thousands(found.entries)} entri, rantai utuh; semua catatan cocok dengan jurnal.")


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
def backup(folder: Path) -> None:
    """Membuat cadangan basis data di DIR, juga selagi melayani; kunci tidak ikut."""
    try:
        made = make_backup(folder)
    except (BackupFailed, ToolFailed) as error:
        raise Failure(str(error)) from error
    megabytes = f"{made.size / 1024**2:.1f}".replace(".", ",")
    click.echo(f"Cadangan: {made.path} ({megabytes} MB, jurnal sampai entri {made.last_entry}).")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Memulihkan cadangan FILE ke instalasi yang kosong."""
    try:
        found = restore_backup(file)
    except (BackupFailed, ToolFailed) as error:
        raise Failure(str(error)) from error
    with snapshot():
        chain = verify_chain()
    if not chain.is_whole:
        raise Failure(f"Dipulihkan, tetapi rantai jurnal putus pada entri {chain.broken_at}.")
    click.echo(
        f"Dipulihkan: {thousands(found.residents)} warga, {thousands(found.departures)} "
        f"keberangkatan, {thousands(found.entries)} entri jurnal; rantai utuh."
    )


@click.command("health")
@with_appcontext
def health() -> None:
    """Menampilkan yang dikatakan /kesehatan."""
    state = look()
    click.echo(json.dumps(state.as_line(), ensure_ascii=False))
    if not state.is_well:
        raise Failure("; ".join(state.problems) + ".")
