"""What a database must agree with before it is served: its keys, and whether it holds a demo."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from registry import sealing
from registry.accounts.models import User
from registry.audit import log
from registry.audit.models import JournalEntry
from registry.config import UnsafeStart, refuse_if_readable_by_others
from registry.db import db, snapshot
from registry.departures.models import Resident
from registry.operating.facts import KEY_CHECK, fact, note

CHECKED = "pamit_checked"
DEMO = "pamit_demo"
# Settings of PostgreSQL without which an acknowledged write can be lost, or a page torn.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
WRONG_KEYS = "Berkas kunci bukan milik basis data ini. Pulihkan kunci.json dari salinan kunci."
STANDBY = "PostgreSQL ini hanya salinan (standby). Tunjuk server utamanya di DATABASE_URL."


def refuse_unsafe(app: Flask) -> None:
    """Raise UnsafeStart in debug mode, or for a database of other keys or open to others.

    A database that is new or does not answer yet is looked at again by the first request.
    """
    if app.debug:
        raise UnsafeStart("Mode debug menyala. Hapus FLASK_DEBUG dan --debug.")
    with app.app_context():
        file = Path(str(db.engine.url.database))
        if db.engine.dialect.name == "sqlite" and file.exists():
            refuse_if_readable_by_others(file, "0600")
        try:
            with snapshot():
                check_database(app)
        except SQLAlchemyError:
            pass
        finally:
            # gunicorn forks after this, and no connection may be shared between processes.
            db.session.remove()
            db.engine.dispose()


def check_database(app: Flask) -> None:
    """Compare the keys with those that sealed the database, and note whether it holds a demo.

    Raises UnsafeStart for other keys or an unsafe server; a database error where none answers.
    """
    refuse_other_keys()
    if db.engine.dialect.name == "postgresql":
        refuse_unsafe_postgres()
    note_demo(app)
    app.extensions[CHECKED] = True


def refuse_other_keys() -> None:
    """Raise UnsafeStart where something lies under keys that are not held here."""
    said = fact(KEY_CHECK)
    if said is not None and not sealing.keyring().opens(said) and not is_empty():
        raise UnsafeStart(WRONG_KEYS)


def refuse_unsafe_postgres() -> None:
    """Raise UnsafeStart for a server that may lose what it acknowledged, and for a copy of one."""
    if db.session.scalar(text("SELECT pg_is_in_recovery()")):
        raise UnsafeStart(STANDBY)
    for name in DURABLE:
        if db.session.scalar(text(f"SHOW {name}")) == "off":
            raise UnsafeStart(f"PostgreSQL dengan {name} = off dapat kehilangan data. Nyalakan.")


def remember_keys() -> None:
    """Store the keys' fingerprint in a new database, and refuse keys of another one; no commit."""
    ours = sealing.keyring()
    said = fact(KEY_CHECK)
    if said is None:
        _refuse_foreign_journal()
        note(KEY_CHECK, " ".join(ours.fingerprints()))
    elif not ours.opens(said):
        raise UnsafeStart(WRONG_KEYS)


def _refuse_foreign_journal() -> None:
    """Raise UnsafeStart when these keys did not make the journal's first link."""
    first = db.session.execute(select(JournalEntry.__table__).order_by(JournalEntry.seq).limit(1))
    row = first.mappings().first()
    if row is not None and log.link_of(dict(row)) != row["link"]:
        raise UnsafeStart(WRONG_KEYS)


def note_demo(app: Flask) -> None:
    """Keep in mind whether the database holds demo accounts; call after loading them, too."""
    app.extensions[DEMO] = holds_demo()


def holds_demo() -> bool:
    """Whether the people of this database are invented: it has accounts that everybody knows."""
    return db.session.scalar(select(User.id).where(User.is_demo).limit(1)) is not None


def is_empty() -> bool:
    """Whether nobody has an account here and no person was recorded."""
    return all(db.session.scalar(select(model.id).limit(1)) is None for model in (User, Resident))
