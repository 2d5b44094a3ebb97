"""`flask database`: moving a registry from SQLite to PostgreSQL."""

import click
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.formatting import thousands
from registry.operating.copying import CopyRefused, copy_database
from registry.progress import progress

database = AppGroup("database", help="Basis data.")


@database.command("copy")
@click.argument("target_url", envvar="TARGET_DATABASE_URL")
def database_copy(target_url: str) -> None:
    """Menyalin SQLite ini ke PostgreSQL yang kosong, dan membuktikan bahwa keduanya sama.

    Alamat dengan kata sandi sebaiknya lewat TARGET_DATABASE_URL, bukan di baris perintah.
    """
    try:
        copied = copy_database(target_url, progress)
    except CopyRefused as refusal:
        raise Failure(str(refusal)) from refusal
    click.echo(
        f"Disalin: {copied.tables} tabel, {thousands(copied.rows)} baris, setiap baris sama. "
        f"Ringkasan: {thousands(copied.departures)} keberangkatan, 0 perbedaan. "
        f"Jurnal: {thousands(copied.entries)} entri, rantai utuh, ujungnya sama. "
        "Ubah DATABASE_URL sebelum layanan dimulai lagi; SQLite yang lama jangan dipakai lagi."
    )
