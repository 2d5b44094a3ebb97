"""Unmasked files of the offices above: the areas whose people stand in one are told of it.

What they are told is an entry of the journal of its own, so that a first page finds the few there
are without reading who stood in every file.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures.emergency import ROLES
from registry.departures.models import Departure
from registry.enums import Level
from registry.regions.area import Area
from registry.regions.queries import present_codes

TOLD_FOR = timedelta(days=30)
TOLD_LENGTH = 10
LIST_LENGTH = 200
CHUNK = 500
A_YEAR = timedelta(days=365)
READ_AT_ONCE = 50


class ToldFile(NamedTuple):
    """An unmasked file that an office took out.

    Attributes:
        office: the area of the office then; `area_code` that of the file.
        rows: its departures; `here` those of the area that asks.
        approved_by: the second person, empty where none was needed.
    """

    at: datetime
    username: str
    role: Role
    office: str
    area_code: str
    rows: int
    here: int
    purpose: str
    approved_by: str


class FileFigure(NamedTuple):
    """How many unmasked files an account took out, with how many rows in all."""

    username: str
    role: Role
    office: str
    files: int
    rows: int
    last_at: datetime


def tell(area: Area, ids: Sequence[int], *, by: User, purpose: str, approved_by: str = "") -> None:
    """Note for the villages of these departures that a file holds them; no commit.

    Files of the village itself and of its subdistrict, which work with these people every day, are
    not told of one by one.

    Args:
        area: what the file was asked for; the departures lie in it.
    """
    if by.role not in ROLES:
        return
    log.record(
        Event.EXPORT_TOLD,
        by=by.actor,
        area_code=area.code,
        detail={
            "kantor": by.area_code,
            "baris": len(ids),
            "desa": _by_village(area, ids),
            "keperluan": purpose,
            "disetujui": approved_by,
        },
    )


def _by_village(area: Area, ids: Sequence[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), CHUNK):
        some = Departure.id.in_(ids[start : start + CHUNK])
        statement = (
            select(Departure.village_code, func.count())
            .where(some, area.covers(Departure.village_code))
            .group_by(Departure.village_code)
        )
        for code, count in db.session.execute(statement):
            found[code] = found.get(code, 0) + count
    return found


def told_to(area: Area) -> list[ToldFile]:
    """The last files with people of the area, for its own offices; the newest first."""
    recent = told_between(area, now() - TOLD_FOR, now() + A_YEAR)
    return list(islice(recent, TOLD_LENGTH))


def told_between(area: Area, since: datetime, until: datetime) -> Iterator[ToldFile]:
    """The files of a time (its end excluded) with people of the area, the newest first."""
    return (told for told in _files(area, since, until) if told.here)


def below(area: Area, user: User) -> list[ToldFile]:
    """The last files of a year by offices for which this one is the superior, and by the user.

    They are the offices whose emergency accesses it reads too; files that the user approved as the
    second person stand beside them.

    Args:
        area: the user's area.
    """
    found = (told for told in _files(area) if _is_below(area, user, told))
    return list(islice(found, LIST_LENGTH))


def _is_below(area: Area, user: User, told: ToldFile) -> bool:
    if not area.holds(told.area_code):
        return False
    if user.username in (told.username, told.approved_by):
        return True
    has_none_above = (
        user.role is Role.BP3MI
        and area.level is Level.COUNTRY
        and told.role is Role.LABOUR_OFFICE
        and Area(told.office).level is Level.PROVINCE
    )
    is_of_kind = told.role is user.role and told.office != area.code
    return has_none_above or (is_of_kind and area.holds(told.office))


def figures(area: Area) -> list[FileFigure]:
    """How many files each account of the area took out in a year; for who sees no persons."""
    found: dict[tuple[str, Role, str], FileFigure] = {}
    for told in _files(area):
        if area.holds(told.office):
            key = told.username, told.role, told.office
            last = found.get(key) or FileFigure(*key, files=0, rows=0, last_at=told.at)
            found[key] = last._replace(files=last.files + 1, rows=last.rows + told.rows)
    return list(found.values())


def _files(
    area: Area, since: datetime | None = None, until: datetime | None = None
) -> Iterator[ToldFile]:
    """Every file of the time (the last year), the newest first, as the area is told of it."""
    statement = (
        select(JournalEntry)
        .where(
            JournalEntry.event == Event.EXPORT_TOLD.value,
            JournalEntry.at >= (since or now() - A_YEAR),
            JournalEntry.at < (until or now() + A_YEAR),
        )
        .order_by(JournalEntry.seq.desc())
        .execution_options(yield_per=READ_AT_ONCE)
    )
    present = present_codes()
    return (_told(area, entry, present) for entry in db.session.scalars(statement))


def _told(area: Area, entry: JournalEntry, present: Mapping[str, str]) -> ToldFile:
    """The entry with the codes that its areas have today."""
    said = entry.detail
    villages = ((present.get(code, code), count) for code, count in said["desa"].items())
    return ToldFile(
        entry.at,
        entry.actor,
        Role.of(entry.role),
        present.get(said["kantor"], said["kantor"]),
        present.get(entry.area_code, entry.area_code),
        said["baris"],
        sum(count for code, count in villages if area.holds(code)),
        said["keperluan"],
        said["disetujui"],
    )
