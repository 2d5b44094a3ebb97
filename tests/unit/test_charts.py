"""Charts are always well-formed, never wider than drawn, and say what they show."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.charts import (
    HEIGHT,
    MAX_TICKS,
    WIDTH,
    Series,
    Stretch,
    bar,
    line_chart,
    ticks_for,
)

counts = st.none() | st.integers(0, 10**9)


def parsed(markup):
    return ElementTree.fromstring(str(markup))  # noqa: S314 (our own text)


def texts(chart):
    return [element.text for element in parsed(chart).iter("text")]


@given(st.data())
def test_any_series_give_a_well_formed_picture_inside_its_frame(data):
    size = data.draw(st.integers(0, 40))
    values = st.lists(counts, min_size=size, max_size=size)
    series = [
        Series(data.draw(st.text()), data.draw(values)) for _ in range(data.draw(st.integers(0, 2)))
    ]
    labels = data.draw(st.lists(st.text(max_size=8), min_size=size, max_size=size))
    chart = parsed(line_chart(series, labels, title=data.draw(st.text()), description="-"))
    for element in chart.iter():
        assert "style" not in element.attrib
        for name, limit in (("x", WIDTH), ("cx", WIDTH), ("y", HEIGHT), ("cy", HEIGHT)):
            assert 0 <= float(element.get(name, 0)) <= limit


@given(st.integers(0, 10**12))
def test_ticks_are_few_whole_and_reach_the_highest_value(highest):
    ticks = ticks_for(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= MAX_TICKS
    assert len({after - before for before, after in zip(ticks, ticks[1:], strict=False)}) == 1


@pytest.mark.parametrize("values", [[], [7], [0, 0, 0], [None, None], [None, 3, None]])
def test_little_data_is_no_accident(values):
    labels = [str(month) for month in range(len(values))]
    chart = line_chart([Series("2026", values)], labels, title="Judul", description="Isi")
    assert parsed(chart).get("role") == "img"


def test_numbers_are_written_with_dots_and_the_end_is_labelled():
    series = [Series("2025", [1500, 2121]), Series("2024", [1400, 2080])]
    chart = line_chart(series, ["Jan", "Des"], title="Per bulan", description="Tertinggi Des")
    assert {"2025", "2.121", "2024", "2.080", "Jan", "Des", "1.000"} <= set(texts(chart))
    assert parsed(chart).findtext("title") == "Per bulan"
    assert parsed(chart).findtext("desc") == "Tertinggi Des"


def test_a_gap_in_the_data_is_a_gap_in_the_line():
    chart = line_chart([Series("a", [1, 2, None, 3])], list("abcd"), title="t", description="d")
    line = next(e for e in parsed(chart).iter("path") if "chart-line" in e.get("class", ""))
    assert line.get("d").count("M") == 2


def test_the_stretch_that_is_asked_for_has_a_ground_and_each_has_its_name():
    series = [Series("Berangkat", [*range(24)])]
    labels = [f"b{number}" for number in range(24)]
    years = [Stretch("2025", 12), Stretch("2026", 12)]
    drawn = parsed(line_chart(series, labels, title="t", description="d", stretches=years))
    (ground,) = drawn.iter("rect")
    left, width = float(ground.get("x")), float(ground.get("width"))
    where = {text.text: float(text.get("x")) for text in drawn.iter("text")}
    assert where["2025"] < left < where["2026"] < left + width
    line = next(e for e in drawn.iter("path") if "chart-line" in e.get("class", ""))
    points = [float(x) for x, _y in re.findall(r"([\d.]+) ([\d.]+)", line.get("d"))]
    assert [left < x <= left + width for x in points] == [False] * 12 + [True] * 12


def test_stretches_that_do_not_hold_every_label_are_refused():
    with pytest.raises(ValueError, match="every label once"):
        line_chart([Series("a", [1, 2])], list("ab"), title="", description="",
                   stretches=[Stretch("2026", 1)])  # fmt: skip


def test_end_labels_do_not_cover_each_other():
    series = [Series("a", [5, 5]), Series("b", [5, 5])]
    chart = parsed(line_chart(series, ["x", "y"], title="t", description="d"))
    heights = sorted(
        float(e.get("y")) for e in chart.iter("text") if "chart-label" in e.get("class")
    )
    assert all(b - a >= 13 for a, b in zip(heights, heights[1:], strict=False))


def test_words_from_people_are_escaped():
    chart = line_chart([Series("<b>", [1])], ["&"], title="<script>", description='"')
    assert "<script>" not in chart
    assert "<b>" not in chart


def test_a_third_line_or_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="two series"):
        line_chart([Series("a", [])] * 3, [], title="t", description="d")
    with pytest.raises(ValueError, match="each label"):
        line_chart([Series("a", [1])], [], title="t", description="d")


@given(st.none() | st.floats() | st.integers(), st.none() | st.floats() | st.integers())
def test_a_bar_never_leaves_its_cell(value, maximum):
    assert 0 <= float(parsed(bar(value, maximum)).find("rect").get("width")) <= 100


def test_a_bar_is_as_long_as_its_share():
    assert 'width="50"' in bar(10, 20)
    assert 'width="0"' in bar(None, 20)
    assert 'width="0"' in bar(5, 0)
    assert 'width="100"' in bar(30, 20)
