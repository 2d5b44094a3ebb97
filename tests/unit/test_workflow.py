"""The two tables of the workflow: what is not a row is not allowed, whoever asks."""

import ast
import inspect
import textwrap
from itertools import product

import pytest

from registry.accounts.access import declared_permission
from registry.accounts.roles import GRANTS, Permission, Role
from registry.db import db
from registry.departures import decisions, marks, operations
from registry.departures.workflow import (
    MARKS,
    TRANSITIONS,
    Action,
    Mark,
    NotAllowed,
    allowed_actions,
    allowed_marks,
    edit_action,
    next_stage,
    next_status,
)
from registry.enums import ReturnKind, ReviewStatus, Stage
from registry.formatting import today
from tests.factories import make_departure, make_user

D, S, N, V = ReviewStatus
# Written out again on purpose: the table of the design, section 5, seen from outside.
LEADS_TO = {
    (D, Action.EDIT): D,
    (D, Action.SUBMIT): S,
    (D, Action.DELETE): None,
    (S, Action.EDIT): S,
    (S, Action.SEND_BACK): N,
    (S, Action.VERIFY): V,
    (N, Action.EDIT): N,
    (N, Action.SUBMIT): S,
    (V, Action.CORRECT): S,
}
RECORDS = {Action.EDIT, Action.CORRECT, Action.SUBMIT, Action.DELETE}
REVIEWS = {Action.VERIFY, Action.SEND_BACK}
MAY = {
    Role.OPERATOR: RECORDS,
    Role.VILLAGE_HEAD: set(),
    Role.REVIEWER: RECORDS | REVIEWS,
    Role.LABOUR_OFFICE: REVIEWS,
    Role.BP3MI: set(),
    Role.ADMIN: set(),
}
MARK_LEADS_TO = {
    (Stage.PLANNED, Mark.DEPART): Stage.DEPARTED,
    (Stage.PLANNED, Mark.CANCEL): Stage.CANCELLED,
    (Stage.DEPARTED, Mark.RETURN): Stage.RETURNED,
    (Stage.DEPARTED, Mark.TAKE_BACK): Stage.PLANNED,
    (Stage.RETURNED, Mark.TAKE_BACK): Stage.DEPARTED,
    (Stage.CANCELLED, Mark.TAKE_BACK): Stage.PLANNED,
}
MOVES = {
    "save_answers": {Action.EDIT, Action.CORRECT},
    "submit": {Action.SUBMIT},
    "verify": {Action.VERIFY},
    "send_back": {Action.SEND_BACK},
    "delete_draft": {Action.DELETE},
}
MARKING = {"mark_departed", "mark_returned", "cancel", "take_back"}


@pytest.mark.parametrize(("status", "action", "role"), list(product(ReviewStatus, Action, Role)))
def test_a_role_may_act_only_by_a_row_of_the_table(status, action, role):
    is_allowed = action in allowed_actions(status, GRANTS[role])
    assert is_allowed is ((status, action) in LEADS_TO and action in MAY[role])


@pytest.mark.parametrize(("status", "action"), list(product(ReviewStatus, Action)))
def test_an_action_leads_where_the_table_says_or_nowhere(status, action):
    if (status, action) in LEADS_TO:
        assert next_status(status, action) is LEADS_TO[status, action]
        return
    with pytest.raises(NotAllowed, match=status.label):
        next_status(status, action)


@pytest.mark.parametrize(("stage", "mark"), list(product(Stage, Mark)))
def test_a_mark_leads_where_the_table_says_or_nowhere(stage, mark):
    assert (mark in allowed_marks(stage)) is ((stage, mark) in MARK_LEADS_TO)
    if (stage, mark) in MARK_LEADS_TO:
        assert next_stage(stage, mark) is MARK_LEADS_TO[stage, mark]
        return
    with pytest.raises(NotAllowed, match=stage.label):
        next_stage(stage, mark)


def test_the_tables_have_no_row_more():
    assert {key: step.after for key, step in TRANSITIONS.items()} == LEADS_TO
    assert MARKS == MARK_LEADS_TO


def test_every_status_can_be_left_and_every_mark_taken_back():
    for status in ReviewStatus:
        assert any(before is status and after is not status for (before, _), after in
                   LEADS_TO.items())  # fmt: skip
    for (stage, mark), after in MARK_LEADS_TO.items():
        if mark is not Mark.TAKE_BACK:
            assert MARK_LEADS_TO[after, Mark.TAKE_BACK] is stage


def test_only_a_verified_record_is_corrected_all_others_are_edited():
    assert [edit_action(status) for status in ReviewStatus] == [
        Action.EDIT,
        Action.EDIT,
        Action.EDIT,
        Action.CORRECT,
    ]


