"""A dashboard as HTML, drawn anew only when what it is made of has changed."""

from typing import NamedTuple

from flask import current_app, request
from markupsafe import Markup

from registry.asking import Drawings
from registry.dashboards.page import Page, build_page
from registry.dashboards.tables import Links
from registry.departures.filters import Filter
from registry.departures.summary.reading import reading_once
from registry.extensions import gettext as _
from registry.extensions import page_language
from registry.formatting import today
from registry.regions.area import Area

MOST_KEPT = 64  # of each process


class Drawn(NamedTuple):
    """A page but for who looks at it and the minute.

    Attributes:
        heading: place, period and filters in words, for what leaves the screen.
    """

    title: str
    top: Markup
    figures: Markup
    heading: tuple[str, str, str]


def drawn(f: Filter, home: Area, *, sees_people: bool) -> Drawn:
    """The page of a filter, whose links stay within the area of who looks."""

    def draw() -> Drawn:
        return _draw(f, Links(f, home, sees_people=sees_people))

    if f.text:
        return draw()  # names that were typed are not kept
    who = (home, sees_people, page_language(), request.script_root)
    return _drawings().get((f, who, today()), draw)


def _drawings() -> Drawings[Drawn]:
    made: Drawings[Drawn] = current_app.extensions.setdefault("drawings", Drawings(MOST_KEPT))
    return made


def _draw(f: Filter, links: Links) -> Drawn:
    with reading_once():
        page = build_page(f, links)
    title = _("Dasbor %(place)s", place=page.place.title)
    return Drawn(
        title,
        _part("_top.html", page, title=title),
        _part("_figures.html", page),
        (page.place.title, page.period, page.filter_words),
    )


def _part(template: str, page: Page, **values: str) -> Markup:
    """A part that knows neither who looks nor when, so without what every page is given."""
    made = current_app.jinja_env.get_template(f"dashboards/{template}")
    return Markup(made.render(page=page, **values))  # noqa: S704 - escaped by the template
