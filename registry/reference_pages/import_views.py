"""Import of a list from a sheet: upload, see what it changes, say yes."""

import re
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.reference.agencies import LICENCES
from registry.reference.lists import BY_SLUG, TAKEN
from registry.reference.operations import ReferenceRefused
from registry.reference_pages import agency_sheet
from registry.reference_pages.agency_sheet import AgencySheet
from registry.reference_pages.forms import ConfirmForm, FiguresUploadForm, UploadForm
from registry.reference_pages.judging_views import Rejudging
from registry.reference_pages.routes import (
    AGENCY_LIST,
    KINDS,
    ROW_LIST,
    reference,
    refuse,
)
from registry.reference_pages.row_sheet import RowSheet, sheet_columns
from registry.reference_pages.sheets import (
    Column,
    Plan,
    Uploaded,
    open_rows,
    read_upload,
    seal_rows,
    template_of,
)
from registry.sealing import SealBroken
from registry.workbooks.guard import FileRefused

CHOICE = "sama-"


@reference.route(f"/{AGENCY_LIST}/impor", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def import_agencies(slug: str) -> ResponseReturnValue:
    return _upload(slug)


@reference.route(f"/{ROW_LIST}/impor", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def import_rows(slug: str) -> ResponseReturnValue:
    return _upload(slug)


@reference.post(f"/{AGENCY_LIST}/impor/simpan")
@requires(Permission.MANAGE_REFERENCE)
def confirm_agencies(slug: str) -> ResponseReturnValue:
    return _confirm(slug)


@reference.post(f"/{ROW_LIST}/impor/simpan")
@requires(Permission.MANAGE_REFERENCE)
def confirm_rows(slug: str) -> ResponseReturnValue:
    return _confirm(slug)


@reference.get(f"/{AGENCY_LIST}/contoh.xlsx")
@requires(Permission.MANAGE_REFERENCE)
def agency_template(slug: str) -> ResponseReturnValue:
    return _template(slug)


@reference.get(f"/{ROW_LIST}/contoh.xlsx")
@requires(Permission.MANAGE_REFERENCE)
def row_template(slug: str) -> ResponseReturnValue:
    return _template(slug)


def _is_agencies(slug: str) -> bool:
    return slug in KINDS


def _columns(slug: str) -> dict[str, Column]:
    return agency_sheet.COLUMNS if _is_agencies(slug) else sheet_columns(BY_SLUG[slug])


def _title(slug: str) -> str:
    item = LICENCES[KINDS[slug]] if _is_agencies(slug) else BY_SLUG[slug]
    return str(_(item.title))


def _url(slug: str, of_agencies: str, of_rows: str) -> str:
    return url_for(f"reference.{of_agencies if _is_agencies(slug) else of_rows}", slug=slug)


def _sheet(slug: str, content: dict[str, Any]) -> Any:
    about = (content["entries"], content["valid_from"], content["source"])
    if _is_agencies(slug):
        return AgencySheet(KINDS[slug], *about)
    return RowSheet(BY_SLUG[slug], *about)


def _upload(slug: str) -> ResponseReturnValue:
    item = None if _is_agencies(slug) else BY_SLUG[slug]
    form = FiguresUploadForm() if item and item.since == TAKEN else UploadForm()
    if form.validate_on_submit():
        db.session.rollback()  # reading takes seconds, in which nobody else could write
        try:
            found = read_upload(form.berkas.data, _columns(slug))
        except FileRefused as error:
            form.berkas.errors = [*form.berkas.errors, error.message]
        else:
            return _preview(slug, form, found)
    return render_template(
        "reference/upload.html",
        form=form,
        title=_("Impor dari lembar kerja"),
        list_title=_title(slug),
        headings=", ".join(column.headings[0] for column in _columns(slug).values()),
        template_url=_url(slug, "agency_template", "row_template"),
        back_url=_url(slug, "agencies", "rows"),
    )


def _preview(slug: str, form: UploadForm, found: Uploaded) -> ResponseReturnValue:
    content = {
        "entries": found.entries,
        "bad": found.bad,
        "valid_from": form.valid_from.data,
        "source": form.source.data,
    }
    plan = _plan(_sheet(slug, content), content)
    confirm = ConfirmForm(formdata=None)
    confirm.muatan.data = seal_rows(slug, current_user().id, content)
    confirm.dilihat.data = plan.fingerprint()
    return _preview_page(slug, confirm, plan)


def _plan(sheet: Any, content: dict[str, Any]) -> Plan:
    plan: Plan = sheet.plan([(number, message) for number, message in content["bad"]])
    return plan


def _confirm(slug: str) -> ResponseReturnValue:
    form = ConfirmForm()
    try:
        content = open_rows(slug, current_user().id, form.muatan.data or "")
    except SealBroken:
        abort(400)
    sheet, watcher = _sheet(slug, content), Rejudging()
    plan = _plan(sheet, content)
    if form.validate_on_submit() and not _ends_in_doubt(form, plan):
        if form.dilihat.data != plan.fingerprint():
            form.dilihat.data = plan.fingerprint()
            return _preview_page(slug, form, plan, is_stale=True), 409
        try:
            sheet.apply(
                _chosen(),
                end_gone=form.end_gone.data,
                reason=form.reason.data,
                by=current_user().actor,
                watcher=watcher,
            )
        except ReferenceRefused as error:
            refuse(form, error)
            plan = _plan(_sheet(slug, content), content)
        else:
            back_url = _url(slug, "agencies", "rows")
            return watcher.finish(_("Daftar diperbarui."), back_url, _title(slug))
    return _preview_page(slug, form, plan)


def _ends_in_doubt(form: ConfirmForm, plan: Plan) -> bool:
    """Whether companies would be ended that a row in doubt may stand for."""
    if not form.end_gone.data:
        return False
    chosen = _chosen()
    if plan.bad or any(line.similar and line.number not in chosen for line in plan.new):
        form.end_gone.errors = [
            _(
                "Perbaiki dulu baris bermasalah dan pilih jawaban pada setiap nama yang mirip: "
                "mungkin itu perusahaan yang akan diakhiri."
            )
        ]
        return True
    return False


def _chosen() -> dict[int, str]:
    """By number of a row, the agency whose other name it is, or `baru`."""
    return {
        int(name.removeprefix(CHOICE)): value
        for name, value in request.form.items()
        if re.fullmatch(rf"{CHOICE}[0-9]{{1,9}}", name) and value
    }


def _preview_page(slug: str, form: ConfirmForm, plan: Plan, is_stale: bool = False) -> str:
    return render_template(
        "reference/preview.html",
        form=form,
        plan=plan,
        chosen=_chosen(),
        title=_("Periksa perubahan"),
        list_title=_title(slug),
        is_stale=is_stale,
        is_agencies=_is_agencies(slug),
        choice=CHOICE,
        confirm_url=_url(slug, "confirm_agencies", "confirm_rows"),
        back_url=_url(slug, "import_agencies", "import_rows"),
    )


def _template(slug: str) -> ResponseReturnValue:
    return template_of(_columns(slug), f"contoh-{slug}.xlsx")
