"""A decree about areas as a sheet: its columns, its lines, and what they would change."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry import validators
from registry.formatting import dotted_code
from registry.reference_pages.region_cells import region_code
from registry.reference_pages.sheets import ROW_KEY, Column, Entry, Uploaded
from registry.regions.area import Area
from registry.regions.moving import plan_from_database
from registry.regions.recoding import Recoding, Refused, Wanted
from registry.workbooks.import_cells import text

# With the word "Kabupaten" before it the name still fits into its column.
LONGEST_NAME = 110
COLUMNS = {
    "old": Column(("Kode Lama",), region_code),
    "new": Column(("Kode Baru",), region_code, is_required=True),
    "name": Column(("Nama",), text(LONGEST_NAME, validators.no_nik, validators.is_area_name)),
}


@dataclass(frozen=True)
class Decree:
    """What a sheet would change, and its rows with what is wrong with them."""

    plan: Recoding
    bad: list[tuple[int, str]]

    @property
    def may_be_done(self) -> bool:
        return self.plan.may_be_done and not self.bad


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


def _shown(one: Refused) -> dict[str, str]:
    return {
        key: value if key == "name" else dotted_code(value) for key, value in one.values.items()
    }
