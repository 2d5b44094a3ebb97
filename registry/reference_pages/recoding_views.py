"""What a decree changes in the list of areas: upload its codes, see what moves, say yes."""

import re
from itertools import islice
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures.filters import BadFilter
from registry.departures.summary.storing import fold_quietly
from registry.operating.regions import recode_journaled
from registry.reference_pages.carried_out import decree_in, decrees_in
from registry.reference_pages.decree import COLUMNS, EXAMPLES, Decree, changes_of, decree_of
from registry.reference_pages.forms import DecreeConfirmForm, DecreeUploadForm
from registry.reference_pages.routes import reference
from registry.reference_pages.sheets import (
    Uploaded,
    open_rows,
    read_upload,
    seal_rows,
    template_of,
)
from registry.regions.queries import named_regions, places
from registry.sealing import SealBroken
from registry.workbooks.guard import FileRefused

SEALED_FOR = "wilayah"
SHOWN, CHANGES_SHOWN = 20, 100


@reference.route("/wilayah", methods=["GET", "POST"])
@requires(Permission.MANAGE_REFERENCE)
def regions() -> ResponseReturnValue:
    form = DecreeUploadForm()
    if form.validate_on_submit():
        db.session.rollback()  # reading takes seconds, in which nobody else could write
        try:
            found = read_upload(form.berkas.data, COLUMNS)
        except FileRefused as error:
            form.berkas.errors = [*form.berkas.errors, error.message]
        else:
            return _preview(form, found)
    before = _cursor("sebelum")
    decrees = decrees_in(current_area(), int(before) if before else None)
    shown = list(islice(decrees, SHOWN))
    is_more = next(decrees, None) is not None
    return render_template(
        "reference/regions.html",
        form=form,
        headings=", ".join(column.headings[0] for column in COLUMNS.values()),
        decrees=shown,
        next_url=url_for(".regions", sebelum=shown[-1].seq) if is_more else None,
        first_url=url_for(".regions") if before else None,
    )


@reference.get("/wilayah/keputusan/<int:seq>")
@requires(Permission.MANAGE_REFERENCE)
def decree(seq: int) -> ResponseReturnValue:
    carried_out = decree_in(current_area(), seq) or abort(404)
    after = _cursor("sesudah")
    codes = [one.new for one in carried_out.done]
    following = carried_out.done[codes.index(after) + 1 if after in codes else 0 :]
    shown = following[:CHANGES_SHOWN]
    there = {row.code for row in named_regions({one.present for one in shown})}
    is_more = len(following) > CHANGES_SHOWN
    return render_template(
        "reference/decree.html",
        decree=carried_out,
        shown=shown,
        places=places(there),
        next_url=url_for(".decree", seq=seq, sesudah=shown[-1].new) if is_more else None,
        first_url=url_for(".decree", seq=seq) if after else None,
    )


def _cursor(name: str) -> str:
    """What the address says to go on from; empty for the first page."""
    found = request.args.get(name, "")
    if found and not re.fullmatch(r"[0-9]{1,18}", found):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    return found


@reference.get("/wilayah/contoh.xlsx")
@requires(Permission.MANAGE_REFERENCE)
def regions_template() -> ResponseReturnValue:
    return template_of(COLUMNS, "contoh-wilayah.xlsx", EXAMPLES)


def _preview(form: DecreeUploadForm, found: Uploaded) -> ResponseReturnValue:
    content = {
        "entries": found.entries,
        "bad": found.bad,
        "decree": form.decree.data,
        "since": form.since.data,
    }
    decree = decree_of(found, current_area(), _)
    confirm = DecreeConfirmForm(formdata=None)
    confirm.muatan.data = seal_rows(SEALED_FOR, current_user().id, content)
    confirm.dilihat.data = decree.plan.fingerprint()
    return _preview_page(confirm, decree, content)


@reference.post("/wilayah/simpan")
@requires(Permission.MANAGE_REFERENCE)
def confirm_regions() -> ResponseReturnValue:
    form = DecreeConfirmForm()
    try:
        content = open_rows(SEALED_FOR, current_user().id, form.muatan.data or "")
    except SealBroken:
        abort(400)
    found = Uploaded(content["entries"], [(number, said) for number, said in content["bad"]])
    decree = decree_of(found, current_area(), _)
    is_stale = form.dilihat.data != decree.plan.fingerprint()
    if not form.validate_on_submit() or is_stale or not decree.may_be_done:
        form.dilihat.data = decree.plan.fingerprint()
        return _preview_page(form, decree, content, is_stale=True), 409
    recode_journaled(
        decree.plan, since=content["since"], decree=content["decree"], by=current_user().actor
    )
    db.session.commit()
    fold_quietly()
    flash(_("Perubahan wilayah disimpan."), "success")
    return redirect(url_for("reference.regions"))


def _preview_page(
    form: DecreeConfirmForm, decree: Decree, content: dict[str, Any], is_stale: bool = False
) -> str:
    return render_template(
        "reference/regions_preview.html",
        form=form,
        decree=decree,
        plan=decree.plan,
        changes=changes_of(decree.plan) if decree.may_be_done else (),
        content=content,
        is_stale=is_stale,
    )
