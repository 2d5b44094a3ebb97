"""The map of a dashboard: the provinces or kabupaten right below as tiles, and a table of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from registry.dashboards.classes import Class, class_of, classes_of
from registry.dashboards.counts import Line
from registry.dashboards.measures import NO_RATE, Measure, Place, Spot, apart, measure_of
from registry.dashboards.residents import read_layout
from registry.dashboards.tables import Table
from registry.departures.filters import Filter
from registry.enums import N_, Level
from registry.escaping import escaped, linked
from registry.extensions import gettext as _
from registry.formatting import thousands, today
from registry.regions.area import Area
from registry.tile_charts import Tile, hatched_swatch, is_wide, shade_of, swatch, tile_map

LEVELS = (Level.COUNTRY, Level.PROVINCE)  # whose parts have a place on a map
MOST_NAMED = 3
NOT_LOADED = N_("penduduk belum dimuat")


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
    spots, residents = read_layout(f.area)
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
        legend=_legend(classes, measure, len(shown)),
        notes=[*_about_residents(shown, measure), *_about_unplaced(unplaced)],
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
        value, number = measure.values.get(place.code), measure.said(place)
        shade = 0
        if isinstance(value, int):
            shade = shade_of(class_of(value, classes), len(classes))
        words = f"{place.name}: {number if value is not None else _(NOT_LOADED)}"
        drawn = Tile(spot.row, spot.column, spot.label, words, number, shade, value is None)
        tiles.append(drawn)
    return tiles


def _title(measure: Measure, counted: str) -> str:
    if measure.unit is None:
        return counted
    unit = thousands(measure.unit)
    return str(_("%(counted)s per %(unit)s penduduk", counted=counted, unit=unit))


def _finding(places: Sequence[Place], measure: Measure) -> str:
    known = [
        (value, place)
        for place in places
        if isinstance(value := measure.values.get(place.code), int)
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


def _legend(classes: Sequence[Class], measure: Measure, count: int) -> list[tuple[Markup, str]]:
    legend = []
    for number, (low, high) in enumerate(classes):
        words = thousands(low) if low == high else f"{thousands(low)}–{thousands(high)}"
        legend.append((swatch(shade_of(number, len(classes))), words))
    if len(measure.compared) < len(measure.values):
        legend.append((swatch(0), str(_("disamarkan"))))
    if len(measure.values) < count:
        legend.append((hatched_swatch(), str(_(NOT_LOADED))))
    return legend


def _about_residents(places: Sequence[Place], measure: Measure) -> list[str]:
    if measure.residents is None:
        text = _(
            "Ini jumlah, bukan angka per penduduk: jumlah penduduk belum dimuat untuk %(places)s. "
            "Wilayah yang besar tampak lebih gelap karena besarnya saja.",
            places=_named([place.name for place in places]),
        )
        return [str(text)]
    year, by_code, sources, summed = measure.residents
    source = "; ".join(sources)
    if len(sources) > MOST_NAMED:
        source = _("beberapa sumber; lihat data rujukan")
    notes = [_("Dibulatkan. Penduduk tahun %(year)s menurut: %(source)s.",
               year=year, source=source)]  # fmt: skip
    if added := [place.name for place in places if place.code in summed]:
        notes.append(_("Penduduk %(places)s: jumlah dari semua kabupaten dan kotanya, pada tahun "
                       "yang sama.", places=_named(added)))  # fmt: skip
    if missing := [place.name for place in places if place.code not in by_code]:
        notes.append(_("Bergaris: penduduk belum dimuat untuk %(places)s, jadi tidak ada angka per "
                       "penduduk.", places=_named(missing)))  # fmt: skip
    return [*map(str, notes)]


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
    """The highest first; what is hidden or has no rate last and by name, as an order would tell."""

    def order(place: Place) -> tuple[bool, int, str]:
        value = measure.values.get(place.code)
        return not isinstance(value, int), -value if isinstance(value, int) else 0, place.name

    rows = "".join(_row(place, measure) for place in sorted(places, key=order))
    return Markup(rows)  # noqa: S704 - escaped in each row


def _row(place: Place, measure: Measure) -> str:
    number = thousands(place.number) if isinstance(place.number, int) else place.number
    rate = ""
    if measure.residents:
        residents = measure.residents.by_code.get(place.code)
        words = escaped(measure.said(place) if residents else _(NOT_LOADED))
        kind = "plain-number" if residents else "no-rate"
        rate = (
            f'<td class="{kind} px-2">{words}</td>'
            '<td class="plain-number px-2 d-none d-sm-table-cell">'
            f"{thousands(residents) if residents else NO_RATE}</td>"
        )
    return (
        f'<tr><th scope="row" class="px-2">{linked(place.name, place.deeper_url)}</th>'
        f'<td class="number px-2">{linked(number, place.url)}</td>{rate}</tr>'
    )
