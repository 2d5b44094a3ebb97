"""The filter form of a list as HTML, kept for the last filters: it holds nothing of the list."""

from functools import lru_cache
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from registry.departures.chips import Choices, area_choices, filter_choices
from registry.departures.fields import Sight
from registry.departures.filters import Filter
from registry.extensions import page_language

# The parameters that the form shows a box for; year and month become its two dates.
FILTER_BOXES = frozenset(
    (
        *("wilayah", "tahap", "status", "prosedur", "tanda", "negara", "skema", "jk"),
        *("dari", "sampai", "tahun", "bulan", "urut"),
    )
)


def filter_form(f: Filter, sight: Sight, refusal: str | None = None) -> Markup:
    """The form as the filter fills it, with what is refused about its dates beside them."""
    made_of = (area_choices(f), sight.sees_names, refusal)
    if f.text or refusal:
        return _made(f, *made_of)  # what was searched for is not kept
    return _kept(page_language(), request.script_root, f.with_(), *made_of)


@lru_cache(maxsize=64)
def _kept(_language: str, _script_root: str, f: Filter, *made_of: Any) -> Markup:
    return _made(f, *made_of)


def _made(f: Filter, areas: Choices, by_name: bool, refusal: str | None) -> Markup:
    template = current_app.jinja_env.get_template("departures/_filters.html")
    choices = filter_choices(by_name=by_name) | {"areas": areas}
    said = template.render(filter=f, choices=choices, boxes=FILTER_BOXES, refusal=refusal)
    return Markup(said)  # noqa: S704 - escaped by the template
