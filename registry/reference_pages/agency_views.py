"""The lists of agencies: each with its licences, its other names, and where it is."""

import re
from collections.abc import Callable
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from registry.accounts import kept_forms
from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures.filters import BadFilter
from registry.formatting import company_key, thousands, today
from registry.forms import FORBIDDEN
from registry.reference import agencies as operations
from registry.reference.agencies import LICENCES
from registry.reference.models import Agency, AgencyAlias, AgencyLicence
from registry.reference.operations import ReferenceRefused, end_row, replace_row
from registry.reference_pages.forms import (
    AgencyForm,
    AliasForm,
    EndForm,
    LicenceForm,
    NewAgencyForm,
    ReasonForm,
)
from registry.reference_pages.judging_views import Rejudging
from registry.reference_pages.overview import is_silent
from registry.reference_pages.routes import AGENCY_LIST, KINDS, reference, refuse

PAGE_SIZE = 50
LONGEST_SEARCH = 160

# Reason, actor and watcher of an operation, as its keywords.
Told = dict[str, Any]


@reference.get(f"/{AGENCY_LIST}")
@requires(Permission.MANAGE_REFERENCE)
def agencies(slug: str) -> ResponseReturnValue:
    kind, day = KINDS[slug], today()
    wanted = FORBIDDEN.sub("", request.args.get("nama") or "").strip()[:LONGEST_SEARCH]
    found = _matching(slug, wanted)
    after = request.args.get("sesudah", "")
    if after and not re.fullmatch(r"[0-9]{1,18}", after):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    shown = list(db.session.scalars(_page(found, int(after) if after else None)))
    is_more, shown = len(shown) > PAGE_SIZE, shown[:PAGE_SIZE]
    asked: dict[str, Any] = {"slug": slug, "nama": wanted or None}
    return render_template(
        "reference/agencies.html",
        slug=slug,
        day=day,
        title=_(LICENCES[kind].title),
        rules=", ".join(LICENCES[kind].rules),
        is_silent=is_silent(LICENCES[kind], day, kind),
        agencies=[(agency, licence_on(agency, day)) for agency in shown],
        wanted=wanted,
        shown=thousands(len(shown)),
        total=thousands(db.session.scalar(select(func.count()).select_from(found.subquery())) or 0),
        next_url=url_for(".agencies", **asked, sesudah=shown[-1].id) if is_more else None,
        first_url=url_for(".agencies", **asked) if after else None,
    )


def licence_on(agency: Agency, day: Any) -> AgencyLicence | None:
    """The licence row in force on the day, else the last one."""
    listed = [row for row in agency.licences if not row.is_withdrawn]
    begun = [row for row in listed if row.valid_from <= day]
    in_force = [row for row in begun if row.valid_to is None or row.valid_to >= day]
    found = in_force or begun or listed
    return found[-1] if found else None


def _matching(slug: str, wanted: str) -> Select[Any]:
    found = select(Agency).where(Agency.kind == KINDS[slug])
    key = company_key(wanted)
    if key:
        aliases = select(AgencyAlias.agency_id).where(
            AgencyAlias.normal_name.contains(key, autoescape=True)
        )
        by_name = Agency.normal_name.contains(key, autoescape=True)
        found = found.where(or_(by_name, Agency.id.in_(aliases)))
    return found


def _page(found: Select[Any], after: int | None) -> Select[Any]:
    last = db.session.get(Agency, after) if after else None
    if last is not None:
        is_later = or_(
            Agency.normal_name > last.normal_name,
            (Agency.normal_name == last.normal_name) & (Agency.id > last.id),
        )
        found = found.where(is_later)
    found = found.options(selectinload(Agency.licences))
    return found.order_by(Agency.normal_name, Agency.id).limit(PAGE_SIZE + 1)


