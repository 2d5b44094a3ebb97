"""One line a goal, alike in every bench, so that `bench.run` can read it.

    NAME                     FOUND UNIT    goal GOAL  spread SPREAD  ok

A ratio is measured in turns, and told with its spread: (largest - smallest) / median, and of many
short rounds the distance of the quartiles / median. What scatters more than it may is noisy.
"""

from collections.abc import Callable, Sequence

from bench.measuring import (
    Ratios,
    Verdict,
    quartile_spread_of,
    tenth_and_spread,
    verdict_of,
)

TRIES = 3
SAID = {Verdict.PASS: "ok", Verdict.MISSED: "MISSED", Verdict.NOISY: "noisy"}


def told(name: str, found: float, goal: float, unit: str, spread: float = 0.0) -> bool:
    """Print the goal and whether it is met; what varies too much is noisy, and not met."""
    verdict = verdict_of(found, spread, goal)
    print(
        f"{name:44} {found:8.2f} {unit:8} goal {goal:.2f}  spread {spread:.2f}  {SAID[verdict]}",
        flush=True,
    )
    return verdict is Verdict.PASS


def told_ratio(
    name: str, ours: Sequence[float], floor: Sequence[float], goal: float, unit: str
) -> bool:
    """The goal of how many times the floor ours takes, by the rounds of both."""
    ratios = Ratios.between(ours, floor)
    return told(name, ratios.middle, goal, unit, quartile_spread_of(ratios.of_turns))


def told_ms(name: str, seconds: Sequence[float], goal: float) -> bool:
    """The goal in ms of what one of ten calls stays under, by its rounds."""
    found, spread = tenth_and_spread(seconds)
    return told(name, found * 1e3, goal, "ms", spread)


def in_turns(
    floor: Callable[[], float], ours: Callable[[], float], turns: int
) -> tuple[float, float]:
    """How many times the floor ours takes, and the spread; measured again while it is noisy."""
    for _ in range(TRIES):
        floor(), ours()  # not counted: what is only done once
        floors, times = zip(*((floor(), ours()) for _ in range(turns)), strict=True)
        ratios = Ratios.between(times, floors)
        if not ratios.is_noisy:
            break
    return ratios.middle, ratios.spread
