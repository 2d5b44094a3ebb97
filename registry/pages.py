"""The blueprints of the product, and what every page's template may use."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask_login import current_user
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.routing import IntegerConverter, Map

from registry import formatting
from registry.accounts.access import SAFE_METHODS, stamp_session
from registry.accounts.denials import note_denial
from registry.accounts.roles import Permission, Role, may
from registry.audit.log import flush_reads
from registry.db import now, short_write
from registry.departures.html_rows import departure_rows, of_several_villages, options
from registry.departures.summary.storing import fold_quietly
from registry.enums import N_
from registry.extensions import gettext, page_language, page_text
from registry.reference.contacts import HELP_CONTACT
from registry.reference.countries import country_label
from registry.regions.area import COUNTRY_CODE
from registry.regions.queries import place

LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    """A primary key in an address; a number too large for any row is an address of nothing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


@dataclass(frozen=True)
class NavigationItem:
    """One link of the main navigation."""

    label: str
    url: str
    active: bool


NAVIGATION = (
    ("home.index", N_("Beranda"), Permission.OWN_ACCOUNT),
    ("departures.index", N_("Keberangkatan"), Permission.SEE_PEOPLE),
    ("reviews.index", N_("Periksa"), Permission.VERIFY),
    ("flags.index", N_("Tanda"), Permission.FOLLOW_UP),
    ("flags.rules", N_("Tanda"), Permission.SEE_RULE_FIGURES),
    ("patterns.index", N_("Pola"), Permission.SEE_PATTERNS),
    ("dashboards.index", N_("Dasbor"), Permission.SEE_FIGURES),
    ("accounts.users", N_("Akun"), Permission.MANAGE_ACCOUNTS),
    ("reference.index", N_("Rujukan"), Permission.MANAGE_REFERENCE),
    ("journal.index", N_("Jurnal"), Permission.SEE_JOURNAL),
    ("journal.village", N_("Siapa melihat"), Permission.SEE_LOOKS),
)


def blueprints() -> list[Any]:
    """Every blueprint, each a feature of its own."""
    from registry.accounts.all_views import accounts
    from registry.dashboards.views import dashboards
    from registry.departures import all_views
    from registry.flags.pattern_views import patterns
    from registry.flags.views import flags
    from registry.home import home
    from registry.looks.views import journal
    from registry.operating.views import health
    from registry.reference_pages.all_views import reference
    from registry.reviews.views import reviews
    from registry.rights.all_views import rights
    from registry.usage.views import usage
    from registry.workbooks.all_views import exports, imports

    return [
        home,
        accounts,
        usage,
        all_views.departures,
        all_views.search_box,
        all_views.emergencies,
        reviews,
        flags,
        patterns,
        dashboards,
        exports,
        imports,
        reference,
        rights,
        journal,
        health,
    ]


def _shown_code(code: str) -> str:
    """The code with its dots; nothing for the country, which has none but ours."""
    return "" if code == COUNTRY_CODE else formatting.dotted_code(code)


def init_pages(app: Flask) -> None:
    app.url_map.converters["int"] = RowId
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        tanggal=lambda day: formatting.long_date(day, gettext),
        saat=lambda instant: formatting.long_moment(instant, gettext),
        ribuan=formatting.thousands,
        rupiah=formatting.rupiah,
        kode=_shown_code,
        negara=country_label,
        samar_nik=formatting.mask_nik,
        label=lambda member: gettext(member.label) if member is not None else "–",
    )
    app.jinja_env.globals.update(
        page_language=page_language,
        gettext=page_text,
        _=page_text,
        departure_rows=departure_rows,
        of_several_villages=of_several_villages,
        options_html=options,
    )
    app.context_processor(_page_context)
    # Registered first, run last: the journal is written after the page was made.
    app.after_request(_finish_reading)


@dataclass(frozen=True)
class AccountBox:
    """Who is signed in, as the header shows it."""

    name: str
    office: str
    url: str
    sign_out_url: str


def _page_context() -> dict[str, Any]:
    return {
        "navigation": _navigation(),
        "account": _account(),
        "demo_database": _holds_demo_accounts(),
        "help_contact": gettext(HELP_CONTACT),
    }


def _account() -> AccountBox | None:
    if not current_user.is_authenticated:
        return None
    user = current_user.user
    office = f"{gettext(user.role.label)} · {place(user.area_code).title}"
    return AccountBox(
        user.name, office, _address("accounts.profile"), _address("accounts.sign_out")
    )


def _address(endpoint: str) -> str:
    """The address of a page without parts of its own; every page has a dozen of them."""
    return _known_address(endpoint, request.script_root)


@lru_cache(maxsize=512)
def _known_address(endpoint: str, _script_root: str) -> str:
    return url_for(endpoint)


def _navigation() -> Markup:
    """The links of the main navigation, none for who is not signed in."""
    if not current_user.is_authenticated:
        return Markup()
    section = (request.endpoint or "").partition(".")[0]
    return _links(current_user.user.role, section, page_language(), request.script_root)


@lru_cache(maxsize=512)
def _links(role: Role, section: str, _language: str, _script_root: str) -> Markup:
    """The same as HTML: every page shows it twice, and it changes with nothing else."""
    items: dict[str, NavigationItem] = {}
    for endpoint, label, permission in NAVIGATION:
        if may(role, permission):
            # Of two pages under one name, the first that the role may open.
            is_active = endpoint.partition(".")[0] == section
            items.setdefault(label, NavigationItem(gettext(label), _address(endpoint), is_active))
    shell: Any = current_app.jinja_env.get_template("components/shell.html").module
    return Markup(shell.navigation_links(items.values()))  # noqa: S704 - escaped by the template


def _holds_demo_accounts() -> bool:
    return bool(current_app.extensions.get("pamit_demo", False))


def _finish_reading(response: Response) -> Response:
    """Write what this reading request must leave behind; without it the page is not given out."""
    note_denial(response.status_code)
    flush_reads()
    if digest := g.pop("stamp_session", None):
        with short_write():
            stamp_session(now(), digest)
    if request.method not in SAFE_METHODS and not response.is_streamed:
        fold_quietly()
    return response
