"""Which village a row belongs to: by its code, else by the names of its areas, else the user's own.

Every village found lies in the area that is given; all others are the row's mistake.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select

from registry.db import db
from registry.enums import Level
from registry.formatting import normal_name, plain_code
from registry.regions.area import VILLAGE_DIGITS, Area, path_codes
from registry.regions.models import FormerCode, Region
from registry.workbooks.import_cells import BadCell
from registry.workbooks.import_columns import VILLAGE_CODE
from registry.workbooks.import_rows import ImportRow

NEEDED = "Isi Kode Wilayah desa/kelurahan asal, misalnya 18.07.01.2001."
MALFORMED = "Kode Wilayah harus 10 angka kode desa/kelurahan, misalnya 18.07.01.2001."
UNKNOWN = "Kode Wilayah ini tidak ada dalam daftar resmi. Periksa lagi kodenya."
FOREIGN = "Desa/kelurahan ini di luar wilayah kerja Anda, jadi tidak dapat diimpor di sini."
NAME_UNKNOWN = "Desa/kelurahan dengan nama ini tidak ada di wilayah kerja Anda. Isi Kode Wilayah."
NAME_TWICE = "Ada beberapa desa/kelurahan bernama ini di wilayah kerja Anda. Isi Kode Wilayah."

BATCH = 500
_CODE = re.compile(f"[0-9]{{{VILLAGE_DIGITS}}}")
_LEVEL_WORDS = frozenset(
    (
        "provinsi",
        "prov",
        "kabupaten",
        "kab",
        "kota",
        "kecamatan",
        "kec",
        "desa",
        "kelurahan",
        "kel",
        "pekon",
        "tiyuh",
        "kampung",
        "nagari",
        "gampong",
        "distrik",
        "adat",
    )
)


@dataclass(frozen=True)
class Villages:
    """The villages of an area that a file speaks of: the code in force by the code written."""

    area: Area
    codes: dict[str, str]
    by_name: dict[str, list[dict[Level, str]]]


def find_villages(area: Area, rows: Iterable[ImportRow]) -> None:
    """Put the village of each row into it, or the reason why there is none."""
    waiting = list(rows)
    written = {plain_code(row.village_text) for row in waiting if row.village_text}
    needs_names = any(row.village_text is None and row.area_names for row in waiting)
    villages = Villages(
        area,
        _codes_in_force(sorted(code for code in written if _CODE.fullmatch(code))),
        _villages_by_name(area) if needs_names else {},
    )
    for row in waiting:
        try:
            row.village_code = _village_of(row, villages)
        except BadCell as error:
            row.refuse(VILLAGE_CODE, error.message)


def _village_of(row: ImportRow, villages: Villages) -> str:
    area = villages.area
    if row.village_text is not None:
        return _village_of_code(plain_code(row.village_text), villages)
    if Level.VILLAGE in row.area_names:
        return _village_of_names(row.area_names, villages)
    if area.level is Level.VILLAGE:
        return area.code
    raise BadCell(NEEDED)


def _village_of_code(written: str, villages: Villages) -> str:
    if not _CODE.fullmatch(written):
        raise BadCell(MALFORMED)
    code = villages.codes.get(written)
    if code is None:
        raise BadCell(UNKNOWN)
    if not villages.area.holds(code):
        raise BadCell(FOREIGN)
    return code


def _village_of_names(names: dict[Level, str], villages: Villages) -> str:
    candidates = villages.by_name.get(name_key(names[Level.VILLAGE]), [])
    fitting = [
        found
        for found in candidates
        if all(
            name_key(names[level]) == name_key(found[level])
            for level in (Level.SUBDISTRICT, Level.DISTRICT, Level.PROVINCE)
            if level in names
        )
    ]
    if not fitting:
        raise BadCell(FOREIGN if villages.area.level is Level.VILLAGE else NAME_UNKNOWN)
    if len(fitting) > 1:
        fitting = [found for found in fitting if _has_same_kind(names, found)]
    if len(fitting) != 1:
        raise BadCell(NAME_TWICE)
    return fitting[0][Level.COUNTRY]


def _has_same_kind(names: dict[Level, str], found: dict[Level, str]) -> bool:
    """Whether a kota was meant where there is a kabupaten of the same name beside it."""
    said = normal_name(names.get(Level.DISTRICT, ""))
    return said.startswith("kota ") == found[Level.DISTRICT].casefold().startswith("kota ")


def name_key(name: str) -> str:
    """An area's name without the word for its level, blanks and signs."""
    words = normal_name(name).split()
    while len(words) > 1 and words[0] in _LEVEL_WORDS:
        words = words[1:]
    return "".join(words)


def _codes_in_force(written: list[str]) -> dict[str, str]:
    """The code in force by the code written; one that a decree replaced leads to its successor."""
    found: dict[str, str] = {}
    for batch in _batches(written):
        in_force = Region.valid_to.is_(None)
        present = select(Region.code.label("written"), Region.code).where(
            Region.code.in_(batch), in_force
        )
        former = (
            select(FormerCode.code, Region.code)
            .join(Region, Region.code == FormerCode.region_code)
            .where(FormerCode.code.in_(batch), in_force)
        )
        rows = db.session.execute(present.union_all(former))
        found |= {row.written: row.code for row in rows}
    return found


def _villages_by_name(area: Area) -> dict[str, list[dict[Level, str]]]:
    """Every village of the area with the names above it; its code stands under the country."""
    above = [code for code in path_codes(area.code) if code != area.code]
    statement = select(Region.code, Region.name).where(
        or_(Region.code.in_(above), Region.code.between(area.code, area.last)),
        Region.valid_to.is_(None),
    )
    names = {row.code: row.name for row in db.session.execute(statement)}
    found: dict[str, list[dict[Level, str]]] = {}
    for code, name in names.items():
        if len(code) != VILLAGE_DIGITS:
            continue
        village = {level: names.get(code[: int(level)], "") for level in list(Level)[1:]}
        found.setdefault(name_key(name), []).append(village | {Level.COUNTRY: code})
    return found


def _batches(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
