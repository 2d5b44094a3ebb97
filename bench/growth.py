"""Whether a dashboard takes longer the more departures there are.

    python -m bench.growth --size 5m [--folder F] [--small-folder F] [--rounds N] [--margin 1.5]

The pages of one year of two registries that are kept, one with a fifth of the other's departures,
in turns: while nothing changes, and drawn anew each time. Goal (5 million against 1 million): at
most 1.1 times. First each registry's page must show as many departures as its tables hold. Exits 1
unless every goal is met.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import thread_time

from flask import Flask

from bench.data import FOLDER, SIZES, database
from bench.goals import told_ratio
from bench.measuring import rounds_of
from bench.rollup import AREAS, YEAR, page_of, signed_in
from bench.walk_pages import numbers
from registry.departures.filters import Filter
from registry.departures.summary.in_tables import count_in_tables
from registry.regions.area import Area

GOAL, FEWER = 1.1, 5


def headline_agrees(app: Flask, page: str, area: Area) -> bool:
    """Whether the first number of a dashboard is what the tables hold."""
    stages = ("planned", "departed", "returned")
    with app.app_context():
        held = count_in_tables(Filter(area, year=YEAR, pmi="ya", stage=stages))
    return numbers(page)[0].number == held


def anew(app: Flask, ask: Callable[[], None]) -> Callable[[], None]:
    """The same, with nothing kept from the look before."""

    def once() -> None:
        app.extensions.pop("drawings", None)
        ask()

    return once


def compare(small: Flask, large: Flask, rounds: int, margin: float) -> bool:
    """Each page of the large registry against the same of the small one."""
    clients = {}
    for name, app in (("small", small), ("large", large)):
        with app.app_context():
            clients[name] = signed_in(app)
    held = True
    for area, code in AREAS.items():
        address = f"/dasbor/{code}?tahun={YEAR}"
        for size, app in (("small", small), ("large", large)):
            if not headline_agrees(app, clients[size].get(address).text, Area(code)):
                print(f"{area}: the {size} page and its tables DISAGREE")
                return False
        kept = {name: page_of(client, address) for name, client in clients.items()}
        drawn = {"small": anew(small, kept["small"]), "large": anew(large, kept["large"])}
        for said, works in (("kept", kept), ("drawn anew", drawn)):
            times = rounds_of(works, rounds, thread_time)
            name = f"page of a year, {said}, {area}"
            held &= told_ratio(name, times["large"], times["small"], GOAL * margin, "times")
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="5m")
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--small-folder", type=Path, help="where the fifth is kept, if elsewhere")
    given = parser.parse_args()
    size = SIZES.get(given.size) or int(given.size)
    with ExitStack() as stack:
        large = stack.enter_context(database(size, given.folder))
        fifth = database(size // FEWER, given.small_folder or given.folder)
        small = stack.enter_context(fifth)
        return 0 if compare(small, large, given.rounds, given.margin) else 1


if __name__ == "__main__":
    sys.exit(main())
