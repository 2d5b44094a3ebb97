"""Several hosts before one PostgreSQL, whatever database the rest of the suite runs on."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.conftest import settings_for
from tests.databases import PostgresDatabases
from tests.faults.serving import ROOT, Browser, Server, environment_of, hidden_value

OPEN = []


class Tab(Browser):
    """A browser that is closed with its test."""

    def __init__(self, server, cookie=""):
        super().__init__(server.port, cookie)
        OPEN.append(self)

    def _ask(self, *said):
        self.close()  # the server may have done so in the meantime
        return super()._ask(*said)


@pytest.fixture(autouse=True)
def close_tabs():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(scope="session")
def databases(keys_path):
    """A server that waits for the disk, as the program asks of one that it serves."""
    made = PostgresDatabases(lambda url: settings_for(url, keys_path))
    made.make_durable()
    yield made
    made.close()


@pytest.fixture
def host(settings, tmp_path):
    """Makes the settings of one more host: a data folder of its own, the same secret and keys."""

    def make(name, **more):
        folder = tmp_path / name
        folder.mkdir(mode=0o700)
        return replace(settings, instance_path=folder, **more)

    return make


@pytest.fixture
def serve():
    """Starts servers, which end with the test."""
    servers = []

    def start(settings, **more):
        server = Server(settings, **more)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def pair(host, serve):
    """Two hosts that serve, behind one proxy each where there is one."""
    with ThreadPoolExecutor() as both:
        return tuple(both.map(lambda name: serve(host(name), TRUSTED_PROXIES="1"), ("satu", "dua")))


def try_password(server, username, password):
    """The answer of the sign-in page of one host, and the browser that asked."""
    browser = Tab(server)
    browser.token = hidden_value(browser.get("/masuk").text, "csrf_token")
    answer = browser.post("/masuk", {"username": username, "password": password})
    browser.token = ""
    return answer, browser


def on(server, browser):
    """The same browser, sent to another host by the proxy."""
    return Tab(server, browser.cookie)


def start_command(settings, *arguments):
    """One of the program's commands on a host, as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)],
        cwd=ROOT,
        env=environment_of(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command(settings, *arguments):
    """What the command said, and how it ended."""
    process = start_command(settings, *arguments)
    out, error = process.communicate(timeout=120)
    return process.returncode, out + error
