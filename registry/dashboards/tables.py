"""Tables of linked numbers: each number with the address of the list that it counts.

For the public small numbers are hidden here, and nothing leads to a list.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from flask import url_for

from registry.dashboards.counts import Line
from registry.dashboards.figures import Dimension, counted, of_child, of_line
from registry.dashboards.labels import ORDERS, words_of
from registry.dashboards.suppression import LEAST_SHOWN, Mark, Shown, alone, order_of, suppress
from registry.departures.filters import OTHER_JOB, PARAMETERS, Filter, quoted
from registry.enums import N_, UNKNOWN
from registry.extensions import gettext as _
from registry.regions.area import Area

MOST_SHOWN = 15
PARAMETER_OF = {parameter.field: parameter.name for parameter in PARAMETERS.values()}
TITLES = {
    Dimension.COUNTRY: (N_("Per negara tujuan"), N_("Negara")),
    Dimension.SCHEME: (N_("Per skema"), N_("Skema")),
    Dimension.JOB: (N_("Per jabatan"), N_("Jabatan")),
    Dimension.EMPLOYER: (N_("Per jenis pemberi kerja"), N_("Pemberi kerja")),
    Dimension.SEX: (N_("Per jenis kelamin"), N_("Jenis kelamin")),
    Dimension.AGE: (N_("Per usia saat berangkat"), N_("Usia")),
}
# Of these there may be so many that one row sums up the smallest.
MANY = {
    Dimension.COUNTRY: N_("%(count)s negara lainnya"),
    Dimension.JOB: N_("%(count)s jabatan lainnya"),
}


class Links:
    """Addresses on the page of one filter; who may not see persons gets none to a list."""

    def __init__(self, f: Filter, home: Area, *, sees_people: bool) -> None:
        self.filter, self.home = f, home
        self.leads_to_people = sees_people and not f.public
        self._list = url_for("departures.index")
        self._dashboard = url_for("dashboards.show", kode=f.area.code)
        self._own_query = f.query(f.area)

    @cached_property
    def whole_list(self) -> str | None:
        """The list of everything that `Jumlah` counts."""
        return self.list_of(counted(self.filter))

    def list_of(self, figure: Filter | None) -> str | None:
        if figure is None or not self.leads_to_people:
            return None
        return _with_query(self._list, figure.query(self.home))

    def lists_of(
        self,
        values: Sequence[str],
        figure_of: Callable[[str], Filter | None],
        say: Callable[[str], str],
    ) -> dict[str, str | None]:
        """The list of each value, whose queries differ in one piece only.

        Args:
            say: the piece of a query that says a value, as `negara=TW`.
        """
        if not self.leads_to_people or not values:
            return {}
        first, said = self.list_of(figure_of(values[0])), f"{say(values[0])}&"
        if first is None or f"{first}&".count(said) != 1:
            return {value: self.list_of(figure_of(value)) for value in values}
        before, after = f"{first}&".split(said)
        return {value: f"{before}{say(value)}&{after}".rstrip("&") for value in values}

    def dashboard_of(self, code: str) -> str:
        return _with_query(self._dashboard.replace(self.filter.area.code, code, 1), self._own_query)


def _with_query(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


class Row(NamedTuple):
    """A row of a table: its words, its number, and the number's share of the whole."""

    label: str
    value: Shown
    share: str
    url: str | None = None
    deeper_url: str | None = None


class Table(NamedTuple):
    """Rows that add up to the total.

    Attributes:
        head: the heading of the first column.
        scale: the number whose bar is as long as can be, one of those shown.
        rest: what one of the rows sums up.
    """

    title: str
    head: str
    rows: list[Row]
    scale: int
    total: Row | None = None
    rest: "Table | None" = None


class Entry(NamedTuple):
    """What becomes a row."""

    label: str
    value: int
    url: str | None = None
    deeper_url: str | None = None


def share_of(part: Shown, whole: Shown) -> str:
    """`12,5%`, or a dash where there is nothing to take a share of, or nothing to tell."""
    if isinstance(part, Mark) or isinstance(whole, Mark) or not whole:
        return "–"
    return f"{100 * part / whole:.1f}%".replace(".", ",")


def make_rows(
    entries: Sequence[Entry],
    whole: int,
    links: Links,
    *,
    lowest: int = 0,
) -> list[Row]:
    """Rows of entries that add up to a whole, for the public with what is small hidden."""
    values: list[Shown] = [entry.value for entry in entries]
    if links.filter.public:
        numbers = [entry.value for entry in entries]
        values = suppress(numbers, lowest=lowest).totals
    return [
        Row(entry.label, value, share_of(value, whole), entry.url, entry.deeper_url)
        for entry, value in zip(entries, values, strict=True)
    ]


