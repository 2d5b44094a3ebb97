"""The time of a bench on either database: what the server works for us is counted too."""

import pytest
from sqlalchemy import text

from bench import placed
from registry.db import db

WORK = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
SELECT count(*) FROM n"""


def ask(statement):
    db.session.execute(text(statement)).scalar()
    db.session.rollback()


def test_the_work_of_the_database_is_counted_on_either(app):
    works = {"much": lambda: ask(WORK), "little": lambda: ask("SELECT 1")}
    times = placed.cpu_rounds(works, 3)
    assert {name: len(found) for name, found in times.items()} == {"much": 3, "little": 3}
    assert min(times["much"]) > 10 * min(times["little"])


def test_sessions_that_came_meanwhile_are_noticed(app):
    """Their time would be missing."""
    if db.engine.dialect.name == "sqlite":
        return  # which works within our own process
    opened = []

    def connect():
        if len(opened) < 2:
            opened.append(db.engine.connect())
            opened[-1].exec_driver_sql("SELECT 1")

    try:
        with pytest.raises(RuntimeError, match="others than at the beginning"):
            placed.cpu_rounds({"connects": connect}, 2)
    finally:
        for connection in opened:
            connection.close()


def test_a_bench_is_on_sqlite_and_without_a_margin_where_nothing_else_is_said(
    monkeypatch, tmp_path
):
    monkeypatch.setattr("sys.argv", ["bench", "--size", "20", "--folder", str(tmp_path)])
    given = placed.arguments("A bench.", rounds=7)
    said = given.size, given.database, given.rounds, given.margin, given.folder
    assert said == ("20", "sqlite", 7, 1.0, tmp_path)
