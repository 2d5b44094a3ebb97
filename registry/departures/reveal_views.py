"""Showing a masked person: "tampilkan", and the emergency access of the offices above."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import slowdown
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission, Role
from registry.accounts.slowdown import TooSoon
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures import emergency, emergency_queries, told_files
from registry.departures.emergency_queries import open_accesses
from registry.departures.fields import record_sight
from registry.departures.models import Departure
from registry.departures.routes import (
    LOOKS_PER_HOUR,
    departure_or_404,
    departures,
    emergencies,
    note_look,
)
from registry.departures.show import may_reveal_without_reason
from registry.departures.small_forms import EmergencyForm, ReasonForm
from registry.departures.views import record_page
from registry.enums import Level
from registry.regions.area import Area
from registry.regions.queries import place, places


@departures.post("/<int:departure_id>/tampilkan")
@requires(Permission.REVEAL)
def reveal(departure_id: int) -> ResponseReturnValue:
    """Show the person once, on this answer; above the subdistrict only for a grave flag."""
    departure = departure_or_404(departure_id)
    form = ReasonForm()
    role = current_user().role
    if emergency.needs_emergency(role, departure):
        # The flag was settled meanwhile: what was typed moves to the form that is left.
        instead = EmergencyForm(formdata=None, data={"alasan": form.alasan.data})
        instead.form_errors.append(
            _("Tidak ada lagi tanda kritis atau tinggi kantor Anda pada orang ini.")
        )
        return _still_masked(departure, emergency_form=instead), 409
    if not may_reveal_without_reason(role) and not form.validate_on_submit():
        return _still_masked(departure, form), 400
    try:
        _count_look()
    except TooSoon as error:
        form.form_errors.append(str(error))
        return _still_masked(departure, form), 429, error.headers
    note_look(Event.PERSON_REVEALED, departure, reason=form.alasan.data)
    db.session.commit()
    return record_page(departure, record_sight(role, shown=True))


def _still_masked(departure: Departure, form: Any = None, emergency_form: Any = None) -> str:
    """The record as it stays when showing it was refused; whoever sees that has opened it."""
    note_look(Event.PERSON_OPENED, departure, cara="tampilkan")
    db.session.commit()
    masked = record_sight(current_user().role, shown=False)
    return record_page(departure, masked, form, emergency_form)


def _count_look() -> None:
    slowdown.allow("reveal", current_user().username, per_hour=LOOKS_PER_HOUR)


@departures.post("/<int:departure_id>/akses-darurat")
@requires(Permission.REVEAL)
def open_in_emergency(departure_id: int) -> ResponseReturnValue:
    """Open the person to this account for some hours, and tell the area."""
    departure, user = departure_or_404(departure_id), current_user()
    form = EmergencyForm()
    if open_accesses(user, departure) or not emergency.needs_emergency(user.role, departure):
        return _to_record(departure)
    if not form.validate_on_submit():
        return _still_masked(departure, emergency_form=form), 400
    try:
        _count_look()
    except TooSoon as error:
        form.form_errors.append(str(error))
        return _still_masked(departure, emergency_form=form), 429, error.headers
    emergency.open_access(
        departure, by=user, ground=form.dasar.member, reason=form.alasan.data or ""
    )
    db.session.commit()
    return _to_record(departure)


@departures.post("/<int:departure_id>/akses-darurat/akhiri")
@requires(Permission.REVEAL)
def end_emergency(departure_id: int) -> ResponseReturnValue:
    departure, user = departure_or_404(departure_id), current_user()
    if accesses := open_accesses(user, departure):
        emergency.end_access(departure, by=user, accesses=accesses)
        db.session.commit()
        flash(_("Akses darurat diakhiri; datanya disamarkan lagi."), "success")
    return _to_record(departure)


def _to_record(departure: Departure) -> ResponseReturnValue:
    return redirect(url_for("departures.show", departure_id=departure.id))


@emergencies.get("")
@requires(Permission.SEE_JOURNAL)
def index() -> ResponseReturnValue:
    """The accesses of the offices below, for the office above; figures alone for administrators."""
    area, user = current_area(), current_user()
    if user.role is Role.ADMIN:
        found = emergency_queries.figures(area)
        taken = told_files.figures(area)
        return render_template(
            "emergency/figures.html",
            rows=found,
            offices=[emergency.office_words(Role.of(row.role), row.area_code, _) for row in found],
            files=taken,
            file_offices=[emergency.office_words(row.role, row.office, _) for row in taken],
            place=place(area.code),
        )
    files = told_files.below(area, user)
    rows = emergency_queries.below(area, user)
    offices = _offices_listed(user.role, area)
    log.record(
        Event.LIST_SEEN,
        by=user.actor,
        area_code=area.code,
        detail={"halaman": "akses-darurat", "id": [row.departure_id for row in rows]},
    )
    return render_template(
        "emergency/index.html",
        rows=rows,
        offices=[emergency.office_words(Role.of(row.role), row.area_code, _) for row in rows],
        is_open=[emergency_queries.lasts(row) for row in rows],
        places=places(
            {row.departure.village_code for row in rows} | {told.area_code for told in files}
        ),
        files=files,
        file_offices=[emergency.office_words(told.role, told.office, _) for told in files],
        lead=offices or _("Data orang yang Anda sendiri buka tanpa tanda kantor Anda."),
        lists_offices=bool(offices),
    )


def _offices_listed(role: Role, area: Area) -> str | None:
    """Of which offices the list holds accesses, by `emergency_queries.below`; None: of no other."""
    if role is Role.BP3MI and area.level is Level.COUNTRY:
        return str(
            _(
                "Data orang yang dibuka tanpa tanda kantor oleh BP3MI dan dinas tenaga kerja "
                "provinsi, dan oleh Anda."
            )
        )
    if role is Role.LABOUR_OFFICE and area.level is Level.PROVINCE:
        return str(
            _(
                "Data orang yang dibuka tanpa tanda kantor oleh dinas tenaga kerja kabupaten dan "
                "kota di %(place)s, dan oleh Anda.",
                place=place(area.code).title,
            )
        )
    return None
