"""`flask self-check` finds what was planted, one line each, and `/kesehatan` tells of it."""

import contextlib
import contextvars
import re
from dataclasses import replace
from datetime import timedelta

import pysqlite3.dbapi2 as sqlite
import pytest
from pyrage import x25519
from sqlalchemy import delete, text, update

from registry.audit import log
from registry.audit.anchors import read_anchors
from registry.audit.events import Event
from registry.audit.verify import head_anchor
from registry.db import db, now, short_write, snapshot
from registry.departures.models import Departure, Flag, Resident
from registry.departures.summary.models import CountBlock, CountChange
from registry.enums import DestinationStatus
from registry.formatting import today
from registry.operating import postgres, self_check
from registry.operating.backups import make_backup
from registry.operating.facts import SELF_CHECK, note
from registry.reference.models import Destination
from registry.rights.erasing import erase
from tests.factories import make_departure, make_user


def journaled_backup(age, name="pamit-20261124T010000Z.sqlite.age"):
    log.record(Event.BACKUP_MADE, by=log.SYSTEM, area_code="0", detail={"berkas": name})
    db.session.info["journal"][-1].at = now() - age
    db.session.commit()


@pytest.fixture
def sound(app):
    """A registry in which nothing is wrong."""
    user = make_user()
    for _ in range(3):
        make_departure(by=user)
    journaled_backup(timedelta(hours=2))
    return app


def run(app):
    db.session.remove()
    result = contextvars.Context().run(app.test_cli_runner().invoke, args=["self-check"])
    return result.exit_code, re.findall(r"^Temuan: (.+)\.$", result.output, re.MULTILINE)


def test_a_sound_registry_is_told_so_with_the_moment(sound, client):
    assert client.get("/kesehatan").json["self_check_ok"] is None
    assert run(sound) == (0, [])
    told = client.get("/kesehatan")
    assert told.status_code == 200
    assert told.json["self_check_ok"] is True
    assert told.json["self_checked_at"].startswith(f"{now():%Y-%m-%dT%H}")


def test_each_look_ends_with_the_head_of_the_journal_in_one_line(sound):
    with snapshot():
        head = head_anchor()
    for plant, status in ((lambda: None, 0), (edit_name, 1)):
        plant()
        db.session.commit()
        result = contextvars.Context().run(sound.test_cli_runner().invoke, args=["self-check"])
        assert result.exit_code == status
        (line,) = [one for one in result.output.splitlines() if one.startswith("kepala-jurnal")]
        assert read_anchors(line) == [replace(head, at=head.at.replace(microsecond=0))]
    verified = sound.test_cli_runner().invoke(args=["audit", "verify", "--anchor", line])
    assert "warga 2 diubah di luar jurnal" in verified.output  # the chain agrees with the head


@pytest.mark.parametrize(("hours", "problems"), [(35, 0), (37, 1)])
def test_a_nightly_look_that_never_came_is_told_once_it_should_have(client, hours, problems):
    log.record(Event.LIST_SEEN, by=log.SYSTEM, area_code="0")
    db.session.info["journal"][-1].at = now() - timedelta(hours=hours)
    db.session.commit()
    told = client.get("/kesehatan")
    assert told.status_code == (503 if problems else 200)
    assert told.json["problems"] == ["pemeriksaan mandiri belum pernah berjalan"] * problems
    make_user(is_demo=True)
    assert client.get("/kesehatan").status_code == 200  # nobody looks after a demo at night


@pytest.mark.parametrize(("hours", "status"), [(35, 200), (37, 503)])
def test_a_nightly_look_that_stopped_coming_is_told(sound, client, hours, status):
    with short_write():
        note(SELF_CHECK, f"{(now() - timedelta(hours=hours)).isoformat()} 0")
    told = client.get("/kesehatan")
    assert told.status_code == status
    assert told.json["problems"] == ["pemeriksaan mandiri tidak lagi berjalan"] * (status == 503)


OPEN = (
    "cadangan terakhir tidak terenkripsi "
    "(isi BACKUP_RECIPIENT, atau OPEN_BACKUPS=1 bila memang dikehendaki)"
)


def test_a_last_backup_that_lies_open_is_found(sound, tmp_path, monkeypatch):
    """As `backup` makes it, where no public key is set."""
    monkeypatch.setattr(postgres, "dump", lambda settings, path: path.write_bytes(b"open"))
    make_backup(tmp_path)
    assert run(sound) == (1, [OPEN])
    recipient = tmp_path / "cadangan.pub"
    recipient.write_text(str(x25519.Identity.generate().to_public()))
    make_backup(tmp_path, recipient)
    assert run(sound) == (0, [])


def test_an_open_backup_that_is_wanted_or_of_a_demo_is_no_finding(sound):
    journaled_backup(timedelta(hours=1), "pamit-20261124T020000Z.sqlite")
    settings = sound.config["PAMIT"]
    sound.config["PAMIT"] = replace(settings, open_backups=True)
    assert run(sound) == (0, [])
    sound.config["PAMIT"] = settings
    assert run(sound) == (1, [OPEN])
    make_user(is_demo=True)
    assert run(sound) == (0, [])


