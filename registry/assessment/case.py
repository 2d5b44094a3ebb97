"""What the village has recorded of one departure, as plain values the rules can read."""

from dataclasses import dataclass
from datetime import date

from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Scheme,
    Stage,
    VisaKind,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One paper as the village saw it; only `ada` says that it was there."""

    kind: DocumentKind
    status: DocumentStatus
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Dismissal:
    """An official's word that this version of a rule is mistaken about this departure."""

    rule: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One departure without name, number or sex: what no rule may weigh is not even here.

    Only `stage` and `recorded_on` (the local day of the first saving) must be given: without the
    latter no finding could say since when it stands. Everything else may be unknown.
    """

    stage: Stage
    recorded_on: date
    scheme: Scheme | None = None
    planned_on: date | None = None
    departed_on: date | None = None
    birth_date: date | None = None
    marital_status: MaritalStatus | None = None  # for the papers it asks for; never for a rule
    country: str | None = None  # ISO 3166 alpha-2, as the two below
    employer_kind: EmployerKind | None = None
    visa_kind: VisaKind | None = None
    visa_country: str | None = None
    transit_country: str | None = None
    agency_id: int | None = None
    agency_name: str | None = None
    job_code: str | None = None
    recruiter_kind: RecruiterKind | None = None
    amount_asked: int | None = None  # whole rupiah, as the advance
    recruiter_advance: int | None = None
    passport_holder: PassportHolder | None = None
    information_source: InformationSource | None = None
    contract_months: int | None = None
    id_pmi_seen: bool = False
    documents: tuple[Document, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()

    @property
    def has_left(self) -> bool:
        return self.stage in (Stage.DEPARTED, Stage.RETURNED)

    @property
    def leaving_on(self) -> date | None:
        """The actual day once the person left, the planned one before."""
        return self.departed_on if self.has_left else self.planned_on

    @property
    def is_pmi(self) -> bool:
        """An unknown scheme counts as PMI until the village says otherwise."""
        return self.scheme is None or self.scheme.is_pmi
