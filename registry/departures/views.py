"""The list, the search box, and the record's page."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import slowdown
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.audit import log
from registry.audit.events import Event
from registry.db import db
from registry.departures import listing, queries, review_queries
from registry.departures.checklist import checklist
from registry.departures.chips import chips_of
from registry.departures.emergency import minutes_left, needs_emergency
from registry.departures.emergency_queries import open_accesses
from registry.departures.fields import NO_SIGHT, Sight, list_sight, record_sight
from registry.departures.filter_form import filter_form
from registry.departures.filters import BadFilter, DatesClash, Filter, Order, registration_number_in
from registry.departures.flag_cards import flag_cards
from registry.departures.models import Departure
from registry.departures.names import distinct_words
from registry.departures.request_filters import filter_of_rows
from registry.departures.routes import departure_or_404, departures, note_look
from registry.departures.show import (
    actions_for,
    marks_for,
    may_reveal_without_reason,
    missing_papers,
    readiness_line,
    send_back_reason,
    summary_sections,
    tone,
    what_is_left,
    what_is_missing,
    why_not_review,
)
from registry.departures.small_forms import (
    DepartedForm,
    EmergencyForm,
    ReasonForm,
    ReturnedForm,
    VersionForm,
)
from registry.departures.steps import HOME, PERSON, PLAN, Step
from registry.departures.summary.reading import reading_once
from registry.departures.timeline import timeline
from registry.departures.workflow import Action
from registry.enums import ReviewStatus
from registry.formatting import thousands
from registry.regions.queries import place, places

search_box = Blueprint("search", __name__)

NAME_SEARCHES_PER_HOUR = 120


class NoOrderByName(BadFilter):
    """A list by name, asked for by whom names are hidden from."""


class NameTooShort(BadFilter):
    """A word alone, where a masked viewer must write two of a name."""


@departures.get("")
@requires(Permission.SEE_PEOPLE)
def index() -> ResponseReturnValue:
    f = filter_of_rows()
    sight = list_sight(current_user().role)
    try:
        whole_words = check_name_search(f, sight)
    except NameTooShort as refusal:
        return _ask_again(f, str(refusal)), 400
    except NoOrderByName as refusal:
        return _other_orders(f, str(refusal)), 400
    with reading_once():
        page = listing.list_page(f, sight, whole_words=whole_words)
        is_all = page.next_cursor is None and not f.after
        total = len(page.rows) if is_all else listing.count(f, whole_words=whole_words)
    _note_list(f, page, total)
    home = current_area()
    return render_template(
        "departures/index.html",
        filter=f,
        rows=page.rows,
        places=places({f.area.code, home.code}),
        total=thousands(total),
        chips=chips_of(f, home),
        filter_form=filter_form(f, sight),
        next_url=_list_url(f, home, page.next_cursor) if page.next_cursor else None,
        first_url=_list_url(f, home) if f.after else None,
        query=f.query(home),
        can_record=current_user().may(Permission.RECORD),
        can_export_unmasked=current_user().may(Permission.EXPORT_UNMASKED),
    )


@departures.errorhandler(DatesClash)
def dates_clash(error: DatesClash) -> ResponseReturnValue:
    """The filter form as it was filled, with what is wrong beside its dates."""
    f = error.clashing
    page = render_template(
        "departures/dates_clash.html",
        filter_form=filter_form(f, list_sight(current_user().role), str(error)),
        chips=chips_of(f, current_area()),
    )
    return page, 400


def check_name_search(f: Filter, sight: Sight) -> bool:
    """Whether names are matched by whole words only; refuses what a masked viewer may not ask."""
    if sight.sees_names:
        return False
    if f.order is Order.NAME:
        raise NoOrderByName(_("Daftar ini tidak dapat diurutkan menurut nama."))
    is_name = f.text and not f.text.upper().startswith("PM-")
    if is_name:
        if distinct_words(f.text) < 2:
            raise NameTooShort(_("Tulis paling sedikit dua kata utuh dari nama."))
        slowdown.allow("name-search", current_user().username, per_hour=NAME_SEARCHES_PER_HOUR)
    return bool(is_name)


def _ask_again(f: Filter, refusal: str) -> str:
    """The search box with what was written in it, and beside it what is wrong with that."""
    home = current_area()
    return render_template(
        "departures/search_again.html",
        search_text=f.text,
        search_error=refusal,
        list_url=_list_url(f.with_(text=""), home),
    )


def _other_orders(f: Filter, refusal: str) -> str:
    home = current_area()
    return render_template(
        "departures/other_orders.html",
        refusal=refusal,
        by_date_url=_list_url(f.with_(order=Order.LEAVING), home),
        newest_url=_list_url(f.with_(order=Order.NEWEST), home),
    )


def _note_list(f: Filter, page: listing.Page, total: int) -> None:
    detail: dict[str, Any] = {
        "halaman": "keberangkatan",
        "saringan": [pair for pair in f.pairs() if pair[0] != "q"],
        "jumlah": total,
        "id": [row.id for row in page.rows],
    }
    if f.text:
        # The page repeats what was sought, so a name that was found stands on it.
        detail["dicari"] = "nomor registrasi" if f.text.upper().startswith("PM-") else "nama"
    log.record(
        Event.PEOPLE_SEARCHED if f.text else Event.LIST_SEEN,
        by=current_user().actor,
        area_code=f.area.code,
        detail=detail,
    )


def _list_url(f: Filter, home: Any, after: str | None = None) -> str:
    query = f.query(home)
    cursor = f"setelah={after}" if after else ""
    joined = "&".join(part for part in (query, cursor) if part)
    return url_for("departures.index") + (f"?{joined}" if joined else "")


@search_box.route("/cari", methods=["POST"])
@requires(Permission.SEE_PEOPLE)
def search() -> ResponseReturnValue:
    text = " ".join((request.form.get("q") or "").split())
    if not text:
        flash(_("Tulis NIK, nama, nomor registrasi, atau nomor telepon."), "info")
        return redirect(url_for("departures.index"))
    text = registration_number_in(text) or text
    digits = "".join(c for c in text if c.isdigit())
    is_number = len(digits) >= 6 and not text.upper().startswith("PM-")
    if not is_number:
        return redirect(url_for("departures.index", q=text[:100]))
    slowdown.allow("number-search", current_user().username, per_hour=NAME_SEARCHES_PER_HOUR)
    sight = list_sight(current_user().role)
    rows = queries.with_number(current_area(), text, sight)
    log.record(
        Event.PEOPLE_SEARCHED,
        by=current_user().actor,
        area_code=current_area().code,
        detail={"halaman": "cari", "ditemukan": len(rows), "id": [row.id for row in rows]},
    )
    db.session.commit()
    return render_template(
        "departures/found.html",
        rows=rows,
    )


@departures.get("/<int:departure_id>")
@requires(Permission.SEE_PEOPLE)
def show(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id, also_erased=True)
    if departure.resident.erased_on is not None:
        note_look(Event.PERSON_OPENED, departure)
        return _erased_page(departure)
    accesses = open_accesses(current_user(), departure)
    if accesses:
        note_look(Event.PERSON_REVEALED, departure, cara="darurat")
    else:
        note_look(Event.PERSON_OPENED, departure)
    return record_page(departure, record_sight(current_user().role, shown=bool(accesses)))


def record_page(
    departure: Departure, sight: Sight, form: Any = None, emergency_form: Any = None
) -> str:
    """The record as this viewer sees it.

    Args:
        form, emergency_form: the reason for showing, or for an emergency access, as it was posted.
    """
    user = current_user()
    lone = review_queries.waits_for_labour_office(user.area, departure)
    actions = actions_for(departure)
    may_edit = bool(actions & {Action.EDIT, Action.CORRECT})
    accesses = open_accesses(user, departure)
    is_hidden = user.may(Permission.REVEAL) and not sight.sees_numbers
    is_emergency = needs_emergency(user.role, departure)
    return render_template(
        "departures/show.html",
        form=form,
        emergency_form=emergency_form or EmergencyForm(formdata=None),
        departure=departure,
        may_review_others=user.may(Permission.VERIFY)
        and departure.review_status is not ReviewStatus.SUBMITTED,
        sight=sight,
        name=summary_sections(departure, sight=sight)[0].rows[0].value,
        place=place(departure.village_code),
        sections=summary_sections(
            departure, sight=sight, change_url=_change_url if may_edit else None
        ),
        missing=what_is_missing(departure, change_url=_change_url if may_edit else None),
        missing_papers=missing_papers(departure),
        readiness=readiness_line(departure),
        checklist=checklist(departure),
        flags=flag_cards(departure, user.role, fill_url=_change_url if may_edit else None),
        timeline=timeline(departure, sight),
        tone=tone,
        actions=actions,
        marks=marks_for(departure),
        hinder=why_not_review(departure, lone_reviewer=lone),
        forms=record_forms(departure),
        can_reveal=is_hidden and not is_emergency,
        can_open_in_emergency=is_hidden and is_emergency,
        access=accesses[0] if accesses else None,
        minutes_left=minutes_left,
        needs_reason=not may_reveal_without_reason(user.role),
        can_print=user.may(Permission.PRINT_LETTERS),
        papers_url=url_for("departures.papers", departure_id=departure.id) if may_edit else None,
        send_back_reason=send_back_reason(departure, sight),
    )


def _erased_page(departure: Departure) -> str:
    return render_template(
        "departures/erased.html",
        departure=departure,
        place=place(departure.village_code),
        rows=what_is_left(departure),
        timeline=timeline(departure, NO_SIGHT),
        tone=tone,
    )


def record_forms(departure: Departure) -> dict[str, Any]:
    """The small forms on the record's page, each with the version that its user sees."""
    made = {
        "departed": DepartedForm(formdata=None, prefix="berangkat-"),
        "returned": ReturnedForm(formdata=None, prefix="pulang-"),
        "cancel": ReasonForm(formdata=None, prefix="batal-"),
        "take_back": ReasonForm(formdata=None, prefix="tarik-"),
        "send_back": ReasonForm(formdata=None, prefix="kembali-"),
        "button": VersionForm(formdata=None, prefix="tombol-"),
    }
    for form in made.values():
        form.versi.data = str(departure.revision)
    return made


def _change_url(this: Step, departure: Departure) -> str:
    if this in (PERSON, HOME, PLAN):
        return url_for("departures.step", departure_id=departure.id, slug=this.slug)
    return url_for("departures.papers", departure_id=departure.id)
