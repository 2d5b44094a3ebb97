"""Our list of 50 departures beside Datasette's table page and a Django admin's, on the same data.

    python -m bench.peers --install    # once: Datasette and Django, in an environment of their own
    python -m bench.peers --size 100k [--area 18] [--rounds N] [--margin 1.5]

Compared is the processor time of the servers' processes for a page, in turns, on a copy of the
database of `bench.data`. Ours is the page of somebody signed in, served as in production: with its
masks, its filter form, its entry in the journal, and compressed as browsers ask. The NIKs that the
page shows are sealed first, each under its person's key, and nothing else is: no other is opened.

First all sides must show the same 50 records in the same order, and the same total. Datasette
orders by one column alone, so without --area the subdistrict is the largest whose newest 51 leaving
days all differ; with --area (0 for the country) every list is in the order of recording.

Goals: ours takes at most 1/8 of Datasette's table page with its hints for facets off, at most 1/10
of the admin's changelist, and at most ten times a view that says hello. Both peers are measured at
their leanest as well: Datasette with the columns that ours shows, the admin without its boxes and
its count of the whole table. Exits 1 unless every goal is kept and the turns agree.
"""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pysqlite3.dbapi2 as driver
from sqlalchemy import select, update

from bench import peer_servers
from bench.data import FOLDER, SIZES
from bench.data import database as kept_database
from bench.faults.running import NotRun, outcome
from bench.measuring import Ratios, Verdict
from bench.peer_servers import AS_A_BROWSER, Side
from registry import create_app
from registry.accounts.roles import Role
from registry.config import Settings
from registry.db import db
from registry.departures.fields import list_sight
from registry.departures.filters import Filter, Order
from registry.departures.listing import PAGE_SIZE, list_page
from registry.departures.models import Departure, Resident
from registry.enums import Level
from registry.regions.area import Area
from registry.sealing import keyring
from tests.conftest import signed_in
from tests.factories import make_nik, make_user
from tests.faults.serving import Server

OURS, HELLO, TABLE, ADMIN = "ours", "hello", "Datasette, no hints", "Django admin"
GOALS = {HELLO: 10.0, TABLE: 1 / 8, ADMIN: 1 / 10}
ROUNDS, GOES, WARMING = 8, 10, 24
VIEWERS = {
    Level.VILLAGE: Role.OPERATOR,
    Level.SUBDISTRICT: Role.REVIEWER,
    Level.DISTRICT: Role.LABOUR_OFFICE,
    Level.PROVINCE: Role.BP3MI,
    Level.COUNTRY: Role.BP3MI,
}
COLUMNS = (
    *("registration_number", "resident_id", "country", "agency_name", "village_code"),
    *("leaving_on", "review_status", "stage", "procedure"),
)


@contextmanager
def copied(size: int, folder: Path) -> Iterator[Settings]:
    """A copy of the kept database, to write into; the kept one stays as it was made."""
    with kept_database(size, folder):
        pass
    with tempfile.TemporaryDirectory(prefix="pamit-peers-") as name:
        copy = Path(name, "pamit.sqlite")
        with (
            closing(driver.connect(str(folder / f"{size}.sqlite"))) as kept,
            closing(driver.connect(str(copy))) as made,
        ):
            kept.backup(made)
        secret = secrets.token_hex(32).encode()
        yield Settings(Path(name), f"sqlite:///{copy}", secret, folder / "kunci.json")


def largest_without_ties(connection: Any) -> Area:
    """The subdistrict with most departures whose newest 51 leaving days all differ."""
    counted = connection.execute(
        "SELECT substr(village_code, 1, 6) AS code, count(*) FROM departure"
        " GROUP BY code ORDER BY 2 DESC, 1"
    ).fetchall()
    for code, _ in counted:
        days = connection.execute(
            "SELECT leaving_on FROM departure WHERE village_code >= ? AND village_code < ?"
            " ORDER BY leaving_on DESC LIMIT ?",
            (*bounds(code), PAGE_SIZE + 1),
        ).fetchall()
        if len({day for (day,) in days if day}) > PAGE_SIZE:
            return Area(code)
    raise NotRun("no subdistrict has enough departures on days of their own")


def bounds(code: str) -> tuple[str, str]:
    """Codes of villages in the area are the first or above, and below the second."""
    return code, str(int(code) + 1)


def seal_niks(shown: Filter) -> None:
    """Give everybody on the first page a key of their own and a sealed NIK."""
    page = list_page(shown, list_sight(VIEWERS[shown.area.level]))
    ids = [row.id for row in page.rows]
    residents = select(Departure.resident_id).where(Departure.id.in_(ids))
    for resident_id in db.session.scalars(residents).all():
        key, wrapped = keyring().new_person_key(resident_id)
        sealed = key.seal(make_nik(), "resident", "nik", resident_id)
        db.session.execute(
            update(Resident)
            .where(Resident.id == resident_id)
            .values(wrapped_key=wrapped, nik_sealed=sealed)
        )
    db.session.commit()


def prepare(settings: Settings, area: Area | None) -> tuple[Filter, str]:
    """Make the copied database fit to compare: the list that is shown, and its viewer's cookie."""
    path = settings.database_url.removeprefix("sqlite:///")
    app = create_app(settings)
    with app.app_context(), closing(driver.connect(path)) as connection:
        order = Order.NEWEST if area else Order.LEAVING
        shown = Filter(area or largest_without_ties(connection), order=order)
        seal_niks(shown)
        viewer = make_user(role=VIEWERS[shown.area.level], area=shown.area.code)
        cookie = signed_in(app, viewer).get_cookie("pamit")
        db.session.remove()
        db.engine.dispose()
    assert cookie is not None
    return shown, f"pamit={cookie.value}"


