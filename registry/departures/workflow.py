"""How a record moves through the offices and a person through reality (pure).

Two tables, one for each axis; a new outcome is a new row. A pair that has no row is not allowed,
which the screens show as 409.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from registry.accounts.roles import Permission
from registry.enums import N_, ReviewStatus, Stage


class NotAllowed(Exception):
    """The record is not in a state that allows this action; the message says so in Indonesian.

    A `{label}` in the text stands for the label of that state.
    """

    def __init__(self, text: str, label: str | None = None) -> None:
        super().__init__(text.format(label=label))
        self.text, self.label = text, label

    def said(self, say: Callable[[str], str]) -> str:
        """The message, its words translated by `say`."""
        return say(self.text).format(label=say(self.label) if self.label else "")


class Action(StrEnum):
    """What somebody does to a record; the verbs of the buttons."""

    EDIT = "edit"
    CORRECT = "correct"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    VERIFY = "verify"
    DELETE = "delete"


class Mark(StrEnum):
    """What somebody notes about the person."""

    DEPART = "depart"
    RETURN = "return"
    CANCEL = "cancel"
    TAKE_BACK = "take_back"


@dataclass(frozen=True)
class Step:
    """Where an action leads and what it needs; `after` is None where the record ends."""

    after: ReviewStatus | None
    permission: Permission


TRANSITIONS: dict[tuple[ReviewStatus, Action], Step] = {
    (ReviewStatus.DRAFT, Action.EDIT): Step(ReviewStatus.DRAFT, Permission.RECORD),
    (ReviewStatus.DRAFT, Action.SUBMIT): Step(ReviewStatus.SUBMITTED, Permission.RECORD),
    (ReviewStatus.DRAFT, Action.DELETE): Step(None, Permission.RECORD),
    (ReviewStatus.SUBMITTED, Action.EDIT): Step(ReviewStatus.SUBMITTED, Permission.RECORD),
    (ReviewStatus.SUBMITTED, Action.SEND_BACK): Step(
        ReviewStatus.NEEDS_CORRECTION, Permission.VERIFY
    ),
    (ReviewStatus.SUBMITTED, Action.VERIFY): Step(ReviewStatus.VERIFIED, Permission.VERIFY),
    (ReviewStatus.NEEDS_CORRECTION, Action.EDIT): Step(
        ReviewStatus.NEEDS_CORRECTION, Permission.RECORD
    ),
    (ReviewStatus.NEEDS_CORRECTION, Action.SUBMIT): Step(ReviewStatus.SUBMITTED, Permission.RECORD),
    (ReviewStatus.VERIFIED, Action.CORRECT): Step(ReviewStatus.SUBMITTED, Permission.RECORD),
}

MARKS: dict[tuple[Stage, Mark], Stage] = {
    (Stage.PLANNED, Mark.DEPART): Stage.DEPARTED,
    (Stage.PLANNED, Mark.CANCEL): Stage.CANCELLED,
    (Stage.DEPARTED, Mark.RETURN): Stage.RETURNED,
    (Stage.DEPARTED, Mark.TAKE_BACK): Stage.PLANNED,
    (Stage.RETURNED, Mark.TAKE_BACK): Stage.DEPARTED,
    (Stage.CANCELLED, Mark.TAKE_BACK): Stage.PLANNED,
}

OPEN_STAGES = frozenset({Stage.PLANNED, Stage.DEPARTED})


def next_status(status: ReviewStatus, action: Action) -> ReviewStatus | None:
    """The status after the action; raises NotAllowed when the table has no such row."""
    step = TRANSITIONS.get((status, action))
    if step is None:
        raise NotAllowed(
            N_("Catatan berstatus {label}; langkah ini tidak berlaku lagi."), status.label
        )
    return step.after


def next_stage(stage: Stage, mark: Mark) -> Stage:
    """The stage after the mark; raises NotAllowed when the table has no such row."""
    after = MARKS.get((stage, mark))
    if after is None:
        raise NotAllowed(
            N_("Keberangkatan bertahap {label}; tanda ini tidak berlaku lagi."), stage.label
        )
    return after


def allowed_actions(status: ReviewStatus, permissions: frozenset[Permission]) -> set[Action]:
    """The actions that somebody with these permissions may take on a record of this status."""
    return {
        action
        for (before, action), step in TRANSITIONS.items()
        if before is status and step.permission in permissions
    }


def allowed_marks(stage: Stage) -> set[Mark]:
    """The marks that the stage allows."""
    return {mark for before, mark in MARKS if before is stage}


def edit_action(status: ReviewStatus) -> Action:
    """Changing identity or plan: a correction once verified, an edit before."""
    return Action.CORRECT if status is ReviewStatus.VERIFIED else Action.EDIT
