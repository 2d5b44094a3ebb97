"""The registry's own count beside those of other offices, each with what it counts and its source.

The figures are reference data of an area and a year, read in one statement.
"""

from datetime import date
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import ColumnElement, and_, bindparam, case, extract, func, or_, select

from registry.asking import ask
from registry.dashboards.counts import by_month
from registry.dashboards.figures import FIGURES
from registry.dashboards.gaps import NoGap, Published, gap_of
from registry.dashboards.measures import Number
from registry.dashboards.tables import Links, share_of
from registry.departures.filters import Filter
from registry.enums import N_, Level, OfficialCount
from registry.extensions import gettext as _
from registry.formatting import long_date, thousands, today
from registry.reference.models import OfficialFigure
from registry.regions.area import Area
from registry.regions.models import Region

# What is told of the counts of other offices, in the order in which they are numbered.
MEANINGS = {
    OfficialCount.BY_ORIGIN: N_(
        "Layanan penempatan yang selesai di Sisko P2MI bagi orang asal wilayah ini, di kantor mana "
        "pun. Bukan orang yang terlihat berangkat."
    ),
    OfficialCount.SERVED: N_(
        "Orang yang dilayani kantor BP3MI di wilayah ini, juga yang berasal dari daerah lain. "
        "Warga yang dilayani kantor lain tidak termasuk."
    ),
    OfficialCount.LABOUR_OFFICE: N_(
        "Orang yang dicatat dinas tenaga kerja wilayah ini. Tiap dinas dapat menghitung dengan "
        "caranya sendiri."
    ),
}
REGISTRY = N_("Diketahui desa (registri ini)")
MEANING_OF_REGISTRY = N_(
    "Keberangkatan PMI yang diketahui desa dan sudah berangkat pada tahun itu, apa pun status "
    "pemeriksaannya."
)


class Count(NamedTuple):
    """One of the counts: its title, its number as written, and what is to be known of it."""

    title: str
    number: str
    note: str | None
    meaning: str
    source: str | None
    url: str | None = None


class Comparison(NamedTuple):
    """The counts of one year and their gap; only `silence` where there is nothing to compare."""

    year: int | None
    counts: list[Count]
    gap: str | None
    words: str
    silence: str | None
    other_url: str | None


def comparison_of(f: Filter, links: Links, departed: Number) -> Comparison | None:
    """The counts of the filter's area and year beside each other; None below the kabupaten.

    Without a year in the filter, those of the latest year that can be compared, or else of which
    something is loaded. The public is led to the page of that year instead: beside the months of a
    page of all years, the number of a year would tell of a month that is hidden.

    Args:
        departed: the filter's departures that have left, as the page shows them.
    """
    if f.area.level > Level.DISTRICT:
        return None
    year, found = _read_figures(f.area, f.year)
    is_led_to_year = f.public and not f.year
    if f != _plain(f, f.year):
        return _silent(
            _("Angka resmi berlaku untuk satu tahun penuh tanpa saringan lain, jadi tidak "
              "dibandingkan dengan angka halaman ini."),
            _address(_plain(f, year if is_led_to_year else f.year)),
        )  # fmt: skip
    if year is None:
        if f.year:
            text = _("Belum ada angka resmi tahun %(year)s untuk wilayah ini.", year=f.year)
            return _silent(text, _address(_plain(f, None)))
        return _silent(_("Belum ada angka resmi yang dimuat untuk wilayah ini."), None)
    if is_led_to_year:
        text = _("Untuk publik, angka resmi dibandingkan pada halaman satu tahun saja, agar angka "
                 "kecil yang disamarkan tidak dapat dihitung.")  # fmt: skip
        return _silent(text, _address(_plain(f, year)))
    known = departed if f.year else _departed_in(f, year)
    gap = gap_of(found.get(OfficialCount.BY_ORIGIN), known, year)
    own = _own_count(f, year, known, links)
    return Comparison(
        year=year,
        counts=[*(_count(kind, found.get(kind), f.area) for kind in OfficialCount), own],
        gap=thousands(abs(gap)) if isinstance(gap, int) else None,
        words=_about_gap(gap, found.get(OfficialCount.BY_ORIGIN), f.area),
        silence=None,
        other_url=None,
    )


