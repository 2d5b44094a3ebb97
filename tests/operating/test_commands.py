"""Each command prints what it did, and fails with one clear line."""

import logging

import pytest
from sqlalchemy import text, update

from registry.cli import COMMANDS
from registry.db import db
from registry.departures.models import Resident
from registry.operating import server
from registry.progress import progress
from tests.factories import make_departure, make_user


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=arguments)


def test_every_command_of_the_contract_is_there(app):
    groups = {
        name: set(getattr(command, "commands", ()))
        for name, command in ((command.name, command) for command in COMMANDS)
    }
    assert (
        groups.items()
        >= {
            "regions": {"load", "recode"},
            "demo": {"load"},
            "users": {"add", "import", "remove-phone"},
            "departures": {"import"},
            "export": {"departures", "summary"},
            "assess": {"due"},
            "audit": {"breach-report", "head", "verify", "who-saw"},
            "keys": {"rotate", "status"},
        }.items()
    )
    assert {"backup", "restore", "health", "self-check"} <= groups.keys()


def test_a_whole_journal_is_verified(app):
    make_departure(by=make_user())
    result = run(app, "audit", "verify")
    assert result.exit_code == 0
    assert result.output == "3 entri, rantai utuh; semua catatan cocok dengan jurnal.\n"


def test_the_first_broken_entry_is_named(app):
    make_departure(by=make_user())
    if app.config["PAMIT"].is_sqlite:
        db.session.execute(text("DROP TRIGGER journal_entry_no_update"))
    else:
        db.session.execute(text("ALTER TABLE journal_entry DISABLE TRIGGER USER"))
    db.session.execute(text("UPDATE journal_entry SET actor = 'orang lain' WHERE seq = 2"))
    db.session.commit()
    result = run(app, "audit", "verify")
    assert result.exit_code == 1
    assert result.output == "Gagal: Rantai jurnal putus pada entri 2: entri diubah.\n"


def test_a_record_edited_beside_the_journal_is_named(app):
    departure = make_departure(by=make_user())
    db.session.execute(update(Resident.__table__).values(name="Orang Lain"))
    db.session.commit()
    result = run(app, "audit", "verify")
    assert result.exit_code == 1
    assert f"warga {departure.resident_id} diubah di luar jurnal" in result.output


@pytest.mark.parametrize("arguments", [("audit", "verify"), ("assess", "due"), ("regions", "load")])
def test_a_database_without_tables_is_one_line(app, arguments):
    db.session.execute(text("ALTER TABLE journal_head RENAME TO moved_a"))
    db.session.execute(text("ALTER TABLE departure RENAME TO moved_b"))
    db.session.execute(text("ALTER TABLE region RENAME TO moved_c"))
    db.session.commit()
    result = run(app, *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Gagal: Basis data tidak dapat dipakai (")
    assert result.output.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_one_line(app, tmp_path):
    (tmp_path / "berkas").write_text("")
    result = run(app, "backup", str(tmp_path / "berkas" / "cadangan"))
    assert result.exit_code == 1
    assert result.output.startswith("Gagal: ")
    assert result.output.count("\n") == 1


def test_progress_is_silent_where_nobody_looks(capsys):
    with progress("Menghitung", 3) as done:
        for _ in range(3):
            done(1)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_progress_is_shown_on_a_terminal_after_a_second(capsys, monkeypatch):
    moments = iter([0.0, 0.5, 1.5, 1.6])
    monkeypatch.setattr("registry.progress.time.monotonic", lambda: next(moments, 2.0))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress("Menghitung", 3) as done:
        done(1)
        assert capsys.readouterr().err == ""
        done(1)
        done(1)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Error handling request /cari?q=siti+aminah", "Error handling request /cari?..."),
        ("Invalid line 'GET /cari?nik=1807 HTTP/9'", "Invalid line 'GET /cari?... HTTP/9'"),
    ],
)
def test_the_server_writes_no_query_into_its_log(said, kept):
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 1, "%s", (said,), None)
    server.WithoutQueries().filter(record)
    assert record.getMessage() == kept
    assert "%(q)s" not in server.access_log_format
    assert "%(r)s" not in server.access_log_format
    assert "%(f)s" not in server.access_log_format


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x85", "\u2028", "\x1b"])
def test_the_server_keeps_a_line_of_its_log_a_line(end):
    said = f'127.0.0.1 "GET /masuk{end}PALSU" 404'
    record = logging.LogRecord("gunicorn.access", logging.INFO, "", 1, "%s", (said,), None)
    assert record.getMessage() == said
    server.OnOneLine().filter(record)
    assert record.getMessage().isprintable()
    assert record.getMessage().endswith('PALSU" 404')
