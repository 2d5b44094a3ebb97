"""The servers that `bench/peers.py` compares with: Datasette and a Django admin, on loopback."""

import os
import re
import secrets
import signal
import socket
import subprocess
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from bench.faults.running import NotRun
from bench.measuring import ProcessFamily
from registry.operating import server as ours
from tests.faults.serving import PATIENCE, START_SECONDS

ROOT = Path(__file__).parents[1]
ENVIRONMENT = ROOT / "bench/data-kept/peers-venv"
REQUIREMENTS = ROOT / "bench/peers-requirements.txt"
AS_A_BROWSER = "gzip, deflate, br, zstd"
# What a server does after its answer is the price of the page as well.
SETTLING_SECONDS = 0.03


class Shown(NamedTuple):
    """What a list shows: its records in their order, and how many it says there are."""

    ids: list[int]
    total: int


def read_ours(page: str) -> Shown:
    links = re.findall(r'href="/keberangkatan/(\d+)"', page)
    return _shown(links, re.search(r"<strong>([\d.]+)</strong> keberangkatan", page))


def read_datasette(page: str) -> Shown:
    links = re.findall(r'<td class="col-id [^>]*><a href="/pamit/departure/(\d+)"', page)
    return _shown(links, re.search(r"<h3>\s*([\d,]+) rows?\b", page))


def read_django(page: str) -> Shown:
    links = re.findall(r'<th class="field-registration_number">.*?/departure/(\d+)/change/', page)
    return _shown(links, re.search(r"(\d+) departures?\s*</p>", page))


def _shown(links: list[str], total: re.Match[str] | None) -> Shown:
    if total is None:
        raise ValueError("the page tells no total")
    return Shown([int(link) for link in links], int(re.sub(r"[.,]", "", total[1])))


@dataclass
class Side:
    """One of the lists that are compared, and who serves it.

    Attributes:
        pid: the eldest of the serving processes.
        read: what a page of this kind shows; None for a page that is no list.
        asked: pages that it is asked for at a go.
        every: at how many goes it is asked once; more where a page takes long and has no goal.
    """

    name: str
    pid: int
    port: int
    path: str
    cookie: str
    read: Callable[[str], Shown] | None
    asked: int
    every: int = 1

    def page(self, coding: str = "identity") -> bytes:
        """The list's body as it is sent."""
        with closing(self._connection()) as connection:
            return self._ask(connection, coding)

    def spend(self) -> float:
        """Seconds of processor time of a page, over the pages of one go."""
        family = ProcessFamily(self.pid)
        begun = family.cpu_seconds()
        with closing(self._connection()) as connection:
            for _ in range(self.asked):
                self._ask(connection, AS_A_BROWSER)
        time.sleep(SETTLING_SECONDS)
        return (family.cpu_seconds() - begun) / self.asked

    def _connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def _ask(self, connection: HTTPConnection, coding: str) -> bytes:
        connection.request(
            "GET", self.path, headers={"Cookie": self.cookie, "Accept-Encoding": coding}
        )
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answered {answer.status}")
        return body


def install() -> None:
    """Make the peers' own environment anew, from the package index that pip is set to."""
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    _python("-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS))


def require() -> None:
    """Raise NotRun where the peers' environment was not made."""
    if not ENVIRONMENT.exists():
        raise NotRun("Datasette and Django are not installed: python -m bench.peers --install")


def _python(*arguments: str, **more: str) -> str:
    command = [str(ENVIRONMENT / "bin/python"), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **more}, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def serving(*arguments: str, port: int, **more: str) -> Iterator[int]:
    """A server in the peers' environment; gives its process, and ends it and its children."""
    process = subprocess.Popen(
        [str(ENVIRONMENT / "bin/python"), *arguments],
        cwd=ROOT,
        env={**os.environ, **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(process, port)
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    begun = time.monotonic()
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None or time.monotonic() - begun > START_SECONDS:
            raise RuntimeError(f"no server on {port}: {process.args}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def datasette(database: Path, *settings: str) -> Iterator[tuple[int, int]]:
    """Datasette on the database: one process, which answers everybody."""
    port = free_port()
    where = ("serve", str(database), "--host", "127.0.0.1", "--port", str(port))
    with serving("-m", "datasette", *where, *settings, port=port) as pid:
        yield pid, port


@contextmanager
def django_admin(database: Path, order: str) -> Iterator[tuple[int, int, str]]:
    """The admin in gunicorn, as many processes and threads as ours; gives a superuser's cookie."""
    port = free_port()
    own = {
        "REGISTRY": str(database),
        "ACCOUNTS": str(database.with_name("accounts.sqlite")),
        "SECRET_KEY": secrets.token_hex(32),
        "ORDER": order,
    }
    cookie = f"sessionid={_python('-m', 'bench.peer_site.signing_in', **own).strip()}"
    size = (f"--workers={ours.workers}", f"--threads={ours.threads}")
    kind = (f"--worker-class={ours.worker_class}", "--preload", "--no-control-socket")
    where = (f"--bind=127.0.0.1:{port}", "bench.peer_site.wsgi:application")
    with serving("-m", "gunicorn", *size, *kind, *where, port=port, **own) as pid:
        yield pid, port, cookie
