"""What became of a request for an unmasked file, in words for who asked and for who decided."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.enums import RequestState
from registry.formatting import long_moment
from registry.workbooks.models import ExportRequest


class Outcome(NamedTuple):
    """The state as a tag, and what led to it, each part with its moment where that is known."""

    state: str
    parts: list[str]


def outcomes(requests: Iterable[ExportRequest]) -> dict[int, Outcome]:
    """What became of each of these requests, by its id."""
    shown = list(requests)
    taken = _taken_out(shown)
    return {request.id: _outcome(request, taken.get(request.id)) for request in shown}


def _outcome(request: ExportRequest, taken_at: datetime | None) -> Outcome:
    is_over = request.expires_at <= now()
    lapsed = is_over and request.state in (RequestState.WAITING, RequestState.APPROVED)
    state = _("Kedaluwarsa") if lapsed else _(request.state.label)
    return Outcome(state, [*_decided(request), *_left(request, taken_at, lapsed)])


def _decided(request: ExportRequest) -> list[str]:
    if request.decider is None or request.decided_at is None:
        return []
    said = {"name": request.decider.username, "moment": long_moment(request.decided_at, _)}
    if request.state is RequestState.REFUSED:
        return [_("Tidak disetujui %(name)s, %(moment)s", **said)]
    return [_("Disetujui %(name)s, %(moment)s", **said)]


def _left(request: ExportRequest, taken_at: datetime | None, lapsed: bool) -> list[str]:
    if lapsed and request.state is RequestState.APPROVED:
        return [_("tidak diunduh sampai %(moment)s", moment=long_moment(request.expires_at, _))]
    if request.state is not RequestState.DOWNLOADED:
        return []
    who = request.user.username
    if taken_at is None:  # the journal of before does not say which request a file answered
        return [_("diunduh %(name)s", name=who)]
    return [_("diunduh %(name)s, %(moment)s", name=who, moment=long_moment(taken_at, _))]


def _taken_out(requests: list[ExportRequest]) -> dict[int, datetime]:
    """When the files of these requests left, by the journal."""
    gone = [request for request in requests if request.state is RequestState.DOWNLOADED]
    if not gone:
        return {}
    statement = select(JournalEntry.detail, JournalEntry.at).where(
        JournalEntry.event == Event.EXPORTED.value,
        JournalEntry.actor.in_({request.user.username for request in gone}),
        JournalEntry.at > min(r.asked_at for r in gone) - timedelta(seconds=1),
    )
    wanted = {request.id for request in gone}
    return {
        detail["permintaan"]: at
        for detail, at in db.session.execute(statement)
        if detail.get("permintaan") in wanted
    }
