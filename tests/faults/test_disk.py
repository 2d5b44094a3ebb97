"""A full disk and a lost database: nothing acknowledged is lost, and it recovers by itself."""

import contextlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from registry import create_app
from registry.accounts.access import open_session
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Departure
from registry.operating.beside import first_edited_beside_journal
from tests.conftest import Client
from tests.factories import make_departure, make_user

ROOM_BYTES = 6 * 1024 * 1024
FILLER = "penuh"


@pytest.fixture
def small_disk(tmp_path, sqlite):
    """A disk of its own with little more room than the database needs."""
    source = Path(sqlite.database_url.removeprefix("sqlite:///"))
    folder = tmp_path / "disk"
    folder.mkdir()
    size = source.stat().st_size + ROOM_BYTES
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("NOT RUN: a full disk; this machine lets nobody mount a tmpfs")
    try:
        yield folder / shutil.copy(source, folder / "pamit.sqlite")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_up(folder):
    """Write until not a byte more goes in."""
    with contextlib.suppress(OSError), (folder / FILLER).open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65536)
    with contextlib.suppress(OSError), (folder / FILLER).open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 64)


@contextlib.contextmanager
def serving(settings):
    app = create_app(settings)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.test_client_class = Client
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def signed_in(app, user):
    session = open_session(user, "uji")
    db.session.commit()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session.token
    db.session.remove()
    return client


def write_until_refused(user, acknowledged):
    while True:
        acknowledged.append(make_departure(by=user).id)


def test_a_full_disk_loses_nothing_and_is_left_without_a_restart(small_disk, sqlite):
    settings = replace(sqlite, database_url=f"sqlite:///{small_disk}", minimum_free_mb=0)
    with serving(settings) as app:
        user = make_user()
        acknowledged = [make_departure(by=user).id for _ in range(3)]
        client = signed_in(app, user)
        assert client.get(f"/keberangkatan/{acknowledged[0]}").status_code == 200

        fill_up(small_disk.parent)
        with pytest.raises(OperationalError):
            write_until_refused(user, acknowledged)
        db.session.remove()
        # A look at a person that cannot be journaled is not given out.
        looked = client.get(f"/keberangkatan/{acknowledged[0]}")
        assert looked.status_code == 503
        assert "Siti Rahmawati" not in looked.text

        (small_disk.parent / FILLER).unlink()
        acknowledged.append(make_departure(by=user).id)
        db.session.remove()
        assert client.get(f"/keberangkatan/{acknowledged[-1]}").status_code == 200
        assert set(acknowledged) == set(db.session.scalars(select(Departure.id)))
        assert verify_chain().is_whole
        assert first_edited_beside_journal() is None


def test_before_the_disk_is_full_records_are_read_only_and_looks_are_journaled(small_disk, sqlite):
    settings = replace(sqlite, database_url=f"sqlite:///{small_disk}", minimum_free_mb=20)
    with serving(settings) as app:
        user = make_user()
        departure_id = make_departure(by=user).id
        client = signed_in(app, user)
        before = verify_chain().entries
        assert client.post("/keberangkatan/baru").status_code == 503
        assert client.get(f"/keberangkatan/{departure_id}").status_code == 200
        assert verify_chain().entries == before + 1


@pytest.mark.parametrize("damage", ["garbage", "folder"])
def test_a_lost_database_is_a_page_and_comes_back_without_a_restart(sqlite, damage):
    path = Path(sqlite.database_url.removeprefix("sqlite:///"))
    kept = path.with_suffix(".kept")
    with serving(sqlite) as app:
        make_departure(by=make_user())
        db.session.remove()
        db.engine.dispose()
        path.rename(kept)
        for part in ("-wal", "-shm"):
            Path(f"{path}{part}").unlink(missing_ok=True)
        if damage == "garbage":
            path.write_bytes(b"bukan basis data " * 1000)
        else:
            path.mkdir()
        client = app.test_client()
        for address in ("/", "/masuk", "/keberangkatan"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert "<h1>" in answer.text
            assert "Traceback" not in answer.text
        assert client.post("/masuk", data={"username": "a"}).status_code == 503
        health = client.get("/kesehatan")
        assert health.status_code == 503
        assert health.json["problems"] == ["basis data tidak menjawab"]

        db.session.remove()
        db.engine.dispose()
        path.unlink() if path.is_file() else path.rmdir()
        kept.rename(path)
        assert client.get("/masuk").status_code == 200
        assert client.get("/kesehatan").status_code == 200
