"""`flask names`: the words by which names are found, checked and written anew."""

import click
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.departures.name_words import check, districts, rebuild
from registry.formatting import thousands
from registry.progress import progress

names = AppGroup("names", help="Kata-kata nama untuk pencarian.")


@names.command("check")
def names_check() -> None:
    """Membandingkan kata untuk pencarian dengan nama warga."""
    with progress("Membandingkan", districts()) as done:
        count = check(done)
    if count:
        raise Failure(f"{thousands(count)} perbedaan. Jalankan: names rebuild")
    click.echo("0 perbedaan.")


@names.command("rebuild")
def names_rebuild() -> None:
    """Menulis ulang kata untuk pencarian, juga selagi melayani."""
    with progress("Menulis ulang", districts()) as done:
        rebuild(done)
    click.echo("Kata untuk pencarian ditulis ulang.")
