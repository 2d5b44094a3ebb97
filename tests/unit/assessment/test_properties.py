"""What must hold for every case on every day."""

from dataclasses import fields, replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.assessment.assess import assess, readiness
from registry.assessment.case import Case, Dismissal, Document
from registry.assessment.reference import DocumentRule, Reference
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    MaritalStatus,
    Procedure,
    Requirement,
    Scheme,
    Stage,
    VisaKind,
)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MAYBE_DAY = st.none() | DAYS | st.just(date.max)

documents = st.builds(
    Document, st.sampled_from(DocumentKind), st.sampled_from(DocumentStatus), MAYBE_DAY, MAYBE_DAY
)
present = st.builds(
    Document, st.sampled_from(DocumentKind), st.just(DocumentStatus.PRESENT), MAYBE_DAY, MAYBE_DAY
)
cases = st.builds(
    Case,
    stage=st.sampled_from(Stage),
    recorded_on=DAYS,
    scheme=st.none() | st.sampled_from(Scheme),
    planned_on=st.none() | DAYS,
    departed_on=st.none() | DAYS,
    birth_date=st.none() | st.dates(date(2005, 1, 1), date(2011, 1, 1)),
    marital_status=st.none() | st.sampled_from(MaritalStatus),
    visa_kind=st.none() | st.sampled_from(VisaKind),
    id_pmi_seen=st.booleans(),
    documents=st.lists(documents | present, max_size=20).map(tuple),
    dismissals=st.lists(
        st.builds(Dismissal, st.sampled_from(["R01", "R03", "R16"]), st.just(1)), max_size=2
    ).map(tuple),
)


@st.composite
def references(draw):
    """Requirement lists that begin, change and end within the days of the cases."""
    rules = []
    for scheme in Scheme:
        for kind in (DocumentKind.IDENTITY, *draw(st.sets(st.sampled_from(DocumentKind)))):
            changed_on = draw(DAYS)
            base = DocumentRule(
                scheme=scheme,
                kind=kind,
                requirement=draw(st.sampled_from(Requirement)),
                valid_months=draw(st.none() | st.integers(1, 36)),
                margin_months=draw(st.none() | st.integers(1, 18)),
                source="Uji",
                issuer="Uji",
                valid_from=date(2017, 11, 22),
                valid_to=changed_on,
            )
            if kind is DocumentKind.IDENTITY:
                base = replace(base, requirement=Requirement.REQUIRED)
            later = replace(base, valid_from=changed_on + timedelta(days=1), valid_to=None)
            if kind is not DocumentKind.IDENTITY:
                later = replace(later, requirement=draw(st.sampled_from(Requirement)))
            rules += [base, later]
    return Reference(tuple(rules))


@settings(deadline=None)
@given(cases, DAYS)
def test_the_same_inputs_give_the_same_answer(reference, case, on):
    again = Reference(tuple(replace(rule) for rule in reference.document_rules))
    assert assess(case, reference, on) == assess(replace(case), again, on)
    assert readiness(case, reference, on) == readiness(replace(case), again, on)


def holds(case, reference, on, later):
    answer = assess(case, reference, on)
    until = answer.holds_until
    assert until is None or until > on
    last = later if until is None else min(later, until - timedelta(days=1))
    for day in {last, on + (last - on) // 2}:
        assert assess(case, reference, day) == answer
        assert readiness(case, reference, day) == readiness(case, reference, on)


@settings(max_examples=300, deadline=None)
@given(cases, DAYS, st.integers(0, 1500))
def test_the_answer_stands_until_it_says(reference, case, on, days):
    holds(case, reference, on, on + timedelta(days=days))


@settings(max_examples=50, deadline=None)
@given(references(), cases, DAYS, st.integers(0, 1500))
def test_the_answer_stands_under_any_rules(rules, case, on, days):
    holds(case, rules, on, on + timedelta(days=days))


@settings(deadline=None)
@given(cases, present, DAYS)
def test_a_valid_paper_more_never_makes_it_worse(reference, case, paper, on):
    valid = replace(paper, issued_on=None, expires_on=None)
    before = assess(case, reference, on)
    after = assess(replace(case, documents=(*case.documents, valid)), reference, on)
    assert set(after.missing) <= set(before.missing)
    assert set(after.unclear) <= set(before.unclear)
    assert set(after.expiring) <= set(before.expiring)
    assert after.required == before.required
    assert {flag.rule for flag in after.flags} <= {flag.rule for flag in before.flags}
    assert rank(after.procedure) <= rank(before.procedure)


def rank(procedure):
    better_first = [
        None,
        Procedure.NOT_PMI,
        Procedure.COMPLETE,
        Procedure.INCOMPLETE,
        Procedure.AT_RISK,
        Procedure.PROCEDURAL,
        Procedure.SUSPECTED,
    ]
    return better_first.index(procedure)


@settings(deadline=None)
@given(cases, DAYS)
def test_each_procedure_belongs_to_its_stage_and_who_is_not_pmi_stays_apart(reference, case, on):
    answer = assess(case, reference, on)
    if case.stage is Stage.CANCELLED:
        assert answer.procedure is None
    elif not case.is_pmi:
        assert answer.procedure is Procedure.NOT_PMI
        assert answer.flags == ()
        assert readiness(case, reference, on) is None
    elif case.has_left:
        assert answer.procedure in (Procedure.PROCEDURAL, Procedure.SUSPECTED)
    else:
        assert answer.procedure in (
            Procedure.COMPLETE,
            Procedure.INCOMPLETE,
            Procedure.AT_RISK,
        )


@settings(deadline=None)
@given(cases, DAYS)
def test_the_parts_agree_with_each_other(reference, case, on):
    answer = assess(case, reference, on)
    assert answer.required == answer.complete + len(answer.missing)
    if answer.procedure is Procedure.COMPLETE:
        assert not answer.missing
    for flag in answer.flags:
        assert flag.raised_on >= case.recorded_on
        assert flag.due_on is None or flag.due_on > flag.raised_on


@settings(deadline=None)
@given(cases, DAYS, st.none() | st.sampled_from(MaritalStatus))
def test_marital_status_changes_no_answer(reference, case, on, status):
    other = replace(case, marital_status=status)
    assert assess(case, reference, on) == assess(other, reference, on)


def test_random_cases_tell_every_field_a_rule_reads():
    # A rule added without its field in `cases` above would be tested with nothing.
    from registry.assessment.rules import RULES

    told = {
        "stage",
        "recorded_on",
        "scheme",
        "planned_on",
        "departed_on",
        "birth_date",
        "marital_status",
        "visa_kind",
        "id_pmi_seen",
        "documents",
        "dismissals",
    }
    assert told <= {field.name for field in fields(Case)}
    assert frozenset().union(*(rule.fields for rule in RULES)) <= told