def called_by(view, modules_functions):
    """The operations that a view calls, itself or through helpers of its module."""
    found, waiting, seen = set(), [view], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        helpers = {
            name: value
            for name, value in vars(inspect.getmodule(function)).items()
            if inspect.isfunction(value) and value.__module__.startswith("registry.")
        }
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            module, _, called = name.rpartition(".")
            if module in ("operations", "decisions", "marks"):
                found.add(called)
            elif name in helpers and helpers[name].__module__ == function.__module__:
                waiting.append(helpers[name])
    return found & modules_functions


def test_every_view_that_moves_a_record_declares_the_permission_of_its_step(app):
    moving = set(MOVES) | MARKING
    known = {*vars(operations), *vars(decisions), *vars(marks)}
    assert moving <= known
    seen = set()
    for endpoint, view in app.view_functions.items():
        if not endpoint.startswith(("departures.", "reviews.")):
            continue
        for name in called_by(view, moving):
            seen.add(name)
            needed = (
                {Permission.RECORD}
                if name in MARKING
                else {s.permission for (_, a), s in TRANSITIONS.items() if a in MOVES[name]}
            )
            assert {declared_permission(view)} == needed, (endpoint, name)
    assert seen == moving


DOES = {
    Action.SUBMIT: lambda d, by: decisions.submit(d, by=by, seen_revision=d.revision),
    Action.VERIFY: lambda d, by: decisions.verify(
        d, by=by, seen_revision=d.revision, lone_reviewer=False
    ),
    Action.SEND_BACK: lambda d, by: decisions.send_back(
        d, "Alasan panjang", by=by, seen_revision=d.revision, lone_reviewer=False
    ),
    Action.DELETE: lambda d, by: operations.delete_draft(d, by=by, seen_revision=d.revision),
}


def test_the_operations_move_a_record_by_the_table_and_leave_it_alone_otherwise(app):
    operator = make_user()
    reviewer, other = make_user(role=Role.REVIEWER), make_user(role=Role.REVIEWER)
    for status, (action, act) in product(ReviewStatus, DOES.items()):
        departure = make_departure(by=operator, status=status, reviewer=reviewer)
        by = other if action in REVIEWS else operator
        if (status, action) not in LEADS_TO:
            with pytest.raises(NotAllowed):
                act(departure, by)
            assert departure.review_status is status
        else:
            act(departure, by)
            if action is not Action.DELETE:
                assert departure.review_status is LEADS_TO[status, action]

        db.session.rollback()


MARKS_IT = {
    Mark.DEPART: lambda d, by: marks.mark_departed(d, today(), by=by, seen_revision=d.revision),
    Mark.RETURN: lambda d, by: marks.mark_returned(
        d, today(), ReturnKind.LEAVE, by=by, seen_revision=d.revision
    ),
    Mark.CANCEL: lambda d, by: marks.cancel(d, "Tidak jadi", by=by, seen_revision=d.revision),
    Mark.TAKE_BACK: lambda d, by: marks.take_back(
        d, "Salah orang", by=by, seen_revision=d.revision
    ),
}
EMPTIED = ("departed_on", "returned_on", "return_kind", "cancelled_on", "cancel_reason")


def bring_to(departure, stage, by):
    for mark in {
        Stage.PLANNED: (),
        Stage.DEPARTED: (Mark.DEPART,),
        Stage.RETURNED: (Mark.DEPART, Mark.RETURN),
        Stage.CANCELLED: (Mark.CANCEL,),
    }[stage]:
        MARKS_IT[mark](departure, by)


def test_the_marks_move_a_person_by_the_table_and_leave_the_record_alone_otherwise(app):
    operator = make_user()
    for stage, mark in product(Stage, Mark):
        departure = make_departure(by=operator)
        bring_to(departure, stage, operator)
        db.session.commit()
        before = {name: getattr(departure, name) for name in EMPTIED}
        if (stage, mark) in MARK_LEADS_TO:
            MARKS_IT[mark](departure, operator)
            assert departure.stage is MARK_LEADS_TO[stage, mark]
        else:
            with pytest.raises(NotAllowed):
                MARKS_IT[mark](departure, operator)
            assert departure.stage is stage
            assert {name: getattr(departure, name) for name in EMPTIED} == before, (stage, mark)
        db.session.rollback()


def test_a_mark_taken_back_leaves_nothing_of_it_behind(app):
    operator = make_user()
    for stage in (Stage.DEPARTED, Stage.RETURNED, Stage.CANCELLED):
        departure = make_departure(by=operator)
        bring_to(departure, stage, operator)
        while departure.stage is not Stage.PLANNED:
            marks.take_back(departure, "Salah orang", by=operator, seen_revision=departure.revision)
        db.session.commit()
        assert [getattr(departure, name) for name in EMPTIED] == [None] * len(EMPTIED)
        assert departure.leaving_on == departure.planned_on
