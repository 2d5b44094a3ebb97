"""The words for what departures are counted by, and the order in which they stand."""

from collections.abc import Callable

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
from registry.formatting import MONTHS
from registry.reference.countries import country_name
from registry.reference.models import Agency, Job

OTHER_JOB_LABEL = N_("Jabatan lain atau belum diketahui")

Labels = Callable[[list[str]], dict[str, str]]


def label_of_country(value: str) -> str:
    return country_name(None if value == UNKNOWN else value)


def label_of_month(value: str, say: Callable[[str], str] = str) -> str:
    if value == UNKNOWN:
        return say(UNKNOWN_LABEL)
    year, month = value.split("-")
    return f"{say(MONTHS[int(month) - 1])} {year}"


def _enum_labels(members: type[LabelledEnum]) -> Labels:
    return lambda _: {**dict(members.choices()), UNKNOWN: UNKNOWN_LABEL}


def _country_labels(codes: list[str]) -> dict[str, str]:
    return {code: label_of_country(code) for code in codes}


def _job_labels(codes: list[str]) -> dict[str, str]:
    found = db.session.execute(select(Job.code, Job.title).where(Job.code.in_(codes)))
    return {**{row.code: row.title for row in found}, OTHER_JOB: OTHER_JOB_LABEL}


def _agency_labels(ids: list[str]) -> dict[str, str]:
    wanted = [int(id_) for id_ in ids if id_ != UNKNOWN]
    found = db.session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(wanted)))
    return {**{str(id_): name for id_, name in found}, UNKNOWN: UNKNOWN_LABEL}


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
