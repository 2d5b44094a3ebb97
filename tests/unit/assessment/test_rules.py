"""Each red flag: where it rises, where it just does not, and what is not known to it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.assessment.assess import assess
from registry.assessment.case import Settlement
from registry.assessment.reference import AgeRule, Entry, Listed
from registry.assessment.rules import RULES
from registry.enums import DocumentKind, Scheme, Severity, Stage, Threshold, VisaKind

LEAVING = date(2026, 6, 1)
TODAY = date(2026, 3, 1)
PASSPORT = (DocumentKind.PASSPORT,)
CARD = (DocumentKind.MIGRANT_CARD,)


def found(case, reference, on=TODAY):
    return {flag.rule: flag for flag in assess(case, reference, on).flags}


def grave(case, reference, on=TODAY):
    """What was found, without the questions."""
    flags = found(case, reference, on)
    return {rule: flag for rule, flag in flags.items() if flag.severity is not Severity.INFO}


@pytest.mark.parametrize(
    ("told", "rises"),
    [
        pytest.param({"birth_date": date(2010, 1, 1)}, True, id="a child"),
        pytest.param({"birth_date": date(2008, 6, 2)}, True, id="18 a day after leaving"),
        pytest.param({"birth_date": date(2008, 6, 1)}, False, id="18 on the day of leaving"),
        pytest.param({"birth_date": date(2008, 5, 31)}, False, id="18 the day before"),
        pytest.param({"birth_date": None}, False, id="birth date not given"),
        pytest.param(
            {"birth_date": date(2008, 3, 2), "planned_on": None}, True, id="undated, 17 today"
        ),
        pytest.param(
            {"birth_date": date(2008, 3, 1), "planned_on": None}, False, id="undated, 18 today"
        ),
        pytest.param({"birth_date": date(2010, 1, 1), "scheme": None}, True, id="scheme unknown"),
        pytest.param(
            {"birth_date": date(2010, 1, 1), "scheme": Scheme.STUDENT}, False, id="a student"
        ),
        pytest.param(
            {
                "birth_date": date(2008, 6, 1),
                "stage": Stage.DEPARTED,
                "departed_on": date(2026, 5, 31),
            },
            True,
            id="left a day before 18, though planned for the day itself",
        ),
        pytest.param(
            {"birth_date": date(2010, 1, 1), "stage": Stage.CANCELLED}, False, id="cancelled"
        ),
        pytest.param(
            {"birth_date": date(2008, 2, 29), "planned_on": date(2026, 2, 28)},
            True,
            id="leap day, 28 February",
        ),
        pytest.param(
            {"birth_date": date(2008, 2, 29), "planned_on": date(2026, 3, 1)},
            False,
            id="leap day, 1 March",
        ),
    ],
)
def test_r01_too_young_on_departure(reference, sound_case, told, rises):
    on = min(TODAY, told.get("planned_on") or TODAY)
    flag = grave(sound_case(**told), reference, on).get("R01")
    assert (flag is not None) is rises
    if flag:
        assert flag.severity is Severity.CRITICAL
        assert flag.raised_on == date(2026, 1, 5)


def test_r01_takes_its_age_from_the_reference(sound_case, reference):
    rule = Entry(AgeRule(None, None, None, 21), date(2020, 1, 1), source="Perda X")
    older = replace(reference, age_limits=Listed(((None, rule),)))
    flag = found(sound_case(birth_date=date(2006, 1, 1)), older)["R01"]
    assert "21 tahun" in flag.sentence
    assert dict(flag.evidence) == {"minimum_age": 21, "source": "Perda X"}


@pytest.mark.parametrize(
    ("told", "rises"),
    [
        pytest.param({"visa_kind": VisaKind.TOURIST}, True, id="tourist"),
        pytest.param({"visa_kind": VisaKind.VISIT}, True, id="visit"),
        pytest.param({"visa_kind": VisaKind.RELIGIOUS_VISIT}, True, id="ziarah"),
        pytest.param({"visa_kind": VisaKind.UMRAH}, True, id="umrah"),
        pytest.param({"visa_kind": VisaKind.HAJJ}, True, id="hajj"),
        pytest.param({"visa_kind": VisaKind.STUDENT}, True, id="student visa for work"),
        pytest.param({"visa_kind": VisaKind.WORK}, False, id="work"),
        pytest.param({"visa_kind": VisaKind.TRAINING}, False, id="training is not in the list"),
        pytest.param({"visa_kind": VisaKind.OTHER}, False, id="other"),
        pytest.param({"visa_kind": VisaKind.NONE_YET}, False, id="no visa yet"),
        pytest.param({"visa_kind": None}, False, id="visa not given"),
        pytest.param({"visa_kind": VisaKind.TOURIST, "scheme": None}, True, id="scheme unknown"),
        pytest.param(
            {"visa_kind": VisaKind.STUDENT, "scheme": Scheme.STUDENT}, False, id="a student"
        ),
        pytest.param({"visa_kind": VisaKind.TOURIST, "scheme": Scheme.OTHER}, False, id="not PMI"),
        pytest.param(
            {"visa_kind": VisaKind.TOURIST, "stage": Stage.CANCELLED}, False, id="cancelled"
        ),
        pytest.param(
            {
                "visa_kind": VisaKind.TOURIST,
                "stage": Stage.DEPARTED,
                "departed_on": date(2026, 2, 1),
            },
            True,
            id="left already",
        ),
    ],
)
def test_r03_visa_on_which_nobody_may_work(reference, sound_case, told, rises):
    flag = grave(sound_case(**told), reference).get("R03")
    assert (flag is not None) is rises
    if flag:
        assert flag.severity is Severity.CRITICAL
        assert dict(flag.evidence) == {"visa_kind": told["visa_kind"].value}
        assert (flag.raised_on, flag.due_on) == (date(2026, 1, 5), date(2026, 1, 6))


@pytest.mark.parametrize(
    ("days_left", "severity"),
    [
        (31, None),
        (30, Severity.HIGH),
        (8, Severity.HIGH),
        (7, Severity.CRITICAL),
        (0, Severity.CRITICAL),
        (-1, Severity.CRITICAL),
        (-400, Severity.CRITICAL),
    ],
)
def test_r16_papers_missing_before_departure(reference, sound_case, days_left, severity):
    on = LEAVING - timedelta(days=days_left)
    flag = found(sound_case(without=PASSPORT), reference, on).get("R16")
    assert (flag and flag.severity) is severity
    if flag:
        assert "Paspor" in flag.sentence
        assert flag.raised_on == date(2026, 5, 2)
        due = {Severity.HIGH: date(2026, 5, 9), Severity.CRITICAL: date(2026, 5, 26)}
        assert flag.due_on == due[severity]


@pytest.mark.parametrize(
    ("without", "told"),
    [
        pytest.param((), {}, id="every paper there"),
        pytest.param(PASSPORT, {"planned_on": None}, id="date not given"),
        pytest.param(
            PASSPORT, {"stage": Stage.DEPARTED, "departed_on": LEAVING}, id="left already"
        ),
        pytest.param(PASSPORT, {"stage": Stage.RETURNED, "departed_on": LEAVING}, id="back home"),
        pytest.param(PASSPORT, {"stage": Stage.CANCELLED}, id="cancelled"),
        pytest.param(PASSPORT, {"scheme": Scheme.TRAINEE}, id="not PMI"),
    ],
)
def test_r16_just_does_not_rise(reference, sound_case, without, told):
    assert "R16" not in found(sound_case(without=without, **told), reference, LEAVING)


def test_r16_of_a_late_record_is_not_older_than_the_record(reference, sound_case):
    case = sound_case(without=CARD, recorded_on=date(2026, 5, 30))
    flag = found(case, reference, date(2026, 5, 30))["R16"]
    assert (flag.raised_on, flag.due_on) == (date(2026, 5, 30), date(2026, 5, 31))


def test_r16_takes_its_days_from_the_reference(reference, sound_case):
    days = {Threshold.PAPERS_WANTED_DAYS: 60, Threshold.PAPERS_URGENT_DAYS: 50}
    slow = replace(
        reference,
        thresholds=Listed((name, Entry(n, date(2020, 1, 1))) for name, n in days.items()),
    )
    case = sound_case(without=CARD)
    assert found(case, slow, LEAVING - timedelta(days=60))["R16"].severity is Severity.HIGH
    assert found(case, slow, LEAVING - timedelta(days=50))["R16"].severity is Severity.CRITICAL
    assert found(case, slow, LEAVING)["R16"].due_on is None  # nobody has set a day to answer by


def test_r16_of_papers_that_nobody_asked_about_is_a_question(reference, sound_case):
    flag = found(sound_case(unasked=PASSPORT), reference, LEAVING)["R16"]
    assert flag.severity is Severity.INFO
    assert dict(flag.evidence) == {"asks": "documents"}


TOURIST = {"visa_kind": VisaKind.TOURIST}
AS_FOUND = (("visa_kind", "turis"),)


@pytest.mark.parametrize(
    ("word", "comes_back"),
    [
        pytest.param(Settlement("R03", 1), False, id="called mistaken"),
        pytest.param(Settlement("R03", 0), True, id="of an older version"),
        pytest.param(Settlement("R01", 1), True, id="about another rule"),
        pytest.param(Settlement("R03", 1, Severity.HIGH), True, id="said of a lesser finding"),
        pytest.param(Settlement("R03", 1, evidence=AS_FOUND), False, id="dealt with"),
        pytest.param(
            Settlement("R03", 1, evidence=(("visa_kind", "umrah"),)), True, id="of other evidence"
        ),
    ],
)
def test_what_an_official_settled_does_not_come_back(reference, sound_case, word, comes_back):
    case = sound_case(**TOURIST, settlements=(word,))
    assert ("R03" in found(case, reference)) is comes_back


def test_rules_have_one_number_each_and_speak_gently():
    assert len({rule.number for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.version >= 1
        assert rule.title
        assert rule.advice
        assert "tolak" not in (rule.title + rule.advice).casefold()


def test_sentences_say_what_is_missing_and_refuse_nothing(reference, sound_case):
    case = sound_case(without=CARD, visa_kind=VisaKind.UMRAH, birth_date=date(2010, 1, 1))
    for on in (LEAVING - timedelta(days=20), LEAVING, LEAVING + timedelta(days=3)):
        flags = found(case, reference, on)
        assert {"R01", "R03", "R16"} <= set(flags)
        for flag in flags.values():
            assert "tolak" not in flag.sentence
            assert "2010" not in flag.sentence + repr(flag.evidence)
