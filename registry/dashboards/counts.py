"""The one place that counts: pages and the summary workbook read the same numbers here.

Every number is the size of a filter's list; which filter, says `registry.dashboards.figures`.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from registry.dashboards.cells import CELL_AXES, BySex, cells_of
from registry.dashboards.figures import FIGURES, LEFT, Dimension, counted
from registry.dashboards.labels import LABELS, ORDERS, label_of_country, label_of_month
from registry.departures.filters import OTHER_JOB, YEARS, Filter
from registry.departures.summary.counting import Axis, count, tally
from registry.departures.summary.reading import EVERY_YEAR, totals_of, years_held
from registry.enums import UNKNOWN, Level, Procedure, Sex
from registry.formatting import dotted_code
from registry.reference.countries import country_name
from registry.regions.queries import child_names, child_names_ever, find_region


class Headline(NamedTuple):
    """The figures on top of a dashboard; what each counts stands in `FIGURES` under its name."""

    total: int
    planned: int
    departing_soon: int
    departed: int
    abroad: int
    returned: int
    cancelled: int
    not_pmi: int
    complete_at_departure: int
    procedures: dict[Procedure, int]
    sex: BySex


class Line(NamedTuple):
    """A row of a table: the value as the URL's filter takes it, its words, its count."""

    value: str
    label: str
    count: BySex  # type: ignore[assignment]  # nobody counts within a line


class CountryTable(NamedTuple):
    """Regions by country: the columns, and for each region the number in each of them."""

    countries: list[Line]
    rows: list[tuple[Line, dict[str, int]]]


class ProcedureLine(NamedTuple):
    """A region, its departures in each procedure state, and how many were complete on leaving."""

    line: Line
    procedures: dict[Procedure, int]
    complete_at_departure: int


_PLACES: dict[Any, int] = {Sex.MALE: 0, Sex.FEMALE: 1}  # in `BySex`
_OF_OTHER_DAYS = "departing_soon"  # the one figure that no cell can tell


def headline(f: Filter, *, with_soon: bool = True) -> Headline:
    """The figures on top.

    Args:
        with_soon: whether to count who leaves in the next days, which takes a count of its own.
    """
    cells = cells_of(f, tally(f, *CELL_AXES))
    soon = FIGURES[_OF_OTHER_DAYS](f) if with_soon else None
    return Headline(
        **{name: cells.count_figure(name) for name in FIGURES if name != _OF_OTHER_DAYS},
        departing_soon=count(soon) if soon else 0,
        procedures=cells.count_procedures(),
        sex=cells.count_by_sex(),
    )


def by_child(f: Filter) -> list[Line]:
    """`Jumlah` by the next level below the area, zeros too; a village is its own only line."""
    found = _by_value(tally(counted(f), Axis.REGION, Axis.SEX))
    return [Line(code, name, found.get(code, BySex())) for code, name in _children(f, found)]


def child_by_country(f: Filter) -> CountryTable:
    """`Jumlah` by the next level below and by country; the largest country comes first."""
    cells = tally(counted(f), Axis.REGION, Axis.COUNTRY, Axis.SEX)
    countries = _by_value((country, sex, number) for _, country, sex, number in cells)
    regions = _by_value((region, sex, number) for region, _, sex, number in cells)
    numbers: dict[str, dict[str, int]] = {}
    for region, country, _, number in cells:
        row = numbers.setdefault(region, dict.fromkeys(countries, 0))
        row[country or UNKNOWN] += number
    none = dict.fromkeys(countries, 0)
    return CountryTable(
        _by_size([Line(code, label_of_country(code), n) for code, n in countries.items()]),
        [
            (Line(code, name, regions.get(code, BySex())), numbers.get(code, none))
            for code, name in _children(f, regions)
        ],
    )


def procedures_by_child(f: Filter) -> list[ProcedureLine]:
    """The procedure states of the next level below the area, zeros too."""
    found: dict[str, list[Any]] = {}
    for region, *cell in tally(f, Axis.REGION, *CELL_AXES):
        found.setdefault(region, []).append(cell)
    lines = []
    for code, name in _children(f, found):
        cells = cells_of(f, found.get(code, []))
        lines.append(
            ProcedureLine(
                Line(code, name, cells.count_by_sex()),
                cells.count_procedures(),
                cells.count_figure("complete_at_departure"),
            )
        )
    return lines


