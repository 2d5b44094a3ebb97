"""What a decree does to the tree of areas: new areas, and new codes for those there are (pure).

A whole branch moves with its top, so a decree that splits a kabupaten names its kecamatan only.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.enums import N_, Level
from registry.regions.area import (
    COUNTRY_CODE,
    Area,
    level_of,
    parent_code,
    path_codes,
)

UNKNOWN = N_("Kode lama %(old)s tidak ada di daftar wilayah yang berlaku.")
REPLACED = N_("Kode lama %(old)s sudah diganti menjadi %(new)s.")
SAME = N_("Kode lama dan kode barunya sama.")
OTHER_LEVEL = N_("Kode baru %(new)s tidak setingkat dengan kode lama %(old)s.")
OUTSIDE = N_("Kode %(code)s di luar wilayah kerja Anda.")
TWICE = N_("Kode %(code)s tertulis dua kali di kolom ini.")
NO_PARENT = N_("Wilayah di atas kode baru %(new)s, yaitu %(above)s, tidak ada.")
NO_NAME = N_("Wilayah baru perlu nama.")
EXISTS = N_("Wilayah dengan kode %(new)s sudah ada.")
IN_USE = N_(
    "Kode baru %(new)s sudah dipakai %(name)s, yang punya warga atau akun. Menggabungkan dua "
    "wilayah tidak dapat dilakukan di sini."
)
STILL_HELD = N_(
    "Kode baru %(new)s masih dipakai %(name)s. Kode yang pernah dipakai tidak diberikan kepada "
    "wilayah lain, supaya catatan lama tidak menunjuk ke wilayah yang salah."
)
FORMERLY_HELD = N_(
    "Kode baru %(new)s pernah dipakai wilayah yang kini berkode %(holder)s. Kode yang pernah "
    "dipakai tidak diberikan kepada wilayah lain."
)
KINDS_BEFORE_NAMES = {"kabupaten": "Kabupaten", "kab": "Kabupaten", "kota": "Kota"}
VILLAGE_KINDS = {"1": "kelurahan", "2": "desa", "3": "desa_adat"}


class Wanted(NamedTuple):
    """A line of a decree; without an old code it makes an area, with one the area gets another.

    Attributes:
        number: of its row in the file that it came in.
        name: None keeps the name.
    """

    number: int
    old: str | None
    new: str
    name: str | None


class Refused(NamedTuple):
    """Why a line cannot be carried out: a message to be translated, and what it names."""

    number: int
    message: str
    values: dict[str, str]


class Known(NamedTuple):
    """A region as a decree finds it."""

    name: str
    is_in_force: bool


@dataclass
class Recoding:
    """What a decree changes, line by line and area by area.

    Attributes:
        lines: those that can be carried out.
        codes: the new code of every area that gets one, by its old code, branches included.
        names: by new code, where a line gives one.
        made: areas that are new.
        emptied: regions that nobody uses and that make room for those moved to their codes.
        below: how many areas below it move along with that of a line, by its old code.
        is_done: whether the areas are already as all lines want them.
    """

    lines: list[Wanted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    made: list[Wanted] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    below: Counter[str] = field(default_factory=Counter)
    is_done: bool = False

    @property
    def may_be_done(self) -> bool:
        """A decree is carried out whole or not at all."""
        return bool(self.lines) and not self.refused

    def fingerprint(self) -> str:
        """Tells whether what is confirmed is what was shown."""
        shown = repr((sorted(self.codes.items()), self.lines, self.refused))
        return hashlib.sha256(shown.encode()).hexdigest()

    @property
    def area(self) -> Area:
        """The smallest area around all that changes."""
        paths = [path_codes(code) for line in self.lines for code in (line.old, line.new) if code]
        shared = [codes[0] for codes in zip(*paths, strict=False) if len(set(codes)) == 1]
        return Area(shared[-1] if shared else COUNTRY_CODE)


def plan_recoding(
    wanted: Iterable[Wanted],
    within: Area,
    known: Mapping[str, Known],
    holders: Mapping[str, str],
    is_used: Callable[[str], bool],
) -> Recoding:
    """What the lines of a decree would change.

    Args:
        within: the area of whoever carries it out.
        known: every region by its code.
        holders: the present code of the region that had a code, by that former code.
        is_used: whether rows of other tables belong to the region of a code.
    """
    asked = [_with_full_name(line) for line in wanted]
    plan = Recoding(is_done=bool(asked) and all(_is_done(one, known, holders) for one in asked))
    seen: set[tuple[str, str]] = set()
    for line in asked:
        fault = _fault(line, within, known, holders) or _repeated(line, seen)
        if fault:
            plan.refused.append(Refused(line.number, *fault))
        else:
            plan.lines.append(line)
    tops = {line.old: line for line in plan.lines if line.old}
    plan.made = [line for line in plan.lines if line.old is None]
    plan.names = {line.new: line.name for line in plan.lines if line.name}
    moved_with = {code: top for code in known if (top := _top_of(code, tops))}
    plan.codes = {code: tops[top].new + code[len(top) :] for code, top in moved_with.items()}
    for code, top in moved_with.items():
        plan.below[top] += code != top
        new = plan.codes[code]
        if clash := _clash(code, new, plan.codes, known, holders, is_used):
            plan.refused.append(Refused(tops[top].number, *clash))
        elif new in known:
            plan.emptied.append(new)
    plan.refused += _orphans(plan, known)
    plan.refused = sorted({one.number: one for one in reversed(plan.refused)}.values())
    return plan


Fault = tuple[str, dict[str, str]]


def _fault(
    line: Wanted, within: Area, known: Mapping[str, Known], holders: Mapping[str, str]
) -> Fault | None:
    """What is wrong with a line on its own."""
    old, new = line.old, line.new
    for code in (old, new):
        if code and (not within.holds(code) or code == COUNTRY_CODE):
            return OUTSIDE, {"code": code}
    if old is None:
        return _fault_of_new(line, known, holders)
    if old in holders and old not in known:
        return REPLACED, {"old": old, "new": holders[old]}
    if old not in known or not known[old].is_in_force:
        return UNKNOWN, {"old": old}
    if old == new:
        return SAME, {}
    if level_of(old) != level_of(new):
        return OTHER_LEVEL, {"old": old, "new": new}
    return None


def _fault_of_new(
    line: Wanted, known: Mapping[str, Known], holders: Mapping[str, str]
) -> Fault | None:
    if not line.name:
        return NO_NAME, {}
    if line.new in known:
        return EXISTS, {"new": line.new}
    if line.new in holders:
        return FORMERLY_HELD, {"new": line.new, "holder": holders[line.new]}
    return None


def _is_done(line: Wanted, known: Mapping[str, Known], holders: Mapping[str, str]) -> bool:
    is_there = line.new in known and line.name in (None, known[line.new].name)
    return is_there and (line.old is None or holders.get(line.old) == line.new)


def _repeated(line: Wanted, seen: set[tuple[str, str]]) -> Fault | None:
    for column, code in (("old", line.old), ("new", line.new)):
        if code and (column, code) in seen:
            return TWICE, {"code": code}
    seen |= {(column, code) for column, code in (("old", line.old), ("new", line.new)) if code}
    return None


def _top_of(code: str, tops: Mapping[str, Wanted]) -> str | None:
    """The nearest area around a code, itself included, that a line moves."""
    return next((above for above in reversed(path_codes(code)) if above in tops), None)


def _clash(
    old: str,
    new: str,
    codes: Mapping[str, str],
    known: Mapping[str, Known],
    holders: Mapping[str, str],
    is_used: Callable[[str], bool],
) -> Fault | None:
    """What stands where an area would move to."""
    if new in holders and holders[new] != old:
        return FORMERLY_HELD, {"new": new, "holder": holders[new]}
    if new in codes:
        return STILL_HELD, {"new": new, "name": known[new].name}
    if new in known and is_used(new):
        return IN_USE, {"new": new, "name": known[new].name}
    return None


def _orphans(plan: Recoding, known: Mapping[str, Known]) -> Iterator[Refused]:
    """Lines whose area would hang on nothing."""
    in_force = {plan.codes.get(code, code) for code, one in known.items() if one.is_in_force}
    in_force |= {line.new for line in plan.made}
    for line in plan.lines:
        if (above := str(parent_code(line.new))) not in in_force:
            yield Refused(line.number, NO_PARENT, {"new": line.new, "above": above})


def _with_full_name(line: Wanted) -> Wanted:
    return line._replace(name=full_name(line.new, line.name)) if line.name else line


def full_name(code: str, name: str) -> str:
    """The name as the list holds it: that of a kabupaten or kota begins with the word for it."""
    if level_of(code) is not Level.DISTRICT:
        return name
    first, _space, rest = name.partition(" ")
    kind = KINDS_BEFORE_NAMES.get(first.casefold().rstrip("."))
    return f"{kind} {rest}" if kind and rest else f"{kind_of(code).capitalize()} {name}"


def kind_of(code: str) -> str:
    """What kind of area a code stands for: the official numbers tell a kelurahan from a desa."""
    match level_of(code):
        case Level.VILLAGE:
            return VILLAGE_KINDS.get(code[int(Level.SUBDISTRICT)], "desa")
        case Level.DISTRICT:
            return "kota" if code[int(Level.PROVINCE)] == "7" else "kabupaten"
        case Level.SUBDISTRICT:
            return "kecamatan"
        case _:
            return "provinsi"


def kind_after(old: str, new: str) -> str | None:
    """What an area becomes whose new code stands for another kind; None keeps it."""
    return kind_of(new) if kind_of(old) != kind_of(new) else None
