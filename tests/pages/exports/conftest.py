"""A departure with everything that can be masked, and counting what a file costs the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from registry.db import db
from registry.departures import operations
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, Relation
from registry.formatting import today
from tests.factories import make_departure, make_user
from tests.pages.exports.books import FULL_NIK


@pytest.fixture
def count_statements(app: Flask) -> Callable[[], object]:
    @contextmanager
    def counting() -> Iterator[list[str]]:
        said: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield said
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def full(app):
    """A departure with everything that can be masked."""
    operator = make_user()
    departure = make_departure(
        by=operator,
        name="Siti Aminah",
        nik=FULL_NIK,
        recruiter_name="Pak Rudi",
        recruiter_phone="+6281200001111",
        employer_name="=1+1",
    )
    person = {"address": "Dusun Satu", "family_card": "1807011111111111"}
    operations.save_answers(
        departure,
        {**person, "id_pmi": "ID-998877", "promised_wage": 9_000_000},
        by=operator,
        seen_revision=departure.revision,
    )
    operations.save_documents(
        departure,
        {
            DocumentKind.PASSPORT: DocumentAnswer(
                DocumentStatus.PRESENT, "X1234567", None, today() + timedelta(days=400)
            ),
            DocumentKind.MIGRANT_CARD: DocumentAnswer(DocumentStatus.PRESENT, "EK-445566"),
            DocumentKind.POLICE_RECORD: DocumentAnswer(DocumentStatus.NOT_NEEDED),
        },
        by=operator,
        seen_revision=departure.revision,
    )
    operations.record_letter(
        departure,
        number="470/12/2026",
        issued_on=today(),
        signer="Ahmad",
        relation=Relation.HUSBAND,
        by=operator,
        seen_revision=departure.revision,
    )
    db.session.commit()
    return departure
