"""The unmasked workbook: its purpose, signing in again, and the second person for a large one."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from registry.accounts import kept_forms
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.confirming import confirm_owner
from registry.accounts.forms import ConfirmForm
from registry.accounts.operations import AccountRefused
from registry.accounts.roles import Permission, Role
from registry.accounts.slowdown import NO_WAIT, TooSoon
from registry.audit.ids import Ids
from registry.db import db
from registry.departures import emergency, listing, told_files
from registry.departures.fields import record_sight
from registry.departures.filters import Filter
from registry.formatting import thousands, today
from registry.forms import BaseForm
from registry.validators import no_long_number, no_nik
from registry.workbooks import alone, export_requests, notes, request_words
from registry.workbooks.detail import write_departures
from registry.workbooks.export_requests import Asked
from registry.workbooks.journaling import note_export
from registry.workbooks.models import ExportRequest
from registry.workbooks.notes import file_name
from registry.workbooks.views import XLSX, asked, download, drawing, exports, temporary_file


class PurposeForm(ConfirmForm):
    """What an unmasked file is for; asked of everybody but the village's own operator.

    The villages whose people are in the file read it.
    """

    keperluan = TextAreaField(
        _l("Keperluan"),
        [
            DataRequired(_l("Tulis untuk apa data ini dipakai.")),
            Length(min=10, max=300),
            no_long_number,
        ],
    )


class OwnPurposeForm(PurposeForm):
    """The village's operator takes out what the village itself recorded."""

    keperluan = TextAreaField(
        _l("Keperluan"), [Optional(), Length(max=300), no_nik], default=_l("Arsip desa")
    )


class RefusalForm(BaseForm):
    """Why a second person does not agree."""

    alasan = TextAreaField(
        _l("Alasan"),
        [DataRequired(_l("Tulis alasannya.")), Length(min=5, max=300), no_long_number],
    )


@exports.route("/keberangkatan", methods=["GET", "POST"])
@requires(Permission.EXPORT_UNMASKED)
def unmasked() -> ResponseReturnValue:
    """The page that asks what unmasked data are for, and the file itself."""
    f, _sight, whole_words = asked()
    # A counted name search stays counted, whatever becomes of the file.
    db.session.commit()
    user = current_user()
    is_own = user.role is Role.OPERATOR
    typed = kept_forms.formdata(user, request.path)
    form = (OwnPurposeForm if is_own else PurposeForm)(user, formdata=typed)
    if not form.is_submitted():
        return _purpose_page(form, f, whole_words)
    # Told before the code of the phone is used up.
    if wait := alone.wait_of(current_user(), listing.count(f, whole_words=whole_words)):
        return _too_soon(form, f, whole_words, wait)
    db.session.commit()
    if refusal := _refused(form):
        return _purpose_page(form, f, whole_words), *refusal
    purpose = form.keperluan.data or ""
    wanted = Asked(f, whole_words)
    rows = listing.count(f, whole_words=whole_words)
    if not alone.needs_second_person(current_user(), rows):
        try:
            return _file(wanted, purpose)
        except TooSoon as error:
            return _too_soon(form, f, whole_words, error.wait)
    export_requests.ask(wanted, rows, purpose, by=user)
    db.session.commit()
    flash(_("Permintaan dicatat. Orang kedua dari kantor Anda atau di atasnya memutuskan."), "info")
    return redirect(url_for("exports.list_requests"))


def _refused(form: ConfirmForm) -> tuple[int, dict[str, str]] | None:
    """Check the form and who sent it; status and headers of the answer when something is wrong."""
    if not form.validate_on_submit():
        return 400, {}
    try:
        confirm_owner(current_user(), *form.given)
    except AccountRefused as refusal:
        form.hang(refusal)
        return 400, {}
    except TooSoon as error:
        form.password.errors = [str(error)]
        return 429, error.headers
    return None


def _too_soon(
    form: BaseForm, f: Filter, whole_words: bool, wait: timedelta
) -> tuple[str, int, dict[str, str]]:
    words = alone.wait_words(wait)
    form.form_errors.append(words)
    return _purpose_page(form, f, whole_words), 429, TooSoon(words, wait).headers


def _deciders() -> list[str]:
    found = export_requests.offices_that_decide(current_area(), current_user())
    return [emergency.office_words(*office, _) for office in found]


def _file(wanted: Asked, purpose: str, wish: ExportRequest | None = None) -> ResponseReturnValue:
    """The unmasked workbook; an approval is used up as the file leaves.

    Raises TooSoon when a small file, taken out alone, must wait.
    """
    f, user = wanted.filter, current_user()
    sight, actor, drawn = record_sight(user.role, shown=True), user.actor, drawing(purpose)
    with temporary_file() as file:
        written = write_departures(f, sight, file, drawing=drawn, whole_words=wanted.whole_words)
        approver = ""
        if wish is None:
            # In the transaction of the entry: what is counted left, what left is counted.
            alone.count_looks(user, written.rows)
        else:
            export_requests.take_out(wish)
            approver = wish.decider.username if wish.decider else ""
        ids = list(Ids(written.ids).all())
        told_files.tell(f.area, ids, by=user, purpose=purpose, approved_by=approver)
        note_export(
            f,
            written,
            by=actor,
            form="xlsx",
            is_masked=False,
            purpose=purpose,
            approved_by=approver,
            request_id=wish.id if wish else None,
        )
        db.session.commit()
        return download(file, file_name("keberangkatan", f, today(), "xlsx"), XLSX)


