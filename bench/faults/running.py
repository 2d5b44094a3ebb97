"""What the runs of faults share: a database of their own, a history on paper, and plain words."""

import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.config import Settings
from registry.sealing import create_keyring
from tests.conftest import settings_for
from tests.databases import PostgresDatabases, SqliteDatabases

ROOT = Path(__file__).parents[2]
QUIET_SHARE = 0.8


class NotRun(Exception):
    """This machine cannot run it; the message says why. Never to be counted as passed."""


def outcome(run: Any) -> int:
    """The exit status of a run: 0 when it held, 1 when not, and 0 with `NOT RUN: ...` said."""
    # Ended from outside, a run still stops its servers and unmounts its disks.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    try:
        return 0 if run() else 1
    except NotRun as reason:
        print(f"NOT RUN: {reason}")
        return 0


@contextmanager
def new_settings(kind: str = "sqlite", *, is_durable: bool = False) -> Iterator[Settings]:
    """The settings of an empty, migrated database of that kind.

    Args:
        is_durable: PostgreSQL waits for the disk, as the program asks of a server that it serves.
    """
    folder = Path(tempfile.mkdtemp(prefix="pamit-faults-"))
    create_keyring(folder / "kunci.json")
    made = (PostgresDatabases if kind == "postgresql" else SqliteDatabases)(
        lambda url: settings_for(url, folder / "kunci.json")
    )
    if is_durable and isinstance(made, PostgresDatabases):
        made.make_durable()
    try:
        yield settings_for(made.fresh(), folder / "kunci.json")
    finally:
        made.close()
        shutil.rmtree(folder)


def is_quiet(seconds: float = 1.0) -> bool:
    """Whether this machine has its processors to itself; say so before anything is timed."""

    def idle_and_all() -> tuple[int, int]:
        ticks = [int(t) for t in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        return ticks[3] + ticks[4], sum(ticks[:8])

    idle, every = idle_and_all()
    time.sleep(seconds)
    later_idle, later_every = idle_and_all()
    return later_idle - idle > QUIET_SHARE * (later_every - every)


def within(name: str, seconds: float, goal: float, *, quiet: bool) -> bool:
    """Whether a measured time meets its goal; on a busy machine it is told as not measured."""
    if seconds < goal:
        return True
    if quiet:
        print(f"{name}: {seconds:.2f} s, goal {goal:.0f} s  MISSED")
        return False
    print(f"NOT RUN: {name} within {goal:.0f} s; other work on this machine slows it")
    return True


class History:
    """The evidence of a run, one JSON line for each thing that happened.

    Args:
        folder: where the file is made, outside the program's own folder; nothing is kept without.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        self.file = None
        if folder is None:
            return
        if folder.resolve().is_relative_to(ROOT):
            raise SystemExit(f"{folder} lies in the program's own folder; name another one")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{time.strftime('%Y%m%dT%H%M%S')}.jsonl"
        self.file = path.open("w", buffering=1)
        print(f"history in {path}", flush=True)

    def note(self, kind: str, **said: Any) -> None:
        if self.file is not None:
            line = {"at": round(time.time(), 3), "kind": kind, **said}
            self.file.write(json.dumps(line, default=str) + "\n")
