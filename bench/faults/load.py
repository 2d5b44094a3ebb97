"""Fifty who record and ten who read, a village each, imports and backups, all at once.

Run it from the project's folder:

    python -m bench.faults.load [--seconds S] [--database sqlite|postgresql] [--rows N]
        [--writers N] [--pause S] [--goal S] [--history FOLDER]

gunicorn serves with two processes of four threads. Everybody sends the next form `--pause` seconds
after the last was answered, which is a tenth of what typing takes (0 asks for all that the machine
can do); imports of N rows and backups follow one another all the while, as commands. Goals: no
error, nothing lost, 99 of 100 answers within two seconds (`--goal`). On SQLite the last line is
the canary: the same with transactions that begin as its driver begins them, which must be found by
its errors.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any

from bench.faults.running import ROOT, History, is_quiet, new_settings, outcome, within
from registry.config import Settings
from tests.factories import make_nik
from tests.faults.findings import Save, examine
from tests.faults.serving import (
    HONEST,
    Browser,
    Server,
    Writer,
    cookies_of_operators,
    environment_of,
    operator_names,
)
from tests.operating.tools import server_tools
from tests.pages.imports import xlsx

SECONDS, WRITERS, READERS, ROWS = 30, 50, 10, 500
VILLAGES = 60  # an office each, so that no village grows to the size of a province
PAUSE = 2.0
GOAL_SECONDS = 2.0
CANARY_SECONDS = 8
FLAWED = "tests.faults.deferred_server:app"
READS = ("/", "/keberangkatan", "/keberangkatan?urut=terbaru", "/akun/saya")


@dataclass
class Seen:
    """What everybody saw together.

    Attributes:
        seconds: how long each answer took.
        errors: each answer that should not have been, and each command that failed.
        sent: the NIK of each person whom somebody tried to record.
        done: how many imports and backups were finished.
    """

    acknowledged: list[Save] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    sent: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * share)] if self.seconds else 0.0


class Timed(Browser):
    """A browser that keeps how long each answer took, and who uses it takes a while each time."""

    def __init__(self, port: int, cookie: str, seconds: list[float], pause: float) -> None:
        super().__init__(port, cookie)
        self.seconds, self.pause = seconds, pause
        self.chance = random.Random(cookie)

    def _ask(self, *said: Any) -> Any:
        time.sleep(self.chance.uniform(0, 2 * self.pause))
        begun = perf_counter()
        answer = super()._ask(*said)
        self.seconds.append(perf_counter() - begun)
        if self.pause:
            self.close()  # gunicorn would do so while they type
        return answer


def write(writer: Writer, stop: Event, seen: Seen) -> None:
    with closing(writer.browser):
        try:
            while not stop.is_set():
                writer.record_one()
        except (ConnectionError, AssertionError) as error:
            seen.errors[f"writer: {type(error).__name__}"] += 1
    seen.acknowledged += writer.acknowledged
    seen.errors.update(f"writer: {status}" for status in writer.refused)


def read(browser: Timed, number: int, stop: Event, seen: Seen) -> None:
    chance = random.Random(number)
    with closing(browser):
        try:
            while not stop.is_set():
                answer = browser.get(chance.choice(READS))
                if answer.status_code != 200:
                    seen.errors[f"reader: {answer.status_code}"] += 1
        except ConnectionError as error:
            seen.errors[f"reader: {type(error).__name__}"] += 1


def command(settings: Settings, *arguments: str | Path) -> str | None:
    """Run one of the program's commands; answers its last line when it failed."""
    more = {"POSTGRES_BIN": str(settings.postgres_bin)} if settings.postgres_bin else {}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)],
        cwd=ROOT,
        env=environment_of(settings, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stderr.strip().splitlines() or ["failed"])[-1] if done.returncode else None


def import_again(settings: Settings, folder: Path, rows: int, stop: Event, seen: Seen) -> None:
    names = cycle(operator_names(settings))
    while not stop.is_set():
        niks = [make_nik() for _ in range(rows)]
        seen.sent.update(niks)
        path = folder / "lama.xlsx"
        path.write_bytes(xlsx(*({"Nama": "Wati Lestari", "NIK": nik} for nik in niks)))
        failed = command(settings, "departures", "import", path, "--as", next(names))
        seen.errors.update([f"import: {failed}"] if failed else [])
        seen.done["imports"] += not failed


