"""Every way to change the journal or a record by SQL is found, and its first bad entry is named.

Each kind has its canary: the same tampering goes unseen by a verification without that check.
"""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from registry import sealing
from registry.accounts.roles import Role
from registry.audit import log, verify
from registry.audit.anchors import Anchor, AnchorUnreadable, read_anchors
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.audit.triggers import drop_triggers
from registry.audit.verify import head_anchor, verify_chain
from registry.db import db
from registry.departures import digests
from registry.departures.models import Departure, Resident
from registry.enums import ReviewStatus
from registry.operating.beside import first_edited_beside_journal
from registry.sealing import Keyring
from tests.factories import SISTER_VILLAGE, VILLAGE, make_departure, make_user
from tests.page import h1, links, text_of

ENTRY, VALUE, HEAD = JournalEntry.__table__, JournalValue.__table__, JournalHead.__table__
OTHER_KEY = b"x" * 32


@dataclass
class Journal:
    """All three tables of the journal as an insider reads and rewrites them."""

    entries: list
    values: list
    head: dict

    @classmethod
    def read(cls):
        db.session.rollback()
        entries, values, head = (
            [dict(row) for row in db.session.execute(statement).mappings()]
            for statement in (
                select(ENTRY).order_by(ENTRY.c.seq),
                select(VALUE).order_by(VALUE.c.seq, VALUE.c.ordinal),
                select(HEAD),
            )
        )
        db.session.rollback()
        return cls(entries, values, head[0])

    def write(self):
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(delete(VALUE))
            connection.execute(delete(ENTRY))
            if self.entries:
                connection.execute(insert(ENTRY), self.entries)
            if self.values:
                connection.execute(insert(VALUE), self.values)
            connection.execute(update(HEAD).values(self.head))

    def renumber(self):
        """Close gaps, the values with their entries, and let the head follow."""
        new = {row["seq"]: seq for seq, row in enumerate(self.entries, 1)}
        for row in [*self.entries, *self.values]:
            row["seq"] = new[row["seq"]]
        self.move_head()

    def move_head(self):
        last = self.entries[-1] if self.entries else {"seq": 0, "link": log.ZERO_LINK}
        self.head |= {"seq": last["seq"], "link": last["link"]}

    def chain_anew(self, key=None):
        """Link everything as the program does, with its own key or with another one."""
        ours, previous = sealing.keyring(), log.ZERO_LINK
        sealing.use_keyring(Keyring(ours.data, ours.index, key or ours.journal))
        try:
            for row in self.entries:
                row["previous"] = previous
                previous = row["link"] = log.link_of(row)
        finally:
            sealing.use_keyring(ours)
        self.move_head()

    def delete(self, seq):
        self.entries = [row for row in self.entries if row["seq"] != seq]
        self.values = [row for row in self.values if row["seq"] != seq]

    def insert(self, seq):
        """A copy of an entry of somebody else, at this place."""
        at = next(i for i, row in enumerate(self.entries) if row["seq"] == seq)
        for row in [*self.entries, *self.values]:
            row["seq"] += row["seq"] >= seq
        self.entries.insert(at, {**self.entries[at], "seq": seq, "actor": "orang.lain"})
        self.values += [{**row, "seq": seq} for row in self.values if row["seq"] == seq + 1]
        self.move_head()

    def swap(self, seq, other):
        first, second = (self._at(number) for number in (seq, other))
        said = {name: value for name, value in first.items() if name != "seq"}
        first.update({name: second[name] for name in said})
        second.update(said)
        for value in self.values:
            value["seq"] = {seq: other, other: seq}.get(value["seq"], value["seq"])
        self.values.sort(key=lambda value: (value["seq"], value["ordinal"]))

    def edit(self, seq, **values):
        self._at(seq).update(values)

    def cut(self, count):
        for row in self.entries[-count:]:
            self.delete(row["seq"])
        self.move_head()

    def _at(self, seq):
        return next(row for row in self.entries if row["seq"] == seq)


