"""What happens to a record and a person: submitted, departed, returned, cancelled, taken back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.audit.events import Event
from registry.db import db
from registry.departures import decisions, marks, operations
from registry.departures.changes import StaleRecord
from registry.departures.fields import record_sight
from registry.departures.journey_days import BadDay
from registry.departures.models import Departure
from registry.departures.routes import departure_or_404, departures, note_look
from registry.departures.small_forms import DepartedForm, ReasonForm, ReturnedForm, VersionForm
from registry.departures.timeline import TimelineEntry, timeline


def act(
    departure_id: int,
    form: Any,
    title: str,
    change: Callable[[Departure], None],
    done: str,
) -> ResponseReturnValue:
    """Run one change on a record: its form again when something is wrong, the record when done."""
    departure = departure_or_404(departure_id)
    if form.validate_on_submit():
        try:
            change(departure)
        except StaleRecord:
            return _changed_meanwhile(departure, form, title)
        except BadDay as error:
            form.tanggal.errors = [_(error.text)]
        else:
            db.session.commit()
            flash(done, "success")
            return redirect(url_for("departures.show", departure_id=departure_id))
    return render_template("departures/act.html", form=form, title=title, departure=departure), 400


def _changed_meanwhile(departure: Departure, form: Any, title: str) -> ResponseReturnValue:
    """The page that says what somebody else changed, with what was typed still in its form."""
    db.session.rollback()
    form.versi.data = str(departure.revision)
    entries: list[TimelineEntry] = timeline(
        departure, record_sight(current_user().role, shown=False)
    )
    page = render_template(
        "departures/act.html", form=form, title=title, departure=departure, changed=entries[:1]
    )
    note_look(Event.PERSON_OPENED, departure, cara="berubah")
    db.session.commit()
    return page, 409


@departures.post("/<int:departure_id>/ajukan")
@requires(Permission.RECORD)
def submit(departure_id: int) -> ResponseReturnValue:
    form = VersionForm(prefix="tombol-")
    return act(
        departure_id,
        form,
        _("Ajukan ke kecamatan"),
        lambda d: decisions.submit(d, by=current_user(), seen_revision=form.seen_revision),
        _("Keberangkatan diajukan ke kecamatan."),
    )


@departures.post("/<int:departure_id>/berangkat")
@requires(Permission.RECORD)
def depart(departure_id: int) -> ResponseReturnValue:
    form = DepartedForm(prefix="berangkat-")
    return act(
        departure_id,
        form,
        _("Sudah berangkat"),
        lambda d: marks.mark_departed(
            d, form.tanggal.data, by=current_user(), seen_revision=form.seen_revision
        ),
        _("Keberangkatan dicatat."),
    )


@departures.post("/<int:departure_id>/pulang")
@requires(Permission.RECORD)
def come_home(departure_id: int) -> ResponseReturnValue:
    form = ReturnedForm(prefix="pulang-")
    return act(
        departure_id,
        form,
        _("Sudah pulang"),
        lambda d: marks.mark_returned(
            d,
            form.tanggal.data,
            form.jenis.member,
            by=current_user(),
            seen_revision=form.seen_revision,
        ),
        _("Kepulangan dicatat."),
    )


@departures.post("/<int:departure_id>/batal")
@requires(Permission.RECORD)
def cancel(departure_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="batal-")
    return act(
        departure_id,
        form,
        _("Batal berangkat"),
        lambda d: marks.cancel(
            d, form.alasan.data, by=current_user(), seen_revision=form.seen_revision
        ),
        _("Keberangkatan ditandai batal."),
    )


@departures.post("/<int:departure_id>/tarik")
@requires(Permission.RECORD)
def take_back(departure_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="tarik-")
    return act(
        departure_id,
        form,
        _("Tarik kembali tanda"),
        lambda d: marks.take_back(
            d, form.alasan.data, by=current_user(), seen_revision=form.seen_revision
        ),
        _("Tanda ditarik kembali."),
    )


@departures.post("/<int:departure_id>/hapus")
@requires(Permission.RECORD)
def delete(departure_id: int) -> ResponseReturnValue:
    form = VersionForm(prefix="tombol-")
    departure = departure_or_404(departure_id)
    if not form.validate_on_submit():
        return redirect(url_for("departures.show", departure_id=departure_id))
    try:
        operations.delete_draft(departure, by=current_user(), seen_revision=form.seen_revision)
    except StaleRecord:
        return _changed_meanwhile(departure, form, _("Hapus draf"))
    db.session.commit()
    flash(_("Draf dihapus."), "success")
    return redirect(url_for("departures.index"))
