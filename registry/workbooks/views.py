"""Excel out and in."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.db import now
from registry.departures.fields import Sight, list_sight
from registry.departures.filters import BadFilter, Filter
from registry.departures.request_filters import filter_of_figures, filter_of_rows, refuse_of_lists
from registry.departures.views import check_name_search
from registry.formatting import today
from registry.workbooks.csv_out import write_departures_csv
from registry.workbooks.detail import write_departures
from registry.workbooks.journaling import note_export, note_summary
from registry.workbooks.notes import Drawing, file_name
from registry.workbooks.summary import office_of, write_summary

exports = Blueprint("exports", __name__, url_prefix="/ekspor")
imports = Blueprint("imports", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
IN_MEMORY_BYTES = 8_000_000


@exports.get("/rekap.xlsx")
@requires(Permission.SEE_FIGURES)
def summary() -> ResponseReturnValue:
    f, user = filter_of_figures(), current_user()
    if f.text:
        raise BadFilter(_("Rekap tidak dapat disaring menurut nama atau nomor."))
    drawn, actor = drawing(), user.actor
    office = office_of(user.area, user.role)
    with temporary_file() as file:
        total = write_summary(f, file, drawing=drawn, office=office)
        note_summary(f, total, by=actor)
        return download(file, file_name("rekap", f, today(), "xlsx"), XLSX)


@exports.get("/keberangkatan.xlsx")
@requires(Permission.EXPORT_PEOPLE)
def detail() -> ResponseReturnValue:
    f, sight, whole_words = asked()
    drawn, actor = drawing(), current_user().actor
    with temporary_file() as file:
        written = write_departures(f, sight, file, drawing=drawn, whole_words=whole_words)
        note_export(f, written, by=actor, form="xlsx", is_masked=True)
        return download(file, file_name("keberangkatan", f, today(), "xlsx"), XLSX)


@exports.get("/keberangkatan.csv")
@requires(Permission.EXPORT_PEOPLE)
def detail_csv() -> ResponseReturnValue:
    f, sight, whole_words = asked()
    actor = current_user().actor
    with temporary_file() as file:
        written = write_departures_csv(f, sight, file, whole_words=whole_words)
        note_export(f, written, by=actor, form="csv", is_masked=True)
        return download(file, file_name("keberangkatan", f, today(), "csv"), CSV)


def asked() -> tuple[Filter, Sight, bool]:
    """The filter, what the user sees on lists, and whether names are matched by whole words."""
    refuse_of_lists("setelah")
    f = filter_of_rows()
    sight = list_sight(current_user().role)
    return f, sight, check_name_search(f, sight)


def drawing(purpose: str = "") -> Drawing:
    """Who draws a file, when, and what for."""
    return Drawing(current_user().username, now(), purpose)


@contextmanager
def temporary_file() -> Iterator[BinaryIO]:
    """A file of our own that vanishes: at once when it fails, else when the answer was sent."""
    spooled = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (outlives the view)
    file = cast(BinaryIO, spooled)
    try:
        yield file
    except BaseException:
        file.close()
        raise


def download(file: BinaryIO, name: str, mimetype: str) -> Response:
    """The file as an answer that no cache keeps."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= IN_MEMORY_BYTES:
        with file:
            file = io.BytesIO(file.read())
    response = send_file(
        file, mimetype=mimetype, as_attachment=True, download_name=name, conditional=False
    )
    response.content_length = size
    return response
