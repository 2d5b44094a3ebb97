"""What a viewer sees of a departure's flags: why, what to do, until when, and what was done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import Length, Optional

from registry.accounts.roles import Role
from registry.assessment.rules import ASKS, BY_NUMBER
from registry.assessment.rules.base import CALL_NOBODY, CALL_OFFICE, CALL_TODAY
from registry.db import db
from registry.departures.flag_sentences import sentence_words
from registry.departures.flag_workflow import (
    FlagAction,
    allowed_on,
    is_turn_of,
    may_act,
    sees_restricted,
)
from registry.departures.models import Departure, Flag, FlagStep
from registry.departures.steps import PAPERS, Step, step_of_field
from registry.enums import N_, FlagState, Office, Severity
from registry.formatting import long_moment, today
from registry.forms import BaseForm
from registry.validators import no_nik

GRAVE = (Severity.CRITICAL, Severity.HIGH)
TONES = {Severity.CRITICAL: "danger", Severity.HIGH: "danger", Severity.MEDIUM: "warning"}


class _NeededBySomeButtons(Optional):
    """Empty for some buttons of its form only, so that its label does not call it optional."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags: dict[str, bool] = {"optional": True, "needed_by_some": True}


class FlagForm(BaseForm):
    """One form for every step on a flag; its buttons say which. It carries the state seen."""

    keadaan = HiddenField()
    catatan = TextAreaField(
        _l("Alasan atau catatan"), [_NeededBySomeButtons(), Length(min=5, max=500), no_nik]
    )
    terbatas = BooleanField(_l("Hanya untuk Disnaker dan BP3MI"))


class StepLine(NamedTuple):
    """One step of a flag's history."""

    at_text: str
    who: str
    what: str
    note: str | None
    is_restricted: bool


@dataclass(frozen=True)
class FlagCard:
    """A flag in words; `form` and `actions` are there for whom may act on it."""

    id: int
    rule: str
    title: str
    tone: str
    severity: Severity
    state: FlagState
    sentence: str
    advice: str
    raised_on: date
    due_on: date | None
    due_text: str | None
    is_late: bool
    owner: Office
    is_own_turn: bool
    steps: Sequence[StepLine]
    actions: set[FlagAction]
    form: FlagForm | None
    can_restrict: bool
    closed_by_itself: bool
    fill_url: str | None


@dataclass(frozen=True)
class FlagCards:
    """The flags of a record as its page groups them."""

    grave: Sequence[FlagCard]
    questions: Sequence[FlagCard]
    settled: Sequence[FlagCard]

    @property
    def own_turn(self) -> bool:
        """Whether the viewer's office is to answer one of them."""
        return any(card.is_own_turn for card in (*self.grave, *self.questions))

    @property
    def any(self) -> bool:
        return bool(self.grave or self.questions or self.settled)


FillUrl = Callable[[Step, Departure], str]


def flag_cards(
    departure: Departure, role: Role, *, fill_url: FillUrl | None = None, may_follow_up: bool = True
) -> FlagCards:
    """Every flag of the record: grave ones first, questions together, settled ones apart.

    Args:
        fill_url: the address of a step, where the viewer may change the record.
    """
    ordered = sorted(departure.flags, key=lambda flag: (-flag.severity.rank, flag.rule))
    steps = _steps([flag.id for flag in ordered], role)
    cards = [_card(flag, role, steps.get(flag.id, []), fill_url, may_follow_up) for flag in ordered]
    still = [card for card in cards if card.state.is_open]
    return FlagCards(
        grave=[card for card in still if card.severity is not Severity.INFO],
        questions=[card for card in still if card.severity is Severity.INFO],
        settled=[card for card in cards if not card.state.is_open and _is_remembered(card)],
    )


def _is_remembered(card: FlagCard) -> bool:
    """A question that was simply answered needs no memory."""
    return bool(card.steps) or card.severity is not Severity.INFO


def flag_card(flag: Flag, role: Role, form: FlagForm | None = None) -> FlagCard:
    """One flag for a page of its own, with the form as it was posted."""
    return _card(flag, role, _steps([flag.id], role).get(flag.id, []), None, True, form)


def form_prefix(flag_id: int) -> str:
    """Keeps the forms of several flags on one page apart."""
    return f"tanda-{flag_id}-"