def test_a_row_to_come_that_touches_nobody_is_no_finding(sound):
    begins = today() + timedelta(days=2)
    row = {"country": "JP", "status": DestinationStatus.HIGH_RISK, "valid_from": begins}
    db.session.add(Destination(**row, source="Uji"))
    log.record(Event.REFERENCE_CHANGED, by=log.SYSTEM, area_code="0")
    db.session.commit()
    assert run(sound) == (0, [])


def test_who_was_erased_is_no_finding(sound):
    erase(db.session.get(Resident, 1), by=log.SYSTEM)
    db.session.commit()
    assert run(sound) == (0, [])


def edit_name():
    db.session.execute(update(Resident.__table__).where(Resident.id == 2).values(name="Lain"))


def edit_assessment():
    db.session.execute(update(Departure.__table__).values(documents_complete=99))


def forget_the_day():
    db.session.execute(update(Departure.__table__).values(holds_until=None))


def drop_flags():
    assert db.session.execute(delete(Flag.__table__)).rowcount


def lose_number():
    db.session.execute(update(Resident.__table__).where(Resident.id == 1).values(nik_index=b"x"))


def break_seal():
    values = update(Resident.__table__).where(Resident.id == 1).values(nik_sealed=b"\x01" * 40)
    db.session.execute(values)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (edit_name, "warga 2 diubah di luar jurnal"),
        (edit_assessment, "penilaian keberangkatan 1 tidak sesuai aturan"),
        (forget_the_day, "penilaian keberangkatan 1 tidak sesuai aturan"),
        (drop_flags, "penilaian keberangkatan 1 tidak sesuai aturan"),
        (lose_number, "warga 1 tidak ditemukan dengan NIK-nya"),
        (break_seal, "nilai tersegel warga 1 rusak"),
    ],
)
def test_what_was_planted_is_found(sound, client, plant, said):
    plant()
    db.session.commit()
    status, findings = run(sound)
    assert status == 1
    assert any(finding.startswith(said) for finding in findings)
    told = client.get("/kesehatan")
    assert told.status_code == 503
    assert told.json["problems"] == ["pemeriksaan mandiri menemukan masalah"]


def test_a_summary_that_lost_a_change_is_found(sound):
    db.session.execute(delete(CountChange))
    db.session.execute(delete(CountBlock))
    db.session.commit()
    (finding,) = [one for one in run(sound)[1] if one.startswith("ringkasan dasbor berbeda di ")]
    assert finding.endswith("(jalankan counts rebuild)")


def test_a_departure_without_its_person_is_found(sound):
    if sound.config["PAMIT"].is_sqlite:
        # A connection of another program does not look at foreign keys.
        with contextlib.closing(sqlite.connect(db.engine.url.database)) as connection:
            connection.execute("DELETE FROM resident WHERE id = 3")
            connection.commit()
    else:
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        db.session.execute(text("DELETE FROM resident WHERE id = 3"))
        db.session.commit()
    assert "1 baris departure tanpa resident" in run(sound)[1]


def test_a_chain_that_broke_an_old_backup_and_little_space_are_found(app, monkeypatch):
    make_departure(by=make_user())
    assert run(app)[1] == ["belum pernah ada cadangan (jalankan backup DIR, lalu self-check lagi)"]
    journaled_backup(timedelta(hours=50))
    if app.config["PAMIT"].is_sqlite:
        db.session.execute(text("DROP TRIGGER journal_entry_no_update"))
    else:
        db.session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
    db.session.execute(text("UPDATE journal_entry SET actor = 'orang lain' WHERE seq = 2"))
    db.session.commit()
    monkeypatch.setattr(self_check, "free_megabytes", lambda settings: 3)
    assert run(app) == (
        1,
        [
            "rantai jurnal putus pada entri 2: entri diubah",
            "ruang penyimpanan tinggal 3 MB",
            "cadangan terakhir 50 jam yang lalu",
        ],
    )


def damage(path):
    """Overwrite the pages of the departures, as a dying disk does."""
    with contextlib.closing(sqlite.connect(path)) as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (root,) = copy.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'departure'"
        ).fetchone()
        (size,) = copy.execute("PRAGMA page_size").fetchone()
    with open(path, "r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x99" * size)


def test_a_damaged_file_is_told_line_by_line_and_to_who_watches(sound, client):
    if not sound.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only: PostgreSQL looks after its own pages")
    assert run(sound) == (0, [])
    db.session.remove()
    db.engine.dispose()
    damage(db.engine.url.database)
    status, findings = run(sound)
    assert status == 1
    assert "berkas basis data rusak (integrity_check)" in findings
    assert "ringkasan dasbor tidak dapat diperiksa (DatabaseError)" in findings
    told = client.get("/kesehatan")
    assert told.status_code == 503
    assert "pemeriksaan mandiri menemukan masalah" in told.json["problems"]
    refused = sound.test_cli_runner().invoke(args=["counts", "check"])
    assert refused.exit_code == 1
    assert "Berkas basis data rusak. Hentikan layanan" in refused.output
    assert "setup-only" not in refused.output
