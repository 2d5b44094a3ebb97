"""Scanners that nobody here wrote, let loose on the served program as each role.

Run it from the project's folder, with wapiti, sqlmap, schemathesis (4) and bandit on the PATH:

    python -m bench.scan [--roles operator,reviewer,bp3mi,admin] [--tools wapiti,sqlmap,...]
        [--seconds S] [--canary]

Each role gets a copy of one seeded database and a server of its own, and each tool a session that
is looked at before and after: a scan that was signed out halfway is a failure. One line a tool and
role; the goals are no finding of medium or higher and no server error. `--seconds` bounds each
tool. With `--canary` the same commands meet a build with planted flaws, and each must find its own.
A tool that is missing is told as NOT RUN.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.faults.running import NotRun, new_settings, outcome
from bench.scanners import tools
from bench.scanners.flaws import plant
from bench.scanners.surface import Surface
from bench.scanners.tools import Report, Target
from registry import create_app
from registry.accounts.roles import Role
from registry.config import Settings
from registry.db import db
from tests.conftest import signed_in
from tests.factories import make_user
from tests.faults.serving import Browser, Server
from tests.security.world import World, make_world

SCANNERS: dict[str, Callable[[Target], Report]] = {
    "wapiti": tools.wapiti,
    "sqlmap": tools.sqlmap,
    "schemathesis": tools.schemathesis,
}
ROLES = "operator,reviewer,bp3mi,admin"
SECONDS = 90
SIGNED_IN_SHARE = 0.9
APP = "bench.scanners.served:app"
# What must stand in the findings when the planted flaws are served.
EXPECTED = {
    "wapiti": ("/cacat/gema", "/cacat/simpan"),
    "sqlmap": ("/cacat/urut",),
    "schemathesis": ("/cacat/angka",),
    "bandit": ("flaws.py",),
}


def seed(settings: Settings) -> tuple[World, dict[Role, list[str]]]:
    """Fill the database; answers what lies in it, and a cookie of each role for each scanner."""
    app = create_app(settings)
    with app.app_context():
        world = make_world()
        users = {role: make_user(role=role) for role in Role}
        cookies = {
            role: [_cookie(signed_in(app, user)) for _ in range(len(SCANNERS) + 1)]
            for role, user in users.items()
        }
        db.session.remove()
        db.engine.dispose()
    return world, cookies


def _cookie(client: Any) -> str:
    return str(client.get_cookie("pamit").value)


@contextmanager
def served(settings: Settings, notes: Path, *, flawed: bool) -> Iterator[Server]:
    """The scanned build on a copy of the seeded database."""
    seeded = Path(settings.database_url.removeprefix("sqlite:///"))
    with tempfile.TemporaryDirectory(prefix="pamit-scan-") as name:
        copy = Path(name, "pamit.sqlite")
        shutil.copyfile(seeded, copy)
        copied = replace(settings, database_url=f"sqlite:///{copy}")
        more = {"SCAN_NOTES": str(notes)} | ({"SCAN_FLAWED": "1"} if flawed else {})
        server = Server(copied, APP, **more)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def is_signed_in(port: int, cookie: str) -> bool:
    with closing(Browser(port, cookie)) as browser:
        return bool(browser.get("/akun/saya").status_code == 200)


def scan(name: str, target: Target, notes: Path) -> tuple[Report, str]:
    """One tool as one role: its report, and in words what the server saw of it."""
    notes.write_text("")
    begun = perf_counter()
    assert is_signed_in(target.port, target.cookie), "the session does not hold before the scan"
    report = SCANNERS[name](target)
    if not is_signed_in(target.port, target.cookie):
        report.grave.append("the session ended during the scan")
    seen = [json.loads(line) for line in notes.read_text().splitlines()]
    broken = Counter(
        f"{n['status']} {n['method']} {n['endpoint']} {n['names']}"
        for n in seen
        if n["status"] >= 500
    )
    report.grave += [f"server error: {said} x {count}" for said, count in broken.items()]
    inside = [note for note in seen if note["signed_in"]]
    if len(inside) < SIGNED_IN_SHARE * len(seen):
        report.grave.append("most requests were not signed in: the scan proves nothing")
    opened = {note["endpoint"] for note in inside if note["status"] == 200}
    return report, (
        f"{len(seen)} requests, {len(inside)} signed in, {len(opened)} pages opened, "
        f"{broken.total()} server errors, {perf_counter() - begun:.0f} s"
    )


def told(name: str, who: str, report: Report, seen: str, *, canary: bool) -> bool:
    """Print the line of a tool; answers whether it came out as it should."""
    print(f"{name} {who}: {len(report.grave)} of medium or higher, {report.minor} lesser; "
          f"{seen}{report.note}", flush=True)  # fmt: skip
    for line in report.grave[:20]:
        print(f"    {line}")
    if not canary:
        return not report.grave
    missing = [w for w in EXPECTED[name] if not any(w in line for line in report.grave)]
    print(f"    CANARY NOT FOUND: {missing}" if missing else "    canary found", flush=True)
    return not missing


def scan_role(
    settings: Settings, role: Role, cookies: list[str], world: World, said: argparse.Namespace
) -> bool:
    """Every wanted scanner as one role, one after the other."""
    app, is_fine = create_app(settings), True
    if said.canary:
        plant(app)
    with tempfile.TemporaryDirectory(prefix="pamit-notes-") as folder, app.app_context():
        notes = Path(folder, "answers.jsonl")
        for number, name in enumerate(SCANNERS.keys() & set(said.tools.split(","))):
            with (
                served(settings, notes, flawed=said.canary) as server,
                closing(Browser(server.port, cookies[-1])) as browser,
            ):
                surface = Surface(app, world, role, browser)
                target = Target(server.port, cookies[number], surface, said.seconds)
                try:
                    report, seen = scan(name, target, notes)
                except NotRun as reason:
                    print(f"NOT RUN: {reason}")
                    continue
            seen += f", of {surface.parameters()} parameters known; "
            is_fine &= told(name, role.value, report, seen, canary=said.canary)
        db.session.remove()
        db.engine.dispose()
    return is_fine


def main(said: argparse.Namespace) -> bool:
    is_fine = True
    if "bandit" in said.tools:
        folders = ["registry", "wsgi.py"] + (["bench/scanners"] if said.canary else [])
        try:
            is_fine &= told("bandit", "", tools.bandit(folders), "", canary=said.canary)
        except NotRun as reason:
            print(f"NOT RUN: {reason}")
    with new_settings() as settings:
        world, cookies = seed(settings)
        for name in said.roles.split(","):
            role = Role.of(name)
            is_fine &= scan_role(settings, role, cookies[role], world, said)
    return is_fine


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--roles", default=ROLES)
    parser.add_argument("--tools", default="bandit,wapiti,sqlmap,schemathesis")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--canary", action="store_true")
    given = parser.parse_args()
    sys.exit(outcome(lambda: main(given)))
