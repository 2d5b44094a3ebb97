"""Response headers and cookies; one list, compared exactly by a test."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer
from werkzeug.middleware.proxy_fix import ProxyFix

from registry.config import Settings

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_UPLOAD_BYTES = 11 * 1024 * 1024
COOKIE_NAME = "pamit"
# Browsers take a cookie of that name from this host over TLS only, never from a neighbour.
SECURE_COOKIE_NAME = f"__Host-{COOKIE_NAME}"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FORMS = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def init_security(app: Flask, settings: Settings) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        SESSION_COOKIE_NAME=COOKIE_NAME,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Longer than the session on the server, so that what was typed after its end is kept.
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_TIME_LIMIT=None,
        # It would ask for the Referer that our own policy takes away; see `refuse_foreign_origin`.
        WTF_CSRF_SSL_STRICT=False,
        COMPRESS_MIMETYPES=[
            "text/html",
            "text/csv",
            "application/json",
        ],
        COMPRESS_ALGORITHM_STREAMING=["zstd", "br", "gzip", "deflate"],
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    # What the library of forms signs, too; both would take SHA-1.
    Signer.default_digest_method = staticmethod(hashlib.sha256)
    app.session_interface = LoopbackAwareSessions()
    app.before_request(refuse_foreign_origin)
    app.before_request(refuse_other_bodies)
    app.after_request(add_headers)


def refuse_foreign_origin() -> None:
    """Refuse a form that another site's page sent, before its token is looked at (403)."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "null")
    is_foreign = origin != "null" and urlsplit(origin).netloc != request.host
    # Under a no-referrer policy browsers say "null"; then this header tells.
    if is_foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def refuse_other_bodies() -> None:
    """Refuse what is no form (415): the library of forms would take JSON for one, of any shape."""
    if request.mimetype not in FORMS:
        abort(415)


def is_loopback() -> bool:
    """Whether this request names a loopback host."""
    host = request.host.rsplit(":", 1)[0].strip("[]")
    return host in LOOPBACK_HOSTS


def is_secure_cookie() -> bool:
    """Whether cookies are for TLS only: everywhere but on loopback over plain HTTP."""
    return request.is_secure or not is_loopback()


def add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
    if not response.cache_control.immutable:
        response.headers["Cache-Control"] = "no-store"
    return response


class LoopbackAwareSessions(SecureCookieSessionInterface):
    """The cookie is `Secure`, and named so, everywhere but on loopback over plain HTTP."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, app: Flask) -> str:
        return SECURE_COOKIE_NAME if self.get_cookie_secure(app) else COOKIE_NAME

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_secure_cookie()
