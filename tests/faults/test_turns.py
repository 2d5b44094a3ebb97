"""Who writes waits for whoever writes already, and everybody who waits has the same chance."""

import threading
import time

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy.exc import OperationalError

from registry import db as opening
from registry.db import db


@pytest.fixture
def writer(app):
    """Another connection, which writes until it is told to end."""
    db.session.remove()
    other = sqlite.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def patience(connection):
    return connection.connection.driver_connection.execute("PRAGMA busy_timeout").fetchone()[0]


def test_who_waits_longer_than_a_turn_still_gets_one(writer):
    begun = time.monotonic()
    threading.Timer(8 * opening.TURN_MS / 1000, writer.execute, ["ROLLBACK"]).start()
    connection = db.session.connection()
    assert time.monotonic() - begun > 7 * opening.TURN_MS / 1000
    assert patience(connection) == opening.BUSY_TIMEOUT_MS


def test_who_waits_too_long_is_told(writer, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_MS", 200)
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        db.session.connection()
    assert 0.2 <= time.monotonic() - begun < 10


def test_nobody_is_asked_less_often_the_longer_they_wait(writer, monkeypatch):
    """SQLite's own waiting would ask once a tenth of a second after the first quarter."""
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_MS", 2_000)
    asked, refuse = [], opening._is_busy
    monkeypatch.setattr(opening, "_is_busy", lambda error: asked.append(1) or refuse(error))
    with pytest.raises(OperationalError):
        db.session.connection()
    assert len(asked) > 4
