"""Pamit as it is deployed: the example for nginx, in front of gunicorn, on loopback ports."""

import os
import re
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SECRET, settings_for
from tests.databases import SqliteDatabases
from tests.listening import OUTPUT
from tests.operating.nginx import EXAMPLES, NAME, installed, written

ROOT = Path(__file__).parents[2]
EXAMPLE = (EXAMPLES / "nginx.conf").read_text()
PATIENCE = 30  # seconds; the machine may be busy
BAD_LINE = "%0d%0aX-Palsu:%20ya"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, "it did not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("nobody listens")


@contextmanager
def running(port, command, **more):
    with OUTPUT.open(Path(command[0]).name) as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, **more)
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def backend(keys_path, tmp_path_factory):
    """The port of gunicorn and the file of its access log.

    On SQLite whatever the suite runs on: a server refuses the suite's PostgreSQL, which is not made
    to outlive a power cut.
    """
    databases = SqliteDatabases(lambda url: settings_for(url, keys_path))
    url, port = databases.fresh(), free_port()
    log = tmp_path_factory.mktemp("gunicorn") / "access.log"
    settings = {
        "INSTANCE_PATH": str(keys_path.parent),
        "KEYS_PATH": str(keys_path),
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET.decode(),
        "TRUSTED_PROXIES": "1",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "python:registry.operating.server"]
    command += ["--access-logfile", str(log), "wsgi:app"]
    OUTPUT.follow(log)
    with running(port, command, cwd=ROOT, env=dict(os.environ) | settings):
        yield port, log
    databases.close()


@dataclass
class Front:
    """nginx with the example, and how to talk to it."""

    plain: int
    secure: int

    def ask(self, sent, *, tls=True, versions=None, ciphers=None):
        """All that comes back for these bytes."""
        with socket.create_connection(
            ("127.0.0.1", self.secure if tls else self.plain), timeout=PATIENCE
        ) as raw:
            line = context(versions, ciphers).wrap_socket(raw, server_hostname=NAME) if tls else raw
            with line:
                line.sendall(sent.encode())
                return b"".join(iter(lambda: line.recv(65536), b"")).decode(errors="replace")

    def get(self, path, *headers, method="GET", **how):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {NAME}", "Connection: close", *headers]
        return self.ask("\r\n".join([*lines, "", ""]), **how)


