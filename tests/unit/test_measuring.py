"""Ratios of turns and their verdict, and the processor time of other processes."""

import random
import subprocess
import sys
import time

import pytest

from bench.goals import told_ms, told_ratio
from bench.measuring import (
    DROPPED,
    ProcessFamily,
    Ratios,
    Verdict,
    quartile_spread_of,
    rounds_of,
    tenth_and_spread,
    verdict_of,
)

QUIET = Ratios((1.0, 1.1, 0.9))
SCATTERED = Ratios((1.0, 1.3, 0.8))
BURN = "import time\nwhile time.process_time() < {seconds}: pass\nprint(flush=True)\ninput()"


def test_each_turn_is_compared_by_itself():
    ratios = Ratios.between([1.0, 4.0, 3.0], [2.0, 4.0, 2.0])
    assert ratios.of_turns == (0.5, 1.0, 1.5)
    assert ratios.middle == 1.0
    assert ratios.spread == 1.0


def test_both_sides_must_have_taken_every_turn():
    with pytest.raises(ValueError, match="shorter"):
        Ratios.between([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("ratios", "goal", "verdict"),
    [
        (QUIET, 1.0, Verdict.PASS),
        (QUIET, 0.99, Verdict.MISSED),
        (SCATTERED, 1.0, Verdict.NOISY),
        (SCATTERED, 100.0, Verdict.NOISY),
        (SCATTERED, 0.99, Verdict.NOISY),
        (SCATTERED, 0.49, Verdict.MISSED),
        (Ratios((1.0, 1.2, 0.8)), 1.0, Verdict.PASS),
    ],
)
def test_turns_that_scatter_never_pass(ratios, goal, verdict):
    assert ratios.verdict(goal) is verdict


class Planted:
    """Two sides whose work takes what is planted, by a clock that only they move."""

    def __init__(self, ours, floor=0.001):
        self.now, self.taken = 0.0, {"ours": ours, "floor": floor}

    def rounds(self, rounds=60):
        works = {name: lambda name=name: self.take(self.taken[name]) for name in self.taken}
        return rounds_of(works, rounds, lambda: self.now)

    def take(self, seconds):
        self.now += seconds() if callable(seconds) else seconds


def jitter(middle, most=4.0):
    """A time that is up to so many times as long, as on a machine with other work."""
    chance = random.Random(1)
    return lambda: middle * chance.uniform(1, most)


def waves(middle, most=3.0, length=20):
    """A time that is longer for a while, and then is not."""
    calls = iter(range(1_000))
    return lambda: middle * (most if next(calls) // length % 2 else 1.0)


def judged(capsys):
    return capsys.readouterr().out.split()[-1]


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (0.007, "ok"),
        (0.009, "MISSED"),
        (jitter(0.001), "noisy"),
        (jitter(0.004), "noisy"),
        (jitter(0.040), "MISSED"),
        (jitter(0.007, most=1.1), "ok"),
        (jitter(0.009, most=1.1), "MISSED"),
    ],
)
def test_a_slow_side_is_a_miss_and_jitter_is_noise(ours, said, capsys):
    times = Planted(ours).rounds()
    assert told_ratio("page", times["ours"], times["floor"], 8.0, "hellos") == (said == "ok")
    assert judged(capsys) == said


def test_a_floor_that_jitters_proves_nothing_either(capsys):
    times = Planted(0.004, floor=jitter(0.001)).rounds()
    assert not told_ratio("page", times["ours"], times["floor"], 8.0, "hellos")
    assert judged(capsys) == "noisy"


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (0.009, "ok"),
        (0.011, "MISSED"),
        (waves(0.003), "noisy"),
        (waves(0.040, most=1.5), "MISSED"),
        (jitter(0.008, most=1.2), "ok"),
    ],
)
def test_milliseconds_that_come_in_waves_are_noise(ours, said, capsys):
    assert told_ms("reading", Planted(ours).rounds()["ours"], 10.0) == (said == "ok")
    assert judged(capsys) == said


def test_what_is_done_in_the_first_rounds_only_is_not_counted():
    slow_at_first = iter([9.0] * DROPPED + [1.0] * 20)
    times = Planted(lambda: next(slow_at_first)).rounds(20)
    assert times["ours"] == pytest.approx([1.0] * 20)
    assert len(times["floor"]) == 20


def test_of_many_rounds_the_tenth_and_the_middle_half_are_told():
    assert quartile_spread_of([1.0, 2.0, 2.0, 2.0, 9.0]) == pytest.approx(2.0)
    assert quartile_spread_of([1.0, 1.0, 1.0, 1.0, 9.0, 1.0, 1.0]) == 0
    found, spread = tenth_and_spread([2.0] * 30 + [3.0] * 10)
    assert (found, spread) == (2.0, 0.5)


def test_what_scatters_has_missed_only_when_nothing_that_it_could_be_would_do():
    assert verdict_of(20.0, 0.5, 10.0) is Verdict.NOISY
    assert verdict_of(20.1, 0.5, 10.0) is Verdict.MISSED


def burning(seconds, code=BURN):
    process = subprocess.Popen(
        [sys.executable, "-c", code.format(seconds=seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    return process


def test_the_time_of_a_process_and_its_children_is_counted():
    inner = BURN.format(seconds=0.2)
    code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {inner!r}], stdin=0, stdout=1)\n"
        "child.wait()"
    )
    with burning(0, code) as parent:
        family = ProcessFamily(parent.pid)
        spent = family.cpu_seconds()
        time.sleep(0.05)
        assert 0.2 <= spent < 1
        assert family.cpu_seconds() - spent < 0.05
        assert len(family.members) == 2
        parent.communicate(b"\n")


def test_a_family_that_grew_is_not_counted():
    code = (
        "import subprocess, sys\nprint(flush=True)\ninput()\n"
        "child = subprocess.Popen(['sleep', '60'])\nprint(flush=True)\ninput()\nchild.kill()"
    )
    with burning(0, code) as process:
        family = ProcessFamily(process.pid)
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        with pytest.raises(RuntimeError, match="others than at the beginning"):
            family.cpu_seconds()
        process.communicate(b"\n")
