"""A demo stays on this machine; little disk space makes records read-only."""

import dataclasses

import pytest
from sqlalchemy import func, select

from registry.audit.events import Event
from registry.audit.models import JournalEntry
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


def test_with_enough_space_nothing_is_refused(app, client):
    assert client.post("/keberangkatan/baru").status_code != 503
