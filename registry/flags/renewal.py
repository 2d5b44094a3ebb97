"""Patterns under new keys: their addresses are keyed digests, so each step moves to the new one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import selectinload

from registry.assessment.rules.office import CLUSTER, OUTSIDERS, RECRUITER, TWICE
from registry.audit import log
from registry.audit.events import Event
from registry.audit.vouching import vouch_for
from registry.db import db
from registry.departures.models import Departure, PatternStep, Resident
from registry.flags import patterns
from registry.flags.members import LETTERS, Member, Twin, members_with_ids
from registry.regions.area import Area
from registry.sealing import Keyring

COUNTRY = Area("0")


def renew_patterns(keyring: Keyring) -> int:
    """Give the steps of patterns their addresses under the present keys; answers how many moved.

    A step whose departures no longer share what it was about stays where it is. Journaled, no
    commit.
    """
    table: Any = PatternStep.__table__
    moved = []
    for step in db.session.execute(select(table.c.id, table.c.pattern, table.c.members)):
        if (new := _new_ids(step.members, keyring).get(step.pattern)) is not None:
            moved.append({"row_id": step.id, "new": new})
    if moved:
        vouch_for(PatternStep, [row["row_id"] for row in moved])
        statement = update(table).where(table.c.id == bindparam("row_id"))
        db.session.execute(statement.values(pattern=bindparam("new")), moved)
        detail = {"versi": keyring.version, "baris": len(moved)}
        log.record(Event.KEYS_RENEWED, by=log.SYSTEM, area_code="0", detail=detail)
    return len(moved)


def _new_ids(departure_ids: list[int], keyring: Keyring) -> dict[str, str]:
    """From every address that these departures may have had to the one that they have now."""
    found: dict[str, str] = {}
    members = members_with_ids(COUNTRY, departure_ids)
    statement = select(Departure).where(Departure.id.in_(departure_ids))
    loaded = statement.options(selectinload(Departure.documents), selectinload(Departure.resident))
    departures = {departure.id: departure for departure in db.session.scalars(loaded)}
    for member in members:
        departure = departures[member.id]
        now = list(_values(departure, member, keyring))
        for older in keyring.older:
            was = Keyring(older.data, older.index, keyring.journal, older.version)
            before = _values(departure, member, was)
            for (rule, old), (_, new) in zip(before, now, strict=True):
                # A step taken meanwhile may hold an old number's digest under the new key.
                for outer in (was, replace(keyring, older=())):
                    found[patterns.pattern_id(rule, old, outer)] = patterns.pattern_id(
                        rule, new, keyring
                    )
    return {old: new for old, new in found.items() if old != new}


def _values(departure: Departure, member: Member, keyring: Keyring) -> Iterator[tuple[str, str]]:
    """Rule and value of all that a departure may share, with digests under these keys."""

    def index(model: Any, name: str, number: str | None) -> bytes | None:
        return keyring.blind_index(getattr(model, name).index, number) if number else None

    phone = index(Departure, "recruiter_phone", departure.recruiter_phone)
    # Whether its agency was licensed then is not known, so the step may have been about it.
    member = member._replace(phone_index=phone, agency_id=None)
    if (nik := index(Resident, "nik", departure.resident.nik)) is not None:
        yield TWICE.number, patterns.nik_value(Twin(member, None, nik))
    for document in departure.documents:
        number = index(type(document), "number", document.number)
        if document.kind in LETTERS and number is not None:
            yield TWICE.number, patterns.letter_value(Twin(member, document.kind, number))
    for rule, values in (
        (CLUSTER, patterns.cluster_values(member)),
        (OUTSIDERS, patterns.outsider_values(member)),
        (RECRUITER, patterns.recruiter_values(member)),
    ):
        for value in values:
            yield rule.number, ":".join(value)
