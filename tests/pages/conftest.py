"""What every test of a page leaves behind: a summary and words that agree with the departures."""

from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from registry.db import db
from registry.departures import name_words
from registry.departures.summary.models import CountChange
from registry.departures.summary.recounting import check


@pytest.fixture(autouse=True)
def summary_agrees(request):
    """Whatever a test did to departures, counting and spelling them again finds no difference."""
    if "app" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("app")
    yield
    db.session.rollback()
    with suppress(DatabaseError):  # a test took the database away
        if db.session.scalar(select(CountChange.id).limit(1)):
            assert check().differences == 0
            assert name_words.check() == 0
