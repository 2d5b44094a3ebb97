"""What the upkeep of the summary costs a save, and fifty who save at once.

    python -m bench.write [--size N] [--database sqlite|postgresql] [--margin M]
        [--seconds S] [--turns N]

Upkeep: the statements of one save (a person, a departure, eight papers, the journal), and of an
edit, with the triggers and the folding of what they note, against the same without them, in turns,
by CPU time of this process and of the server. The summary must hold every departure afterwards.
Together: fifty connections that save as fast as they are answered, by gunicorn with two processes
of four threads: none fails, p99 is at most five times p50, records and summary agree.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter
from typing import Any

from bench.data import FOLDER, SIZES
from bench.faults.running import new_settings
from bench.goals import in_turns, told
from bench.placed import KINDS, copy_of
from bench.saving import Saver
from registry.config import Settings
from registry.db import db
from registry.departures.summary.recounting import check
from tests.faults.findings import examine
from tests.faults.serving import Browser, Server, Writer, cookies_of_operators

UPKEEP_GOAL, TAIL_GOAL = 2.3, 5.0
TURNS = 5
CONNECTIONS, SECONDS = 50, 8.0


def upkeep(kind: str, turns: int, margin: float) -> bool:
    """What a save costs with the summary against without it, and whether it is right afterwards."""
    saver, held = Saver(), True
    for name, save in (("recording", saver.record), ("editing", saver.edit)):
        if save == saver.edit:
            saver.choose_country()
        ratio, spread = in_turns(
            lambda save=save: saver.without(save),
            lambda save=save: saver.taken(save, is_counted=True),
            turns,
        )
        goal = UPKEEP_GOAL * margin
        held &= told(f"upkeep of the summary, {name}, {kind}", ratio, goal, "saves", spread)
    saver.pool.close()
    db.session.remove()
    return told(f"values that differ afterwards, {kind}", check().differences, 0, "values") and held


class Timed(Browser):
    """Keeps how long each form took that was sent."""

    def __init__(self, port: int, cookie: str, seconds: list[float]) -> None:
        super().__init__(port, cookie)
        self.seconds = seconds

    def post(self, path: str, data: dict[str, str]) -> Any:
        if not self.token:
            return super().post(path, data)  # fetches the token first
        begun = perf_counter()
        answer = super().post(path, data)
        self.seconds.append(perf_counter() - begun)
        return answer


def together(settings: Settings, kind: str, seconds: float, margin: float) -> bool:
    """Fifty connections that save as fast as they are answered."""
    times: list[float] = []
    sent: set[str] = set()
    cookies = cookies_of_operators(settings, CONNECTIONS)
    server, stop, errors = Server(settings), Event(), []
    server.start()
    writers = [Writer(Timed(server.port, cookie, times), sent) for cookie in cookies]

    def write(writer: Writer) -> None:
        try:
            while not stop.is_set():
                writer.record_one()
        except (ConnectionError, AssertionError) as error:
            errors.append(error)
        finally:
            writer.browser.close()

    threads = [Thread(target=write, args=(writer,)) for writer in writers]
    try:
        for thread in threads:
            thread.start()
        stop.wait(seconds)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        server.kill()
    acknowledged = [save for writer in writers for save in writer.acknowledged]
    findings = examine(settings, acknowledged, sent)
    failed = len(errors) + sum(len(writer.refused) for writer in writers)
    tail = sorted(times)[int(len(times) * 0.99)] / median(times)
    print(f"{len(acknowledged) / seconds:.0f} saves a second, p50 {median(times) * 1e3:.0f} ms")
    held = [
        told(f"saves that failed, {kind}", failed, 0, "saves"),
        told(f"acknowledged saves that are lost, {kind}", len(findings.lost), 0, "saves"),
        told(f"records against summary, {kind}", findings.miscounted, 0, "values"),
        told(f"p99 of {CONNECTIONS} connections, {kind}", tail, TAIL_GOAL * margin, "p50"),
    ]
    return all(held) and findings.is_clean


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="10k")
    parser.add_argument("--database", choices=KINDS)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    size, held = SIZES.get(given.size) or int(given.size), True
    for kind in [given.database] if given.database else KINDS:
        with copy_of(size, kind, given.folder) as app, app.app_context():
            held &= upkeep(kind, given.turns, given.margin)
            db.session.remove()
            db.engine.dispose()
        with new_settings(kind, is_durable=True) as settings:
            held &= together(settings, kind, given.seconds, given.margin)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
