"""What no row of a list may say, however it is typed or imported."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from registry.enums import N_, Threshold
from registry.formatting import EARLIEST_DAY, today
from registry.reference.models import (
    AgeLimit,
    AgencyLicence,
    DocumentRequirement,
    MapCell,
    OfficialFigure,
    Population,
    ThresholdValue,
)

AGES = range(15, 101)
MOST_MONTHS = 240
DAYS = range(1, 366)
PLACES = range(1, 31)
MOST_PEOPLE = range(1000, 2 * 10**9)  # of a kabupaten or more; fewer would be a slip
NUMBERS = range(2 * 10**9)
FIRST_YEAR = 1990
_RANGES = {Threshold.VAGUE_JOB_WAGE: range(1, 10**9), Threshold.PATTERN_PEOPLE: range(2, 101)}

LATEST_START = timedelta(days=10 * 366)
TOO_OLD = N_("Tahunnya terlalu lama. Tulis tahun dengan empat angka, misalnya 1998.")
TOO_FAR = N_("Hari mulainya lebih dari sepuluh tahun lagi. Periksa tahunnya.")

# The field beside which the message belongs, the message, and its values.
Fault = tuple[str, str, dict[str, Any]]


def fault(row: Any) -> Fault | None:
    """What is wrong with the row in itself, or None."""
    check = _CHECKS.get(type(row))
    return _start(row.valid_from) or (check(row) if check else None)


def _start(day: date) -> Fault | None:
    if day < EARLIEST_DAY:
        return "valid_from", TOO_OLD, {}
    return ("valid_from", TOO_FAR, {}) if day > today() + LATEST_START else None


def _licence(row: AgencyLicence) -> Fault | None:
    for name in ("licence_from", "licence_to"):
        day = getattr(row, name)
        if day is not None and day < EARLIEST_DAY:
            return name, TOO_OLD, {}
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
    if row.is_general and row.valid_to is not None:
        said = N_("Batas usia umum berlaku sampai diganti; kosongkan hari terakhirnya.")
        return "valid_to", said, {}
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


def _map_cell(row: MapCell) -> Fault | None:
    for name in ("grid_row", "grid_column"):
        if getattr(row, name) not in PLACES:
            return name, N_("Isi antara %(least)s dan %(most)s."), _ends(PLACES)
    return None


def _population(row: Population) -> Fault | None:
    if row.residents not in MOST_PEOPLE:
        return "residents", N_("Isi antara %(least)s dan %(most)s."), _ends(MOST_PEOPLE)
    return _taken(row)


def _official_figure(row: OfficialFigure) -> Fault | None:
    if row.number not in NUMBERS:
        return "number", N_("Isi antara %(least)s dan %(most)s."), _ends(NUMBERS)
    if found := _taken(row):
        return found
    if row.valid_from < date(row.year, 1, 1):
        return "valid_from", N_("Angka sebuah tahun tidak mungkin diambil sebelum tahun itu."), {}
    return None


def _taken(row: Population | OfficialFigure) -> Fault | None:
    """What no figure that was taken on a day and holds until a newer one may say."""
    years = range(FIRST_YEAR, today().year + 1)
    if row.year not in years:
        return "year", N_("Isi antara %(least)s dan %(most)s."), _ends(years)
    if row.valid_from > today():
        return "valid_from", N_("Hari diambil tidak mungkin sesudah hari ini."), {}
    if row.valid_to is not None:
        return "valid_to", N_("Angka berlaku sampai diganti; kosongkan hari terakhirnya."), {}
    return None


def _ends(allowed: range) -> dict[str, Any]:
    return {"least": allowed[0], "most": allowed[-1]}


_CHECKS: dict[Any, Callable[[Any], Fault | None]] = {
    AgencyLicence: _licence,
    AgeLimit: _age,
    DocumentRequirement: _months,
    MapCell: _map_cell,
    OfficialFigure: _official_figure,
    Population: _population,
    ThresholdValue: _threshold,
}
