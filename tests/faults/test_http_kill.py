"""The whole server killed while people save: nothing acknowledged is lost, and it is back soon."""

from statistics import median

import pytest

from tests.faults.findings import Findings, examine
from tests.faults.http_kills import kill_server_many

KILLS = 20
RUNS = 2  # so that two workers share them
# For most starts; the bench looks at the slowest of a quiet machine, which has 3. Other tests take
# the processors from some starts here, but not from most; the slowest has START_SECONDS.
BACK_WITHIN_SECONDS = 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RUNS))
def test_a_killed_server_has_lost_nothing_and_is_soon_back(sqlite, seed):
    killed = kill_server_many(sqlite, KILLS // RUNS, seed)
    assert len(killed.acknowledged) > KILLS // RUNS
    assert killed.refused == []
    assert examine(sqlite, killed.acknowledged, killed.sent) == Findings(lost=[])
    assert median(killed.seconds_back) < BACK_WITHIN_SECONDS, killed.seconds_back


def test_the_test_catches_a_server_that_answers_before_it_commits(sqlite):
    killed = kill_server_many(sqlite, 3, seed=1, app="tests.faults.early_server:app")
    assert examine(sqlite, killed.acknowledged, killed.sent).lost
