"""The filter that the present request asks for; the one door from query strings to `Filter`."""

from flask import request

from registry.accounts.access import current_area
from registry.assessment.rules import RULES
from registry.departures.filters import Filter, parse_filter
from registry.reference.countries import countries
from registry.reference.queries import agency_names, list_jobs
from registry.regions.area import Area, OutsideArea
from registry.regions.queries import place


def current_filter(area: Area | None = None) -> Filter:
    """The filter of the request's query string, within the user's area or a part of it.

    Raises BadFilter (400) or OutsideArea (404).
    """
    query = list(request.args.items(multi=True))
    names = {name for name, _ in query}
    known: dict[str, set[str]] = {}
    if "negara" in names:
        known["negara"] = set(countries().names)
    if "p3mi" in names:
        known["p3mi"] = set(agency_names())
    if "jabatan" in names:
        known["jabatan"] = {job.code for job in list_jobs()}
    if "tanda" in names:
        known["tanda"] = {rule.number for rule in RULES}
    home = area or current_area()
    f = parse_filter(query, home, known)
    if f.area != home:
        try:
            place(f.area.code)  # the page shows it, and finds it read
        except KeyError as error:
            raise OutsideArea(f.area.code) from error
    return f