def _plain(f: Filter, year: int | None) -> Filter:
    """The area and the year alone, for the same readers."""
    return Filter(f.area, year=year, public=f.public, order=f.order, after=f.after)


def _silent(words: str, url: str | None) -> Comparison:
    return Comparison(None, [], None, "", words, url)


def _address(f: Filter) -> str:
    address, query = url_for("dashboards.show", kode=f.area.code), f.query(f.area)
    return f"{address}?{query}" if query else address


def _departed_in(f: Filter, year: int) -> int:
    """From the months that the page has read already."""
    months = by_month(f).items()
    return sum(left for month, (_whole, left) in months if month.startswith(f"{year:04}-"))


def _read_figures(
    area: Area, year: int | None
) -> tuple[int | None, dict[OfficialCount, Published]]:
    """The year, the latest one where none is asked for, and what is published of it."""
    given = {"day": today().isoformat(), **({"year": year} if year else {})}
    rows: dict[OfficialCount, list[Any]] = {}
    found_year = None
    for row in ask(_of_figures, area, year is not None, **given):
        rows.setdefault(OfficialCount(row.kind), []).append(row)
        found_year = row.year
    digits = len(area.code)
    return found_year, {kind: _published(of_kind, digits) for kind, of_kind in rows.items()}


def _published(rows: list[Any], digits: int) -> Published:
    """One row is about the area, which has so many digits; one is the sum of its parts."""
    by_level = {row.digits == digits: row for row in rows}
    own, below = by_level.get(True), by_level.get(False)
    shown: Any = own or below
    return Published(
        own=own.number if own else None,
        of_parts=below.number if below else 0,
        loaded=below.loaded if below else 0,
        parts=rows[0].parts,
        sources=tuple(dict.fromkeys((shown.first_source, shown.last_source))),
        taken=(_day(shown.first_taken), _day(shown.last_taken)),
    )


def _day(said: date | str) -> date:
    """A day as SQLite keeps it is a text."""
    return date.fromisoformat(said) if isinstance(said, str) else said


def _of_figures(area: Area, is_year_known: bool) -> Any:
    figure, day = OfficialFigure, bindparam("day", type_=OfficialFigure.valid_from.type)
    parts = select(Region.code).where(Region.parent_code == area.code, Region.valid_to.is_(None))
    is_it = and_(
        or_(figure.region_code == area.code, figure.region_code.in_(parts)),
        figure.valid_from <= day,
        or_(figure.valid_to.is_(None), figure.valid_to >= day),
    )
    latest = select(func.max(figure.year)).where(is_it)
    by_origin = latest.where(figure.kind == OfficialCount.BY_ORIGIN)
    whole = (
        select(figure.year)
        .where(is_it, figure.kind == OfficialCount.BY_ORIGIN)
        .group_by(figure.year)
        .having(_is_told(area, parts))
        .order_by(figure.year.desc())
        .limit(1)
    )
    wanted: Any = bindparam("year", type_=figure.year.type)
    if not is_year_known:
        wanted = func.coalesce(
            whole.scalar_subquery(), by_origin.scalar_subquery(), latest.scalar_subquery()
        )
    digits = func.length(figure.region_code)
    return (
        select(
            figure.kind,
            figure.year,
            digits.label("digits"),
            func.sum(figure.number).label("number"),
            func.count().label("loaded"),
            select(func.count()).select_from(parts.subquery()).scalar_subquery().label("parts"),
            func.min(figure.source).label("first_source"),
            func.max(figure.source).label("last_source"),
            func.min(figure.valid_from).label("first_taken"),
            func.max(figure.valid_from).label("last_taken"),
        )
        .where(is_it, figure.year == wanted)
        .group_by(figure.kind, figure.year, digits)
    )


