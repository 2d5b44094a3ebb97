"""The commands about the list of areas: load the official one, carry out a decree."""

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from registry.accounts.users_cli import Failure
from registry.audit import log
from registry.db import db
from registry.departures.summary.storing import fold_quietly
from registry.formatting import dotted_code, thousands, today
from registry.operating.regions import REGION_COUNT, load_regions_journaled, recode_journaled
from registry.progress import progress
from registry.reference_pages.decree import (
    COLUMNS,
    LONGEST_DECREE,
    SHORTEST_DECREE,
    Decree,
    decree_of,
    fault_of_day,
)
from registry.reference_pages.sheets import read_upload
from registry.regions.area import COUNTRY_CODE, Area
from registry.workbooks.guard import FileRefused

DAY = click.DateTime(["%Y-%m-%d"])
regions = AppGroup("regions", help="Daftar wilayah resmi.")


@regions.command("load")
def regions_load() -> None:
    """Memuat atau memperbarui daftar wilayah; boleh diulang."""
    with progress("Memuat wilayah", REGION_COUNT) as done:
        loaded = load_regions_journaled(done)
        db.session.commit()
    click.echo(f"Wilayah: {loaded.added} baru, {loaded.changed} berubah, {loaded.unchanged} tetap.")


@regions.command("recode")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--decree", required=True, metavar="TEKS", help="Nomor dan tanggal keputusan.")
@click.option("--since", type=DAY, help="Hari kode baru berlaku; tanpa ini hari ini.")
@click.option("--dry-run", is_flag=True, help="Hanya menampilkan yang akan berubah.")
def regions_recode(file: Path, decree: str, since: datetime | None, dry_run: bool) -> None:
    """Memberi wilayah kode baru menurut keputusan; warga dan akunnya ikut."""
    day = since.date() if since else today()
    decree = _told(decree, day)
    found = _read(file)
    for number, message in found.bad:
        click.echo(f"Baris {number}: {message}", err=True)
    if not found.may_be_done:
        raise Failure("Tidak ada yang diubah. Perbaiki berkasnya, lalu ulangi.")
    for line in found.plan.lines:
        old = dotted_code(line.old) if line.old else "baru"
        below = thousands(found.plan.below[line.old or ""])
        click.echo(f"{old} -> {dotted_code(line.new)}, {below} wilayah di bawahnya ikut")
    if dry_run:
        return
    _carry_out(found, day, decree)


def _told(decree: str, since: date) -> str:
    """The text of the decree on one line; raises Failure where it or its day cannot be."""
    told = " ".join(decree.split())
    if not SHORTEST_DECREE <= len(told) <= LONGEST_DECREE:
        raise Failure(f"--decree: {SHORTEST_DECREE} sampai {LONGEST_DECREE} karakter.")
    if fault := fault_of_day(since):
        raise Failure(f"--since: {_(fault)}")
    return told


def _read(file: Path) -> Decree:
    try:
        with file.open("rb") as stream:
            uploaded = read_upload(FileStorage(stream, file.name), COLUMNS)
    except FileRefused as error:
        raise Failure(error.message) from error
    return decree_of(uploaded, Area(COUNTRY_CODE), _)


def _carry_out(found: Decree, since: date, decree: str) -> None:
    recode_journaled(found.plan, since=since, decree=decree, by=log.SYSTEM)
    db.session.commit()
    fold_quietly()
    changed, made = thousands(len(found.plan.codes)), thousands(len(found.plan.made))
    click.echo(f"Wilayah: {changed} berganti kode, {made} baru.")
