"""What sealing costs a list of 50: the page, and its query alone, sealed and unsealed in turns.

Run it from the project's folder: `python -m bench.sealing [ROUNDS]`. The floor reads the same rows
of the same database, but for opening the seals: the person's key and the NIK are handed over as
they are. Exits 1 when the page takes more than 1.25 times the floor.
"""

import sys
import tempfile
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from unittest.mock import patch

from flask_migrate import upgrade

from bench.goals import told
from registry import create_app
from registry.accounts.access import open_session
from registry.accounts.roles import Role
from registry.config import Settings
from registry.db import db
from registry.departures.fields import list_sight
from registry.departures.filters import Filter
from registry.departures.listing import list_page
from registry.operating.regions import load_regions_journaled
from registry.reference.loader import load_shipped_reference
from registry.regions.area import Area
from registry.sealing import Keyring, PersonKey, create_keyring
from tests.factories import DISTRICT, make_departure, make_user

ROWS, ROUNDS, GOAL = 50, 40, 1.25
HANDED_OVER = PersonKey(bytes(32))


def unsealed() -> Any:
    """The floor: nothing is opened."""
    return patch.multiple(
        Keyring,
        unwrap=lambda ring, wrapped, resident_id: HANDED_OVER,
    ), patch.object(PersonKey, "unseal", lambda key, *place: "1807015203980001")


def measured(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def compare(name: str, work: Callable[[], object], rounds: int) -> float:
    """How many times the floor the sealed list takes; in turns, so that a busy machine is fair."""
    with_seals, without = [], []
    work()
    for _ in range(rounds):
        with_seals.append(measured(work))
        keys, values = unsealed()
        with keys, values:
            without.append(measured(work))
    ours, floor = median(with_seals), median(without)
    ratio = ours / floor
    print(f"{name:6} sealed {ours * 1e3:7.2f} ms, not {floor * 1e3:7.2f} ms  x{ratio:.2f}")
    return ratio


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        create_keyring(folder / "kunci.json")
        settings = Settings(
            folder, f"sqlite:///{folder}/pamit.sqlite", bytes(32), folder / "kunci.json"
        )
        app = create_app(settings)
        with app.app_context():
            upgrade()
            load_regions_journaled(lambda done: None)
            load_shipped_reference()
            db.session.commit()
            operator, office = make_user(), make_user(role=Role.LABOUR_OFFICE)
            for _ in range(ROWS):
                make_departure(by=operator)
            token = open_session(office, "uji").token
            db.session.commit()
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = token, True
            shown = Filter(Area(DISTRICT))

            def page() -> None:
                db.session.remove()
                answer = Context().run(client.get, "/keberangkatan")  # shares nothing with here
                assert answer.status_code == 200
                assert answer.text.count("PM-") >= ROWS

            def query() -> None:
                assert len(list_page(shown, list_sight(Role.LABOUR_OFFICE)).rows) == ROWS

            compare("query", query, rounds)
            found = compare("page", page, rounds)
            db.session.remove()
            db.engine.dispose()
    return 0 if told("list of 50, sealed against unsealed", found, GOAL, "times") else 1


if __name__ == "__main__":
    sys.exit(main())
