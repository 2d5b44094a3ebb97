"""Administrative areas of Indonesia, and what a village is called in each kabupaten."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base

# Marks a column that follows the code of an area by an operation, where no foreign key does.
FOLLOWS_REGION = {"follows_region": True}


class Region(Base):
    """One area of the official list (Kepmendagri), at any level.

    A decree that gives an area another code changes `code`, and the records follow; what it was
    called before is a `FormerCode`. `valid_to` closes an area that no longer exists.
    """

    __tablename__ = "region"
    __table_args__ = (Index("ix_region_parent_name", "parent_code", "name"),)

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(String(10))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    postal_code: Mapped[str | None] = mapped_column(String(5))


class FormerCode(Base):
    """A code that an area had until a decree gave it another."""

    __tablename__ = "former_code"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    region_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), index=True
    )
    until: Mapped[date]
    decree: Mapped[str] = mapped_column(String(250))


class VillageTerm(Base):
    """What a desa and its head are called in a kabupaten: pekon and peratin, for instance."""

    __tablename__ = "village_term"

    district_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), primary_key=True
    )
    term: Mapped[str] = mapped_column(String(40))
    head_term: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(250))
