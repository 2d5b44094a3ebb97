"""The journal: what was done beside it is found, and nothing is done or seen without it."""

import threading
from datetime import timedelta

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalHead, JournalValue
from registry.audit.triggers import drop_triggers
from registry.audit.verify import verify_chain
from registry.db import db, now
from registry.departures import marks, operations
from registry.departures.models import Departure, Document, Resident
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, ReviewStatus
from registry.formatting import today
from registry.operating.beside import first_edited_beside_journal
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    VILLAGE,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import h1, links, parsed, rows, text_of, words

ENTRY, VALUE, HEAD = JournalEntry.__table__, JournalValue.__table__, JournalHead.__table__


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def history(operator):
    """A journal of some length: two people, with papers, verified, departed."""
    reviewer = make_user(role=Role.REVIEWER)
    first = make_departure(
        by=operator, nik=make_nik(), status=ReviewStatus.VERIFIED, reviewer=reviewer
    )
    operations.save_documents(
        first,
        {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, "X7654321")},
        by=operator,
        seen_revision=first.revision,
    )
    db.session.commit()
    make_departure(by=operator, nik=make_nik())
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    last = db.session.scalar(select(func.max(JournalEntry.seq)))
    db.session.rollback()
    return last


@pytest.fixture
def insider(history):
    """A connection of somebody who may do anything in the database, and took the triggers away."""
    with db.engine.begin() as connection:
        drop_triggers(Operations(MigrationContext.configure(connection)))

    def do(*statements):
        db.session.rollback()
        with db.engine.begin() as connection:
            for statement in statements:
                connection.execute(statement)
        db.session.rollback()
        db.session.expire_all()

    return do


def entries():
    return [dict(row) for row in db.session.execute(select(ENTRY).order_by(ENTRY.c.seq)).mappings()]


def broken_at():
    found = verify_chain()
    assert not found.is_whole
    assert found.reason
    return found.broken_at


# Changing the journal


@pytest.mark.parametrize(
    "column",
    ["at", "event", "actor", "role", "area_code", "detail", "values_digest", "previous", "link"],
)
def test_an_edited_entry_is_found(history, insider, column):
    edited = {
        "at": now() - timedelta(days=30),
        "event": Event.LIST_SEEN.value,
        "actor": "orang.lain",
        "role": "admin",
        "area_code": "3204052001",
        "detail": {"nomor": "PM-2026-AAAAA"},
    }
    value = edited.get(column, bytes(32))
    insider(update(ENTRY).where(ENTRY.c.seq == 3).values({column: value}))
    assert broken_at() == 3


def test_a_cut_tail_is_found_by_the_head(history, insider):
    insider(delete(VALUE).where(VALUE.c.seq >= history - 1),
            delete(ENTRY).where(ENTRY.c.seq >= history - 1))  # fmt: skip
    found = verify_chain()
    assert (found.broken_at, found.reason) == (history - 1, "ujung rantai tidak cocok")


def test_a_tail_cut_together_with_the_head_is_found_by_the_records(history, insider):
    last = entries()[history - 3]
    insider(
        delete(VALUE).where(VALUE.c.seq >= history - 1),
        delete(ENTRY).where(ENTRY.c.seq >= history - 1),
        update(HEAD).values(seq=last["seq"], link=last["link"]),
    )
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is not None


def test_a_moved_head_is_found(history, insider):
    insider(update(HEAD).values(seq=history + 5))
    assert broken_at() == history + 1


@pytest.mark.parametrize("column", ["sealed", "digest", "version", "subject_id", "resident_id"])
def test_an_edited_value_is_found(history, insider, column):
    row = db.session.execute(
        select(VALUE).where(VALUE.c.sealed.is_not(None)).order_by(VALUE.c.seq).limit(1)
    ).mappings().one()  # fmt: skip
    value = bytes(60) if column in ("sealed", "digest") else row[column] + 100
    mine = (VALUE.c.seq == row["seq"]) & (VALUE.c.ordinal == row["ordinal"])
    insider(update(VALUE).where(mine).values({column: value}))
    found = verify_chain()
    assert (found.broken_at, found.reason) == (row["seq"], "nilai entri diubah")


def test_a_deleted_or_added_value_is_found(history, insider):
    row = dict(db.session.execute(select(VALUE).order_by(VALUE.c.seq).limit(1)).mappings().one())
    insider(insert(VALUE).values({**row, "ordinal": 9}))
    assert broken_at() == row["seq"]
    insider(delete(VALUE).where(VALUE.c.seq == row["seq"]))
    assert broken_at() == row["seq"]


