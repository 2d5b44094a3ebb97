"""Runs the benches, prints each goal with its figures, and keeps them as JSON.

    python bench/run.py [NAME ...] --size N [--margin M] [--out FILE]

Without a name, all of them but `growth`, whose goal is that of 5 million. A bench that misses a
goal, or varies too much to tell, runs once more; then the median of both is held against the goal,
and what still varies by more than 0.4 of it is noisy, which is neither passed nor missed. Exits 1
when a goal is missed or a bench fails, and 3 when none is, but some are noisy: they are to be
measured again on a quiet machine.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.data import FOLDER, SIZES  # noqa: E402 - found only after the line above
from bench.goals import SAID  # noqa: E402 - as above
from bench.measuring import spread_of, verdict_of  # noqa: E402 - as above

# Those that are told the size and the margin, and those that have a size of their own.
SIZED = ("rollup", "listing", "search", "walk", "write")
BY_NAME = ("growth",)
FIXED = ("export", "assess", "sealing", "audit", "breach", "reassess")
MISSED_STATUS, NOISY_STATUS = 1, 3  # 2 says that the arguments are wrong
LINE = re.compile(
    r"^(?P<name>\S.*?) +(?P<found>-?[\d.]+) (?P<unit>\S+) +goal (?P<goal>[\d.]+)"
    r"(?: +spread (?P<spread>[\d.]+))? +(?P<said>ok|MISSED|noisy)$"
)


@dataclass
class Goal:
    """One goal of a bench, as it was found in one run or in several.

    Attributes:
        goal: with its margin.
        spread: the larger one of that within a run and that between runs.
    """

    bench: str
    name: str
    found: float
    unit: str
    goal: float
    spread: float
    said: str


def known() -> list[str]:
    return [name for name in (*SIZED, *FIXED, *BY_NAME) if (ROOT / f"bench/{name}.py").exists()]


def goals_in(bench: str, text: str, status: int) -> Iterator[Goal]:
    """The goals that a bench printed; one that prints none in this form is told by its status."""
    lines = [found for line in text.splitlines() if (found := LINE.match(line))]
    for line in lines:
        spread = float(line["spread"] or 0)
        figures = float(line["found"]), line["unit"], float(line["goal"])
        yield Goal(bench, line["name"], *figures, spread, line["said"])
    is_told = any(line["said"] != "ok" for line in lines)
    if not lines or (status and not is_told):
        yield Goal(bench, "its own goals", status, "status", 0, 0, "MISSED" if status else "ok")


def run(bench: str, size: str, margin: float) -> list[Goal]:
    arguments = ["--size", size, "--margin", str(margin)] if bench in SIZED + BY_NAME else []
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{bench}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    goals = list(goals_in(bench, done.stdout, done.returncode))
    if any(goal.name == "its own goals" and goal.said == "MISSED" for goal in goals):
        print(done.stdout + done.stderr, file=sys.stderr)
    return goals


def together(runs: list[list[Goal]]) -> list[Goal]:
    """The goals of several runs of one bench as one of each."""
    by_name: dict[str, list[Goal]] = {}
    for goal in (goal for goals in runs for goal in goals):
        by_name.setdefault(goal.name, []).append(goal)
    return [_as_one(found) for found in by_name.values()]


def _as_one(found: list[Goal]) -> Goal:
    if len(found) == 1:
        return found[0]
    middle = median(goal.found for goal in found)
    spread = max(spread_of([goal.found for goal in found]), min(goal.spread for goal in found))
    last = found[-1]
    said = SAID[verdict_of(middle, spread, last.goal)]
    return Goal(last.bench, last.name, middle, last.unit, last.goal, spread, said)


def show(goal: Goal) -> None:
    print(
        f"{goal.bench:9} {goal.name:44} {goal.found:9.2f} {goal.unit:8} goal {goal.goal:8.2f}  "
        f"spread {goal.spread:4.2f}  {goal.said}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known()))
    parser.add_argument("--size", default="10k", help=f"a number, or {', '.join(SIZES)}")
    parser.add_argument("--margin", type=float, default=1.0, help="the goals times so much")
    parser.add_argument("--out", type=Path, help="the file of the figures")
    said = parser.parse_args()
    if unknown := set(said.names) - set(known()):
        parser.error(f"no such bench: {min(unknown)}")
    goals: list[Goal] = []
    begun = time.time()
    for bench in said.names or [name for name in known() if name not in BY_NAME]:
        runs = [run(bench, said.size, said.margin)]
        if any(goal.said != "ok" for goal in runs[0]):
            runs.append(run(bench, said.size, said.margin))
        found = together(runs)
        for goal in found:
            show(goal)
        goals += found
    FOLDER.mkdir(exist_ok=True)
    out = said.out or FOLDER / f"goals-{said.size}.json"
    about = {"at": round(begun), "seconds": round(time.time() - begun), "size": said.size}
    about |= {"margin": said.margin, "processors": os.cpu_count(), "load": os.getloadavg()}
    out.write_text(json.dumps(about | {"goals": [asdict(goal) for goal in goals]}, indent=1) + "\n")
    missed = [goal for goal in goals if goal.said == "MISSED"]
    noisy = [goal for goal in goals if goal.said == "noisy"]
    print(f"{len(goals)} goals, {len(missed)} missed, {len(noisy)} noisy; figures in {out}")
    if noisy:
        names = ", ".join(f"{goal.bench}: {goal.name}" for goal in noisy)
        print(f"NOISY, measured twice and neither passed nor missed ({names})")
        print("Measure again on a quiet machine.")
    return MISSED_STATUS if missed else NOISY_STATUS if noisy else 0


if __name__ == "__main__":
    sys.exit(main())
