"""Data to protect, not to accuse: what no rule may read, and what this package may not import."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from random import Random

import pytest

import registry.assessment.case
from registry.assessment.case import Case
from registry.assessment.documents import judge_papers
from registry.assessment.rules import OFFICE_RULES, RULES, Facts
from registry.enums import (
    DocumentKind,
    EmployerKind,
    InformationSource,
    PassportHolder,
    RecruiterKind,
    Relation,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)

PACKAGE = Path(registry.assessment.case.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
PERSONAL = {
    "sex",
    "gender",
    "marital_status",
    "family",
    "spouse",
    "relation",
    "children",
    "pregnant",
}
FORBIDDEN_WORDS = {"Sex", "MaritalStatus", "Relation"}
# The checklist of papers may look at the family; its findings are info, never a risk.
MAY_KNOW_THE_FAMILY = {"case.py", "checklist.py"}
FAMILY = {"marital_status", "signer_relation"}
CASE_FIELDS = {field.name for field in fields(Case)}


class Recorder:
    """A case that remembers which of its fields were read."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> object:
        if name in CASE_FIELDS:
            self.read.add(name)
            return getattr(self._case, name)
        member = vars(Case)[name]  # bound to the recorder, so that its own reading is seen
        return member.fget(self) if isinstance(member, property) else member.__get__(self)


def test_a_case_has_no_sex_no_name_and_no_number():
    assert PERSONAL.intersection(CASE_FIELDS) == {"marital_status"}
    assert not CASE_FIELDS & {"nik", "name", "phone", "passport", "address", "village"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_rules_declare_only_what_is_permitted(rule):
    assert rule.fields
    assert rule.fields <= CASE_FIELDS
    if not rule.is_checklist:
        assert not rule.fields & (PERSONAL | FAMILY)


def test_findings_of_the_checklist_are_questions_or_hints_only():
    checklist = [rule for rule in RULES if rule.is_checklist]
    assert [rule.number for rule in checklist] == ["R24"]
    assert {rule.severity for rule in checklist} == {Severity.INFO}


def test_what_concerns_pregnancy_and_children_left_behind_is_no_rule():
    assert "R30" not in {rule.number for rule in (*RULES, *OFFICE_RULES)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_rules_read_only_what_they_declare(rule, reference, sound_case):
    for case in varied(sound_case):
        for on in (date(2026, 3, 1), date(2026, 5, 30), date(2026, 7, 1)):
            recorder = Recorder(case)
            facts = Facts(recorder, judge_papers(case, reference, on), reference, on)
            if rule.concerns(recorder):
                hit = rule.check(facts)
                if rule.is_checklist and hit is not None:
                    assert hit.severity in (None, Severity.INFO)
                list(rule.changes(facts))
            assert recorder.read <= rule.fields


def varied(sound_case) -> Iterator[Case]:
    chance = Random(1)
    choices = {
        "stage": list(Stage),
        "scheme": [None, Scheme.P_TO_P, Scheme.INDEPENDENT, Scheme.TRAINEE],
        "planned_on": [None, date(2026, 6, 1)],
        "departed_on": [None, date(2026, 1, 31)],
        "birth_date": [None, date(2009, 1, 1), date(1990, 1, 1)],
        "country": [None, "TW", "KH", "MY", "SA"],
        "transit_country": [None, "KH"],
        "letter_country": [None, "KR"],
        "visa_country": [None, "TW"],
        "contract_country": [None, "TW", "KR"],
        "visa_kind": [None, *VisaKind],
        "employer_kind": [None, *EmployerKind],
        "agency_id": [None, 1, 2, 3, 4, 99],
        "agency_name": [None, "PT Contoh", "PT Contoh Diskors", "tidak ada", "LPK Contoh"],
        "job_title": [None, "customer service"],
        "promised_wage": [None, 20_000_000],
        "job_order": [None, "belum ada", "1", "SPSK 1", "beli job"],
        "training_body": [None, "LPK Sakura", "LPK Lain"],
        "recruiter_kind": [None, *RecruiterKind],
        "recruiter_named": [False, True],
        "amount_asked": [None, 0, 10**8],
        "recruiter_advance": [None, 0, 10**6],
        "passport_holder": [None, *PassportHolder],
        "immigration_office": [None, "Bandar Lampung", "Cirebon"],
        "information_source": [None, *InformationSource],
        "last_contact_on": [None, date(2026, 2, 1)],
        "without": [(), (DocumentKind.PASSPORT,), (DocumentKind.FAMILY_PERMISSION,)],
        "unasked": [(), (DocumentKind.MIGRANT_CARD,), (DocumentKind.WORK_CONTRACT,)],
        "signer_relation": [None, Relation.OTHER],
    }
    for _ in range(400):
        yield sound_case(**{name: chance.choice(values) for name, values in choices.items()})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_source_does_not_even_name_it(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add(node.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)  # getattr(case, "marital_status")
    forbidden = PERSONAL | FORBIDDEN_WORDS
    if path.name in MAY_KNOW_THE_FAMILY:
        forbidden -= {"marital_status", "MaritalStatus", "Relation"}
    assert not names & forbidden


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_package_is_pure(path):
    standard = {"bisect", "calendar", "collections", "csv", "dataclasses", "datetime", "typing"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules = [node.module]
        for module in modules:
            assert (
                module.split(".")[0] in standard
                or module in ("registry.enums", "registry.formatting")
                or module.startswith("registry.assessment.")
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nobody_reads_the_clock(path):
    calls = {"today", "now", "utcnow"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in calls]