# Changing the records


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Resident, {"name": "Orang Lain"}),
        (Resident, {"birth_date": today()}),
        (Resident, {"nik_sealed": None, "nik_index": None}),
        (Departure, {"review_status": ReviewStatus.DRAFT}),
        (Departure, {"country": "MY"}),
        (Departure, {"version": 99}),
        (Departure, {"created_by": "orang.lain"}),
        (Document, {"status": DocumentStatus.MISSING}),
        (Document, {"expires_on": today()}),
    ],
)
def test_a_record_edited_beside_the_journal_is_found(history, insider, model, values):
    table = model.__table__
    first = db.session.scalar(select(func.min(list(table.primary_key)[0])))
    insider(update(table).where(list(table.primary_key)[0] == first).values(values))
    assert verify_chain().is_whole
    found = first_edited_beside_journal()
    kind = "resident" if model is Resident else "departure"
    assert (found.kind, found.subject_id) == (kind, first)


def test_a_paper_removed_or_added_beside_the_journal_is_found(history, insider):
    table = Document.__table__
    row = dict(db.session.execute(select(table)).mappings().first())
    insider(delete(table))
    assert first_edited_beside_journal().subject_id == row["departure_id"]
    insider(insert(table).values(row))
    assert first_edited_beside_journal() is None
    insider(insert(table).values({**row, "kind": DocumentKind.POLICE_RECORD}))
    assert first_edited_beside_journal().subject_id == row["departure_id"]


def test_a_record_put_in_beside_the_journal_is_found(history, insider):
    row = dict(db.session.execute(select(Resident.__table__).limit(1)).mappings().one())
    insider(insert(Resident.__table__).values({**row, "id": 77, "nik_index": None}))
    assert first_edited_beside_journal().subject_id == 77


def test_a_record_deleted_beside_the_journal_is_found(history, insider):
    last = db.session.scalar(select(func.max(Departure.id)))
    departures = Departure.__table__
    writers = text(f"DELETE FROM departure_writer WHERE departure_id = {last}")  # noqa: S608
    insider(writers, delete(departures).where(departures.c.id == last))
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("departure", last)


def test_a_draft_deleted_by_its_village_is_not_taken_for_tampering(history, operator):
    draft = make_departure(by=operator, nik=make_nik())
    operations.delete_draft(draft, by=operator, seen_revision=draft.revision)
    db.session.commit()
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_a_deleted_draft_that_is_put_back_beside_the_journal_is_found(history, operator, insider):
    draft = make_departure(by=operator, nik=make_nik())
    tables = [Resident.__table__, Departure.__table__]
    kept = [
        dict(db.session.execute(select(table).where(table.c.id == row_id)).mappings().one())
        for table, row_id in zip(tables, (draft.resident_id, draft.id), strict=True)
    ]
    operations.delete_draft(draft, by=operator, seen_revision=draft.revision)
    db.session.commit()
    insider(insert(tables[0]).values(kept[0]))
    assert first_edited_beside_journal().subject_id == kept[0]["id"]
    insider(insert(tables[1]).values(kept[1]))
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("departure", kept[1]["id"])


def test_the_derived_columns_may_change_without_an_entry(history, insider):
    insider(update(Departure.__table__).values(holds_until=today(), documents_complete=3))
    assert first_edited_beside_journal() is None


def test_the_command_names_the_first_broken_entry_and_the_first_edited_record(
    app, history, insider
):
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify"])
    assert whole.exit_code == 0
    assert f"{history} entri, rantai utuh" in whole.output
    insider(update(Resident.__table__).where(Resident.__table__.c.id == 1).values(name="X"))
    edited = runner.invoke(args=["audit", "verify"])
    assert edited.exit_code != 0
    assert "warga 1 diubah di luar jurnal" in edited.output
    insider(update(ENTRY).where(ENTRY.c.seq == 2).values(actor="x"))
    broken = runner.invoke(args=["audit", "verify"])
    assert broken.exit_code != 0
    assert "putus pada entri 2" in broken.output


# What the database and the session refuse


