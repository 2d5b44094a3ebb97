"""Reference data that administrators edit: agencies, job titles, document requirements."""

from datetime import date

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base
from registry.enums import DocumentKind, Requirement, Scheme


class Agency(Base):
    """A placement agency (P3MI) with its licence (SIP3MI)."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    normal_name: Mapped[str] = mapped_column(String(160), index=True)
    licence_number: Mapped[str | None] = mapped_column(String(80))
    licence_valid_to: Mapped[date | None]
    address: Mapped[str | None] = mapped_column(String(250))
    source: Mapped[str] = mapped_column(String(250))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Job(Base):
    """A job title of official statistics, in English and Indonesian, with a suggested KBJI code."""

    __tablename__ = "job"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    kbji: Mapped[str | None] = mapped_column(String(4))


class DocumentRequirement(Base):
    """How one scheme uses one document, from when to when, and where that is written."""

    __tablename__ = "document_requirement"
    __table_args__ = (Index("ix_document_requirement_scheme", "scheme", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[Scheme]
    kind: Mapped[DocumentKind]
    requirement: Mapped[Requirement]
    condition: Mapped[str | None]
    issuer: Mapped[str] = mapped_column(String(120))
    valid_months: Mapped[int | None]
    margin_months: Mapped[int | None]
    source: Mapped[str]
    note: Mapped[str | None] = mapped_column(String(500))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
