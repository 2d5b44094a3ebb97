"""`flask users import`: accounts of many offices at once, with slips for their first sign-in."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from registry.accounts import operations, passwords
from registry.accounts.operations import SLIP_VALID_FOR, AccountRefused
from registry.accounts.passwords import OneTimeCode
from registry.accounts.users_cli import Failure
from registry.audit import log
from registry.db import db
from registry.formatting import thousands
from registry.progress import progress
from registry.workbooks import guard
from registry.workbooks.account_rows import AccountRow, RowsRefused, read_accounts
from registry.workbooks.account_slips import Slip, write_slips
from registry.workbooks.guard import FileRefused
from registry.workbooks.own_file import new_file

SHOWN = 200


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--slips",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Buku kerja slip masuk pertama; tanpa ini FILE-slip.xlsx.",
)
def import_accounts(file: Path, slips: Path | None) -> None:
    """Membuat akun dari buku kerja: Nama Pengguna, Nama, Peran, Kode Wilayah."""
    out = slips or file.with_name(f"{file.stem}-slip.xlsx")
    if out.exists():
        raise Failure(f"{out} sudah ada, dan mungkin berisi kode yang belum diserahkan.")
    rows = _rows(file)
    with progress("Membuat kode", len(rows)) as done:
        codes = [_code(done) for _row in rows]
    with new_file(out) as stream:
        try:
            made = [_created(row, code) for row, code in zip(rows, codes, strict=True)]
        except AccountRefused as refusal:
            raise Failure(f"{refusal} Tidak ada akun yang dibuat; ulangi.") from refusal
        write_slips(made, stream)
        # The codes are on the disk before the accounts are: they could not be made again.
        stream.flush()
        os.fsync(stream.fileno())
        db.session.commit()
    click.echo(
        f"{thousands(len(made))} akun dibuat. Slip masuk pertama: {out}. Cetak, serahkan langsung "
        "kepada tiap pemilik akun, lalu hapus berkas itu."
    )


def _rows(file: Path) -> list[AccountRow]:
    with file.open("rb") as stream:
        data = stream.read(guard.MAX_BYTES + 1)
    try:
        return read_accounts(data, file.name)
    except FileRefused as refusal:
        raise Failure(str(refusal)) from refusal
    except RowsRefused as refusal:
        for problem in refusal.problems[:SHOWN]:
            click.echo(problem)
        count = thousands(len(refusal.problems))
        raise Failure(f"{count} galat, jadi tidak ada akun yang dibuat.") from refusal


def _code(done: Callable[[int], object]) -> OneTimeCode:
    code = passwords.new_code()
    done(1)
    return code


def _created(row: AccountRow, code: OneTimeCode) -> Slip:
    user = operations.create_user(
        username=row.username,
        name=row.name,
        role=row.role,
        area_code=row.area_code,
        by=log.SYSTEM,
        code=code,
        code_valid_for=SLIP_VALID_FOR,
    )
    return user, code.text
