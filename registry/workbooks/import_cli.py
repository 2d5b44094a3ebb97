"""`flask departures import`: past lists and mended files from the command line."""

import os
import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup

from registry.accounts.models import User
from registry.accounts.queries import find_by_username
from registry.accounts.users_cli import Failure
from registry.db import db, snapshot
from registry.formatting import thousands
from registry.progress import progress
from registry.workbooks import importing
from registry.workbooks.import_mending import explanation, mending_workbook
from registry.workbooks.importing import FileRefused, ImportOutdated, ImportRefused, Plan

TRIES = 3
SHOWN = 200

departures = AppGroup("departures", help="Keberangkatan.")


@departures.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="Atas nama akun ini, di wilayah kerjanya.")
@click.option("--dry-run", is_flag=True, help="Hanya memeriksa; tidak ada yang disimpan.")
@click.option("--good-rows", is_flag=True, help="Simpan baris yang siap walaupun ada yang galat.")
def import_departures(file: Path, username: str, dry_run: bool, good_rows: bool) -> None:
    """Mengimpor keberangkatan dari .xlsx, .xls, .ods, atau .csv."""
    user = _account(username)
    limits = _limits()
    data = _content(file, limits.bytes)
    for left in reversed(range(TRIES)):
        plan = _planned(user, data, file.name, limits)
        _tell(plan, file)
        if dry_run or (plan.bad and not good_rows):
            _stop(plan, good_rows=good_rows)
            click.echo("Uji coba saja: tidak ada yang disimpan.")
            return
        try:
            _applied(plan, user)
            return
        except ImportOutdated as outdated:
            if not left:
                raise Failure(str(outdated)) from outdated


def _account(username: str) -> User:
    with snapshot():
        user = find_by_username(username)
        if user is None or not user.is_active_account:
            raise Failure(f"Akun {username} tidak ada atau tidak aktif.")
        db.session.expunge(user)
    return user


def _limits() -> importing.Limits:
    if db.engine.dialect.name == "postgresql":
        return importing.POSTGRES_COMMAND_LIMITS
    return importing.PAGE_LIMITS


def _content(file: Path, most: int) -> bytes:
    """The file's bytes; of one that is too large just enough for the guard to see it."""
    with file.open("rb") as stream:
        return stream.read(most + 1)


def _planned(user: User, data: bytes, filename: str, limits: importing.Limits) -> Plan:
    try:
        return importing.plan(user, data, filename, limits=limits, show=progress)
    except (FileRefused, ImportRefused) as refusal:
        raise Failure(str(refusal)) from refusal


def _tell(plan: Plan, file: Path) -> None:
    """What was found, row by row; the bad rows also as a file to mend."""
    click.echo(plan.summary)
    if plan.reviewed_again:
        click.echo(
            f"{thousands(plan.reviewed_again)} catatan terverifikasi berubah isinya, jadi diajukan "
            "lagi ke kecamatan."
        )
    if plan.unknown_headings:
        click.echo(f"Kolom yang tidak dikenal, dilewati: {', '.join(plan.unknown_headings)}")
    for note in plan.notes[:SHOWN]:
        where = f", baris {note.number}" if note.number else ""
        click.echo(f"Catatan{where}: {note.message}")
    for row in plan.bad[:SHOWN]:
        click.echo(explanation(row))
    if len(plan.bad) > SHOWN:
        click.echo(f"... dan {thousands(len(plan.bad) - SHOWN)} baris galat lagi.")
    if plan.bad:
        path = file.with_name(f"{file.stem}-galat.xlsx")
        _write_private(path, mending_workbook(plan))
        click.echo(
            f"Baris yang galat ada di {path}. Berkas itu berisi data pribadi: perbaiki, impor, "
            "lalu hapus."
        )


def _write_private(path: Path, data: bytes) -> None:
    """A file that only its owner may read, and that appears whole or not at all."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".galat-", suffix=".xlsx")
    except OSError as error:
        raise Failure(f"Folder {path.parent} tidak dapat ditulisi.") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _stop(plan: Plan, *, good_rows: bool) -> None:
    if plan.bad and not good_rows:
        raise Failure(
            f"{thousands(len(plan.bad))} baris galat, jadi tidak ada yang disimpan. Perbaiki, atau "
            "tambahkan --good-rows untuk menyimpan yang lain."
        )


def _applied(plan: Plan, user: User) -> None:
    outcome = importing.apply(plan, user, progress)
    click.echo(
        f"Disimpan: {thousands(outcome.added)} baru, {thousands(outcome.updated)} diperbarui; "
        f"dilewati: {thousands(outcome.known)} sudah ada, {thousands(outcome.bad)} galat."
    )
