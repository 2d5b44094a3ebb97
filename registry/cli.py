"""The commands: each prints what it did, and fails with one clear line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.regions.importer import load_regions

REGION_COUNT = 91_600  # with the country itself; only the length of the progress bar


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], object]]:
    """A progress bar on a terminal, silence elsewhere."""
    with click.progressbar(length=length, label=label, show_pos=True) as bar:
        yield bar.update


def add_commands(app: Flask) -> None:
    for group in (regions,):
        app.cli.add_command(group)


regions = AppGroup("regions", help="Daftar wilayah resmi.")


@regions.command("load")
def regions_load() -> None:
    """Memuat atau memperbarui daftar wilayah; boleh diulang."""
    with progress("Memuat wilayah", REGION_COUNT) as done:
        loaded = load_regions(done)
        if loaded.added or loaded.changed:
            detail: dict[str, Any] = loaded._asdict()
            log.record(Event.REGIONS_LOADED, by=log.SYSTEM, area_code="0", detail=detail)
        db.session.commit()
    click.echo(
        f"Wilayah: {loaded.added} baru, {loaded.changed} berubah, {loaded.unchanged} tetap."
    )


