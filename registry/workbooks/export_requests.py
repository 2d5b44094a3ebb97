"""The second person: asking for a large unmasked file, approving it, and taking it out once."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from registry.accounts.models import User
from registry.accounts.roles import Permission, Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.vouching import vouch_for
from registry.db import db, next_ids, now
from registry.departures.filters import Filter, parse_filter
from registry.departures.workflow import NotAllowed
from registry.enums import N_, RequestState
from registry.regions.area import Area, path_codes
from registry.regions.queries import present_codes
from registry.sealing import keyring
from registry.workbooks.journaling import filter_facts
from registry.workbooks.models import ExportRequest

SEALED_AS = ("export_request", "filter")
VALID_FOR = timedelta(hours=24)
SHOWN_FOR = timedelta(days=7)
COUNTED_FOR = timedelta(hours=24)
# From the village up; who decides sits in the same office or in one further up.
OFFICES = (Role.OPERATOR, Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI)

_LATE = N_("Permintaan ini sudah diputuskan, sudah diunduh, atau kedaluwarsa.")


class Asked(NamedTuple):
    """What a request wants: its filter, and whether names are matched by whole words."""

    filter: Filter
    whole_words: bool


def ask(asked: Asked, rows: int, purpose: str, *, by: User) -> ExportRequest:
    """Note that the account wants this file; somebody else must approve it."""
    moment, request_id = now(), next_ids("export_request")[0]
    said = {"saringan": asked.filter.pairs(), "kata_utuh": asked.whole_words}
    request = ExportRequest(
        id=request_id,
        user=by,
        role=by.role.value,
        area_code=by.area_code,
        filter_sealed=keyring().seal(json.dumps(said).encode(), *SEALED_AS, request_id),
        rows=rows,
        purpose=purpose,
        state=RequestState.WAITING,
        asked_at=moment,
        expires_at=moment + VALID_FOR,
    )
    db.session.add(request)
    detail = {"permintaan": request_id, "baris": rows, "keperluan": purpose}
    log.record(
        Event.EXPORT_ASKED,
        by=by.actor,
        area_code=asked.filter.area.code,
        detail=detail | filter_facts(asked.filter),
    )
    return request


def taken_out_alone(user: User) -> int:
    """Rows of the unmasked files that the account took out lately without a second person.

    They count towards the limit, so that a large file cannot leave as many small ones.
    """
    entries = select(JournalEntry.detail).where(
        JournalEntry.actor == user.username,
        JournalEntry.event == Event.EXPORTED.value,
        JournalEntry.at > now() - COUNTED_FOR,
    )
    alone = (d for d in db.session.scalars(entries) if not (d["disamarkan"] or d.get("disetujui")))
    return sum(int(detail["baris"]) for detail in alone)


def wanted(request: ExportRequest) -> Asked:
    """The filter that was asked for."""
    text = keyring().unseal(request.filter_sealed, *SEALED_AS, request.id)
    said: dict[str, Any] = json.loads(text)
    present = present_codes()
    pairs = [
        (name, present.get(value, value) if name == "wilayah" else value)
        for name, value in said["saringan"]
    ]
    return Asked(parse_filter(pairs, Area(request.area_code), {}), bool(said["kata_utuh"]))


def find(area: Area, request_id: int) -> ExportRequest | None:
    """The request, when the office that asked lies in the area."""
    request = db.session.get(ExportRequest, request_id, populate_existing=True)
    return request if request and area.holds(request.area_code) else None


def own(user: User) -> Sequence[ExportRequest]:
    """What the account asked for in the last days, newest first."""
    statement = select(ExportRequest).where(
        ExportRequest.user_id == user.id, ExportRequest.asked_at > now() - SHOWN_FOR
    )
    return db.session.scalars(statement.order_by(ExportRequest.id.desc())).unique().all()


def answers(user: User) -> list[ExportRequest]:
    """What the account is told of on its first page: files to take out, a refusal not yet met.

    Who asked again after a refusal has read it.
    """
    asked = own(user)
    return [
        request
        for position, request in enumerate(asked)
        if is_ready(request, user) or (position == 0 and request.state is RequestState.REFUSED)
    ]


def decided(area: Area, user: User) -> list[ExportRequest]:
    """What the account decided in the last days, newest first; `area` is the user's."""
    statement = select(ExportRequest).where(
        ExportRequest.decided_by == user.id, ExportRequest.decided_at > now() - SHOWN_FOR
    )
    found = db.session.scalars(statement.order_by(ExportRequest.decided_at.desc())).unique()
    return [request for request in found if area.holds(request.area_code)]


