"""A demo stays on this machine; little disk space makes records read-only."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.config import Settings
from registry.db import db
from registry.operating import guards
from registry.operating.checks import note_demo
from tests.factories import make_departure, make_user

ELSEWHERE = {"Host": "pamit.example.go.id"}


@pytest.mark.parametrize("path", ["/", "/masuk", "/keberangkatan", "/kesehatan", "/entah"])
def test_a_demo_answers_only_this_machine(app, client, path):
    make_user(is_demo=True)
    note_demo(app)
    answer = client.get(path, headers=ELSEWHERE)
    assert answer.status_code == 403
    assert "akun contoh" in answer.text
    assert client.get(path, headers={"Host": "127.0.0.1:8000"}).status_code != 403


def test_a_demo_loaded_while_serving_is_noticed(app, client):
    assert client.get("/masuk", headers=ELSEWHERE).status_code == 200
    make_user(is_demo=True)
    guards.LOOK_FOR_DEMO_EVERY, kept = 0.0, guards.LOOK_FOR_DEMO_EVERY
    try:
        assert client.get("/masuk", headers=ELSEWHERE).status_code == 403
    finally:
        guards.LOOK_FOR_DEMO_EVERY = kept


def test_a_registry_with_real_accounts_answers_everywhere(app, client):
    make_user()
    assert client.get("/masuk", headers=ELSEWHERE).status_code == 200


@pytest.fixture
def low_disk(app):
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], minimum_free_mb=10**9)
    return app


def test_with_little_space_records_are_read_only_and_reads_are_journaled(low_disk, sign_in):
    user = make_user()
    departure = make_departure(by=user)
    client = sign_in(user)
    answer = client.post("/keberangkatan/baru", data={"name": "Siti"})
    assert answer.status_code == 503
    assert "hanya dapat dibaca" in answer.text
    page = client.get(f"/keberangkatan/{departure.id}")
    assert page.status_code == 200
    opened = select(func.count()).where(JournalEntry.event == Event.PERSON_OPENED.value)
    assert db.session.scalar(opened) == 1


@pytest.mark.parametrize("path", ["/masuk", "/keluar", "/cari"])
def test_with_little_space_signing_in_and_out_and_searching_go_on(low_disk, client, path):
    assert client.post(path).status_code != 503


def test_health_tells_of_little_space(low_disk, client):
    answer = client.get("/kesehatan")
    assert answer.status_code == 503
    assert "ruang penyimpanan hampir habis" in answer.json["problems"]


def free_by_folder(monkeypatch, free):
    """Each folder on a disk of its own, with so many bytes free; any other is gone."""

    def usage(folder):
        if folder not in free:
            raise FileNotFoundError(folder)
        return SimpleNamespace(free=free[folder])

    monkeypatch.setattr(guards.shutil, "disk_usage", usage)


def test_the_disk_of_the_database_counts_where_a_folder_of_it_is_named(monkeypatch):
    data, cluster = Path("/data"), Path("/cluster")
    settings = Settings(data, "postgresql://pamit@/pamit", b"", data / "kunci.json")
    named = dataclasses.replace(settings, database_folder=cluster)
    free_by_folder(monkeypatch, {data: 900 * guards.MEGABYTE, cluster: 3 * guards.MEGABYTE})
    assert guards.free_megabytes(settings) == 900
    assert guards.free_megabytes(named) == 3
    free_by_folder(monkeypatch, {data: 900 * guards.MEGABYTE})
    assert guards.free_megabytes(named) == 0


def test_a_full_disk_of_the_database_makes_records_read_only(app, client, monkeypatch):
    settings = app.config["PAMIT"]
    folder = Path("/cluster")
    app.config["PAMIT"] = dataclasses.replace(settings, database_folder=folder)
    free = dict.fromkeys([settings.instance_path, folder], 10**12)
    if settings.is_sqlite:
        free[Path(db.engine.url.database).parent] = 10**12
    free_by_folder(monkeypatch, free | {folder: 0})
    assert client.post("/keberangkatan/baru").status_code == 503
    told = client.get("/kesehatan")
    assert told.json["problems"] == ["ruang penyimpanan hampir habis"]
    assert told.json["free_mb"] == 0


def test_with_enough_space_nothing_is_refused(app, client):
    assert client.post("/keberangkatan/baru").status_code != 503
