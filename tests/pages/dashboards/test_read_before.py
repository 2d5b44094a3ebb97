"""Rows of more years that a page read before answer as those of the years alone would."""

import pytest

from registry.departures.filters import Filter
from registry.departures.summary.counting import Axis, count, tally
from registry.departures.summary.in_tables import count_in_tables, tally_in_tables
from registry.departures.summary.reading import reading_once
from registry.regions.area import Area
from tests.factories import make_agency
from tests.pages.dashboards.people import _PERIODS, scatter


@pytest.mark.parametrize("code", ["18", "180701"])
def test_rows_of_more_years_count_the_same(app, code):
    agency = make_agency(name="PT Uji").id
    scatter(300, agencies=[agency])
    for narrowing in ({"agency": (str(agency),)}, {"job": ("lainnya",)}):
        whole = Filter(Area(code), **narrowing)
        with reading_once():
            assert count(whole) == count_in_tables(whole) > 0
            tally(whole, Axis.SEX)
            for period in _PERIODS:
                f = whole.with_(**period())
                assert count(f) == count_in_tables(f)
                assert dict(tally(f, Axis.SEX)) == {
                    sex and sex.value: number for sex, number in tally_in_tables(f, Axis.SEX)
                }
