"""`flask export`: workbooks from the command line, always masked.

Without `--as` names are masked too; with it the file looks as that account's list does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import click
from flask.cli import AppGroup
from sqlalchemy import select

from registry.accounts.models import User
from registry.accounts.roles import Permission, Role
from registry.accounts.users_cli import Failure
from registry.audit import log
from registry.audit.log import Actor
from registry.db import db, now, short_write
from registry.departures import listing
from registry.departures.fields import NO_SIGHT, Sight, list_sight
from registry.departures.filters import Filter
from registry.formatting import dotted_code, thousands
from registry.operating.daily import finish_day
from registry.progress import progress
from registry.regions.area import Area, OutsideArea
from registry.regions.queries import find_region
from registry.workbooks.detail import write_departures
from registry.workbooks.journaling import note_export, note_summary
from registry.workbooks.notes import Drawing
from registry.workbooks.own_file import new_file
from registry.workbooks.sheets import RowsDiffer
from registry.workbooks.summary import office_of, write_summary

export = AppGroup("export", help="Ekspor ke Excel.")


class Drawer(NamedTuple):
    """On whose behalf a file is drawn."""

    name: str
    actor: Actor
    sight: Sight
    role: Role | None
    home: Area | None


def _options(command: Any) -> Any:
    day = click.DateTime(["%Y-%m-%d"])
    for decorate in (
        click.option("--as", "username", default="", help="Seperti dilihat akun ini."),
        click.option("--to", "until", type=day, help="Sampai tanggal berangkat ini."),
        click.option("--from", "since", type=day, help="Sejak tanggal berangkat ini."),
        click.option("--area", required=True, help="Kode wilayah; 0 = Indonesia."),
        click.argument("out", type=click.Path(dir_okay=False, path_type=Path)),
    ):
        command = decorate(command)
    return command


@export.command("departures")
@_options
def departures(
    out: Path, area: str, since: datetime | None, until: datetime | None, username: str
) -> None:
    """Rincian keberangkatan; tanpa --as, nama dan nomor disamarkan."""
    drawer = _drawer(username, Permission.EXPORT_PEOPLE)
    f = _filter(area, since, until, drawer)
    finish_day()
    with _export_file(out) as file, progress("Menulis baris", listing.count(f)) as done:
        written = write_departures(
            f, drawer.sight, file, drawing=Drawing(drawer.name, now()), progress=done
        )
        with short_write():
            note_export(f, written, by=drawer.actor, form="xlsx", is_masked=True)
    click.echo(f"{out}: {thousands(written.rows)} keberangkatan, disamarkan.")


@export.command("summary")
@_options
def summary(
    out: Path, area: str, since: datetime | None, until: datetime | None, username: str
) -> None:
    """Rekap: angka saja, tanpa orang."""
    drawer = _drawer(username, Permission.SEE_FIGURES)
    f = _filter(area, since, until, drawer)
    finish_day()
    office = office_of(drawer.home, drawer.role) if drawer.home else None
    with _export_file(out) as file:
        total = write_summary(f, file, drawing=Drawing(drawer.name, now()), office=office)
        with short_write():
            note_summary(f, total, by=drawer.actor)
    click.echo(f"{out}: rekap {thousands(total)} keberangkatan.")


def _drawer(username: str, permission: Permission) -> Drawer:
    if not username:
        return Drawer("perintah sistem", log.SYSTEM, NO_SIGHT, None, None)
    user = db.session.scalars(select(User).where(User.username == username)).first()
    if user is None or not user.is_active_account:
        raise Failure(f"Akun {username} tidak ada atau tidak aktif.")
    if not user.may(permission):
        raise Failure(f"Peran {user.role.label} tidak boleh mengekspor ini.")
    return Drawer(user.username, user.actor, list_sight(user.role), user.role, user.area)


def _filter(code: str, since: datetime | None, until: datetime | None, drawer: Drawer) -> Filter:
    try:
        area = Area.parse(code)
    except ValueError as error:
        raise Failure(f"--area {code} bukan kode wilayah.") from error
    if find_region(area.code) is None:
        raise Failure(f"Wilayah {dotted_code(area.code)} tidak ada.")
    try:
        area = drawer.home.narrow(area.code) if drawer.home else area
    except OutsideArea as error:
        message = f"Wilayah {dotted_code(area.code)} di luar wilayah kerja {drawer.name}."
        raise Failure(message) from error
    return Filter(area, since=_day(since), until=_day(until))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


@contextmanager
def _export_file(path: Path) -> Iterator[BinaryIO]:
    try:
        with new_file(path) as file:
            yield file
    except RowsDiffer as error:
        raise Failure(str(error)) from error
