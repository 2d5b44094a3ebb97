"""Tables of linked numbers: each number with the address of the list that it counts."""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote_plus

from flask import url_for
from flask_babel import gettext as _

from registry.dashboards.counts import Line
from registry.dashboards.figures import Dimension, counted, of_child, of_line
from registry.departures.filters import PARAMETERS, Filter
from registry.enums import UNKNOWN
from registry.reference.countries import country_label
from registry.regions.area import Area

MOST_SHOWN = 15
_PARAMETERS = {parameter.field: parameter.name for parameter in PARAMETERS.values()}


class Links:
    """Addresses on the page of one filter; who may not see persons gets none to a list."""

    def __init__(self, f: Filter, home: Area, *, sees_people: bool) -> None:
        self.filter, self.home, self.sees_people = f, home, sees_people
        self._list = url_for("departures.index")
        self._dashboard = url_for("dashboards.show", kode=f.area.code)
        self._own_query = f.query(f.area)

    def list_of(self, figure: Filter | None) -> str | None:
        if figure is None or not self.sees_people:
            return None
        return _with_query(self._list, figure.query(self.home))

    def lists_of(
        self, parameter: str, values: Iterable[str], figure_of: Callable[[str], Filter | None]
    ) -> dict[str, str | None]:
        """The list of each value of one parameter, whose other parameters are written once."""
        whole = list(values)
        first = self.list_of(figure_of(whole[0])) if whole else None
        said = f"{parameter}={quote_plus(whole[0])}&" if whole else ""
        if first is None or f"{first}&".count(said) != 1:
            return {value: self.list_of(figure_of(value)) for value in whole}
        before, after = f"{first}&".split(said)
        return {
            value: f"{before}{parameter}={quote_plus(value)}&{after}".rstrip("&") for value in whole
        }

    def dashboard_of(self, code: str) -> str:
        return _with_query(self._dashboard.replace(self.filter.area.code, code, 1), self._own_query)


def _with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


class Row(NamedTuple):
    """A row of a table: its words, its number, and the number's share of the whole."""

    label: str
    value: int
    share: str
    url: str | None
    deeper_url: str | None = None


class Table(NamedTuple):
    """Rows that add up to the total; `rest` are those that one of the rows sums up."""

    rows: list[Row]
    total: Row
    rest: tuple[Row, ...] = ()

    @property
    def highest(self) -> int:
        return max((row.value for row in self.rows), default=0)


def share_of(part: int, whole: int) -> str:
    """`12,5%`, or a dash where there is nothing to take a share of."""
    return f"{100 * part / whole:.1f}%".replace(".", ",") if whole else "–"


def make_row(label: str, value: int, whole: int, figure: Filter | None, links: Links) -> Row:
    """A row whose number is linked when there is somebody to list."""
    return Row(label, value, share_of(value, whole), links.list_of(figure) if value else None)


def total_row(whole: int, links: Links) -> Row:
    return make_row(_("Jumlah"), whole, whole, counted(links.filter), links)


def table_of_children(lines: list[Line], links: Links) -> Table:
    """The regions right below, each leading to its own dashboard."""
    whole = _sum(lines)
    counted_here = [line.value for line in lines if line.count.total]
    urls = links.lists_of("wilayah", counted_here, lambda code: of_child(links.filter, code))
    rows = [
        _row(line.label, line.count.total, whole, urls.get(line.value), line.value, links)
        for line in lines
    ]
    return Table(rows, total_row(whole, links))


def _row(
    label: str, value: int, whole: int, url: str | None, deeper: str | None, links: Links
) -> Row:
    deeper_url = links.dashboard_of(deeper) if deeper else None
    return Row(label, value, share_of(value, whole), url, deeper_url)


def table_by(dimension: Dimension, lines: list[Line], links: Links) -> Table:
    """The lines of a dimension; only countries are so many that one row sums up the smallest."""
    whole = _sum(lines)

    counted_here = [line.value for line in lines if line.count.total]
    urls = links.lists_of(
        _PARAMETERS[dimension.value],
        counted_here,
        lambda value: of_line(links.filter, dimension, value),
    )

    def row(line: Line) -> Row:
        label = _words(dimension, line)
        return _row(label, line.count.total, whole, urls.get(line.value), None, links)

    known = [line for line in lines if line.value != UNKNOWN]
    unknown = [line for line in lines if line.value == UNKNOWN]
    if len(known) <= MOST_SHOWN + 1:
        return Table([row(line) for line in lines], total_row(whole, links))
    shown, rest = known[:MOST_SHOWN], known[MOST_SHOWN:]
    others = counted(links.filter).with_(**{dimension.value: tuple(one.value for one in rest)})
    label = _("%(count)s negara lainnya", count=len(rest))
    rows = [row(line) for line in shown]
    rows.append(make_row(label, _sum(rest), whole, others, links))
    rows += [row(line) for line in unknown]
    return Table(rows, total_row(whole, links), tuple(row(line) for line in rest))


def _words(dimension: Dimension, line: Line) -> str:
    if dimension is Dimension.COUNTRY:
        return country_label(None if line.value == UNKNOWN else line.value)
    return str(_(line.label))


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.count.total for line in lines)
