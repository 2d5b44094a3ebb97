"""The pure rules' reference data, built of the rows of the lists."""

from collections.abc import Callable, Iterable
from typing import Any

from registry.assessment.reference import (
    AgeRule,
    DocumentRule,
    Entry,
    Licence,
    Listed,
    Reference,
)
from registry.enums import AgencyKind
from registry.reference.lists import LISTS, shipped_rows
from registry.reference.models import (
    AgeLimit,
    Agency,
    AgencyLicence,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ImmigrationOffice,
    ThresholdValue,
    VagueJob,
    VisaRule,
)


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