@pytest.fixture
def history(app):
    """A journal with records, whose triggers an insider took away, and two heads kept outside."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    middle = head_anchor()
    make_departure(by=operator)
    log.record(
        Event.LIST_SEEN, by=operator.actor, area_code=VILLAGE, detail={"halaman": "é", "b": 1}
    )
    db.session.commit()
    anchors = [middle, head_anchor()]
    db.session.rollback()
    with db.engine.begin() as connection:
        drop_triggers(Operations(MigrationContext.configure(connection)))
    assert verify_chain(anchors).is_whole
    assert first_edited_beside_journal() is None
    return anchors


def by_sql(*statements):
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def delete_fourth(journal):
    journal.delete(4)
    journal.renumber()


def edit_with_key(journal):
    journal.edit(4, actor="orang.lain")
    journal.chain_anew()


def edit_without_key(journal):
    journal.edit(4, actor="orang.lain")
    journal.chain_anew(OTHER_KEY)


# The kind, what the insider does, and the first bad entry.
KINDS = {
    "edited": (lambda journal: journal.edit(4, actor="orang.lain"), 4),
    "deleted": (delete_fourth, 4),
    "inserted": (lambda journal: journal.insert(4), 4),
    "swapped": (lambda journal: journal.swap(4, 5), 4),
    "chained anew without the key": (edit_without_key, 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_changed_without_the_key_is_found_at_its_first_entry(history, kind, monkeypatch):
    tamper, first_bad = KINDS[kind]
    journal = Journal.read()
    tamper(journal)
    journal.write()
    found = verify_chain()
    assert (found.broken_at, found.reason) == (first_bad, verify.CHANGED)
    monkeypatch.setattr(verify, "_is_linked", lambda *said: True)
    assert verify_chain().is_whole


def test_a_cut_tail_is_found_by_a_head_that_was_kept(history):
    journal = Journal.read()
    last = len(journal.entries)
    journal.cut(2)
    journal.write()
    assert verify_chain().is_whole  # the canary: without the anchor
    found = verify_chain(history)
    assert (found.broken_at, found.through, found.reason) == (last - 1, last, verify.CUT)


def test_a_chain_made_anew_with_the_key_is_found_between_the_heads_that_were_kept(history):
    middle, last = (anchor.seq for anchor in history)
    journal = Journal.read()
    journal.edit(middle + 1, actor="orang.lain")
    journal.chain_anew()
    journal.write()
    assert verify_chain().is_whole  # the canary: without the anchors
    found = verify_chain(history)
    assert (found.broken_at, found.through) == (middle + 1, last)
    assert found.reason == verify.OTHER_CHAIN


def test_a_head_that_was_replaced_is_found(history):
    journal = Journal.read()
    journal.head["link"] = b"f" * 32
    journal.write()
    assert verify_chain().broken_at == len(journal.entries) + 1
    by_sql(delete(HEAD))
    assert verify_chain().broken_at == len(journal.entries) + 1


def test_a_record_edited_beside_the_journal_is_found(history, monkeypatch):
    first = db.session.scalar(select(Resident.id).order_by(Resident.id))
    by_sql(update(Resident.__table__).values(name="Orang Lain"))
    assert verify_chain(history).is_whole
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("resident", first)
    columns = (Resident.id, Resident.village_code, Resident.digest)
    stored = {"resident": db.session.execute(select(*columns)).all()}
    recount = digests._stored_digests

    def without_the_check(kind, model):
        return stored[kind] if kind in stored else recount(kind, model)

    monkeypatch.setattr(digests, "_stored_digests", without_the_check)
    assert first_edited_beside_journal() is None


def test_a_person_moved_to_another_village_beside_the_journal_is_found(history, monkeypatch):
    """Whoever could do that would hand a person's numbers to another village."""
    first = db.session.scalar(select(Resident.id).order_by(Resident.id))
    by_sql(
        *(
            update(model.__table__).values(village_code=SISTER_VILLAGE)
            for model in (Resident, Departure)
        )
    )
    assert verify_chain(history).is_whole
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("resident", first)
    monkeypatch.setattr(digests.Area, "holds", lambda *_: True)
    assert first_edited_beside_journal() is None


@pytest.mark.parametrize("seq", [0, -5, 10_000])
def test_a_value_or_an_entry_outside_the_chain_is_found(history, seq):
    """An old value put behind the last entry would else make a record's old state look right."""
    journal = Journal.read()
    entry = {**journal.entries[-1], "seq": seq}
    db.session.rollback()
    db.engine.dispose()
    raw = db.engine.raw_connection()
    cursor, is_sqlite = raw.cursor(), db.engine.dialect.name == "sqlite"
    cursor.execute(
        "PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica"
    )
    columns = ", ".join(log.VALUE_COLUMNS)
    cursor.execute(  # numbers and column names of our own
        f"INSERT INTO journal_value (seq, {columns}) SELECT {seq}, {columns} FROM journal_value "  # noqa: S608
        f"WHERE seq = {journal.values[0]['seq']} AND ordinal = 0"
    )
    raw.commit()
    raw.detach()
    raw.close()
    assert verify_chain().broken_at == seq
    by_sql(delete(VALUE).where(VALUE.c.seq == seq), insert(ENTRY).values(entry))
    assert not verify_chain().is_whole


STEPS = st.one_of(
    st.tuples(st.just("edit"), st.integers(1, 9), st.sampled_from(["actor", "at", "detail"])),
    st.tuples(st.just("delete"), st.integers(1, 9)),
    st.tuples(st.just("insert"), st.integers(1, 9)),
    st.tuples(st.just("swap"), st.integers(1, 4), st.integers(5, 9)),
    st.tuples(st.just("cut"), st.integers(1, 4)),
    st.tuples(st.just("renumber")),
    st.tuples(st.just("move_head")),
    st.tuples(st.just("chain_anew"), st.sampled_from([None, OTHER_KEY])),
)


