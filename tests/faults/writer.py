"""A process that records departures until it is killed, and says what was acknowledged.

`python -m tests.faults.writer DATABASE KEYS MODE` warms up once and then, for each line it reads,
forks a writer that lives until somebody kills it. It prints `pid N` for the writer,
`ack NIK VERSION MOMENT` after each acknowledged commit, and `dead` when the writer is gone.

Modes: `honest` is the product; `early` acknowledges before the commit, `apart` commits the journal
entry after the record, and `normal` and `off` wait for the disk as SQLite does under that setting
of `synchronous`: canaries that a test must catch.
"""

import os
import secrets
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.exc import DatabaseError

from registry import create_app
from registry.accounts.models import User
from registry.audit import log
from registry.audit.events import Event
from registry.config import Settings
from registry.db import db
from registry.departures import decisions, operations
from registry.departures.changes import resident_subject
from registry.departures.models import Departure, Resident
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, Scheme, Sex
from tests.conftest import SECRET
from tests.factories import VILLAGE, make_departure, make_user

GAP_SECONDS = 0.02
CARELESS = ("normal", "off")


def acknowledge(departure: Departure) -> None:
    said = f"ack {departure.resident.nik} {departure.version} {time.monotonic()}\n"
    os.write(1, said.encode())


def commit(departure: Departure, mode: str) -> None:
    """Commit, then tell; the canary tells first."""
    if mode == "early":
        db.session.flush()
        acknowledge(departure)
        time.sleep(GAP_SECONDS)
        db.session.commit()
        return
    db.session.commit()
    acknowledge(departure)


def record_one(user: User, mode: str) -> None:
    """One person from the first word to the submission, each step its own transaction."""
    nik = f"18070112{secrets.randbelow(10**8):08}"
    departure = operations.create(
        village_code=VILLAGE,
        resident=None,
        values={"name": "Siti Rahmawati", "nik": nik, "sex": Sex.FEMALE, "rt": "003"},
        by=user,
        client_key=secrets.token_hex(8),
    )
    commit(departure, mode)
    plan = {"country": "TW", "scheme": Scheme.P_TO_P, "planned_on": date(2027, 3, 1)}
    operations.save_answers(departure, plan, by=user, seen_revision=departure.revision)
    commit(departure, mode)
    papers = {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, "C1234567")}
    operations.save_documents(departure, papers, by=user, seen_revision=departure.revision)
    commit(departure, mode)
    if mode == "apart":
        rename_apart(departure, user)
    decisions.submit(departure, by=user, seen_revision=departure.revision)
    commit(departure, mode)


def rename_apart(departure: Departure, user: User) -> None:
    """The flaw: the record is committed, its journal entry only afterwards."""
    resident = departure.resident
    db.session.execute(
        update(Resident.__table__).where(Resident.id == resident.id).values(name="Siti Aminah")
    )
    db.session.commit()
    time.sleep(GAP_SECONDS)
    db.session.refresh(resident)
    log.record(
        Event.DEPARTURE_CHANGED,
        by=user.actor,
        area_code=VILLAGE,
        subjects=[resident_subject(resident, {"name": ("Siti Rahmawati", "Siti Aminah")})],
    )
    db.session.commit()


def write_until_killed(user_id: int, mode: str) -> None:
    """Record one after the other; also ends when the disk below is gone."""
    try:
        user = db.session.scalars(select(User).where(User.id == user_id)).one()
        db.session.commit()
        while True:
            record_one(user, mode)
    except DatabaseError:
        os._exit(1)


def be_careless(mode: str) -> None:
    """The flaw: SQLite does not wait for the disk at each commit."""

    def set_careless(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA synchronous={mode}").close()

    event.listen(db.engine, "connect", set_careless)


def main(database: str, keys: str, mode: str) -> None:
    folder = Path(keys).parent
    settings = Settings(
        instance_path=folder, database_url=database, secret_key=SECRET, keys_path=Path(keys)
    )
    app = create_app(settings)
    with app.app_context():
        if mode in CARELESS:
            be_careless(mode)
        user = make_user()
        user_id = user.id
        make_departure(by=user)
        db.session.remove()
        db.engine.dispose()  # a forked writer opens its own connection
        os.write(1, b"ready\n")
        for _ in sys.stdin:
            pid = os.fork()
            if pid == 0:
                os.write(1, f"pid {os.getpid()}\n".encode())
                write_until_killed(user_id, mode)
            os.waitpid(pid, 0)
            os.write(1, b"dead\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