@pytest.mark.parametrize("table", ["journal_entry", "journal_value"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET seq = seq", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_the_journal(history, table, verb):
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(verb.format(table))
    assert verify_chain().entries == history


def test_postgresql_refuses_to_empty_the_journal(history):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE journal_entry CASCADE")


def changed(departure):
    departure.planned_on = today() + timedelta(days=9)


def changed_person(departure):
    departure.resident.name = "Orang Lain"


def added_paper(departure):
    departure.documents.append(
        Document(departure_id=departure.id, kind=DocumentKind.HEALTH, status=DocumentStatus.PRESENT)
    )


def deleted(departure):
    db.session.delete(departure)


@pytest.mark.parametrize("change", [changed, changed_person, added_paper, deleted])
@pytest.mark.parametrize("flushed_before", [False, True])
def test_nothing_about_a_person_is_committed_without_an_entry(operator, change, flushed_before):
    departure = make_departure(by=operator)
    change(departure)
    if flushed_before:
        db.session.flush()
    with pytest.raises(log.MissingEntry):
        db.session.commit()
    db.session.rollback()
    assert first_edited_beside_journal() is None


def test_an_operation_that_is_rolled_back_leaves_no_entry(operator):
    departure = make_departure(by=operator)
    before = verify_chain().entries
    marks.cancel(departure, "Tidak jadi", by=operator, seen_revision=departure.revision)
    db.session.rollback()
    log.record(Event.LIST_SEEN, by=operator.actor, area_code=VILLAGE)
    db.session.commit()
    assert verify_chain().entries == before + 1


def test_an_operation_is_one_entry_with_the_record_that_it_made(operator):
    departure = make_departure(by=operator)
    before = verify_chain().entries
    marks.mark_departed(departure, today(), by=operator, seen_revision=departure.revision)
    db.session.commit()
    assert verify_chain().entries == before + 1
    value = db.session.scalars(select(JournalValue).where(JournalValue.seq == before + 1)).one()
    assert (value.version, value.digest) == (departure.version, departure_digest(departure))


def departure_digest(departure):
    statement = select(Departure.__table__.c.digest).where(Departure.__table__.c.id == departure.id)
    return db.session.scalar(statement)


def test_the_chained_part_of_an_entry_names_no_person(operator, sign_in):
    nik = make_nik()
    departure = make_departure(by=operator, nik=nik, name="Siti Aminah", phone="+6281299887766")
    marks.cancel(departure, "Ibunya sakit", by=operator, seen_revision=departure.revision)
    db.session.commit()
    sign_in(operator).get("/keberangkatan?q=siti+aminah")
    for row in entries():
        said = " ".join(str(value) for value in row.values()).casefold()
        for secret in (nik, "siti", "aminah", "99887766", "ibunya"):
            assert secret not in said, row["event"]


# Many at once


def test_writers_at_the_same_time_keep_the_chain_whole(app, history):
    failures = []

    def write(name):
        with app.app_context():
            try:
                for number in range(15):
                    log.record(
                        Event.LIST_SEEN,
                        by=log.Actor(name, "operator", VILLAGE),
                        area_code=VILLAGE,
                        detail={"nomor": number},
                    )
                    db.session.commit()
            except Exception as error:  # the assertion below tells it
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(f"penulis{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    db.session.rollback()
    assert verify_chain().entries == history + 60
    assert verify_chain().is_whole
    for number in range(4):
        mine = [row["detail"]["nomor"] for row in entries() if row["actor"] == f"penulis{number}"]
        assert mine == list(range(15))


def test_readers_and_writers_at_the_same_time_keep_the_chain_whole(app, sign_in, history):
    users = [make_user() for _ in range(3)]
    clients = [sign_in(user) for user in users]
    before, statuses = verify_chain().entries, []
    db.session.rollback()

    def look(client):
        with app.app_context():
            statuses.extend(client.get("/keberangkatan").status_code for _ in range(8))
            db.session.remove()

    threads = [threading.Thread(target=look, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert statuses == [200] * 24
    assert verify_chain().is_whole
    assert verify_chain().entries == before + 24


# Reads


def last_detail(event):
    statement = select(ENTRY.c.detail).where(ENTRY.c.event == event.value)
    return db.session.scalars(statement.order_by(ENTRY.c.seq.desc())).first()


def test_an_export_is_an_entry(operator, sign_in):
    make_departure(by=operator, nik=make_nik())
    client = sign_in(operator)
    for path, event in (
        ("/ekspor/keberangkatan.xlsx", Event.EXPORTED),
        ("/ekspor/keberangkatan.csv", Event.EXPORTED),
        ("/ekspor/rekap.xlsx", Event.SUMMARY_EXPORTED),
    ):
        before = verify_chain().entries
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.data
        db.session.rollback()
        assert verify_chain().entries == before + 1
        assert last_detail(event)


def test_a_page_that_shows_nobody_leaves_no_entry(operator, sign_in):
    client = sign_in(operator)
    before = verify_chain().entries
    for path in ("/akun/saya", "/keberangkatan/baru", "/kesehatan", "/tidak-ada"):
        client.get(path)
    assert verify_chain().entries == before


# The page of the journal

SEES_JOURNAL = (Role.LABOUR_OFFICE, Role.BP3MI, Role.ADMIN)


@pytest.mark.parametrize("role", Role)
def test_the_journal_is_read_by_offices_and_the_administrator(sign_in, history, role):
    page = sign_in(make_user(role=role)).get("/jurnal")
    assert page.status_code == (200 if role in SEES_JOURNAL else 403)
    if role in SEES_JOURNAL:
        assert h1(page) == "Jurnal"
        assert "Memverifikasi" in text_of(page)


def test_the_journal_shows_who_when_action_and_area_and_no_person(sign_in, operator):
    nik = make_nik()
    departure = make_departure(by=operator, nik=nik, name="Siti Aminah")
    page = sign_in(make_user(role=Role.ADMIN)).get("/jurnal")
    newest = rows(page)[0]
    assert operator.username in " ".join(newest) or "Membuat akun" in " ".join(newest)
    said = page.text
    for secret in (nik, "Aminah", departure.registration_number):
        assert secret not in said
    assert "WIB" in text_of(page)
    assert "18.07.01.2001" in text_of(page)


def test_the_country_has_no_code_on_any_page(sign_in, app):
    office = make_user(role=Role.BP3MI, area="0")
    client = sign_in(make_user(role=Role.ADMIN, area="0"))
    areas = [row[3] for row in rows(client.get("/jurnal"))]
    assert "–" in areas
    assert "0" not in areas
    (account,) = (r for r in rows(client.get("/akun")) if office.username in r[0])
    assert account[2] == "Indonesia"
    for path in ("/akun/saya", f"/akun/{office.id}"):
        page = parsed(client.get(path).text)
        values = [words(e) for e in page.iter() if e.get("class") == "summary-value"]
        assert "Indonesia" in values


def test_an_office_reads_the_journal_of_its_own_area_only(sign_in, operator):
    make_departure(by=operator)
    elsewhere = make_user(area=FOREIGN_VILLAGE)
    make_departure(by=elsewhere, village=FOREIGN_VILLAGE)
    for role, area in ((Role.LABOUR_OFFICE, "1807"), (Role.BP3MI, "18"), (Role.ADMIN, "18")):
        said = text_of(sign_in(make_user(role=role, area=area)).get("/jurnal"))
        assert operator.username in said
        assert elsewhere.username not in said
        assert "32.04" not in said
    sister = make_user(area=SISTER_VILLAGE)
    make_departure(by=sister, village=SISTER_VILLAGE)
    assert sister.username in text_of(
        sign_in(make_user(role=Role.LABOUR_OFFICE, area="1807")).get("/jurnal")
    )


def test_turning_the_pages_of_the_journal_visits_each_entry_once(sign_in, operator):
    for number in range(120):
        log.record(Event.LIST_SEEN, by=operator.actor, area_code=VILLAGE, detail={"n": number})
    db.session.commit()
    client = sign_in(make_user(role=Role.BP3MI))
    page, seen = client.get("/jurnal"), []
    first = rows(page)[0][-1]
    while True:
        seen += [int(row[-1].replace(".", "")) for row in rows(page)]
        url = next((url for text_, url in links(page) if text_ == "Halaman berikutnya"), None)
        if url is None:
            break
        page = client.get(url)
        assert ("Halaman pertama", "/jurnal") in links(page)
    assert seen == sorted(set(seen), reverse=True)
    assert seen[0] == int(first)
    assert len(seen) >= 120


@pytest.mark.parametrize("cursor", ["abc", "-1", "1.5", "²", "9" * 40, "1;--"])
def test_a_strange_cursor_of_the_journal_is_a_clear_400(sign_in, cursor):
    client = sign_in(make_user(role=Role.BP3MI))
    answer = client.get("/jurnal", query_string={"sebelum": cursor})
    assert answer.status_code == 400
    assert "Penanda halaman tidak dikenal." in text_of(answer)
