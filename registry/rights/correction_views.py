"""The page on which the village writes down what a person says is wrong, and what came of it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from registry.accounts import kept_forms
from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission
from registry.db import db
from registry.departures.models import Departure
from registry.departures.routes import departure_or_404, note_form_opened
from registry.departures.workflow import NotAllowed
from registry.enums import CorrectionState
from registry.forms import BaseForm
from registry.rights import corrections
from registry.rights.routes import rights


class AskForm(BaseForm):
    """What the person says is wrong."""

    yang_salah = TextAreaField(
        _l("Yang menurut orangnya salah"),
        [DataRequired(_l("Tulis apa yang salah dan apa yang benar.")), Length(min=5, max=1000)],
    )


class AnswerForm(BaseForm):
    """What became of a request: what was corrected, or why nothing was."""

    jawaban = TextAreaField(
        _l("Jawaban"),
        [
            DataRequired(_l("Tulis apa yang dibetulkan, atau alasannya bila tidak.")),
            Length(5, 1000),
        ],
    )


@rights.route("/keberangkatan/<int:departure_id>/pembetulan", methods=["GET", "POST"])
@requires(Permission.PRINT_LETTERS)
def correction(departure_id: int) -> ResponseReturnValue:
    departure, user = departure_or_404(departure_id), current_user()
    form = AskForm(formdata=kept_forms.formdata(user, request.path))
    if form.validate_on_submit():
        corrections.ask(departure, form.yang_salah.data, by=user)
        db.session.commit()
        flash(_("Permintaan dicatat. Jawab paling lambat tiga hari."), "success")
        return redirect(url_for("rights.correction", departure_id=departure_id))
    return _page(departure, form), 400 if request.method == "POST" else 200


@rights.post("/keberangkatan/<int:departure_id>/pembetulan/<int:request_id>")
@requires(Permission.PRINT_LETTERS)
def answer_correction(departure_id: int, request_id: int) -> ResponseReturnValue:
    departure = departure_or_404(departure_id)
    asked = corrections.find_request(current_area(), departure, request_id) or abort(404)
    form = AnswerForm(prefix=_prefix(request_id))
    result = request.form.get("hasil")
    if result not in corrections.ANSWERS:
        abort(400)
    if asked.state is not CorrectionState.OPEN:
        raise NotAllowed(corrections.ANSWERED)  # told before anything typed is judged
    if not form.validate_on_submit():
        return _page(departure, AskForm(formdata=None), {request_id: form}), 400
    corrections.answer(asked, CorrectionState.of(result), form.jawaban.data, by=current_user())
    db.session.commit()
    flash(_("Jawaban disimpan. Sampaikan kepada orangnya."), "success")
    return redirect(url_for("rights.correction", departure_id=departure_id))


def _prefix(request_id: int) -> str:
    """Keeps the forms of several requests on one page apart."""
    return f"jawab-{request_id}-"


def _page(
    departure: Departure, asking: AskForm, answering: dict[int, AnswerForm] | None = None
) -> str:
    """The page, with the form that was posted as it was typed."""
    note_form_opened(departure)
    asked = corrections.requests_of(current_area(), departure)
    forms = {
        one.id: AnswerForm(formdata=None, prefix=_prefix(one.id))
        for one in asked
        if one.state is CorrectionState.OPEN
    } | (answering or {})
    page = render_template(
        "rights/correction.html",
        departure=departure,
        form=next(iter((answering or {}).values()), asking),
        asking=asking,
        asked=asked,
        forms=forms,
        back_url=url_for("departures.show", departure_id=departure.id),
    )
    if request.method == "POST":
        db.session.commit()
    return page
