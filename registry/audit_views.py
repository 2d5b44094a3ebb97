"""The journal's page: who did what, when and where; never the values themselves."""

import re
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select

from registry.accounts.access import current_area, requires
from registry.accounts.roles import Permission
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import head_anchor
from registry.db import db
from registry.departures.filters import BadFilter
from registry.formatting import today
from registry.regions.area import Area
from registry.regions.queries import former_codes, place

journal = Blueprint("journal", __name__, url_prefix="/jurnal")

PAGE_SIZE = 50


@journal.get("")
@requires(Permission.SEE_JOURNAL)
def index() -> ResponseReturnValue:
    before = request.args.get("sebelum", "")
    if before and not re.fullmatch(r"[0-9]{1,18}", before):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    rows = _entries(current_area(), int(before) if before else None)
    shown = rows[:PAGE_SIZE]
    return render_template(
        "journal/index.html",
        entries=[(entry, _(Event.of(entry.event).label)) for entry in shown],
        place=place(current_area().code),
        next_url=url_for("journal.index", sebelum=shown[-1].seq) if len(rows) > PAGE_SIZE else None,
        first_url=url_for("journal.index") if before else None,
        head=None if before else head_anchor(),
    )


@journal.get("/kepala")
@requires(Permission.SEE_JOURNAL)
def head() -> ResponseReturnValue:
    """The journal's head on paper, to be kept where nobody who serves Pamit can reach it."""
    anchor = head_anchor() or abort(404)
    return render_template(
        "journal/head.html",
        head=anchor,
        place=place(current_area().code),
        printed_on=today(),
        back_url=url_for("journal.index"),
    )


def _entries(area: Area, before: int | None) -> list[Any]:
    """Entries about the area or made within it, newest first, one more than a page."""
    statement = select(
        JournalEntry.seq,
        JournalEntry.at,
        JournalEntry.event,
        JournalEntry.actor,
        JournalEntry.role,
        JournalEntry.area_code,
    )
    if area.code != "0":
        inside = JournalEntry.area_code.startswith(area.code, autoescape=True)
        if former := former_codes(area):
            inside = or_(inside, JournalEntry.area_code.in_(former))
        statement = statement.where(inside)
    if before is not None:
        statement = statement.where(JournalEntry.seq < before)
    statement = statement.order_by(JournalEntry.seq.desc()).limit(PAGE_SIZE + 1)
    return list(db.session.execute(statement).all())
