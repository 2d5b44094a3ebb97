"""Maps of tiles are well-formed, never wider than drawn, and carry the number in each tile."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tile_charts import (
    MOST_NARROW,
    SHADES,
    Tile,
    hatched_swatch,
    is_wide,
    shade_of,
    swatch,
    tile_map,
)

printable = st.text(st.characters(exclude_categories=("C",)), max_size=20)
tiles = st.builds(
    Tile,
    st.integers(1, 30),
    st.integers(1, 30),
    printable,
    printable,
    printable,
    st.integers(0, SHADES),
    st.booleans(),
)


def parsed(markup):
    return ElementTree.fromstring(str(markup))  # noqa: S314 (our own text)


@given(st.lists(tiles, min_size=1, max_size=40), printable)
def test_any_tiles_give_a_well_formed_picture_inside_its_frame(found, title):
    drawn = parsed(tile_map(found, title=title, description="-"))
    _, _, width, height = map(int, drawn.get("viewBox").split())
    assert drawn.find("title").text == (title or None)
    groups = drawn.findall("g")
    assert len(groups) == len(found)
    for tile, group in zip(found, groups, strict=True):
        kind = "tile-hatched" if tile.is_hatched else f"tile-{tile.shade}"
        assert group.get("class") == kind
        assert [text.text or "" for text in group.iter("text")] == [tile.name, tile.number]
        box = group.find("rect")
        assert 0 <= int(box.get("x")) <= width - int(box.get("width"))
        assert 0 <= int(box.get("y")) <= height - int(box.get("height"))
    for element in drawn.iter():
        assert "style" not in element.attrib


def test_a_long_number_is_squeezed_into_its_tile():
    drawn = parsed(
        tile_map(
            [Tile(1, 1, "a", "a", "95.700.000", 1), Tile(1, 2, "b", "b", "957.000", 1)],
            title="",
            description="",
        )
    )
    lengths = [number.get("textLength") for number in drawn.iter("text") if number.get("class")]
    assert int(lengths[0]) < int(drawn.find("g").find("rect").get("width"))
    assert lengths[1] is None


def test_north_is_up_and_west_is_left():
    found = [Tile(2, 3, "a", "a", "1", 1), Tile(1, 4, "b", "b", "2", 2)]
    left, right = (
        g.find("rect") for g in parsed(tile_map(found, title="", description="")).findall("g")
    )
    assert int(left.get("x")) == 0 < int(right.get("x"))
    assert int(right.get("y")) == 0 < int(left.get("y"))


def test_a_map_wider_than_a_phone_says_so():
    row = [Tile(1, column, "a", "a", "1", 1) for column in range(3, 3 + MOST_NARROW)]
    assert not is_wide(row)
    wide = [*row, Tile(1, 3 + MOST_NARROW, "a", "a", "1", 1)]
    assert is_wide(wide)
    assert parsed(tile_map(wide, title="", description="")).get("class") == "tiles tiles-wide"


@pytest.mark.parametrize(
    ("count", "shades"), [(1, [3]), (2, [1, 5]), (3, [1, 3, 5]), (5, [1, 2, 3, 4, 5])]
)
def test_shades_lie_as_far_apart_as_they_can(count, shades):
    assert [shade_of(number, count) for number in range(count)] == shades


def test_four_classes_have_four_shades():
    assert len({shade_of(number, 4) for number in range(4)}) == 4


def test_a_swatch_is_not_read_aloud():
    drawn = parsed(swatch(3))
    assert drawn.get("aria-hidden") == "true"
    assert drawn.find("g").get("class") == "tile-3"


@pytest.mark.parametrize("place", [(1, 1), (3, 7)])
def test_a_hatched_tile_has_lines_that_end_on_its_edges(place):
    tile = Tile(*place, "Lamtim", "Lampung Timur: penduduk belum dimuat", "–", 0, is_hatched=True)
    corner = Tile(1, 1, "", "", "", 0)
    for drawn in (tile_map([corner, tile], title="", description=""), hatched_swatch()):
        group = parsed(drawn).findall("g")[-1]
        box, lines = group.find("rect"), group.find("path").get("d")
        left, top = (int(box.get(side, 0)) for side in ("x", "y"))
        right, bottom = left + int(box.get("width")), top + int(box.get("height"))
        found = re.findall(r"M(\d+) (\d+)l(\d+) -(\d+)", lines)
        assert len(found) > 3
        for x, y, run, rise in (map(int, numbers) for numbers in found):
            assert run == rise > 0
            assert x == left or y == bottom
            assert x + run == right or y - rise == top
            assert left <= x < x + run <= right
            assert top <= y - rise < y <= bottom
