"""The area: a prefix of the region code, which is a range of village codes and never empty."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.enums import Level
from registry.regions.area import Area, OutsideArea, level_of, parent_code, path_codes

LENGTHS = (2, 4, 6, 10)
INNER_LENGTHS = {0: 2, 2: 2, 4: 2, 6: 4}

villages = st.text("0123456789", min_size=10, max_size=10)


@st.composite
def codes(draw, lengths=(1, *LENGTHS)):
    """A code of any level; the country among them."""
    length = draw(st.sampled_from(lengths))
    return "0" if length == 1 else draw(st.text("0123456789", min_size=length, max_size=length))


def within(area, village):
    return area.first <= village <= area.last


def children(code):
    """Every code that can stand right below this one."""
    prefix = "" if code == "0" else code
    digits = INNER_LENGTHS[len(prefix)]
    return [f"{prefix}{number:0{digits}}" for number in range(10**digits)]


@given(codes(), villages)
def test_the_range_of_an_area_is_the_prefix_of_its_code(code, village):
    expected = code == "0" or village.startswith(code)
    assert within(Area(code), village) is expected
    assert Area(code).holds(village) is expected


@given(codes(), villages, villages)
def test_the_beginning_of_a_code_tells_the_same_villages_as_the_range(code, village, rest):
    inner = "" if code == "0" else code
    for one in (village, inner + rest[len(inner) :]):
        assert Area(code).begins(lambda digits, one=one: one[:digits]) is within(Area(code), one)


@given(codes(lengths=(1, 2, 4)), villages)
def test_the_areas_of_the_children_partition_the_parent(code, village):
    holding = [child for child in children(code) if within(Area(child), village)]
    assert len(holding) == (1 if within(Area(code), village) else 0)


@settings(deadline=None)
@given(codes(lengths=(1, 2, 4)))
def test_the_children_lie_side_by_side_without_a_gap(code):
    areas = [Area(child) for child in children(code)]
    assert (areas[0].first, areas[-1].last) == (Area(code).first, Area(code).last)
    for left, right in zip(areas, areas[1:], strict=False):
        assert int(right.first) == int(left.last) + 1


@given(codes(), codes())
def test_an_area_holds_a_code_exactly_when_its_path_passes_through_it(outer, inner):
    assert Area(outer).holds(inner) is (outer in path_codes(inner))


@given(codes(), codes())
def test_narrowing_never_leaves_the_area(outer, inner):
    try:
        narrowed = Area(outer).narrow(inner)
    except OutsideArea:
        assert not Area(outer).holds(inner)
    else:
        assert narrowed == Area(inner)
        assert narrowed.first >= Area(outer).first
        assert narrowed.last <= Area(outer).last


@given(codes())
def test_the_path_begins_with_the_country_and_ends_with_the_code(code):
    path = path_codes(code)
    assert (path[0], path[-1]) == ("0", code)
    assert [level_of(part) for part in path] == list(Level)[: len(path)]
    for above, below in zip(path, path[1:], strict=False):
        assert parent_code(below) == above
    assert [Area(code).within(level_of(part)) for part in path] == path


@given(codes(lengths=LENGTHS))
def test_dots_and_spaces_say_nothing(code):
    dotted = ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)
    assert Area.parse(dotted) == Area.parse(f" {code} ") == Area(code)


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "..", "1", "9", "180", "18071", "1807012", "180701200", "18070120011",
     "18a7", "-1", "+18", "18,07", "٢٢", "¹⁸", "18\x00", "%", "_", "00000"],
)  # fmt: skip
def test_what_is_no_region_code_is_refused_and_never_means_everything(text):
    with pytest.raises(ValueError, match=r".+"):
        Area.parse(text)
    with pytest.raises(OutsideArea):
        Area("0").narrow(text)


def test_the_country_is_the_code_0_and_covers_everything():
    country = Area.parse("0")
    assert country.level is Level.COUNTRY
    assert (country.first, country.last) == ("0" * 10, "9" * 10)
    assert country.holds("1807012001")
    assert not Area("18").holds("0")
    assert parent_code("0") is None


@given(codes(lengths=(2, 4, 6, 10)))
def test_no_area_below_the_country_reaches_the_country(code):
    with pytest.raises(OutsideArea):
        Area(code).narrow("0")
