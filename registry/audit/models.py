"""The append-only journal: one chained entry an operation, and sealed values of its subjects."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

BigId = BigInteger().with_variant(Integer, "sqlite")


class JournalEntry(Base):
    """One operation: who, when, what, where; chained by HMAC to the entry before it."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_area_code_at", "area_code", "at"),)

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(60), index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    role: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(String(10))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    values_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    link: Mapped[bytes] = mapped_column(LargeBinary(32))


class JournalValue(Base):
    """A subject of an entry, with what changed about the person, sealed under the person's key.

    `version` and `digest` repeat those of the record after the operation, so that a record edited
    beside the journal is found.
    """

    __tablename__ = "journal_value"
    __table_args__ = (Index("ix_journal_value_subject", "kind", "subject_id"),)

    seq: Mapped[int] = mapped_column(
        BigId, ForeignKey("journal_entry.seq"), primary_key=True, autoincrement=False
    )
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    resident_id: Mapped[int | None] = mapped_column(BigId, index=True)
    version: Mapped[int | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes | None]


class JournalHead(Base):
    """The last link of the chain; its one row is the lock that orders the writers."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    link: Mapped[bytes] = mapped_column(LargeBinary(32))


class Meta(Base):
    """Small facts about this database: the key check, the day of the last re-assessment."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(500))
