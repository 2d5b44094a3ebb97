"""Patterns across people, for the labour offices and BP3MI alone."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures.changes import StaleRecord
from registry.departures.fields import list_sight, mask_of, masked
from registry.departures.filters import BadFilter, ListChanged
from registry.departures.flag_cards import TONES, FlagForm, due_text
from registry.departures.flag_workflow import NEEDS_REASON, FlagAction, allowed_on
from registry.departures.workflow import NotAllowed
from registry.enums import N_
from registry.flags.members import recruiter_phones
from registry.flags.pattern_steps import (
    Standing,
    lock_pattern,
    standings,
    step_lines,
    take_pattern_step,
)
from registry.flags.patterns import PHONE, Pattern, find_patterns
from registry.formatting import thousands, today
from registry.reference.queries import load_reference
from registry.regions.queries import place, places

patterns = Blueprint("patterns", __name__, url_prefix="/pola")

PAGE_SIZE = 100
_STALE = N_(
    "Pola ini sudah berubah sejak Anda membukanya. Langkah Anda belum dijalankan; ulangi bila "
    "masih tepat."
)
STATES = ("", "semua")
PATTERN_ID = re.compile(r"[0-9a-f]{32,128}")


@patterns.get("")
@requires(Permission.SEE_PATTERNS)
def index() -> ResponseReturnValue:
    area = current_area()
    if unknown := sorted(set(request.args) - {"keadaan", "setelah"}):
        raise BadFilter(_("Saringan “%(name)s” tidak dikenal.", name=unknown[0][:60]))
    if (state := request.args.get("keadaan", "")) not in STATES:
        raise BadFilter(
            _(
                "Nilai “%(value)s” tidak dikenal untuk saringan “%(name)s”.",
                value=state[:60],
                name="keadaan",
            )
        )
    found = find_patterns(area, load_reference(), today())
    known = standings(area, found)
    wanted = [p for p in found if state or known[p.id].state.is_open]
    shown, next_id = _page(wanted, request.args.get("setelah", ""))
    log.record(
        Event.LIST_SEEN,
        by=current_user().actor,
        area_code=area.code,
        detail={
            "halaman": "pola",
            "jumlah": len(wanted),
            "pola": [p.id for p in shown],
            "id": sorted({member for p in shown for member in p.member_ids}),
            "p3mi": any(p.agencies for p in shown),
            "perekrut": any(p.recruiters for p in shown),
        },
    )
    return render_template(
        "flags/patterns.html",
        patterns=shown,
        known=known,
        total=thousands(len(wanted)),
        place=place(area.code),
        places=places({code for pattern in shown for code in pattern.villages}),
        tones=TONES,
        due_text=due_text,
        shows_all=bool(state),
        next_url=url_for("patterns.index", keadaan=state or None, setelah=next_id)
        if next_id
        else None,
        first_url=url_for("patterns.index", keadaan=state or None)
        if request.args.get("setelah")
        else None,
    )


def _page(found: list[Pattern], after: str) -> tuple[list[Pattern], str | None]:
    ids = [pattern.id for pattern in found]
    if after and not PATTERN_ID.fullmatch(after):
        raise BadFilter(_("Penanda halaman tidak dikenal."))
    if after and after not in ids:
        raise ListChanged
    start = ids.index(after) + 1 if after else 0
    shown = found[start : start + PAGE_SIZE]
    has_more = len(found) > start + PAGE_SIZE
    return shown, shown[-1].id if has_more else None


@patterns.get("/<pattern_id>")
@requires(Permission.SEE_PATTERNS)
def show(pattern_id: str) -> ResponseReturnValue:
    pattern, standing = _pattern_or_404(pattern_id)
    _note_seen(pattern)
    return _pattern_page(pattern, standing)


def _note_seen(pattern: Pattern) -> None:
    log.record(
        Event.LIST_SEEN,
        by=current_user().actor,
        area_code=current_area().code,
        detail={
            "halaman": "pola",
            "pola": pattern.id,
            "id": pattern.member_ids,
            "p3mi": bool(pattern.agencies),
            "perekrut": bool(pattern.recruiters),
            "telepon": pattern.shared == PHONE,
        },
    )


@patterns.post("/<pattern_id>/tindak")
@requires(Permission.SEE_PATTERNS)
def follow_up(pattern_id: str) -> ResponseReturnValue:
    return _act(pattern_id, FlagAction.FOLLOW_UP)


@patterns.post("/<pattern_id>/selesai")
@requires(Permission.SEE_PATTERNS)
def close(pattern_id: str) -> ResponseReturnValue:
    return _act(pattern_id, FlagAction.CLOSE)


@patterns.post("/<pattern_id>/keliru")
@requires(Permission.SEE_PATTERNS)
def dismiss(pattern_id: str) -> ResponseReturnValue:
    return _act(pattern_id, FlagAction.DISMISS)


@patterns.post("/<pattern_id>/buka")
@requires(Permission.SEE_PATTERNS)
def reopen(pattern_id: str) -> ResponseReturnValue:
    return _act(pattern_id, FlagAction.REOPEN)


@patterns.post("/<pattern_id>/catatan")
@requires(Permission.SEE_PATTERNS)
def note(pattern_id: str) -> ResponseReturnValue:
    return _act(pattern_id, FlagAction.NOTE)


def _act(pattern_id: str, action: FlagAction) -> ResponseReturnValue:
    lock_pattern(pattern_id)
    pattern, standing = _pattern_or_404(pattern_id)
    form = FlagForm()
    del form.terbatas
    if not form.validate_on_submit():
        return _refused_page(pattern, standing, form), 400
    if action in NEEDS_REASON and not form.catatan.data:
        form.catatan.errors = [_("Tulis alasan atau catatannya.")]
        return _refused_page(pattern, standing, form), 400
    try:
        take_pattern_step(
            pattern,
            standing,
            action,
            by=current_user(),
            seen_state=form.keadaan.data or "",
            note=form.catatan.data,
        )
    except StaleRecord:
        form.keadaan.data = standing.state.value
        return _refused_page(pattern, standing, form, warning=_STALE), 409
    except NotAllowed as error:
        return _refused_page(pattern, standing, form, warning=error.said(_)), 409
    db.session.commit()
    flash(_("Langkah disimpan."), "success")
    return redirect(url_for("patterns.show", pattern_id=pattern.id))


def _refused_page(
    pattern: Pattern, standing: Standing, form: FlagForm, *, warning: str | None = None
) -> str:
    """The page again after a refused step; whoever sees it has seen the people of the pattern."""
    page = _pattern_page(pattern, standing, form, warning=warning)
    _note_seen(pattern)
    db.session.commit()
    return page


def _pattern_or_404(pattern_id: str) -> tuple[Pattern, Standing]:
    """The pattern as it is found in the user's area now."""
    area = current_area()
    found = find_patterns(area, load_reference(), today())
    pattern = next((p for p in found if p.id == pattern_id), None) or abort(404)
    return pattern, standings(area, [pattern])[pattern.id]


def _pattern_page(
    pattern: Pattern,
    standing: Standing,
    form: FlagForm | None = None,
    *,
    warning: str | None = None,
) -> str:
    if form is None:
        form = FlagForm(formdata=None)
        form.keadaan.data = standing.state.value
        del form.terbatas
    sight = list_sight(current_user().role)
    shares_phone = pattern.shared == PHONE
    return render_template(
        "flags/pattern.html",
        pattern=pattern,
        standing=standing,
        steps=step_lines(standing),
        actions=allowed_on(standing.state),
        form=form,
        names={m.id: masked(mask_of("name"), m.name, sight) for m in pattern.members},
        places=places(set(pattern.villages)),
        phones=recruiter_phones(current_area(), pattern.member_ids[:100]) if shares_phone else [],
        tone=TONES.get(pattern.rule.severity, "info"),
        due=due_text(pattern.due_on) if standing.state.is_open else None,
        warning=_(warning) if warning else None,
    )
