"""The tables of `rekap.xlsx`; for the public, small numbers are hidden as on the dashboards.

Regions are split three ways (by sex, country and procedure), so they are suppressed together; what
is hidden of the totals of a table stays hidden in the others that show the same totals.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from registry.dashboards import counts
from registry.dashboards.counts import BySex, CountryTable, Headline, Line, ProcedureLine
from registry.dashboards.figures import Dimension
from registry.dashboards.hiding import HeadlineShown
from registry.dashboards.numbers import shown_procedures
from registry.dashboards.suppression import Grid, Mark, Shown, order_of, suppress
from registry.departures.filters import OTHER_JOB, Filter
from registry.enums import UNKNOWN, UNKNOWN_LABEL, Procedure
from registry.formatting import dotted_code
from registry.workbooks.summary_layout import Table, bars, curve

SEX_HEADINGS = ("L", "P", UNKNOWN_LABEL, "Jumlah", "%")
PMI_STATES = tuple(state for state in Procedure if state is not Procedure.NOT_PMI)
Cells = list[list[Shown]]


def tables_of(f: Filter, headline: Headline, shown: HeadlineShown) -> Iterable[Table]:
    """The sheets after the front one."""
    regions = counts.by_child(f)
    by_country = counts.child_by_country(f)
    procedures = counts.procedures_by_child(f)
    hidden_sexes = _hidden(shown.sex)
    order, countries = _marked(by_country.countries, hidden_sexes, f, is_by_size=True)
    by_country = by_country._replace(countries=order)
    marks = _Regions(f, regions, by_country, procedures, headline, shown, _hidden(countries[0]))
    yield _by_sex(
        "Per Wilayah",
        "Keberangkatan per wilayah",
        ("Kode Wilayah", "Wilayah"),
        [line._replace(value=dotted_code(line.value)) for line in regions],
        (marks.totals, marks.sexes),
        shown if f.public else None,
    )
    for dimension, name, title, words, chart in (
        (Dimension.COUNTRY, "Per Negara", "per negara tujuan", ("Kode Negara", "Negara"), bars),
        (Dimension.SCHEME, "Per Skema", "per skema", ("Kode", "Skema"), None),
        (Dimension.JOB, "Per Jabatan", "per jabatan", ("Kode", "Jabatan"), None),
        (Dimension.MONTH, "Per Bulan", "per bulan berangkat", ("Bulan", "Nama Bulan"), curve),
    ):
        is_country = dimension is Dimension.COUNTRY
        lines, marked = by_country.countries, countries
        if not is_country:
            is_by_size = dimension is not Dimension.MONTH
            lines, marked = _marked(counts.by(f, dimension), hidden_sexes, f, is_by_size=is_by_size)
        last = shown if f.public else None
        yield _by_sex(name, f"Keberangkatan {title}", words, lines, marked, last, chart)
    of_countries = [*countries[0], shown.total] if f.public else None
    yield _regions_by_country(by_country, marks, of_countries)
    yield _procedures(procedures, marks, _of_procedures(headline, shown) if f.public else None)


def _of_procedures(headline: Headline, shown: HeadlineShown) -> list[Shown]:
    of_states = shown_procedures(headline, shown)
    states = [of_states[state] for state in PMI_STATES]
    return [*states, shown.total, shown.not_pmi, shown.complete_at_departure]


def _hidden(values: Iterable[Shown]) -> frozenset[int]:
    return frozenset(place for place, value in enumerate(values) if isinstance(value, Mark))


def _marked(
    lines: Sequence[Line], hidden_sexes: frozenset[int], f: Filter, *, is_by_size: bool
) -> tuple[list[Line], tuple[list[Shown], Cells]]:
    """Lines of what occurs in the order in which they stand, their totals and their sexes as shown.

    Args:
        is_by_size: whether they stand by size, which for the public is the size of what is shown.
    """
    if f.public and is_by_size:
        lines = sorted(lines, key=lambda line: (line.label, line.value))
    totals = [line.count.total for line in lines]
    cells = [[*line.count] for line in lines]
    if not f.public:
        return [*lines], ([*totals], [[*row] for row in cells])
    found = suppress(totals, [Grid(cells, hidden_sexes)], lowest=1)
    order = [*range(len(lines))]
    if is_by_size:
        is_last = [line.value in (UNKNOWN, OTHER_JOB) for line in lines]
        order = order_of(found.totals, [line.label for line in lines], is_last)
    return (
        [lines[place] for place in order],
        ([found.totals[place] for place in order], [found.grids[0][place] for place in order]),
    )


class _Regions:
    """The totals of regions, and each of their splits, as they are shown."""

    totals: list[Shown]
    totals_of_countries: list[Shown]
    totals_of_states: list[Shown]
    sexes: Cells
    countries: Cells
    states: Cells
    not_pmi: list[Shown]
    complete: list[Shown]

    def __init__(
        self,
        f: Filter,
        regions: Sequence[Line],
        by_country: CountryTable,
        procedures: Sequence[ProcedureLine],
        headline: Headline,
        shown: HeadlineShown,
        hidden_countries: frozenset[int],
    ) -> None:
        totals = [line.count.total for line in regions]
        codes = [country.value for country in by_country.countries]
        sexes = [[*line.count] for line in regions]
        countries = [[numbers.get(code, 0) for code in codes] for _line, numbers in by_country.rows]
        states = [[line.procedures[state] for state in PMI_STATES] for line in procedures]
        not_pmi = [line.procedures[Procedure.NOT_PMI] for line in procedures]
        complete = [line.complete_at_departure for line in procedures]
        if not f.public:
            # Each table sums up its own rows, so that `Kontrol` would notice a difference.
            self.totals, self.totals_of_countries = [*totals], [sum(row) for row in countries]
            self.totals_of_states = [line.line.count.total for line in procedures]
            self.sexes = [[*row] for row in sexes]
            self.countries, self.states = [[*row] for row in countries], [[*row] for row in states]
            self.not_pmi, self.complete = [*not_pmi], [*complete]
            return
        of_states = shown_procedures(headline, shown)
        found = suppress(
            totals,
            [
                Grid(sexes, _hidden(shown.sex)),
                Grid(countries, hidden_countries),
                _judged(states, totals, _hidden(of_states[state] for state in PMI_STATES)),
            ],
        )
        self.totals = self.totals_of_countries = self.totals_of_states = found.totals
        self.sexes, self.countries, self.states = found.grids
        self.not_pmi = suppress(not_pmi).totals
        self.complete = _complete(complete, states, shown)


def _judged(states: list[list[int]], totals: list[int], hidden: frozenset[int]) -> Grid:
    """The states, and beside them what nobody has judged yet, so that they add up to the totals."""
    unjudged = [total - sum(row) for row, total in zip(states, totals, strict=True)]
    if not any(unjudged):
        return Grid(states, hidden)
    cells = [[*row, more] for row, more in zip(states, unjudged, strict=True)]
    return Grid(cells, hidden | {len(PMI_STATES)})


def _complete(complete: list[int], states: list[list[int]], shown: HeadlineShown) -> list[Shown]:
    """Who left with complete papers; who did not can be worked out from who left."""
    after = [PMI_STATES.index(s) for s in (Procedure.PROCEDURAL, Procedure.SUSPECTED)]
    left = [sum(row[place] for place in after) for row in states]
    cells = [[number, whole - number] for number, whole in zip(complete, left, strict=True)]
    hidden = isinstance(shown.complete_at_departure, Mark)
    found = suppress(left, [Grid(cells, frozenset((0, 1)) if hidden else frozenset())])
    return [row[0] for row in found.grids[0]]


# The sheets


def _by_sex(
    sheet_name: str,
    title: str,
    words: tuple[str, str],
    lines: Sequence[Line],
    marked: tuple[list[Shown], Cells],
    last: HeadlineShown | None,
    chart: Any = None,
) -> Table:
    """A table by sex, whose last row is the sum of the others where no headline is given."""
    whole = sum(line.count.total for line in lines)
    rows = [
        [_code(line.value), line.label, *sex_cells(sexes, number, whole)]
        for line, number, sexes in zip(lines, *marked, strict=True)
    ]
    if last is None:
        sums = _sum(line.count for line in lines)
        total = sex_cells(sums, sums.total, whole)
    else:
        total = sex_cells(last.sex, last.total, whole)
    last_row = ["Jumlah", None, *total]
    return Table(sheet_name, title, (*words, *SEX_HEADINGS), rows, last_row, chart=chart)


def _regions_by_country(
    by_country: CountryTable, marks: _Regions, totals: list[Shown] | None
) -> Table:
    countries, rows = by_country
    cells = [
        [dotted_code(line.value), line.label, *numbers, total]
        for (line, _numbers), numbers, total in zip(
            rows, marks.countries, marks.totals_of_countries, strict=True
        )
    ]
    return Table(
        "Wilayah x Negara",
        "Keberangkatan per wilayah dan negara tujuan",
        ("Kode Wilayah", "Wilayah", *(country.label for country in countries), "Jumlah"),
        cells,
        ["Jumlah", None, *(totals or _sums(cells))],
        widths=(16, 34, *(12 for _ in countries), 12),
    )


def _procedures(
    lines: Sequence[ProcedureLine], marks: _Regions, totals: list[Shown] | None
) -> Table:
    cells = [
        [
            dotted_code(line.line.value),
            line.line.label,
            *states[: len(PMI_STATES)],
            total,
            not_pmi,
            complete,
        ]
        for line, states, total, not_pmi, complete in zip(
            lines, marks.states, marks.totals_of_states, marks.not_pmi, marks.complete, strict=True
        )
    ]
    headings = (
        *("Kode Wilayah", "Wilayah", *(state.label for state in PMI_STATES)),
        *("Jumlah", Procedure.NOT_PMI.label, "Lengkap saat berangkat"),
    )
    return Table(
        "Prosedur",
        "Keadaan prosedur per wilayah",
        headings,
        cells,
        ["Jumlah", None, *(totals or _sums(cells))],
        widths=(16, 34, 12, 14, 14, 14, 18, 12, 12, 16),
    )


def _sums(cells: Sequence[Sequence[Any]]) -> list[int]:
    """The sums of the columns of figures."""
    return [sum(column) for column in list(zip(*cells, strict=True))[2:]]


def _sum(numbers: Iterable[BySex]) -> BySex:
    total = BySex()
    for count in numbers:
        total = total.plus(count)
    return total


def sex_cells(sexes: Iterable[Shown], total: Shown, whole: int) -> list[Any]:
    """The sexes, the total, and its share of the whole where it is shown."""
    return [*sexes, total, share(total, whole)]


def share(part: Shown, whole: int) -> float | None:
    if isinstance(part, Mark) or not whole:
        return None
    return round(part / whole, 4)


def _code(value: str) -> str | None:
    return None if value == UNKNOWN else value