def make_table(
    title: str, head: str, entries: Sequence[Entry], links: Links, *, lowest: int = 0
) -> Table:
    """A table of everything that `Jumlah` counts, with its total."""
    whole = sum(entry.value for entry in entries)
    rows = make_rows(entries, whole, links, lowest=lowest)
    return Table(title, head, rows, _scale(rows), total_row(whole, links))


def _scale(rows: Iterable[Row]) -> int:
    """The largest number shown: a hidden one would be told by the lengths of the others' bars."""
    return max((row.value for row in rows if not isinstance(row.value, Mark)), default=0)


def total_row(whole: int, links: Links) -> Row:
    shown = alone(whole) if links.filter.public else whole
    url = links.whole_list if whole else None
    return Row(_("Jumlah"), shown, share_of(shown, whole), url)


def table_of_children(lines: list[Line], links: Links, head: str) -> Table:
    """The regions right below, each leading to its own dashboard."""
    urls = links.lists_of(
        [line.value for line in lines if line.count.total],
        lambda code: of_child(links.filter, code),
        lambda code: f"wilayah={code}",
    )
    entries = [
        Entry(line.label, line.count.total, urls.get(line.value), links.dashboard_of(line.value))
        for line in lines
    ]
    return make_table(_("Per wilayah"), head, entries, links)


def table_by(dimension: Dimension, lines: list[Line], links: Links) -> Table:
    """The lines of a dimension; of those that may be many, one row sums up the smallest."""
    words, name = words_of(dimension), PARAMETER_OF[dimension.value]
    urls = links.lists_of(
        [line.value for line in lines if line.count.total],
        lambda value: of_line(links.filter, dimension, value),
        lambda value: f"{name}={quoted(value)}",
    )
    entries = {
        line.value: Entry(words(line), line.count.total, urls.get(line.value)) for line in lines
    }
    title, head = map(_, TITLES[dimension])
    if links.filter.public and dimension not in ORDERS:
        return _public_table(dimension, title, head, entries, links)
    known = [value for value in entries if value not in (UNKNOWN, OTHER_JOB)]
    if dimension not in MANY or len(known) <= MOST_SHOWN + 1:
        return make_table(title, head, [*entries.values()], links, lowest=1)
    rest = {value: entries.pop(value) for value in known[MOST_SHOWN:]}
    others = counted(links.filter).with_(**{dimension.value: tuple(rest)})
    label = _(MANY[dimension], count=len(rest))
    summed_up = sum(entry.value for entry in rest.values())
    shown = [*entries.values()]
    shown.insert(MOST_SHOWN, Entry(label, summed_up, links.list_of(others)))
    table = make_table(title, head, shown, links, lowest=1)
    more = make_rows([*rest.values()], sum(e.value for e in shown), links, lowest=1)
    return table._replace(rest=Table(label, head, more, _scale(more)))


def _public_table(
    dimension: Dimension, title: str, head: str, entries: dict[str, Entry], links: Links
) -> Table:
    """Suppressed row by row, so that neither order nor what is summed up depends on hidden numbers.

    The row that sums up others is their sum where anybody could work that out, and hidden else.
    """
    by_label = sorted(entries, key=lambda value: (entries[value].label, value))
    table = make_table(title, head, [entries[value] for value in by_label], links, lowest=1)
    is_last = [value in (UNKNOWN, OTHER_JOB) for value in by_label]
    order = order_of([row.value for row in table.rows], [row.label for row in table.rows], is_last)
    rows = [table.rows[place] for place in order]
    table = table._replace(rows=rows)
    known = len(rows) - sum(is_last)
    if dimension not in MANY or known <= MOST_SHOWN + 1:
        return table
    whole = sum(entry.value for entry in entries.values())
    start, total = _cut(rows, known, whole)
    rest = rows[start:known]
    label = _(MANY[dimension], count=len(rest))
    shown = [*rows[:start], Row(label, total, share_of(total, whole)), *rows[known:]]
    return table._replace(
        rows=shown, scale=_scale(shown), rest=Table(label, head, rest, _scale(rest))
    )


def _cut(rows: Sequence[Row], known: int, whole: int) -> tuple[int, Shown]:
    """Where the rows that are summed up begin, and what is shown of their sum."""
    hidden = [place for place, row in enumerate(rows) if isinstance(row.value, Mark)]
    beyond = [place for place in hidden if MOST_SHOWN <= place < known]
    if whole < LEAST_SHOWN or beyond != hidden:
        return MOST_SHOWN, Mark.HIDDEN
    others = (*rows[:MOST_SHOWN], *rows[known:])
    total = whole - sum(row.value for row in others if not isinstance(row.value, Mark))
    if beyond and total < LEAST_SHOWN:
        # A sum under five may not stand there: one of those shown joins it.
        last = rows[MOST_SHOWN - 1].value
        return MOST_SHOWN - 1, Mark.HIDDEN if isinstance(last, Mark) else total + last
    return MOST_SHOWN, total