def by(f: Filter, dimension: Dimension, words: dict[str, str] | None = None) -> list[Line]:
    """`Jumlah` by country, scheme, month and so on: only what occurs, together all of it.

    Months, ages, sexes and employers stand in their own order, all else by size; what is not known
    comes last.

    Args:
        words: the labels, where the caller has read them already.
    """
    if dimension is Dimension.MONTH:
        cells = tally(counted(f), Axis.YEAR, Axis.MONTH, Axis.SEX)
        found = _by_value((_month_value(y, m), sex, number) for y, m, sex, number in cells)
        return [Line(value, label_of_month(value), found[value]) for value in sorted(found)]
    axis = Axis(dimension.value)
    if dimension is Dimension.SEX:
        cells = [(sex, sex, number) for sex, number in tally(counted(f), axis)]
    else:
        cells = tally(counted(f), axis, Axis.SEX)
    found = _by_value(cells, missing=OTHER_JOB if dimension is Dimension.JOB else UNKNOWN)
    labels = words or LABELS[dimension](list(found))
    lines = [Line(value, labels.get(value, value), count) for value, count in found.items()]
    order = ORDERS.get(dimension)
    if order is None:
        return _by_size(lines)
    return sorted(lines, key=lambda line: order.index(line.value))


def by_month(f: Filter) -> dict[str, tuple[int, int]]:
    """`Jumlah` by month, each with how many of them have left."""
    found: dict[str, tuple[int, int]] = {}
    for year, month, stage, number in tally(counted(f), Axis.YEAR, Axis.MONTH, Axis.STAGE):
        value = _month_value(year, month)
        whole, left = found.get(value, (0, 0))
        found[value] = (whole + number, left + (number if stage in LEFT else 0))
    return found


def years(f: Filter) -> list[int]:
    """The years of leaving in which the area has any departures, the latest first."""
    if f.year is None and f.area.level <= Level.DISTRICT:
        # `countries` reads them too.
        held: Iterable[int] = totals_of(f.area, EVERY_YEAR).held
    else:
        held = years_held(f.area)
    return sorted((year for year in held if year in YEARS), reverse=True)


def countries(f: Filter) -> list[str]:
    """The countries to which the area has any departures in the filter's year, by name."""
    found = {country for country, _ in tally(Filter(f.area, year=f.year), Axis.COUNTRY)}
    return sorted(found - {None}, key=country_name)


def _by_value(cells: Iterable[tuple[Any, ...]], missing: str = UNKNOWN) -> dict[str, BySex]:
    """Counts by sex of (value, sex, number) rows, by the value as the URL says it."""
    found: dict[str, list[int]] = {}
    for value, sex, number in cells:
        numbers = found.setdefault(missing if value is None else str(value), [0, 0, 0])
        numbers[_PLACES.get(sex, 2)] += number
    return {value: BySex(*numbers) for value, numbers in found.items()}


def _children(f: Filter, found: Iterable[str]) -> list[tuple[str, str]]:
    """Code and name of the regions below, and of those no longer in force that hold departures."""
    if f.area.level.below is None:
        region = find_region(f.area.code)
        return [(f.area.code, region.name if region else dotted_code(f.area.code))]
    names = child_names(f.area.code)
    if gone := set(found) - set(names):
        ever = child_names_ever(f.area.code)
        names |= {code: ever.get(code, dotted_code(code)) for code in gone}
    return sorted(names.items())


def _by_size(lines: list[Line]) -> list[Line]:
    """The largest first, by name where they are equal; the rest without a value last."""
    rest = (UNKNOWN, OTHER_JOB)
    return sorted(lines, key=lambda line: (line.value in rest, -line.count.total, line.label))


def _month_value(year: int | None, month: int | None) -> str:
    return UNKNOWN if year is None or month is None else f"{int(year):04}-{int(month):02}"


__all__ = [
    "BySex",
    "CountryTable",
    "Dimension",
    "Headline",
    "Line",
    "ProcedureLine",
    "by",
    "by_child",
    "by_month",
    "child_by_country",
    "counted",
    "countries",
    "headline",
    "procedures_by_child",
    "years",
]
