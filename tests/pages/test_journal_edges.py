"""The journal at its edges: empty, in many batches, noted on a page that reads, rolled back."""

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Text, cast, delete, select, update

from registry.accounts.models import User
from registry.audit import log, verify
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.audit.triggers import drop_triggers
from registry.audit.verify import count_entries, head_anchor, verify_chain
from registry.db import allow_writing, db
from tests.factories import VILLAGE, make_departure, make_user

ENTRY, VALUE, HEAD = JournalEntry.__table__, JournalValue.__table__, JournalHead.__table__


def note(user, **detail):
    log.record(Event.LIST_SEEN, by=user.actor, area_code=VILLAGE, detail=detail)


def test_an_empty_journal_is_whole(app):
    assert count_entries() == 0
    assert head_anchor() is None
    found = verify_chain()
    assert (found.entries, found.is_whole, found.reason) == (0, True, "")


def test_every_entry_and_value_is_read_once_whatever_the_batches(app, monkeypatch):
    operator = make_user()
    for _turn in range(3):
        make_departure(by=operator)
        note(operator)
        db.session.commit()
    count = count_entries()
    assert count > 6
    for batch in range(1, count + 2):
        monkeypatch.setattr(verify, "BATCH", batch)
        walked = []
        found = verify_chain([head_anchor()], walked.append)
        assert (found.entries, found.broken_at) == (count, None), batch
        assert (sum(walked), max(walked)) == (count, min(batch, count))


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_a_value_taken_away_is_named_in_any_batch(app, monkeypatch, batch):
    operator = make_user()
    for _turn in range(3):
        make_departure(by=operator)
    db.session.rollback()
    seqs = list(db.session.scalars(select(VALUE.c.seq).distinct().order_by(VALUE.c.seq)))
    db.session.rollback()
    monkeypatch.setattr(verify, "BATCH", batch)
    with db.engine.begin() as connection:
        drop_triggers(Operations(MigrationContext.configure(connection)))
    for seq in reversed(seqs):
        with db.engine.begin() as connection:
            connection.execute(delete(VALUE).where(VALUE.c.seq == seq))
        assert (verify_chain().broken_at, verify_chain().reason) == (seq, verify.VALUES_CHANGED)
        db.session.rollback()


def test_a_look_is_written_once_whether_or_not_something_was_read_before(app):
    make_user()
    for reads in (False, True):
        before = count_entries()
        db.session.rollback()
        allow_writing(False)
        if reads:
            count_entries()
        log.record(Event.LIST_SEEN, by=log.SYSTEM, area_code=VILLAGE)
        assert db.session().in_transaction() is reads
        log.flush_reads()
        log.flush_reads()
        allow_writing(True)
        assert count_entries() == before + 1
        db.session.rollback()


def test_what_was_rolled_back_needs_no_entry_later(app):
    operator = make_user()
    departure = make_departure(by=operator)
    departure.country = "MY"
    db.session.flush()
    db.session.rollback()
    db.session.execute(update(User).where(User.id == operator.id).values(language="en"))
    db.session.commit()
    before = count_entries()
    departure.country = "MY"
    note(operator)
    db.session.rollback()
    db.session.execute(update(User).where(User.id == operator.id).values(language="id"))
    db.session.commit()
    assert count_entries() == before


def test_facts_are_stored_in_the_order_in_which_the_link_covers_them(app):
    operator = make_user()
    note(operator, nomor=1, jumlah=2, alasan=None)
    db.session.commit()
    newest = select(cast(ENTRY.c.detail, Text)).order_by(ENTRY.c.seq.desc()).limit(1)
    assert db.session.scalar(newest) == '{"alasan": null, "jumlah": 2, "nomor": 1}'
    note(operator)
    db.session.commit()
    assert db.session.scalar(newest) == "{}"
    assert verify_chain().is_whole


def test_the_head_is_the_last_entry_of_the_chain(app):
    operator = make_user()
    for number in range(3):
        note(operator, n=number)
        db.session.commit()
        head = db.session.execute(select(HEAD)).mappings().one()
        last = db.session.execute(select(ENTRY).order_by(ENTRY.c.seq.desc())).mappings().first()
        anchor = head_anchor()
        assert (head["seq"], head["link"]) == (last["seq"], last["link"])
        assert (anchor.seq, anchor.at, anchor.link) == (last["seq"], last["at"], last["link"])
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(delete(HEAD))
    assert head_anchor() is None
    found = verify_chain()
    assert (found.broken_at, found.reason) == (last["seq"] + 1, verify.OTHER_HEAD)
