"""Killed at any moment, the program loses nothing acknowledged and leaves nothing half."""

import os
import random
import signal
import time
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
from tests.faults.processes import warm_process

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PAMIT_KILLS") or 500)
RUNS = 2  # so that two workers share them
STEPS_BEFORE_KILL = (0, 0, 1, 1, 2, 2, 3, 3, 4, 5)
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


class Killer:
    """Kills writers at random moments: some acknowledgements in, and a part of a step further.

    The length of a step is measured as it goes, so that a busy machine meets the same moments.
    """

    def __init__(self, process, seed):
        self.process = process
        self.chance = random.Random(seed)
        self.step = 0.02
        self.acknowledged = []

    def kill_one(self):
        self.process.stdin.write("\n")
        # A handle, not a number, which could name another process once the writer is gone.
        writer = os.pidfd_open(int(self.process.stdout.readline().split()[1]))
        for _ in range(self.chance.choice(STEPS_BEFORE_KILL)):
            begun = time.monotonic()
            self._note(self.process.stdout.readline())
            self.step = 0.8 * self.step + 0.2 * (time.monotonic() - begun)
        time.sleep(self.chance.uniform(0, self.step))
        signal.pidfd_send_signal(writer, signal.SIGKILL)
        os.close(writer)
        while (line := self.process.stdout.readline()) != "dead\n":
            self._note(line)

    def _note(self, line):
        _, departure_id, version = line.split()
        self.acknowledged.append((int(departure_id), int(version)))


def kill_many(settings, mode, kills, seed):
    with warm_process("tests.faults.writer", settings, mode) as process:
        killer = Killer(process, seed)
        for _ in range(kills):
            killer.kill_one()
    return killer.acknowledged


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
    assert len(acknowledged) > KILLS // RUNS
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
