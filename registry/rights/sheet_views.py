"""What a person is handed who asks what is stored about them, and what they are told beforehand."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from registry.accounts import slowdown
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission, Role
from registry.audit.events import Event
from registry.departures.fields import FIELDS
from registry.departures.flag_cards import flag_cards
from registry.departures.routes import LOOKS_PER_HOUR, departure_or_404, note_look
from registry.formatting import today
from registry.reference.contacts import HELP_CONTACT
from registry.regions.queries import place
from registry.rights.corrections import requests_of
from registry.rights.policy import rules_in_force
from registry.rights.purposes import PURPOSES, seen_by
from registry.rights.routes import rights
from registry.rights.stored import (
    departures_of,
    looks_at,
    periods_in_words,
    stored_fields,
    stored_papers,
)


@rights.get("/keberangkatan/<int:departure_id>/data-tersimpan")
@requires(Permission.PRINT_LETTERS)
def stored(departure_id: int) -> ResponseReturnValue:
    departure, area, user = departure_or_404(departure_id), current_area(), current_user()
    if user.role is Role.REVIEWER:
        # Everything is in clear, so for who works above the village it is a "tampilkan".
        slowdown.allow("reveal", user.username, per_hour=LOOKS_PER_HOUR)
    note_look(Event.PERSON_PRINTED, departure, surat="data_tersimpan")
    resident = departure.resident
    with force_locale("id"):
        return render_template(
            "rights/stored.html",
            departure=departure,
            resident=resident,
            place=place(departure.village_code),
            person=stored_fields(resident),
            journeys=[
                (
                    one,
                    stored_fields(one),
                    stored_papers(one),
                    flag_cards(one, user.role),
                    requests_of(area, one),
                )
                for one in departures_of(area, resident)
            ],
            looks=looks_at(area, resident),
            periods=periods_in_words(rules_in_force(today())),
            contact=HELP_CONTACT,
            printed_on=today(),
            back_url=url_for("departures.show", departure_id=departure_id),
        )


@rights.get("/pemrosesan-data")
@requires(Permission.OWN_ACCOUNT)
def notice() -> ResponseReturnValue:
    return render_template(
        "rights/notice.html",
        fields=[
            (info.label, PURPOSES[name], seen_by(name))
            for name, info in FIELDS.items()
            if not info.is_code
        ],
        periods=periods_in_words(rules_in_force(today())),
    )
