"""How papers stand on the day of leaving."""

from datetime import date

import pytest

from registry.assessment.case import Case, Document
from registry.assessment.documents import judge_papers
from registry.enums import DocumentKind, DocumentStatus, Scheme, Stage

TODAY = date(2026, 3, 1)
LEAVING = date(2026, 6, 1)
ADA = DocumentStatus.PRESENT


def with_paper(sound_case, kind, status=ADA, issued_on=None, expires_on=None, **changes):
    case = sound_case(without=(kind,), **changes)
    paper = Document(kind, status, issued_on, expires_on)
    return sound_case(documents=(*case.documents, paper), **changes)


@pytest.mark.parametrize(
    ("expires_on", "is_missing", "days"),
    [
        (None, False, None),
        (date(2026, 5, 31), True, -1),
        (date(2026, 6, 1), False, 0),
        (date(2026, 10, 1), False, 122),
        (date(2026, 11, 30), False, 182),
        (date(2026, 12, 1), False, None),
        (date.max, False, None),
    ],
)
def test_a_passport_is_judged_on_the_day_of_leaving(
    sound_case, reference, expires_on, is_missing, days
):
    case = with_paper(sound_case, DocumentKind.PASSPORT, expires_on=expires_on)
    papers = judge_papers(case, reference, TODAY)
    assert papers.missing == ((DocumentKind.PASSPORT,) if is_missing else ())
    assert [(item.kind, item.ends_on, item.days) for item in papers.expiring] == (
        [] if days is None else [(DocumentKind.PASSPORT, expires_on, days)]
    )


@pytest.mark.parametrize(
    ("issued_on", "expires_on", "is_missing"),
    [
        pytest.param(date(2026, 3, 1), None, False, id="three months to the day"),
        pytest.param(date(2026, 2, 28), None, True, id="a day too old"),
        pytest.param(None, None, False, id="no dates told"),
        pytest.param(date(2026, 2, 1), date(2026, 8, 1), False, id="the paper's own end wins"),
        pytest.param(date(2026, 6, 2), None, True, id="issued after leaving"),
    ],
)
def test_health_letters_hold_three_months(sound_case, reference, issued_on, expires_on, is_missing):
    case = with_paper(sound_case, DocumentKind.HEALTH, issued_on=issued_on, expires_on=expires_on)
    missing = judge_papers(case, reference, TODAY).missing
    assert (DocumentKind.HEALTH in missing) is is_missing


@pytest.mark.parametrize("status", [s for s in DocumentStatus if s is not ADA])
def test_only_what_is_there_settles_a_required_paper(sound_case, reference, status):
    case = with_paper(sound_case, DocumentKind.ORIENTATION, status)
    assert judge_papers(case, reference, TODAY).missing == (DocumentKind.ORIENTATION,)


@pytest.mark.parametrize(
    ("paper", "is_unclear"),
    [
        (Document(DocumentKind.POLICE_RECORD, ADA), False),
        (Document(DocumentKind.POLICE_RECORD, DocumentStatus.NOT_NEEDED), False),
        (Document(DocumentKind.POLICE_RECORD, DocumentStatus.MISSING), True),
        (Document(DocumentKind.POLICE_RECORD, DocumentStatus.IN_PROCESS), True),
        (Document(DocumentKind.POLICE_RECORD, ADA, date(2025, 1, 1)), True),
        (None, True),
    ],
)
def test_a_conditional_paper_is_a_question_never_a_lack(sound_case, reference, paper, is_unclear):
    case = sound_case()
    documents = case.documents if paper is None else (*case.documents, paper)
    papers = judge_papers(sound_case(documents=documents), reference, TODAY)
    assert (DocumentKind.POLICE_RECORD in papers.unclear) is is_unclear
    assert papers.missing == ()
    assert DocumentKind.POLICE_RECORD not in papers.required


@pytest.mark.parametrize(
    ("changes", "on", "is_missing"),
    [
        pytest.param({}, TODAY, False, id="planned: the planned day"),
        pytest.param({}, date(2026, 6, 10), False, id="plan overdue: today, still valid"),
        pytest.param({}, date(2026, 6, 11), True, id="plan overdue: today, ended"),
        pytest.param({"planned_on": None}, TODAY, False, id="undated: today"),
        pytest.param({"planned_on": None}, date(2026, 6, 11), True, id="undated: today, ended"),
        pytest.param(
            {"stage": Stage.DEPARTED, "departed_on": date(2026, 6, 11)},
            TODAY,
            True,
            id="departed: the actual day, not the planned one",
        ),
        pytest.param(
            {"stage": Stage.RETURNED, "departed_on": date(2026, 6, 10)},
            date(2030, 1, 1),
            False,
            id="returned: the actual day, for ever",
        ),
    ],
)
def test_the_day_papers_are_judged_on(sound_case, reference, changes, on, is_missing):
    visa = DocumentKind.WORK_VISA
    case = with_paper(sound_case, visa, expires_on=date(2026, 6, 10), **changes)
    assert (visa in judge_papers(case, reference, on).missing) is is_missing


def test_days_are_counted_from_no_departure_while_none_is_coming(sound_case, reference):
    visa = DocumentKind.WORK_VISA
    for changes, on in (({"planned_on": None}, TODAY), ({}, date(2026, 7, 1))):
        case = with_paper(sound_case, visa, expires_on=date(2026, 2, 1), **changes)
        assert [item.days for item in judge_papers(case, reference, on).expiring] == [None]


def test_of_two_papers_of_a_kind_the_better_counts(sound_case, reference):
    old = Document(DocumentKind.PASSPORT, ADA, None, date(2026, 4, 1))
    new = Document(DocumentKind.PASSPORT, ADA, None, date(2031, 4, 1))
    documents = (*sound_case(without=(DocumentKind.PASSPORT,)).documents, new, old)
    papers = judge_papers(sound_case(documents=documents), reference, TODAY)
    assert papers.missing == ()
    assert papers.expiring == ()


def test_a_known_scheme_is_never_asked_for_less_than_an_unknown_one(reference):
    nothing = {"stage": Stage.PLANNED, "recorded_on": TODAY}
    unknown = judge_papers(Case(**nothing), reference, TODAY)
    assert (
        unknown.missing
        == unknown.required
        == (
            DocumentKind.IDENTITY,
            DocumentKind.HEALTH,
            DocumentKind.PASSPORT,
            DocumentKind.WORK_VISA,
            DocumentKind.SOCIAL_SECURITY,
            DocumentKind.MIGRANT_CARD,
        )
    )
    for scheme in Scheme:
        known = judge_papers(Case(scheme=scheme, **nothing), reference, TODAY)
        if scheme.is_pmi:
            assert set(unknown.required) < set(known.required)
