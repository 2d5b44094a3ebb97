"""Reading areas: names, paths, children, and what a village is called."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, bindparam, or_, select

from registry.db import db, may_write
from registry.enums import Level
from registry.formatting import normal_name
from registry.regions.area import COUNTRY_CODE, Area, level_of, path_codes
from registry.regions.models import Region, VillageTerm

KIND_TERMS = {
    "kelurahan": ("Kelurahan", "Lurah"),
    "desa": ("Desa", "Kepala Desa"),
    "desa_adat": ("Desa Adat", "Kepala Desa Adat"),
}


_NAMED = select(Region.code, Region.name, Region.kind).where(
    Region.code.in_(bindparam("codes", expanding=True))
)


@dataclass(frozen=True)
class Place:
    """A region with the names of the areas above it.

    Attributes:
        names: by level, from the province down to the region itself.
        term, head_term: what a village and its head are called there ("Pekon", "Peratin").
    """

    code: str
    name: str
    kind: str
    names: dict[Level, str]
    term: str
    head_term: str

    @property
    def level(self) -> Level:
        return level_of(self.code)

    @property
    def title(self) -> str:
        """The name with the word for its level: `Pekon Way Mengaku`, `Kecamatan Sukadana`."""
        if self.level in (Level.COUNTRY, Level.DISTRICT):
            return self.name
        return f"{self.term} {self.name}"

    @property
    def above(self) -> str:
        """The areas above it, nearest first; empty for a province and the country."""
        names = [
            self.names[level]
            for level in (Level.SUBDISTRICT, Level.DISTRICT, Level.PROVINCE)
            if level < self.level and level in self.names
        ]
        if self.level is Level.VILLAGE and names:
            names[0] = f"Kecamatan {names[0]}"
        return ", ".join(names)

    @property
    def full_title(self) -> str:
        """The title with the areas above it, nearest first."""
        return ", ".join(part for part in (self.title, self.above) if part)


def find_region(code: str) -> Region | None:
    return db.session.get(Region, code)


def place(code: str) -> Place:
    """The region with its path; raises KeyError when there is none of that code."""
    return places([code])[code]


def places(codes: Collection[str]) -> dict[str, Place]:
    """Several regions with their paths, in two queries whatever their number.

    A request that only reads asks for each of them once.
    """
    known = _known()
    if missing := set(codes) - known.places.keys():
        _learn(known, missing)
    return {code: known.places[code] for code in codes}


class _Known:
    """What was read of regions in one reading transaction, in which none of them changes."""

    def __init__(self) -> None:
        self.rows: dict[str, Row[Any]] = {}
        self.terms: dict[str, tuple[str, str] | None] = {}
        self.places: dict[str, Place] = {}


def _known() -> _Known:
    if may_write():
        return _Known()
    session = db.session()
    transaction = session.get_transaction()
    owner, known = session.info.get("places", (None, None))
    if transaction is None or owner is not transaction:
        known = _Known()
        session.info["places"] = (transaction or session.begin(), known)
    return cast(_Known, known)


def _learn(known: _Known, codes: Collection[str]) -> None:
    wanted = {part for code in codes for part in path_codes(code)}
    known.rows |= {row.code: row for row in _regions(sorted(wanted - known.rows.keys()))}
    districts = {code[: int(Level.DISTRICT)] for code in codes if len(code) >= 4}
    if unknown := sorted(districts - known.terms.keys()):
        known.terms |= dict.fromkeys(unknown)
        statement = select(VillageTerm.district_code, VillageTerm.term, VillageTerm.head_term)
        for row in db.session.execute(statement.where(VillageTerm.district_code.in_(unknown))):
            known.terms[row.district_code] = (row.term, row.head_term)
    known.places |= {code: _place(known.rows, known.terms, code) for code in codes}


def _regions(codes: Sequence[str]) -> list[Row[Any]]:
    """Code, name and kind of regions; each page asks for some."""
    found: list[Row[Any]] = []
    for start in range(0, len(codes), 500):
        found += db.session.execute(_NAMED, {"codes": codes[start : start + 500]})
    return found


def _place(
    rows: Mapping[str, Row[Any]], terms: Mapping[str, tuple[str, str] | None], code: str
) -> Place:
    region = rows[code]
    names = {level_of(part): rows[part].name for part in path_codes(code) if part in rows}
    names.pop(Level.COUNTRY, None)
    term, head_term = {
        Level.COUNTRY: ("Negara", ""),
        Level.PROVINCE: ("Provinsi", "Gubernur"),
        Level.DISTRICT: ("Kabupaten/Kota", "Bupati/Wali Kota"),
        Level.SUBDISTRICT: ("Kecamatan", "Camat"),
    }.get(level_of(code), KIND_TERMS.get(region.kind, KIND_TERMS["desa"]))
    if region.kind == "desa":
        term, head_term = terms.get(code[: int(Level.DISTRICT)]) or (term, head_term)
    return Place(code, region.name, region.kind, names, term, head_term)


def list_children(code: str) -> list[Region]:
    """The regions right below, in the order of their codes, those in force only."""
    statement = select(Region).where(Region.parent_code == code, Region.valid_to.is_(None))
    return list(db.session.scalars(statement.order_by(Region.code)))


def child_names(code: str) -> dict[str, str]:
    """Code and name of the regions right below that are in force, in the order of their codes."""
    statement = select(Region.code, Region.name).where(
        Region.parent_code == code, Region.valid_to.is_(None)
    )
    return {row.code: row.name for row in db.session.execute(statement.order_by(Region.code))}


def districts_and_above(area: Area) -> list[tuple[str, str]]:
    """Code and name of the country, the provinces and the kabupaten in force that the area holds.

    A kabupaten comes after its province.
    """
    provinces = select(Region.code).where(Region.parent_code == COUNTRY_CODE)
    is_one = or_(
        Region.code == COUNTRY_CODE,
        Region.parent_code == COUNTRY_CODE,
        Region.parent_code.in_(provinces),
    )
    found = select(Region.code, Region.name).where(is_one, Region.valid_to.is_(None))
    rows = db.session.execute(found.order_by(Region.code))
    return [(row.code, row.name) for row in rows if area.holds(row.code)]


def village_names(area: Area) -> list[Region]:
    """Every village of an area at or below the district, for matching by name.

    Raises ValueError for a larger area, whose list would be unbounded.
    """
    if area.level < Level.DISTRICT:
        raise ValueError("Wilayah terlalu luas.")
    statement = select(Region).where(
        area.covers(Region.code), Region.kind.in_(("desa", "kelurahan", "desa_adat"))
    )
    return list(db.session.scalars(statement.order_by(Region.code)))


def successor_of(code: str) -> Region | None:
    """The region in force that came from `code`, when a decree re-coded it."""
    statement = select(Region).where(Region.predecessor_code == code, Region.valid_to.is_(None))
    return db.session.scalars(statement.limit(1)).first()


def same_name(left: str, right: str) -> bool:
    """Whether two names of areas agree but for letter case, spaces and signs."""
    return normal_name(left).replace(" ", "") == normal_name(right).replace(" ", "")
