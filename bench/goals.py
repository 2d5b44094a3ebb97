"""One line a goal, alike in every bench, so that `bench.run` can read it.

    NAME                     FOUND UNIT    goal GOAL  spread SPREAD  ok

A ratio is measured in turns, and told with its spread: (largest - smallest) / median.
"""

from collections.abc import Callable

from bench.measuring import NOISY_BEYOND, Ratios

TRIES = 3


def told(name: str, found: float, goal: float, unit: str, spread: float = 0.0) -> bool:
    """Print the goal and whether it is met; what varies too much is noisy, and not met."""
    said = "noisy" if spread > NOISY_BEYOND else "ok" if found <= goal else "MISSED"
    print(
        f"{name:44} {found:8.2f} {unit:8} goal {goal:.2f}  spread {spread:.2f}  {said}", flush=True
    )
    return said == "ok"


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
