"""The map of a dashboard as people see it: tiles, legend, table, and what it says of itself."""

import pytest
from sqlalchemy import delete, func, select, update

from registry.accounts.roles import Role
from registry.dashboards import counts, tiles
from registry.dashboards.measures import Place
from registry.db import db
from registry.departures.filters import Filter
from registry.enums import ReviewStatus, Stage
from registry.formatting import thousands, today
from registry.reference.models import MapCell, Population
from registry.regions.area import Area
from registry.regions.models import Region
from tests.factories import make_departure, make_user
from tests.page import HTML, links, parsed, words
from tests.pages.dashboards.people import scatter

PROVINCE = "/dasbor/18"


@pytest.fixture
def look(sign_in):
    def opened(address=PROVINCE, role=Role.BP3MI):
        answer = sign_in(make_user(role=role)).get(address)
        assert answer.status_code == 200
        return answer

    return opened


def map_on(answer):
    """The section of the map, or None."""
    found = [s for s in parsed(answer.text).iter(f"{HTML}section") if s.get("aria-labelledby")]
    return next((section for section in found if section.get("aria-labelledby") == "peta"), None)


def parts(element, name):
    return [part for part in element.iter() if part.tag.rpartition("}")[2] == name]


def tiles_of(section):
    """Short name and number of every tile, with the class of its shade."""
    drawing = next(svg for svg in parts(section, "svg") if svg.get("role") == "img")
    return {
        words(parts(group, "text")[0]): (words(parts(group, "text")[1]), group.get("class"))
        for group in parts(drawing, "g")
    }


def legend_of(section):
    return [words(item) for item in parts(section, "li")]


def table_of(section):
    return [[words(cell) for cell in row] for row in parts(parts(section, "tbody")[0], "tr")]


def test_every_kabupaten_of_lampung_has_a_tile_with_its_rate(look):
    scatter(300)
    section = map_on(look())
    tiles = tiles_of(section)
    assert len(tiles) == 15
    rows = {row[0]: row[1:] for row in table_of(section)}
    assert rows.keys() == {line.label for line in counts.by_child(Filter(Area("18")))}
    for line in counts.by_child(Filter(Area("18"))):
        number, _rate, _residents = rows[line.label]
        assert number == thousands(line.count.total)
    count = counts.by_child(Filter(Area("18")))[6].count.total
    assert count > 50
    assert rows["Kabupaten Lampung Timur"] == [
        str(count),
        str(round(count / 1_122_605 * 100_000)),
        "1.122.605",
    ]
    assert tiles["Lamtim"][0] == rows["Kabupaten Lampung Timur"][1]
    assert "Jumlah PMI per 100.000 penduduk" in words(section)
    assert "Penduduk tahun 2024 menurut: Data terbuka cahyadsn/wilayah" in words(section)


def test_the_legend_holds_each_number_once_in_whole_bounds(look):
    scatter(300)
    section = map_on(look())
    bounds = [list(map(int, words.split("–"))) for words in legend_of(section)]
    shades = {}
    for number, shade in tiles_of(section).values():
        holding = [n for n, b in enumerate(bounds) if b[0] <= int(number) <= b[-1]]
        assert len(holding) == 1
        assert shades.setdefault(holding[0], shade) == shade
    assert len(set(shades.values())) == len(bounds)


def test_the_table_leads_to_each_dashboard_and_list(look):
    scatter(300)
    answer = look(f"{PROVINCE}?tahun=2026")
    section = map_on(answer)
    addresses = [a.get("href") for a in parts(section, "a")]
    assert "/dasbor/1807?tahun=2026" in addresses
    assert sum(address.startswith("/dasbor/") for address in addresses) == 15
    # The picture has none: fifteen stops on the way of a keyboard would be a trap.
    drawing = next(svg for svg in parts(section, "svg") if svg.get("role") == "img")
    assert parts(drawing, "a") == []
    assert words(parts(drawing, "desc")[0]).startswith("Tertinggi ")


def test_an_administrator_sees_no_way_to_a_list(look):
    scatter(300)
    section = map_on(look(role=Role.ADMIN))
    assert len(tiles_of(section)) == 15
    assert not [a for a in parts(section, "a") if "/keberangkatan" in a.get("href")]


def forget_residents(*codes):
    db.session.execute(delete(Population).where(Population.region_code.in_(codes)))
    db.session.commit()


