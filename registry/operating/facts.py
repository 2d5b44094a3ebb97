"""Small facts that the database keeps about itself (`meta`)."""

from sqlalchemy import delete, insert, select

from registry.audit.models import Meta
from registry.db import db

KEY_CHECK = "key_check"
REGIONS_FROM = "regions_from"
SELF_CHECK = "self_check"
DEMO_UNWANTED = "demo_unwanted"


def fact(key: str) -> str | None:
    return db.session.scalar(select(Meta.value).where(Meta.key == key))


def note(key: str, value: str) -> None:
    """Store a fact in place of the former one; the caller commits."""
    db.session.execute(delete(Meta).where(Meta.key == key))
    db.session.execute(insert(Meta).values(key=key, value=value))
