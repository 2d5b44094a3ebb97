"""The commands of whoever runs the machine: assess, backup, restore, health."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from registry.accounts.users_cli import Failure
from registry.audit.verify import Verification
from registry.db import db, snapshot
from registry.departures.models import Departure
from registry.departures.summary.recounting import catch_up
from registry.departures.summary.storing import fold_quietly
from registry.formatting import long_date, thousands, today
from registry.operating.audit_cli import broken, verified
from registry.operating.backups import BackupFailed, head_beside, make_backup, restore_backup
from registry.operating.daily import judge_due
from registry.operating.encryption import NotEncrypted
from registry.operating.health import look
from registry.operating.postgres import ToolFailed
from registry.operating.self_check import check_all, last_head
from registry.progress import progress
from registry.rights.commands import list_path, repeat_list, tell_erased
from registry.rights.purging import Purged

assess = AppGroup("assess", help="Penilaian ulang menurut aturan.")


@assess.command("due")
def assess_due() -> None:
    """Menilai ulang keberangkatan yang jatuh tempo; untuk pewaktu sebelum jam kerja."""
    day = today()
    due = select(func.count()).select_from(Departure).where(Departure.holds_until <= day)
    with snapshot():
        count = db.session.scalar(due) or 0
    with progress("Menilai ulang", count) as done:
        judged = judge_due(day, again=True, progress=done)
    fold_quietly()
    click.echo(f"Dinilai ulang untuk {long_date(day)}: {thousands(judged)} keberangkatan.")


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--recipient",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Berkas kunci publik age; tanpa ini BACKUP_RECIPIENT.",
)
@with_appcontext
def backup(folder: Path, recipient: Path | None) -> None:
    """Membuat cadangan basis data di DIR, juga selagi melayani; kunci tidak ikut."""
    try:
        made = make_backup(folder, recipient or current_app.config["PAMIT"].backup_recipient)
    except (BackupFailed, NotEncrypted, ToolFailed) as error:
        raise Failure(str(error)) from error
    megabytes = f"{made.size / 1024**2:.1f}".replace(".", ",")
    click.echo(f"Cadangan: {made.path} ({megabytes} MB, jurnal sampai entri {made.last_entry}).")
    if not made.is_encrypted:
        click.echo(
            "Peringatan: cadangan ini tidak terenkripsi. Isi BACKUP_RECIPIENT atau --recipient "
            "dengan berkas kunci publik age, dan jangan pindahkan cadangan ini dari server.",
            err=True,
        )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--identity",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Berkas kunci rahasia age, untuk cadangan yang terenkripsi.",
)
@with_appcontext
def restore(file: Path, identity: Path | None) -> None:
    """Memulihkan cadangan FILE ke instalasi yang kosong.

    Yang sudah dihapus menurut penghapusan.txt di folder instalasi dihapus lagi.
    """
    chains: list[Verification] = []
    erased: list[Purged] = []

    def erase_again() -> None:
        catch_up(progress)
        if list_path().is_file():
            erased.append(repeat_list(list_path()))

    try:
        heads = head_beside(file)
        found = restore_backup(
            file, identity, look=lambda: chains.append(verified(heads)), then=erase_again
        )
    except (BackupFailed, NotEncrypted, ToolFailed) as error:
        raise Failure(str(error)) from error
    for purged in erased:
        tell_erased(purged)
    (chain,) = chains
    if not chain.is_whole:
        raise Failure(f"Dipulihkan, tetapi rantai jurnal putus pada {broken(chain)}")
    compared = "cocok dengan kepala di samping cadangan" if heads else "tanpa kepala pembanding"
    click.echo(
        f"Dipulihkan: {thousands(found.residents)} warga, {thousands(found.departures)} "
        f"keberangkatan, {thousands(found.entries)} entri jurnal; rantai utuh, {compared}."
    )


@click.command("health")
@with_appcontext
def health() -> None:
    """Menampilkan yang dikatakan /kesehatan."""
    state = look()
    click.echo(json.dumps(state.as_line(), ensure_ascii=False))
    if not state.is_well:
        raise Failure("; ".join(state.problems) + ".")


@click.command("self-check")
@with_appcontext
def self_check() -> None:
    """Memeriksa keseluruhan: basis data, jurnal, penilaian, ruang, cadangan; untuk tiap malam."""
    findings = check_all()
    for finding in findings:
        click.echo(f"Temuan: {finding}.")
    if not findings:
        click.echo("Tidak ada temuan.")
    if head := last_head():
        click.echo(head)
    if findings:
        raise Failure(f"{len(findings)} temuan.")
