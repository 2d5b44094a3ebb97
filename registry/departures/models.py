"""Residents, their departures, the documents and flags of a departure.

Personal numbers and family contact are sealed (`SealedText`); names stay clear for searching. The
record's digest is repeated by its last journal entry, see `registry.departures.digests`.
"""

from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry import sealing
from registry.accounts.models import User
from registry.audit.events import Event
from registry.audit.log import Audited
from registry.audit.vouching import Vouched
from registry.db import Base
from registry.departures.sealed_text import SealedText
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmergencyGround,
    EmployerKind,
    FlagState,
    InformationSource,
    MaritalStatus,
    Office,
    Origin,
    PassportHolder,
    Procedure,
    RecruiterKind,
    Relation,
    ReturnKind,
    ReviewStatus,
    Scheme,
    Severity,
    Sex,
    Stage,
    VisaKind,
)
from registry.reference.models import Agency, Job
from registry.regions.models import FOLLOWS_REGION
from registry.sealing import PersonKey

BigId = BigInteger().with_variant(Integer, "sqlite")


class Resident(Audited, Base):
    """A person of the village; a person can have several departures."""

    __tablename__ = "resident"
    __table_args__ = (
        UniqueConstraint("village_code", "nik_index"),
        Index("ix_resident_nik", "nik_index"),
        # Where nearly nobody has a phone, SQLite would read every row rather than a whole index.
        Index(
            "ix_resident_phone",
            "phone_index",
            sqlite_where=text("phone_index IS NOT NULL"),
            postgresql_where=text("phone_index IS NOT NULL"),
        ),
        Index("ix_resident_village_name", "village_code", "normal_name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    village_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE")
    )
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary(80))
    name: Mapped[str] = mapped_column(String(120))
    normal_name: Mapped[str] = mapped_column(String(140))
    nik_sealed: Mapped[bytes | None]
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    family_card_sealed: Mapped[bytes | None]
    sex: Mapped[Sex | None]
    birth_date: Mapped[date | None]
    address: Mapped[str | None] = mapped_column(String(200))
    rt: Mapped[str | None] = mapped_column(String(3))
    rw: Mapped[str | None] = mapped_column(String(3))
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    education: Mapped[Education | None]
    marital_status: Mapped[MaritalStatus | None]
    family_name_sealed: Mapped[bytes | None]
    family_relation: Mapped[Relation | None]
    family_phone_sealed: Mapped[bytes | None]
    # Whether the KK was issued in another kabupaten; None while its number is unknown.
    has_foreign_card: Mapped[bool | None]
    # When what tells who this was was destroyed; what is left is there for the statistics.
    erased_on: Mapped[date | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]

    nik = SealedText(index="nik")
    family_card = SealedText()
    phone = SealedText(index="phone")
    family_name = SealedText()
    family_phone = SealedText()

    departures: Mapped[list["Departure"]] = relationship(
        back_populates="resident", order_by="Departure.id"
    )

    # Counted by the operations, so that the number stands in the journal beside what changed.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def sealing_row(self) -> int:
        return self.id

    @cached_property
    def person_key(self) -> PersonKey:
        return sealing.keyring().unwrap(self.wrapped_key, self.id)


