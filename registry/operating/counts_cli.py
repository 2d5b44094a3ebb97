"""`flask counts`: the summary that dashboards read, checked and built anew."""

import click
from flask.cli import AppGroup

from registry.accounts.users_cli import Failure
from registry.db import snapshot
from registry.departures.summary.recounting import check, districts, rebuild
from registry.formatting import thousands
from registry.progress import progress

counts = AppGroup("counts", help="Ringkasan angka di dasbor.")


def _how_many() -> int:
    with snapshot():
        return len(districts())


@counts.command("check")
def counts_check() -> None:
    """Menghitung ulang semua keberangkatan dan membandingkannya dengan ringkasan."""
    with progress("Menghitung ulang", _how_many()) as done:
        found = check(done)
    said = f"{thousands(found.departures)} keberangkatan, {thousands(found.differences)} perbedaan."
    if found.differences:
        raise Failure(f"{said} Jalankan: counts rebuild")
    click.echo(said)


@counts.command("rebuild")
def counts_rebuild() -> None:
    """Menyusun ulang ringkasan, juga selagi melayani."""
    with progress("Menyusun ulang", _how_many()) as done:
        held = rebuild(done)
    click.echo(f"Ringkasan disusun ulang: {thousands(held)} keberangkatan.")
