"""Rows of the departures that only the tables can find: those of an agency, with a flag, of a name.

They are read once for all that a page counts of them, as the triggers would write them.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import literal_column, select

from registry.db import db
from registry.departures.conditions import conditions
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.departures.summary import keys
from registry.departures.summary.layout import pack
from registry.departures.summary.reading import (
    EVERY_YEAR,
    Loaded,
    Years,
    jobs_read,
    load,
    loaded_before,
)
from registry.departures.summary.rows import Blocks, Rows, from_packed


def rows_picked(f: Filter, years: Years) -> Loaded:
    """What the tables find of the filter in these years or more; rows tell the rest apart."""
    wanted = _only_picked(f)
    return load(("picked", wanted), years, lambda: [_read(wanted.with_(**_period(years)))])


def picked_before(f: Filter, years: Years) -> Loaded | None:
    """What `rows_picked` read already of these years; None where it did not."""
    return loaded_before(("picked", _only_picked(f)), years)


def _only_picked(f: Filter) -> Filter:
    return Filter(f.area, agency=f.agency, flag=f.flag, text=f.text)


def _period(years: Years) -> dict[str, Any]:
    if years == EVERY_YEAR:
        return {}
    if not years.last:
        return {"dateless": True}
    return {"since": date(years.first, 1, 1), "until": date(years.last, 12, 31)}


def _read(wanted: Filter) -> Rows:
    key: Any = literal_column(keys.key(db.engine.dialect.name))
    statement = select(key).select_from(Departure)
    statement = statement.join(Resident, Resident.id == Departure.resident_id)
    jobs, packed = jobs_read(), defaultdict(list)
    for (said,) in db.session.execute(statement.where(*conditions(wanted))):
        district, year, row = pack(said, jobs.number)
        packed[year, district].append(row)
    blocks = Blocks(
        [year for year, _ in packed],
        [district for _, district in packed],
        [len(rows) for rows in packed.values()],
    )
    return from_packed([row for rows in packed.values() for row in rows], blocks)