class Departure(Audited, Base):
    """One journey abroad of a resident, from the intention to the return.

    Three independent axes: `review_status` (the record), `stage` (the person), `procedure` (what
    the rules say, stored by `registry.departures.assessing`, valid until `holds_until`).
    """

    __tablename__ = "departure"
    __table_args__ = (
        Index("ix_departure_village_leaving", "village_code", "leaving_on", "id"),
        Index("ix_departure_village_status", "village_code", "review_status", "planned_on"),
        Index("ix_departure_village_created", "village_code", "created_at"),
        Index("ix_departure_resident", "resident_id"),
        Index("ix_departure_holds", "holds_until"),
        Index("ix_departure_creator", "created_by", "review_status"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    registration_number: Mapped[str] = mapped_column(String(16), unique=True)
    client_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    resident_id: Mapped[int] = mapped_column(BigId, ForeignKey("resident.id"))
    village_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE")
    )

    review_status: Mapped[ReviewStatus]
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    send_back_reason_sealed: Mapped[bytes | None]
    before_correction_sealed: Mapped[bytes | None]

    stage: Mapped[Stage]
    planned_on: Mapped[date | None]
    departed_on: Mapped[date | None]
    leaving_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    return_kind: Mapped[ReturnKind | None]
    cancelled_on: Mapped[date | None]
    cancel_reason_sealed: Mapped[bytes | None]

    country: Mapped[str | None] = mapped_column(String(2))
    scheme: Mapped[Scheme | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    agency_name: Mapped[str | None] = mapped_column(String(160))
    job_code: Mapped[str | None] = mapped_column(String(60))
    job_title: Mapped[str | None] = mapped_column(String(120))
    employer_kind: Mapped[EmployerKind | None]
    recruiter_name: Mapped[str | None] = mapped_column(String(120))
    recruiter_phone_sealed: Mapped[bytes | None]
    recruiter_phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)

    employer_name: Mapped[str | None] = mapped_column(String(160))
    destination_city: Mapped[str | None] = mapped_column(String(120))
    promised_wage: Mapped[int | None] = mapped_column(BigInteger)
    visa_kind: Mapped[VisaKind | None]
    visa_country: Mapped[str | None] = mapped_column(String(2))
    transit_country: Mapped[str | None] = mapped_column(String(2))
    amount_asked: Mapped[int | None] = mapped_column(BigInteger)
    recruiter_advance: Mapped[int | None] = mapped_column(BigInteger)
    recruiter_kind: Mapped[RecruiterKind | None]
    training_body: Mapped[str | None] = mapped_column(String(160))
    job_order: Mapped[str | None] = mapped_column(String(80))
    information_source: Mapped[InformationSource | None]
    contract_months: Mapped[int | None]
    immigration_office: Mapped[str | None] = mapped_column(String(120))
    passport_holder: Mapped[PassportHolder | None]
    id_pmi_sealed: Mapped[bytes | None]
    last_contact_on: Mapped[date | None]

    letter_signer_sealed: Mapped[bytes | None]
    letter_signer_relation: Mapped[Relation | None]
    letter_country: Mapped[str | None] = mapped_column(String(2))
    contract_country: Mapped[str | None] = mapped_column(String(2))

    origin: Mapped[Origin] = mapped_column(default=Origin.FORM)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    procedure: Mapped[Procedure | None]
    readiness_at_departure: Mapped[Procedure | None]
    documents_required: Mapped[int] = mapped_column(default=0)
    documents_complete: Mapped[int] = mapped_column(default=0)
    documents_missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    papers_complete_on: Mapped[date | None]
    holds_until: Mapped[date | None]

    send_back_reason = SealedText()
    before_correction = SealedText()
    cancel_reason = SealedText()
    recruiter_phone = SealedText(index="phone")
    id_pmi = SealedText()
    letter_signer = SealedText()

    resident: Mapped[Resident] = relationship(back_populates="departures", lazy="joined")
    agency: Mapped[Agency | None] = relationship(lazy="joined")
    documents: Mapped[list["Document"]] = relationship(
        back_populates="departure", cascade="all, delete-orphan", order_by="Document.kind"
    )
    flags: Mapped[list["Flag"]] = relationship(
        back_populates="departure", cascade="all, delete-orphan", order_by="Flag.id"
    )
    writers: Mapped[list["DepartureWriter"]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def revision(self) -> int:
        """What a form carries to notice that the record or its person changed meanwhile.

        Both versions only grow, so their sum is the same only while both are.
        """
        return self.version + self.resident.version

    @property
    def sealing_row(self) -> int:
        return self.id

    @property
    def person_key(self) -> PersonKey:
        return self.resident.person_key

    def document(self, kind: DocumentKind) -> "Document | None":
        return next((document for document in self.documents if document.kind == kind), None)

    def document_number(self, kind: DocumentKind) -> str | None:
        """The number of a paper; the family permission and the E-KPMI are kept there too."""
        document = self.document(kind)
        return document.number if document else None

    def refresh_leaving_date(self) -> None:
        """Keep `leaving_on` the actual date once departed, the planned one before."""
        self.leaving_on = self.departed_on or self.planned_on


class Document(Audited, Base):
    """One paper of a departure as the village saw it: its status, number and dates."""

    __tablename__ = "document"

    departure_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("departure.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[DocumentKind] = mapped_column(primary_key=True)
    status: Mapped[DocumentStatus | None]
    number_sealed: Mapped[bytes | None]
    number_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]

    number = SealedText(index="document")
    departure: Mapped[Departure] = relationship(back_populates="documents")

    @property
    def sealing_row(self) -> str:
        return f"{self.departure_id}:{self.kind.value}"

    @property
    def person_key(self) -> PersonKey:
        return self.departure.resident.person_key


class Flag(Base):
    """A reason to look closer: a rule that fired on a departure, until somebody closes it."""

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("departure_id", "rule", "rule_version"),
        Index("ix_flag_state_rule", "state", "rule"),
        Index("ix_flag_severity_state_due", "severity", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    departure_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("departure.id", ondelete="CASCADE"), index=True
    )
    rule: Mapped[str] = mapped_column(String(4))
    rule_version: Mapped[int]
    severity: Mapped[Severity]
    state: Mapped[FlagState]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    sentence: Mapped[str] = mapped_column(String(1000))
    advice: Mapped[str] = mapped_column(String(500))
    raised_on: Mapped[date]
    due_on: Mapped[date | None]
    owner: Mapped[Office]
    # What an official's word covers, set when somebody closed or dismissed it: it does not come
    # back while its evidence stays as it was and its severity no graver.
    settled_severity: Mapped[Severity | None]
    settled_evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    departure: Mapped[Departure] = relationship(back_populates="flags")
    steps: Mapped[list["FlagStep"]] = relationship(
        back_populates="flag", cascade="all, delete-orphan", order_by="FlagStep.id"
    )


class FlagStep(Vouched, Audited, Base):
    """What an official did about a flag: a new state, a note, or both."""

    __tablename__ = "flag_step"
    vouched_as = "flag_step"
    made_by = frozenset(
        {
            *(Event.FLAG_FOLLOWED_UP, Event.FLAG_CLOSED, Event.FLAG_DISMISSED),
            *(Event.FLAG_REOPENED, Event.FLAG_NOTED),
        }
    )
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    flag_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("flag.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    username: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40))
    state: Mapped[FlagState | None]
    note_sealed: Mapped[bytes | None]
    # Only the labour offices and BP3MI read the note.
    is_restricted: Mapped[bool] = mapped_column(default=False)

    note = SealedText()
    flag: Mapped[Flag] = relationship(back_populates="steps")

    @property
    def sealing_row(self) -> int:
        return self.id

    @property
    def person_key(self) -> PersonKey:
        return self.flag.departure.resident.person_key


class PatternStep(Vouched, Audited, Base):
    """What an office did about a finding across people; `pattern` is its keyed digest.

    The note is about a recruiter, so no resident's key can seal it; it is sealed under the
    instance's own key.
    """

    __tablename__ = "pattern_step"
    vouched_as = "pattern_step"
    area_columns = frozenset({"area_code"})
    made_by = frozenset(
        {
            *(Event.PATTERN_FOLLOWED_UP, Event.PATTERN_CLOSED, Event.PATTERN_DISMISSED),
            *(Event.PATTERN_REOPENED, Event.PATTERN_NOTED),
        }
    )
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pattern: Mapped[str] = mapped_column(String(32), index=True)
    rule: Mapped[str] = mapped_column(String(10))
    area_code: Mapped[str] = mapped_column(String(10), info=FOLLOWS_REGION)
    at: Mapped[datetime]
    username: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40))
    state: Mapped[FlagState | None]
    members: Mapped[list[int]] = mapped_column(JSON)
    note_sealed: Mapped[bytes | None]


class EmergencyAccess(Vouched, Audited, Base):
    """For some hours an office sees a person of whom it has no grave flag; the area is told."""

    __tablename__ = "emergency_access"
    vouched_as = "emergency"
    area_columns = frozenset({"area_code"})
    made_by = frozenset({Event.EMERGENCY_OPENED})
    __table_args__ = (
        Index("ix_emergency_access_user_departure", "user_id", "departure_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    departure_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("departure.id", ondelete="CASCADE"), index=True
    )
    # The office that the account had then; another one does not inherit the access.
    role: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), index=True
    )
    ground: Mapped[EmergencyGround]
    reason_sealed: Mapped[bytes]
    from_at: Mapped[datetime] = mapped_column(index=True)
    until_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    reason = SealedText()
    departure: Mapped[Departure] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")

    @property
    def sealing_row(self) -> int:
        return self.id

    @property
    def person_key(self) -> PersonKey:
        return self.departure.resident.person_key


class DepartureWriter(Base):
    """Who wrote a record since the last decision on it; none of them may verify it."""

    __tablename__ = "departure_writer"

    departure_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("departure.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)


class ImportedRow(Base):
    """The keyed digest of an imported row, so that the same file twice changes nothing."""

    __tablename__ = "imported_row"

    village_code: Mapped[str] = mapped_column(
        String(10), ForeignKey("region.code", onupdate="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)


__all__ = [
    "Agency",
    "Departure",
    "DepartureWriter",
    "Document",
    "EmergencyAccess",
    "Flag",
    "FlagStep",
    "ImportedRow",
    "Job",
    "PatternStep",
    "Resident",
    "SealedText",
]
