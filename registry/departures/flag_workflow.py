"""What an office may do about a flag, and who may do it (pure).

Nothing here stands in the way of recording, submitting, verifying or marking a departure.
"""

from enum import StrEnum

from registry.accounts.roles import Role
from registry.departures.workflow import NotAllowed
from registry.enums import N_, FlagState, Office


class FlagAction(StrEnum):
    """What somebody does about a flag; the verbs of the buttons."""

    FOLLOW_UP = "follow_up"
    CLOSE = "close"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    NOTE = "note"


# A pair that has no row is not allowed, which the screens show as 409.
STATES: dict[tuple[FlagState, FlagAction], FlagState] = {
    (FlagState.OPEN, FlagAction.FOLLOW_UP): FlagState.FOLLOWED_UP,
    (FlagState.OPEN, FlagAction.CLOSE): FlagState.CLOSED,
    (FlagState.OPEN, FlagAction.DISMISS): FlagState.DISMISSED,
    (FlagState.FOLLOWED_UP, FlagAction.CLOSE): FlagState.CLOSED,
    (FlagState.FOLLOWED_UP, FlagAction.DISMISS): FlagState.DISMISSED,
    (FlagState.CLOSED, FlagAction.REOPEN): FlagState.OPEN,
    (FlagState.DISMISSED, FlagAction.REOPEN): FlagState.OPEN,
    **{(state, FlagAction.NOTE): state for state in FlagState},
}
NEEDS_REASON = frozenset({FlagAction.CLOSE, FlagAction.DISMISS, FlagAction.NOTE})

_VILLAGE = frozenset({Role.OPERATOR, Role.VILLAGE_HEAD})
_ABOVE = frozenset({Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI})
_RESTRICTED = frozenset({Role.LABOUR_OFFICE, Role.BP3MI})


def next_state(state: FlagState, action: FlagAction) -> FlagState:
    """The state after the action; raises NotAllowed when the table has no such row."""
    after = STATES.get((state, action))
    if after is None:
        raise NotAllowed(N_("Tanda ini {label}; langkah ini tidak berlaku lagi."), state.label)
    return after


def allowed_on(state: FlagState, *, was_settled: bool = True) -> set[FlagAction]:
    """The actions that a flag's state allows.

    Args:
        was_settled: whether an official closed it; what closed by itself is not opened by hand.
    """
    found = {action for before, action in STATES if before is state}
    return found if was_settled else found - {FlagAction.REOPEN}


def may_act(role: Role, owner: Office) -> bool:
    """Whether the role follows up flags of that owner: a village only its own questions."""
    return role in _ABOVE or (role in _VILLAGE and owner is Office.VILLAGE)


def is_turn_of(role: Role, owner: Office) -> bool:
    """Whether a flag of that owner waits for the role's own office."""
    offices = {Role.REVIEWER: Office.SUBDISTRICT}
    offices |= dict.fromkeys(_VILLAGE, Office.VILLAGE)
    offices |= dict.fromkeys(_RESTRICTED, Office.LABOUR_OFFICE)
    return offices.get(role) is owner


def sees_restricted(role: Role) -> bool:
    """Whether the role writes and reads notes for the labour offices and BP3MI only."""
    return role in _RESTRICTED
