"""The queue of flags, one flag with its steps, and how often each rule was mistaken."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.assessment.rules import RULES
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures.changes import StaleRecord
from registry.departures.fields import list_sight, mask_of, masked
from registry.departures.filters import ListChanged
from registry.departures.flag_cards import FlagForm, flag_card, form_prefix
from registry.departures.flag_workflow import NEEDS_REASON, FlagAction, may_act, sees_restricted
from registry.departures.models import Flag
from registry.departures.routes import note_look
from registry.departures.workflow import NotAllowed
from registry.enums import N_, FlagState, Severity
from registry.flags import queries
from registry.flags.figures import figure_tables
from registry.flags.filters import parse_queue
from registry.flags.operations import take_step
from registry.formatting import thousands
from registry.regions.queries import place, places

_STALE = N_(
    "Tanda ini sudah berubah sejak Anda membukanya. Langkah Anda belum dijalankan; ulangi bila "
    "masih tepat."
)

flags = Blueprint("flags", __name__, url_prefix="/tanda")


@flags.get("")
@requires(Permission.FOLLOW_UP)
def index() -> ResponseReturnValue:
    area, user = current_area(), current_user()
    said = dict(request.args.items())
    wanted = parse_queue(request.args.items(multi=True), user.role)
    page = queries.queue_page(area, list_sight(user.role), wanted)
    if page is None:
        raise ListChanged
    total = queries.count_flags(area, wanted)
    _note_list("tanda", page.rows, total)
    kept = {name: value for name, value in said.items() if value and name != "setelah"}
    return render_template(
        "flags/index.html",
        rows=page.rows,
        total=thousands(total),
        said=kept,
        places=places({row.village_code for row in page.rows}),
        place=place(area.code),
        severities=[(s.value, _(s.label)) for s in Severity],
        states=[(s.value, _(s.label)) for s in FlagState],
        rules=[(rule.number, f"{rule.number} · {_(rule.title)}") for rule in RULES],
        next_url=_list_url(kept, page.next_cursor) if page.next_cursor else None,
        first_url=_list_url(kept) if said.get("setelah") else None,
        sees_figures=user.may(Permission.SEE_RULE_FIGURES),
    )


def _list_url(kept: dict[str, str], after: str | None = None) -> str:
    query = urlencode(kept | ({"setelah": after} if after else {}))
    return url_for("flags.index") + (f"?{query}" if query else "")


@flags.get("/aturan")
@requires(Permission.SEE_RULE_FIGURES)
def rules() -> ResponseReturnValue:
    area = current_area()
    return render_template(
        "flags/rules.html",
        place=place(area.code),
        tables=figure_tables(queries.rule_figures(area)),
        can_follow_up=current_user().may(Permission.FOLLOW_UP),
    )


@flags.get("/<int:flag_id>")
@requires(Permission.FOLLOW_UP)
def show(flag_id: int) -> ResponseReturnValue:
    flag = queries.find_flag(current_area(), flag_id) or abort(404)
    _note_opened(flag)
    return _flag_page(flag)


@flags.post("/<int:flag_id>/tindak")
@requires(Permission.FOLLOW_UP)
def follow_up(flag_id: int) -> ResponseReturnValue:
    return _act(flag_id, FlagAction.FOLLOW_UP, _("Tanda ditandai sedang ditindaklanjuti."))


@flags.post("/<int:flag_id>/selesai")
@requires(Permission.FOLLOW_UP)
def close(flag_id: int) -> ResponseReturnValue:
    return _act(flag_id, FlagAction.CLOSE, _("Tanda ditandai selesai."))


@flags.post("/<int:flag_id>/keliru")
@requires(Permission.FOLLOW_UP)
def dismiss(flag_id: int) -> ResponseReturnValue:
    return _act(flag_id, FlagAction.DISMISS, _("Tanda ditandai keliru dan tidak muncul lagi."))


@flags.post("/<int:flag_id>/buka")
@requires(Permission.FOLLOW_UP)
def reopen(flag_id: int) -> ResponseReturnValue:
    return _act(flag_id, FlagAction.REOPEN, _("Tanda diperiksa lagi oleh aturannya."))


@flags.post("/<int:flag_id>/catatan")
@requires(Permission.FOLLOW_UP)
def note(flag_id: int) -> ResponseReturnValue:
    return _act(flag_id, FlagAction.NOTE, _("Catatan disimpan."))


def _act(flag_id: int, action: FlagAction, done: str) -> ResponseReturnValue:
    flag = queries.find_flag(current_area(), flag_id, locked=True) or abort(404)
    user = current_user()
    if not may_act(user.role, flag.owner):
        abort(403)
    form = FlagForm(prefix=form_prefix(flag_id))
    if form.terbatas.data and not sees_restricted(user.role):
        abort(403)
    if not form.validate_on_submit() or _lacks_reason(form, action):
        return _refused_page(flag, form), 400
    try:
        take_step(
            flag,
            action,
            by=user,
            seen_state=form.keadaan.data or "",
            note=form.catatan.data,
            is_restricted=bool(form.terbatas.data),
        )
    except StaleRecord:
        db.session.rollback()
        form.keadaan.data = flag.state.value
        return _refused_page(flag, form, warning=_STALE), 409
    except NotAllowed as error:
        db.session.rollback()
        return _refused_page(flag, form, warning=error.said(_)), 409
    departure_id = flag.departure_id
    db.session.commit()
    flash(done, "success")
    address = url_for("departures.show", departure_id=departure_id)
    return redirect(f"{address}#tanda-{flag_id}")


def _lacks_reason(form: FlagForm, action: FlagAction) -> bool:
    if action not in NEEDS_REASON or form.catatan.data:
        return False
    form.catatan.errors = [_("Tulis alasan atau catatannya.")]
    return True


def _refused_page(flag: Flag, form: FlagForm, *, warning: str | None = None) -> str:
    """The page again after a refused step; whoever sees it has opened the flag."""
    page = _flag_page(flag, form, warning=warning)
    _note_opened(flag)
    db.session.commit()
    return page


def _note_opened(flag: Flag) -> None:
    note_look(Event.PERSON_OPENED, flag.departure, cara="tanda")


def _flag_page(flag: Flag, form: FlagForm | None = None, *, warning: str | None = None) -> str:
    role, departure = current_user().role, flag.departure
    return render_template(
        "flags/show.html",
        card=flag_card(flag, role, form),
        departure=departure,
        name=masked(mask_of("name"), departure.resident.name, list_sight(role)),
        place=place(departure.village_code),
        warning=_(warning) if warning else None,
    )


def _note_list(page: str, rows: list[queries.ListedFlag], total: int) -> None:
    said: list[Any] = list(request.args.items(multi=True))
    log.record(
        Event.LIST_SEEN,
        by=current_user().actor,
        area_code=current_area().code,
        detail={
            "halaman": page,
            "saringan": said,
            "jumlah": total,
            "id": list(dict.fromkeys(row.departure_id for row in rows)),
        },
    )
