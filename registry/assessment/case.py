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
    Relation,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)

# Plain facts that show why, without anything about the person: they go into journals and exports.
Evidence = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One paper as the village saw it; only `ada` says that it was there."""

    kind: DocumentKind
    status: DocumentStatus
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """An official's word on a flag: mistaken about this departure, or dealt with.

    The flag stays away while it would be no graver, and, where `evidence` is given, while it would
    rest on the same evidence.
    """

    rule: str
    version: int
    severity: Severity = Severity.CRITICAL
    evidence: Evidence | None = None

    def covers(self, severity: Severity, evidence: Evidence) -> bool:
        if severity.rank > self.severity.rank:
            return False
        return self.evidence is None or dict(self.evidence) == dict(evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One departure without name, number or sex: what no rule may weigh is not even here.

    Only `stage` and `recorded_on` (the local day of the first saving) must be given: without the
    latter no finding could say since when it stands. Everything else may be unknown.
    """

    stage: Stage
    recorded_on: date
    province: str | None = None  # of the village, as a region code
    scheme: Scheme | None = None
    planned_on: date | None = None
    departed_on: date | None = None
    birth_date: date | None = None
    country: str | None = None  # ISO 3166 alpha-2, as the four below
    letter_country: str | None = None  # what the family allowed, by the printed letter
    visa_country: str | None = None
    contract_country: str | None = None  # where the work contract says one works
    transit_country: str | None = None
    employer_kind: EmployerKind | None = None
    visa_kind: VisaKind | None = None
    agency_id: int | None = None
    agency_name: str | None = None
    job_code: str | None = None
    job_title: str | None = None
    promised_wage: int | None = None  # whole rupiah a month
    training_body: str | None = None
    job_order: str | None = None
    recruiter_kind: RecruiterKind | None = None
    recruiter_named: bool = False  # by name or phone
    amount_asked: int | None = None  # whole rupiah, as the advance
    recruiter_advance: int | None = None
    passport_holder: PassportHolder | None = None
    immigration_office: str | None = None
    information_source: InformationSource | None = None
    last_contact_on: date | None = None
    id_pmi_seen: bool = False
    marital_status: MaritalStatus | None = None  # for the checklist; never for a risk rule
    signer_relation: Relation | None = None  # of the family permission; as above
    documents: tuple[Document, ...] = ()
    settlements: tuple[Settlement, ...] = ()

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

    def status_of(self, kind: DocumentKind) -> DocumentStatus | None:
        """What the village said of a paper; None when it was never asked."""
        said = None
        for paper in self.documents:
            if paper.kind is kind:
                if paper.status is DocumentStatus.PRESENT:
                    return paper.status
                said = said or paper.status
        return said
