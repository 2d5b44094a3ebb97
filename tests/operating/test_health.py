"""`/kesehatan` and `flask health`: one line, without personal data."""

import json

from sqlalchemy import delete, text

from registry.db import db
from registry.departures.models import Departure
from registry.regions.models import Region
from tests.factories import make_departure, make_user


def test_health_is_one_line_that_names_nobody(app, client):
    departure = make_departure(by=make_user())
    client.get("/masuk")
    answer = client.get("/kesehatan")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.text.count("\n") == 1
    assert answer.text.endswith("\n")
    state = json.loads(answer.text)
    assert state.keys() == {
        "status",
        "problems",
        "migration",
        "regions",
        "free_mb",
        "assessed_through",
        "self_checked_at",
        "self_check_ok",
    }
    assert state["status"] == "ok"
    assert state["regions"] > 1000
    assert departure.resident.name not in answer.text


def test_health_needs_no_account_and_writes_nothing(app, client):
    client.get("/kesehatan")
    assert db.session.scalar(text("SELECT count(*) FROM journal_entry")) == 0


def test_an_unfinished_migration_and_missing_regions_are_told(app, client):
    db.session.execute(delete(Departure))
    db.session.execute(text("DELETE FROM village_term"))
    db.session.execute(delete(Region))
    db.session.execute(text("UPDATE alembic_version SET version_num = '000'"))
    db.session.commit()
    answer = client.get("/kesehatan")
    assert answer.status_code == 503
    assert answer.json["status"] == "bermasalah"
    assert answer.json["problems"] == ["migrasi belum lengkap", "daftar wilayah kosong"]


def test_the_command_says_the_same(app, client):
    result = app.test_cli_runner().invoke(args=["health"])
    assert result.exit_code == 0
    assert json.loads(result.output).keys() == client.get("/kesehatan").json.keys()
