"""The first page of each role: what waits for it, most urgent first."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.accounts.access import current_area, current_user, requires
from registry.accounts.roles import Permission, Role
from registry.audit import log
from registry.audit.events import Event
from registry.departures import queues, review_queries, told_files
from registry.departures.emergency import office_words
from registry.departures.emergency_queries import told_to
from registry.departures.fields import JOURNAL_FIELDS, list_sight, masked
from registry.departures.told_files import ToldFile
from registry.enums import EmergencyGround, ReviewStatus, Severity
from registry.flags.filters import QueueFilter
from registry.flags.queries import ListedFlag, count_flags, queue_page
from registry.regions.queries import place, places
from registry.rights.corrections import open_requests
from registry.rights.models import CorrectionRequest
from registry.workbooks import export_requests

home = Blueprint("home", __name__)

QUEUE_LENGTH = 10
ONE_MORE = QUEUE_LENGTH + 1  # tells that there are more than are shown


@home.get("/")
@requires(Permission.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    user = current_user()
    if not user.may(Permission.SEE_PEOPLE):
        return redirect(url_for("dashboards.index"))
    queues = _queues(user.role)
    shown = [row for rows in queues.values() for row in rows[:QUEUE_LENGTH]]
    flag_rows = _flag_rows(user.role)
    opened = _opened(user.role)
    flagged = {row.departure_id for row in flag_rows[:QUEUE_LENGTH]}
    told = {access.departure_id for access in opened}
    log.record(
        Event.LIST_SEEN,
        by=user.actor,
        area_code=user.area_code,
        detail={
            "halaman": "beranda",
            "id": sorted({row.id for row in shown} | flagged | told),
            "tanda": bool(flagged),
            "darurat": bool(told),
        },
    )
    return render_template(
        f"home/{_page_of(user.role)}.html",
        place=place(user.area_code),
        queues=queues,
        queue_length=QUEUE_LENGTH,
        waiting=review_queries.count_waiting(user.area) if user.may(Permission.VERIFY) else 0,
        flag_queue=flag_rows[:QUEUE_LENGTH],
        has_more_flags=len(flag_rows) > QUEUE_LENGTH,
        flag_places=places({row.village_code for row in flag_rows}),
        questions=_questions(user.role),
        opened=opened,
        files=_files(user.role),
        requests=len(export_requests.waiting(user.area, user)),
        answers=export_requests.answers(user),
        corrections=_corrections(user.role),
        can_record=user.may(Permission.RECORD),
    )


def _flag_rows(role: Role) -> list[ListedFlag]:
    """The flags that are an office's to answer, the nearest due date first; one more than shown."""
    of_page = {
        "office": (Severity.CRITICAL,),
        "subdistrict": (Severity.CRITICAL, Severity.HIGH),
    }.get(_page_of(role))
    if of_page is None:
        return []
    wanted = QueueFilter(severities=of_page)
    page = queue_page(current_area(), list_sight(role), wanted, limit=ONE_MORE)
    return page.rows if page else []


def _questions(role: Role) -> int:
    """How many questions wait for the village's answer; told to the village alone."""
    if _page_of(role) != "village":
        return 0
    return count_flags(current_area(), QueueFilter(severities=(Severity.INFO,)))


class Opened(NamedTuple):
    """What an office of the area is told of an emergency access to one of its people."""

    departure_id: int
    number: str
    office: str
    at: datetime
    ground: EmergencyGround
    reason: str


def _opened(role: Role) -> list[Opened]:
    """The emergency accesses to people of the area; told to the village and the subdistrict."""
    if _page_of(role) == "office":
        return []
    return [
        Opened(
            access.departure_id,
            access.departure.registration_number,
            office_words(Role.of(access.role), access.area_code, _),
            access.from_at,
            access.ground,
            masked(JOURNAL_FIELDS["emergency_reason"].mask, access.reason, list_sight(role)),
        )
        for access in told_to(current_area())
    ]


class TakenOut(NamedTuple):
    """What an office of the area is told of an unmasked file with people of it."""

    office: str
    file: ToldFile


def _files(role: Role) -> list[TakenOut]:
    """The unmasked files of offices above; told to whom emergency accesses are told."""
    if _page_of(role) == "office":
        return []
    files = told_files.told_to(current_area())
    offices = {(told.role, told.office) for told in files}
    said = {office: office_words(*office, _) for office in offices}
    return [TakenOut(said[told.role, told.office], told) for told in files]


def _corrections(role: Role) -> list[CorrectionRequest]:
    """The requests for correction that wait for the village, the oldest first."""
    if _page_of(role) != "village":
        return []
    return open_requests(current_area(), limit=QUEUE_LENGTH)


def _page_of(role: Role) -> str:
    return {
        Role.OPERATOR: "village",
        Role.VILLAGE_HEAD: "village",
        Role.REVIEWER: "subdistrict",
    }.get(role, "office")


def _queues(role: Role) -> dict[str, list[Any]]:
    area, sight = current_area(), list_sight(role)
    by_status = {
        "returned": ReviewStatus.NEEDS_CORRECTION,
        "submitted": ReviewStatus.SUBMITTED,
        "drafts": ReviewStatus.DRAFT,
    }
    wanted = {
        "village": ("returned", "drafts", "submitted"),
        "subdistrict": ("submitted", "returned"),
        "office": (),
    }[_page_of(role)]
    is_office = _page_of(role) == "office"
    statuses = [by_status[name] for name in wanted]
    waiting = queues.waiting(area, sight, statuses, with_suspected=is_office, limit=ONE_MORE)
    found = {name: waiting.by_status[by_status[name]] for name in wanted}
    found |= {"overdue": waiting.past_plan, "at_risk": waiting.at_risk}
    return found | {"suspected": waiting.suspected} if is_office else found
