"""What must hold for every case on every day."""

from dataclasses import fields, replace
from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.assessment.assess import assess, readiness
from registry.assessment.case import Case, Document, Settlement
from registry.assessment.reference import DocumentRule, Entry, Licence, Listed
from registry.assessment.rules import RULES
from registry.enums import (
    DestinationStatus,
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    LicenceStatus,
    MaritalStatus,
    PassportHolder,
    Procedure,
    RecruiterKind,
    Relation,
    Requirement,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)
from registry.reference.building import shipped_reference

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
MAYBE_DAY = st.none() | DAYS | st.just(date.max)

documents = st.builds(
    Document, st.sampled_from(DocumentKind), st.sampled_from(DocumentStatus), MAYBE_DAY, MAYBE_DAY
)
present = st.builds(
    Document, st.sampled_from(DocumentKind), st.just(DocumentStatus.PRESENT), MAYBE_DAY, MAYBE_DAY
)
MAYBE_COUNTRY = st.none() | st.sampled_from(["TW", "KH", "MY", "SA", "TH", "DE"])


def maybe(words):
    return st.none() | st.sampled_from(words)


MAYBE_SUM = st.none() | st.sampled_from([0, 1_000_000, 20_000_000, 90_000_000])
settlements = st.builds(
    Settlement,
    st.sampled_from([rule.number for rule in RULES]),
    st.sampled_from([1, 2]),
    st.sampled_from(Severity),
)
told = {
    "stage": st.sampled_from(Stage),
    "recorded_on": DAYS,
    "province": maybe(["18", "32"]),
    "scheme": maybe(Scheme),
    "planned_on": st.none() | DAYS,
    "departed_on": st.none() | DAYS,
    "birth_date": st.none() | st.dates(date(1978, 1, 1), date(2011, 1, 1)),
    "marital_status": maybe(MaritalStatus),
    "signer_relation": maybe(Relation),
    "country": MAYBE_COUNTRY,
    "letter_country": MAYBE_COUNTRY,
    "visa_country": MAYBE_COUNTRY,
    "contract_country": MAYBE_COUNTRY,
    "transit_country": MAYBE_COUNTRY,
    "employer_kind": maybe(EmployerKind),
    "visa_kind": maybe(VisaKind),
    "agency_id": maybe([1, 2, 3, 4, 99]),
    "agency_name": maybe(
        ["PT Contoh", "PT Contoh Terdaftar", "PT Contoh Diskors", "tidak ada", "LPK Contoh"]
    ),
    "job_code": maybe(["operator", "caregiver"]),
    "job_title": maybe(["customer service", "Perawat"]),
    "promised_wage": MAYBE_SUM,
    "training_body": maybe(["LPK Sakura", "LPK Lain"]),
    "job_order": maybe(["belum ada", "SIP2MI/1", "SPSK 1", "beli job"]),
    "recruiter_kind": maybe(RecruiterKind),
    "recruiter_named": st.booleans(),
    "amount_asked": MAYBE_SUM,
    "recruiter_advance": MAYBE_SUM,
    "passport_holder": maybe(PassportHolder),
    "immigration_office": maybe(["Bandar Lampung", "Cirebon"]),
    "information_source": maybe(InformationSource),
    "last_contact_on": st.none() | DAYS,
    "id_pmi_seen": st.booleans(),
    "documents": st.lists(documents | present, max_size=20).map(tuple),
    "settlements": st.lists(settlements, max_size=2).map(tuple),
}
cases = st.builds(Case, **told)


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

    def changing(*values):
        days = sorted(draw(st.sets(DAYS, max_size=3)))
        return [(draw(st.sampled_from(values)), day) for day in days]

    return replace(
        shipped_reference(),
        document_rules=tuple(rules),
        destinations=Listed(
            ("KH", Entry(status, day)) for status, day in changing(*DestinationStatus)
        ),
        fee_ceilings=Listed(
            ((None, None), Entry(amount, day)) for amount, day in changing(0, 30_000_000)
        ),
        licences=Listed(
            (1, Entry(Licence(status, draw(MAYBE_DAY)), day, draw(MAYBE_DAY)))
            for status, day in changing(*LicenceStatus)
        ),
        sending_bodies=Listed(
            ("sakura", Entry(Licence(status, draw(MAYBE_DAY)), day, draw(MAYBE_DAY)))
            for status, day in changing(*LicenceStatus)
        ),
    )


@settings(deadline=None)
@given(cases, DAYS)
def test_the_same_inputs_give_the_same_answer(reference, case, on):
    again = replace(
        reference, document_rules=tuple(replace(rule) for rule in reference.document_rules)
    )
    assert assess(case, reference, on) == assess(replace(case), again, on)
    assert readiness(case, reference) == readiness(replace(case), again)


def holds(case, reference, on, later):
    answer = assess(case, reference, on)
    until = answer.holds_until
    assert until is None or until > on
    last = later if until is None else min(later, until - timedelta(days=1))
    for day in {last, on + (last - on) // 2}:
        assert assess(case, reference, day) == answer


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
    # It agrees with the rest: without a job order nobody can have signed a placement agreement.
    assume(paper.kind is not DocumentKind.PLACEMENT_AGREEMENT or case.job_order == "SIP2MI/1")
    valid = replace(paper, issued_on=None, expires_on=date.max)
    before = assess(case, reference, on)
    after = assess(replace(case, documents=(*case.documents, valid)), reference, on)
    assert set(after.missing) <= set(before.missing)
    assert set(after.unclear) <= set(before.unclear)
    assert set(after.expiring) <= set(before.expiring)
    assert after.required == before.required
    assert gravity(after) <= gravity(before)
    assert rank(after.procedure) <= rank(before.procedure)


def gravity(answer):
    """The findings that are no questions; a paper that is there may well raise a question."""
    return {flag.rule for flag in answer.flags if flag.severity is not Severity.INFO}


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
        assert {flag.rule for flag in answer.flags} <= {"R12"}
        assert readiness(case, reference) is None
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

    assert set(told) == {field.name for field in fields(Case)}
    assert frozenset().union(*(rule.fields for rule in RULES)) <= set(told)
