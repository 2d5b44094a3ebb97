"""Ends writers at random moments and keeps what they acknowledged."""

import os
import random
import signal
import time

from tests.faults.processes import warm_process

NEVER = float("inf")
FEW_STEPS = (0, 0, 1, 1, 2, 2, 3, 3, 4, 5)


class Killer:
    """Ends forked writers: some acknowledgements in, and a part of a step further.

    The length of a step is measured as it goes, so that a busy machine meets the same moments.

    Args:
        strike: what happens to the machine just before the writer is killed; what is acknowledged
            after the moment that it answers comes from a machine without power, and is `late`.
        steps: how many acknowledgements a writer may live for.
    """

    def __init__(self, process, seed, *, strike=lambda: NEVER, steps=FEW_STEPS):
        self.process = process
        self.chance = random.Random(seed)
        self.strike = strike
        self.steps = steps
        self.step = 0.02
        self.acknowledged = []
        self.late = []

    def kill_one(self):
        self.process.stdin.write("\n")
        # A handle, not a number, which could name another process once the writer is gone.
        writer = os.pidfd_open(int(self.process.stdout.readline().split()[1]))
        said = []
        for _ in range(self.chance.choice(self.steps)):
            begun = time.monotonic()
            said.append(self.process.stdout.readline())
            self.step = 0.8 * self.step + 0.2 * (time.monotonic() - begun)
        time.sleep(self.chance.uniform(0, self.step))
        moment = self.strike()
        try:
            signal.pidfd_send_signal(writer, signal.SIGKILL)
        except ProcessLookupError:
            if moment == NEVER:
                raise
            # It ended by itself, for its disk is gone.
        os.close(writer)
        while (line := self.process.stdout.readline()) != "dead\n":
            said.append(line)
        for line in said:
            self._note(line, moment)

    def _note(self, line, moment):
        _, nik, version, at = line.split()
        in_time = self.acknowledged if float(at) < moment else self.late
        in_time.append((nik, int(version)))


def kill_many(settings, mode, kills, seed):
    """Every save that the killed writers acknowledged."""
    with warm_process("tests.faults.writer", settings, mode) as process:
        killer = Killer(process, seed)
        for _ in range(kills):
            killer.kill_one()
    return killer.acknowledged
