"""What the record's page says: its answers, what is missing, its flags and its history."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from registry.accounts.access import current_user
from registry.accounts.roles import GRANTS, Permission, Role
from registry.departures.decisions import refuse_own_writing
from registry.departures.fields import (
    FIELDS,
    FULL_SIGHT,
    NO_SIGHT,
    FieldInfo,
    Sight,
    shown,
)
from registry.departures.forms import HomeForm, PlanForm
from registry.departures.models import Departure
from registry.departures.operations import missing_for_submission, values_before_correction
from registry.departures.steps import HOME, PERSON, PLAN, Step, step_of_field
from registry.departures.timeline import stored_value
from registry.departures.workflow import (
    Action,
    Mark,
    NotAllowed,
    allowed_actions,
    allowed_marks,
)
from registry.enums import (
    DocumentKind,
    LabelledEnum,
    Procedure,
    ReviewStatus,
    Stage,
)
from registry.formatting import today

ChangeUrl = Callable[[Step, Departure], str]


STATUS_TONES = {
    ReviewStatus.DRAFT: "neutral",
    ReviewStatus.SUBMITTED: "info",
    ReviewStatus.NEEDS_CORRECTION: "warning",
    ReviewStatus.VERIFIED: "success",
}


STAGE_TONES = {
    Stage.PLANNED: "neutral",
    Stage.DEPARTED: "info",
    Stage.RETURNED: "success",
    Stage.CANCELLED: "neutral",
}


PROCEDURE_TONES = {
    Procedure.COMPLETE: "success",
    Procedure.INCOMPLETE: "warning",
    Procedure.AT_RISK: "danger",
    Procedure.NOT_PMI: "neutral",
    Procedure.PROCEDURAL: "success",
    Procedure.SUSPECTED: "danger",
}


def tone(member: LabelledEnum | None) -> str:
    """The colour role of a status word; the word itself is always there too."""
    for tones in (STATUS_TONES, STAGE_TONES, PROCEDURE_TONES):
        if member in tones:
            return tones[member]  # type: ignore[index]
    return "neutral"


class Row(NamedTuple):
    """One answer of the summary, with its last verified value where that differs."""

    label: str
    value: str | None
    change_url: str | None
    note: str | None


class Section(NamedTuple):
    """The answers of one step; `folded` where they are optional and none was given."""

    title: str
    rows: list[Row]


def summary_sections(
    departure: Departure, *, sight: Sight = FULL_SIGHT, change_url: ChangeUrl | None = None
) -> list[Section]:
    """Every answer of a record, step by step; masked as the viewer's sight asks."""
    before = values_before_correction(departure)
    more = tuple(n for n in PlanForm.MORE if getattr(departure, n) not in (None, "")) + tuple(
        name for name in PlanForm.MORE if change_url and getattr(departure, name) in (None, "")
    )
    groups = (
        (_(PERSON.title), PERSON, ("name", "nik", "birth_date", "sex")),
        (_(HOME.title), HOME, HomeForm.FIELD_NAMES),
        (_(PLAN.title), PLAN, PlanForm.MAIN),
        (_("Rincian lain"), PLAN, more),
    )
    return [
        Section(
            title,
            [
                _row(
                    FIELDS[name],
                    departure,
                    sight,
                    before,
                    change_url(step, departure) if change_url else None,
                )
                for name in names
                if name in FIELDS
            ],
        )
        for title, step, names in groups
        if names
    ]


def _row(
    info: FieldInfo, departure: Departure, sight: Sight, before: dict[str, Any], url: str | None
) -> Row:
    owner = departure.resident if info.owner == "resident" else departure
    value = getattr(owner, info.name)
    text = None if value in (None, "") else shown(info, value, sight)
    note = None
    if info.name in before:
        old = stored_value(info, before[info.name])
        old_text = _("kosong") if old is None else shown(info, old, sight)
        note = _("Sebelum dibetulkan: %(value)s", value=old_text)
    return Row(_(info.label), text, url, note)


LEFT_AFTER_ERASURE = (
    *("sex", "birth_date", "country", "scheme", "agency_name", "job_title", "employer_kind"),
    *("planned_on", "departed_on", "returned_on"),
)


def what_is_left(departure: Departure) -> list[Row]:
    """What a record still says once its person was erased: the year of birth, not the day."""
    rows = [_row(FIELDS[name], departure, NO_SIGHT, {}, None) for name in LEFT_AFTER_ERASURE]
    return [row for row in rows if row.value is not None]


class Missing(NamedTuple):
    """An answer or paper that is still missing, and where to give it."""

    label: str
    url: str | None


def what_is_missing(departure: Departure, *, change_url: ChangeUrl | None = None) -> list[Missing]:
    """The answers that are still missing; papers are told by the checklist."""
    return [
        Missing(
            _(FIELDS[name].label),
            change_url(step_of_field(name), departure) if change_url else None,
        )
        for name in missing_for_submission(departure)
    ]


def missing_papers(departure: Departure) -> list[str]:
    """The required papers that are missing on the day of leaving, by name."""
    return [_(DocumentKind.of(kind).label) for kind in departure.documents_missing]


def readiness_line(departure: Departure) -> str:
    """`6 dari 9 dokumen, 41 hari lagi`."""
    line: str = _(
        "%(complete)s dari %(required)s dokumen wajib",
        complete=departure.documents_complete,
        required=departure.documents_required,
    )
    if departure.stage is not Stage.PLANNED or departure.planned_on is None:
        return line
    days = (departure.planned_on - today()).days
    if days < 0:
        when = ngettext(
            "rencana lewat %(days)s hari", "rencana lewat %(days)s hari", -days, days=-days
        )
    else:
        when = (
            ngettext("%(days)s hari lagi", "%(days)s hari lagi", days, days=days)
            if days
            else _("berangkat hari ini")
        )
    return f"{line}, {when}"


def actions_for(departure: Departure) -> set[Action]:
    """The actions that the signed-in user may take on the record now."""
    return allowed_actions(departure.review_status, GRANTS[current_user().role])


def marks_for(departure: Departure) -> set[Mark]:
    """The marks of stage that the signed-in user may set now."""
    return allowed_marks(departure.stage) if current_user().may(Permission.RECORD) else set()


def why_not_review(departure: Departure, *, lone_reviewer: bool) -> str | None:
    """Why the signed-in user may not verify this record, or None when they may."""
    try:
        refuse_own_writing(departure, current_user(), lone_reviewer)
    except NotAllowed as error:
        return error.said(_)
    return None


def may_reveal_without_reason(role: Role) -> bool:
    """The subdistrict shows a person by a button; the offices above give a reason."""
    return role is Role.REVIEWER


def send_back_reason(departure: Departure, sight: Sight) -> str | None:
    """Why the subdistrict sent the record back, as this viewer may read it."""
    if departure.send_back_reason_sealed is None:
        return None
    return shown(FIELDS["send_back_reason"], departure.send_back_reason, sight)
