"""An administrator, and small helpers to see what stands in the lists and the journal."""

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from tests.factories import make_user


@pytest.fixture
def admin(app):
    return make_user(role=Role.ADMIN)


@pytest.fixture
def client(sign_in, admin):
    return sign_in(admin)


@pytest.fixture
def details(app):
    """What the journal says of changes of the reference data, the oldest first."""

    def read():
        entries = select(JournalEntry.detail).order_by(JournalEntry.seq)
        of_reference = JournalEntry.event == Event.REFERENCE_CHANGED.value
        return db.session.scalars(entries.where(of_reference)).all()

    return read