def purge() -> None:
    """Delete what nobody is shown any more: its filter may name a person who is erased one day."""
    shown_since = now() - SHOWN_FOR - VALID_FOR  # a decision may come a day after the question
    db.session.execute(delete(ExportRequest).where(ExportRequest.asked_at < shown_since))


def waiting(area: Area, user: User) -> list[ExportRequest]:
    """What waits for a decision that this user may take; `area` is the user's."""
    statement = (
        select(ExportRequest)
        .where(ExportRequest.state == RequestState.WAITING, ExportRequest.expires_at > now())
        .order_by(ExportRequest.id)
    )
    found = db.session.scalars(statement).unique()
    return [r for r in found if area.holds(r.area_code) and may_decide(user, r)]


def may_decide(user: User, request: ExportRequest) -> bool:
    """Whether the account is a second person: not who asked, of the same or a higher office."""
    return (
        user.id != request.user_id
        and user.may(Permission.EXPORT_UNMASKED)
        and user.area.holds(request.area_code)
        and OFFICES.index(user.role) >= OFFICES.index(Role.of(request.role))
    )


def offices_that_decide(area: Area, user: User) -> list[tuple[Role, str]]:
    """Role and area of the offices with an account that may be this user's second person.

    The nearest come first; none where nobody else is there.

    Args:
        area: the user's area.
    """
    statement = (
        select(User.role, User.area_code)
        .where(
            User.id != user.id,
            User.is_active_account,
            User.role.in_(OFFICES[OFFICES.index(user.role) :]),
            User.area_code.in_(path_codes(area.code)),
        )
        .distinct()
    )
    found = [(role, code) for role, code in db.session.execute(statement)]
    return sorted(found, key=lambda office: (OFFICES.index(office[0]), -len(office[1]), office[1]))


def is_ready(request: ExportRequest, user: User) -> bool:
    """Whether the account may take the file out now."""
    return (
        request.user_id == user.id
        and request.state is RequestState.APPROVED
        and request.expires_at > now()
        and (request.role, request.area_code) == (user.role.value, user.area_code)
    )


def approve(request: ExportRequest, *, by: User) -> None:
    _decide(request, RequestState.APPROVED, by)
    _record(Event.EXPORT_APPROVED, request, by)


def refuse(request: ExportRequest, reason: str, *, by: User) -> None:
    _decide(request, RequestState.REFUSED, by, refusal=reason)
    _record(Event.EXPORT_REFUSED, request, by)


def take_out(request: ExportRequest) -> None:
    """Use the approval up; the caller journals the file."""
    _move(request, RequestState.APPROVED, state=RequestState.DOWNLOADED)


def _decide(request: ExportRequest, state: RequestState, by: User, **more: Any) -> None:
    _move(request, RequestState.WAITING, state=state, decided_by=by.id, decided_at=now(), **more)


def _move(request: ExportRequest, before: RequestState, **values: Any) -> None:
    """Change the request where it still stands so; of two at once one wins, the other is told."""
    vouch_for(ExportRequest, [request.id])
    moved = db.session.execute(
        update(ExportRequest)
        .where(
            ExportRequest.id == request.id,
            ExportRequest.state == before,
            ExportRequest.expires_at > now(),
        )
        .values(values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise NotAllowed(_LATE)


def _record(event: Event, request: ExportRequest, by: User) -> None:
    detail = {"permintaan": request.id, "pemohon": request.user.username, "baris": request.rows}
    log.record(event, by=by.actor, area_code=request.area_code, detail=detail)
