"""The page "Mengapa status ini?": what the rules read and say, today or as of a past day."""

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.audit.events import Event
from registry.departures.emergency_queries import open_accesses
from registry.departures.fields import record_sight
from registry.departures.looking_back import case_as_of
from registry.departures.models import Departure
from registry.departures.routes import departure_or_404, departures, note_look
from registry.departures.show import tone
from registry.departures.why import Answer, answer
from registry.formatting import long_date, today


@departures.get("/<int:departure_id>/mengapa")
@requires(Permission.SEE_PEOPLE)
def why(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    text = (request.args.get("pada") or "").strip()
    day, error = _asked_day(text)
    if day is None:
        return _page(departure, text, error), 400
    is_shown = bool(open_accesses(current_user(), departure))
    event = Event.PERSON_REVEALED if is_shown else Event.PERSON_OPENED
    note_look(event, departure, cara="mengapa", pada=day.isoformat())
    case = case_as_of(departure, day)
    sight = record_sight(current_user().role, shown=is_shown)
    return _page(
        departure,
        day.isoformat(),
        day_text=long_date(day, _),
        answer=answer(case, day, sight) if case else None,
    )


def _page(
    departure: Departure,
    typed: str,
    error: str | None = None,
    *,
    day_text: str | None = None,
    answer: Answer | None = None,
) -> str:
    return render_template(
        "departures/why.html",
        departure=departure,
        typed=typed,
        error=error,
        day_text=day_text,
        today=today(),
        answer=answer,
        tone=tone,
    )


def _asked_day(text: str) -> tuple[date | None, str | None]:
    """The day that was typed, today for nothing; else None and what is wrong."""
    if not text:
        return today(), None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, _("Tulis tanggalnya seperti 2026-03-01.")
    if day > today():
        return None, _("Hari itu belum tiba; pilih hari ini atau hari yang sudah lewat.")
    return day, None
