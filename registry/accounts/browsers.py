"""The browser behind a sign-in: where it is, what it is called, and what its cookie holds."""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from flask import request, session, url_for
from flask_login import login_user

from registry.accounts import access, kept_forms, known_browsers
from registry.accounts.access import SignedIn
from registry.accounts.known_browsers import KnownBrowser
from registry.accounts.models import User

LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s]*")


@dataclass(frozen=True)
class Browser:
    """Where a try comes from.

    Attributes:
        address: see `network_of`.
        old_token: the session that this browser held before, which ends.
        known: those who signed in here before.
    """

    address: str
    device: str
    old_token: str | None = None
    known: KnownBrowser = KnownBrowser()


def this_browser() -> Browser:
    """The browser of this request."""
    return Browser(
        network_of(request.remote_addr),
        device_of(request.user_agent.string),
        session.get("_user_id"),
        known_browsers.this_browser(),
    )


def start_session(signed_in: SignedIn) -> str:
    """Replace all that the session's cookie held, and know the browser; answers where to go."""
    kept_id, way_back = session.get("kept_form"), session.get("way_back")
    session.clear()
    session.permanent = True
    if kept_forms.is_of(signed_in.user, kept_id):
        session["kept_form"] = kept_id
    elif kept_id:
        way_back = None  # somebody else's page
    login_user(signed_in)
    session["way_back"] = way_back
    known_browsers.remember(signed_in.user)
    return onward(signed_in.user)


def go_on_with(signed_in: SignedIn) -> None:
    """Take over the new session of somebody whose others have ended, and still know the browser."""
    login_user(signed_in)
    known_browsers.remember(signed_in.user)


def onward(user: User, default: str | None = None) -> str:
    """What the account has to do next, else back to the page that was asked for."""
    if unfinished := access.unfinished_step(user):
        return url_for(unfinished)
    return local(session.pop("way_back", None) or default)


def local(path: str | None) -> str:
    """The path when it is one of our own pages, else the first page."""
    if path and LOCAL_PATH.fullmatch(path) and kept_forms.has_page(path.partition("?")[0]):
        return path
    return "/"


def network_of(remote: str | None) -> str:
    """Where a try comes from: an IPv4 address, or the network that one IPv6 household holds."""
    try:
        address = ip_address(remote or "")
    except ValueError:
        return "-"
    if address.version == 4:
        return str(address)
    return str(ip_network((address, 64), strict=False))


_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_of(user_agent: str) -> str:
    """A browser in words: `Chrome, Android`."""
    browser = next((name for sign, name in _BROWSERS if f"{sign}/" in user_agent), None)
    system = next((name for name in _SYSTEMS if name in user_agent), None)
    return ", ".join(part for part in (browser, system) if part) or "–"
