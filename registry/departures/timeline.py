"""The history of a record, and stored old values in words."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.fields import (
    FIELDS,
    JOURNAL_FIELDS,
    PAPER_FIELDS,
    FieldInfo,
    Sight,
    shown,
)
from registry.departures.models import Departure, EmergencyAccess, Resident
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    LabelledEnum,
)
from registry.formatting import long_moment

# Looks at a person, new keys; and notes on flags, which not everybody may know of: they stand with
# the flag.
UNTOLD = (
    Event.PERSON_OPENED,
    Event.PERSON_REVEALED,
    Event.PERSON_PRINTED,
    Event.FLAG_NOTED,
    Event.KEYS_RENEWED,
)


TIMELINE_LENGTH = 50


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the record's history."""

    at_text: str
    who: str
    what: str
    details: list[tuple[str, str | None, str | None]]


def _enums_of_fields() -> dict[str, type[LabelledEnum]]:
    found: dict[str, type[LabelledEnum]] = {}
    for model in (Resident, Departure, EmergencyAccess):
        for column in model.__table__.columns:
            kind = getattr(column.type, "enum_class", None)
            if kind is not None and issubclass(kind, LabelledEnum):
                found[column.name] = kind
    return found


FIELD_ENUMS = _enums_of_fields()


def stored_value(info: FieldInfo, value: Any) -> Any:
    """A value as the journal keeps it (JSON), turned back into what the record holds."""
    if value in (None, ""):
        return None
    if info.name in FIELD_ENUMS:
        return FIELD_ENUMS[info.name].of(str(value))
    if info.name == "birth_date" or info.name.endswith("_on"):
        return date.fromisoformat(str(value))
    return value


def timeline(departure: Departure, sight: Sight) -> list[TimelineEntry]:
    """The record's history, newest first, with before and after as this viewer may see them."""
    statement = (
        select(JournalEntry, JournalValue)
        .join(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(
            JournalValue.resident_id == departure.resident_id,
            _is_about(departure),
            JournalEntry.event.not_in([event.value for event in UNTOLD]),
        )
        .order_by(JournalEntry.seq.desc(), JournalValue.ordinal)
        .limit(TIMELINE_LENGTH * 2)
    )
    by_seq: dict[int, TimelineEntry] = {}
    for entry, value in db.session.execute(statement):
        line = by_seq.get(entry.seq)
        if line is None:
            line = TimelineEntry(
                at_text=long_moment(entry.at, _),
                who=entry.actor,
                what=_(Event.of(entry.event).label),
                details=[],
            )
            by_seq[entry.seq] = line
        line.details.extend(_changes(departure, value, sight))
    return list(by_seq.values())


def _is_about(departure: Departure) -> ColumnElement[bool]:
    """Entries about the person, this departure, or one of its flags."""
    flags = [flag.id for flag in departure.flags]
    is_flag = JournalValue.kind == "flag"
    return or_(
        JournalValue.kind == "resident",
        and_(~is_flag, JournalValue.subject_id == departure.id),
        and_(is_flag, JournalValue.subject_id.in_(flags)),
    )


def _changes(
    departure: Departure, value: JournalValue, sight: Sight
) -> list[tuple[str, str | None, str | None]]:
    if value.sealed is None or value.version is None or departure.resident.erased_on is not None:
        return []
    key = departure.resident.person_key
    plain = log.unseal_changes(key, value.sealed, value.kind, value.subject_id, value.version)
    return [
        (label, _text(info, before, sight), _text(info, after, sight))
        for name, (before, after) in sorted(plain.items())
        if (described := _describe(name)) is not None
        for label, info in [described]
        if not info.is_code
    ]


def _describe(name: str) -> tuple[str, FieldInfo] | None:
    """The label of a changed field; papers are named `paspor.number`. None for an unlisted one."""
    if "." in name:
        kind, part = name.split(".", 1)
        info = PAPER_FIELDS.get(part)
        paper = _(DocumentKind.of(kind).label)
        return (f"{paper}, {_(info.label)}", replace(info, name=name)) if info else None
    info = FIELDS.get(name) or JOURNAL_FIELDS.get(name)
    return (_(info.label), info) if info else None


def _text(info: FieldInfo, value: Any, sight: Sight) -> str | None:
    if value in (None, ""):
        return None
    if info.name.endswith(".status"):
        return str(_(DocumentStatus.of(value).label))
    return shown(info, stored_value(info, value), sight)
