"""What stands on each list today, and which lists are silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.enums import AgencyKind
from registry.reference.agencies import LICENCES
from registry.reference.lists import LISTS, ReferenceList
from registry.reference.models import Agency, AgencyLicence

LATEST_ENTRIES = 1_000


@dataclass(frozen=True)
class ListLine:
    """A line of the overview."""

    title: str
    url: str
    in_force: int
    is_empty: bool
    silence: str | None
    rules: str
    changed_at: datetime | None


def list_lines(day: date) -> list[ListLine]:
    """Every list, the agencies first."""
    changed = _last_changes()
    lines = [
        _line(item, url_for("reference.agencies", slug=item.slug), day, changed, kind)
        for kind, item in LICENCES.items()
    ]
    return lines + [
        _line(item, url_for("reference.rows", slug=item.slug), day, changed) for item in LISTS
    ]


def is_silent(item: ReferenceList, day: date, kind: AgencyKind | None = None) -> bool:
    """Whether no row of the list is in force."""
    return _count(item.model, kind, _in_force(item.model, day)) == 0


def _line(
    item: ReferenceList,
    url: str,
    day: date,
    changed: dict[str, datetime],
    kind: AgencyKind | None = None,
) -> ListLine:
    return ListLine(
        title=_(item.title),
        url=url,
        in_force=_count(item.model, kind, _in_force(item.model, day)),
        is_empty=_count(item.model, kind, ()) == 0,
        silence=_(item.silence) if item.silence else None,
        rules=", ".join(item.rules),
        changed_at=changed.get(item.slug),
    )


def _in_force(model: Any, day: date) -> tuple[Any, ...]:
    return (model.valid_from <= day, or_(model.valid_to.is_(None), model.valid_to >= day))


def _count(model: Any, kind: AgencyKind | None, conditions: Iterable[Any]) -> int:
    statement = select(func.count(model.id)).where(*conditions)
    if kind is not None:
        statement = statement.join(Agency, Agency.id == AgencyLicence.agency_id)
        statement = statement.where(Agency.kind == kind)
    return db.session.scalar(statement) or 0


def _last_changes() -> dict[str, datetime]:
    """When each list was last changed, as the journal says."""
    entries = (
        select(JournalEntry.at, JournalEntry.detail)
        .where(JournalEntry.event == Event.REFERENCE_CHANGED.value)
        .order_by(JournalEntry.seq.desc())
        .limit(LATEST_ENTRIES)
    )
    found: dict[str, datetime] = {}
    for at, detail in db.session.execute(entries):
        found.setdefault(str(detail.get("daftar")), at)
    return found
