"""A machine is prepared once, safely, and an unsafe one is refused with one clear line."""

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from registry import create_app, sealing, setup
from registry.accounts.models import User
from registry.audit.verify import verify_chain
from registry.config import Settings, UnsafeStart, load_settings
from registry.db import db, refuse_unsafe_sqlite
from registry.operating import checks, facts
from registry.operating.checks import check_database, refuse_unsafe
from registry.sealing import create_keyring, load_keyring
from tests.factories import make_user

ROOT = Path(__file__).parents[2]
SECRET = "a secret of tests, at least 32 bytes long"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An installation of its own, named by the environment; the process's keys come back after."""
    for name in ("DATABASE_URL", "SECRET_KEY", "KEYS_PATH", "FLASK_DEBUG", "TRUSTED_PROXIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path / "instance"))
    monkeypatch.setattr(sealing, "_active", sealing._active)
    return tmp_path / "instance"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_machine_is_prepared_and_a_second_time_changes_nothing(environment, capsys):
    setup.prepare(ROOT, wants_demo=False)
    assert "Wilayah: 91.600 baru" in capsys.readouterr().out
    assert mode(environment) == 0o700
    assert mode(environment / "secret_key") == mode(environment / "kunci.json") == 0o400
    assert mode(environment / "pamit.sqlite") == 0o600
    assert len((environment / "secret_key").read_bytes()) == 64
    kept = [(environment / name).read_bytes() for name in ("secret_key", "kunci.json")]

    setup.prepare(ROOT, wants_demo=True)  # but it was set up without a demo before

    assert capsys.readouterr().out == ""
    assert kept == [(environment / name).read_bytes() for name in ("secret_key", "kunci.json")]
    app = create_app()
    with app.app_context():
        assert verify_chain().entries == 1
        check_database(app)
        assert app.extensions["pamit_demo"] is False
        assert app.test_client().get("/kesehatan").status_code == 200
        assert db.session.query(User).count() == 0  # no account that everybody knows
        make_user()
        db.session.remove()
        db.engine.dispose()

    (environment / "kunci.json").unlink()
    with pytest.raises(UnsafeStart, match="Pulihkan dari salinan kunci"):
        setup.prepare(ROOT, wants_demo=False)
    assert not (environment / "kunci.json").exists()

    create_keyring(environment / "kunci.json")
    with pytest.raises(UnsafeStart, match="bukan milik basis data ini"):
        setup.prepare(ROOT, wants_demo=False)
    assert_one_line(["-m", "flask", "--app", "wsgi", "routes"], "bukan milik basis data ini")


def test_a_folder_open_to_others_is_closed(environment):
    environment.mkdir(mode=0o755)
    environment.chmod(0o755)
    setup.make_folder(environment)
    assert mode(environment) == 0o700


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, "SECRET_KEY belum ada"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY terlalu pendek"),
        ({"SECRET_KEY": SECRET, "TRUSTED_PROXIES": "satu"}, "TRUSTED_PROXIES"),
        ({"SECRET_KEY": SECRET, "MINIMUM_FREE_MB": "-1"}, "MINIMUM_FREE_MB"),
        ({"SECRET_KEY": SECRET, "DATABASE_FOLDER": "/tidak/ada"}, "DATABASE_FOLDER"),
    ],
)
def test_unfit_settings_are_refused(environment, monkeypatch, names, message):
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UnsafeStart, match=message):
        load_settings(ROOT)


def test_a_secret_readable_by_others_is_refused(environment):
    environment.mkdir()
    (environment / "secret_key").write_text(SECRET)
    (environment / "secret_key").chmod(0o644)
    with pytest.raises(UnsafeStart, match="chmod 0400 secret_key"):
        load_settings(ROOT)