@reference.route(f"/{AGENCY_LIST}/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def new_agency(slug: str) -> ResponseReturnValue:
    kind = KINDS[slug]
    form = NewAgencyForm(formdata=kept_forms.formdata(current_user(), request.path))
    back, label = url_for(".agencies", slug=slug), _(LICENCES[kind].title)
    if form.validate_on_submit():
        watcher = Rejudging()
        told = _told(form, watcher)
        try:
            operations.add_agency(kind, form.agency_values(), form.licence_values(), **told)
        except ReferenceRefused as error:
            refuse(form, error)
        else:
            return watcher.finish(_("Perusahaan ditambahkan."), back, label)
    return render_template(
        "reference/fields.html",
        form=form,
        title=_("Tambah perusahaan"),
        lead=None,
        is_removal=False,
        back_url=back,
        back_label=label,
    )


@reference.get(f"/{AGENCY_LIST}/<int:agency_id>")
@requires(Permission.MANAGE_REFERENCE)
def agency(slug: str, agency_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    return render_template(
        "reference/agency.html", agency=found, slug=slug, title=_(LICENCES[found.kind].title)
    )


@reference.route(f"/{AGENCY_LIST}/<int:agency_id>/ubah", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def change_agency(slug: str, agency_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    form = AgencyForm(formdata=kept_forms.formdata(current_user(), request.path), obj=found)

    def save(told: Told) -> None:
        operations.change_agency(found, form.agency_values(), **told)

    return _small_page(form, save, slug, found, _("Ubah nama dan alamat"), _("Data disimpan."))


@reference.route(f"/{AGENCY_LIST}/<int:agency_id>/izin", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def new_licence(slug: str, agency_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    last = licence_on(found, today())
    names = ("status", "number", "licence_from", "licence_to", "note")
    data = {name: getattr(last, name) for name in names} if last is not None else None
    form = LicenceForm(formdata=kept_forms.formdata(current_user(), request.path), data=data)

    def save(told: Told) -> None:
        values = {**form.licence_values(), "agency_id": found.id}
        replace_row(LICENCES[found.kind], values, corrects_same_day=True, **told)

    return _small_page(form, save, slug, found, _("Catat izin baru"), _("Izin dicatat."))


@reference.route(
    f"/{AGENCY_LIST}/<int:agency_id>/izin/<int:row_id>/akhiri", methods=["GET", "POST"]
)
@requires(Permission.MANAGE_REFERENCE)
def end_licence(slug: str, agency_id: int, row_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    row = next((row for row in found.licences if row.id == row_id), None)
    if row is None:
        abort(404)
    form = EndForm(formdata=kept_forms.formdata(current_user(), request.path))

    def save(told: Told) -> None:
        end_row(LICENCES[found.kind], row, form.last_day.data, **told)

    return _small_page(form, save, slug, found, _("Akhiri izin di daftar"), _("Izin diakhiri."))


@reference.route(f"/{AGENCY_LIST}/<int:agency_id>/nama", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def new_alias(slug: str, agency_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    form = AliasForm(formdata=kept_forms.formdata(current_user(), request.path))

    def save(told: Told) -> None:
        operations.add_alias(found, form.name.data, **told)

    return _small_page(form, save, slug, found, _("Tambah nama lain"), _("Nama lain disimpan."))


@reference.route(
    f"/{AGENCY_LIST}/<int:agency_id>/nama/<int:alias_id>/hapus", methods=["GET", "POST"]
)
@requires(Permission.MANAGE_REFERENCE)
def remove_alias(slug: str, agency_id: int, alias_id: int) -> ResponseReturnValue:
    found = _agency_or_404(slug, agency_id)
    alias = next((alias for alias in found.aliases if alias.id == alias_id), None)
    if alias is None:
        abort(404)
    form = ReasonForm(formdata=kept_forms.formdata(current_user(), request.path))

    def save(told: Told) -> None:
        operations.remove_alias(alias, **told)

    title = _("Hapus nama lain %(name)s", name=alias.name)
    return _small_page(form, save, slug, found, title, _("Nama lain dihapus."), is_removal=True)


def _small_page(
    form: Any,
    save: Callable[[Told], None],
    slug: str,
    found: Agency,
    title: str,
    said: str,
    *,
    is_removal: bool = False,
) -> ResponseReturnValue:
    """A form about one agency: saved and back to it, or shown with what is wrong."""
    name, back = found.name, url_for(".agency", slug=slug, agency_id=found.id)
    if form.validate_on_submit():
        watcher = Rejudging()
        try:
            save(_told(form, watcher))
        except ReferenceRefused as error:
            refuse(form, error)
        else:
            return watcher.finish(said, back, name)
    return render_template(
        "reference/fields.html",
        form=form,
        title=title,
        lead=name,
        is_removal=is_removal,
        back_url=back,
        back_label=name,
    )


def _told(form: Any, watcher: Rejudging) -> Told:
    return {"reason": form.reason.data, "by": current_user().actor, "watcher": watcher}


def _agency_or_404(slug: str, agency_id: int) -> Agency:
    found = db.session.get(Agency, agency_id)
    if found is None or found.kind is not KINDS[slug]:
        abort(404)
    return found
