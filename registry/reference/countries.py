"""Country names in Indonesian: Babel's (CLDR), with our own names and the aliases people write."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from registry.enums import UNKNOWN_LABEL
from registry.extensions import gettext, page_language
from registry.formatting import normal_name

DATA = Path(__file__).parent / "data" / "negara.csv"
HOME = "ID"
ENGLISH = {"HK": "Hong Kong", "MM": "Myanmar", "MO": "Macao"}  # shorter than CLDR's


class Countries(NamedTuple):
    """Names by ISO 3166 alpha-2 code, the main destinations, and codes by normalised name."""

    names: dict[str, str]
    main: tuple[str, ...]
    codes: dict[str, str]


@lru_cache(maxsize=1)
def countries() -> Countries:
    territories = Locale("id").territories
    names = {
        code: str(name) for code, name in territories.items() if code.isalpha() and len(code) == 2
    }
    for code in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
        names.pop(code, None)
    main: list[str] = []
    codes: dict[str, str] = {}
    with DATA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            code = row["code"]
            names[code] = row["name"] or names[code]
            if row["main"] == "1":
                main.append(code)
            codes |= {normal_name(alias): code for alias in row["aliases"].split("|") if alias}
    codes |= {normal_name(str(territories[code])): code for code in names if code in territories}
    codes |= {normal_name(name): code for code, name in names.items()}
    return Countries(names, tuple(sorted(main, key=names.__getitem__)), codes)


def country_name(code: str | None) -> str:
    """The Indonesian name of a country; "Belum diketahui" when there is none."""
    return countries().names.get(code, code) if code else UNKNOWN_LABEL


def country_label(code: str | None) -> str:
    """The name of a country in the language of the page; workbooks take `country_name`."""
    return _label(code, page_language())


@lru_cache(maxsize=2048)
def _label(code: str | None, language: str) -> str:
    if not code:
        return gettext(UNKNOWN_LABEL)
    if language == "id":
        return country_name(code)
    return ENGLISH.get(code) or str(Locale(language).territories.get(code, code))


def match_country(text: str) -> str | None:
    """The ISO code that a code, name or popular older name stands for, or None."""
    plain = text.strip()
    known = countries()
    if plain.upper() in known.names:
        return plain.upper()
    return known.codes.get(normal_name(plain))


def country_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Form choices in two groups: main destinations, then all others, home left out."""
    known = countries()
    main = sorted(set(known.main) - {HOME}, key=country_label)
    others = sorted(set(known.names) - set(known.main) - {HOME}, key=country_label)
    return [
        (gettext("Tujuan utama"), [(code, country_label(code)) for code in main]),
        (gettext("Negara lain"), [(code, country_label(code)) for code in others]),
    ]
