"""The dashboards of every level, Indonesia included: one page, one code path."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.dashboards.choosing import form_of
from registry.dashboards.drawing import drawn
from registry.dashboards.heading import filter_words, heading_of
from registry.dashboards.page import period_words
from registry.dashboards.rows import table_with_bars
from registry.dashboards.silence import PAST_YEARS, QUIET_MONTHS, parts_of, silence_of
from registry.db import now
from registry.departures.chips import chips_of
from registry.departures.fields import list_sight
from registry.departures.filters import BadFilter, DatesClash, Filter
from registry.departures.request_filters import filter_of_figures
from registry.enums import Level
from registry.extensions import gettext as _
from registry.formatting import plain_code
from registry.reference.queries import agency_names, job_titles
from registry.regions.models import Region
from registry.regions.queries import known_place, place, successor_of

dashboards = Blueprint("dashboards", __name__)
dashboards.add_app_template_filter(table_with_bars, "tabel_batang")


@dashboards.get("/dasbor")
@requires(Permission.SEE_FIGURES)
def index() -> ResponseReturnValue:
    return _dashboard(filter_of_figures())


@dashboards.get("/dasbor/<kode>")
@requires(Permission.SEE_FIGURES)
def show(kode: str) -> ResponseReturnValue:
    home, found = current_area(), known_place(plain_code(kode))
    if found is None or not found.is_in_force:
        successor = successor_of(plain_code(kode))
        if successor and home.holds(successor.code):
            return _moved_to(successor)
    return _dashboard(filter_of_figures(home.narrow(kode)))


@dashboards.get("/dasbor/<kode>/p3mi")
@requires(Permission.SEE_FIGURES)
def agencies(kode: str) -> ResponseReturnValue:
    """Where an agency is chosen: there are too many for a form that every dashboard carries."""
    f = filter_of_figures(current_area().narrow(kode))
    back = url_for(".show", kode=f.area.code)
    named = sorted(agency_names().items(), key=lambda one: one[1].casefold())
    return render_template(
        "dashboards/agencies.html",
        back_url=f"{back}?{f.query(f.area)}",
        agencies=[
            (name, f"{back}?{f.query(f.area, agency=(*f.agency, id_))}")
            for id_, name in named
            if id_ not in f.agency
        ],
    )


@dashboards.get("/dasbor/<kode>/sunyi")
@requires(Permission.SEE_FIGURES)
def silent(kode: str) -> ResponseReturnValue:
    """Villages without a new record, or where they lie; what the dashboard filters waits there."""
    f = filter_of_figures(current_area().narrow(kode))
    if f.public:
        raise BadFilter(_("Halaman ini tidak dapat disaring."))
    _refuse_names(f)
    is_small = f.area.level >= Level.DISTRICT
    return render_template(
        "dashboards/silent.html",
        place=place(f.area.code),
        query=f.query(f.area),
        waiting=filter_words(f) if f.narrows else None,
        period=period_words(f),
        silence=silence_of(f.area) if is_small else None,
        parts=[] if is_small else parts_of(f.area),
        months=QUIET_MONTHS,
        years=PAST_YEARS,
    )


@dashboards.errorhandler(DatesClash)
def dates_clash(error: DatesClash) -> ResponseReturnValue:
    """The form again, as it was filled, with what is wrong beside its dates."""
    f = error.clashing
    page = {
        "form": form_of(f, job_titles()),
        "own_url": url_for(".show", kode=f.area.code),
        "refusal": str(error),
    }
    chips = chips_of(f, f.area, "dashboards.show", kode=f.area.code)
    return render_template("dashboards/dates_clash.html", page=page, chips=chips), 400


def _moved_to(region: Region) -> ResponseReturnValue:
    """To the region that took the place of one no longer in force, with the same filters."""
    address = url_for(".show", kode=region.code)
    query = request.query_string.decode()
    return redirect(f"{address}?{query}" if query else address)


def _dashboard(f: Filter) -> str:
    _refuse_names(f)
    sees_people = current_user().may(Permission.SEE_PEOPLE)
    page, drawn_at = drawn(f, current_area(), sees_people=sees_people), now()
    return render_template(
        "dashboards/show.html",
        drawn=page,
        heading=heading_of(*page.heading, drawn_at),
        drawn_at=drawn_at,
    )


def _refuse_names(f: Filter) -> None:
    """A number counted by name would tell of one person; only those who see names may ask."""
    if f.text and not list_sight(current_user().role).sees_names:
        raise BadFilter(_("Angka tidak dihitung menurut nama. Cari orang di daftar keberangkatan."))