def rule_title(rule: str) -> str:
    """What the rule is called; its number where it is no longer among the rules."""
    known = BY_NUMBER.get(rule)
    return str(_(known.title)) if known else rule


def due_text(due_on: date | None) -> str | None:
    """`lewat 3 hari`, `hari ini`, `2 hari lagi`."""
    if due_on is None:
        return None
    days = (due_on - today()).days
    if days < 0:
        return str(ngettext("lewat %(days)s hari", "lewat %(days)s hari", -days, days=-days))
    if days == 0:
        return str(_("hari ini"))
    return str(ngettext("%(days)s hari lagi", "%(days)s hari lagi", days, days=days))


def _card(
    flag: Flag,
    role: Role,
    steps: list[StepLine],
    fill_url: FillUrl | None,
    may_follow_up: bool,
    form: FlagForm | None = None,
) -> FlagCard:
    acts = may_follow_up and may_act(role, flag.owner)
    if acts and form is None:
        form = FlagForm(formdata=None, prefix=form_prefix(flag.id))
        form.keadaan.data = flag.state.value
    is_open = flag.state.is_open
    was_settled = flag.settled_severity is not None
    return FlagCard(
        id=flag.id,
        rule=flag.rule,
        title=rule_title(flag.rule),
        tone=TONES.get(flag.severity, "info"),
        severity=flag.severity,
        state=flag.state,
        sentence=sentence_words(flag.rule, flag.sentence),
        advice=_advice(flag, role),
        raised_on=flag.raised_on,
        due_on=flag.due_on if is_open else None,
        due_text=due_text(flag.due_on) if is_open else None,
        is_late=is_open and flag.due_on is not None and flag.due_on < today(),
        owner=flag.owner,
        is_own_turn=is_open and is_turn_of(role, flag.owner),
        steps=steps,
        actions=allowed_on(flag.state, was_settled=was_settled) if acts else set(),
        form=form if acts else None,
        can_restrict=sees_restricted(role),
        closed_by_itself=flag.state is FlagState.CLOSED and not was_settled,
        fill_url=_fill_url(flag, fill_url),
    )


# Whom to call is written for the village; an office is not told to call itself.
_CALLS: dict[tuple[Role, str], str] = {
    (Role.REVIEWER, CALL_OFFICE): N_("Tanyakan kepada desa; bila tetap ragu, hubungi Disnaker."),
    (Role.LABOUR_OFFICE, CALL_TODAY): N_("Hubungi kecamatan dan BP3MI hari ini juga."),
    (Role.LABOUR_OFFICE, CALL_OFFICE): N_("Bicarakan dengan kecamatan."),
    (Role.BP3MI, CALL_TODAY): N_("Hubungi Disnaker kabupaten hari ini juga."),
    (Role.BP3MI, CALL_OFFICE): N_("Bicarakan dengan Disnaker kabupaten."),
}


def _advice(flag: Flag, role: Role) -> str:
    rule = BY_NUMBER.get(flag.rule)
    if rule is None or rule.version != flag.rule_version:
        return flag.advice
    call = CALL_NOBODY if flag.severity is Severity.INFO else rule.call
    call = _CALLS.get((role, call), call)
    return f"{_(rule.advice)} {_(call)}"


def _fill_url(flag: Flag, fill_url: FillUrl | None) -> str | None:
    asked: Any = flag.evidence.get(ASKS)
    if fill_url is None or not asked:
        return None
    step = PAPERS if asked == "documents" else step_of_field(str(asked))
    return fill_url(step, flag.departure)


def _steps(flag_ids: Sequence[int], role: Role) -> dict[int, list[StepLine]]:
    """The history of flags; of a restricted note others do not even learn that it is there."""
    found: dict[int, list[StepLine]] = {}
    if not flag_ids:
        return found
    reads_all = sees_restricted(role)
    statement = select(FlagStep).where(FlagStep.flag_id.in_(flag_ids)).order_by(FlagStep.id)
    for step in db.session.scalars(statement):
        is_hidden = step.is_restricted and not reads_all
        if is_hidden and step.state is None:
            continue
        line = StepLine(
            at_text=long_moment(step.at, _),
            who=step.username,
            what=_(step.state.label) if step.state else _("Catatan"),
            note=None if is_hidden else step.note,
            is_restricted=step.is_restricted and reads_all,
        )
        found.setdefault(step.flag_id, []).append(line)
    return found
