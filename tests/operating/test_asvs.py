"""The ASVS gate itself: what the list names is there, and what is not would be told."""

from dataclasses import replace

import pytest

from bench.asvs import (
    ROOT,
    Requirement,
    headings_in,
    outcomes,
    problems,
    read_applicable,
    read_list,
)

ONE = Requirement(
    "V1.2.3",
    1,
    "test",
    (
        "tests/operating/test_asvs.py::test_every_test_and_heading_that_is_named_exists",
        "docs/asvs.md#deviations",
    ),
    "",
)
TEST = ONE.tests[0]


def test_every_test_and_heading_that_is_named_exists():
    listed = read_list()
    assert len(listed) >= 179
    assert problems(listed) == []


@pytest.mark.parametrize(
    "evidence",
    [
        (f"{TEST}_renamed",),
        ("tests/operating/test_gone.py::test_it",),
        (TEST, "docs/asvs.md#no-such-heading"),
        (TEST, "docs/gone.md#deviations"),
        (TEST, "docs/gone.md"),
        (),
        ("docs/asvs.md#deviations",),
    ],
)
def test_a_test_or_heading_that_is_gone_is_told(evidence):
    assert problems([ONE], told="") == []
    found = problems([replace(ONE, evidence=evidence)], told="")
    assert len(found) == 1
    assert found[0].startswith("V1.2.3: ")


def test_a_deviation_is_told_in_both_places_or_in_none():
    written = "| V1.2.3 | falls short | why |\n"
    apart = replace(ONE, note="Deviation: falls short")
    assert problems([apart], told=written) == []
    assert problems([apart], told="") != []
    assert problems([ONE], told=written) != []


def junit(folder, *cases):
    """A file as pytest writes it, of cases as (name, what is inside)."""
    lines = [
        f'<testcase classname="tests.operating.test_asvs" name="{name}">{inside}</testcase>'
        for name, inside in cases
    ]
    path = folder / "junit.xml"
    path.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    return path


NAME = TEST.partition("::")[2]
RUNS = {
    "did not run": [("test_another", "")],
    "skipped": [(f"{NAME}[a]", ""), (f"{NAME}[b]", "<skipped/>"), (f"{NAME}[c]", "")],
    "failed": [(f"{NAME}[a]", "<failure/>"), (f"{NAME}[b]", "<skipped/>"), (f"{NAME}[c]", "")],
}


@pytest.mark.parametrize("said", RUNS)
def test_a_test_that_was_not_run_skipped_or_failed_is_told(tmp_path, said):
    path = junit(tmp_path, *RUNS[said])
    assert problems([ONE], ran=outcomes([path]), told="") == [f"V1.2.3: {TEST}: {said}"]


def test_an_error_before_the_test_counts_as_failed_and_all_cases_passed_as_passed(tmp_path):
    assert outcomes([junit(tmp_path, (NAME, "<error/>"))]) == {TEST: "failed"}
    passed = junit(tmp_path, (f"{NAME}[a]", ""), (f"{NAME}[b]", "<properties/>"))
    assert problems([ONE], ran=outcomes([passed]), told="") == []


def test_what_applies_and_is_not_listed_and_what_is_unknown_is_told(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("req_id,level,kind\nV1.2.3,1,test\nV1.2.4,2,doc\nV1.2.5,2,n/a\n")
    applicable = read_applicable(path)
    assert problems([ONE], applicable=applicable, told="") == ["V1.2.4: applies, but is not listed"]
    listed = [ONE, replace(ONE, id="V1.2.4"), replace(ONE, id="V99.1.1")]
    assert problems(listed, applicable=applicable, told="") == [
        "V99.1.1: not of the standard",
        "V1.2.4: of level 2, not 1",
    ]
    assert problems([ONE, ONE], told="") == ["V1.2.3: listed twice"]


def test_headings_are_linked_as_they_are_shown():
    assert "7-the-keys" in headings_in(ROOT / "docs/deploying.md")
