"""What comparisons of servers share: the processor time of processes, and a verdict on ratios."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median

NOISY_BEYOND = 0.4
CPU_CLOCK = 2  # of a process and all its threads, ended ones included; see clock_getcpuclockid(3)


def spread_of(values: Sequence[float]) -> float:
    """How far values lie apart, in parts of the middle one."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


class Verdict(StrEnum):
    """What a comparison proves; one that scatters proves nothing good."""

    PASS = "pass"  # noqa: S105 - no password
    MISSED = "MISSED"
    NOISY = "noisy"


@dataclass(frozen=True)
class Ratios:
    """How many times the other side's time ours was, one number a turn."""

    of_turns: tuple[float, ...]

    @classmethod
    def between(cls, ours: Sequence[float], theirs: Sequence[float]) -> "Ratios":
        """The ratio of each turn; both sides took part in every turn."""
        return cls(tuple(a / b for a, b in zip(ours, theirs, strict=True)))

    @property
    def middle(self) -> float:
        return median(self.of_turns)

    @property
    def spread(self) -> float:
        return spread_of(self.of_turns)

    @property
    def is_noisy(self) -> bool:
        return self.spread > NOISY_BEYOND

    def verdict(self, at_most: float) -> Verdict:
        """Whether the middle ratio keeps the goal; never `pass` where the turns scatter."""
        if self.middle > at_most:
            return Verdict.MISSED
        return Verdict.NOISY if self.is_noisy else Verdict.PASS


class ProcessFamily:
    """A process and its descendants, as they are when this is made.

    Args:
        pid: the eldest process.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.members = _family(pid)

    def cpu_seconds(self) -> float:
        """The processor time of all members so far, user and system, to the microsecond.

        Raises RuntimeError when a member ended or was born, whose time would be counted wrongly.
        """
        if _family(self.pid) != self.members:
            raise RuntimeError(f"the processes of {self.pid} are others than at the beginning")
        # /proc/PID/stat counts in hundredths of a second: two pages.
        return sum(time.clock_gettime(~pid << 3 | CPU_CLOCK) for pid in self.members)


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        member = waiting.pop()
        found.append(member)
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            waiting += map(int, children.read_text().split())
    return sorted(found)
