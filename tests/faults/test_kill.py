"""Killed at any moment, the program loses nothing acknowledged and leaves nothing half."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text

from registry import create_app
from registry.audit.models import JournalValue
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.digests import first_edited_beside_journal
from registry.departures.models import Departure

ROOT = Path(__file__).parents[2]
KILLS = 500
RUNS = 2  # so that two workers share them
LONGEST_LIFE = 0.12
CANARY_KILLS = 60


@dataclass
class Findings:
    """What a database shows after the kills.

    Attributes:
        lost: acknowledged versions of departures that are not there.
        unjournaled: the first record that its last journal entry does not repeat.
        orphans: departures that the journal tells of and that do not exist.
    """

    lost: list[tuple[int, int]]
    unjournaled: object
    orphans: set[int]
    integrity: str
    chain_is_whole: bool

    @property
    def is_clean(self) -> bool:
        return not self.lost and self.unjournaled is None and not self.orphans


@contextmanager
def nursery(settings, mode):
    """A warm process that forks a writer for each line it is sent."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.writer", settings.database_url,
         str(settings.keys_path), mode],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def kill_one(process, life):
    """Let a writer live that long; answers what it acknowledged."""
    process.stdin.write("\n")
    pid = int(process.stdout.readline().split()[1])
    time.sleep(life)
    os.kill(pid, signal.SIGKILL)
    acknowledged = []
    while (line := process.stdout.readline()) != "dead\n":
        _, departure_id, version = line.split()
        acknowledged.append((int(departure_id), int(version)))
    return acknowledged


def kill_many(settings, mode, kills, seed):
    chance = random.Random(seed)
    acknowledged = []
    with nursery(settings, mode) as process:
        for _ in range(kills):
            acknowledged += kill_one(process, chance.uniform(0.005, LONGEST_LIFE))
    return acknowledged


def examine(settings, acknowledged):
    app = create_app(settings)
    with app.app_context():
        rows = db.session.execute(select(Departure.id, Departure.version))
        versions = {row.id: row.version for row in rows}
        told = select(JournalValue.subject_id).where(JournalValue.kind == "departure")
        findings = Findings(
            lost=[(i, v) for i, v in acknowledged if versions.get(i, 0) < v],
            unjournaled=first_edited_beside_journal(),
            orphans=set(db.session.scalars(told)) - versions.keys(),
            integrity=db.session.scalar(text("PRAGMA integrity_check")),
            chain_is_whole=verify_chain().is_whole,
        )
        db.session.remove()
        db.engine.dispose()
    return findings


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_acknowledged_is_lost_and_nothing_is_half(sqlite, seed):
    acknowledged = kill_many(sqlite, "honest", KILLS // RUNS, seed)
    assert len(acknowledged) > KILLS // RUNS, "the writers did not live long enough to be a test"
    findings = examine(sqlite, acknowledged)
    assert findings.lost == []
    assert findings.unjournaled is None
    assert findings.orphans == set()
    assert findings.integrity == "ok"
    assert findings.chain_is_whole


@pytest.mark.parametrize("mode", ["early", "apart"])
def test_the_test_catches_a_program_with_the_flaw(sqlite, mode):
    findings = examine(sqlite, kill_many(sqlite, mode, CANARY_KILLS, seed=1))
    assert not findings.is_clean
    if mode == "early":
        assert findings.lost
    else:
        assert findings.unjournaled is not None
