"""The registry's own count beside those of other offices, each with its meaning and source."""

from datetime import date
from typing import NamedTuple

from flask import url_for

from registry.dashboards.counts import by_month
from registry.dashboards.figures import FIGURES
from registry.dashboards.gaps import NoGap, Published, gap_of
from registry.dashboards.measures import Number
from registry.dashboards.published import read_figures
from registry.dashboards.tables import Links, share_of
from registry.departures.filters import Filter
from registry.enums import N_, Level, OfficialCount
from registry.extensions import gettext as _
from registry.formatting import long_date, thousands
from registry.regions.area import Area

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
    year, found = read_figures(f.area, f.year)
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
    said = {"loaded": found.loaded, "parts": found.parts, "level": _level(found, area)}
    if found.own is None:
        return str(_("jumlah %(loaded)s dari %(parts)s %(level)s", **said))
    number = thousands(found.of_parts)
    return str(_("%(loaded)s dari %(parts)s %(level)s: %(number)s", number=number, **said))


def _level(found: Published, area: Area) -> str:
    level = Level.DISTRICT if found.is_of_districts else area.level.below or area.level
    return str(_(level.label)).lower()


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
              loaded=by_origin.loaded, parts=by_origin.parts, level=_level(by_origin, area))
        )  # fmt: skip
    if gap is NoGap.YEAR_UNFINISHED:
        day = long_date(by_origin.taken[0], _)
        text = _(
            "Belum dapat dihitung: angka 1 diambil %(day)s, sebelum tahunnya selesai.", day=day
        )
        return str(text)
    return str(_("Disamarkan, sebab angka 4 disamarkan."))
