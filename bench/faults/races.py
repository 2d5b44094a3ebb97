"""Two people on one thing at once, hundreds of times: one wins, the other is told, one decision.

Run it from the project's folder: `python -m bench.faults.races [PAIRS] [sqlite|postgresql]`. The
last line is the canary: the same pairs with the look at the version left out, which must be found.
Exits 1 when a pair was not fair, or when the canary was.
"""

import sys
from collections import Counter
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from unittest import mock

from bench.faults.running import new_settings
from registry import create_app
from registry.departures import operations
from tests.conftest import Client
from tests.security.races import RACES, Office, Outcome, run_pair

PAIRS = 500


def told(name: str, outcomes: list[Outcome], seconds: float) -> bool:
    """Print one line of evidence; answers whether every pair was fair."""
    fair = sum(outcome.is_fair for outcome in outcomes)
    others = Counter(str(o.statuses) for o in outcomes if not o.is_fair)
    print(f"{name:30} {fair:4} of {len(outcomes)} fair  {seconds:6.1f} s  {dict(others) or ''}")
    return fair == len(outcomes)


@contextmanager
def new_office(kind: str) -> Any:
    """An application on an empty database of that kind, with two of each role."""
    with new_settings(kind) as settings:
        app = create_app(settings)
        app.test_client_class = Client
        with app.app_context():
            yield Office(app)


def run(office: Office, name: str, pairs: int, *, at_once: bool = True) -> bool:
    begun = perf_counter()
    outcomes = [run_pair(office, name, at_once=at_once) for _ in range(pairs)]
    return told(name, outcomes, perf_counter() - begun)


def main(pairs: int, kind: str) -> int:
    print(f"{pairs} pairs of each race on {kind}", flush=True)
    with new_office(kind) as office:
        unfair = [name for name in RACES if not run(office, name, pairs)]
        # One after the other: of two at once the row's own version would stop the second.
        with mock.patch.object(operations, "refuse_stale"):
            is_found = not run(office, "edit/edit", max(pairs // 10, 5), at_once=False)
    print("canary found" if is_found else "CANARY NOT FOUND")
    return 0 if is_found and not unfair else 1


if __name__ == "__main__":
    said = sys.argv[1:]
    sys.exit(main(int(said[0]) if said else PAIRS, said[1] if len(said) > 1 else "sqlite"))
