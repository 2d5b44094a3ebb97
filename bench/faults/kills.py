"""kill -9 at any moment, in the numbers that a night allows: nothing acknowledged is lost.

Run it from the project's folder:

    python -m bench.faults.kills [--forked N] [--http N] [--seed S] [--history FOLDER]

`--forked` kills writers of the program's own operations; `--http` kills the whole server while four
people save through its pages, and measures how long it takes to answer again. The last line is the
canary: programs that answer before they commit, which must be found. Exits 1 when something was
lost or half, or a start took three seconds.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.faults.running import History, is_quiet, new_settings, outcome, within
from tests.faults.findings import Findings, examine
from tests.faults.http_kills import Killed, kill_server_many
from tests.faults.killing import kill_many
from tests.faults.serving import HONEST

FLAWED = "tests.faults.early_server:app"
CANARY_KILLS = {"forked": 60, "http": 5}
BACK_WITHIN_SECONDS = 3
# The journal is looked at as a whole after so many, on a database that stays small enough for it.
KILLS_A_DATABASE = 1_000


def told(
    name: str, kills: int, saves: int, findings: Findings, seconds: float, more: str = ""
) -> None:
    state = "clean" if findings.is_clean else f"NOT CLEAN: {findings}"
    print(
        f"{name:14} {kills:5} kills {saves:6} saves acknowledged {len(findings.lost):4} lost "
        f"{seconds:6.0f} s  {more}{state[:300]}",
        flush=True,
    )


def forked(mode: str, kills: int, seed: int, history: History) -> bool:
    begun = perf_counter()
    with new_settings() as settings:
        acknowledged = kill_many(settings, mode, kills, seed)
        findings = examine(settings, acknowledged)
    history.note(
        "forked",
        mode=mode,
        seed=seed,
        kills=kills,
        acknowledged=acknowledged,
        findings=vars(findings),
    )
    told(f"forked {mode}", kills, len(acknowledged), findings, perf_counter() - begun)
    return findings.is_clean and len(acknowledged) > kills


def served(app: str, kills: int, seed: int, history: History) -> bool:
    begun, quiet = perf_counter(), is_quiet()

    def note(killed: Killed) -> None:
        history.note("http", seed=seed, back=killed.seconds_back[-1], saves=killed.saves)

    with new_settings() as settings:
        killed = kill_server_many(settings, kills, seed, app, note)
        findings = examine(settings, killed.acknowledged, killed.sent)
    history.note(
        "examined",
        app=app,
        kills=kills,
        acknowledged=killed.acknowledged,
        findings=vars(findings),
    )
    back = killed.seconds_back
    more = f"back in {median(back):.1f} s (median), {max(back):.1f} s (slowest)  "
    name = "http honest" if app == HONEST else "http early"
    told(name, kills, killed.saves, findings, perf_counter() - begun, more)
    if killed.refused:
        print(f"refused without a fault: {killed.refused}")
    is_soon = within("back", max(back), BACK_WITHIN_SECONDS, quiet=quiet)
    return findings.is_clean and not killed.refused and is_soon


def in_parts(kills: int) -> list[int]:
    """The kills, shared out over databases."""
    whole, rest = divmod(kills, KILLS_A_DATABASE)
    return [KILLS_A_DATABASE] * whole + ([rest] if rest else [])


def main(forks: int, serves: int, seed: int, folder: Path | None) -> bool:
    history = History(folder, "kills")
    held = [forked("honest", part, seed + n, history) for n, part in enumerate(in_parts(forks))]
    held += [served(HONEST, part, seed + n, history) for n, part in enumerate(in_parts(serves))]
    found = []
    if forks:
        found.append(not forked("early", CANARY_KILLS["forked"], seed, history))
    if serves:
        found.append(not served(FLAWED, CANARY_KILLS["http"], seed, history))
    print("canary found" if all(found) else "CANARY NOT FOUND")
    return all(held) and all(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forked", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history", type=Path)
    said = parser.parse_args()
    sys.exit(outcome(lambda: main(said.forked, said.http, said.seed, said.history)))
