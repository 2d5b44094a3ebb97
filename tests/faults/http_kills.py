"""Kills the whole server while people save through the pages, and starts it again."""

import random
import time
from dataclasses import dataclass, field
from threading import Thread

from tests.faults.findings import Save
from tests.faults.serving import HONEST, Browser, Server, Writer, cookies_of_operators

WRITERS = 4
MOST_SAVES = 12
LONGEST_WAIT = 20


@dataclass
class Killed:
    """What the kills left to compare: what was sent and answered, and how long each start took."""

    acknowledged: list[Save] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    refused: list[int] = field(default_factory=list)
    seconds_back: list[float] = field(default_factory=list)

    @property
    def saves(self):
        return len(self.acknowledged)


def kill_server_many(settings, kills, seed, app=HONEST, seen=lambda killed: None):
    """So many kills of a server in use, each followed by a start.

    Args:
        seen: called after each kill, for whoever keeps the history.
    """
    chance, killed = random.Random(seed), Killed()
    cookies = cookies_of_operators(settings, WRITERS)
    server = Server(settings, app)
    server.start()
    try:
        for _ in range(kills):
            _serve_and_kill(server, cookies, killed, chance)
            killed.seconds_back.append(server.start())
            seen(killed)
    finally:
        server.kill()
    return killed


def _serve_and_kill(server, cookies, killed, chance):
    """Kill after some saves, and a part of one further."""
    writers = [Writer(Browser(server.port, cookie), killed.sent) for cookie in cookies]
    threads = [Thread(target=writer.record_until_gone) for writer in writers]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    saves = chance.randint(0, MOST_SAVES)
    while sum(len(writer.acknowledged) for writer in writers) < saves:
        assert time.monotonic() - begun < LONGEST_WAIT, "nobody can save"
        time.sleep(0.002)
    time.sleep(chance.uniform(0, 0.1))
    server.kill()
    for thread, writer in zip(threads, writers, strict=True):
        thread.join()
        killed.acknowledged += writer.acknowledged
        killed.refused += writer.refused
