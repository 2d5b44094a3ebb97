"""The example of a proxy before two web hosts: any host answers, and a dead one is passed by."""

import re
import shutil
from contextlib import ExitStack

import pytest

from tests.factories import PASSWORD, make_user
from tests.operating.nginx import EXAMPLES, NAME, installed, written
from tests.operating.test_front import (
    Front,
    free_port,
    front_of,
    head,
    lines_of,
    running,
    status,
)

BALANCER = (EXAMPLES / "nginx-balancer.conf").read_text()
BEHIND = (EXAMPLES / "nginx-behind.conf").read_text()
WEB_HOST = (EXAMPLES / "nginx.conf").read_text()


@pytest.fixture
def balancer(pair, tmp_path):
    """The proxy, before two web hosts with a certificate that it checks, and their servers."""
    with ExitStack() as stack:
        behind = BEHIND.replace("10.10.0.10", "127.0.0.1")
        fronts = []
        for number, server in enumerate(pair):
            (folder := tmp_path / f"host{number}").mkdir()
            fronts.append(stack.enter_context(front_of((server.port,), folder, behind + WEB_HOST)))
        (folder := tmp_path / "balancer").mkdir()
        ca = folder / "ca.pem"
        ca.write_text("".join((tmp_path / f"host{n}/cert.pem").read_text() for n in range(2)))
        text = BALANCER.replace("/etc/pamit/ca.pem", str(ca))
        for number, front in enumerate(fronts, 11):
            text = text.replace(f"10.10.0.{number}:443", f"127.0.0.1:{front.secure}")
        plain, secure = free_port(), free_port()
        text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
        text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
        command = [installed("nginx"), "-e", folder / "error.log", "-g", "daemon off;", "-c"]
        stack.enter_context(running(secure, [*command, written(folder, text)]))
        yield Front(plain, secure), pair, folder / "pamit.log"


def test_both_hosts_answer_and_a_dead_one_is_passed_by(app, balancer):
    front, (first, _second), log = balancer
    assert {status(front.get("/masuk")) for _ in range(8)} == {200}
    assert len({line.split()[-1] for line in lines_of([log], 8)}) == 2
    first.kill()
    assert {status(front.get("/masuk")) for _ in range(8)} == {200}


def test_one_sign_in_holds_whichever_host_answers(app, balancer):
    front, _, log = balancer
    username = make_user().username
    page = front.get("/masuk")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    body = f"csrf_token={token}&username={username}&password={PASSWORD.replace(' ', '+')}"
    sent = (
        f"Cookie: {cookie_of(page)}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"Origin: https://{NAME}",
        f"Referer: https://{NAME}/masuk",
    )
    lines = ["POST /masuk HTTP/1.1", f"Host: {NAME}", "Connection: close", *sent, "", body]
    answer = front.ask("\r\n".join(lines))
    assert status(answer) == 302, head(answer)
    cookie = cookie_of(answer)
    assert "Secure" in answer
    pages = [front.get("/keberangkatan", f"Cookie: {cookie}") for _ in range(8)]
    assert {status(page) for page in pages} == {200}
    assert not [line for line in lines_of([log], 10) if "?" in line]


def cookie_of(answer):
    return re.search(r"Set-Cookie: ([^;]*pamit=[^;]+)", answer, re.IGNORECASE)[1]


def test_the_address_of_a_visitor_is_that_which_the_proxy_saw(app, balancer):
    front, _, log = balancer
    front.get("/masuk", "X-Forwarded-For: 203.0.113.9")
    hosts = [log.parents[1] / f"host{number}/pamit.log" for number in range(2)]
    (line,) = lines_of(hosts, 1)
    assert '"GET /masuk" 200' in line
    assert "203.0.113.9" not in line


def test_a_web_host_with_a_certificate_of_somebody_else_is_not_asked(app, pair, tmp_path):
    with front_of((pair[0].port,), tmp_path, WEB_HOST) as front:
        (folder := tmp_path / "balancer").mkdir()
        text = BALANCER.replace("10.10.0.11:443", f"127.0.0.1:{front.secure}")
        text = text.replace("    server 10.10.0.12:443 max_fails=2 fail_timeout=10s;\n", "")
        plain, secure = free_port(), free_port()
        text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
        text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;")
        path = written(folder, text)
        other = folder / "ca.pem"
        shutil.copyfile(folder / "cert.pem", other)  # of the proxy, not of the web host
        path.write_text(path.read_text().replace("/etc/pamit/ca.pem", str(other)))
        command = [installed("nginx"), "-e", folder / "error.log", "-g", "daemon off;", "-c"]
        with running(secure, [*command, path]):
            assert status(Front(plain, secure).get("/masuk")) == 502
