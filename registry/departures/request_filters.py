"""The filter that the present request asks for; the one door from query strings to `Filter`."""

from urllib.parse import urlencode

from flask import abort, redirect, request
from flask_babel import gettext as _

from registry.accounts.access import current_area
from registry.assessment.rules import RULES
from registry.departures.filters import BadFilter, DatesClash, Filter, parse_filter
from registry.formatting import plain_code
from registry.reference.countries import countries
from registry.reference.queries import agency_names, job_titles
from registry.regions.area import Area, OutsideArea
from registry.regions.queries import known_place, successor_of


def current_filter(area: Area | None = None) -> Filter:
    """The filter of the request's query string, within the user's area or a part of it.

    Raises BadFilter (400) or OutsideArea (404); a code that a decree replaced leads to the same
    address with the new one.
    """
    query = list(request.args.items(multi=True))
    names = {name for name, _ in query}
    known: dict[str, set[str]] = {}
    if "negara" in names:
        known["negara"] = set(countries().names)
    if "p3mi" in names:
        known["p3mi"] = set(agency_names())
    if "jabatan" in names:
        known["jabatan"] = set(job_titles())
    if "tanda" in names:
        known["tanda"] = {rule.number for rule in RULES}
    home = area or current_area()
    try:
        f = parse_filter(query, home, known)
        _refuse_unknown(f.area)
    except DatesClash as error:
        _refuse_unknown(error.clashing.area)  # of which no form can be shown
        raise
    except OutsideArea:
        _lead_to_successor(query, home)
        raise
    return f


def _lead_to_successor(query: list[tuple[str, str]], home: Area) -> None:
    """Redirect where the region asked for has another code by now, and lies within `home`."""
    asked = plain_code(dict(query).get("wilayah", ""))
    successor = successor_of(asked)
    if successor is not None and home.holds(successor.code):
        pairs = [pair for pair in query if pair[0] != "wilayah"]
        abort(redirect(f"{request.path}?{urlencode([('wilayah', successor.code), *pairs])}"))


def _refuse_unknown(area: Area) -> None:
    """Raises OutsideArea where there is no such region; else the page finds it read."""
    if known_place(area.code) is None:
        raise OutsideArea(area.code)


def filter_of_figures(area: Area | None = None) -> Filter:
    """As `current_filter`, for what has no rows: neither an order nor pages. Raises the same."""
    refuse_of_lists("urut", "setelah")
    return current_filter(area)


def filter_of_rows() -> Filter:
    """As `current_filter`, for lists: nothing in them is hidden from a public. Raises the same."""
    f = current_filter()
    if f.public:
        raise BadFilter(_("Saringan “publik” hanya untuk dasbor dan rekap."))
    return f


def refuse_of_lists(*names: str) -> None:
    """Raises BadFilter where the request says one of these, which would mean nothing here."""
    for name in names:
        if any(value.strip() for value in request.args.getlist(name)):
            raise BadFilter(_("Saringan “%(name)s” hanya untuk daftar.", name=name))
