"""Beginning a record: a search first, so that a known person is picked and not typed again."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures import operations, queries
from registry.departures.fields import FIELDS, record_sight, shown
from registry.departures.forms import PersonForm
from registry.departures.journey_days import BadDay
from registry.departures.models import Resident
from registry.departures.nik import digits_only
from registry.departures.operations import NikTaken
from registry.departures.routes import departures, note_resident_opened
from registry.departures.small_forms import SearchForm
from registry.departures.step_pages import (
    bound,
    onward,
    open_elsewhere,
    record_with_nik,
    step_page,
    step_url,
    warn_about,
)
from registry.departures.steps import (
    HOME,
    PERSON,
)
from registry.enums import Level
from registry.regions.area import Area
from registry.regions.queries import known_place, list_children, place


@departures.route("/baru", methods=["GET", "POST"])
@requires(Permission.RECORD)
def new() -> ResponseReturnValue:
    form = SearchForm()
    form.desa.choices = _village_choices()
    found = elsewhere = village = None
    if form.validate_on_submit():
        village = _chosen_village(form.desa.data)
        found = queries.search_residents(village, form.cari.data)
        elsewhere = open_elsewhere(village, digits_only(form.cari.data) or "")
        _note_search(village, found)
        db.session.commit()
    return render_template(
        "departures/new.html",
        form=form,
        found=found,
        elsewhere=elsewhere,
        village=place(village.code) if village else None,
        start=_start_form(form) if village else None,
        addresses=_addresses(found or []),
    )


def _village_choices() -> list[tuple[str, str]]:
    area = current_area()
    if area.level is Level.VILLAGE:
        return [(area.code, place(area.code).title)]
    return [(village.code, village.name) for village in list_children(area.code)]


def _chosen_village(code: str | None) -> Area:
    """The village to record for: the operator's own, or one of the reviewer's area."""
    area = current_area()
    if area.level is Level.VILLAGE:
        return area
    village = area.narrow(code or "")
    if village.level is not Level.VILLAGE or known_place(village.code) is None:
        abort(404)
    return village


def _start_form(search: SearchForm) -> PersonForm:
    """An empty first step that carries over what was searched for."""
    typed = search.cari.data or ""
    digits = digits_only(typed) or ""
    form = PersonForm(formdata=None)
    form.nik.data = digits if digits.isdigit() and len(digits) == 16 else None
    form.name.data = None if any(c.isdigit() for c in typed) else typed
    return form


def _addresses(residents: list[Resident]) -> dict[int, str]:
    """The addresses that tell people of one name apart, as far as this viewer may see them."""
    sight = record_sight(current_user().role, shown=False)
    return {r.id: shown(FIELDS["address"], r.address, sight) for r in residents}


def _note_search(village: Area, found: list[Resident]) -> None:
    log.record(
        Event.PEOPLE_SEARCHED,
        by=current_user().actor,
        area_code=village.code,
        detail={
            "halaman": "catat",
            "ditemukan": len(found),
            "warga": [resident.id for resident in found],
        },
    )


@departures.route("/baru/warga", methods=["GET", "POST"])
@requires(Permission.RECORD)
def new_person() -> ResponseReturnValue:
    if current_area().level is not Level.VILLAGE and not request.values.get("desa"):
        return redirect(url_for("departures.new"))
    return _first_step(_chosen_village(request.values.get("desa")), None)


@departures.route("/baru/warga/<int:resident_id>", methods=["GET", "POST"])
@requires(Permission.RECORD)
def new_for_resident(resident_id: int) -> ResponseReturnValue:
    resident = queries.find_resident(current_area(), resident_id) or abort(404)
    if request.method == "GET" and (running := operations.open_departure(resident)):
        flash(_("Warga ini masih punya keberangkatan yang berjalan; inilah catatannya."), "info")
        return redirect(url_for("departures.show", departure_id=running.id))
    return _first_step(Area(resident.village_code), resident)


def _first_step(village: Area, resident: Resident | None) -> ResponseReturnValue:
    try:
        return _save_or_show(village, resident)
    except IntegrityError:
        # The same person, or this very form, was saved at the same moment; now that is seen.
        db.session.rollback()
        return _save_or_show(village, resident)


def _save_or_show(village: Area, resident: Resident | None) -> ResponseReturnValue:
    is_start = request.form.get("mulai") == "1"
    form: PersonForm = bound(PersonForm, resident, is_start)
    owner = None
    again = queries.find_by_client_key(village, form.client_key)
    if again is not None:
        return redirect(step_url(HOME, again))
    if not is_start and form.validate_on_submit():
        try:
            departure = operations.create(
                village_code=village.code,
                resident=resident,
                values=form.answers(),
                by=current_user(),
                client_key=form.kunci.data,
            )
        except NikTaken as error:
            form.nik.errors = [_(str(error))]
            owner = record_with_nik(village, form.nik.data)
        except BadDay as error:
            form["birth_date"].errors = [_(error.text)]
        else:
            warn_about(departure, village)
            db.session.commit()
            flash(
                _("Tersimpan sebagai draf %(number)s.", number=departure.registration_number),
                "success",
            )
            return onward(PERSON, departure)
    if resident is not None:
        note_resident_opened(resident)
        if request.method == "POST":
            db.session.commit()
    return step_page(PERSON, form, None, village=village, owner=owner)
