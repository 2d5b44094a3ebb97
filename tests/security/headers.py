"""The headers that every answer carries, and no others."""

from typing import Any

# Written out here: a change of the program's own list must be a change of this one too.
EXPECTED = {
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
# What an answer may carry besides, as its content asks.
OTHERS = {
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Date",
    "ETag",
    "Last-Modified",
    "Location",
    "Retry-After",
    "Set-Cookie",
    "Vary",
    "X-Accel-Buffering",
}


# Beginnings of bodies, each with the one type that it may have.
KINDS = {
    b"<!": "text/html; charset=utf-8",
    b"{": "application/json",
    b"PK": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"\xef\xbb\xbf": "text/csv; charset=utf-8",
}
ASSETS = {f"{kind}; charset=utf-8" for kind in ("text/css", "text/javascript", "image/svg+xml")}


def _says_what_it_is(answer: Any, *, is_kept: bool) -> bool:
    """Whether the type fits what the body begins with, and a text names its characters."""
    said = answer.headers.get("Content-Type", "").lower()
    if is_kept:
        return said in ASSETS
    return any(answer.data.startswith(sign) and said == kind for sign, kind in KINDS.items())


def wrong_headers(answer: Any, *, is_kept: bool = False) -> list[str]:
    """What is not as written; `is_kept` for files that a browser may keep."""
    said = dict(answer.headers)
    wrong = [name for name, value in EXPECTED.items() if said.get(name) != value]
    wrong += sorted(said.keys() - EXPECTED.keys() - OTHERS)
    if answer.data and not _says_what_it_is(answer, is_kept=is_kept):
        wrong.append("Content-Type")
    cached = said.get("Cache-Control")
    if cached != ("public, max-age=31536000, immutable" if is_kept else "no-store"):
        wrong.append("Cache-Control")
    return wrong