def test_without_residents_counts_are_shown_and_said_to_be(look):
    scatter(300)
    db.session.execute(delete(Population))
    db.session.commit()
    section = map_on(look())
    said = words(section)
    assert "Ini jumlah, bukan angka per penduduk" in said
    assert "belum dimuat untuk 15 wilayah" in said
    assert "per 10.000" not in said
    assert "per 100.000" not in said
    assert len(table_of(section)[0]) == 2
    count = counts.by_child(Filter(Area("18")))[6].count.total
    assert tiles_of(section)["Lamtim"][0] == str(count)


def test_a_kabupaten_without_residents_is_hatched_beside_the_rates_of_the_others(look):
    scatter(300)
    before = tiles_of(map_on(look()))
    forget_residents("1804", "1871")
    section = map_on(look())
    tiles = tiles_of(section)
    hatched = {name: shown for name, shown in tiles.items() if shown[1] == "tile-hatched"}
    assert hatched == dict.fromkeys(("Lambar", "Balam"), ("–", "tile-hatched"))
    assert tiles["Lamtim"][0] == before["Lamtim"][0]
    assert legend_of(section)[-1] == "penduduk belum dimuat"
    said = words(section)
    assert "Jumlah PMI per 100.000 penduduk" in said
    assert "Kabupaten Lampung Barat: penduduk belum dimuat" in said
    assert "Bergaris: penduduk belum dimuat untuk " in said
    rows = {row[0]: row[1:] for row in table_of(section)}
    count = next(line for line in counts.by_child(Filter(Area("18"))) if line.value == "1871")
    assert rows["Kota Bandar Lampung"] == [
        thousands(count.count.total), "penduduk belum dimuat", "–"
    ]  # fmt: skip
    # Those without a rate come last, however many left from there.
    assert {row[0] for row in table_of(section)[-2:]} == {
        "Kabupaten Lampung Barat",
        "Kota Bandar Lampung",
    }
    assert "Ini jumlah" not in said


def test_a_kabupaten_without_a_place_is_named(look):
    scatter(300)
    db.session.execute(delete(MapCell).where(MapCell.region_code == "1807"))
    db.session.commit()
    section = map_on(look())
    assert len(tiles_of(section)) == 14
    assert "Belum punya tempat pada peta" in words(section)
    assert "Kabupaten Lampung Timur" in words(section)


def test_two_kabupaten_on_one_place_are_both_drawn(look):
    db.session.execute(
        update(MapCell).where(MapCell.region_code == "1871").values(grid_row=4, grid_column=5)
    )
    db.session.commit()
    assert len(tiles_of(map_on(look()))) == 15


@pytest.mark.parametrize("address", ["/dasbor/0", "/dasbor/32", "/dasbor/1807", "/dasbor/180701"])
def test_no_layout_no_map(look, address):
    scatter(60)
    assert map_on(look(address, role=Role.ADMIN)) is None


def place_provinces():
    for column, code in enumerate(("18", "32"), 1):
        cell = MapCell(
            region_code=code,
            label=code,
            grid_row=1,
            grid_column=column,
            valid_from=db.session.get(MapCell, 1).valid_from,
            source="uji",
        )
        db.session.add(cell)
    db.session.commit()


def add_residents(code, residents, year=2024, source="uji"):
    db.session.add(
        Population(
            region_code=code, year=year, residents=residents, source=source,
            valid_from=today(),
        )
    )  # fmt: skip
    db.session.commit()


def residents_on(section):
    return {row[0]: row[-1] for row in table_of(section)}


def test_the_provinces_are_drawn_once_they_have_a_layout(look):
    place_provinces()
    scatter(60)
    section = map_on(look("/dasbor/0", role=Role.ADMIN))
    assert tiles_of(section).keys() == {"18", "32"}
    assert "36 wilayah" in words(section)
    assert "/dasbor/32" in [a.get("href") for a in parts(section, "a")]


def test_a_province_without_a_figure_of_its_own_has_the_sum_of_its_kabupaten(look):
    place_provinces()
    scatter(60)
    whole = db.session.scalar(
        select(func.sum(Population.residents)).where(Population.region_code.startswith("18"))
    )
    section = map_on(look("/dasbor/0", role=Role.ADMIN))
    assert residents_on(section) == {
        "Lampung": thousands(whole),
        "Jawa Barat": "–",
    }
    assert tiles_of(section)["32"] == ("–", "tile-hatched")
    said = words(section)
    assert "Penduduk Lampung: jumlah dari semua kabupaten dan kotanya" in said
    assert "Bergaris: penduduk belum dimuat untuk Jawa Barat" in said


def test_the_own_figure_of_a_province_comes_before_the_sum_of_its_kabupaten(look):
    place_provinces()
    scatter(60)
    add_residents("18", 9_000_000, source="BPS")
    section = map_on(look("/dasbor/0", role=Role.ADMIN))
    assert residents_on(section)["Lampung"] == "9.000.000"
    assert "Penduduk tahun 2024 menurut: BPS." in words(section)
    assert "semua kabupaten dan kotanya" not in words(section)


