"""Reference data, edited by administrators; the next issue adds history and import."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.enums import Level
from registry.reference import operations
from registry.reference.forms import AgencyForm, VillageTermForm
from registry.reference.models import DocumentRequirement
from registry.reference.queries import agency_key, list_agencies, match_agency
from registry.regions.models import VillageTerm
from registry.regions.queries import find_region, place, places

reference = Blueprint("reference", __name__, url_prefix="/rujukan")


@reference.get("")
@requires(Permission.MANAGE_REFERENCE)
def index() -> ResponseReturnValue:
    terms = list(db.session.scalars(select(VillageTerm).order_by(VillageTerm.district_code)))
    rules = db.session.scalars(
        select(DocumentRequirement).order_by(DocumentRequirement.scheme, DocumentRequirement.id)
    )
    return render_template(
        "reference/index.html",
        terms=terms,
        places=places({term.district_code for term in terms}),
        agencies=list_agencies(),
        rules=list(rules),
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


@reference.route("/p3mi/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def new_agency() -> ResponseReturnValue:
    form = AgencyForm()
    if form.validate_on_submit():
        if not agency_key(form.name.data) or match_agency(form.name.data):
            form.name.errors = [_("P3MI dengan nama ini sudah ada di daftar.")]
        else:
            operations.add_agency(
                name=form.name.data,
                licence_number=form.licence_number.data,
                licence_valid_to=form.licence_valid_to.data,
                address=form.address.data,
                source=form.source.data,
                by=current_user().actor,
            )
            db.session.commit()
            flash(_("P3MI ditambahkan."), "success")
            return redirect(url_for("reference.index"))
    return render_template("reference/agency.html", form=form)
