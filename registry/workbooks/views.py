"""Excel out and in."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import Blueprint, Response, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission, Role
from registry.db import db, now
from registry.departures import queries
from registry.departures.fields import FULL_SIGHT, Sight, list_sight
from registry.departures.filters import BadFilter, Filter
from registry.departures.request_filters import current_filter
from registry.departures.views import check_name_search
from registry.formatting import thousands, today
from registry.forms import BaseForm
from registry.workbooks import notes
from registry.workbooks.csv_out import write_departures_csv
from registry.workbooks.detail import write_departures
from registry.workbooks.journaling import note_export, note_summary
from registry.workbooks.notes import Drawing, file_name
from registry.workbooks.summary import office_of, write_summary

exports = Blueprint("exports", __name__, url_prefix="/ekspor")
imports = Blueprint("imports", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
IN_MEMORY_BYTES = 8_000_000


class PurposeForm(BaseForm):
    """What an unmasked file is for; asked of everybody but the village's own operator."""

    keperluan = TextAreaField(
        _l("Keperluan"),
        [DataRequired(_l("Tulis untuk apa data ini dipakai.")), Length(min=10, max=300)],
    )


class OwnPurposeForm(BaseForm):
    """The village's operator takes out what the village itself recorded."""

    keperluan = TextAreaField(
        _l("Keperluan"), [Optional(), Length(max=300)], default=_l("Arsip desa")
    )


@exports.get("/rekap.xlsx")
@requires(Permission.SEE_FIGURES)
def summary() -> ResponseReturnValue:
    f, user = current_filter(), current_user()
    if f.text:
        raise BadFilter(_("Rekap tidak dapat disaring menurut nama atau nomor."))
    drawing, actor = _drawing(), user.actor
    office = office_of(user.area, user.role)
    with _temporary_file() as file:
        total = write_summary(f, file, drawing=drawing, office=office)
        note_summary(f, total, by=actor)
        return _download(file, file_name("rekap", f, today(), "xlsx"), XLSX)


@exports.get("/keberangkatan.xlsx")
@requires(Permission.EXPORT_PEOPLE)
def detail() -> ResponseReturnValue:
    f, sight, whole_words = _asked()
    drawing, actor = _drawing(), current_user().actor
    with _temporary_file() as file:
        written = write_departures(f, sight, file, drawing=drawing, whole_words=whole_words)
        note_export(f, written, by=actor, form="xlsx", is_masked=True)
        return _download(file, file_name("keberangkatan", f, today(), "xlsx"), XLSX)


@exports.get("/keberangkatan.csv")
@requires(Permission.EXPORT_PEOPLE)
def detail_csv() -> ResponseReturnValue:
    f, sight, whole_words = _asked()
    actor = current_user().actor
    with _temporary_file() as file:
        written = write_departures_csv(f, sight, file, whole_words=whole_words)
        note_export(f, written, by=actor, form="csv", is_masked=True)
        return _download(file, file_name("keberangkatan", f, today(), "csv"), CSV)


@exports.route("/keberangkatan", methods=["GET", "POST"])
@requires(Permission.EXPORT_UNMASKED)
def unmasked() -> ResponseReturnValue:
    """The page that asks what unmasked data are for, and the file itself."""
    f, _sight, whole_words = _asked()
    # A counted name search stays counted, whatever becomes of the file.
    db.session.commit()
    is_own = current_user().role is Role.OPERATOR
    form = OwnPurposeForm() if is_own else PurposeForm()
    if not form.validate_on_submit():
        page = _purpose_page(form, f, whole_words, is_own)
        return (page, 400) if form.is_submitted() else page
    purpose = form.keperluan.data or ""
    drawing, actor = _drawing(purpose), current_user().actor
    with _temporary_file() as file:
        written = write_departures(f, FULL_SIGHT, file, drawing=drawing, whole_words=whole_words)
        note_export(f, written, by=actor, form="xlsx", is_masked=False, purpose=purpose)
        db.session.commit()
        return _download(file, file_name("keberangkatan", f, today(), "xlsx"), XLSX)


def _asked() -> tuple[Filter, Sight, bool]:
    """The filter, what the user sees on lists, and whether names are matched by whole words."""
    f = current_filter()
    sight = list_sight(current_user().role)
    return f, sight, check_name_search(f, sight)


def _purpose_page(form: BaseForm, f: Filter, whole_words: bool, is_own: bool) -> str:
    query = f.query(current_area())
    return render_template(
        "exports/unmasked.html",
        form=form,
        is_own=is_own,
        total=thousands(queries.count(f, whole_words=whole_words)),
        area=notes.area_words(f),
        period=notes.period_words(f),
        filters=notes.filter_words(f),
        masked_url=url_for("exports.detail") + (f"?{query}" if query else ""),
        list_url=url_for("departures.index") + (f"?{query}" if query else ""),
    )


def _drawing(purpose: str = "") -> Drawing:
    return Drawing(current_user().username, now(), purpose)


@contextmanager
def _temporary_file() -> Iterator[BinaryIO]:
    """A file of our own that vanishes: at once when it fails, else when the answer was sent."""
    spooled = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (outlives the view)
    file = cast(BinaryIO, spooled)
    try:
        yield file
    except BaseException:
        file.close()
        raise


def _download(file: BinaryIO, name: str, mimetype: str) -> Response:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= IN_MEMORY_BYTES:
        with file:
            file = io.BytesIO(file.read())
    response = send_file(
        file, mimetype=mimetype, as_attachment=True, download_name=name, conditional=False
    )
    response.content_length = size
    response.headers["Cache-Control"] = "no-store"
    return response
