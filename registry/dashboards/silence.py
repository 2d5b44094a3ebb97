"""Villages that have recorded nothing for months, beside what they used to record.

Silence is a question, never a verdict: from small villages truthfully nobody leaves for years. So a
village is compared with its own past alone, and the list is in the order of codes.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, case, cast, func, literal, select

from registry.asking import ask
from registry.db import db
from registry.departures.models import Departure
from registry.enums import Level
from registry.formatting import WIB, local_time, today
from registry.regions.area import Area
from registry.regions.models import Region

QUIET_MONTHS = 6
PAST_YEARS = 4
# So many records in the years before, and silent for so many times their mean distance: unusual.
FEWEST, TIMES = 4, 3


class Quiet(NamedTuple):
    """A village without a record since its last one, and how many it made in the years before."""

    code: str
    name: str
    last_on: date
    past: int

    @property
    def is_unusual(self) -> bool:
        """Whether it recorded so steadily before that the silence is long for it."""
        days = (today() - self.last_on).days
        return self.past >= FEWEST and days * self.past > TIMES * PAST_YEARS * 365


class Silence(NamedTuple):
    """The villages of an area that are silent, those that never recorded, and all there are."""

    quiet: list[Quiet]
    never: list[tuple[str, str]]
    villages: int


class Part(NamedTuple):
    """A region below: how many of its villages recorded lately, are silent, and never recorded."""

    code: str
    name: str
    active: int
    quiet: int
    never: int


class Counted(NamedTuple):
    """How many villages there are, are silent, and never recorded."""

    villages: int
    quiet: int
    never: int


def quiet_since() -> date:
    """The first day of the months that count as the last ones."""
    months = today().year * 12 + today().month - 1 - QUIET_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def silence_of(area: Area) -> Silence:
    """Silent villages one by one, for an area at or below the kabupaten.

    Raises ValueError for a larger area, whose list would be too long.
    """
    if area.level < Level.DISTRICT:
        raise ValueError("the area is too large for a list")
    found = db.session.execute(_last_records(area, Region.code, Region.name)).all()
    quiet = [row for row in found if row.last_at and _day(row.last_at) < quiet_since()]
    past = _records_before(area, [row.code for row in quiet])
    return Silence(
        [Quiet(r.code, r.name, _day(r.last_at), past.get(r.code, 0)) for r in quiet],
        [(row.code, row.name) for row in found if row.last_at is None],
        len(found),
    )


def count_silent(area: Area) -> Counted | None:
    """The sizes of what `silence_of` lists, in one statement; None for a larger area.

    Of the country it would take 84,000 steps in an index, which is more than its whole dashboard.
    """
    if area.level < Level.DISTRICT:
        return None
    since = _start(quiet_since()).astimezone(UTC).replace(tzinfo=None)
    (row,) = ask(_counted, area, since=since.isoformat(" ", "microseconds"))
    return Counted(row.villages, row.quiet or 0, row.never or 0)


def _counted(area: Area) -> Any:
    # By itself, or the last record of each village would be looked for once for every number.
    each = _last_records(area).order_by(None).cte("each").prefix_with("MATERIALIZED")
    since = bindparam("since", type_=Departure.created_at.type)
    return select(
        func.count().label("villages"),
        func.sum(case((each.c.last_at < since, 1), else_=0)).label("quiet"),
        func.sum(case((each.c.last_at.is_(None), 1), else_=0)).label("never"),
    ).select_from(each)


def parts_of(area: Area) -> list[Part]:
    """The regions right below an area above the kabupaten, with their numbers of villages."""
    below = area.level.below or Level.VILLAGE
    first = _start(quiet_since())
    each = _last_records(area, func.substr(Region.code, 1, int(below)).label("part")).subquery()
    is_active = func.coalesce(cast(each.c.last_at >= first, Integer), 0)
    is_known = cast(each.c.last_at.is_not(None), Integer)
    counted = (
        select(
            each.c.part,
            func.count().label("villages"),
            func.sum(is_active).label("active"),
            func.sum(is_known).label("known"),
        )
        .group_by(each.c.part)
        .subquery()
    )
    rows = db.session.execute(
        select(Region.code, Region.name, counted.c.villages, counted.c.active, counted.c.known)
        .join(counted, counted.c.part == Region.code)
        .order_by(Region.code)
    )
    return [
        Part(code, name, active, known - active, villages - known)
        for code, name, villages, active, known in rows
    ]


def _last_records(area: Area, *columns: Any) -> Any:
    """For each village in force the moment of its last record; one step in an index each."""
    last = (
        select(func.max(Departure.created_at))
        .where(Departure.village_code == Region.code)
        .correlate(Region)
        .scalar_subquery()
    )
    return (
        select(*columns, last.label("last_at"))
        .where(
            area.covers(Region.code),
            func.length(Region.code) == literal(int(Level.VILLAGE)),
            Region.valid_to.is_(None),
        )
        .order_by(Region.code)
    )


def _records_before(area: Area, codes: Sequence[str]) -> dict[str, int]:
    """How many each of these villages recorded in the years before its silence began."""
    begun = quiet_since()
    first = _start(begun - timedelta(days=PAST_YEARS * 365))
    counted = (
        select(Departure.village_code, func.count())
        .where(
            area.covers(Departure.village_code),
            Departure.created_at >= first,
            Departure.created_at < _start(begun),
        )
        .group_by(Departure.village_code)
    )
    wanted = set(codes)
    return {code: number for code, number in db.session.execute(counted) if code in wanted}


def _start(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), WIB)


def _day(moment: datetime) -> date:
    return local_time(moment).date()