def test_keys_that_are_missing_broken_or_readable_by_others_are_refused(tmp_path):
    path = tmp_path / "kunci.json"
    with pytest.raises(UnsafeStart, match="tidak ada"):
        load_keyring(path)
    create_keyring(path)
    path.chmod(0o440)
    with pytest.raises(UnsafeStart, match="chmod 0400"):
        load_keyring(path)
    path.chmod(0o600)
    path.write_text(json.dumps({"versi": 1, "data": "00"}))
    with pytest.raises(UnsafeStart, match="rusak"):
        load_keyring(path)


def test_a_filled_database_with_other_keys_is_refused(app):
    facts.note(facts.KEY_CHECK, "those of another installation")
    db.session.commit()
    check_database(app)  # nothing is in it yet that these keys could not read
    make_user()
    with pytest.raises(UnsafeStart, match="bukan milik basis data ini"):
        refuse_unsafe(app)


def test_keys_are_looked_at_by_the_first_request_when_the_start_could_not(app, client):
    facts.note(facts.KEY_CHECK, "those of another installation")
    make_user()
    answer = client.get("/masuk")
    assert answer.status_code == 503
    assert "bukan milik basis data ini" in answer.text
    assert client.get("/kesehatan").status_code == 503


def test_debug_mode_is_refused(app):
    app.config["DEBUG"] = True
    with pytest.raises(UnsafeStart, match="debug"):
        refuse_unsafe(app)


def test_sqlite_that_can_corrupt_a_database_is_refused():
    with pytest.raises(UnsafeStart, match=r"3\.40\.1"):
        refuse_unsafe_sqlite((3, 40, 1))
    refuse_unsafe_sqlite((3, 51, 3))


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_postgresql_that_can_lose_what_it_acknowledged_is_refused(app, monkeypatch, name):
    if app.config["PAMIT"].is_sqlite:
        pytest.skip("PostgreSQL only")
    refuse_unsafe(app)
    monkeypatch.setattr(checks, "DURABLE", (name,))  # the suite's own server has it off
    with pytest.raises(UnsafeStart, match=f"PostgreSQL dengan {name} = off"):
        refuse_unsafe(app)


def test_a_database_readable_by_others_is_refused(app):
    if not app.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only")
    path = Path(db.engine.url.database)
    db.session.remove()
    path.chmod(0o640)
    with pytest.raises(UnsafeStart, match=f"chmod 0600 {path.name}"):
        refuse_unsafe(app)
    path.chmod(0o600)
    refuse_unsafe(app)


def test_a_port_in_use_is_told_before_anything_is_done(environment, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UnsafeStart, match=f"Port {port}"):
            setup.refuse_taken_port(port)
    assert not environment.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "flask", "--app", "wsgi", "health"],
        ["-m", "gunicorn", "--config", "python:registry.operating.server", "wsgi:app"],
    ],
)
def test_commands_and_server_say_in_one_line_why_they_do_not_start(environment, arguments):
    assert_one_line(arguments, "Tidak dapat dimulai: SECRET_KEY belum ada")


def assert_one_line(arguments, message):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=dict(os.environ) | {"PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_settings_have_the_documented_defaults(environment, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    assert load_settings(ROOT) == Settings(
        instance_path=environment,
        database_url=f"sqlite:///{environment}/pamit.sqlite",
        secret_key=SECRET.encode(),
        keys_path=environment / "kunci.json",
        trusted_proxies=0,
        minimum_free_mb=200,
        postgres_bin=None,
        backup_recipient=None,
        database_folder=None,
        open_backups=False,
    )
    monkeypatch.setenv("OPEN_BACKUPS", "1")
    assert load_settings(ROOT).open_backups

    monkeypatch.setenv("DATABASE_FOLDER", str(ROOT))
    assert load_settings(ROOT).database_folder == ROOT


def test_without_a_setting_a_large_unmasked_file_needs_a_second_person(environment, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.delenv("SECOND_PERSON_ROWS", raising=False)
    assert load_settings(ROOT).second_person_rows == 1000
    monkeypatch.setenv("SECOND_PERSON_ROWS", "0")
    assert load_settings(ROOT).second_person_rows == 0