def _is_told(area: Area, parts: Any) -> ColumnElement[bool]:
    """Whether the figures of a year speak of the whole area, and were taken after its end.

    As `gap_of` asks of the figure that is shown: the area's own, else the sum of all its parts.
    """
    figure = OfficialFigure
    own = case((figure.region_code == area.code, 1), else_=0)
    part, year_taken = 1 - own, extract("year", figure.valid_from)
    is_over = case((year_taken > figure.year, 1), else_=0)
    loaded = func.sum(part)
    of_parts = select(func.count()).select_from(parts.subquery()).scalar_subquery()
    return or_(
        func.sum(own * is_over) > 0,
        and_(func.sum(own) == 0, loaded == of_parts, func.sum(part * is_over) == loaded),
    )


def _count(kind: OfficialCount, found: Published | None, area: Area) -> Count:
    title, meaning = _(kind.label), _(MEANINGS[kind])
    if found is None:
        return Count(title, "–", _("belum dimuat"), meaning, None)
    source = found.sources[0]
    if len(found.sources) > 1:
        source = _("beberapa sumber; lihat data rujukan")
    source = _("Sumber: %(source)s, diambil %(days)s", source=source, days=_days(found.taken))
    return Count(title, thousands(found.number), _about_parts(found, area), meaning, source)


def _days(taken: tuple[date, date]) -> str:
    first, last = (long_date(day, _) for day in taken)
    return first if first == last else str(_("%(first)s sampai %(last)s", first=first, last=last))


def _about_parts(found: Published, area: Area) -> str | None:
    if not found.loaded:
        return None
    said = {"loaded": found.loaded, "parts": found.parts, "level": _level(area)}
    if found.own is None:
        return str(_("jumlah %(loaded)s dari %(parts)s %(level)s", **said))
    number = thousands(found.of_parts)
    return str(_("%(loaded)s dari %(parts)s %(level)s: %(number)s", number=number, **said))


def _level(area: Area) -> str:
    below = area.level.below or area.level
    return str(_(below.label)).lower()


def _own_count(f: Filter, year: int, known: Number, links: Links) -> Count:
    figure = FIGURES["departed"](_plain(f, year))
    return Count(
        title=_(REGISTRY),
        number=thousands(known) if isinstance(known, int) else known,
        note=None,
        meaning=_(MEANING_OF_REGISTRY),
        source=_("Sumber: Pamit, dihitung sekarang"),
        url=links.list_of(figure) if known else None,
    )


def _about_gap(gap: int | NoGap, by_origin: Published | None, area: Area) -> str:
    if isinstance(gap, NoGap) or by_origin is None:
        return _why_not(gap, by_origin, area)
    if gap > 0:
        share = share_of(gap, by_origin.number)
        text = _("Sebanyak itu (%(share)s dari angka 1) belum diketahui desa, atau dicatat desa "
                 "pada tahun lain.", share=share)  # fmt: skip
    elif gap < 0:
        text = _("Sebanyak itu desa mengetahui lebih banyak daripada angka 1. Sebabnya dapat "
                 "berangkat tanpa layanan penempatan, tahun yang berbeda, atau angka 1 yang belum "
                 "lengkap.")  # fmt: skip
    else:
        text = _("Kedua angka sama besar. Itu belum berarti orangnya sama.")
    return str(text)


def _why_not(gap: int | NoGap, by_origin: Published | None, area: Area) -> str:
    if by_origin is None or gap is NoGap.NOT_LOADED:
        return str(_("Belum dapat dihitung: angka 1 belum dimuat untuk tahun ini."))
    if gap is NoGap.PARTS_MISSING:
        return str(
            _("Belum dapat dihitung: angka 1 baru dimuat untuk %(loaded)s dari %(parts)s "
              "%(level)s.",
              loaded=by_origin.loaded, parts=by_origin.parts, level=_level(area))
        )  # fmt: skip
    if gap is NoGap.YEAR_UNFINISHED:
        day = long_date(by_origin.taken[0], _)
        text = _(
            "Belum dapat dihitung: angka 1 diambil %(day)s, sebelum tahunnya selesai.", day=day
        )
        return str(text)
    return str(_("Disamarkan, sebab angka 4 disamarkan."))
