"""The page "Mengapa status ini?": what the rules read and say, today or as of a past day."""

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.audit.events import Event
from registry.departures.fields import record_sight
from registry.departures.filters import BadFilter
from registry.departures.looking_back import case_as_of
from registry.departures.routes import departure_or_404, departures, note_look
from registry.departures.show import tone
from registry.departures.why import answer
from registry.formatting import long_date, today


@departures.get("/<int:departure_id>/mengapa")
@requires(Permission.SEE_PEOPLE)
def why(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    day = _asked_day()
    note_look(Event.PERSON_OPENED, departure, cara="mengapa", pada=day.isoformat())
    case = case_as_of(departure, day)
    sight = record_sight(current_user().role, shown=False)
    return render_template(
        "departures/why.html",
        departure=departure,
        day=day,
        day_text=long_date(day, _),
        today=today(),
        answer=answer(case, day, sight) if case else None,
        tone=tone,
    )


def _asked_day() -> date:
    """The day of the address; raises BadFilter (400) for none, or one that has not come yet."""
    text = (request.args.get("pada") or "").strip()
    if not text:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadFilter(_("Tulis tanggalnya seperti 2026-03-01.")) from None
    if day > today():
        raise BadFilter(_("Hari itu belum tiba; pilih hari ini atau hari yang sudah lewat."))
    return day
