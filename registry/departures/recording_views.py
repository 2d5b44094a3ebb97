"""Recording a departure: search first, then one page a step, each saved as a draft."""

from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import kept_forms
from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures import operations
from registry.departures.changes import StaleRecord
from registry.departures.checklist import checklist
from registry.departures.documents_page import DocumentsPage
from registry.departures.fields import FIELDS, shown
from registry.departures.forms import HomeForm, PersonForm, PlanForm
from registry.departures.journey_days import BadDay
from registry.departures.models import Departure
from registry.departures.operations import NikTaken
from registry.departures.routes import departure_or_404, departures, note_form_opened
from registry.departures.show import actions_for, summary_sections, what_is_missing
from registry.departures.step_pages import (
    bound,
    onward,
    record_with_nik,
    step_items,
    step_page,
    step_url,
    warn_about,
)
from registry.departures.steps import (
    BY_SLUG,
    HOME,
    PAPERS,
    PERSON,
    PLAN,
    STEPS,
    SUMMARY,
    Step,
)
from registry.departures.workflow import Action, edit_action, next_status
from registry.reference.queries import list_agencies, list_jobs, load_reference
from registry.regions.area import Area
from registry.regions.queries import place


@departures.route("/<int:departure_id>/<any(warga, alamat, tujuan):slug>", methods=["GET", "POST"])
@requires(Permission.RECORD)
def step(departure_id: int, slug: str) -> ResponseReturnValue:
    departure, this = departure_or_404(departure_id), BY_SLUG[slug]
    next_status(departure.review_status, edit_action(departure.review_status))
    form, owner = _step_form(this, departure), None
    if form.validate_on_submit():
        try:
            _save_step(this, form, departure)
        except StaleRecord:
            return _stale_page(this, form, departure)
        except NikTaken as error:
            form["nik"].errors = [_(str(error))]
            owner = record_with_nik(Area(departure.village_code), form["nik"].data)
        except BadDay as error:
            form["birth_date"].errors = [_(error.text)]
        else:
            return onward(this, departure)
    note_form_opened(departure)
    if request.method == "POST":
        db.session.commit()
    return step_page(this, form, departure, owner=owner)


def _step_form(this: Step, departure: Departure) -> Any:
    kind = {PERSON: PersonForm, HOME: HomeForm, PLAN: PlanForm}[this]
    form = bound(kind, departure if this is PLAN else departure.resident)
    if isinstance(form, PlanForm):
        form.offer(list_agencies(), list_jobs())
        if not form.is_submitted():
            _show_codes(form, departure)
    if not form.is_submitted() and not form.versi.data:
        form.versi.data = str(departure.revision)
    return form


def _show_codes(form: PlanForm, departure: Departure) -> None:
    """Show a listed agency or job as chosen in its list, and only an unlisted one as typed."""
    meant = load_reference().listed_agency(departure.agency_id, departure.agency_name)
    if departure.agency_id and meant == departure.agency_id:
        form.agency_choice.data = str(departure.agency_id)
        form.agency_name.data = None
    if departure.job_code:
        form.job_choice.data = departure.job_code
        form.job_title.data = None


def _save_step(this: Step, form: Any, departure: Departure) -> None:
    status_before = departure.review_status
    operations.save_answers(
        departure, form.answers(), by=current_user(), seen_revision=form.seen_revision
    )
    if this is PERSON:
        warn_about(departure, Area(departure.village_code))
    db.session.commit()
    if departure.review_status is not status_before:
        flash(_("Data terverifikasi berubah, jadi catatan diajukan lagi ke kecamatan."), "warning")


def _stale_page(this: Step, form: Any, departure: Departure) -> ResponseReturnValue:
    """Somebody else saved meanwhile: show their values beside what was typed, and keep both."""
    source = departure if this is PLAN else departure.resident
    typed = form.answers()
    differing = [
        (
            _(FIELDS[name].label),
            shown(FIELDS[name], getattr(source, name)),
            shown(FIELDS[name], value),
        )
        for name, value in typed.items()
        if getattr(source, name) != value and not FIELDS[name].is_code
    ]
    form.versi.data = str(departure.revision)
    note_form_opened(departure)
    db.session.commit()
    return step_page(this, form, departure, differing=differing), 409


@departures.route("/<int:departure_id>/dokumen", methods=["GET", "POST"])
@requires(Permission.RECORD)
def papers(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    page = DocumentsPage(departure, kept_forms.formdata(current_user(), request.path))
    status = 200
    if page.validate_on_submit():
        try:
            operations.save_documents(
                departure, page.answers(), by=current_user(), seen_revision=page.form.seen_revision
            )
        except StaleRecord:
            page.form.versi.data, status = str(departure.revision), 409
        else:
            db.session.commit()
            return onward(PAPERS, departure)
    note_form_opened(departure)
    if request.method == "POST":
        db.session.commit()
    return step_page(PAPERS, page.form, departure, page=page, is_stale=status == 409), status


@departures.get("/<int:departure_id>/ringkasan")
@requires(Permission.RECORD)
def summary(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    note_form_opened(departure)
    return render_template(
        "departures/steps/ringkasan.html",
        departure=departure,
        sections=summary_sections(departure, change_url=_change_url),
        checklist=checklist(departure),
        missing=what_is_missing(departure, change_url=_change_url),
        steps=step_items(departure),
        position=STEPS.index(SUMMARY),
        can_submit=Action.SUBMIT in actions_for(departure),
        village=place(departure.village_code),
    )


def _change_url(this: Step, departure: Departure) -> str:
    return step_url(this, departure, kembali=SUMMARY.slug)
