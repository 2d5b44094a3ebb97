"""Each red flag: a case that raises it, one that just misses it, one where nothing was answered.

R01, R03 and R16 have tables of their own in `test_rules`.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from registry.assessment.assess import assess
from registry.assessment.case import Document
from registry.assessment.reference import Listed
from registry.assessment.rules import BY_NUMBER, RULES
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    PassportHolder,
    Procedure,
    RecruiterKind,
    Relation,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)
from tests.unit.assessment.conftest import ENDING, GOOD, SUSPENDED, UNDATED

TODAY = date(2026, 3, 1)
LEAVING = date(2026, 6, 1)
CRITICAL, HIGH, MEDIUM, INFO = Severity
HOUSEHOLD, FIRM = EmployerKind.HOUSEHOLD, EmployerKind.LEGAL_ENTITY
AWAY = {"stage": Stage.DEPARTED, "departed_on": date(2025, 12, 1)}
CONTRACT = (DocumentKind.WORK_CONTRACT,)
AGREEMENT = (DocumentKind.PLACEMENT_AGREEMENT,)
CARD = (DocumentKind.MIGRANT_CARD,)
LETTER = (DocumentKind.FAMILY_PERMISSION,)
PASSPORT = (DocumentKind.PASSPORT,)
COUNTRIES = ("country", "visa_country", "contract_country", "letter_country")
TRAINEE = {"scheme": Scheme.TRAINEE}
ALONE = {"scheme": Scheme.INDEPENDENT}
VAGUE = {"job_title": "Customer Service", "job_code": None}

# Rule, what is told, severity (None: does not rise), what it asks for where it is a question.
CASES = [
    ("R01", {"birth_date": None}, INFO, "birth_date"),
    ("R02", {"employer_kind": HOUSEHOLD, "birth_date": date(2006, 6, 2)}, MEDIUM, None),
    ("R02", {"employer_kind": HOUSEHOLD, "birth_date": date(2006, 6, 1)}, None, None),
    ("R02", {"employer_kind": FIRM, "birth_date": date(2006, 6, 2)}, None, None),
    ("R02", {"employer_kind": None, "birth_date": date(2006, 6, 2)}, INFO, "employer_kind"),
    (
        "R02",
        {"country": "MY", "employer_kind": HOUSEHOLD, "birth_date": date(1980, 6, 1)},
        MEDIUM,
        None,
    ),
    (
        "R02",
        {"country": "MY", "employer_kind": HOUSEHOLD, "birth_date": date(1980, 6, 2)},
        None,
        None,
    ),
    ("R03", {"visa_kind": None}, INFO, "visa_kind"),
    ("R03", {"visa_kind": VisaKind.TRAINING}, INFO, "visa_kind"),
    ("R03", {"visa_kind": VisaKind.NONE_YET}, None, None),
    ("R04", {"country": "KH", "employer_kind": HOUSEHOLD}, CRITICAL, None),
    ("R04", {"country": "KH", "visa_kind": VisaKind.TOURIST}, CRITICAL, None),
    ("R04", {"country": "KH"}, MEDIUM, None),  # a professional with contract, visa and firm
    ("R04", {"country": "VN"}, None, None),
    ("R04", {"country": None}, INFO, "country"),
    ("R05", {"country": "MY", "without": CONTRACT}, HIGH, None),
    ("R05", {"country": "MY"}, None, None),
    ("R05", {"country": "JP", "without": CONTRACT}, None, None),
    ("R05", {"country": "MY", "unasked": CONTRACT}, INFO, "documents"),
    ("R05", {"country": "JP", "transit_country": "LA"}, HIGH, None),
    ("R05", {"country": "JP", "transit_country": "SG"}, None, None),
    ("R06", {"country": "SA", "employer_kind": HOUSEHOLD}, CRITICAL, None),
    ("R06", {"country": "SA", "employer_kind": FIRM}, None, None),
    ("R06", {"country": "TW", "employer_kind": HOUSEHOLD}, None, None),
    ("R06", {"country": "SA", "employer_kind": None}, INFO, "employer_kind"),
    ("R06", {"country": "SA", "employer_kind": HOUSEHOLD, "job_order": "SPSK 7/26"}, MEDIUM, None),
    ("R06", {"country": "SA", "employer_kind": HOUSEHOLD, "job_order": "SPSK7"}, CRITICAL, None),
    ("R07", {"agency_id": None, "agency_name": "PT Contoh"}, CRITICAL, None),
    ("R07", {"agency_id": 99, "agency_name": None}, CRITICAL, None),
    ("R07", {"agency_id": GOOD}, None, None),
    # Linked by a name that is the company's no more.
    ("R07", {"agency_id": GOOD, "agency_name": "PT Nama Lama"}, CRITICAL, None),
    ("R07", {"agency_id": None, "agency_name": "P.T. CONTOH Terdaftar"}, None, None),
    ("R08", {"agency_id": None, "agency_name": "PT Contoh Diskors"}, CRITICAL, None),
    ("R07", {"agency_id": None, "scheme": Scheme.SSW}, None, None),
    ("R07", {"agency_id": None, "agency_name": None}, INFO, "agency_name"),
    ("R08", {"agency_id": ENDING, "agency_name": None}, CRITICAL, None),
    ("R08", {"agency_id": SUSPENDED, "agency_name": None}, CRITICAL, None),
    ("R08", {"agency_id": GOOD}, None, None),
    (
        "R08",
        {"agency_id": ENDING, "agency_name": None, **AWAY},
        None,
        None,
    ),  # it held when the person left
    ("R08", {"agency_id": UNDATED, "agency_name": None}, INFO, "agency_name"),
    ("R09", {"job_order": "Belum ada"}, HIGH, None),
    ("R09", {"job_order": "-"}, HIGH, None),
    ("R09", {"job_order": "belum ada", "without": AGREEMENT}, None, None),
    ("R09", {"job_order": "belum ada", "scheme": Scheme.G_TO_G}, None, None),
    ("R09", {"job_order": None}, INFO, "job_order"),
    ("R10", {"recruiter_kind": RecruiterKind.INDIVIDUAL}, HIGH, None),
    ("R10", {"agency_name": "tidak ada", "agency_id": None}, HIGH, None),
    (
        "R10",
        {
            "recruiter_kind": None,
            "recruiter_named": True,
            "agency_id": None,
            "agency_name": None,
        },
        HIGH,
        None,
    ),
    ("R10", {"recruiter_kind": None, "recruiter_named": True}, INFO, "recruiter_kind"),
    ("R10", {"recruiter_kind": RecruiterKind.FAMILY}, None, None),
    ("R10", {"recruiter_kind": None}, INFO, "recruiter_kind"),
    ("R11", {"recruiter_kind": RecruiterKind.TRAINING_BODY}, HIGH, None),
    ("R11", {"agency_name": "LPK Contoh", "agency_id": None}, HIGH, None),
    ("R11", {"training_body": "LPK Contoh"}, None, None),  # trained there, placed by a P3MI
    (
        "R11",
        {
            "training_body": "LPK Contoh",
            "recruiter_kind": None,
            "agency_id": None,
            "agency_name": None,
        },
        INFO,
        "recruiter_kind",
    ),
    ("R12", {**TRAINEE, "training_body": "LPK Lain"}, HIGH, None),
    ("R12", {**TRAINEE, "training_body": "LPK SAKURA"}, None, None),
    ("R12", {"training_body": "LPK Lain"}, None, None),
    ("R12", {**TRAINEE, "training_body": None}, INFO, "training_body"),
    ("R13", {**ALONE, "employer_kind": HOUSEHOLD}, HIGH, None),
    ("R13", {**ALONE, "amount_asked": 1, "recruiter_kind": RecruiterKind.OTHER}, HIGH, None),
    ("R13", {**ALONE, "amount_asked": 1, "recruiter_kind": RecruiterKind.NONE}, None, None),
    ("R13", {**ALONE, "amount_asked": 0, "recruiter_kind": RecruiterKind.OTHER}, None, None),
    ("R13", {**ALONE, "employer_kind": None}, INFO, "employer_kind"),
    ("R14", {"amount_asked": 25_000_001}, HIGH, None),
    ("R14", {"amount_asked": 25_000_000}, None, None),
    ("R14", {"amount_asked": 22_000_001, "employer_kind": HOUSEHOLD}, HIGH, None),
    ("R14", {"amount_asked": None}, INFO, "amount_asked"),
    ("R14", {"amount_asked": None, "job_order": "Beli job"}, HIGH, None),
    ("R14", {"job_title": "Pabrik (beli-job)"}, HIGH, None),
    ("R14", {"job_order": "membeli jobs"}, None, None),
    ("R15", {"recruiter_advance": 1}, HIGH, None),
    ("R15", {"recruiter_advance": 0}, None, None),
    ("R15", {"recruiter_advance": None}, INFO, "recruiter_advance"),
    ("R19", {"country": "KR"}, HIGH, None),
    ("R19", {"country": "KR", "visa_country": "KR"}, HIGH, None),  # changed after the letter
    ("R19", {"visa_country": "KR"}, HIGH, None),
    ("R19", {"contract_country": "KR"}, HIGH, None),
    ("R19", {"letter_country": "KR"}, HIGH, None),
    ("R19", dict.fromkeys(COUNTRIES, "KR"), None, None),
    ("R19", {"contract_country": None}, INFO, "contract_country"),
    ("R19", {"contract_country": None, "without": CONTRACT}, None, None),
    ("R19", {"letter_country": None}, None, None),
    ("R19", {"visa_country": None, "letter_country": None}, INFO, "visa_country"),
    ("R19", {"visa_country": None, "visa_kind": VisaKind.NONE_YET}, None, None),
    ("R20", {**VAGUE, "promised_wage": 10_000_000}, HIGH, None),
    ("R20", {**VAGUE, "promised_wage": 9_999_999}, None, None),
    ("R20", {"job_title": "Operator produksi", "promised_wage": 10**8}, None, None),
    ("R20", {"job_title": "Operator", "promised_wage": 10**8}, HIGH, None),
    ("R20", {**VAGUE, "promised_wage": None}, INFO, "promised_wage"),
    ("R20", {"job_title": None, "job_code": None}, INFO, "job_title"),
    ("R22", {"immigration_office": "Kantor Imigrasi Cirebon"}, INFO, None),
    ("R22", {"immigration_office": "Kanim Kotabumi"}, None, None),
    ("R22", {"immigration_office": "Kantor Imigrasi Cirebon", "province": "32"}, None, None),
    ("R22", {"immigration_office": None}, INFO, "immigration_office"),
    ("R23", {"passport_holder": PassportHolder.RECRUITER}, HIGH, None),
    ("R23", {"passport_holder": PassportHolder.EMPLOYER}, HIGH, None),
    ("R23", {"passport_holder": PassportHolder.AGENCY}, MEDIUM, None),
    ("R23", {"passport_holder": PassportHolder.FAMILY}, None, None),
    ("R23", {"passport_holder": None}, INFO, "passport_holder"),
    ("R23", {"passport_holder": None, "without": PASSPORT}, None, None),
    ("R24", {"without": LETTER}, INFO, None),
    ("R24", {"signer_relation": Relation.OTHER}, INFO, None),
    ("R24", {"signer_relation": Relation.MOTHER}, None, None),
    ("R24", {"without": LETTER, "scheme": Scheme.RE_ENTRY}, None, None),
    ("R24", {"unasked": LETTER}, INFO, "documents"),
    ("R24", {"signer_relation": None}, INFO, "letter_signer_relation"),
    ("R27", {**AWAY, "last_contact_on": date(2025, 11, 30)}, HIGH, None),
    ("R27", {**AWAY, "last_contact_on": date(2025, 12, 1)}, None, None),
    ("R27", {**AWAY, "departed_on": date(2025, 11, 30)}, INFO, "last_contact_on"),
    ("R27", AWAY, None, None),
    ("R29", {"information_source": InformationSource.SOCIAL_MEDIA}, MEDIUM, None),
    ("R29", {"information_source": InformationSource.FAMILY}, None, None),
    ("R29", {"information_source": None}, INFO, "information_source"),
]


def found(case, reference, on=TODAY):
    return {flag.rule: flag for flag in assess(case, reference, on).flags}


@pytest.mark.parametrize(
    ("rule", "told", "severity", "asks"),
    CASES,
    ids=[
        f"{rule} {severity and severity.value} {i}"
        for i, (rule, _, severity, _) in enumerate(CASES)
    ],
)
def test_a_rule_rises_just_misses_or_asks(reference, sound_case, rule, told, severity, asks):
    flag = found(sound_case(**told), reference).get(rule)
    assert (flag and flag.severity) is severity
    if flag:
        assert dict(flag.evidence).get("asks") == asks


def test_nothing_at_all_is_found_in_a_sound_case(reference, sound_case):
    answer = assess(sound_case(), reference, TODAY)
    assert answer.flags == ()
    assert answer.procedure is Procedure.COMPLETE


def test_every_rule_has_a_case_that_raises_it_one_that_misses_it_and_a_question():
    own_tables = {"R01", "R03", "R16", "R17", "R18", "R21"}
    for rule in {rule.number for rule in RULES} - own_tables:
        severities = [severity for number, _, severity, _ in CASES if number == rule]
        asks = [asked for number, _, _, asked in CASES if number == rule]
        assert None in severities, rule
        assert BY_NUMBER[rule].severity in severities, rule
        assert any(asks), rule


AFTER = LEAVING + timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "on", "severity"),
    [
        pytest.param({"without": CARD}, AFTER, CRITICAL, id="the day after the plan"),
        pytest.param({"without": CARD}, LEAVING, None, id="on the day itself"),
        pytest.param({}, AFTER, None, id="with the card"),
        pytest.param({"without": CARD, "id_pmi_seen": True}, AFTER, None, id="with the ID PMI"),
        pytest.param({"unasked": CARD}, AFTER, INFO, id="nobody asked"),
        pytest.param({"without": CARD, "planned_on": None}, AFTER, None, id="undated"),
        pytest.param({"without": CARD, **TRAINEE}, AFTER, None, id="a trainee"),
    ],
)
def test_r17_left_in_silence(reference, sound_case, told, on, severity):
    flag = found(sound_case(**told), reference, on).get("R17")
    assert (flag and flag.severity) is severity
    if flag:
        assert flag.raised_on == AFTER


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        pytest.param({"without": CARD, **AWAY}, CRITICAL, id="said to be missing"),
        pytest.param({**AWAY}, None, id="with the card"),
        pytest.param({"without": CARD, "id_pmi_seen": True, **AWAY}, None, id="with the ID PMI"),
        pytest.param({"unasked": CARD, **AWAY}, INFO, id="perhaps only not shown"),
        pytest.param({"without": CARD}, None, id="not left"),
        pytest.param({"without": CARD, **AWAY, "stage": Stage.RETURNED}, None, id="back home"),
        pytest.param({"without": CARD, **AWAY, **TRAINEE}, None, id="a trainee"),
        pytest.param({"without": CARD, **AWAY, "scheme": Scheme.STUDENT}, None, id="a student"),
    ],
)
def test_r18_left_without_a_card(reference, sound_case, told, severity):
    flag = found(sound_case(**told), reference).get("R18")
    assert (flag and flag.severity) is severity


@pytest.mark.parametrize(
    ("ends_on", "sentence"),
    [
        (
            date(2026, 10, 5),
            "Paspor habis 4 bulan setelah berangkat: urus perpanjangan di imigrasi sebelum "
            "1 Juni 2026.",
        ),
        (date(2026, 11, 30), "Paspor habis 6 bulan setelah berangkat"),
        (date(2026, 5, 12), "Paspor habis 20 hari sebelum berangkat"),
        (date(2026, 12, 1), None),
    ],
)
def test_r21_a_passport_that_ends_too_soon(reference, sound_case, ends_on, sentence):
    flag = found(with_passport(sound_case, ends_on), reference).get("R21")
    if sentence is None:
        assert flag is None
    else:
        assert flag.severity is MEDIUM
        assert flag.sentence.startswith(sentence)


def test_r21_asks_for_the_day_on_which_a_passport_ends(reference, sound_case):
    flag = found(with_passport(sound_case, None), reference)["R21"]
    assert (flag.severity, dict(flag.evidence)) == (INFO, {"asks": "documents"})


def with_passport(sound_case, ends_on):
    case = sound_case(unasked=PASSPORT)
    passport = Document(DocumentKind.PASSPORT, DocumentStatus.PRESENT, expires_on=ends_on)
    return replace(case, documents=(*case.documents, passport))


@pytest.mark.parametrize(
    ("attribute", "told", "rules"),
    [
        ("licences", {"agency_name": "PT Contoh"}, {"R07", "R08"}),
        ("sending_bodies", {**TRAINEE, "training_body": "LPK Lain"}, {"R12"}),
        ("destinations", {"country": "KH", "employer_kind": HOUSEHOLD}, {"R04", "R05", "R06"}),
        ("visas", {"visa_kind": VisaKind.TOURIST}, {"R03"}),
    ],
)
def test_what_needs_an_empty_list_is_not_judged(reference, sound_case, attribute, told, rules):
    without = replace(reference, **{attribute: Listed()})
    case = sound_case(**told)
    assert rules & set(found(case, reference))
    assert not rules & set(found(case, without))
    assert not any(BY_NUMBER[number].can_judge(without) for number in rules)


def test_an_unanswered_question_never_makes_a_case_at_risk(reference, sound_case):
    optional = ("visa_kind", "employer_kind", "recruiter_kind", "amount_asked", "passport_holder")
    bare = sound_case(
        **dict.fromkeys(optional),
        job_order=None,
        recruiter_advance=None,
        information_source=None,
        agency_id=None,
        agency_name=None,
    )
    answer = assess(replace(bare, documents=()), reference, LEAVING)
    assert {flag.severity for flag in answer.flags} == {INFO}
    assert answer.procedure is Procedure.INCOMPLETE


def test_questions_wait_for_nobody_and_the_rest_have_a_day(reference, sound_case):
    case = sound_case(
        visa_kind=VisaKind.TOURIST,
        recruiter_advance=5_000_000,
        information_source=InformationSource.SOCIAL_MEDIA,
        job_order=None,
    )
    recorded = case.recorded_on
    due = {flag.rule: flag.due_on for flag in assess(case, reference, TODAY).flags}
    assert due == {
        "R03": recorded + timedelta(days=1),
        "R09": None,
        "R15": recorded + timedelta(days=7),
        "R29": recorded + timedelta(days=30),
    }
