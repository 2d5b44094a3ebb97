"""Emergency access: an office opens a person of whom it has no grave flag, and the area is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, next_ids, now
from registry.departures.models import Departure, EmergencyAccess
from registry.enums import EmergencyGround, Office, Severity
from registry.regions.queries import place

LASTS = timedelta(hours=3)
ROLES = frozenset({Role.LABOUR_OFFICE, Role.BP3MI})
GRAVE = frozenset({Severity.CRITICAL, Severity.HIGH})


def has_grave_flag(departure: Departure) -> bool:
    """Whether a critical or high flag waits for the labour office and BP3MI."""
    return any(
        flag.state.is_open and flag.severity in GRAVE and flag.owner is Office.LABOUR_OFFICE
        for flag in departure.flags
    )


def needs_emergency(role: Role, departure: Departure) -> bool:
    """Whether the role sees this person in emergencies only."""
    return role in ROLES and not has_grave_flag(departure)


def open_access(
    departure: Departure, *, by: User, ground: EmergencyGround, reason: str
) -> EmergencyAccess:
    """Let the account see the person for some hours."""
    moment = now()
    access = EmergencyAccess(
        id=next_ids("emergency_access")[0],
        user=by,
        departure=departure,
        role=by.role.value,
        area_code=by.area_code,
        ground=ground,
        from_at=moment,
        until_at=moment + LASTS,
    )
    access.reason = reason
    db.session.add(access)
    said = {
        "office": [None, office_words(by.role, by.area_code)],
        "ground": [None, ground.value],
        "emergency_reason": [None, reason],
    }
    _record(Event.EMERGENCY_OPENED, departure, by, said)
    return access


def end_access(departure: Departure, *, by: User, accesses: list[EmergencyAccess]) -> None:
    """Give back what the account was granted on this person."""
    for access in accesses:
        access.ended_at = now()
    _record(Event.EMERGENCY_ENDED, departure, by, {})


def office_words(role: Role, area_code: str, say: Callable[[str], str] = str) -> str:
    """`BP3MI, Provinsi Lampung`: an office in official words; `say` translates them."""
    return f"{say(role.label)}, {place(area_code).title}"


def minutes_left(until: datetime) -> int:
    """How many minutes an access still lasts; the begun one counts."""
    return ceil((until - now()).total_seconds() / 60)


def _record(
    event: Event, departure: Departure, by: User, said: dict[str, list[str | None]]
) -> None:
    key = departure.resident.person_key
    sealed = log.seal_changes(key, said, "look", departure.id, departure.version) if said else None
    subject = log.Subject(
        kind="look",
        subject_id=departure.id,
        resident_id=departure.resident_id,
        version=departure.version,
        sealed=sealed,
    )
    log.record(
        event,
        by=by.actor,
        area_code=departure.village_code,
        subjects=[subject],
        detail={"nomor": departure.registration_number},
    )
