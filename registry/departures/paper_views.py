"""What the village prints: the family-permission letter and the resident's receipt."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from registry.accounts import kept_forms
from registry.accounts.access import current_user, requires
from registry.accounts.roles import Permission
from registry.audit.events import Event
from registry.db import db
from registry.departures import operations
from registry.departures.changes import StaleRecord
from registry.departures.models import Departure
from registry.departures.routes import departure_or_404, departures, note_look
from registry.departures.show import missing_papers, what_is_missing
from registry.departures.small_forms import LetterForm
from registry.enums import DocumentKind
from registry.formatting import today
from registry.reference.contacts import HELP_CONTACT
from registry.regions.queries import place


@departures.route("/<int:departure_id>/surat-izin", methods=["GET", "POST"])
@requires(Permission.PRINT_LETTERS)
def letter_form(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    typed = (
        request.form
        if request.method == "POST"
        else kept_forms.formdata(current_user(), request.path)
    )
    # A posted form speaks for itself: what it leaves out is missing, not as it was before.
    stored = {} if request.method == "POST" else _stored_letter(departure)
    form = LetterForm(formdata=typed, data=stored)
    status = 200
    if form.validate_on_submit():
        try:
            operations.record_letter(
                departure,
                number=form.nomor.data,
                issued_on=form.tanggal.data,
                signer=form.penanda_tangan.data,
                relation=form.hubungan.member,
                by=current_user(),
                seen_revision=form.seen_revision,
            )
        except StaleRecord:
            form.versi.data, status = str(departure.revision), 409
        else:
            db.session.commit()
            return redirect(url_for("departures.letter", departure_id=departure_id))
    note_look(Event.PERSON_OPENED, departure, cara="surat")
    if request.method == "POST":
        db.session.commit()
    page = render_template(
        "departures/letter_form.html", form=form, departure=departure, is_stale=status == 409
    )
    return page, status


def _stored_letter(departure: Departure) -> dict[str, object]:
    document = departure.document(DocumentKind.FAMILY_PERMISSION)
    resident = departure.resident
    return {
        "versi": str(departure.revision),
        "nomor": document.number if document else None,
        "tanggal": (document.issued_on if document else None) or today(),
        "penanda_tangan": departure.letter_signer or resident.family_name,
        "hubungan": departure.letter_signer_relation or resident.family_relation,
    }


@departures.get("/<int:departure_id>/surat-izin/cetak")
@requires(Permission.PRINT_LETTERS)
def letter(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    if departure.letter_signer_sealed is None:
        return redirect(url_for("departures.letter_form", departure_id=departure_id))
    note_look(Event.PERSON_PRINTED, departure, surat="izin_keluarga")
    with force_locale("id"):
        return render_template(
            "departures/letter.html",
            departure=departure,
            document=departure.document(DocumentKind.FAMILY_PERMISSION),
            place=place(departure.village_code),
            back_url=url_for("departures.show", departure_id=departure_id),
        )


@departures.get("/<int:departure_id>/tanda-terima")
@requires(Permission.PRINT_LETTERS)
def receipt(departure_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    note_look(Event.PERSON_PRINTED, departure, surat="tanda_terima")
    with force_locale("id"):
        return render_template(
            "departures/receipt.html",
            departure=departure,
            place=place(departure.village_code),
            missing=what_is_missing(departure),
            missing_papers=missing_papers(departure),
            contact=HELP_CONTACT,
            printed_on=today(),
            back_url=url_for("departures.show", departure_id=departure_id),
        )