@contextmanager
def served(settings: Settings, shown: Filter, cookie: str) -> Iterator[list[Side]]:
    """All sides, each on servers of its own, over the same file."""
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    column = "leaving_on" if shown.order is Order.LEAVING else "id"
    low, high = bounds(shown.area.code)
    is_all = shown.area.level is Level.COUNTRY
    within = "" if is_all else f"&village_code__gte={low}&village_code__lt={high}"
    table = f"/pamit/departure?_size={PAGE_SIZE}&_sort_desc={column}{within}"
    lean = table + "".join(f"&_col={name}" for name in COLUMNS)
    changes = "peer_site/departure/" + ("" if is_all else f"?village__gte={low}&village__lt={high}")
    with ExitStack() as stack:
        server = stack.enter_context(_gunicorn(settings, "wsgi:app"))
        floor = stack.enter_context(_gunicorn(settings, "bench.floor:app"))
        quiet = stack.enter_context(
            peer_servers.datasette(database, "--setting", "suggest_facets", "off")
        )
        default = stack.enter_context(peer_servers.datasette(database))
        order = "-leaving_on,-id" if column == "leaving_on" else "-id"
        *admin, session = stack.enter_context(peer_servers.django_admin(database, order))
        mine = "/keberangkatan" + (f"?{query}" if (query := shown.query(shown.area)) else "")
        ours, datasette = peer_servers.read_ours, peer_servers.read_datasette
        django = peer_servers.read_django
        yield [
            Side(OURS, *server, mine, cookie, ours, 4),
            Side(HELLO, *floor, "/masuk", "", None, 8),
            Side(TABLE, *quiet, table, "", datasette, 1),
            Side("Datasette as it comes", *default, table, "", datasette, 1, every=GOES),
            Side("Datasette, no hints, our columns", *quiet, lean, "", datasette, 2),
            Side(ADMIN, *admin, f"/admin/{changes}", session, django, 2),
            Side("Django admin, lean", *admin, f"/lean/{changes}", session, django, 2),
        ]


@contextmanager
def _gunicorn(settings: Settings, app: str) -> Iterator[tuple[int, int]]:
    """The application, served as in production."""
    server = Server(settings, app)
    server = Server(settings, app)
    try:
        server.start()
        yield server.process.pid, server.port
    finally:
        server.kill()


def check_equal(sides: list[Side]) -> int:
    """The total that all sides tell; raises ValueError when one shows something else."""
    shown = {side.name: side.read(side.page().decode()) for side in sides if side.read}
    expected = shown[OURS]
    if len(expected.ids) != PAGE_SIZE:
        raise ValueError(f"{OURS}: {len(expected.ids)} records on the page")
    for name, found in shown.items():
        if found != expected:
            raise ValueError(f"{name} shows others than {OURS}")
    return expected.total


def measure(sides: list[Side], rounds: int) -> dict[str, list[float]]:
    """Seconds of processor time for a page of each side, one number a turn."""
    with ThreadPoolExecutor(4) as visitors:  # at once, so that every process has been asked
        for side in sides:
            list(visitors.map(lambda _, side=side: side.page(AS_A_BROWSER), range(WARMING)))
    found: dict[str, list[float]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        spent = {side.name: 0.0 for side in sides}
        for go in range(GOES):
            for side in sides:
                if go % side.every == 0:
                    spent[side.name] += side.spend() * side.every / GOES
        for name, seconds in spent.items():
            found[name].append(seconds)
    return found


def told(sides: list[Side], found: dict[str, list[float]], margin: float) -> bool:
    """Print every side and the ratios; whether each goal is kept."""
    print(f"{'':34} CPU ms a page  x ours     1/x  spread  KB, as sent")
    verdicts = []
    for side in sides:
        ratios = Ratios.between(found[OURS], found[side.name])
        sizes = [len(side.page(coding)) / 1000 for coding in ("identity", AS_A_BROWSER)]
        line = f"{side.name:34} {median(found[side.name]) * 1e3:13.2f} {1 / ratios.middle:7.1f} "
        line += f"{ratios.middle:7.3f} {ratios.spread:7.2f}  {sizes[0]:.0f}, {sizes[1]:.0f}"
        if goal := GOALS.get(side.name, 0) * margin:
            verdicts.append(ratios.verdict(goal))
            line += f"  goal {goal:.3f}: {verdicts[-1]}"
        print(line)
    return all(verdict is Verdict.PASS for verdict in verdicts)


def is_noisy(found: dict[str, list[float]]) -> bool:
    return any(Ratios.between(found[OURS], found[name]).is_noisy for name in GOALS)


def compare(given: argparse.Namespace) -> bool:
    peer_servers.require()
    size = SIZES.get(given.size) or int(given.size)
    with copied(size, given.folder) as settings:
        shown, cookie = prepare(settings, Area(given.area) if given.area else None)
        with served(settings, shown, cookie) as sides:
            total = check_equal(sides)
            found = measure(sides, given.rounds)
            if is_noisy(found):
                found = measure(sides, given.rounds)
            load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
            print(
                f"{size:,} departures, {shown.area.level.name.lower()} {shown.area.code}: "
                f"{total:,} listed by {shown.order.name.lower()}, the same {PAGE_SIZE} on all "
                f"sides; {given.rounds} turns; load {load}"
            )
            return told(sides, found, given.margin)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--size", default="10k")
    parser.add_argument("--area")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    if given.install:
        peer_servers.install()
        return 0
    return outcome(lambda: compare(given))


if __name__ == "__main__":
    sys.exit(main())
