"""The words for what departures are counted by, and the order in which they stand."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from registry.dashboards.figures import Dimension
from registry.db import db
from registry.departures.filters import OTHER_JOB
from registry.enums import (
    N_,
    UNKNOWN,
    UNKNOWN_LABEL,
    AgeGroup,
    EmployerKind,
    LabelledEnum,
    Scheme,
    Sex,
)
from registry.extensions import gettext as _
from registry.extensions import page_language
from registry.formatting import MONTHS
from registry.reference.countries import country_label, country_name
from registry.reference.models import Agency
from registry.reference.queries import job_titles

OTHER_JOB_LABEL = N_("Jabatan lain atau belum diketahui")

Labels = Callable[[list[str]], dict[str, str]]


def label_of_country(value: str) -> str:
    return country_name(None if value == UNKNOWN else value)


def label_of_month(value: str, names: Sequence[str] = MONTHS) -> str:
    if value == UNKNOWN:
        return UNKNOWN_LABEL
    year, month = value.split("-")
    return f"{names[int(month) - 1]} {year}"


def month_names() -> tuple[str, ...]:
    """The names of the months in the language of the page."""
    return _month_names(page_language())


@lru_cache(maxsize=8)
def _month_names(_locale: str) -> tuple[str, ...]:
    return tuple(_(name) for name in MONTHS)


def _enum_labels(members: type[LabelledEnum]) -> Labels:
    return lambda _values: {**dict(members.choices()), UNKNOWN: UNKNOWN_LABEL}


def _country_labels(codes: list[str]) -> dict[str, str]:
    return {code: label_of_country(code) for code in codes}


def _job_labels(_codes: list[str]) -> dict[str, str]:
    return {**job_titles(), OTHER_JOB: OTHER_JOB_LABEL}


def _agency_labels(ids: list[str]) -> dict[str, str]:
    wanted = [int(id_) for id_ in ids if id_ != UNKNOWN]
    found = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(wanted)))
    return {**{str(id_): name for id_, name in found}, UNKNOWN: UNKNOWN_LABEL}


def words_of(dimension: Dimension) -> Callable[[Any], str]:
    """How a page writes the lines of a dimension, whose labels are Indonesian."""
    if page_language() == "id":
        return lambda line: str(line.label)
    if dimension is Dimension.COUNTRY:
        return lambda line: country_label(None if line.value == UNKNOWN else line.value)
    return lambda line: str(_(line.label))


LABELS: dict[Dimension, Labels] = {
    Dimension.COUNTRY: _country_labels,
    Dimension.SCHEME: _enum_labels(Scheme),
    Dimension.JOB: _job_labels,
    Dimension.EMPLOYER: _enum_labels(EmployerKind),
    Dimension.SEX: _enum_labels(Sex),
    Dimension.AGE: _enum_labels(AgeGroup),
    Dimension.AGENCY: _agency_labels,
}

ORDERS: dict[Dimension, list[str]] = {
    Dimension.EMPLOYER: [*(kind.value for kind in EmployerKind), UNKNOWN],
    Dimension.SEX: [*(sex.value for sex in Sex), UNKNOWN],
    Dimension.AGE: [*(group.value for group in AgeGroup), UNKNOWN],
}
