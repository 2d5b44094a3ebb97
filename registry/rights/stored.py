"""What is stored about one person, in words for that person."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.fields import FIELDS, shown
from registry.departures.models import Departure, Resident
from registry.enums import RetentionKind
from registry.formatting import local_time, long_date, thousands
from registry.reference.models import RetentionRule
from registry.regions.area import Area
from registry.regions.queries import former_codes
from registry.rights.purposes import PURPOSES, seen_by

LOOKS = (Event.PERSON_OPENED, Event.PERSON_REVEALED, Event.PERSON_PRINTED)


class StoredField(NamedTuple):
    """A field that was answered: what it says, what it is for, and who may see it."""

    label: str
    value: str
    purpose: str
    seen_by: str


class StoredPaper(NamedTuple):
    """A paper as the village saw it."""

    label: str
    facts: str


class Looks(NamedTuple):
    """How often people of one office looked at the person, and when last."""

    office: str
    number: int
    last_on: str


def stored_fields(row: Resident | Departure) -> list[StoredField]:
    """Every answered field of the person, or of one departure, in clear."""
    owner = "resident" if isinstance(row, Resident) else "departure"
    return [
        StoredField(
            _(info.label),
            shown(info, getattr(row, name)),
            "; ".join(str(_(purpose)) for purpose in PURPOSES[name]),
            _(seen_by(name)),
        )
        for name, info in FIELDS.items()
        if info.owner == owner and not info.is_code and getattr(row, name) not in (None, "")
    ]


def stored_papers(departure: Departure) -> list[StoredPaper]:
    """The papers of a departure with number and days."""
    found = []
    for paper in departure.documents:
        parts = [_(paper.status.label) if paper.status else None, paper.number]
        if paper.issued_on:
            parts.append(_("terbit %(day)s", day=long_date(paper.issued_on, _)))
        if paper.expires_on:
            parts.append(_("berlaku sampai %(day)s", day=long_date(paper.expires_on, _)))
        found.append(StoredPaper(_(paper.kind.label), ", ".join(p for p in parts if p)))
    return found


def departures_of(area: Area, resident: Resident) -> list[Departure]:
    """The person's departures that lie in the area."""
    return [one for one in resident.departures if area.holds(one.village_code)]


def looks_at(area: Area, resident: Resident) -> list[Looks]:
    """Who opened, showed or printed the person's data, by role; lists without numbers left out."""
    statement = (
        select(JournalEntry.role, func.count(), func.max(JournalEntry.at))
        .join(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(
            JournalValue.resident_id == resident.id,
            JournalValue.kind == "look",
            JournalEntry.event.in_([event.value for event in LOOKS]),
            or_(
                area.covers(JournalEntry.area_code),
                JournalEntry.area_code.in_(former_codes(area)),
            ),
        )
        .group_by(JournalEntry.role)
        .order_by(func.count().desc())
    )
    return [
        Looks(_(Role.of(role).label), number, long_date(local_time(last_at).date(), _))
        for role, number, last_at in db.session.execute(statement)
    ]


def periods_in_words(
    rules: dict[RetentionKind, RetentionRule], kinds: Iterable[RetentionKind] = RetentionKind
) -> list[str]:
    """`Batal berangkat, sejak tanggal batal: 1 tahun (Usulan Pamit)`, one for each kind."""
    return [_period(kind, rules.get(kind)) for kind in kinds]


def _period(kind: RetentionKind, rule: Any) -> str:
    kept: str = _("tanpa batas")
    if rule is not None:
        kept = f"{thousands(rule.period)} {_(rule.unit.label)} ({rule.source})"
    return f"{_(kind.label)}: {kept}"
