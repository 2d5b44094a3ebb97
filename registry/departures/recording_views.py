"""Recording a departure: search first, then one page a step, each saved as a draft."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import kept_forms, slowdown
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures import operations, queries
from registry.departures.documents_page import DocumentsPage
from registry.departures.fields import FIELDS, shown
from registry.departures.forms import (
    HomeForm,
    PersonForm,
    PlanForm,
    SearchForm,
    StepForm,
    digits_only,
    nik_warnings,
)
from registry.departures.models import Departure, Resident
from registry.departures.operations import NikTaken, StaleRecord
from registry.departures.routes import departure_or_404, departures, note_form_opened
from registry.departures.show import actions_for, summary_sections, what_is_missing
from registry.departures.steps import (
    BY_SLUG,
    HOME,
    PAPERS,
    PERSON,
    PLAN,
    STEPS,
    SUMMARY,
    Step,
    is_done,
    next_step,
)
from registry.departures.workflow import Action, edit_action, next_status
from registry.enums import Level
from registry.reference.queries import list_agencies, list_jobs
from registry.regions.area import Area
from registry.regions.queries import list_children, place

NIK_CHECKS_PER_HOUR = 120


@departures.route("/baru", methods=["GET", "POST"])
@requires(Permission.RECORD)
def new() -> ResponseReturnValue:
    form = SearchForm()
    form.desa.choices = _village_choices()
    found = elsewhere = village = None
    if form.validate_on_submit():
        village = _chosen_village(form.desa.data)
        found = queries.search_residents(village, form.cari.data)
        elsewhere = _open_elsewhere(village, digits_only(form.cari.data) or "")
        _note_search(village, len(found))
        db.session.commit()
    return render_template(
        "departures/new.html",
        form=form,
        found=found,
        elsewhere=elsewhere,
        village=place(village.code) if village else None,
        start=_start_form(form, village) if village else None,
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
    if village.level is not Level.VILLAGE:
        abort(404)
    return village


def _start_form(search: SearchForm, village: Area) -> PersonForm:
    """An empty first step that carries over what was searched for."""
    typed = search.cari.data or ""
    digits = digits_only(typed) or ""
    form = PersonForm(formdata=None)
    form.nik.data = digits if digits.isdigit() and len(digits) == 16 else None
    form.name.data = None if any(c.isdigit() for c in typed) else typed
    return form


def _open_elsewhere(village: Area, nik: str) -> str | None:
    """The name of the subdistrict where the NIK has an open departure; journaled and throttled."""
    if len(nik) != 16 or not nik.isdigit():
        return None
    slowdown.allow("nik-check", current_user().username, per_hour=NIK_CHECKS_PER_HOUR)
    code = queries.open_elsewhere(village, nik)
    log.record(
        Event.NIK_CHECKED,
        by=current_user().actor,
        area_code=village.code,
        detail={"ada_di_tempat_lain": code is not None},
    )
    return place(code).name if code else None


def _note_search(village: Area, count: int) -> None:
    by = current_user().actor
    log.record(Event.PEOPLE_SEARCHED, by=by, area_code=village.code, detail={"ditemukan": count})


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
    return _first_step(Area(resident.village_code), resident)


def _first_step(village: Area, resident: Resident | None) -> ResponseReturnValue:
    is_start = request.form.get("mulai") == "1"
    form: PersonForm = _bound(PersonForm, resident, is_start)
    again = queries.find_by_client_key(village, form.kunci.data or "")
    if again is not None:
        return redirect(_step_url(HOME, again))
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
            form.nik.errors = [str(error)]
        else:
            _warn_about(departure, village)
            db.session.commit()
            flash(
                _("Tersimpan sebagai draf %(number)s.", number=departure.registration_number),
                "success",
            )
            return _onward(PERSON, departure)
    return _step_page(PERSON, form, None, village=village)


def _bound(kind: type[StepForm], source: Any, is_start: bool = False) -> Any:
    """The form of a step: kept from an expired session, sent now, or as stored."""
    if request.method == "GET" or is_start:
        kept = kept_forms.formdata(current_user(), request.path)
        form = kind(formdata=kept, obj=source)
        if is_start:
            form.nik.data, form.name.data = request.form.get("nik"), request.form.get("name")
        return form
    return kind(obj=source)


def _warn_about(departure: Departure, village: Area) -> None:
    resident = departure.resident
    for warning in nik_warnings(resident.nik, resident.birth_date, resident.sex):
        flash(warning, "warning")
    if resident.nik and (elsewhere := _open_elsewhere(village, resident.nik)):
        flash(
            _(
                "NIK ini terdaftar di kecamatan %(name)s dengan keberangkatan yang berjalan.",
                name=elsewhere,
            ),
            "warning",
        )


@departures.route("/<int:departure_id>/<any(warga, alamat, tujuan):slug>", methods=["GET", "POST"])
@requires(Permission.RECORD)
def step(departure_id: int, slug: str) -> ResponseReturnValue:
    departure, this = departure_or_404(departure_id), BY_SLUG[slug]
    next_status(departure.review_status, edit_action(departure.review_status))
    form = _step_form(this, departure)
    if form.validate_on_submit():
        try:
            _save_step(this, form, departure)
        except StaleRecord:
            return _stale_page(this, form, departure)
        except NikTaken as error:
            form["nik"].errors = [str(error)]
        else:
            return _onward(this, departure)
    note_form_opened(departure)
    if request.method == "POST":
        db.session.commit()
    return _step_page(this, form, departure)


def _step_form(this: Step, departure: Departure) -> Any:
    kind = {PERSON: PersonForm, HOME: HomeForm, PLAN: PlanForm}[this]
    form = _bound(kind, departure if this is PLAN else departure.resident)
    if isinstance(form, PlanForm):
        form.offer(list_agencies(), list_jobs())
        if not form.is_submitted():
            _show_codes(form, departure)
    if not form.is_submitted() and not form.versi.data:
        form.versi.data = str(departure.version)
    return form


def _show_codes(form: PlanForm, departure: Departure) -> None:
    """Show a listed agency or job as chosen in its list, and only an unlisted one as typed."""
    if departure.agency_id:
        form.agency_choice.data = str(departure.agency_id)
        form.agency_name.data = None
    if departure.job_code:
        form.job_choice.data = departure.job_code
        form.job_title.data = None


def _save_step(this: Step, form: Any, departure: Departure) -> None:
    was_verified = next_status(departure.review_status, edit_action(departure.review_status))
    status_before = departure.review_status
    operations.refuse_stale(departure, form.seen_version)
    if isinstance(form, PlanForm):
        agency_id, job_code = form.codes()
        operations.save_codes(departure, agency_id=agency_id, job_code=job_code)
    changes = operations.save_answers(
        departure, form.answers(), by=current_user(), seen_version=form.seen_version
    )
    if this is PERSON:
        _warn_about(departure, Area(departure.village_code))
    db.session.commit()
    if changes and was_verified is not status_before:
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
        if getattr(source, name) != value
    ]
    form.versi.data = str(departure.version)
    note_form_opened(departure)
    db.session.commit()
    return _step_page(this, form, departure, differing=differing), 409


def _onward(this: Step, departure: Departure) -> ResponseReturnValue:
    """To the next step, back to the summary, or to the record when it was only to be saved."""
    if request.form.get("lanjut") == "simpan":
        flash(_("Tersimpan."), "success")
        return redirect(url_for("departures.show", departure_id=departure.id))
    if request.form.get("kembali") == SUMMARY.slug:
        return redirect(_step_url(SUMMARY, departure))
    return redirect(_step_url(next_step(this), departure))


def _step_url(this: Step, departure: Departure, **more: Any) -> str:
    if this is PAPERS:
        return url_for("departures.papers", departure_id=departure.id, **more)
    if this is SUMMARY:
        return url_for("departures.summary", departure_id=departure.id)
    return url_for("departures.step", departure_id=departure.id, slug=this.slug, **more)


def _step_page(this: Step, form: Any, departure: Departure | None, **more: Any) -> str:
    return render_template(
        f"departures/steps/{this.slug}.html",
        form=form,
        this=this,
        departure=departure,
        steps=_step_items(departure),
        position=STEPS.index(this),
        back_to_summary=request.values.get("kembali") == SUMMARY.slug,
        village=place(more.pop("village", Area(departure.village_code if departure else "0")).code),
        differing=more.pop("differing", []),
        **more,
    )


def _step_items(departure: Departure | None) -> list[dict[str, Any]]:
    return [
        {
            "label": _(item.title),
            "url": _step_url(item, departure) if departure else None,
            "done": is_done(item, departure),
        }
        for item in STEPS
    ]


@departures.route("/<int:departure_id>/dokumen", methods=["GET", "POST"])
@requires(Permission.RECORD)
def papers(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    page = DocumentsPage(departure, kept_forms.formdata(current_user(), request.path))
    status = 200
    if page.validate_on_submit():
        try:
            operations.save_documents(
                departure, page.answers(), by=current_user(), seen_version=page.form.seen_version
            )
        except StaleRecord:
            page.form.versi.data, status = str(departure.version), 409
        else:
            db.session.commit()
            return _onward(PAPERS, departure)
    note_form_opened(departure)
    if request.method == "POST":
        db.session.commit()
    return _step_page(PAPERS, page.form, departure, page=page, is_stale=status == 409), status


@departures.get("/<int:departure_id>/ringkasan")
@requires(Permission.RECORD)
def summary(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    note_form_opened(departure)
    return render_template(
        "departures/steps/ringkasan.html",
        departure=departure,
        sections=summary_sections(departure, change_url=_change_url),
        missing=what_is_missing(departure, change_url=_change_url),
        steps=_step_items(departure),
        position=STEPS.index(SUMMARY),
        can_submit=Action.SUBMIT in actions_for(departure),
        village=place(departure.village_code),
    )


def _change_url(this: Step, departure: Departure) -> str:
    return _step_url(this, departure, kembali=SUMMARY.slug)
