"""Packages: each listed with its licence, pinned and hashed, and none for tests in production."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")
MOST_PACKAGES = 45


def asked_for(name):
    lines = (ROOT / name).read_text().splitlines()
    return {re.split(r"[=\[ ]", line)[0].lower() for line in lines if re.match(r"[A-Za-z]", line)}


def locked(text):
    """Name, version and number of hashes of each package of a lock."""
    found = re.findall(
        r"^([a-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)(?: ;.*)? \\\n((?:    --hash=\S+.*\n?)+)", text, re.M
    )
    return {name: (version, hashes.count("--hash=sha256:")) for name, version, hashes in found}


def careless_lines(text):
    """Lines of a lock that name a package without version and hash, or another place to get it."""
    known = locked(text)
    lines = [line for line in text.splitlines() if re.match(r"[^ #]", line)]
    return [line for line in lines if re.split(r"[=\[ ;]", line)[0] not in known]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_its_hashes_and_from_nowhere_else(name):
    text = (ROOT / name).read_text()
    assert careless_lines(text) == []
    assert asked_for(name.replace(".txt", ".in")) <= locked(text).keys()
    assert all(hashes for _version, hashes in locked(text).values())


@pytest.mark.parametrize(
    "line",
    ["flask", "flask>=3", "--extra-index-url lain", "x @ git+file:lain"],
)
def test_a_line_that_is_not_pinned_is_found(line):
    assert careless_lines(f"{line}\n") == [line]


def test_the_two_locks_agree_and_production_installs_nothing_of_the_tests():
    production, tests = (locked((ROOT / name).read_text()) for name in LOCKS)
    assert production.items() <= tests.items()
    assert asked_for("requirements-dev.in").isdisjoint(production)
    assert len(production) <= MOST_PACKAGES
    program = "\n".join(path.read_text() for path in (ROOT / "registry").rglob("*.py"))
    assert not re.search(r"^\s*(?:from|import) (?:tests|bench|pytest)\b", program, re.M)


def test_the_list_of_packages_names_each_one_with_its_licence():
    table = (ROOT / "docs/third-party.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", table, re.M)[1:]
    listed = {name.lower() for names, _licence in rows for name in names.split(", ")}
    assert asked_for("requirements.in") <= listed
    assert all(re.search(r"MIT|BSD|Apache|LGPL|zlib", licence) for _names, licence in rows)
