"""A SQLite registry is copied into an empty PostgreSQL whole, or not at all."""

import contextvars
import re
from dataclasses import replace

import pysqlite3.dbapi2 as sqlite
import pytest
import time_machine
from sqlalchemy import create_engine, func, inspect, select, text

from registry import create_app
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.anchors import Anchor
from registry.audit.verify import head_anchor, verify_chain
from registry.db import db, metadata, now
from registry.departures import operations
from registry.departures.models import Departure, Resident
from registry.departures.operations import DocumentAnswer
from registry.departures.summary.recounting import check
from registry.enums import DocumentKind, DocumentStatus, ReviewStatus, Stage
from registry.formatting import thousands
from registry.operating import copying, rows
from registry.operating.beside import first_edited_beside_journal
from tests.conftest import Client, settings_for, signed_in
from tests.databases import SqliteDatabases
from tests.factories import PASSWORD, make_departure, make_user
from tests.page import token

TWICE = 2


@pytest.fixture(scope="module")
def files(keys_path):
    made = SqliteDatabases(lambda url: settings_for(url, keys_path))
    yield made
    made.close()


@pytest.fixture
def source(files, keys_path):
    """An application on a SQLite file in which something of every kind happened."""
    url = files.fresh()
    app = create_app(settings_for(url, keys_path))
    app.test_client_class = Client
    with app.app_context():
        operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
        departure = make_departure(by=operator, phone="+6281277334455")
        papers = {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, "C7741852")}
        operations.save_documents(departure, papers, by=operator, seen_revision=departure.revision)
        make_departure(
            by=operator, status=ReviewStatus.VERIFIED, stage=Stage.DEPARTED, reviewer=reviewer
        )
        make_departure(by=operator, planned_on=None, country=None)
        gone = make_departure(by=operator)
        operations.delete_draft(gone, by=operator, seen_revision=gone.revision)
        db.session.commit()
        signed_in(app, operator)
        app.test_client().get("/masuk")
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()
    files.drop(url)


@pytest.fixture
def address(databases):
    """An empty PostgreSQL."""
    url = databases.empty()
    yield url
    databases.drop(url)


def run(app, *arguments, **environment):
    db.session.remove()
    runner = app.test_cli_runner()
    return contextvars.Context().run(runner.invoke, args=arguments, env=environment or None)


def tables_at(address):
    engine = create_engine(address)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


@pytest.fixture
def copied(source, address):
    """What the command said, and an application on the copy."""
    done = run(source, "database", "copy", address)
    assert done.exit_code == 0, done.output
    app = create_app(replace(source.config["PAMIT"], database_url=address))
    app.test_client_class = Client
    yield done.output, app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def everything():
    """Every row of every table as the program reads it, in an order of its own."""
    found = {
        table.name: sorted(map(repr, db.session.execute(select(table))))
        for table in metadata.sorted_tables
    }
    db.session.remove()
    return found


def test_every_row_is_the_same_and_so_are_counts_and_journal(source, copied):
    said, target = copied
    before, head, rows_here = everything(), head_anchor(), check()
    with target.app_context():
        assert everything() == before
        assert head_anchor() == head
        assert check() == rows_here
        assert check().differences == 0
        assert verify_chain([head]).is_whole
        assert first_edited_beside_journal() is None
    filled = {name for name, found in before.items() if found}
    assert {"resident", "departure", "document", "journal_value", "user_session"} <= filled
    count = thousands(sum(map(len, before.values())))
    assert f"{len(before)} tabel, {count} baris" in said
    assert "0 perbedaan" in said
    for name in ("counts check", "audit verify", "health"):
        done = run(target, *name.split())
        assert done.exit_code == 0, done.output


def page_without_tokens(client, path):
    page = client.get(path)
    assert page.status_code == 200
    return re.sub(r'csrf_token"[^>]*>|nonce-[\w-]+|kunci"[^>]*>', "", page.text)


@pytest.fixture
def one_moment():
    """Pages say when they were made."""
    with time_machine.travel(now(), tick=False):
        yield


def test_the_copy_is_served_and_goes_on(source, copied, one_moment):
    _, target = copied
    user = db.session.scalars(select(User).where(User.role == Role.OPERATOR)).first()
    user_id, username = user.id, user.username
    departure = db.session.scalars(select(Departure)).first()
    paths = ("/keberangkatan", f"/keberangkatan/{departure.id}", "/dasbor")
    here = [page_without_tokens(signed_in(source, user), path) for path in paths]
    used = db.session.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'departure'"))
    last = used.scalar_one()
    assert last > db.session.scalar(select(func.max(Departure.id)))  # one was deleted
    db.session.remove()

    with target.app_context():
        client = target.test_client()
        page = client.get("/masuk")
        data = {"csrf_token": token(page), "username": username, "password": PASSWORD}
        assert client.post("/masuk", data=data).status_code == 302
        assert [page_without_tokens(client, path) for path in paths] == here
        made = make_departure(by=db.session.get(User, user_id))
        assert made.id == last + 1
        assert made.resident.nik
        assert verify_chain().is_whole
        assert first_edited_beside_journal() is None
        assert check().differences == 0


def test_types_are_those_of_postgresql(copied, address):
    engine = create_engine(address)
    with engine.connect() as connection:
        found = {
            (row.table_name, row.column_name): row.data_type
            for row in connection.execute(
                text(
                    "SELECT table_name, column_name, data_type FROM information_schema.columns "
                    "WHERE table_schema = 'public'"
                )
            )
        }
        asked = text("SELECT count(*) FROM user_account WHERE NOT is_demo AND created_at < now()")
        assert connection.execute(asked).scalar() >= TWICE
    engine.dispose()
    assert found["user_account", "is_demo"] == "boolean"
    assert found["departure", "planned_on"] == "date"
    assert found["journal_entry", "at"] == "timestamp without time zone"
    assert found["resident", "nik_sealed"] == "bytea"
    assert found["flag", "evidence"] == "json"


