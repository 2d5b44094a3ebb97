"""Counting: every figure is the size of its own list, and every table adds up."""

import random
from datetime import date
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import update

from registry.dashboards import counts, figures
from registry.dashboards.counts import BySex
from registry.dashboards.figures import FIGURES, Dimension
from registry.db import db
from registry.departures import listing
from registry.departures.filters import Filter, parse_filter
from registry.enums import Procedure, Sex
from registry.formatting import today
from registry.regions.area import Area
from registry.regions.models import Region
from tests.pages.dashboards.people import AREAS, any_filter, scatter

SEEDS = range(6)


@pytest.fixture
def filled(app):
    scatter(400)
    return app


def size_of(figure: Filter | None) -> int:
    """How long the list of a figure is, by way of the query string of its link."""
    if figure is None:
        return 0
    assert parse_filter(parse_qsl(figure.query()), Area("0"), {}) == figure
    return listing.count(figure)


def total_of(lines: list[counts.Line]) -> BySex:
    found = BySex()
    for line in lines:
        found = found.plus(line.count)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_the_size_of_its_own_list(filled, seed):
    rng = random.Random(seed)
    for _ in range(12):
        f = any_filter(rng)
        found = counts.headline(f)
        for name, figure in FIGURES.items():
            assert getattr(found, name) == size_of(figure(f)), (name, f)
        for state in Procedure:
            assert found.procedures[state] == size_of(figures.of_procedure(f, state)), (state, f)
        for sex, number in zip((Sex.MALE, Sex.FEMALE, None), found.sex, strict=True):
            assert number == size_of(figures.of_sex(f, sex)), (sex, f)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_table_adds_up_to_the_headline(filled, seed):
    rng = random.Random(100 + seed)
    for _ in range(12):
        f = any_filter(rng)
        found = counts.headline(f)
        assert found.sex.total == found.total
        assert total_of(counts.by_child(f)) == found.sex
        for dimension in Dimension:
            lines = counts.by(f, dimension)
            assert total_of(lines) == found.sex, (dimension, f)
            for line in lines:
                figure = figures.of_line(f, dimension, line.value)
                if figure is not None:
                    assert line.count.total == size_of(figure), (dimension, line, f)


@pytest.mark.parametrize("code", AREAS)
def test_children_say_of_themselves_what_their_parent_says_of_them(filled, code):
    f = Filter(Area(code), year=today().year)
    for line in counts.by_child(f):
        inside = counts.headline(f.with_(area=Area(line.value)))
        assert line.count == inside.sex
        assert line.count.total == size_of(figures.of_child(f, line.value))


@pytest.mark.parametrize("code", AREAS)
def test_tables_of_regions_agree_with_one_another(filled, code):
    f = Filter(Area(code))
    children = counts.by_child(f)
    by_country = counts.child_by_country(f)
    assert by_country.countries == counts.by(f, Dimension.COUNTRY)
    assert [line for line, _ in by_country.rows] == children
    for line, numbers in by_country.rows:
        assert sum(numbers.values()) == line.count.total
        assert set(numbers) == {country.value for country in by_country.countries}
    found = counts.headline(f)
    rows = counts.procedures_by_child(f)
    assert [row.line for row in rows] == children
    for state in Procedure:
        assert sum(row.procedures[state] for row in rows) == found.procedures[state]
    assert sum(row.complete_at_departure for row in rows) == found.complete_at_departure


def test_the_whole_list_is_counted_not_pmi_and_cancelled(filled):
    f = Filter(Area("0"))
    found = counts.headline(f)
    assert found.total + found.not_pmi + found.cancelled == listing.count(f) == 400
    assert found.total == found.planned + found.departed
    assert found.departed == found.abroad + found.returned
    states = dict(found.procedures)
    assert states.pop(Procedure.NOT_PMI) == found.not_pmi
    assert sum(states.values()) == found.total


def test_regions_without_departures_stand_there_with_zero(filled):
    lines = {line.value: line.count.total for line in counts.by_child(Filter(Area("18")))}
    assert len(lines) == 15
    assert lines["1801"] == 0
    assert lines["1807"] > 0


def test_departures_of_a_closed_village_are_not_lost(filled):
    f = Filter(Area("180701"))
    before = counts.by_child(f)
    closed = update(Region).where(Region.code == "1807012001").values(valid_to=date(2026, 1, 1))
    db.session.execute(closed)
    assert counts.by_child(f) == before
    db.session.execute(update(Region).where(Region.code == "1807012003").values(valid_to=today()))
    assert counts.by_child(f) == [line for line in before if line.value != "1807012003"]


def test_a_village_is_its_own_only_line(filled):
    f = Filter(Area("1807012001"))
    (line,) = counts.by_child(f)
    assert line.value == "1807012001"
    assert line.count == counts.headline(f).sex


def test_months_say_how_many_have_left(filled):
    f = Filter(Area("18"))
    months = counts.by_month(f)
    assert {value: number for value, (number, _) in months.items()} == {
        line.value: line.count.total for line in counts.by(f, Dimension.MONTH)
    }
    assert sum(left for _, left in months.values()) == counts.headline(f).departed


def test_nothing_recorded_is_counted_as_nothing(app):
    f = Filter(Area("18"))
    found = counts.headline(f)
    assert all(getattr(found, name) == 0 for name in FIGURES)
    assert all(counts.by(f, dimension) == [] for dimension in Dimension)
    assert counts.years(f) == counts.countries(f) == []
