"""Data to protect, not to accuse: what no rule may read, and what this package may not import."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest

import registry.assessment.case
from registry.assessment.case import Case
from registry.assessment.documents import judge_papers
from registry.assessment.rules import RULES, Facts
from registry.enums import DocumentKind, Scheme, Stage, VisaKind

PACKAGE = Path(registry.assessment.case.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
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
MAY_KNOW_MARITAL_STATUS = {"case.py", "documents.py"}
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
        return getattr(Case, name).fget(self)  # a property, so that its own reading is seen


def test_a_case_has_no_sex_no_name_and_no_number():
    assert PERSONAL.intersection(CASE_FIELDS) == {"marital_status"}
    assert not CASE_FIELDS & {"nik", "name", "phone", "passport", "address", "village"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_rules_declare_only_what_is_permitted(rule):
    assert rule.fields
    assert rule.fields <= CASE_FIELDS - PERSONAL


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_rules_read_only_what_they_declare(rule, reference, sound_case):
    for case in varied(sound_case):
        for on in (date(2026, 3, 1), date(2026, 5, 30), date(2026, 7, 1)):
            recorder = Recorder(case)
            facts = Facts(recorder, judge_papers(case, reference, on), reference, on)
            if rule.concerns(recorder):
                rule.check(facts)
                list(rule.changes(facts))
            assert recorder.read <= rule.fields


def varied(sound_case) -> Iterator[Case]:
    for stage in Stage:
        for scheme in (None, Scheme.P_TO_P, Scheme.STUDENT):
            for planned_on in (None, date(2026, 6, 1)):
                yield sound_case(
                    without=(DocumentKind.PASSPORT,),
                    stage=stage,
                    scheme=scheme,
                    planned_on=planned_on,
                    departed_on=planned_on and planned_on - timedelta(days=1),
                    birth_date=date(2009, 1, 1),
                    visa_kind=VisaKind.TOURIST,
                )


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
    if path.name in MAY_KNOW_MARITAL_STATUS:
        forbidden -= {"marital_status", "MaritalStatus"}
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
                or module == "registry.enums"
                or module.startswith("registry.assessment.")
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_nobody_reads_the_clock(path):
    calls = {"today", "now", "utcnow"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in calls]
