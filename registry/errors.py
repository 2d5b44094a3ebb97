"""What can go wrong, as pages: each with its status and a sentence that says what to do."""

import logging
import traceback
from contextlib import suppress
from urllib.parse import urlencode

from flask import Flask, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from registry.accounts.access import sign_in_again
from registry.accounts.operations import AccountRefused
from registry.accounts.slowdown import TooSoon
from registry.assessment.reference import ReferenceMissing
from registry.db import db
from registry.departures.filters import BadFilter, ListChanged
from registry.departures.workflow import NotAllowed
from registry.enums import N_
from registry.regions.area import OutsideArea
from registry.workbooks.guard import FileRefused

log = logging.getLogger("pamit")

PAGES = (400, 403, 404, 409, 413, 429, 500, 503)
TITLES = {
    400: N_("Permintaan tidak dapat dibaca"),
    403: N_("Anda tidak berwenang"),
    404: N_("Tidak ditemukan"),
    409: N_("Keadaan sudah berubah"),
    413: N_("Berkas terlalu besar"),
    429: N_("Terlalu sering"),
    500: N_("Terjadi gangguan"),
    503: N_("Basis data tidak dapat dipakai"),
}

Answer = tuple[str, int]


def error_page(status: int, message: str | None = None) -> Answer:
    """The page for a status, with a sentence of its own where there is one.

    Pages of 500 and above need neither the database nor a signed-in user.
    """
    if status >= 500:
        with suppress(SQLAlchemyError):
            db.session.rollback()
        template = current_app.jinja_env.get_template(f"errors/{status}.html")
        return template.render(title=TITLES[status], message=message), status
    db.session.rollback()
    page = render_template(f"errors/{status}.html", title=TITLES[status], message=message)
    return page, status


def add_error_pages(app: Flask) -> None:
    """Map every error of the core to its page; no view needs a `try`."""
    app.register_error_handler(ListChanged, _first_page)
    app.register_error_handler(BadFilter, lambda error: error_page(400, str(error)))
    app.register_error_handler(FileRefused, lambda error: error_page(400, str(error)))
    app.register_error_handler(OutsideArea, lambda error: error_page(404))
    app.register_error_handler(NotAllowed, lambda error: error_page(409, error.said(_)))
    app.register_error_handler(AccountRefused, lambda error: error_page(409, str(error)))
    app.register_error_handler(StaleDataError, lambda error: error_page(409))
    app.register_error_handler(TooSoon, _too_soon)
    app.register_error_handler(ReferenceMissing, lambda error: error_page(503, str(error)))
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(OperationalError, _database_failed)
    app.register_error_handler(DatabaseError, _database_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _http_error(
    error: HTTPException,
) -> Answer | tuple[str, int, dict[str, str]] | HTTPException:
    if error.code is not None and error.code < 400:
        return error
    # What fails after the view, while the answer is finished, arrives wrapped.
    if isinstance(cause := getattr(error, "original_exception", None), DatabaseError):
        return _database_failed(cause)
    status = error.code if error.code in PAGES else {405: 404}.get(error.code or 500, 400)
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return error_page(status)[0], error.code or 500, headers


def _first_page(_error: ListChanged) -> Response:
    db.session.rollback()
    flash(_("Daftar ini berubah sejak halaman tadi dibuka. Ini halaman pertamanya."), "info")
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != "setelah"]
    return redirect(request.path + (f"?{urlencode(kept)}" if kept else ""))


def _too_soon(error: TooSoon) -> tuple[str, int, dict[str, str]]:
    return *error_page(429, str(error)), error.headers


def _csrf_failed(error: CSRFError) -> Answer | Response:
    if current_user.is_authenticated:
        return error_page(400, _("Halaman ini sudah kedaluwarsa. Muat ulang, lalu coba lagi."))
    # Nothing is kept: without the token anybody may have typed it.
    return sign_in_again(False)


def _database_failed(error: DatabaseError) -> Answer:
    # The statement's parameters may hold personal data: only the kind of error is logged.
    kind = type(error.orig).__name__ if error.orig else type(error).__name__
    log.error("database: %s on %s", kind, request.endpoint)
    return error_page(503)


def _unexpected(error: Exception) -> Answer:
    # The message of a foreign error may hold personal data; its kind and the lines passed do not.
    passed = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s on %s\n%s", type(error).__name__, request.endpoint, passed)
    return error_page(500)
