"""The map of a dashboard: the provinces or kabupaten right below as tiles, and a table beside it.

The layout and the residents are reference data, read together in one statement.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from registry.asking import ask
from registry.dashboards.classes import Class, class_of, classes_of
from registry.dashboards.counts import Line
from registry.dashboards.measures import Measure, Place, Residents, Spot, apart, measure_of
from registry.dashboards.tables import Table
from registry.departures.filters import Filter
from registry.enums import Level
from registry.escaping import escaped, linked
from registry.extensions import gettext as _
from registry.formatting import thousands, today
from registry.reference.models import MapCell, Population
from registry.regions.area import Area
from registry.tile_charts import Tile, is_wide, shade_of, swatch, tile_map

LEVELS = (Level.COUNTRY, Level.PROVINCE)  # whose parts have a place on a map
MOST_NAMED = 3


class Map(NamedTuple):
    """The map, what its shades mean, and the table that carries its links."""

    title: str
    drawing: Markup
    is_wide: bool
    legend: list[tuple[Markup, str]]
    notes: list[str]
    columns: list[str]
    rows: Markup


def places_of(lines: Iterable[Line], table: Table) -> list[Place]:
    """The parts of an area as the table of the page shows them."""
    return [
        Place(line.value, row.label, row.value, row.url, row.deeper_url)
        for line, row in zip(lines, table.rows, strict=True)
    ]


def map_of(f: Filter, places: Sequence[Place], counted: str) -> Map | None:
    """The map of the parts of the filter's area; None where they have no place on one.

    Args:
        counted: what is counted, as `Jumlah PMI`.
    """
    if f.area.level not in LEVELS:
        return None
    spots, residents = _read_layout(f.area)
    shown = [place for place in places if place.code in spots]
    if not shown:
        return None
    measure = measure_of(shown, residents, _year_of(f))
    classes = classes_of(measure.compared)
    title = _title(measure, counted)
    tiles = _tiles(shown, spots, measure, classes)
    unplaced = [place.name for place in places if place.code not in spots]
    return Map(
        title=title,
        drawing=tile_map(tiles, title=title, description=_finding(shown, measure)),
        is_wide=is_wide(tiles),
        legend=_legend(classes, measure),
        notes=[_about_residents(shown, residents, measure), *_about_unplaced(unplaced)],
        columns=_columns(measure, f.area),
        rows=_rows(shown, measure),
    )


def _year_of(f: Filter) -> int:
    day = f.last_day or f.first_day
    return day.year if day else today().year


def _tiles(
    places: Sequence[Place], spots: dict[str, Spot], measure: Measure, classes: Sequence[Class]
) -> list[Tile]:
    tiles = []
    for place, spot in zip(places, apart([spots[one.code] for one in places]), strict=True):
        value, number = measure.values[place.code], measure.said(place)
        shade = 0
        if isinstance(value, int):
            shade = shade_of(class_of(value, classes), len(classes))
        words = f"{place.name}: {number}"
        tiles.append(Tile(spot.row, spot.column, spot.label, words, number, shade))
    return tiles


def _read_layout(area: Area) -> tuple[dict[str, Spot], list[Residents]]:
    """Where the parts of the area stand, and how many residents they have, by year."""
    spots: dict[str, Spot] = {}
    by_year: dict[int, dict[str, int]] = {}
    sources: dict[int, dict[str, None]] = {}
    for row in ask(_of_layout, area, day=today().isoformat()):
        spots[row.region_code] = Spot(row.label, row.grid_row, row.grid_column)
        if row.year is not None:
            by_year.setdefault(row.year, {})[row.region_code] = row.residents
            sources.setdefault(row.year, {})[row.source] = None
    return spots, [Residents(year, known, tuple(sources[year])) for year, known in by_year.items()]


def _of_layout(area: Area) -> Any:
    below = area.level.below or area.level
    of_it = and_(Population.region_code == MapCell.region_code, _in_force(Population))
    return (
        select(
            MapCell.region_code,
            MapCell.label,
            MapCell.grid_row,
            MapCell.grid_column,
            Population.year,
            Population.residents,
            Population.source,
        )
        .outerjoin(Population, of_it)
        .where(
            area.covers(MapCell.region_code),
            func.length(MapCell.region_code) == int(below),
            _in_force(MapCell),
        )
        .order_by(MapCell.region_code)
    )


def _in_force(model: Any) -> ColumnElement[bool]:
    day = bindparam("day", type_=MapCell.valid_from.type)
    return and_(model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))


def _title(measure: Measure, counted: str) -> str:
    if measure.unit is None:
        return counted
    unit = thousands(measure.unit)
    return str(_("%(counted)s per %(unit)s penduduk", counted=counted, unit=unit))


def _finding(places: Sequence[Place], measure: Measure) -> str:
    known = [
        (value, place) for place in places if isinstance(value := measure.values[place.code], int)
    ]
    if not known:
        return str(_("Semua angka disamarkan."))
    (_least, lowest), (_most, highest) = min(known), max(known)
    if not any(place.number for _value, place in known):
        return str(_("Tidak ada yang dihitung."))
    return str(
        _(
            "Tertinggi %(highest)s: %(most)s. Terendah %(lowest)s: %(least)s.",
            highest=highest.name,
            most=measure.said(highest),
            lowest=lowest.name,
            least=measure.said(lowest),
        )
    )


def _legend(classes: Sequence[Class], measure: Measure) -> list[tuple[Markup, str]]:
    legend = []
    for number, (low, high) in enumerate(classes):
        words = thousands(low) if low == high else f"{thousands(low)}–{thousands(high)}"
        legend.append((swatch(shade_of(number, len(classes))), words))
    if len(measure.compared) < len(measure.values):
        legend.append((swatch(0), str(_("disamarkan"))))
    return legend


def _about_residents(places: Sequence[Place], known: Sequence[Residents], measure: Measure) -> str:
    if measure.residents:
        year, _by_code, sources = measure.residents
        text = _("Dibulatkan. Penduduk tahun %(year)s menurut: %(source)s.",
                 year=year, source="; ".join(sources))  # fmt: skip
        return str(text)
    best = max((residents.by_code for residents in known), key=len, default={})
    missing = [place.name for place in places if place.code not in best]
    return str(
        _(
            "Ini jumlah, bukan angka per penduduk: jumlah penduduk belum dimuat untuk %(places)s. "
            "Wilayah yang besar tampak lebih gelap karena besarnya saja.",
            places=_named(missing),
        )
    )


def _about_unplaced(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    text = _("Belum punya tempat pada peta, jadi hanya ada di tabel per wilayah: %(places)s.",
             places=_named(names))  # fmt: skip
    return [str(text)]


def _named(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    return str(_("%(count)s wilayah", count=len(names)))


def _columns(measure: Measure, area: Area) -> list[str]:
    below = area.level.below or area.level
    head = [_(below.label), _("Jumlah")]
    if measure.unit is None:
        return head
    return [*head, _("Per %(unit)s", unit=thousands(measure.unit)), _("Penduduk")]


def _rows(places: Sequence[Place], measure: Measure) -> Markup:
    """The highest first; hidden numbers last and by name, as their order would tell of them."""

    def order(place: Place) -> tuple[bool, int, str]:
        value = measure.values[place.code]
        return not isinstance(value, int), -value if isinstance(value, int) else 0, place.name

    rows = "".join(_row(place, measure) for place in sorted(places, key=order))
    return Markup(rows)  # noqa: S704 - escaped in each row


def _row(place: Place, measure: Measure) -> str:
    number = thousands(place.number) if isinstance(place.number, int) else place.number
    rate = ""
    if measure.residents:
        rate = (
            f'<td class="plain-number px-2">{escaped(measure.said(place))}</td>'
            '<td class="plain-number px-2 d-none d-sm-table-cell">'
            f"{thousands(measure.residents.by_code[place.code])}</td>"
        )
    return (
        f'<tr><th scope="row" class="px-2">{linked(place.name, place.deeper_url)}</th>'
        f'<td class="number px-2">{linked(number, place.url)}</td>{rate}</tr>'
    )
