"""A decree about areas as a sheet: its columns, its lines, and what they would change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from registry import validators
from registry.enums import N_
from registry.formatting import dotted_code, today
from registry.reference_pages.region_cells import region_code
from registry.reference_pages.sheets import ROW_KEY, Column, Entry, Uploaded
from registry.regions.afterwards import places_afterwards
from registry.regions.area import Area
from registry.regions.moving import plan_from_database
from registry.regions.queries import Place, places
from registry.regions.recoding import Recoding, Refused, Wanted
from registry.workbooks.import_cells import text

# With the word "Kabupaten" before it the name still fits into its column.
LONGEST_NAME = 110
SHORTEST_DECREE, LONGEST_DECREE = 5, 250
INDEPENDENCE = date(1945, 8, 17)
STILL_AHEAD = N_(
    "Hari ini belum tiba. Kode baru langsung berlaku begitu disimpan, jadi simpan pada hari itu."
)
TOO_LONG_AGO = N_("Hari ini terlalu lama. Tulis hari sejak 17 Agustus 1945.")
COLUMNS = {
    "old": Column(("Kode Lama",), region_code),
    "new": Column(("Kode Baru",), region_code, is_required=True),
    "name": Column(("Nama",), text(LONGEST_NAME, validators.no_nik, validators.is_area_name)),
}

# In a province that exists nowhere: an area with a new code, a village that moves, a new village.
EXAMPLES = (
    ("99.01.01", "99.02.01", ""),
    ("99.01.02.2003", "99.01.05.2001", ""),
    ("", "99.01.05.2002", "Contoh Makmur"),
)


@dataclass(frozen=True)
class Decree:
    """What a sheet would change, and its rows with what is wrong with them."""

    plan: Recoding
    bad: list[tuple[int, str]]

    @property
    def may_be_done(self) -> bool:
        return self.plan.may_be_done and not self.bad

    @property
    def is_done(self) -> bool:
        """Whether somebody carried it out before."""
        return self.plan.is_done and len(self.bad) == len(self.plan.refused)


def fault_of_day(since: date) -> str | None:
    """Why new codes cannot hold from that day on: a message to be translated, or None."""
    if since > today():
        return STILL_AHEAD
    return TOO_LONG_AGO if since < INDEPENDENCE else None


def decree_of(found: Uploaded, within: Area, say: Any) -> Decree:
    """What the rows would change within the area of whoever sent them.

    Args:
        say: translates a message and fills in what it names.
    """
    plan = plan_from_database(_lines(found.entries), within)
    bad = [(number, message) for number, message in found.bad]
    bad += [(one.number, say(one.message, **_shown(one))) for one in plan.refused]
    return Decree(plan, sorted(bad))


def _lines(entries: Iterable[Entry]) -> list[Wanted]:
    return [
        Wanted(entry[ROW_KEY], entry.get("old"), entry["new"], entry.get("name"))
        for entry in entries
    ]


class Change(NamedTuple):
    """A line of a decree for who reads it: the area before (None for a new one) and after."""

    before: Place | None
    after: Place
    below: int


def changes_of(plan: Recoding) -> list[Change]:
    """Its lines, of a plan that may be carried out, with the areas around them."""
    before = places({line.old for line in plan.lines if line.old})
    after = places_afterwards(plan, {line.new for line in plan.lines})
    return [
        Change(before[line.old] if line.old else None, after[line.new], plan.below[line.old or ""])
        for line in plan.lines
    ]


def _shown(one: Refused) -> dict[str, str]:
    return {
        key: value if key == "name" else dotted_code(value) for key, value in one.values.items()
    }
