"""What the record's page says: its answers, what is missing, its flags and its history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select

from registry.accounts.access import current_user
from registry.accounts.roles import GRANTS, Permission, Role
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.fields import (
    FIELDS,
    FULL_SIGHT,
    FieldInfo,
    Mask,
    Sight,
    shown,
)
from registry.departures.forms import HomeForm, PlanForm
from registry.departures.models import Departure, Resident
from registry.departures.operations import (
    missing_for_submission,
    refuse_own_writing,
    values_before_correction,
)
from registry.departures.steps import HOME, PERSON, PLAN, Step, step_of_field
from registry.departures.workflow import (
    Action,
    Mark,
    NotAllowed,
    allowed_actions,
    allowed_marks,
)
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    LabelledEnum,
    Procedure,
    ReviewStatus,
    Stage,
)
from registry.formatting import long_moment, today

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
READS = (Event.PERSON_OPENED, Event.PERSON_REVEALED, Event.PERSON_PRINTED)
TIMELINE_LENGTH = 50


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
    if isinstance(value, LabelledEnum) and text == value.label:
        text = _(value.label)
    note = None
    if info.name in before:
        old = stored_value(info, before[info.name])
        old_text = _("kosong") if old is None else shown(info, old, sight)
        note = _("Sebelum dibetulkan: %(value)s", value=old_text)
    return Row(_(info.label), text, url, note)


def stored_value(info: FieldInfo, value: Any) -> Any:
    """A value as the journal keeps it (JSON), turned back into what the record holds."""
    if value in (None, ""):
        return None
    if info.name in FIELD_ENUMS:
        return FIELD_ENUMS[info.name].of(str(value))
    if info.name == "birth_date" or info.name.endswith("_on"):
        return date.fromisoformat(str(value))
    return value


def _enums_of_fields() -> dict[str, type[LabelledEnum]]:
    found: dict[str, type[LabelledEnum]] = {}
    for model in (Resident, Departure):
        for column in model.__table__.columns:
            kind = getattr(column.type, "enum_class", None)
            if kind is not None and issubclass(kind, LabelledEnum):
                found[column.name] = kind
    return found


FIELD_ENUMS = _enums_of_fields()


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
        return f"{line}, " + _("rencana lewat %(days)s hari", days=-days)
    return f"{line}, " + (
        _("berangkat hari ini") if days == 0 else _("%(days)s hari lagi", days=days)
    )


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
        return str(error)
    return None


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the record's history."""

    at_text: str
    who: str
    what: str
    details: list[tuple[str, str | None, str | None]]


def timeline(departure: Departure, sight: Sight) -> list[TimelineEntry]:
    """The record's history, newest first, with before and after as this viewer may see them."""
    statement = (
        select(JournalEntry, JournalValue)
        .join(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(
            JournalValue.resident_id == departure.resident_id,
            (JournalValue.kind == "resident") | (JournalValue.subject_id == departure.id),
            JournalEntry.event.not_in([event.value for event in READS]),
        )
        .order_by(JournalEntry.seq.desc(), JournalValue.ordinal)
        .limit(TIMELINE_LENGTH * 2)
    )
    by_seq: dict[int, TimelineEntry] = {}
    for entry, value in db.session.execute(statement):
        line = by_seq.get(entry.seq)
        if line is None:
            line = TimelineEntry(
                at_text=long_moment(entry.at),
                who=entry.actor,
                what=_(Event.of(entry.event).label),
                details=[],
            )
            by_seq[entry.seq] = line
        line.details.extend(_changes(departure, value, sight))
    return list(by_seq.values())


def _changes(
    departure: Departure, value: JournalValue, sight: Sight
) -> list[tuple[str, str | None, str | None]]:
    if value.sealed is None or value.version is None:
        return []
    key = departure.resident.person_key
    plain = log.unseal_changes(key, value.sealed, value.kind, value.subject_id, value.version)
    return [
        (label, _text(info, before, sight), _text(info, after, sight))
        for name, (before, after) in sorted(plain.items())
        for label, info in [_describe(name)]
    ]


def _describe(name: str) -> tuple[str, FieldInfo]:
    """The label of a changed field; papers are named `paspor.number`."""
    if name in FIELDS:
        return _(FIELDS[name].label), FIELDS[name]
    if "." in name:
        kind, part = name.split(".", 1)
        words = {
            "status": _("keadaan"),
            "number": _("nomor"),
            "issued_on": _("tanggal terbit"),
            "expires_on": _("berlaku sampai"),
        }
        paper = DocumentKind.of(kind)
        mask = Mask.NUMBER if part == "number" else Mask.OPEN
        return f"{_(paper.label)}, {words[part]}", FieldInfo(name, "departure", name, mask)
    labels = {"stage": _("Tahap"), "reason": _("Alasan")}
    mask = Mask.HIDDEN if name == "reason" else Mask.OPEN
    return labels.get(name, name), FieldInfo(name, "departure", name, mask)


def _text(info: FieldInfo, value: Any, sight: Sight) -> str | None:
    if value in (None, ""):
        return None
    if info.name == "stage":
        return _(Stage.of(value).label)
    if info.name.endswith(".status"):
        return _(DocumentStatus.of(value).label)
    return shown(info, stored_value(info, value), sight)


def may_reveal_without_reason(role: Role) -> bool:
    """The subdistrict shows a person by a button; the offices above give a reason."""
    return role is Role.REVIEWER
