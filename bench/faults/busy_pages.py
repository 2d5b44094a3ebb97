"""How fast other pages answer while heavy workbooks are being read: p95 under a second.

Run it from the project's folder: `python -m bench.faults.busy_pages [SECONDS]`. Two administrators
upload the heaviest file that the guard lets through, over and over, to the shipped server. The last
line is the canary: the same with a server of one thread, which must be found too slow.
"""

import http.client
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import monotonic, perf_counter, sleep
from typing import Any

from flask import Flask

from registry import create_app
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.formatting import today
from registry.sealing import create_keyring
from registry.workbooks import guard
from tests.conftest import SECRET, Client, settings_for, signed_in
from tests.databases import SqliteDatabases
from tests.factories import make_departure, make_user
from tests.page import token
from tests.security.book_parts import PACKAGE, packed, plain

SECONDS, MOST = 30, 1.0
UPLOADERS, PEOPLE = 2, 120
MOST_BYTES = 5 * guard.MEGABYTE
PAGES = ("/", "/keberangkatan", "/dasbor", "/keberangkatan?q=Siti", "/akun/saya")
UPLOAD = "/rujukan/p3mi/impor"


def heavy_book() -> bytes:
    """Some hundred thousand shared texts, each a little different: dense, and not yet a bomb."""
    chance = random.Random(4)
    texts = (f"<si><t>{'ab' * 90}{chance.getrandbits(40):x}</t></si>" for _ in range(590_000))
    shared = f'<sst xmlns="{PACKAGE}">{"".join(texts)}</sst>'.encode()
    book = packed({**plain(), "xl/sharedStrings.xml": shared})
    guard.check(book, "berat.xlsx", max_bytes=MOST_BYTES)
    print(f"the heavy file: {len(book) / 1e6:.1f} MB, {len(shared) / 1e6:.0f} MB unpacked")
    return book


class Visitor:
    """Somebody with an open session at the server."""

    def __init__(self, app: Flask, user: User, port: int) -> None:
        client = signed_in(app, user)
        self.csrf = token(client.get("/akun/saya"))
        cookie = client.get_cookie("pamit")
        assert cookie is not None
        self.port, self.cookie = port, f"pamit={cookie.value}"
        self.statuses: Counter[int] = Counter()
        self.seconds: list[float] = []

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> None:
        begun = perf_counter()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": self.cookie} | ({"Content-Type": kind} if kind else {})
        line.request(method, path, body, headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        self.statuses[answer.status] += 1
        self.seconds.append(perf_counter() - begun)

    def upload(self, book: bytes) -> None:
        mark = secrets.token_hex(16)
        told = {"csrf_token": self.csrf, "valid_from": today().isoformat(), "source": "Daftar uji"}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in told.items()
        ]
        file = 'Content-Disposition: form-data; name="berkas"; filename="berat.xlsx"'
        head = f"{''.join(parts)}--{mark}\r\n{file}\r\n\r\n".encode()
        body = head + book + f"\r\n--{mark}--\r\n".encode()
        self.ask("POST", UPLOAD, body, f"multipart/form-data; boundary={mark}")


@contextmanager
def served(settings: Any, port: int, *options: str) -> Any:
    """The shipped server over the settings, once it answers."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "KEYS_PATH": str(settings.keys_path),
        "INSTANCE_PATH": str(settings.instance_path),
        "SECRET_KEY": SECRET.decode(),
        "PORT": str(port),
    }
    command = ["-m", "gunicorn", "--config", "python:registry.operating.server", *options]
    process = subprocess.Popen([sys.executable, *command, "wsgi:app"], env=environment)
    try:
        limit = monotonic() + 60
        while monotonic() < limit:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def measure(reader: Visitor, admins: list[Visitor], book: bytes, seconds: float) -> float:
    """The p95 of the pages, in seconds, while the administrators upload; printed."""
    stop = threading.Event()

    def upload(admin: Visitor) -> None:
        while not stop.is_set():
            admin.upload(book)

    threads = [threading.Thread(target=upload, args=(admin,)) for admin in admins]
    for thread in threads:
        thread.start()
    reader.seconds.clear()
    limit = monotonic() + seconds
    while monotonic() < limit:
        for page in PAGES:
            reader.ask("GET", page)
            sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    p95 = quantiles(reader.seconds, n=20)[-1]
    uploads = [one for admin in admins for one in admin.seconds]
    print(
        f"{len(admins)} uploading: {len(reader.seconds)} pages {dict(reader.statuses)}, "
        f"p95 {p95:.3f} s, slowest {max(reader.seconds):.3f} s; {len(uploads)} uploads "
        f"{[dict(admin.statuses) for admin in admins]}, slowest {max(uploads, default=0):.1f} s",
        flush=True,
    )
    assert set(reader.statuses) == {200}, reader.statuses
    assert all(set(admin.statuses) == {200} for admin in admins), "an upload was not read"
    return p95


def main(seconds: float) -> int:
    folder, book = Path(tempfile.mkdtemp(prefix="pamit-ramai-")), heavy_book()
    create_keyring(folder / "kunci.json")
    made = SqliteDatabases(lambda url: settings_for(url, folder / "kunci.json"))
    settings = settings_for(made.fresh(), folder / "kunci.json")
    app = create_app(settings)
    app.test_client_class = Client
    try:
        with app.app_context():
            operator = make_user()
            for _ in range(PEOPLE):
                make_departure(by=operator)
            users = [make_user(role=Role.ADMIN) for _ in range(UPLOADERS)]

            def look(*options: str) -> list[float]:
                port = free_port()
                with served(settings, port, *options):
                    reader = Visitor(app, operator, port)
                    admins = [Visitor(app, user, port) for user in users]
                    db.session.rollback()
                    quiet = measure(reader, [], book, seconds / 3)
                    return [quiet, measure(reader, admins, book, seconds)]

            ours = look()
            canary = look("--workers", "1", "--threads", "1")
            db.engine.dispose()
    finally:
        made.close()
        shutil.rmtree(folder)
    print("canary found" if canary[1] > MOST else "CANARY NOT FOUND")
    return 0 if ours[1] < MOST < canary[1] else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if sys.argv[1:] else SECONDS))
