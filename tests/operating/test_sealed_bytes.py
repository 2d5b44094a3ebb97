"""No number of a person lies open in the database, its log, or a backup."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from pyrage import x25519
from sqlalchemy import select, text

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import decisions, marks, operations
from registry.departures.models import Resident
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, Relation, Stage
from registry.operating.backups import make_backup
from tests.factories import make_departure, make_nik, make_user
from tests.operating.tools import server_tools

NUMBERS = {
    "nik": "1807015203989731",
    "family_card": "1807012205118842",
    "phone": "+6281277334455",
    "family_phone": "+6281399887766",
    "family_name": "Sumiyati Kerabatku",
    "recruiter_phone": "+6285211223344",
    "id_pmi": "IDPMI20269917",
}
DOCUMENTS = {
    DocumentKind.PASSPORT: "C7741852",
    DocumentKind.IDENTITY: "KK99887766554433",
    DocumentKind.FAMILY_PERMISSION: "470/0815/IZIN",
    DocumentKind.MIGRANT_CARD: "EKPMI55667788",
}
FREE_TEXT = {
    "send_back": "NIK 1807015203989731 tidak cocok dengan KK",
    "cancel": "Ditipu perantara bernama Gombloh",
    "signer": "Penandatangan Sukinem",
}


@pytest.fixture
def secrets(app):
    """Everything that was written through the operations and must not be found as it is."""
    user = make_user()
    departure = make_departure(by=user, nik=NUMBERS["nik"], phone=NUMBERS["phone"])
    answers = {name: value for name, value in NUMBERS.items() if name not in ("nik", "phone")}
    operations.save_answers(departure, answers, by=user, seen_revision=departure.revision)
    db.session.commit()
    documents = {
        kind: DocumentAnswer(DocumentStatus.PRESENT, number, date(2026, 1, 5), date(2031, 1, 5))
        for kind, number in DOCUMENTS.items()
    }
    operations.save_documents(departure, documents, by=user, seen_revision=departure.revision)
    db.session.commit()
    operations.record_letter(
        departure,
        number=DOCUMENTS[DocumentKind.FAMILY_PERMISSION],
        issued_on=date(2026, 1, 5),
        signer=FREE_TEXT["signer"],
        relation=Relation.HUSBAND,
        by=user,
        seen_revision=departure.revision,
    )
    db.session.commit()
    # A second value in place of each: the first one stays in the journal only.
    second = {
        "nik": make_nik(),
        "phone": "+6281200000001",
        "family_phone": "+6281200000002",
        "recruiter_phone": "+6281200000003",
        "family_card": "1807012205119999",
    }
    operations.save_answers(departure, second, by=user, seen_revision=departure.revision)
    db.session.commit()
    decisions.submit(departure, by=user, seen_revision=departure.revision)
    db.session.commit()
    decisions.send_back(
        departure,
        FREE_TEXT["send_back"],
        by=make_user(role=Role.REVIEWER),
        seen_revision=departure.revision,
        lone_reviewer=False,
    )
    db.session.commit()
    marks.cancel(departure, FREE_TEXT["cancel"], by=user, seen_revision=departure.revision)
    db.session.commit()
    assert departure.stage is Stage.CANCELLED
    return [*NUMBERS.values(), *second.values(), *DOCUMENTS.values(), *FREE_TEXT.values()]


def assert_sealed(content, secrets, where):
    for secret in secrets:
        plain = secret.encode()
        digits = re.sub(rb"\D", b"", plain)
        for form in {plain, plain.hex().encode(), digits if len(digits) > 9 else plain}:
            assert form not in content, f"{secret} lies open in {where}"


def test_the_files_of_sqlite_and_its_backup_hold_no_number(app, secrets, tmp_path):
    if not app.config["PAMIT"].is_sqlite:
        pytest.skip("SQLite only")
    database = Path(db.engine.url.database)
    log = Path(f"{database}-wal")
    assert log.stat().st_size > 0  # the records lie in it, not yet in the database
    assert_sealed(log.read_bytes(), secrets, log.name)
    db.session.rollback()
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
    made = make_backup(tmp_path)
    assert_sealed(made.path.read_bytes(), secrets, made.path.name)
    db.session.remove()
    db.engine.dispose()  # the last connection moves the log into the database
    assert_sealed(database.read_bytes(), secrets, database.name)
    assert b"journal_value" in database.read_bytes()


def test_an_encrypted_backup_holds_neither_number_nor_name(app, secrets, tmp_path):
    if not app.config["PAMIT"].is_sqlite:
        app.config["PAMIT"] = server_tools(app.config["PAMIT"])
    recipient = tmp_path / "cadangan.pub"
    recipient.write_text(str(x25519.Identity.generate().to_public()))
    names = list(db.session.scalars(select(Resident.name)))
    assert names
    content = make_backup(tmp_path, recipient).path.read_bytes()
    assert_sealed(content, [*secrets, *names], "the encrypted backup")
    if app.config["PAMIT"].is_sqlite:
        with pytest.raises(AssertionError, match="lies open"):
            assert_sealed(make_backup(tmp_path).path.read_bytes(), names, "an open backup")


def test_a_dump_of_postgresql_holds_no_number(app, secrets, tmp_path, request):
    if app.config["PAMIT"].is_sqlite:
        pytest.skip("PostgreSQL only")
    app.config["PAMIT"] = server_tools(app.config["PAMIT"])
    made = make_backup(tmp_path)
    plain = tmp_path / "dump.sql"
    tool = app.config["PAMIT"].postgres_bin / "pg_restore"
    subprocess.run([tool, f"--file={plain}", made.path], check=True)
    content = plain.read_bytes()
    assert b"journal_value" in content
    assert_sealed(content, secrets, "the dump")


def test_the_search_would_find_a_number_that_lies_open(app, secrets, tmp_path):
    with pytest.raises(AssertionError, match="lies open"):
        assert_sealed(b"... " + NUMBERS["nik"].encode() + b" ...", secrets, "a canary")
    with pytest.raises(AssertionError, match="lies open"):
        assert_sealed(DOCUMENTS[DocumentKind.PASSPORT].encode().hex().encode(), secrets, "a canary")
