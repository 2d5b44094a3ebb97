"""Changing rows beside the journal, and asking what verification finds."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from registry.audit.models import JournalValue
from registry.db import db
from registry.operating import beside
from registry.operating.beside import VOUCHED, first_edited_beside_journal


def by_sql(*statements: Any) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    db.session.expire_all()


def found() -> tuple[str, int] | None:
    db.session.rollback()
    edited = first_edited_beside_journal()
    db.session.rollback()
    return (edited.kind, edited.subject_id) if edited else None


def verified(app: Flask) -> str:
    db.session.rollback()
    said: str = app.test_cli_runner().invoke(args=["audit", "verify"]).output
    return said


def unseen(monkeypatch: pytest.MonkeyPatch, model: Any) -> None:
    """The canary: a verification that does not look at these rows."""
    monkeypatch.setattr(beside, "VOUCHED", [one for one in VOUCHED if one is not model])
    monkeypatch.setattr(beside, "first_settled_by_nobody", lambda: None)


def values_of(kind: str) -> int:
    statement = select(func.count()).select_from(JournalValue)
    return db.session.scalar(statement.where(JournalValue.kind.startswith(kind))) or 0
