"""A server whose clock jumps by 400 days, there and back, and steps back, while people save.

Run it from the project's folder: `python -m bench.faults.clock [--history FOLDER]`. libfaketime
gives the whole server a clock that a file sets. After each jump an operator signs in again where
the session ended, and goes on saving; at the end all that was acknowledged is there, the journal's
chain is whole although its moments go up and down, and the registry is judged for the right day.
`tests/pages/test_clock.py` holds what each part must do, with its canaries; this run's own canary
is a server whose clock does not move, which must be noticed. Exits 1 when something was lost.
"""

import argparse
import sys
import tempfile
import time
from contextlib import closing
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path

from sqlalchemy import select

from bench.faults.running import History, NotRun, new_settings, outcome
from registry import create_app
from registry.audit.models import JournalEntry
from registry.config import Settings
from registry.db import db
from registry.departures.assessing import is_assessed_through
from registry.formatting import today
from tests.factories import PASSWORD, make_user
from tests.faults.findings import examine
from tests.faults.serving import Browser, Server, Writer, hidden_value

LIBRARIES = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
JUMPS = ("+0", "+400d", "-400d", "+0", "-90", "+400d", "+0")
RECORDS = 5
DAYS = 300
HOME = "/akun/saya"
SETTLING_SECONDS = 3


def sign_in(browser: Browser, username: str) -> None:
    """Through the page, with the password."""
    browser.token = hidden_value(browser.get("/masuk").text, "csrf_token")
    answer = browser.post("/masuk", {"username": username, "password": PASSWORD})
    assert answer.status_code == 302, f"signing in: {answer.status_code}"
    browser.token = ""


def served_at(browser: Browser) -> datetime:
    """The server's own moment, from the header of an answer.

    gunicorn reads the same clock: after a leap it takes a connection for idle and its own worker
    for stuck, and starts another. So the question comes once that has passed, on a new connection,
    and again where it was cut off.
    """
    time.sleep(SETTLING_SECONDS)
    for is_last in (False, False, True):
        browser.close()
        try:
            browser.connection.request("GET", "/masuk")
            answer = browser.connection.getresponse()
            answer.read()
            return parsedate_to_datetime(answer.headers["Date"])
        except (OSError, HTTPException):
            if is_last:
                raise
    raise AssertionError("unreachable")


def jump_about(settings: Settings, library: Path, jumps: tuple[str, ...], history: History) -> bool:
    """Save at each stand of the clock; answers whether all that must hold did."""
    with tempfile.TemporaryDirectory(prefix="pamit-clock-") as name:
        stand = Path(name) / "stand"
        stand.write_text("+0\n")
        app = create_app(settings)
        with app.app_context():
            username = make_user().username
            db.session.remove()
            db.engine.dispose()
        server = Server(
            settings,
            LD_PRELOAD=str(library),
            FAKETIME_TIMESTAMP_FILE=str(stand),
            FAKETIME_NO_CACHE="1",
        )
        server.start()
        writer = Writer(Browser(server.port), set())
        moved, ended = [], 0
        try:
            with closing(writer.browser):
                sign_in(writer.browser, username)
                for jump in jumps:
                    stand.write_text(f"{jump}\n")
                    moved.append(served_at(writer.browser))
                    if writer.browser.get(HOME).status_code != 200:
                        ended += 1
                        writer.browser.cookie = writer.browser.token = ""
                        sign_in(writer.browser, username)
                    saved = [writer.record_one() for _ in range(RECORDS)]
                    history.note("jump", to=jump, moment=moved[-1], saved=saved)
        finally:
            server.kill()
    findings = examine(settings, writer.acknowledged, writer.sent)
    has_moved = (max(moved) - min(moved)).days > 2 * DAYS
    print(
        f"{len(jumps)} stands, clock moved: {has_moved}, {len(writer.acknowledged)} saves "
        f"acknowledged, {len(findings.lost)} lost, refused {writer.refused}, {ended} sessions "
        f"ended, clean: {findings.is_clean}",
        flush=True,
    )
    return (
        has_moved
        and findings.is_clean
        and not writer.refused
        and ended >= 4
        and _is_right_again(settings)
    )


def _is_right_again(settings: Settings) -> bool:
    """Whether the journal saw the clock go back, and the registry is judged for today."""
    app = create_app(settings)
    with app.app_context():
        moments = db.session.scalars(select(JournalEntry.at).order_by(JournalEntry.seq)).all()
        is_right = list(moments) != sorted(moments) and is_assessed_through(today())
        db.session.remove()
        db.engine.dispose()
    return is_right


def main(folder: Path | None) -> bool:
    if not LIBRARIES:
        raise NotRun("jumps of the clock; libfaketime is missing (apt-get install faketime)")
    history = History(folder, "clock")
    with new_settings() as settings:
        held = jump_about(settings, LIBRARIES[0], JUMPS, history)
    with new_settings() as settings:
        is_found = not jump_about(settings, LIBRARIES[0], ("+0", "+0"), history)
    print("canary found" if is_found else "CANARY NOT FOUND")
    return held and is_found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--history", type=Path)
    said = parser.parse_args()
    sys.exit(outcome(lambda: main(said.history)))
