"""A backup holds all that was acknowledged before it began; a restore gives it back, whole."""

import contextlib
import contextvars
import os
import shutil
import stat
from dataclasses import replace
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pysqlite3.dbapi2 as sqlite
import pytest
import time_machine
from pyrage import x25519
from sqlalchemy import func, select, text

from registry import create_app, sealing
from registry.accounts.models import KeptForm, User, UserSession
from registry.accounts.roles import Role
from registry.audit.anchors import read_anchors
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.config import UnsafeStart
from registry.db import db, now
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.operating import backups
from registry.operating.backups import BackupFailed, make_backup, restore_backup
from registry.operating.beside import first_edited_beside_journal
from registry.operating.encryption import NotEncrypted
from registry.operating.half_written import held
from registry.operating.in_words import FULL
from registry.operating.postgres import ToolFailed
from registry.operating.unfinished import refuse_unfinished
from registry.regions.area import Area
from registry.rights import purging
from registry.sealing import create_keyring
from registry.workbooks import export_requests
from registry.workbooks.models import ExportRequest
from tests.factories import make_departure, make_user
from tests.operating.tools import server_tools


@pytest.fixture
def with_tools(app):
    """The app, knowing where the suite's PostgreSQL keeps its tools."""
    if not app.config["PAMIT"].is_sqlite:
        app.config["PAMIT"] = server_tools(app.config["PAMIT"])
    return app


@pytest.fixture
def elsewhere(databases, with_tools, keys_path):
    """An empty installation on another machine, with the same keys."""
    url = databases.fresh()
    other = create_app(replace(with_tools.config["PAMIT"], database_url=url))
    yield other
    with other.app_context():
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def pair(tmp_path):
    """Files with the public and the private half of a pair, as age-keygen writes them."""
    identity = x25519.Identity.generate()
    public, private = tmp_path / "cadangan.pub", tmp_path / "cadangan.kunci"
    public.write_text(f"# cadangan\n{identity.to_public()}\n")
    private.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    return public, private


def command(app, *arguments):
    """Run it as a process of its own would be: in no context of the test."""
    db.session.remove()
    return contextvars.Context().run(app.test_cli_runner().invoke, args=arguments)


def niks():
    return {departure.resident.nik for departure in db.session.scalars(select(Departure))}


def count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_a_backup_is_restored_elsewhere_with_nothing_missing(
    with_tools, elsewhere, sign_in, tmp_path
):
    user = make_user()
    user_id = user.id
    for _ in range(3):
        make_departure(by=user)
    sign_in(user)
    niks_before = niks()
    before = {row.registration_number for row in db.session.scalars(select(Departure))}
    made = make_backup(tmp_path / "cadangan")

    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    beside = made.path.with_name(f"{made.path.name}.kepala")
    assert sorted(made.path.parent.iterdir()) == [made.path, beside]
    assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert [anchor.seq for anchor in read_anchors(beside.read_text())] == [made.last_entry]
    assert count(JournalEntry, JournalEntry.event == Event.BACKUP_MADE.value) == 1
    assert verify_chain().is_whole

    with elsewhere.app_context():
        restored = restore_backup(made.path)
        assert restored.residents == restored.departures == 3
        assert restored.entries == made.last_entry
        assert {row.registration_number for row in db.session.scalars(select(Departure))} == before
        assert niks() == niks_before
        assert verify_chain().is_whole
        assert first_edited_beside_journal() is None
        assert count(UserSession) == 0
        make_departure(by=db.session.get(User, user_id))  # ids go on where they stood
        db.session.remove()


def copied_ids(path):
    """Which departures a plain copy of a database's file holds."""
    with contextlib.closing(sqlite.connect(path)) as copy:
        return {row[0] for row in copy.execute("SELECT id FROM departure")}


