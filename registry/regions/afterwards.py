"""Areas as a decree will leave them, for who has to say yes to it first."""

from collections.abc import Collection

from registry.regions.area import path_codes
from registry.regions.queries import Named, Place, named_regions, place_among
from registry.regions.recoding import Recoding, kind_after, kind_of


def places_afterwards(plan: Recoding, codes: Collection[str]) -> dict[str, Place]:
    """The regions that have these codes once the decree is carried out, with their paths.

    Args:
        codes: of regions that there will be.
    """
    before = {new: old for old, new in plan.codes.items()}
    made = {line.new for line in plan.made}
    paths = {part for code in codes for part in path_codes(code)}
    there = {row.code: row for row in named_regions({before.get(c, c) for c in paths - made})}
    rows = {code: _named(code, plan.names[code]) for code in paths & made}
    for code in paths - made:
        row = there[before.get(code, code)]
        kind = kind_after(row.code, code) or row.kind
        rows[code] = row._replace(code=code, name=plan.names.get(code, row.name), kind=kind)
    return {code: place_among(rows, code) for code in codes}


def _named(code: str, name: str) -> Named:
    return Named(code, name, kind_of(code), is_in_force=True, term=None, head_term=None)
