"""No cell of the CSV begins like a formula."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.workbooks.csv_out import FORMULA_SIGNS, csv_cell


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_sign_of_a_formula_gets_an_apostrophe(sign):
    assert csv_cell(f"{sign}1").startswith("'")


@pytest.mark.parametrize("text", ["\x00=1+1", "\ufffe@x", "\x0b\x0b-2"])
def test_a_dropped_character_uncovers_no_sign(text):
    assert csv_cell(text).startswith("'")


def test_dates_are_iso_and_digits_stay_digits():
    assert csv_cell(date(2026, 2, 1)) == "2026-02-01"
    assert csv_cell(datetime(2026, 2, 1, 7, 5, 59)) == "2026-02-01 07:05"  # noqa: DTZ001
    assert csv_cell("1807010101900001") == "1807010101900001"
    assert csv_cell(12) == "12"
    assert csv_cell(None) == ""


@given(st.text())
def test_no_text_begins_like_a_formula(text):
    assert not csv_cell(text).startswith(FORMULA_SIGNS)
