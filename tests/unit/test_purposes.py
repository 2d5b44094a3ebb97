"""Every stored field says what it is for, on the screens and in `docs/privacy.md` alike."""

import re
from pathlib import Path

import pytest

from registry.departures.fields import FIELDS, FieldInfo
from registry.rights.purposes import PURPOSES, seen_by

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def said_in(page):
    """The table of the page: for each field its label, its purposes and who reads it."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    return {name: tuple(said) for name, *said in rows}


def without_purpose():
    """The fields that lack a purpose in the program or on the page, or say another there."""
    said = said_in(PAGE.read_text(encoding="utf-8"))
    wanted = {
        name: (info.label, "; ".join(PURPOSES.get(name, ())), seen_by(name))
        for name, info in FIELDS.items()
    }
    differing = {name for name in wanted if said.get(name) != wanted[name] or not wanted[name][1]}
    return differing | (said.keys() ^ wanted.keys()) | (PURPOSES.keys() ^ wanted.keys())


def test_every_field_has_a_purpose_on_the_page_and_in_the_program():
    assert not without_purpose()


@pytest.mark.parametrize("table", ["fields", "purposes"])
def test_a_new_field_without_a_purpose_goes_red(monkeypatch, table):
    if table == "fields":
        monkeypatch.setitem(FIELDS, "religion", FieldInfo("religion", "resident", "Agama"))
        assert without_purpose() == {"religion"}
    else:
        monkeypatch.setitem(PURPOSES, "nik", ())
        assert without_purpose() == {"nik"}