def take(journal, name, *values):
    numbers = {row["seq"] for row in journal.entries}
    if name in ("edit", "delete", "insert", "swap"):
        wanted = values if name == "swap" else values[:1]
        if not numbers.issuperset(wanted):
            return
    if name == "edit":
        seq, column = values
        row = next(row for row in journal.entries if row["seq"] == seq)
        edited = {"actor": "x", "at": row["at"] + timedelta(seconds=1), "detail": {"n": 1}}
        journal.edit(seq, **{column: edited[column]})
    else:
        getattr(journal, name)(*values)


def first_difference(before, after):
    """The first entry that is not as it was, or the one after the last."""
    for seq in range(1, len(before.entries) + 1):
        pairs = [
            ([r for r in j.entries if r["seq"] == seq], [v for v in j.values if v["seq"] == seq])
            for j in (before, after)
        ]
        if pairs[0] != pairs[1]:
            return seq
    return None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(program=st.lists(STEPS, min_size=1, max_size=4))
def test_whatever_an_insider_with_the_key_does_is_found(history, program):
    original = Journal.read()
    journal = copy.deepcopy(original)
    for step in program:
        take(journal, *step)
    changed = first_difference(original, journal)
    assume(changed is not None)
    try:
        journal.write()
        found = verify_chain(history)
        assert not found.is_whole, program
        if ("chain_anew", None) in program:  # as near as the heads that were kept can tell
            agreed = max((anchor.seq for anchor in history if anchor.seq < changed), default=0)
            assert found.broken_at > agreed, program
        else:
            assert found.broken_at <= changed <= (found.through or found.broken_at), program
    finally:
        original.write()
    assert verify_chain(history).is_whole


# Heads that are kept


def test_the_commands_print_a_head_that_finds_what_came_after(app, history, tmp_path):
    runner = app.test_cli_runner()
    printed = runner.invoke(args=["audit", "head"])
    assert printed.exit_code == 0
    assert read_anchors(printed.output) == [read_anchors(history[1].text)[0]]
    kept = tmp_path / "kepala.txt"
    for _ in range(2):
        assert runner.invoke(args=["audit", "head", "--out", str(kept)]).exit_code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    for said in (
        str(kept),
        printed.output,
        history[0].text.upper() + "# catatan\n" + history[1].text,
    ):
        whole = runner.invoke(args=["audit", "verify", "--anchor", said])
        assert (whole.exit_code, "cocok dengan" in whole.output) == (0, True), whole.output
    journal = Journal.read()
    edit_with_key(journal)
    journal.write()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    found = runner.invoke(args=["audit", "verify", "--anchor", str(kept)])
    assert found.exit_code == 1
    assert f"salah satu dari entri 1 sampai {history[1].seq}: rantai dibuat ulang" in found.output


def test_a_head_that_was_miscopied_is_told_by_its_line(app, history):
    right = history[1].text
    for line in range(5):
        lines = right.splitlines()
        at = next(i for i, c in enumerate(lines[line]) if i > 13 or (line and c != " "))
        old = lines[line][at]
        lines[line] = lines[line][:at] + ("1" if old != "1" else "2") + lines[line][at + 1 :]
        with pytest.raises(AnchorUnreadable, match=f"baris ke-{line + 1}"):
            read_anchors("\n".join(lines))
    swapped = right.splitlines()
    swapped[1], swapped[2] = swapped[2], swapped[1]
    for text_ in ("", "kepala-jurnal 3", right + "lain", "\n".join(swapped)):
        with pytest.raises(AnchorUnreadable):
            read_anchors(text_)
        refused = app.test_cli_runner().invoke(args=["audit", "verify", "--anchor", text_])
        assert refused.exit_code == 1
        assert refused.output.startswith("Gagal: ")


@given(
    seq=st.integers(1, 10**12),
    at=st.datetimes(min_value=datetime.fromisoformat("1000-01-01")),
    link=st.binary(min_size=32, max_size=32),
)
def test_every_head_can_be_read_again(seq, at, link):
    anchor = Anchor(seq, at.replace(microsecond=0, tzinfo=UTC), link)
    assert read_anchors(anchor.text) == [anchor]


def test_the_journal_page_shows_the_head_and_prints_it(sign_in, history):
    client = sign_in(make_user(role=Role.LABOUR_OFFICE))
    page = client.get("/jurnal")
    anchor = head_anchor()
    assert " ".join(anchor.text.split()) in text_of(page)
    assert ("Cetak kepala jurnal", "/jurnal/kepala") in links(page)
    paper = client.get("/jurnal/kepala")
    assert h1(paper) == "Kepala jurnal"
    assert " ".join(anchor.text.split()) in text_of(paper)
    assert sign_in(make_user(role=Role.OPERATOR)).get("/jurnal/kepala").status_code == 403
