"""The lists behind the rules, edited by administrators: a new row closes the one before it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from registry.accounts import kept_forms
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures.assessing import count_due
from registry.enums import Level
from registry.formatting import today
from registry.reference import operations
from registry.reference.lists import BY_SLUG, ReferenceList
from registry.reference.operations import ReferenceRefused
from registry.reference_pages.forms import (
    EndForm,
    VillageTermForm,
    row_data,
    row_form,
    row_values,
)
from registry.reference_pages.judging_views import Rejudging
from registry.reference_pages.overview import list_lines
from registry.reference_pages.routes import (
    ROW_LIST,
    may_change,
    reference,
    refuse,
    row_or_404,
)
from registry.reference_pages.words import Shower, label_of, shown_names
from registry.regions.models import VillageTerm
from registry.regions.queries import find_region, place, places


@reference.get("")
@requires(Permission.MANAGE_REFERENCE)
def index() -> ResponseReturnValue:
    terms = list(db.session.scalars(select(VillageTerm).order_by(VillageTerm.district_code)))
    return render_template(
        "reference/index.html",
        lines=list_lines(today()),
        waiting=count_due(today()),
        terms=terms,
        places=places({term.district_code for term in terms}),
    )


@reference.route("/sebutan/<code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def village_term(code: str) -> ResponseReturnValue:
    area = current_area().narrow(code)
    if area.level is not Level.DISTRICT or find_region(area.code) is None:
        abort(404)
    form = VillageTermForm(obj=db.session.get(VillageTerm, area.code))
    if form.validate_on_submit():
        operations.save_village_term(
            area.code,
            term=form.term.data,
            head_term=form.head_term.data,
            note=form.note.data,
            by=current_user().actor,
        )
        db.session.commit()
        flash(_("Sebutan disimpan."), "success")
        return redirect(url_for("reference.index"))
    return render_template("reference/village_term.html", form=form, place=place(area.code))


@reference.get(f"/{ROW_LIST}")
@requires(Permission.MANAGE_REFERENCE)
def rows(slug: str) -> ResponseReturnValue:
    item, day = BY_SLUG[slug], today()
    stored = db.session.scalars(select(item.model).order_by(item.model.id))
    every = [row for row in stored if may_change(item, row)]
    past = [row for row in every if row.is_withdrawn or (row.valid_to and row.valid_to < day)]
    return render_template(
        "reference/rows.html",
        item=item,
        title=_(item.title),
        names=shown_names(item),
        columns=[
            *(_(label_of(item, n)) for n in shown_names(item)),
            _("Berlaku"),
            _("Sumber"),
            _("Langkah"),
        ],
        shower=Shower(item),
        day=day,
        in_force=[row for row in every if row not in past and row.valid_from <= day],
        future=[row for row in every if row not in past and row.valid_from > day],
        past=sorted(past, key=lambda row: row.valid_to, reverse=True),
        is_empty=not every,
        silence=_(item.silence) if item.silence else None,
        about=_(item.about) if item.about else None,
        rules=", ".join(item.rules),
    )


@reference.route(f"/{ROW_LIST}/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def new_row(slug: str) -> ResponseReturnValue:
    return _edit(BY_SLUG[slug], None)


@reference.route(f"/{ROW_LIST}/<int:row_id>/ganti", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def replace_row(slug: str, row_id: int) -> ResponseReturnValue:
    item = BY_SLUG[slug]
    return _edit(item, row_or_404(item, row_id))


@reference.route(f"/{ROW_LIST}/<int:row_id>/akhiri", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def end_row(slug: str, row_id: int) -> ResponseReturnValue:
    item = BY_SLUG[slug]
    row = row_or_404(item, row_id)
    back_url, watcher = url_for("reference.rows", slug=slug), Rejudging()
    if row.valid_to is not None and row.valid_to <= today():
        return _no_more(back_url)
    form = EndForm(formdata=kept_forms.formdata(current_user(), request.path))
    if form.validate_on_submit():
        try:
            operations.end_row(
                item,
                row,
                form.last_day.data,
                reason=form.reason.data,
                by=current_user().actor,
                watcher=watcher,
            )
        except ReferenceRefused as error:
            refuse(form, error)
        else:
            said = _("Baris ditarik.") if row.is_withdrawn else _("Baris diakhiri.")
            return watcher.finish(said, back_url, _(item.title))
    return render_template(
        "reference/end.html",
        form=form,
        what=Shower(item).key(row),
        row=row,
        back_url=back_url,
        back_label=_(item.title),
    )


def _no_more(back_url: str) -> ResponseReturnValue:
    flash(_(operations.GONE_BEFORE), "warning")
    return redirect(back_url)


def _edit(item: ReferenceList, row: Any | None) -> ResponseReturnValue:
    """The form of a new row, which takes the place of `row` where there is one."""
    back_url, watcher = url_for("reference.rows", slug=item.slug), Rejudging()
    if row is not None and row.valid_to is not None and row.valid_to <= today():
        return _no_more(back_url)
    form: Any = row_form(item)(
        formdata=kept_forms.formdata(current_user(), request.path),
        data=row_data(item, row) if row is not None else None,
    )
    if form.validate_on_submit():
        try:
            operations.replace_row(
                item,
                row_values(item, form),
                reason=form.reason.data,
                by=current_user().actor,
                watcher=watcher,
                instead_of=row,
            )
        except ReferenceRefused as error:
            refuse(form, error)
        else:
            said = _("Baris ditambahkan.") if row is None else _("Baris diganti.")
            return watcher.finish(said, back_url, _(item.title))
    return render_template(
        "reference/row.html",
        form=form,
        title=_(item.title),
        row=row,
        what=Shower(item).key(row) if row is not None else None,
        back_url=back_url,
    )
