"""Reference data that administrators edit: agencies, job titles, and the lists behind the rules.

Rows of a list are effective-dated: a new row closes the one before it, and none is ever removed.
A mistaken row is withdrawn: it ends the day before it began.
"""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.db import Base
from registry.enums import (
    AgencyKind,
    DestinationStatus,
    DocumentKind,
    EmployerKind,
    LicenceStatus,
    OfficialCount,
    PeriodUnit,
    Requirement,
    RetentionKind,
    Scheme,
    Threshold,
    VisaKind,
)
from registry.regions.models import FOLLOWS_REGION


class Dated:
    """From when to when a row is in force (both days inclusive), and where it is written."""

    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    note: Mapped[str | None] = mapped_column(String(500))

    @property
    def is_withdrawn(self) -> bool:
        """Whether the row was a mistake: it ended before it began, and was never in force."""
        return self.valid_to is not None and self.valid_to < self.valid_from


class Agency(Base):
    """A company of one of the two lists: P3MI, or training bodies that may send trainees."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AgencyKind] = mapped_column(default=AgencyKind.P3MI, server_default="p3mi")
    name: Mapped[str] = mapped_column(String(160))
    normal_name: Mapped[str] = mapped_column(String(160), index=True)
    address: Mapped[str | None] = mapped_column(String(250))
    branch: Mapped[str | None] = mapped_column(String(250))

    licences: Mapped[list["AgencyLicence"]] = relationship(
        order_by="AgencyLicence.valid_from, AgencyLicence.id"
    )
    aliases: Mapped[list["AgencyAlias"]] = relationship(order_by="AgencyAlias.name")


class AgencyLicence(Dated, Base):
    """What the ministry's list says of a company's licence (SIP3MI) from a day on."""

    __tablename__ = "agency_licence"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    status: Mapped[LicenceStatus]
    number: Mapped[str | None] = mapped_column(String(80))
    licence_from: Mapped[date | None]
    licence_to: Mapped[date | None]


class AgencyAlias(Base):
    """Another name under which a company is known."""

    __tablename__ = "agency_alias"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    normal_name: Mapped[str] = mapped_column(String(160), index=True)


class Job(Base):
    """A job title of official statistics, in English and Indonesian, with a suggested KBJI code."""

    __tablename__ = "job"

    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    kbji: Mapped[str | None] = mapped_column(String(4))


class DocumentRequirement(Dated, Base):
    """How one scheme uses one document, from when to when, and where that is written."""

    __tablename__ = "document_requirement"
    __table_args__ = (Index("ix_document_requirement_scheme", "scheme", "kind"),)

    scheme: Mapped[Scheme]
    kind: Mapped[DocumentKind]
    requirement: Mapped[Requirement]
    condition: Mapped[str | None]
    issuer: Mapped[str] = mapped_column(String(120))
    valid_months: Mapped[int | None]
    margin_months: Mapped[int | None]


class Destination(Dated, Base):
    """What is known of placing workers in a country."""

    __tablename__ = "destination"

    country: Mapped[str] = mapped_column(String(2))
    status: Mapped[DestinationStatus]


class AgeLimit(Dated, Base):
    """The youngest and oldest age at departure; an empty key field stands for any."""

    __tablename__ = "age_limit"

    country: Mapped[str | None] = mapped_column(String(2))
    employer_kind: Mapped[EmployerKind | None]
    job_code: Mapped[str | None] = mapped_column(String(60))
    youngest: Mapped[int]
    oldest: Mapped[int | None]

    @property
    def is_general(self) -> bool:
        """Whether it holds for every country and work, as R01 asks."""
        return self.country is None and self.employer_kind is None and self.job_code is None


class FeeCeiling(Dated, Base):
    """The most a worker may be asked to pay, in whole rupiah; an empty key field stands for any."""

    __tablename__ = "fee_ceiling"

    country: Mapped[str | None] = mapped_column(String(2))
    employer_kind: Mapped[EmployerKind | None]
    amount: Mapped[int] = mapped_column(BigInteger)


class VisaRule(Dated, Base):
    """Whether one may work on a kind of visa."""

    __tablename__ = "visa_rule"

    kind: Mapped[VisaKind]
    allows_work: Mapped[bool]


class VagueJob(Dated, Base):
    """Words of job titles that offers of scam compounds go by."""

    __tablename__ = "vague_job"

    title: Mapped[str] = mapped_column(String(120))


class ImmigrationOffice(Dated, Base):
    """An immigration office of a province."""

    __tablename__ = "immigration_office"

    province: Mapped[str] = mapped_column(String(2), info=FOLLOWS_REGION)
    name: Mapped[str] = mapped_column(String(120))


class ThresholdValue(Dated, Base):
    """A number that the rules compare with."""

    __tablename__ = "threshold_value"

    name: Mapped[Threshold]
    value: Mapped[int] = mapped_column(BigInteger)


class RetentionRule(Dated, Base):
    """How long the personal data of one kind of record are kept; the authority decides it."""

    __tablename__ = "retention_rule"

    kind: Mapped[RetentionKind]
    period: Mapped[int]
    unit: Mapped[PeriodUnit]


class MapCell(Dated, Base):
    """Where a kabupaten or province stands on the map of the area above it, and its short name."""

    __tablename__ = "map_cell"

    region_code: Mapped[str] = mapped_column(String(4), index=True, info=FOLLOWS_REGION)
    label: Mapped[str] = mapped_column(String(12))
    grid_row: Mapped[int] = mapped_column(SmallInteger)
    grid_column: Mapped[int] = mapped_column(SmallInteger)


class Population(Dated, Base):
    """How many residents an area had in a year, in force from the day that the figure was taken."""

    __tablename__ = "population"

    region_code: Mapped[str] = mapped_column(String(4), index=True, info=FOLLOWS_REGION)
    year: Mapped[int] = mapped_column(SmallInteger)
    residents: Mapped[int]


class OfficialFigure(Dated, Base):
    """What an office published for an area and a year, in force from the day it was taken.

    Published figures are revised: the one taken later closes the one before.
    """

    __tablename__ = "official_figure"

    kind: Mapped[OfficialCount]
    region_code: Mapped[str] = mapped_column(String(4), index=True, info=FOLLOWS_REGION)
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int]
