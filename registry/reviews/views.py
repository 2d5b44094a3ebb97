"""The subdistrict's page: submitted records by planned date, verified or sent back."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission, Role
from registry.audit import log
from registry.audit.events import Event
from registry.departures import decisions, queues, review_queries
from registry.departures.fields import list_sight
from registry.departures.mark_views import act
from registry.departures.small_forms import ReasonForm, VersionForm
from registry.enums import ReviewStatus

reviews = Blueprint("reviews", __name__, url_prefix="/periksa")

QUEUE_LENGTH = 50


@reviews.get("")
@requires(Permission.VERIFY)
def index() -> ResponseReturnValue:
    area, user = current_area(), current_user()
    only = None
    if user.role is Role.LABOUR_OFFICE:
        by_reviewers = review_queries.submitted_by_reviewers(area)
        only = review_queries.waiting_for_labour_office(area, by_reviewers)
    rows = queues.queue(
        area, list_sight(user.role), ReviewStatus.SUBMITTED, limit=QUEUE_LENGTH, only=only
    )
    writers = review_queries.writer_ids(area, [row.id for row in rows])
    log.record(
        Event.LIST_SEEN,
        by=user.actor,
        area_code=area.code,
        detail={"halaman": "periksa", "jumlah": len(rows), "id": [row.id for row in rows]},
    )
    return render_template(
        "reviews/index.html",
        rows=rows,
        own={row.id for row in rows if user.id in writers.get(row.id, set())},
        waiting=review_queries.count_waiting(area),
        is_labour_office=user.role is Role.LABOUR_OFFICE,
    )


@reviews.post("/<int:departure_id>/verifikasi")
@requires(Permission.VERIFY)
def verify(departure_id: int) -> ResponseReturnValue:
    form = VersionForm(prefix="tombol-")
    return act(
        departure_id,
        form,
        _("Verifikasi"),
        lambda d: decisions.verify(
            d,
            by=current_user(),
            seen_revision=form.seen_revision,
            lone_reviewer=review_queries.waits_for_labour_office(current_area(), d),
        ),
        _("Catatan diverifikasi."),
    )


@reviews.post("/<int:departure_id>/kembalikan")
@requires(Permission.VERIFY)
def send_back(departure_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="kembali-")
    return act(
        departure_id,
        form,
        _("Kembalikan ke desa"),
        lambda d: decisions.send_back(
            d,
            form.alasan.data,
            by=current_user(),
            seen_revision=form.seen_revision,
            lone_reviewer=review_queries.waits_for_labour_office(current_area(), d),
        ),
        _("Catatan dikembalikan ke desa dengan alasannya."),
    )
