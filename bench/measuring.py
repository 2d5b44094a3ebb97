"""What measurements share: taking turns, how far they scatter, a verdict, the time of processes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median, quantiles

NOISY_BEYOND = 0.4
DROPPED = 5  # first rounds, in which is done what is only done once
BLOCKS = 4
CPU_CLOCK = 2  # of a process and all its threads, ended ones included; see clock_getcpuclockid(3)


def spread_of(values: Sequence[float]) -> float:
    """How far values lie apart, in parts of the middle one."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def quartile_spread_of(values: Sequence[float]) -> float:
    """How far the middle half of many values lies apart, in parts of the middle one."""
    low, middle, high = quantiles(values, n=4)
    return (high - low) / middle if middle else 0.0


def tenth_of(values: Sequence[float]) -> float:
    """The value that one of ten stays under."""
    return sorted(values)[len(values) // 10]


def tenth_and_spread(values: Sequence[float]) -> tuple[float, float]:
    """The value that one of ten stays under, and how far it varies from one part to the next."""
    size = max(len(values) // BLOCKS, 1)
    parts = [values[first : first + size] for first in range(0, size * BLOCKS, size)]
    return tenth_of(values), spread_of([tenth_of(part) for part in parts if part])


def rounds_of(
    works: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """The time of each work in each round; every work takes part in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds + DROPPED):
        for name, work in works.items():
            begun = clock()
            work()
            times[name].append(clock() - begun)
    return {name: found[DROPPED:] for name, found in times.items()}


class Verdict(StrEnum):
    """What a measurement proves; one that scatters proves nothing good."""

    PASS = "pass"  # noqa: S105 - no password
    MISSED = "MISSED"
    NOISY = "noisy"


def verdict_of(found: float, spread: float, at_most: float) -> Verdict:
    """Whether the goal is kept; what scatters is noisy, unless all that it could be is too much."""
    if spread > NOISY_BEYOND:
        return Verdict.MISSED if found * (1 - spread) > at_most else Verdict.NOISY
    return Verdict.MISSED if found > at_most else Verdict.PASS


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
        return verdict_of(self.middle, self.spread, at_most)


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
