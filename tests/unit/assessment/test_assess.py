"""What the rules say of a case as a whole."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.assessment.assess import Assessment, assess, readiness
from registry.assessment.case import Case, Document
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Procedure,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)

TODAY = date(2026, 3, 1)
LEAVING = date(2026, 6, 1)
CARD = (DocumentKind.MIGRANT_CARD,)
LEFT = {"stage": Stage.DEPARTED, "departed_on": LEAVING}


@pytest.mark.parametrize(
    ("without", "told", "on", "procedure"),
    [
        pytest.param((), {}, TODAY, Procedure.COMPLETE, id="all there"),
        pytest.param(CARD, {}, TODAY, Procedure.INCOMPLETE, id="a paper missing, time left"),
        pytest.param(CARD, {}, date(2026, 5, 2), Procedure.AT_RISK, id="missing, 30 days"),
        pytest.param((), {"visa_kind": VisaKind.UMRAH}, TODAY, Procedure.AT_RISK, id="visa"),
        pytest.param((), {"scheme": Scheme.STUDENT}, TODAY, Procedure.NOT_PMI, id="student"),
        pytest.param(CARD, {"scheme": Scheme.OTHER, **LEFT}, TODAY, Procedure.NOT_PMI, id="other"),
        pytest.param((), LEFT, LEAVING, Procedure.PROCEDURAL, id="left with card"),
        pytest.param(CARD, LEFT, LEAVING, Procedure.SUSPECTED, id="left without card"),
        pytest.param(
            CARD, {**LEFT, "id_pmi_seen": True}, LEAVING, Procedure.PROCEDURAL, id="ID PMI seen"
        ),
        pytest.param(
            CARD, {**LEFT, "stage": Stage.RETURNED}, LEAVING, Procedure.SUSPECTED, id="returned"
        ),
        pytest.param((), {"stage": Stage.CANCELLED}, TODAY, None, id="cancelled"),
        pytest.param(
            (),
            {"stage": Stage.CANCELLED, "scheme": Scheme.TRAINEE},
            TODAY,
            None,
            id="cancelled trainee",
        ),
    ],
)
def test_procedure(reference, sound_case, without, told, on, procedure):
    assert assess(sound_case(without=without, **told), reference, on).procedure is procedure


def test_a_card_that_is_in_process_was_not_seen(reference, sound_case):
    paper = Document(DocumentKind.MIGRANT_CARD, DocumentStatus.IN_PROCESS)
    case = sound_case(without=CARD, **LEFT)
    case = replace(case, documents=(*case.documents, paper))
    assert assess(case, reference, LEAVING).procedure is Procedure.SUSPECTED


def test_a_cancelled_departure_is_asked_for_nothing(reference, sound_case):
    case = sound_case(without=CARD, stage=Stage.CANCELLED, visa_kind=VisaKind.TOURIST)
    assert assess(case, reference, LEAVING) == Assessment(procedure=None)


def test_required_is_complete_and_missing_together(reference, sound_case):
    answer = assess(sound_case(without=CARD), reference, TODAY)
    assert (answer.required, answer.complete, answer.missing) == (12, 11, CARD)
    assert answer.unclear == (DocumentKind.HEALTH_INSURANCE, DocumentKind.POLICE_RECORD)


def test_a_new_record_of_which_nothing_is_known(reference):
    answer = assess(Case(stage=Stage.PLANNED, recorded_on=TODAY), reference, TODAY)
    assert answer.procedure is Procedure.INCOMPLETE
    assert (answer.required, answer.complete) == (6, 0)
    assert {flag.severity for flag in answer.flags} == {Severity.INFO}
    assert {dict(flag.evidence)["asks"] for flag in answer.flags} == {
        "amount_asked",
        "birth_date",
        "country",
        "information_source",
        "job_title",
        "recruiter_advance",
        "recruiter_kind",
        "visa_kind",
    }
    assert answer.holds_until is None


def test_the_answer_holds_from_step_to_step(reference, sound_case):
    case = sound_case(without=CARD)
    days = []
    on = TODAY
    while (until := assess(case, reference, on).holds_until) is not None:
        days.append(until)
        on = until
    near = [LEAVING - timedelta(days=30), LEAVING - timedelta(days=7), date(2026, 6, 2)]
    assert days[:3] == near
    assert days[3] == date(2028, 12, 2)  # the passport ends within six months


@pytest.mark.parametrize(
    "told",
    [{**LEFT, "stage": Stage.RETURNED}, {"stage": Stage.CANCELLED}],
)
def test_what_is_over_holds_for_ever(reference, sound_case, told):
    assert assess(sound_case(without=CARD, **told), reference, TODAY).holds_until is None


def test_an_undated_plan_is_looked_at_again_when_a_paper_ends(reference, sound_case):
    case = sound_case(without=(DocumentKind.PASSPORT,), planned_on=None)
    passport = Document(DocumentKind.PASSPORT, DocumentStatus.PRESENT, expires_on=date(2027, 1, 31))
    case = replace(case, documents=(*case.documents, passport))
    assert assess(case, reference, TODAY).holds_until == date(2026, 8, 1)  # six months before
    assert assess(case, reference, date(2026, 8, 1)).holds_until == date(2027, 2, 1)
    assert assess(case, reference, date(2027, 2, 1)).holds_until == date(2029, 6, 2)  # the visa


def test_an_undated_child_is_looked_at_again_on_its_birthday(reference, sound_case):
    case = sound_case(planned_on=None, birth_date=date(2008, 4, 9))
    assert {flag.rule for flag in assess(case, reference, TODAY).flags} == {"R01"}
    assert assess(case, reference, TODAY).holds_until == date(2026, 4, 9)
    assert assess(case, reference, date(2026, 4, 9)).flags == ()


@pytest.mark.parametrize(
    ("without", "told", "expected"),
    [
        pytest.param((), LEFT, Procedure.COMPLETE, id="all there"),
        pytest.param(CARD, LEFT, Procedure.INCOMPLETE, id="a paper missing on the last day"),
        pytest.param((), {**LEFT, "visa_kind": VisaKind.TOURIST}, Procedure.AT_RISK, id="visa"),
        pytest.param((), {}, None, id="not left"),
        pytest.param((), {"stage": Stage.CANCELLED}, None, id="cancelled"),
        pytest.param((), {**LEFT, "scheme": Scheme.STUDENT}, None, id="not PMI"),
        pytest.param((), {**LEFT, "departed_on": None}, Procedure.COMPLETE, id="day unknown"),
    ],
)
def test_readiness_at_departure(reference, sound_case, without, told, expected):
    case = sound_case(without=without, **told)
    assert readiness(case, reference) is expected


def test_a_paper_issued_after_leaving_was_not_there_at_departure(reference, sound_case):
    late = Document(DocumentKind.MIGRANT_CARD, DocumentStatus.PRESENT, date(2026, 6, 20))
    case = sound_case(without=CARD, **LEFT)
    case = replace(case, documents=(*case.documents, late))
    assert readiness(case, reference) is Procedure.INCOMPLETE
    assert assess(case, reference, date(2026, 9, 1)).procedure is Procedure.PROCEDURAL
