"""Ratios of turns and their verdict, and the processor time of other processes."""

import subprocess
import sys
import time

import pytest

from bench.measuring import ProcessFamily, Ratios, Verdict

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
        (SCATTERED, 0.99, Verdict.MISSED),
        (Ratios((1.0, 1.2, 0.8)), 1.0, Verdict.PASS),
    ],
)
def test_turns_that_scatter_never_pass(ratios, goal, verdict):
    assert ratios.verdict(goal) is verdict


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
