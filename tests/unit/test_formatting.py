"""How codes, dates, numbers and names are written and masked."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from registry import formatting
from registry.formatting import (
    dotted_code,
    initials,
    local_time,
    long_date,
    long_moment,
    mask_date,
    mask_nik,
    mask_number,
    mask_text,
    normal_name,
    plain_code,
    rupiah,
    thousands,
    today,
)

names = st.text(st.characters(categories=("L", "Zs")), min_size=2, max_size=60).filter(
    lambda text: any(len(word) > 1 for word in text.split())
)


@given(st.integers(-(10**15), 10**15))
def test_thousands_are_parted_by_dots(number):
    assert int(thousands(number).replace(".", "")) == number
    assert all(len(part) == 3 for part in thousands(abs(number)).split(".")[1:])


def test_money_and_its_absence():
    assert rupiah(5_000_000) == "Rp5.000.000"
    assert rupiah(0) == "Rp0"
    assert rupiah(None) == "–"


@given(st.sampled_from((2, 4, 6, 10)), st.data())
def test_a_dotted_code_is_the_plain_code_again(length, data):
    code = data.draw(st.text("0123456789", min_size=length, max_size=length))
    assert plain_code(dotted_code(code)) == code


def test_codes_are_written_as_the_ministry_writes_them():
    assert dotted_code("1807012001") == "18.07.01.2001"
    assert dotted_code("1807") == "18.07"
    assert dotted_code("0") == "0"


def test_dates_and_moments_are_indonesian_and_of_jakarta():
    assert long_date(date(2026, 11, 24)) == "24 November 2026"
    assert long_date(date(2026, 5, 1)) == "1 Mei 2026"
    assert long_date(None) == "–"
    night = datetime(2026, 12, 31, 17, 5, tzinfo=UTC)
    assert long_moment(night) == "1 Januari 2027 pukul 00.05 WIB"
    assert local_time(night.replace(tzinfo=None)) == local_time(night)


@time_machine.travel(datetime(2026, 12, 31, 16, 59, tzinfo=UTC), tick=False)
def test_the_day_ends_at_midnight_in_jakarta_and_not_before():
    assert today() == date(2026, 12, 31)


@time_machine.travel(datetime(2026, 12, 31, 17, 0, tzinfo=UTC), tick=False)
def test_the_day_begins_at_midnight_in_jakarta():
    assert today() == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Siti Aminah", "siti aminah"),
        ("  SITI   AMINAH ", "siti aminah"),
        ("Moh. Rizal", "muhammad rizal"),
        ("MUHAMMAD RIZAL", "muhammad rizal"),
        ("Much Rizal", "muhammad rizal"),
        ("Nur'aini", "nuraini"),
        ("Nur’aini", "nuraini"),
        ("José Núñez", "jose nunez"),
        ("Ni Luh-Sari", "ni luh sari"),
        ("R. A. Kartini", "r a kartini"),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(written, normal):
    assert normal_name(written) == normal


@given(st.text(max_size=60))
def test_a_normal_name_is_its_own_normal_name(text):
    assert normal_name(normal_name(text)) == normal_name(text)


@given(names)
def test_a_name_as_initials_shows_the_first_letters_only(name):
    masked = initials(name)
    words = name.split()
    assert masked.split() == [f"{word[0]}••" for word in words]
    assert name.strip() not in masked


def test_initials_of_the_contract():
    assert initials("Siti Aminah") == "S•• A••"
    assert initials("   ") == "•••"


@given(st.text("0123456789", min_size=16, max_size=16))
def test_a_masked_nik_shows_four_digits_and_keeps_its_length(nik):
    masked = mask_nik(nik)
    assert masked == nik[:4] + "•" * 12
    assert nik not in masked


@given(st.text("0123456789ABCX/.+", min_size=1, max_size=30))
def test_a_masked_number_shows_two_characters_at_most(number):
    masked = mask_number(number)
    shown = masked.replace("•", "")
    assert "•••" in masked
    assert len(shown) <= 2
    assert number.endswith(shown)
    assert number not in masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("7", "••••••"),
        ("1234", "••••••"),
        ("12345", "••••45"),
        ("123456", "••••56"),
        ("1234567", "•••••67"),
    ],
)
def test_a_short_number_shows_nothing_and_does_not_tell_its_length(number, masked):
    assert mask_number(number) == masked


@given(st.dates())
def test_a_masked_birth_date_shows_its_year(day):
    assert mask_date(day) == f"{day.year}-••-••"


@given(st.text(min_size=1))
def test_anything_else_is_one_dot(text):
    assert mask_text(text) == "•"


def test_what_is_not_there_is_not_masked():
    for mask in (mask_nik, mask_number, mask_date, mask_text):
        assert mask(None) is None


def test_there_are_twelve_months():
    assert len(set(formatting.MONTHS)) == 12