def context(versions=None, ciphers=None):
    """A client that takes whatever certificate stands there."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    if versions:
        made.minimum_version = made.maximum_version = versions
    if ciphers:
        made.set_ciphers(ciphers)
    return made


@contextmanager
def front_of(backend, folder, text=EXAMPLE):
    plain, secure = free_port(), free_port()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{backend[0]}")
    for log in ("error.log", "pamit.log", "pamit-error.log"):
        OUTPUT.follow(folder / log)
    command = [installed("nginx"), "-e", folder / "error.log", "-g", "daemon off;", "-c"]
    with running(secure, [*command, written(folder, text)]):
        yield Front(plain, secure)


@pytest.fixture(scope="module")
def front(backend, tmp_path_factory):
    with front_of(backend, tmp_path_factory.mktemp("nginx")) as made:
        yield made


def lines_of(logs, at_least):
    """What stands in the logs, once there are so many lines: servers write after they answered."""
    until = time.monotonic() + PATIENCE
    while True:
        lines = [line for log in logs if log.exists() for line in log.read_text().splitlines()]
        if len(lines) >= at_least:
            return lines
        assert time.monotonic() < until, lines
        time.sleep(0.05)


def status(answer):
    return int(answer.split(" ", 2)[1])


def head(answer):
    return answer.partition("\r\n\r\n")[0]


# TLS


def takes(front, versions, ciphers):
    try:
        return status(front.get("/masuk", versions=versions, ciphers=ciphers)) == 200
    except (ssl.SSLError, ConnectionError):
        return False


OLD = "AES128-SHA:ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256"
TODAY = "ECDHE-ECDSA-AES256-GCM-SHA384"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_only_todays_versions_and_ciphers_of_tls_are_taken(front):
    assert takes(front, ssl.TLSVersion.TLSv1_3, None)
    assert takes(front, ssl.TLSVersion.TLSv1_2, TODAY)
    assert not takes(front, ssl.TLSVersion.TLSv1_2, OLD)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        assert not takes(front, version, "ALL:@SECLEVEL=0")


def test_a_front_that_takes_old_ciphers_is_noticed(backend, tmp_path):
    careless = re.sub(r"ssl_ciphers .*;", "ssl_ciphers ALL;", EXAMPLE)
    with front_of(backend, tmp_path, careless) as front:
        assert takes(front, ssl.TLSVersion.TLSv1_2, OLD)


# Plain HTTP


def sent_on(front):
    """What a front answers to a plain address that would write a header."""
    return front.get(f"/masuk{BAD_LINE}?q=siti", "Cookie: a=b", tls=False)


def test_plain_http_sends_pages_on_to_tls_and_nothing_else(front):
    answer = sent_on(front)
    assert status(answer) == 301
    assert f"Location: https://{NAME}/masuk{BAD_LINE}\r\n" in answer
    assert "\nX-Palsu" not in answer
    elsewhere = front.ask("GET / HTTP/1.0\r\nHost: jahat.example\r\n\r\n", tls=False)
    assert f"Location: https://{NAME}/\r\n" in elsewhere


def test_a_front_that_lets_an_address_write_a_header_is_noticed(backend, tmp_path):
    careless = EXAMPLE.replace("$server_name$pamit_address", "$host$uri")
    with front_of(backend, tmp_path, careless) as front:
        assert "\nX-Palsu: ya" in sent_on(front)


def test_who_watches_the_server_is_not_sent_on_unnoticed(front):
    assert status(front.get("/kesehatan", tls=False)) == 403
    assert status(front.get("/kesehatan")) in (200, 503)


# What a visitor sends


def test_a_visitor_cannot_say_who_or_where_they_are(front):
    said = {"Proto": "http", "Host": "jahat.example", "For": "6.6.6.6"}
    answer = front.get("/masuk", *(f"X-Forwarded-{name}: {value}" for name, value in said.items()))
    assert "\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n" in answer
    assert "\r\nSet-Cookie: __Host-pamit=" in answer
    assert "jahat.example" not in answer


@pytest.mark.parametrize("path", ["/.git/config", "/aset/", "/static/", "/docs/", "/wsgi.py"])
def test_no_file_of_the_program_and_no_folder_is_served(front, path):
    assert status(front.get(path)) == 404


def test_trace_is_answered_by_nobody(front):
    answer = front.get("/masuk", "X-Rahasia: 12345", method="TRACE")
    assert status(answer) == 405
    assert "12345" not in answer


def test_no_answer_tells_a_version(front):
    for answer in (front.get("/masuk"), front.get("/tidak-ada"), front.get("/", tls=False)):
        assert not re.search(r"(?i)^(server: .*\d|x-powered-by)", head(answer), re.MULTILINE)


# Where one request ends and the next begins

HIDDEN = "GET /kesehatan HTTP/1.1\r\nHost: x\r\n\r\n"
UNCLEAR = {
    "both a length and chunks": (
        f"Content-Length: {len(HIDDEN) + 5}\r\nTransfer-Encoding: chunked",
        f"0\r\n\r\n{HIDDEN}",
    ),
    "two lengths": (f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}", HIDDEN),
    "a length that is none": (f"Content-Length: +{len(HIDDEN)}", HIDDEN),
    "chunks by another name": ("Transfer-Encoding: xchunked", f"0\r\n\r\n{HIDDEN}"),
}


def answers(said):
    return re.findall(r"^HTTP/1\.1 (\d+)", said, re.MULTILINE)


@pytest.mark.parametrize("kind", UNCLEAR)
def test_a_request_with_an_unclear_end_is_refused_and_hides_no_second_one(front, backend, kind):
    header, body = UNCLEAR[kind]
    sent = f"POST /masuk HTTP/1.1\r\nHost: {NAME}\r\n{header}\r\n\r\n{body}"
    assert answers(front.ask(sent)) in (["400"], ["501"])
    alone = Front(backend[0], backend[0]).ask(sent, tls=False)
    assert answers(alone) in ([], ["400"], ["501"])


# The log of gunicorn, where somebody turns it on


def test_no_address_writes_a_line_of_its_own_into_the_log(front, backend):
    before = len(lines_of([backend[1]], 0))
    for path in ("/masuk%0aPALSU", "/masuk%0d%0aPALSU", "/masuk%e2%80%a8PALSU", "/masuk?q=siti"):
        front.get(path)
    lines = lines_of([backend[1]], before + 4)
    assert any("/masuk\\u000aPALSU" in line for line in lines)
    assert not [line for line in lines if "siti" in line]
    assert all(line.startswith("127.0.0.1 [") for line in lines)
