"""Country names in Indonesian, and the other names that people write."""

import csv

import pytest

from registry.reference.countries import (
    DATA,
    HOME,
    countries,
    country_choices,
    country_name,
    match_country,
)


def test_every_country_has_one_name_and_no_two_share_it():
    names = countries().names
    assert all(len(code) == 2 and code.isupper() for code in names)
    assert len(set(names.values())) == len(names)
    assert 240 < len(names) < 260


def test_every_country_is_found_by_its_code_and_its_name():
    for code, name in countries().names.items():
        assert match_country(code) == code
        assert match_country(code.lower()) == code
        assert match_country(name) == code
        assert match_country(f"  {name.upper()} ") == code


def test_every_alias_leads_to_its_country_alone():
    seen = {}
    with DATA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for alias in filter(None, row["aliases"].split("|")):
                assert match_country(alias) == row["code"], alias
                assert seen.setdefault(alias, row["code"]) == row["code"], alias


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Taiwan", "TW"),
        ("hongkong", "HK"),
        ("Hong Kong SAR", "HK"),
        ("Arab Saudi", "SA"),
        ("Saudi Arabia", "SA"),
        ("Korea Selatan", "KR"),
        ("malaysia", "MY"),
        ("Cina", "CN"),
        ("Türkiye", "TR"),
    ],
)
def test_common_names_are_known(written, code):
    assert match_country(written) == code


@pytest.mark.parametrize("written", ["", " ", "Atlantis", "XX", "ZZ", "EU", "Uni Eropa", "T W"])
def test_what_is_no_country_is_not_guessed(written):
    assert match_country(written) is None


def test_no_country_is_said_in_words():
    assert country_name(None) == "Belum diketahui"
    assert country_name("TW") == "Taiwan"


def test_the_choices_hold_each_country_once_and_never_home():
    groups = country_choices()
    offered = [code for _, choices in groups for code, _ in choices]
    assert len(offered) == len(set(offered))
    assert set(offered) == set(countries().names) - {HOME}
    assert "TW" in dict(groups[0][1])