def test_changes_in_the_copy_are_counted_and_its_journal_is_closed(copied):
    _, target = copied
    with target.app_context():
        states = db.session.execute(
            text("SELECT DISTINCT tgenabled FROM pg_trigger WHERE NOT tgisinternal")
        ).scalars()
        assert {bytes(s).decode() if isinstance(s, bytes) else s for s in states} == {"O"}
        with pytest.raises(Exception, match="append-only"):
            db.session.execute(text("UPDATE journal_entry SET actor = 'lain'"))
        db.session.rollback()


def test_an_address_may_stand_in_the_environment(source, address):
    done = run(source, "database", "copy", TARGET_DATABASE_URL=address)
    assert done.exit_code == 0, done.output
    again = run(source, "database", "copy", address)
    assert again.exit_code == 1
    assert "tidak kosong" in again.output
    assert len(tables_at(address)) > len(metadata.tables)


def refused(source, address, message):
    done = run(source, "database", "copy", address)
    assert done.exit_code == 1
    assert message in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_a_source_of_an_older_program_is_refused(source, address):
    db.session.execute(text("UPDATE alembic_version SET version_num = '005'"))
    db.session.commit()
    refused(source, address, "belum dimigrasi")
    assert tables_at(address) == []


def test_a_source_that_is_being_written_is_refused(source, address, monkeypatch):
    monkeypatch.setattr("registry.db.BUSY_TIMEOUT_MS", 100)
    db.session.remove()
    db.engine.dispose()
    writer = sqlite.connect(db.engine.url.database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    refused(source, address, "sedang ditulis")
    writer.execute("ROLLBACK")
    writer.close()
    assert tables_at(address) == []


def test_nobody_saves_into_the_source_while_it_is_copied(source, address, monkeypatch):
    found = []
    send = rows.send

    def send_and_try_to_write(*said):
        other = sqlite.connect(db_path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        found.append(other.execute("SELECT count(*) FROM departure").fetchone())
        other.close()
        return send(*said)

    db_path = db.engine.url.database
    monkeypatch.setattr(rows, "send", send_and_try_to_write)
    assert run(source, "database", "copy", address).exit_code == 0
    assert len(found) == len(metadata.tables)


@pytest.mark.parametrize("wrong", ["sqlite:///lain.sqlite", "bukan alamat"])
def test_a_target_that_is_no_postgresql_is_refused(source, wrong):
    refused(source, wrong, "harus berbentuk postgresql://")


def test_a_server_that_does_not_answer_is_told_without_its_password(source):
    address = "postgresql://pamit:rahasia@127.0.0.1:1/pamit"
    done = run(source, "database", "copy", address)
    assert done.exit_code == 1
    assert "tidak menjawab" in done.output
    assert "rahasia" not in done.output


def test_a_registry_on_postgresql_is_no_source(app, address):
    refused(app, address, "harus menunjuk SQLite")


def test_a_table_that_the_program_does_not_know_is_not_left_behind_in_silence(source, address):
    db.session.execute(text("CREATE TABLE tambahan (id INTEGER)"))
    db.session.commit()
    refused(source, address, "tambahan")
    assert tables_at(address) == []


def test_a_text_that_postgresql_does_not_take_leaves_the_target_empty(source, address):
    db.session.execute(text("UPDATE region SET name = 'a' || char(0) WHERE code = '1807'"))
    db.session.commit()
    refused(source, address, "Tabel region tidak dapat disalin")
    assert tables_at(address) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE departure SET planned_on = planned_on + 1",
        "UPDATE user_account SET is_demo = NOT is_demo",
        "UPDATE resident SET wrapped_key = wrapped_key || '\\x00'::bytea",
        "DELETE FROM region WHERE code = '32'",
        "UPDATE journal_entry SET detail = '{}'::json",
    ],
)
def test_a_copy_that_differs_anywhere_leaves_the_target_empty(source, address, monkeypatch, change):
    digest_of, changed = rows.digest_of, []

    def changed_first(target, table, done):
        if not changed:
            changed.append(target.exec_driver_sql(change).rowcount)
        return digest_of(target, table, done)

    monkeypatch.setattr(rows, "digest_of", changed_first)
    refused(source, address, "berbeda")
    assert changed[0] > 0
    assert tables_at(address) == []


def test_a_copy_that_does_not_pass_as_a_whole_leaves_the_target_empty(source, address, monkeypatch):
    anchor = Anchor(1, head_anchor().at, bytes(32))
    db.session.remove()
    monkeypatch.setattr(copying, "head_anchor", lambda: anchor)
    refused(source, address, "rantai jurnal")
    assert tables_at(address) == []


def test_a_record_edited_beside_the_journal_is_not_copied(source, address):
    db.session.execute(text("UPDATE resident SET name = 'Orang Lain'"))
    db.session.commit()
    refused(source, address, "di luar jurnal")
    assert tables_at(address) == []


def test_interrupted_it_leaves_the_target_empty(source, address, monkeypatch):
    def interrupted(*_said):
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "digest_of", interrupted)
    assert run(source, "database", "copy", address).exit_code != 0
    assert tables_at(address) == []
    assert db.session.scalar(select(func.count()).select_from(Resident)) > 0