def _purpose_page(form: BaseForm, f: Filter, whole_words: bool) -> str:
    query = f.query(current_area())
    total = listing.count(f, whole_words=whole_words)
    needs_second_person = alone.needs_second_person(current_user(), total)
    # Above the form as long as it was not sent; then it is said as what is wrong with it.
    wait = NO_WAIT if form.is_submitted() else alone.wait_of(current_user(), total)
    return render_template(
        "exports/unmasked.html",
        form=form,
        is_own=current_user().role is Role.OPERATOR,
        is_told=current_user().role in emergency.ROLES,
        total=thousands(total),
        needs_second_person=needs_second_person,
        wait=alone.wait_words(wait) if wait else None,
        deciders=_deciders() if needs_second_person else [],
        left_alone=alone.left_today(current_user()) if needs_second_person else 0,
        area=notes.area_words(f),
        period=notes.period_words(f, _),
        filters=notes.filter_words(f, _),
        masked_url=url_for("exports.detail") + (f"?{query}" if query else ""),
        list_url=url_for("departures.index") + (f"?{query}" if query else ""),
    )


@exports.get("/permintaan")
@requires(Permission.EXPORT_UNMASKED)
def list_requests() -> ResponseReturnValue:
    """One's own requests, those that wait for one's decision, and those lately decided."""
    return _requests_page()


def _requests_page(
    *, about: int | None = None, refusal: BaseForm | None = None, password: BaseForm | None = None
) -> str:
    """The list; with a posted form it stands at the request that it is about."""
    user = current_user()
    own, waiting = export_requests.own(user), export_requests.waiting(user.area, user)
    decided = export_requests.decided(user.area, user)
    refusals = {r.id: RefusalForm(formdata=None, prefix=f"p{r.id}-") for r in waiting}
    passwords = {
        r.id: ConfirmForm(user, formdata=None, prefix=f"p{r.id}-")
        for r in own
        if export_requests.is_ready(r, user)
    }
    if about in refusals and refusal:
        refusals[about] = refusal
    if about in passwords and password:
        passwords[about] = password
    filters = {r.id: export_requests.wanted(r).filter for r in (*own, *waiting, *decided)}
    return render_template(
        "exports/requests.html",
        own=own,
        waiting=waiting,
        decided=decided,
        outcomes=request_words.outcomes([*own, *decided]),
        deciders=_deciders() if own else [],
        refusals=refusals,
        passwords=passwords,
        said={
            key: [notes.area_words(f), notes.period_words(f, _), *notes.filter_words(f, _)]
            for key, f in filters.items()
        },
    )


def _request_or_404(request_id: int) -> ExportRequest:
    return export_requests.find(current_area(), request_id) or abort(404)


@exports.post("/permintaan/<int:request_id>/setuju")
@requires(Permission.EXPORT_UNMASKED)
def approve(request_id: int) -> ResponseReturnValue:
    wish = _request_or_404(request_id)
    if not export_requests.may_decide(current_user(), wish):
        abort(403)
    export_requests.approve(wish, by=current_user())
    db.session.commit()
    flash(_("Unduhan disetujui; yang meminta dapat mengunduhnya sekali."), "success")
    return redirect(url_for("exports.list_requests"))


@exports.post("/permintaan/<int:request_id>/tidak-setuju")
@requires(Permission.EXPORT_UNMASKED)
def refuse(request_id: int) -> ResponseReturnValue:
    wish = _request_or_404(request_id)
    if not export_requests.may_decide(current_user(), wish):
        abort(403)
    form = RefusalForm(prefix=f"p{request_id}-")
    if not form.validate_on_submit():
        return _requests_page(about=request_id, refusal=form), 400
    export_requests.refuse(wish, form.alasan.data or "", by=current_user())
    db.session.commit()
    flash(_("Jawaban dicatat; yang meminta membaca alasannya."), "success")
    return redirect(url_for("exports.list_requests"))


@exports.post("/permintaan/<int:request_id>/unduh")
@requires(Permission.EXPORT_UNMASKED)
def take_out(request_id: int) -> ResponseReturnValue:
    wish, user = _request_or_404(request_id), current_user()
    if wish.user_id != user.id:
        abort(403)
    form = ConfirmForm(user, prefix=f"p{request_id}-")
    if not export_requests.is_ready(wish, user):
        abort(409)
    if refusal := _refused(form):
        return _requests_page(about=request_id, password=form), *refusal
    return _file(export_requests.wanted(wish), wish.purpose, wish)
