"""Vouching for the rows of a registry that is older than the digests of such rows.

Once for each kind, and only where the journal tells of such rows before the first digest of one, an
entry repeats them as they stand. A registry that began with the digests never takes stock: what is
there without an entry was put there beside the journal.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from registry.accounts.models import User
from registry.audit import log, vouching
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db

_ENTRY, _VALUE = JournalEntry.__table__.c, JournalValue.__table__.c


def is_due(model: Any) -> bool:
    """Whether rows of the model may lie there for which no entry could vouch, nor does yet."""
    if model.vouched_as in _counted():
        return False
    made_by = [event.value for event in model.made_by]
    first = select(func.min(_ENTRY.seq)).where(_ENTRY.event.in_(made_by))
    vouched = select(func.min(_VALUE.seq)).where(_VALUE.kind == model.vouched_as)
    began, since = db.session.scalar(first), db.session.scalar(vouched)
    return began is not None and (since is None or began < since)


def take_stock(models: Sequence[Any]) -> bool:
    """Repeat in one entry the rows of which none does yet; answers whether that was due.

    Accounts of which the journal never told are left out, so that they are found. No commit.
    """
    due = [model for model in models if is_due(model)]
    if not due:
        return False
    subjects = [subject for model in due for subject in _subjects(model)]
    counts = {model.vouched_as: 0 for model in due}
    for subject in subjects:
        counts[subject.kind] += 1
    log.record(
        Event.STOCK_TAKEN, by=log.SYSTEM, area_code="0", subjects=subjects, detail={"baris": counts}
    )
    return True


def _counted() -> set[str]:
    """The kinds of which stock was taken."""
    taken = select(JournalEntry.detail).where(_ENTRY.event == Event.STOCK_TAKEN.value)
    return {kind for detail in db.session.scalars(taken) for kind in detail["baris"]}


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
    made_by = [event.value for event in User.made_by]
    events = select(JournalEntry.event, JournalEntry.detail).where(_ENTRY.event.in_(made_by))
    names, has_demo = set(), False
    for event, detail in db.session.execute(events):
        names.add(detail.get("account"))
        has_demo |= event == Event.DEMO_LOADED.value
    accounts = db.session.execute(select(User.id, User.username, User.is_demo))
    return {row.id for row in accounts if row.username in names or (row.is_demo and has_demo)}
