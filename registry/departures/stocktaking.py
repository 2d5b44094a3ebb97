"""Vouching for the rows of a registry that is older than the digests of such rows.

Once, and only where the journal tells of accounts before the first digest of one, an entry repeats
the rows as they stand. A registry that began with the digests never takes stock: what is there
without an entry was put there beside the journal.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select

from registry.accounts.models import User
from registry.audit import log, vouching
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db

_ENTRY, _VALUE = JournalEntry.__table__.c, JournalValue.__table__.c
BEGINNINGS = (Event.ACCOUNT_CREATED.value, Event.DEMO_LOADED.value)


def is_due() -> bool:
    """Whether the registry has rows that no entry could vouch for, and never took stock."""
    taken = select(exists().where(_ENTRY.event == Event.STOCK_TAKEN.value))
    if db.session.scalar(taken):
        return False
    first = select(func.min(_ENTRY.seq)).where(_ENTRY.event.in_(BEGINNINGS))
    vouched = select(func.min(_VALUE.seq)).where(_VALUE.kind == User.vouched_as)
    began, since = db.session.scalar(first), db.session.scalar(vouched)
    return began is not None and (since is None or began < since)


def take_stock(models: Sequence[Any]) -> bool:
    """Repeat in one entry the rows of which none does yet; answers whether that was due.

    Accounts of which the journal never told are left out, so that they are found. No commit.
    """
    if not is_due():
        return False
    subjects = [subject for model in models for subject in _subjects(model)]
    counts = {model.vouched_as: 0 for model in models}
    for subject in subjects:
        counts[subject.kind] += 1
    log.record(
        Event.STOCK_TAKEN, by=log.SYSTEM, area_code="0", subjects=subjects, detail={"baris": counts}
    )
    return True


def _subjects(model: Any) -> list[log.Subject]:
    table, kind = model.__table__, model.vouched_as
    told = select(_VALUE.subject_id).where(_VALUE.kind == kind)
    statement = select(table.c.id).where(table.c.id.not_in(told)).order_by(table.c.id)
    ids = list(db.session.scalars(statement))
    if model is User:
        known = _known_accounts()
        ids = [row_id for row_id in ids if row_id in known]
    digests = vouching.stored_digests(db.session(), model, ids)
    return [log.Subject(kind, row_id, digest=digests[row_id]) for row_id in ids]


def _known_accounts() -> set[int]:
    """The accounts whose making is an entry, of their own or of the demo."""
    events = select(JournalEntry.event, JournalEntry.detail).where(_ENTRY.event.in_(BEGINNINGS))
    names, has_demo = set(), False
    for event, detail in db.session.execute(events):
        names.add(detail.get("account"))
        has_demo |= event == Event.DEMO_LOADED.value
    accounts = db.session.execute(select(User.id, User.username, User.is_demo))
    return {row.id for row in accounts if row.username in names or (row.is_demo and has_demo)}