def back_up_again(settings: Settings, folder: Path, stop: Event, seen: Seen) -> None:
    while not stop.is_set():
        failed = command(settings, "backup", folder / "cadangan")
        seen.errors.update([f"backup: {failed}"] if failed else [])
        seen.done["backups"] += not failed


def press(settings: Settings, app: str, options: argparse.Namespace, seconds: float) -> Seen:
    """Everybody at once for so many seconds, and what they saw."""
    seen, stop = Seen(), Event()
    cookies = cookies_of_operators(settings, options.writers + READERS, villages=VILLAGES)
    server = Server(settings, app)
    server.start()
    with tempfile.TemporaryDirectory(prefix="pamit-load-") as name:
        folder = Path(name)
        browsers = [Timed(server.port, cookie, seen.seconds, options.pause) for cookie in cookies]
        writers = [Writer(browser, seen.sent) for browser in browsers[READERS:]]
        threads = [Thread(target=write, args=(writer, stop, seen)) for writer in writers]
        threads += [
            Thread(target=read, args=(browser, number, stop, seen))
            for number, browser in enumerate(browsers[:READERS])
        ]
        importing = (settings, folder, options.rows, stop, seen)
        threads.append(Thread(target=import_again, args=importing))
        threads.append(Thread(target=back_up_again, args=(settings, folder, stop, seen)))
        try:
            for thread in threads:
                thread.start()
            stop.wait(seconds)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            server.kill()
    return seen


def told(
    settings: Settings, name: str, seen: Seen, history: History, *, goal: float, quiet: bool
) -> bool:
    """Print the evidence; answers whether every goal was met.

    Args:
        goal: seconds within which 99 of 100 answers should come.
        quiet: whether nothing else kept the machine busy when it began.
    """
    findings = examine(settings, seen.acknowledged, seen.sent)
    slow = seen.percentile(0.99)
    history.note("load", name=name, acknowledged=seen.acknowledged, errors=seen.errors,
                 done=seen.done, seconds=seen.seconds, findings=vars(findings))  # fmt: skip
    print(
        f"{name}: {len(seen.acknowledged)} saves acknowledged, {len(findings.lost)} lost, "
        f"{len(seen.seconds)} answers, {seen.errors.total()} errors, "
        f"median {median(seen.seconds):.2f} s, p99 {slow:.2f} s, {dict(seen.done)}, "
        f"clean: {findings.is_clean}\n{dict(seen.errors.most_common(3)) or ''}",
        flush=True,
    )
    is_done = seen.done["imports"] > 0 and seen.done["backups"] > 0
    is_soon = within(f"99 of 100 answers on {name}", slow, goal, quiet=quiet)
    return findings.is_clean and not seen.errors and is_soon and is_done


def main(options: argparse.Namespace) -> bool:
    history, quiet = History(options.history, f"load-{options.database}"), is_quiet()
    with new_settings(options.database, is_durable=True) as settings:
        if not settings.is_sqlite:
            settings = server_tools(settings)
        seen = press(settings, HONEST, options, options.seconds)
        held = told(settings, options.database, seen, history, goal=options.goal, quiet=quiet)
    if options.database != "sqlite":
        return held  # the flaw is one of SQLite's
    with new_settings() as settings:
        seen = press(settings, FLAWED, options, CANARY_SECONDS)
        is_found = bool(seen.errors)
        told(settings, "deferred", seen, history, goal=options.goal, quiet=False)
    print("canary found" if is_found else "CANARY NOT FOUND")
    return held and is_found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--writers", type=int, default=WRITERS)
    parser.add_argument("--pause", type=float, default=PAUSE)
    parser.add_argument("--goal", type=float, default=GOAL_SECONDS)
    parser.add_argument("--history", type=Path)
    said = parser.parse_args()
    sys.exit(outcome(lambda: main(said)))
