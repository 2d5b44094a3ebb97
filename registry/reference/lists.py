"""The effective-dated lists behind the rules: each a model, the fields that are its key, a file.

One declaration serves the loader, the pages, the import from a sheet, and the pure rules.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry.assessment.reference import (
    AgeRule,
    DocumentRule,
    Entry,
    Licence,
    Listed,
    Reference,
)
from registry.enums import N_, AgencyKind, DestinationStatus, LabelledEnum
from registry.formatting import normal_name
from registry.reference.models import (
    AgeLimit,
    Agency,
    AgencyLicence,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ImmigrationOffice,
    RetentionRule,
    ThresholdValue,
    VagueJob,
    VisaRule,
)

DATA = Path(__file__).parent / "data"
PLACEMENT = frozenset(
    {DestinationStatus.OPEN, DestinationStatus.NOT_PLACED, DestinationStatus.HIGH_RISK}
)


@dataclass(frozen=True)
class ReferenceList:
    """One list of the reference data.

    Attributes:
        slug: its place in URLs and the name of its file in `data/`.
        key: the fields by which a new row replaces an older one.
        attribute: its name in `Reference`; what depends on it is not judged while it is empty. None
            for a list that no rule reads.
        rules: the red flags that read it.
    """

    slug: str
    title: str
    model: Any
    key: tuple[str, ...]
    attribute: str | None
    rules: tuple[str, ...] = ()

    @property
    def judges(self) -> bool:
        """Whether departures are judged by the list."""
        return self.attribute is not None

    def place_of(self, row: Any) -> tuple[Any, ...]:
        """What only one row at a time can say something of."""
        if self.model is Destination:
            # Open, not placed and high risk exclude one another; the rest stand beside them.
            return row.country, None if row.status in PLACEMENT else row.status
        if self.model is VagueJob:
            # It is found in a job title by its words, whatever their case and signs.
            return (normal_name(row.title),)
        return tuple(getattr(row, name) for name in self.key)

    def replaces(self, new: Any, old: Any) -> bool:
        """Whether a new row closes an older one that is still in force."""
        return self.place_of(new) == self.place_of(old)


DOCUMENTS = ReferenceList(
    "persyaratan",
    N_("Dokumen menurut skema"),
    DocumentRequirement,
    ("scheme", "kind"),
    "document_rules",
)
LISTS: tuple[ReferenceList, ...] = (
    DOCUMENTS,
    ReferenceList(
        "tujuan",
        N_("Negara tujuan"),
        Destination,
        ("country", "status"),
        "destinations",
        ("R04", "R05", "R06"),
    ),
    ReferenceList(
        "usia",
        N_("Batas usia"),
        AgeLimit,
        ("country", "employer_kind", "job_code"),
        "age_limits",
        ("R01", "R02"),
    ),
    ReferenceList(
        "biaya",
        N_("Batas biaya"),
        FeeCeiling,
        ("country", "employer_kind"),
        "fee_ceilings",
        ("R14",),
    ),
    ReferenceList("visa", N_("Jenis visa"), VisaRule, ("kind",), "visas", ("R03",)),
    ReferenceList(
        "jabatan-samar", N_("Jabatan samar"), VagueJob, ("title",), "vague_jobs", ("R20",)
    ),
    ReferenceList(
        "kantor-imigrasi",
        N_("Kantor imigrasi setempat"),
        ImmigrationOffice,
        ("province", "name"),
        "immigration_offices",
        ("R22",),
    ),
    ReferenceList(
        "ambang",
        N_("Ambang"),
        ThresholdValue,
        ("name",),
        "thresholds",
        ("R16", "R20", "R25", "R27"),
    ),
    ReferenceList("masa-simpan", N_("Masa simpan data pribadi"), RetentionRule, ("kind",), None),
)
BY_SLUG = {item.slug: item for item in LISTS}


def shipped_rows(item: ReferenceList) -> list[Any]:
    """The rows of a list that ship with the product, as instances in no session."""
    with (DATA / f"{item.slug}.csv").open(encoding="utf-8", newline="") as file:
        return [item.model(**_typed(item.model, row)) for row in csv.DictReader(file)]


def _typed(model: Any, row: dict[str, str]) -> dict[str, Any]:
    columns = model.__table__.columns
    return {name: _value(columns[name], text) for name, text in row.items()}


def _value(column: Any, text: str) -> Any:
    if text == "":
        return None
    words = getattr(column.type, "enum_class", None)
    if words is not None and issubclass(words, LabelledEnum):
        return words.of(text)
    kind = column.type.python_type
    if kind is bool:
        return {"ya": True, "tidak": False}[text]
    if kind is date:
        return date.fromisoformat(text)
    return kind(text)


def shipped_reference() -> Reference:
    """What ships with the product, as the pure rules take it; no agency is among it."""
    return build_reference(lambda model: _SHIPPED[model]())


_SHIPPED: dict[Any, Callable[[], list[Any]]] = {
    item.model: (lambda item=item: shipped_rows(item)) for item in LISTS
} | {Agency: list}


def build_reference(rows_of: Callable[[Any], Iterable[Any]]) -> Reference:
    """The pure rules' reference data out of rows of the models.

    Args:
        rows_of: the rows of a model; those of `Agency` carry their licences and aliases.
    """
    agencies = list(rows_of(Agency))

    def dated(model: Any) -> list[Any]:
        return _not_withdrawn(rows_of(model))

    return Reference(
        document_rules=tuple(map(_document_rule, dated(DocumentRequirement))),
        destinations=_listed(dated(Destination), "country", "status"),
        age_limits=Listed(
            (
                row.country,
                _entry(
                    row,
                    AgeRule(row.country, row.employer_kind, row.job_code, row.youngest, row.oldest),
                ),
            )
            for row in dated(AgeLimit)
        ),
        fee_ceilings=Listed(
            ((row.country, row.employer_kind), _entry(row, row.amount)) for row in dated(FeeCeiling)
        ),
        visas=_listed(dated(VisaRule), "kind", "allows_work"),
        vague_jobs=Listed((None, _entry(row, row.title)) for row in dated(VagueJob)),
        immigration_offices=_listed(dated(ImmigrationOffice), "province", "name"),
        thresholds=_listed(dated(ThresholdValue), "name", "value"),
        licences=Listed(
            (agency.id, _licence(row))
            for agency in agencies
            if agency.kind is AgencyKind.P3MI
            for row in _not_withdrawn(agency.licences)
        ),
        agency_ids={
            key: agency.id
            for agency in agencies
            if agency.kind is AgencyKind.P3MI
            for key in _keys(agency)
        },
        sending_bodies=Listed(
            (key, _licence(row))
            for agency in agencies
            if agency.kind is AgencyKind.SENDING_ORGANISATION
            for key in _keys(agency)
            for row in _not_withdrawn(agency.licences)
        ),
    )


def _not_withdrawn(rows: Iterable[Any]) -> list[Any]:
    # Rows come plain as well, without the model's property.
    return [row for row in rows if row.valid_to is None or row.valid_to >= row.valid_from]


def _keys(agency: Any) -> set[str]:
    return {agency.normal_name, *(alias.normal_name for alias in agency.aliases)}


def _listed(rows: Iterable[Any], key: str, value: str) -> Listed[Any]:
    return Listed((getattr(row, key), _entry(row, getattr(row, value))) for row in rows)


def _entry(row: Any, value: Any) -> Entry[Any]:
    return Entry(value, row.valid_from, row.valid_to, row.source)


def _licence(row: AgencyLicence) -> Entry[Licence]:
    return _entry(row, Licence(row.status, row.licence_to))


def _document_rule(row: DocumentRequirement) -> DocumentRule:
    return DocumentRule(
        scheme=row.scheme,
        kind=row.kind,
        requirement=row.requirement,
        valid_months=row.valid_months,
        margin_months=row.margin_months,
        source=row.source,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        condition=row.condition or "",
        note=row.note or "",
    )
