"""The ASVS gate: each requirement that applies names what proves it, and that was run and passed.

    python -m pytest --junitxml=asvs.xml $(python -m bench.asvs --tests)
    python -m bench.asvs --junit asvs.xml [--junit ANOTHER.xml] [--applicable LIST.csv]

`docs/asvs.csv` names the evidence, `docs/asvs.md` tells what falls short. Exits 1 with a line for
each requirement whose test does not exist, did not run, was skipped or failed, whose heading is not
in its document, or that the list of what applies (by argument, or in the folder PAMIT_CORPUS) has
and ours lacks.
"""

import argparse
import ast
import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs/asvs.csv"
DEVIATIONS = ROOT / "docs/asvs.md"
CORPUS_FILE = "asvs5_applicability.csv"
KINDS = {"test", "deployment", "document"}
APPLIES = {"test", "deploy", "doc"}
DEVIATION = "Deviation"
PASSED = "passed"
# The worse of two outcomes of one test, whose cases may differ, counts.
WORSE = ("failed", "skipped", PASSED)


@dataclass(frozen=True)
class Requirement:
    """One line of our list; `evidence` are tests, `file#heading`s and files."""

    id: str
    level: int
    kind: str
    evidence: tuple[str, ...]
    note: str

    @property
    def tests(self) -> list[str]:
        return [item for item in self.evidence if "::" in item]

    @property
    def documents(self) -> list[str]:
        return [item for item in self.evidence if "::" not in item]

    @property
    def deviates(self) -> bool:
        return self.note.startswith(DEVIATION)


def read_list(path: Path = LIST) -> list[Requirement]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Requirement(
                row["requirement"],
                int(row["level"]),
                row["kind"],
                tuple(row["evidence"].split()),
                row["note"],
            )
            for row in csv.DictReader(file)
        ]


def read_applicable(path: Path) -> tuple[dict[str, int], set[str]]:
    """Levels of what applies at levels 1 and 2, and every id of the standard."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    applies = {r["req_id"]: int(r["level"]) for r in rows if r["kind"] in APPLIES}
    return applies, {row["req_id"] for row in rows}


@cache
def tests_in(path: Path) -> frozenset[str]:
    """Names of the tests that a file defines, without collecting it."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in named if name.startswith("test_"))


@cache
def headings_in(path: Path) -> frozenset[str]:
    """Headings of a document, as links to them are written: `## 7. The keys` is `7-the-keys`."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    heads = [line.lstrip("#").strip().lower() for line in lines if re.match("#+ ", line)]
    return frozenset(re.sub(r"[^\w -]", "", head).replace(" ", "-") for head in heads)


def outcomes(junit: Iterable[Path]) -> dict[str, str]:
    """What became of each test of these runs, all its cases together."""
    found: dict[str, str] = {}
    for path in junit:
        for case in ET.parse(path).getroot().iter("testcase"):  # noqa: S314 (our own runner's file)
            file = case.get("classname", "").replace(".", "/")
            name = f"{file}.py::{case.get('name', '').partition('[')[0]}"
            kinds = {child.tag for child in case}
            said = "failed" if kinds & {"failure", "error"} else PASSED
            said = "skipped" if "skipped" in kinds else said
            found[name] = min(said, found.get(name, PASSED), key=WORSE.index)
    return found


def _wrong_evidence(one: Requirement, root: Path) -> Iterator[str]:
    if one.kind not in KINDS:
        yield f"{one.kind!r} is no kind of evidence"
    if not one.evidence or (one.kind == "test" and not one.tests):
        yield "names nothing that proves it"
    for item in one.tests:
        file, _, name = item.partition("::")
        if name not in tests_in(root / file):
            yield f"{item} does not exist"
    for item in one.documents:
        file, _, heading = item.partition("#")
        if heading and heading not in headings_in(root / file):
            yield f"{item}: no such heading"
        elif not (root / file).is_file():
            yield f"{item} does not exist"


def _wrong_deviations(listed: list[Requirement], told: str) -> Iterator[str]:
    marked = {one.id for one in listed if one.deviates}
    written = set(re.findall(r"^\| (V[\d.]+) \|", told, re.MULTILINE))
    for name in sorted(marked ^ written):
        yield f"{name}: a deviation that only one of list and document tells"


def problems(
    listed: list[Requirement],
    *,
    ran: dict[str, str] | None = None,
    applicable: tuple[dict[str, int], set[str]] | None = None,
    root: Path = ROOT,
    told: str | None = None,
) -> list[str]:
    """All that is wrong with the list, each beginning with its requirement."""
    found = [f"{one.id}: {said}" for one in listed for said in _wrong_evidence(one, root)]
    found += _wrong_deviations(listed, DEVIATIONS.read_text() if told is None else told)
    ids = [one.id for one in listed]
    found += [f"{name}: listed twice" for name in sorted({n for n in ids if ids.count(n) > 1})]
    if ran is not None:
        for one in listed:
            for item in one.tests:
                if (said := ran.get(item, "did not run")) != PASSED:
                    found.append(f"{one.id}: {item}: {said}")
    if applicable is not None:
        levels, known = applicable
        found += [f"{name}: applies, but is not listed" for name in sorted(levels.keys() - ids)]
        found += [f"{name}: not of the standard" for name in sorted(set(ids) - known)]
        found += [
            f"{one.id}: of level {levels[one.id]}, not {one.level}"
            for one in listed
            if levels.get(one.id, one.level) != one.level
        ]
    return found


def _applicable(path: Path | None) -> tuple[dict[str, int], set[str]] | None:
    if path is None and (folder := os.environ.get("PAMIT_CORPUS")):
        path = Path(folder) / CORPUS_FILE
    return read_applicable(path) if path else None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--junit", type=Path, action="append", default=[])
    parser.add_argument("--applicable", type=Path)
    parser.add_argument("--tests", action="store_true", help="print the tests that are named")
    given = parser.parse_args()
    listed = read_list()
    tests = sorted({item for one in listed for item in one.tests})
    if given.tests:
        print("\n".join(tests))
        return
    applicable = _applicable(given.applicable)
    ran = outcomes(given.junit) if given.junit else None
    found = problems(listed, ran=ran, applicable=applicable)
    print("\n".join(found))
    wrong = {line.partition(":")[0] for line in found}
    for level in (1, 2, 3):
        of_level = [one for one in listed if one.level == level]
        fit = sum(one.id not in wrong for one in of_level)
        apart = sum(one.deviates for one in of_level)
        print(f"level {level}: {fit} of {len(of_level)} named and proved, {apart} with a deviation")
    print(f"{len(tests)} tests named; " + ("run" if given.junit else "NOT RUN: no --junit"))
    print("" if applicable else "NOT COMPARED with the list of what applies")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