def test_no_sum_is_made_of_a_part_of_the_kabupaten_or_of_several_years(look):
    place_provinces()
    scatter(60)
    forget_residents("1871")
    assert "Ini jumlah, bukan angka per penduduk" in words(
        map_on(look("/dasbor/0", role=Role.ADMIN))
    )
    add_residents("1871", 1_100_000, year=2023)
    assert "Ini jumlah, bukan angka per penduduk" in words(
        map_on(look("/dasbor/0", role=Role.ADMIN))
    )
    add_residents("1871", 1_100_000, year=2024)
    assert "semua kabupaten dan kotanya" in words(map_on(look("/dasbor/0", role=Role.ADMIN)))


def test_a_kabupaten_that_is_no_longer_in_force_stands_for_nobody(look):
    place_provinces()
    scatter(60)
    forget_residents("1871")
    closed = update(Region).where(Region.code == "1871").values(valid_to=today())
    db.session.execute(closed)
    db.session.commit()
    section = map_on(look("/dasbor/0", role=Role.ADMIN))
    assert residents_on(section)["Lampung"] != "–"
    add_residents("1871", 1_100_000)
    again = map_on(look("/dasbor/0", role=Role.ADMIN))
    assert residents_on(again) == residents_on(section)


def test_an_area_without_departures_is_all_of_one_shade(look):
    section = map_on(look())
    assert {number for number, _ in tiles_of(section).values()} == {"0"}
    assert legend_of(section) == ["0"]
    assert words(parts(section, "desc")[0]) == "Tidak ada yang dihitung."


def test_filters_narrow_the_map_too(look):
    operator = make_user()
    make_departure(by=operator, country="TW")
    make_departure(by=operator, country="HK")
    make_departure(by=operator, country="HK", status=ReviewStatus.SUBMITTED, stage=Stage.CANCELLED)
    section = map_on(look(f"{PROVINCE}?negara=HK"))
    assert table_of(section)[0][:2] == ["Kabupaten Lampung Timur", "1"]
    assert "per 1.000.000 penduduk" in words(section)
    assert "/dasbor/1807?negara=HK" in [url for _, url in links(look(f"{PROVINCE}?negara=HK"))]


def test_what_is_hidden_from_the_public_is_said_and_not_drawn_as_a_number(app):
    with app.test_request_context():
        places = [
            Place("1807", "Kabupaten Lampung Timur", 900),
            Place("1813", "Kabupaten Pesisir Barat", "<5"),
            Place("1804", "Kabupaten Lampung Barat", "•"),
        ]
        drawn = tiles.map_of(Filter(Area("18"), public=True), places, "Jumlah PMI")
        section = parsed(f"<!doctype html><title>-</title>{drawn.drawing}")
        hidden = {name: shown for name, shown in tiles_of(section).items() if name != "Lamtim"}
        assert hidden == {"Pesibar": ("<5", "tile-0"), "Lambar": ("•", "tile-0")}
        assert [words for _, words in drawn.legend] == ["8", "disamarkan"]
        # In the order of their names: the order of their numbers would tell which one is larger.
        assert drawn.rows.index("Lampung Barat") < drawn.rows.index("Pesisir Barat")


def test_the_public_is_told_neither_a_rate_of_a_hidden_number_nor_which_of_two_is_larger(app):
    forget_residents("1804", "1871")
    with app.test_request_context():
        places = [
            Place("1807", "Kabupaten Lampung Timur", 900),
            Place("1813", "Kabupaten Pesisir Barat", "<5"),
            Place("1804", "Kabupaten Lampung Barat", "•"),
            Place("1871", "Kota Bandar Lampung", 40),
        ]
        drawn = tiles.map_of(Filter(Area("18"), public=True), places, "Jumlah PMI")
        section = parsed(f"<!doctype html><title>-</title>{drawn.drawing}")
        assert tiles_of(section) == {
            "Lamtim": ("8", "tile-3"),
            "Pesibar": ("<5", "tile-0"),
            "Lambar": ("–", "tile-hatched"),
            "Balam": ("–", "tile-hatched"),
        }
        assert [words for _, words in drawn.legend] == [
            "8",
            "disamarkan",
            "penduduk belum dimuat",
        ]
        # All that has no rate by name: not after a number that is hidden.
        names = ("Lampung Timur", "Lampung Barat", "Pesisir Barat", "Bandar Lampung")
        at = [drawn.rows.index(name) for name in names]
        assert at == sorted(at)
