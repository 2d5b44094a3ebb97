"""Reading areas: names, paths, children, and what a village is called."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, or_, select

from registry.asking import ask, memory_of_drawing, of_transaction
from registry.db import db, may_write
from registry.enums import Level
from registry.formatting import normal_name
from registry.regions.area import COUNTRY_CODE, Area, level_of, path_codes
from registry.regions.models import FormerCode, Region, VillageTerm

KIND_TERMS = {
    "kelurahan": ("Kelurahan", "Lurah"),
    "desa": ("Desa", "Kepala Desa"),
    "desa_adat": ("Desa Adat", "Kepala Desa Adat"),
}


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
    is_in_force: bool

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


class Named(NamedTuple):
    """What a region is called, and in a kabupaten what a village and its head are."""

    code: str
    name: str
    kind: str
    is_in_force: bool
    term: str | None
    head_term: str | None


def find_region(code: str) -> Region | None:
    return db.session.get(Region, code)


def place(code: str) -> Place:
    """The region with its path; raises KeyError when there is none of that code."""
    return places([code])[code]


def known_place(code: str) -> Place | None:
    """The region with its path; None where there is none of that code."""
    try:
        return place(code)
    except (KeyError, ValueError):
        return None


def places(codes: Collection[str]) -> dict[str, Place]:
    """Several regions with their paths, in one query for up to 500 codes.

    A request that only reads asks for each of them once.
    """
    known = _known()
    if missing := set(codes) - known.places.keys():
        _learn(known, missing)
    return {code: known.places[code] for code in codes}


class _Known:
    """What was read of regions in one reading transaction, in which none of them changes."""

    def __init__(self) -> None:
        self.rows: dict[str, Named] = {}
        self.places: dict[str, Place] = {}


def _known() -> _Known:
    if may_write():
        return _Known()
    if (memory := memory_of_drawing()) is not None:
        return cast(_Known, memory.setdefault("places", _Known()))
    return of_transaction("places", _Known)


def _learn(known: _Known, codes: Collection[str]) -> None:
    wanted = {part for code in codes for part in path_codes(code)}
    known.rows |= {row.code: row for row in named_regions(wanted - known.rows.keys())}
    known.places |= {code: place_among(known.rows, code) for code in codes}


def named_regions(codes: Collection[str]) -> list[Named]:
    """What the regions of these codes are called; those that are none are left out."""
    codes, found = sorted(codes), []
    for start in range(0, len(codes), 500):
        part = codes[start : start + 500]
        rows = ask(_named, len(part), **{f"code_{n}": code for n, code in enumerate(part)})
        found += [Named(*row) for row in rows]
    return found


def _named(count: int) -> Any:
    """Regions, and of a kabupaten what it calls a village."""
    is_in_force = Region.valid_to.is_(None).label("is_in_force")
    terms = (VillageTerm.term, VillageTerm.head_term)
    codes: list[Any] = [bindparam(f"code_{n}") for n in range(count)]
    return (
        select(Region.code, Region.name, Region.kind, is_in_force, *terms)
        .outerjoin(VillageTerm, VillageTerm.district_code == Region.code)
        .where(Region.code.in_(codes))
    )


def place_among(rows: Mapping[str, Named], code: str) -> Place:
    """The region with its path, from what it and those above it are called."""
    region = rows[code]
    names = {level_of(part): rows[part].name for part in path_codes(code) if part in rows}
    names.pop(Level.COUNTRY, None)
    term, head_term = {
        Level.COUNTRY: ("Negara", ""),
        Level.PROVINCE: ("Provinsi", "Gubernur"),
        Level.DISTRICT: ("Kabupaten/Kota", "Bupati/Wali Kota"),
        Level.SUBDISTRICT: ("Kecamatan", "Camat"),
    }.get(level_of(code), KIND_TERMS.get(region.kind, KIND_TERMS["desa"]))
    district = rows.get(code[: int(Level.DISTRICT)])
    if region.kind == "desa" and district and district.term and district.head_term:
        term, head_term = district.term, district.head_term
    return Place(code, region.name, region.kind, names, term, head_term, bool(region.is_in_force))


def list_children(code: str) -> list[Region]:
    """The regions right below, in the order of their codes, those in force only."""
    statement = select(Region).where(Region.parent_code == code, Region.valid_to.is_(None))
    return list(db.session.scalars(statement.order_by(Region.code)))


def child_names(code: str) -> dict[str, str]:
    """Code and name of the regions right below that are in force, in the order of their codes."""
    return {row.code: row.name for row in ask(_children, code=code) if row.is_in_force}


def child_names_ever(code: str) -> dict[str, str]:
    """As `child_names`, with those no longer in force."""
    return {row.code: row.name for row in ask(_children, code=code)}


def _children() -> Any:
    is_in_force = Region.valid_to.is_(None).label("is_in_force")
    found = select(Region.code, Region.name, is_in_force)
    return found.where(Region.parent_code == bindparam("code")).order_by(Region.code)


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
    """The region in force that had `code` until a decree gave it another."""
    statement = select(Region).join(FormerCode, FormerCode.region_code == Region.code)
    found = statement.where(FormerCode.code == code, Region.valid_to.is_(None))
    return db.session.scalars(found).first()


def former_codes(area: Area) -> list[str]:
    """The codes that regions of the area had before, those below included."""
    return list(db.session.scalars(select(FormerCode.code).where(_of_regions_in(area))))


def _of_regions_in(area: Area) -> Any:
    return FormerCode.region_code.startswith("" if area.code == COUNTRY_CODE else area.code)


def present_codes() -> dict[str, str]:
    """By each code that a region had before, the one that it has now."""
    former = db.session.execute(select(FormerCode.code, FormerCode.region_code))
    return {row.code: row.region_code for row in former}


def same_name(left: str, right: str) -> bool:
    """Whether two names of areas agree but for letter case, spaces and signs."""
    return normal_name(left).replace(" ", "") == normal_name(right).replace(" ", "")
