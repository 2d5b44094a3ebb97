"""`flask retention`: what is past its period, and the yearly run that erases it."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.db import compact, snapshot
from registry.formatting import thousands, today
from registry.operating.daily import judge_due
from registry.progress import progress
from registry.rights import purging
from registry.rights.policy import find_due, policy_on

REWRITTEN = (
    *("resident", "departure", "document", "flag", "flag_step", "correction_request"),
    "name_word",
)

retention = AppGroup("retention", help="Masa simpan data pribadi.")


@retention.command("list")
def retention_list() -> None:
    """Menampilkan yang lewat masa simpan: jumlah dan nomor registrasi, tanpa nama."""
    day = today()
    with snapshot():
        due, policy = find_due(purging.EVERYWHERE, day), policy_on(day)
    for kind, numbers in due.by_kind().items():
        period = policy.get(kind)
        kept_for = f"{period.number} {period.unit.label}" if period else "tanpa batas"
        click.echo(f"{kind.label} ({kept_for}): {thousands(len(numbers))}")
        for number in numbers:
            click.echo(f"  {number}")
    click.echo(
        f"Draf yang akan dihapus: {thousands(len(due.drafts))}. "
        f"Orang yang data pribadinya akan dihapus: {thousands(len(due.people))}."
    )
    if due.kept_with_another:
        click.echo(
            f"Masih disimpan karena keberangkatan lain orang itu: "
            f"{thousands(due.kept_with_another)}."
        )


@retention.command("run")
@click.option("--yes", "is_sure", is_flag=True, help="Hapus; tanpa ini hanya dihitung.")
def retention_run(is_sure: bool) -> None:
    """Menghapus draf dan data pribadi yang lewat masa simpan; boleh diulang bila terputus."""
    day = today()
    with snapshot():
        due = find_due(purging.EVERYWHERE, day)
    if not is_sure:
        raise Failure(
            f"Belum ada yang dihapus. {thousands(len(due.drafts))} draf dan "
            f"{thousands(len(due.people))} orang lewat masa simpan. Buat cadangan, lalu jalankan "
            "lagi dengan --yes."
        )
    # What is judged today stays as it is for the erased.
    judge_due(day)
    with progress("Menghapus", len(due.drafts) + len(due.people)) as done:
        purged = purging.purge(day, list_path(), done)
    tell_erased(purged)


@retention.command("repeat")
@click.argument("written_list", metavar="DAFTAR", type=click.Path(path_type=Path, dir_okay=False))
def retention_repeat(written_list: Path) -> None:
    """Mengulang penghapusan menurut DAFTAR, sesudah cadangan lama dipulihkan."""
    tell_erased(repeat_list(written_list))


def repeat_list(written_list: Path) -> purging.Purged:
    """Erase again whom the list names, and let this installation's own list name them, too."""
    try:
        wanted = purging.listed(written_list)
        purging.note_down(wanted, list_path())
    except purging.ListUnreadable as error:
        raise Failure(str(error)) from error
    with progress("Menghapus", len(wanted)) as done:
        return purging.repeat(wanted, done)


def tell_erased(purged: purging.Purged) -> None:
    """Write the files anew, and say what is gone and where it is listed."""
    is_clean = compact(REWRITTEN)
    click.echo(
        f"Dihapus: {thousands(purged.drafts)} draf, data pribadi {thousands(purged.people)} orang."
    )
    if list_path().is_file():
        click.echo(f"Nomor registrasinya ada di {list_path()}; simpan di luar cadangan.")
    if not is_clean:
        click.echo("Berkas log belum kosong karena sedang dibaca. Jalankan lagi saat sepi.")


def list_path() -> Path:
    """Where the registration numbers of what was erased are written down."""
    return Path(current_app.instance_path) / purging.LIST_NAME
