"""Who looked at the people of a village in a month, account by account."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from sqlalchemy import select

from registry.accounts.models import User
from registry.audit.ids import Ids
from registry.db import db
from registry.departures.models import Departure, Resident
from registry.formatting import WIB, local_time, today
from registry.looks.queries import _ENTRY, Look, looks_at
from registry.looks.ways import OF_EVENT, WITH_IDS, Way
from registry.regions.area import Area, path_codes
from registry.regions.queries import former_codes


class Month(NamedTuple):
    """A calendar month in western Indonesia."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """`2026-03`; the present month for nothing. Raises ValueError for anything else."""
        day = date.fromisoformat(f"{text}-01") if text else today()
        return cls(day.year, day.month)

    @property
    def text(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def before(self) -> "Month":
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def after(self) -> "Month":
        return Month(self.year + (self.number == 12), self.number % 12 + 1)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first instant, and that of the next month."""
        begins, ends = (datetime.combine(m.first, time(), WIB) for m in (self, self.after))
        return begins, ends


@dataclass
class Onlooker:
    """An account that looked: with which role, from which office, how often in which way."""

    username: str
    role: str
    area_code: str | None = None
    times: Counter[Way] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)

    def total(self, *ways: Way) -> int:
        return sum(self.times[way] for way in ways)


def onlookers(village: Area, month: Month) -> list[Onlooker]:
    """Everybody who looked at people of the village, the busiest first.

    Lists and files of a wider area count where somebody of the village stood in them.
    """
    begins, ends = month.bounds
    entries = looks_at(
        _ENTRY.area_code.in_(_areas_around(village)),
        _ENTRY.at >= begins,
        _ENTRY.at < ends,
        _ENTRY.event.in_(list(OF_EVENT)),
    )
    departures, residents = _ids(Departure, village), _ids(Resident, village)
    found: dict[tuple[str, str], Onlooker] = {}
    for look in entries:
        if _shows(look, departures, residents):
            key = (look.actor, look.role)
            who = found.setdefault(key, Onlooker(*key))
            who.times[look.way] += 1
            who.days.add(local_time(look.at).date())
    _add_offices(found)
    return sorted(found.values(), key=lambda who: (-who.times.total(), who.username))


def _areas_around(village: Area) -> set[str]:
    """The codes of the village and of what lies around it, with those it had before.

    What an area around it looked at that it has left by now is told as well: `_shows` asks whether
    anybody of the village stood there.
    """
    return {above for code in (village.code, *former_codes(village)) for above in path_codes(code)}


def _ids(model: type[Departure] | type[Resident], village: Area) -> list[int]:
    statement = select(model.id).where(village.covers(model.village_code)).order_by(model.id)
    return list(db.session.scalars(statement))


def _shows(look: Look, departures: Sequence[int], residents: Sequence[int]) -> bool:
    """Whether people of the village were seen; what opens a person is noted for its own village."""
    if look.event not in WITH_IDS:
        return True
    by_resident = Ids(look.detail.get("warga")).touch(residents)
    return by_resident or Ids(look.detail.get("id")).touch(departures)


def _add_offices(found: dict[tuple[str, str], Onlooker]) -> None:
    names = {username for username, _role in found}
    statement = select(User.username, User.area_code).where(User.username.in_(names))
    areas = {row.username: row.area_code for row in db.session.execute(statement)}
    for who in found.values():
        who.area_code = areas.get(who.username)
