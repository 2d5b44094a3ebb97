"""Killed at any moment, the program loses nothing acknowledged and leaves nothing half."""

import os

import pytest

from tests.faults.findings import Findings, examine
from tests.faults.killing import kill_many

KILLS = int(os.environ.get("PAMIT_KILLS") or 500)
RUNS = 2  # so that two workers share them
CANARY_KILLS = 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_acknowledged_is_lost_and_nothing_is_half(sqlite, seed):
    acknowledged = kill_many(sqlite, "honest", KILLS // RUNS, seed)
    assert len(acknowledged) > KILLS // RUNS
    assert examine(sqlite, acknowledged) == Findings(lost=[])


@pytest.mark.parametrize("mode", ["early", "apart"])
def test_the_test_catches_a_program_with_the_flaw(sqlite, mode):
    findings = examine(sqlite, kill_many(sqlite, mode, CANARY_KILLS, seed=1))
    assert not findings.is_clean
    if mode == "early":
        assert findings.lost
    else:
        assert findings.unjournaled is not None