def test_every_write_acknowledged_before_a_backup_is_in_it(with_tools, elsewhere, pair, tmp_path):
    user_id = make_user().id
    db.session.remove()
    stop, acknowledged, errors = Signal(), [], []

    def write():
        with with_tools.app_context():
            try:
                while not stop.is_set():
                    acknowledged.append(make_departure(by=db.session.get(User, user_id)).id)
                    db.session.remove()
                    stop.wait(0.02)
            except Exception as error:
                errors.append(error)

    writers = [Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    backups = []
    for wanted in (5, 12, 20):
        while len(acknowledged) < wanted and not errors:
            stop.wait(0.01)
        known = set(acknowledged)
        backups.append((known, make_backup(tmp_path, pair[0])))
    stop.set()
    for writer in writers:
        writer.join()
    assert errors == []
    assert len({made.path for _, made in backups}) == 3

    with elsewhere.app_context():
        known, last = backups[-1]
        restore_backup(last.path, pair[1])
        assert known <= set(db.session.scalars(select(Departure.id)))
        assert verify_chain().is_whole
        assert first_edited_beside_journal() is None
        db.session.remove()


def test_a_plain_copy_of_the_file_would_lose_what_was_acknowledged(with_tools, tmp_path):
    if not with_tools.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only: PostgreSQL has no file that one could copy")
    user, lost = make_user(), set()
    for _ in range(3):  # now and then a write moves the log into the file just before the copy
        newest = make_departure(by=user).id
        copy = shutil.copy(db.engine.url.database, tmp_path / "salinan.sqlite")
        lost |= {newest} - copied_ids(copy)
    assert lost


def test_a_database_in_use_is_never_overwritten(with_tools, tmp_path):
    make_departure(by=make_user())
    made = make_backup(tmp_path)
    with pytest.raises(BackupFailed, match="sudah berisi"):
        restore_backup(made.path)
    assert count(Departure) == 1


def test_an_encrypted_backup_is_made_and_opened_by_the_commands(
    with_tools, elsewhere, pair, tmp_path
):
    name = make_departure(by=make_user()).resident.name
    folder, instance = tmp_path / "cadangan", with_tools.config["PAMIT"].instance_path
    before = set(instance.iterdir())
    with_tools.config["PAMIT"] = replace(with_tools.config["PAMIT"], backup_recipient=pair[0])
    made = command(with_tools, "backup", str(folder))
    assert made.exit_code == 0, made.output
    assert "Peringatan" not in made.output
    (path,) = folder.glob("*.age")
    assert path.name.endswith(".age")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    assert name.encode() not in path.read_bytes()
    assert set(instance.iterdir()) == before  # the open copy was there for a moment only

    stranger = tmp_path / "lain.kunci"
    stranger.write_text(str(x25519.Identity.generate()))
    for options, said in (
        ((), "terenkripsi. Sertakan --identity FILE"),
        (("--identity", str(stranger)), "tidak dapat dibuka dengan kunci rahasia ini"),
        (("--identity", str(pair[0])), "tidak berisi kunci rahasia age"),
    ):
        refused = command(elsewhere, "restore", str(path), *options)
        assert refused.exit_code == 1
        assert said in refused.output
        assert refused.output.count("\n") == 1
    restored = command(elsewhere, "restore", str(path), "--identity", str(pair[1]))
    assert restored.output.startswith("Dipulihkan: 1 warga, 1 keberangkatan, ")
    assert set(instance.iterdir()) == before


@pytest.mark.parametrize("content", ["private", "", "age1kosong", "\xff", "dua\ndua"])
def test_a_backup_is_not_made_open_where_the_public_key_is_none(
    with_tools, pair, tmp_path, content
):
    bad = tmp_path / "penerima"
    bad.write_text(pair[1].read_text() if content == "private" else content)
    with pytest.raises(NotEncrypted, match="kunci rahasia" if content == "private" else "kunci"):
        make_backup(tmp_path / "cadangan", bad)
    assert not (tmp_path / "cadangan").exists()


def test_a_backup_under_other_keys_is_refused(with_tools, elsewhere, tmp_path, monkeypatch):
    make_departure(by=make_user())
    made = make_backup(tmp_path)
    monkeypatch.setattr(sealing, "_active", create_keyring(tmp_path / "lain.json"))
    with elsewhere.app_context():
        with pytest.raises(BackupFailed, match="bukan kunci cadangan ini"):
            restore_backup(made.path)
        assert count(Departure) == 0
        db.session.remove()


def test_a_damaged_file_is_refused(with_tools, elsewhere, tmp_path):
    made = make_backup(tmp_path)
    for content in (b"", b"bukan cadangan", made.path.read_bytes()[:9000]):
        damaged = tmp_path / "rusak"
        damaged.write_bytes(content)
        with elsewhere.app_context():
            with pytest.raises((BackupFailed, ToolFailed)):
                restore_backup(damaged)
            assert count(Departure) == 0
            db.session.remove()


def test_a_failed_backup_leaves_no_file(with_tools, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: os.read(-1, 1))
    with pytest.raises(OSError, match="descriptor"):
        make_backup(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_commands_back_up_and_restore(with_tools, elsewhere, tmp_path):
    make_departure(by=make_user())
    made = command(with_tools, "backup", str(tmp_path))
    assert made.exit_code == 0, made.output
    assert made.output.startswith(f"Cadangan: {tmp_path}/pamit-")
    assert "Peringatan: cadangan ini tidak terenkripsi. Isi BACKUP_RECIPIENT" in made.output
    path = next(path for path in tmp_path.iterdir() if path.suffix != ".kepala")
    restored = command(elsewhere, "restore", str(path))
    assert restored.exit_code == 0, restored.output
    assert restored.output.startswith("Dipulihkan: 1 warga, 1 keberangkatan, ")
    assert restored.output.endswith("rantai utuh, cocok dengan kepala di samping cadangan.\n")
    again = command(elsewhere, "restore", str(path))
    assert again.exit_code == 1
    assert again.output.startswith("Gagal: Basis data ini sudah berisi.")


def test_who_was_erased_after_the_backup_is_erased_again_as_it_is_restored(
    with_tools, elsewhere, tmp_path
):
    operator = make_user()
    gone, stays = make_departure(by=operator), make_departure(by=operator)
    elsewhere.instance_path = str(tmp_path)
    (tmp_path / "penghapusan.txt").write_text(f"{gone.registration_number} orang\n")
    numbers = gone.registration_number, stays.registration_number
    made = make_backup(tmp_path)
    restored = command(elsewhere, "restore", str(made.path))
    assert restored.exit_code == 0, restored.output
    assert "data pribadi 1 orang" in restored.output
    with elsewhere.app_context():
        rows = select(Departure).where(Departure.registration_number.in_(numbers))
        erased = [row.resident.erased_on is not None for row in db.session.scalars(rows)]
        assert sorted(erased) == [False, True]
        assert verify_chain().is_whole


def test_a_restore_tells_when_the_backup_does_not_hold_the_head_beside_it(
    with_tools, elsewhere, tmp_path
):
    make_departure(by=make_user())
    older, newer = make_backup(tmp_path), make_backup(tmp_path)
    head_of_older = older.path.with_name(f"{older.path.name}.kepala")
    head_of_older.write_text(newer.path.with_name(f"{newer.path.name}.kepala").read_text())
    restored = command(elsewhere, "restore", str(older.path))
    assert restored.exit_code == 1
    assert "kepala yang disimpan di luar lebih jauh" in restored.output


def test_missing_tools_are_named(app, tmp_path):
    if app.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite needs no tools")
    app.config["PAMIT"] = replace(app.config["PAMIT"], postgres_bin=tmp_path)
    with pytest.raises(ToolFailed, match="pg_dump tidak ditemukan"):
        make_backup(tmp_path / "cadangan")


def test_the_file_of_sqlite_is_one_and_whole(with_tools, tmp_path):
    if not with_tools.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only")
    make_departure(by=make_user())
    made = make_backup(tmp_path)
    assert made.path.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log beside it
    assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"


def planted(path, name):
    """A backup's file with one planted flaw."""
    content = bytearray(path.read_bytes())
    if name == "cut":
        del content[len(content) // 2 :]
    if name == "flipped":
        content[len(content) // 2] ^= 1
    damaged = path.with_name(f"{name}-{path.name}")
    damaged.write_bytes(content)
    return damaged


@pytest.mark.parametrize("flaw", ["cut", "flipped"])
def test_an_encrypted_backup_that_is_damaged_says_so(with_tools, elsewhere, pair, tmp_path, flaw):
    make_departure(by=make_user())
    damaged = planted(make_backup(tmp_path / "cadangan", pair[0]).path, flaw)
    refused = command(elsewhere, "restore", str(damaged), "--identity", str(pair[1]))
    assert refused.exit_code == 1
    assert "rusak atau terpotong" in refused.output
    assert refused.output.count("\n") == 1


def test_an_open_backup_needs_no_identity_and_a_renamed_one_does(
    with_tools, elsewhere, pair, tmp_path
):
    make_departure(by=make_user())
    encrypted = make_backup(tmp_path / "a", pair[0]).path
    renamed = encrypted.rename(tmp_path / "cadangan-lama.sqlite")
    refused = command(elsewhere, "restore", str(renamed))
    assert "terenkripsi. Sertakan --identity FILE" in refused.output
    plain = make_backup(tmp_path / "b").path
    restored = command(elsewhere, "restore", str(plain), "--identity", str(pair[1]))
    assert restored.exit_code == 0, restored.output


def test_a_full_disk_is_told_and_leaves_nothing(with_tools, elsewhere, tmp_path, monkeypatch):
    if not with_tools.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only: pg_dump says it in its own words")
    make_departure(by=make_user())
    made = make_backup(tmp_path / "cadangan")
    open_file = backups._open

    def nearly_full(path):
        """SQLite refuses a file of more pages as it refuses a full disk."""
        connection = open_file(path)
        if path not in (made.path, database):
            connection.execute("PRAGMA max_page_count=200").fetchall()
        return connection

    monkeypatch.setattr(backups, "_open", nearly_full)
    database = backups._database_path()
    folder = tmp_path / "penuh"
    refused = command(with_tools, "backup", str(folder))
    assert (refused.exit_code, refused.output) == (1, f"Gagal: {FULL}\n")
    assert list(folder.iterdir()) == []

    def no_room(path):
        if path != made.path:
            raise sqlite.OperationalError("database or disk is full")
        return open_file(path)

    monkeypatch.setattr(backups, "_open", no_room)
    refused = command(elsewhere, "restore", str(made.path))
    assert (refused.exit_code, refused.output) == (1, f"Gagal: {FULL}\n")


def test_what_a_killed_command_left_open_is_removed_by_the_next(with_tools, pair, tmp_path):
    folder = tmp_path / "cadangan"
    folder.mkdir(0o700)
    instance = tmp_path / "data"
    instance.mkdir(0o700)
    with_tools.config["PAMIT"] = replace(with_tools.config["PAMIT"], instance_path=instance)
    left = [
        instance / ".cadangan-abcd1234",
        instance / ".cadangan-abcd1234-journal",
        folder / ".pamit-20260101T000000Z.sqlite.age.part",
    ]
    for path in left:
        path.write_text("Siti Rahmawati")
    other = folder / ".pamit-20260101T000000Z-2.sqlite.age.part"
    other.write_text("ditulis perintah lain")
    make_departure(by=make_user())
    with held(other):
        made = make_backup(folder, pair[0])
        assert not any(path.exists() for path in left)
        assert other.exists()
    assert sorted(path.name for path in folder.iterdir()) == [
        made.path.name,
        f"{made.path.name}.kepala",
    ]


@pytest.fixture
def with_own_folder(elsewhere, tmp_path):
    """The empty installation, with a data folder of its own."""
    folder = tmp_path / "instalasi"
    folder.mkdir(0o700)
    elsewhere.config["PAMIT"] = replace(elsewhere.config["PAMIT"], instance_path=folder)
    elsewhere.instance_path = str(folder)
    return folder


def test_a_restore_that_was_cut_short_is_not_served_and_is_repeated(
    with_tools, elsewhere, with_own_folder, sign_in, tmp_path, monkeypatch
):
    user = make_user()
    gone = make_departure(by=user).registration_number
    sign_in(user)
    made = make_backup(tmp_path / "cadangan")
    (with_own_folder / "penghapusan.txt").write_text(f"{gone} orang\n")

    def killed(numbers, progress):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(purging, "repeat", killed)
        assert command(elsewhere, "restore", str(made.path)).exit_code != 0
    with elsewhere.app_context():
        # The person is back, so that nobody may be served yet.
        assert db.session.scalars(select(Resident)).one().erased_on is None
        db.session.remove()
    client = elsewhere.test_client()
    assert client.get("/masuk").status_code == 503
    health = client.get("/kesehatan")
    assert (health.status_code, health.json["problems"][0]) == (
        503,
        "pemulihan cadangan belum selesai",
    )
    with pytest.raises(UnsafeStart, match="Jalankan lagi"):
        refuse_unfinished(elsewhere.config["PAMIT"])
    restored = command(elsewhere, "restore", str(made.path))
    assert restored.exit_code == 0, restored.output
    assert "data pribadi 1 orang" in restored.output
    with elsewhere.app_context():
        assert db.session.scalars(select(Resident)).one().erased_on is not None
        assert count(UserSession) == 0
        db.session.remove()
    assert client.get("/masuk").status_code == 200
    assert command(elsewhere, "restore", str(made.path)).exit_code == 1


def test_a_list_that_cannot_be_read_stops_a_restore_before_anything_is_served(
    with_tools, elsewhere, with_own_folder, tmp_path
):
    number = make_departure(by=make_user()).registration_number
    made = make_backup(tmp_path / "cadangan")
    written = with_own_folder / "penghapusan.txt"
    written.write_text(f"{number}\n")
    refused = command(elsewhere, "restore", str(made.path))
    assert refused.exit_code == 1
    assert "Baris 1 dari penghapusan.txt bukan nomor registrasi" in refused.output
    assert elsewhere.test_client().get("/masuk").status_code == 503
    written.write_text(f"{number} orang\n")
    assert "data pribadi 1 orang" in command(elsewhere, "restore", str(made.path)).output


def test_a_refused_restore_leaves_no_mark(with_tools, elsewhere, with_own_folder, tmp_path):
    bad = tmp_path / "bukan.sqlite"
    bad.write_text("bukan cadangan")
    assert command(elsewhere, "restore", str(bad)).exit_code == 1
    assert list(with_own_folder.iterdir()) == []


def test_the_erased_go_again_even_where_the_chain_is_broken(
    with_tools, elsewhere, with_own_folder, tmp_path
):
    gone = make_departure(by=make_user()).registration_number
    older, newer = make_backup(tmp_path / "a"), make_backup(tmp_path / "b")
    beside = older.path.with_name(f"{older.path.name}.kepala")
    beside.write_text(newer.path.with_name(f"{newer.path.name}.kepala").read_text())
    (with_own_folder / "penghapusan.txt").write_text(f"{gone} orang\n")
    restored = command(elsewhere, "restore", str(older.path))
    assert restored.exit_code == 1
    assert "kepala yang disimpan di luar lebih jauh" in restored.output
    assert "data pribadi 1 orang" in restored.output


def test_a_restore_is_an_entry_of_the_journal(with_tools, elsewhere, tmp_path):
    make_departure(by=make_user())
    made = make_backup(tmp_path)
    with elsewhere.app_context():
        restored = restore_backup(made.path)
        entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
        assert (entry.event, entry.actor) == (Event.BACKUP_RESTORED.value, "sistem")
        assert entry.detail["berkas"] == made.path.name
        assert entry.detail["entri"] == made.last_entry == restored.entries
        assert entry.seq == made.last_entry + 1
        db.session.remove()


def test_what_is_kept_for_a_while_is_in_no_later_backup(with_tools, tmp_path):
    """A filter that names somebody, and a form of an expired session, lie under the data key."""
    user = make_user(role=Role.LABOUR_OFFICE)
    sought = Filter(Area("1807"), text="siti rahmawati")
    export_requests.ask(export_requests.Asked(sought, True), 3, "Verifikasi lapangan", by=user)
    db.session.add(KeptForm(id="x", user_id=user.id, path="/", sealed=b"-", expires_at=now()))
    db.session.commit()
    moment = now()
    for days, left in ((6, 1), (8, 0)):
        with time_machine.travel(moment + timedelta(days=days)):
            make_backup(tmp_path)
        assert count(ExportRequest) == left
        assert count(KeptForm) == 0
