"""What the pages of the steps share: their form, their frame, and where they lead."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts import kept_forms, slowdown
from registry.accounts.access import current_user
from registry.audit import log
from registry.audit.events import Event
from registry.departures import queries
from registry.departures.forms import StepForm
from registry.departures.models import Departure
from registry.departures.nik import digits_only, nik_warnings
from registry.departures.steps import (
    PAPERS,
    STEPS,
    SUMMARY,
    Step,
    is_done,
    next_step,
)
from registry.regions.area import Area
from registry.regions.queries import place

NIK_CHECKS_PER_HOUR = 120


def bound(kind: type[StepForm], source: Any, is_start: bool = False) -> Any:
    """The form of a step: kept from an expired session, sent now, or as stored."""
    if request.method == "GET" or is_start:
        kept = kept_forms.formdata(current_user(), request.path)
        form = kind(formdata=kept, obj=source)
        if is_start:
            form.nik.data, form.name.data = request.form.get("nik"), request.form.get("name")
        return form
    return kind(obj=source)


def onward(this: Step, departure: Departure) -> ResponseReturnValue:
    """To the next step, back to the summary, or to the record when it was only to be saved."""
    if request.form.get("lanjut") == "simpan":
        flash(_("Tersimpan."), "success")
        return redirect(url_for("departures.show", departure_id=departure.id))
    if request.form.get("kembali") == SUMMARY.slug:
        return redirect(step_url(SUMMARY, departure))
    return redirect(step_url(next_step(this), departure))


def step_url(this: Step, departure: Departure, **more: Any) -> str:
    if this is PAPERS:
        return url_for("departures.papers", departure_id=departure.id, **more)
    if this is SUMMARY:
        return url_for("departures.summary", departure_id=departure.id)
    return url_for("departures.step", departure_id=departure.id, slug=this.slug, **more)


def step_page(this: Step, form: Any, departure: Departure | None, **more: Any) -> str:
    return render_template(
        f"departures/steps/{this.slug}.html",
        form=form,
        this=this,
        departure=departure,
        steps=step_items(departure),
        position=STEPS.index(this),
        back_to_summary=request.values.get("kembali") == SUMMARY.slug,
        village=place(more.pop("village", Area(departure.village_code if departure else "0")).code),
        differing=more.pop("differing", []),
        owner=more.pop("owner", None),
        **more,
    )


def step_items(departure: Departure | None) -> list[dict[str, Any]]:
    return [
        {
            "label": _(item.title),
            "url": step_url(item, departure) if departure else None,
            "done": is_done(item, departure),
        }
        for item in STEPS
    ]


def record_with_nik(village: Area, nik: str | None) -> Departure | None:
    """The last record of whoever has the NIK in the village, which the user's own area covers."""
    digits = digits_only(nik)
    resident = queries.resident_with_nik(village, digits) if digits else None
    return max(resident.departures, key=lambda d: d.id, default=None) if resident else None


def open_elsewhere(village: Area, nik: str) -> str | None:
    """The name of the subdistrict where the NIK has an open departure; journaled and throttled."""
    if len(nik) != 16 or not nik.isdigit():
        return None
    slowdown.allow("nik-check", current_user().username, per_hour=NIK_CHECKS_PER_HOUR)
    code = queries.open_elsewhere(village, nik)
    log.record(
        Event.NIK_CHECKED,
        by=current_user().actor,
        area_code=village.code,
        detail={"ada_di_tempat_lain": code is not None},
    )
    return place(code).name if code else None


def warn_about(departure: Departure, village: Area) -> None:
    resident, elsewhere = departure.resident, None
    for warning in nik_warnings(resident.nik, resident.birth_date, resident.sex):
        flash(warning, "warning")
    if other := queries.namesake(village, resident):
        is_born_alike = resident.birth_date and other.resident.birth_date
        flash(
            _(
                "Warga dengan nama dan tanggal lahir ini sudah tercatat di sini: %(number)s."
                " Bandingkan keduanya; bila orangnya sama, hapus draf ini.",
                number=other.registration_number,
            )
            if is_born_alike
            else _(
                "Warga dengan nama yang sama sudah tercatat di sini: %(number)s. Lihat dulu catatan"
                " itu; bila orangnya sama, hapus draf ini.",
                number=other.registration_number,
            ),
            "warning",
        )
    with suppress(slowdown.TooSoon):  # too many look-ups: the record is saved without this warning
        elsewhere = open_elsewhere(village, resident.nik or "")
    if elsewhere:
        flash(
            _(
                "NIK ini terdaftar di kecamatan %(name)s dengan keberangkatan yang berjalan.",
                name=elsewhere,
            ),
            "warning",
        )
