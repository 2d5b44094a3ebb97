"""What is looked at before each request, ahead of accounts and views; nearly free each time."""

import logging
import shutil
import time
from pathlib import Path

from flask import Flask, current_app, request
from flask_babel import gettext as _
from sqlalchemy.engine import make_url

from registry.config import Settings, UnsafeStart
from registry.db import snapshot
from registry.errors import Answer, error_page
from registry.operating.checks import (
    CHECKED,
    DEMO,
    check_database,
    note_demo,
    refuse_other_keys,
)
from registry.operating.daily import finish_day
from registry.operating.unfinished import WORDS, is_unfinished
from registry.security import is_loopback

log = logging.getLogger("pamit")

MEGABYTE = 1024 * 1024
LOOK_AT_DISK_EVERY = 5.0
LOOK_FOR_DEMO_EVERY = 60.0
LOOK_AT_KEYS_EVERY = 1.0
# Answered whatever the state of the database.
ALWAYS_ANSWERED = frozenset({None, "assets.serve", "health.show"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# POSTs that change no record: signing in and out, and searching.
ALLOWED_WHEN_DISK_IS_LOW = frozenset({"/masuk", "/keluar", "/cari"})


def init_guards(app: Flask) -> None:
    """Register the checks in their order; each may answer in place of the view."""
    for guard in (_check_database, _keep_demo_local, _keep_reserve, _finish_day):
        app.before_request(guard)


def _check_database() -> Answer | None:
    """Compare keys and database at the first request, where the start could not.

    On PostgreSQL the keys are looked at again every second: another host may have replaced them,
    and what this one would seal under its old ones could not be read any more.
    """
    if request.endpoint in ALWAYS_ANSWERED:
        return None
    settings: Settings = current_app.config["PAMIT"]
    if is_unfinished(settings):
        return error_page(503, WORDS)
    is_over, is_checked = _is_over("keys", LOOK_AT_KEYS_EVERY), current_app.extensions.get(CHECKED)
    if is_checked and (settings.is_sqlite or not is_over):
        return None
    try:
        with snapshot():
            if is_checked:
                refuse_other_keys()
            else:
                check_database(current_app)
    except UnsafeStart as error:
        current_app.extensions[CHECKED] = False
        log.error("%s", error)
        return error_page(503, str(error))
    return None


def _keep_demo_local() -> Answer | None:
    """Demo accounts have a known password: they answer this machine's own browser only."""
    if request.endpoint == "assets.serve" or is_loopback():
        return None
    if request.endpoint not in ALWAYS_ANSWERED and _is_over("demo", LOOK_FOR_DEMO_EVERY):
        with snapshot():  # somebody may have loaded the demo while this process served
            note_demo(current_app)
    if not current_app.extensions.get(DEMO):
        return None
    return error_page(
        403,
        _(
            "Basis data ini berisi akun contoh dengan kata sandi yang diketahui umum, jadi hanya "
            "dapat dibuka dari komputer ini sendiri, lewat http://127.0.0.1."
        ),
    )


def _keep_reserve() -> Answer | None:
    """With little space left, records are read-only, so that the journal can still be written."""
    if request.method in SAFE_METHODS or request.path in ALLOWED_WHEN_DISK_IS_LOW:
        return None
    if not is_disk_low():
        return None
    return error_page(
        503,
        "Ruang penyimpanan server hampir habis, jadi catatan untuk sementara hanya dapat dibaca. "
        "Yang baru saja diisi belum tersimpan. Beri tahu administrator.",
    )


def _finish_day() -> None:
    if request.endpoint not in ALWAYS_ANSWERED:
        finish_day()


def is_disk_low() -> bool:
    """Whether less space is free than the installation asks for; looked up every few seconds."""
    known: dict[str, bool] = current_app.extensions.setdefault("pamit_disk", {})
    if _is_over("disk", LOOK_AT_DISK_EVERY) or "low" not in known:
        settings: Settings = current_app.config["PAMIT"]
        known["low"] = free_megabytes(settings) < settings.minimum_free_mb
    return known["low"]


def free_megabytes(settings: Settings) -> int:
    """The least free space among the disks that hold this installation's data, as far as known.

    The disk of a PostgreSQL server counts where DATABASE_FOLDER names a folder on it; one that is
    gone since the start counts as full.
    """
    folders = {settings.instance_path}
    if settings.is_sqlite and (database := make_url(settings.database_url).database):
        folders.add(Path(database).parent)
    if settings.database_folder:
        folders.add(settings.database_folder)
    return min(_free(folder) for folder in folders) // MEGABYTE


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _is_over(name: str, seconds: float) -> bool:
    """Whether the interval since the last look is over; if so, it begins again."""
    last: dict[str, float] = current_app.extensions.setdefault("pamit_last_look", {})
    if time.monotonic() - last.get(name, float("-inf")) < seconds:
        return False
    last[name] = time.monotonic()
    return True
