"""Mutation testing: small faults put into the program one at a time, and whether its tests notice.

    python -m bench.mutants [--only guard log] [--sample 30] [--seed 1] [--minutes 5] [--quick]
    python -m bench.mutants --canary --sample 5

Works on a copy of the tree. A fault inside a function is put into a fork of a process that has
everything loaded, and there meets the tests that called the function, the quickest first. What
lives through that, and every fault outside of functions, is written into the copy and meets all
tests that are named for the module, in a fresh process. A run over its time counts as noticed, and
is told.
Each module begins with an unchanged control, which must pass. With --canary the modules meet a
test that never calls them: nearly all of their faults must then live. Exits 1 below 95 %.

What is listed in bench/mutating/equivalent.csv changes nothing that anybody could see: it is not
counted, but tried where that is quick, and a run in which a test notices it fails.
"""

import argparse
import ast
import importlib
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import hypothesis

from bench.mutating.equivalents import equivalents_among, listed
from bench.mutating.faults import Mutant, mutants_of
from bench.mutating.forks import Verdict, Watching, in_fork, run_tests, warm_up

ROOT = Path(__file__).parents[1]
ENOUGH = 0.95
# Loaded once for all runs; nothing of the program is among them.
LIBRARIES = (
    *("_hypothesis_pytestplugin", "alembic", "argon2", "babel", "flask_babel"),
    *("flask_bootstrap", "flask_compress", "flask_login", "flask_migrate", "flask_sqlalchemy"),
    *("flask_wtf", "hypothesis.strategies", "openpyxl", "psycopg", "segno", "sqlalchemy.orm"),
    *("sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "time_machine", "wtforms"),
)


@dataclass(frozen=True)
class Target:
    """A module, the tests that should notice its faults, and the only functions meant, if named."""

    module: str
    tests: tuple[str, ...]
    functions: tuple[str, ...] = ()


ACCOUNTS = "tests/pages/accounts/"
KNOWN_BROWSERS = (f"{ACCOUNTS}test_known_browsers.py",)
JOURNAL = (
    *("tests/unit/test_sealed_long_ago.py", "tests/pages/test_journal.py"),
    *("tests/pages/test_journal_edges.py", "tests/pages/test_tampering.py"),
)
VOUCHING = tuple(f"tests/pages/test_{name}.py" for name in ("vouching", "vouched_rows", "recoded"))
TARGETS = (
    Target(
        "registry/regions/area.py", ("tests/unit/test_area.py", "tests/security/test_area_rows.py")
    ),
    Target(
        "registry/accounts/access.py",
        (
            *(f"{ACCOUNTS}test_{name}.py" for name in ("sessions", "conduct", "kept_forms")),
            *(f"{ACCOUNTS}test_{name}.py" for name in ("enforcing", "sign_in_traces")),
            *(f"{ACCOUNTS}test_signing_in.py", "tests/pages/test_security.py"),
        ),
    ),
    Target(
        "registry/departures/fields.py",
        (
            *("tests/unit/test_fields.py", "tests/unit/test_purposes.py"),
            *("tests/pages/test_masking.py", "tests/pages/exports/test_masks.py"),
            "tests/pages/departures/test_record.py",
        ),
    ),
    Target(
        "registry/formatting.py",
        ("tests/unit/test_formatting.py", "tests/unit/test_fields.py"),
        ("initials", "mask_nik", "mask_number", "mask_date", "mask_text"),
    ),
    Target(
        "registry/sealing.py",
        (
            *("tests/unit/test_sealing.py", "tests/unit/test_sealed_long_ago.py"),
            "tests/operating/test_keys.py",
        ),
    ),
    Target(
        "registry/ciphers.py",
        ("tests/unit/test_sealing.py", "tests/unit/test_sealed_long_ago.py"),
    ),
    Target("registry/audit/log.py", JOURNAL),
    Target("registry/audit/verify.py", JOURNAL),
    Target("registry/audit/vouching.py", VOUCHING),
    Target("registry/audit/recoded.py", VOUCHING),
    Target("registry/operating/stocktaking.py", VOUCHING),
    Target("registry/departures/settlements.py", VOUCHING),
    Target(
        "registry/regions/recoding.py",
        (
            *("tests/unit/test_recoding.py", "tests/pages/reference/test_regions.py"),
            "tests/pages/test_recoded.py",
        ),
    ),
    Target(
        "registry/workbooks/guard.py",
        ("tests/unit/workbooks/test_guard.py",),
    ),
    Target(
        "registry/accounts/signing_in.py",
        tuple(
            f"{ACCOUNTS}test_{name}.py"
            for name in (
                *("signing_in", "sign_in_traces", "sessions"),
                *("codes_and_passwords", "second_factor", "guessing", "known_browsers"),
            )
        ),
    ),
    Target(
        "registry/accounts/tokens.py",
        (f"{ACCOUNTS}test_sessions.py", f"{ACCOUNTS}test_kept_forms.py"),
    ),
    Target("registry/accounts/sign_in_tries.py", KNOWN_BROWSERS),
    Target("registry/accounts/known_browsers.py", KNOWN_BROWSERS),
    Target(
        "registry/accounts/slowdown.py",
        (
            *("tests/unit/accounts/test_slowdown.py", f"{ACCOUNTS}test_guessing.py"),
            *("tests/pages/departures/test_showing_limit.py", "tests/pages/test_clock.py"),
        ),
    ),
    Target(
        "registry/accounts/passwords.py",
        ("tests/unit/accounts/test_passwords.py", f"{ACCOUNTS}test_codes_and_passwords.py"),
    ),
)


@dataclass(frozen=True)
class Tally:
    """How many faults were tried and killed, and left out as equivalent, wrongly where noticed."""

    tried: int = 0
    killed: int = 0
    equivalent: int = 0
    wrong: int = 0


UNRELATED = ("tests/unit/test_charts.py",)


def tried_in_copy(
    tree: Path,
    target: Target,
    mutant: Mutant | None,
    limit: float,
    ranks: Mapping[str, float] = MappingProxyType({}),
) -> Verdict:
    """What the named tests say of the copy with the fault written into it; None is a control.

    The copy is as it was when this returns.

    Args:
        ranks: of tests that shall run before others, by their id; the lowest begins.
    """
    path = tree / target.module
    source, before = path.read_text(), path.stat()

    def work() -> int:
        sys.dont_write_bytecode = True
        return run_tests(target.tests, Watching(tree, ranks))

    try:
        if mutant:
            path.write_text(ast.unparse(mutant.applied(source)))
        return {0: Verdict.LIVES, None: Verdict.LATE}.get(in_fork(work, limit), Verdict.FAILED)
    finally:
        path.write_text(source)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def examine(
    tree: Path,
    target: Target,
    mutants: list[Mutant],
    until: float,
    equivalents: Collection[Mutant],
    *,
    is_quick: bool,
) -> dict[Mutant, Verdict]:
    """What became of the mutants for which there was time before `until`.

    Equivalents are tried in forks only. Raises SystemExit when the tests fail on the unchanged
    module.
    """
    warm = in_fork(lambda: warm_up(tree, target.module, target.tests, mutants, until), 3600)
    if warm is None:
        _give_up(tree, target)
    found = {mutants[number]: verdict for number, verdict in warm.verdicts.items()}
    believed = {one for one in found if is_quick or found[one] is not Verdict.LIVES}
    left = [one for one in mutants if one not in believed and one not in equivalents]
    limit, over = 3 * warm.took + 20, time.monotonic() > until
    if left and not over and tried_in_copy(tree, target, None, 600 + limit) is not Verdict.LIVES:
        _give_up(tree, target)
    for mutant in left:
        if time.monotonic() > until:
            break
        found[mutant] = tried_in_copy(tree, target, mutant, limit, warm.ranks)
    return found


def _give_up(tree: Path, target: Target) -> NoReturn:
    print((tree / "mutants.log").read_text()[-3000:], file=sys.stderr)
    sys.exit(f"{target.module}: its tests fail on the unchanged module")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[""], help="modules with this in their path")
    parser.add_argument("--sample", type=int, help="at most so many faults a module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60, help="at most so many a module")
    parser.add_argument("--quick", action="store_true", help="believe what lives in the fork")
    parser.add_argument("--canary", action="store_true")
    given = parser.parse_args()
    for name in LIBRARIES:
        importlib.import_module(name)
    hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")
    with tempfile.TemporaryDirectory(prefix="pamit-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "instance"))
        tally, silent = Tally(), 0
        for target in TARGETS:
            if not any(part in target.module for part in given.only):
                continue
            if given.canary:
                target = replace(target, tests=UNRELATED)
            one = _of_module(tree, target, given)
            silent += one.killed == one.tried
            tally = Tally(*map(sum, zip(astuple(tally), astuple(one), strict=True)))
    share = tally.killed / tally.tried
    print(
        f"{tally.killed} of {tally.tried} killed: {share:.1%}; {tally.equivalent} left out as "
        f"equivalent, {tally.wrong} of them noticed"
    )
    sys.exit(silent > 0 if given.canary else share < ENOUGH or tally.wrong > 0)


def _of_module(tree: Path, target: Target, given: argparse.Namespace) -> Tally:
    """Try the module's faults as the arguments ask, and print what lives."""
    began, source = time.monotonic(), (tree / target.module).read_text()
    every = mutants_of(source, target.functions)
    same = equivalents_among(every, target.module, source, listed())
    counted = [one for one in every if one not in same]
    sample = min(given.sample or len(counted), len(counted))
    chosen = random.Random(given.seed).sample(counted, sample)
    until = began + 60 * given.minutes
    found = examine(tree, target, [*same, *chosen], until, same, is_quick=given.quick)
    wrong = {one for one in same if found.pop(one, Verdict.LIVES) is not Verdict.LIVES}
    living = {one for one, verdict in found.items() if verdict is Verdict.LIVES}
    late = {one for one, verdict in found.items() if verdict is Verdict.LATE}
    print(
        f"{target.module}: {len(counted)} possible, {len(found)} tried, "
        f"{len(found) - len(living)} killed, {len(living)} live, {len(same)} equivalent "
        f"({time.monotonic() - began:.0f} s)",
        flush=True,
    )
    told = {"lives": living, "noticed, so not equivalent": wrong, "killed by its time": late}
    for said, mutants in told.items():
        for one in sorted(mutants, key=lambda one: one.place):
            print(f"  {target.module}:{one.line}: {said}: {one.change}", flush=True)
    return Tally(len(found), len(found) - len(living), len(same), len(wrong))


if __name__ == "__main__":
    main()
