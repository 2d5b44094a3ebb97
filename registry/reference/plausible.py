"""What no row of a list may say, however it is typed or imported."""

from collections.abc import Callable
from typing import Any

from registry.enums import N_, Threshold
from registry.reference.models import (
    AgeLimit,
    AgencyLicence,
    DocumentRequirement,
    ThresholdValue,
)

AGES = range(15, 101)
MOST_MONTHS = 240
DAYS = range(1, 366)
_RANGES = {Threshold.VAGUE_JOB_WAGE: range(1, 10**9), Threshold.PATTERN_PEOPLE: range(2, 101)}

# The field beside which the message belongs, the message, and its values.
Fault = tuple[str, str, dict[str, Any]]


def fault(row: Any) -> Fault | None:
    """What is wrong with the row in itself, or None."""
    check = _CHECKS.get(type(row))
    return check(row) if check else None


def _licence(row: AgencyLicence) -> Fault | None:
    if row.licence_from and row.licence_to and row.licence_to < row.licence_from:
        return "licence_to", N_("Akhir izin tidak mungkin sebelum awalnya."), {}
    return None


def _age(row: AgeLimit) -> Fault | None:
    for name in ("youngest", "oldest"):
        age = getattr(row, name)
        if age is not None and age not in AGES:
            return name, N_("Isi usia antara %(least)s dan %(most)s tahun."), _ends(AGES)
    if row.oldest is not None and row.oldest < row.youngest:
        return "oldest", N_("Usia paling tua tidak mungkin di bawah usia paling muda."), {}
    return None


def _months(row: DocumentRequirement) -> Fault | None:
    for name in ("valid_months", "margin_months"):
        months = getattr(row, name)
        if months is not None and not 0 < months <= MOST_MONTHS:
            return name, N_("Isi antara %(least)s dan %(most)s."), {"least": 1, "most": MOST_MONTHS}
    return None


def _threshold(row: ThresholdValue) -> Fault | None:
    if row.valid_to is not None:
        return "valid_to", N_("Ambang berlaku sampai diganti; kosongkan hari terakhirnya."), {}
    allowed = _RANGES.get(row.name, DAYS)
    if row.value not in allowed:
        return "value", N_("Isi antara %(least)s dan %(most)s."), _ends(allowed)
    return None


def _ends(allowed: range) -> dict[str, Any]:
    return {"least": allowed[0], "most": allowed[-1]}


_CHECKS: dict[Any, Callable[[Any], Fault | None]] = {
    AgencyLicence: _licence,
    AgeLimit: _age,
    DocumentRequirement: _months,
    ThresholdValue: _threshold,
}
