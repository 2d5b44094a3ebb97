"""The program as it is served: gunicorn in a process group of its own, and browsers before it."""

import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from html import unescape
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select

from registry import create_app
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.enums import Level
from registry.regions.models import Region
from tests.conftest import signed_in
from tests.factories import make_nik, make_user
from tests.listening import OUTPUT

ROOT = Path(__file__).parents[2]
START_SECONDS = 30
PATIENCE = 60
HONEST = "wsgi:app"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def environment_of(settings, **more):
    """The settings as a process of the program reads them."""
    # A server keeps its compiled code; without it, a start takes twice as long.
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **own,
        "DATABASE_URL": settings.database_url,
        "KEYS_PATH": str(settings.keys_path),
        "INSTANCE_PATH": str(settings.instance_path),
        "SECRET_KEY": settings.secret_key.decode(),
        **more,
    }


class Server:
    """gunicorn with the settings of `./run`, on a port of its own.

    Args:
        app: the WSGI application; a canary has one of its own.
        more: further variables of its environment.
    """

    def __init__(self, settings, app=HONEST, **more):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.app = app
        self.environment = environment_of(settings, PORT=str(self.port), **more)
        self.process = None
        self.said = OUTPUT.path(app)

    def start(self):
        """Start it, and answer after how many seconds it served its first page."""
        begun = time.monotonic()
        command = ["-m", "gunicorn", "--config", "python:registry.operating.server", self.app]
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        while not self._answers():
            assert self.process.poll() is None, f"the server ended by itself: {self.last_words()}"
            assert time.monotonic() - begun < START_SECONDS, "the server does not answer"
            time.sleep(0.02)
        return time.monotonic() - begun

    def workers(self):
        """The processes that answer requests."""
        pid = self.process.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    def kill(self):
        """SIGKILL for the whole group at once, as when the machine's memory is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self):
        """The last lines of what it wrote."""
        return self.said.read_text(errors="replace")[-2000:]

    def _answers(self):
        with closing(Browser(self.port)) as browser:
            try:
                return browser.get("/masuk").status_code == 200
            except ConnectionError:
                return False


@dataclass
class Answer:
    status_code: int
    location: str
    text: str


class Browser:
    """One connection that stays open, and the cookie of one who is signed in."""

    def __init__(self, port, cookie=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookie = cookie
        self.token = ""

    def close(self):
        self.connection.close()

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, data):
        """Send a form with the token that this browser was given."""
        if not self.token:
            self.token = hidden_value(self.get("/akun/saya").text, "csrf_token")
        return self._ask("POST", path, urlencode({"csrf_token": self.token, **data}), FORM)

    def _ask(self, method, path, body=None, headers=None):
        said = {"Cookie": f"pamit={self.cookie}", **(headers or {})}
        try:
            self.connection.request(method, path, body, said)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            raise ConnectionError(str(error)) from error
        if given := re.search(r"pamit=([^;]+)", answer.getheader("Set-Cookie") or ""):
            self.cookie = given[1]
        return Answer(answer.status, answer.getheader("Location") or "", text)


def hidden_value(page, name):
    """The value of a hidden field, found faster than by parsing the page."""
    field = re.search(rf'<input[^>]*\bname="{re.escape(name)}"[^>]*>', page)
    value = re.search(r'\bvalue="([^"]*)"', field[0]) if field else None
    assert value, f"{name} is not on the page"
    return unescape(value[1])


def cookies_of_operators(settings, count, *, villages=1):
    """The cookies of so many operators, shared out over villages, each signed in."""
    app = create_app(settings)
    with app.app_context():
        is_village = func.length(Region.code) == int(Level.VILLAGE)
        codes = select(Region.code).where(is_village).order_by(Region.code).limit(villages)
        areas = cycle(db.session.scalars(codes).all())
        users = [make_user(area=area) for area in islice(areas, count)]
        cookies = [signed_in(app, user).get_cookie("pamit").value for user in users]
        db.session.remove()
        db.engine.dispose()
    return cookies


def operator_names(settings):
    """The usernames of all operators."""
    app = create_app(settings)
    with app.app_context():
        names = db.session.scalars(select(User.username).where(User.role == Role.OPERATOR)).all()
        db.session.remove()
        db.engine.dispose()
    return names


class Writer:
    """Records people through the pages, and keeps what was sent, answered and refused.

    Attributes:
        acknowledged: each save that was answered with the next page, by NIK and version.
        refused: the status of each save that was answered otherwise.
    """

    def __init__(self, browser, sent):
        self.browser = browser
        self.sent = sent
        self.acknowledged = []
        self.refused = []

    def record_one(self):
        """A new person, and then where they live; answers whether both were saved."""
        nik = make_nik()
        self.sent.add(nik)
        person = {"kunci": secrets.token_hex(8), "nik": nik, "name": "Dewi Lestari", "versi": ""}
        answer = self.browser.post("/keberangkatan/baru/warga", person)
        if answer.status_code != 302:
            self.refused.append(answer.status_code)
            return False
        departure_id = answer.location.split("/")[2]
        self.acknowledged.append((nik, 1))
        home = {"versi": "2", "address": "Dusun Satu", "rt": "3", "rw": "1"}
        answer = self.browser.post(f"/keberangkatan/{departure_id}/alamat", home)
        if answer.status_code != 302:
            self.refused.append(answer.status_code)
            return False
        self.acknowledged.append((nik, 2))
        return True

    def record_until_gone(self):
        """Record one after the other until nobody answers any more."""
        with closing(self.browser), suppress(ConnectionError):
            while True:
                self.record_one()
