"""The filter form of a list as HTML, kept for the last filters: it is a fifth of a page's work."""

from functools import lru_cache
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from registry.departures.chips import filter_choices
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
    choices = tuple(filter_choices(f, sight).items())
    if f.text or refusal:
        return _made(f, choices, refusal)  # what was searched for is not kept
    return _kept(f.with_(), choices, page_language(), request.script_root)


@lru_cache(maxsize=64)
def _kept(f: Filter, choices: tuple[Any, ...], _language: str, _script_root: str) -> Markup:
    return _made(f, choices, None)


def _made(f: Filter, choices: tuple[Any, ...], refusal: str | None) -> Markup:
    template = current_app.jinja_env.get_template("departures/_filters.html")
    said = template.render(filter=f, choices=dict(choices), boxes=FILTER_BOXES, refusal=refusal)
    return Markup(said)  # noqa: S704 - escaped by the template
