"""The files of `docs/examples` are tried with the tools that will read them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
SERVICES = sorted(EXAMPLES.glob("*.service"))
WORST_SCORE = 1.5


def tool(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"NOT RUN: {name} is not on this machine")
    return found


def score(unit):
    command = [tool("systemd-analyze"), "security", "--offline=yes", "--no-pager", str(unit)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    if found is None:
        pytest.skip("NOT RUN: this systemd-analyze judges no file")
    return float(found[1])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_each_service_is_hardened(unit):
    assert score(unit) <= WORST_SCORE


def test_a_service_without_its_hardening_would_be_noticed(tmp_path):
    bare = tmp_path / "pamit.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n")
    assert score(bare) > WORST_SCORE


def test_each_timer_starts_a_service_that_exists():
    timers = sorted(EXAMPLES.glob("*.timer"))
    assert len(timers) == 3
    for timer in timers:
        assert timer.with_suffix(".service") in SERVICES
        assert "OnCalendar=" in timer.read_text()


def nginx_says(folder, text):
    """What nginx thinks of the example inside its http block, with a certificate of its own."""
    command, openssl = tool("nginx"), tool("openssl")
    pair = ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"]
    made = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(
        [*made, "-nodes", "-subj", "/CN=pamit.example.go.id", *pair],
        check=True,
        capture_output=True,
    )
    text = re.sub(r"/etc/letsencrypt\S+/fullchain\.pem", str(folder / "cert.pem"), text)
    text = re.sub(r"/etc/letsencrypt\S+/privkey\.pem", str(folder / "key.pem"), text)
    text = text.replace("/var/log/nginx", str(folder))
    path = folder / "nginx.conf"
    path.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    tried = [command, "-t", "-q", "-e", folder / "error.log", "-c", path]
    return subprocess.run(tried, capture_output=True, text=True, check=False)


def test_nginx_takes_the_example_and_not_a_broken_one(tmp_path):
    text = (EXAMPLES / "nginx.conf").read_text()
    done = nginx_says(tmp_path, text)
    assert done.returncode == 0, done.stderr
    assert nginx_says(tmp_path, text.replace("proxy_pass", "proxy_pas")).returncode != 0


def test_nginx_waits_for_nobody_long_and_adds_no_header_of_its_own():
    text = (EXAMPLES / "nginx.conf").read_text()
    for setting in (
        "client_header_timeout       10s",
        "client_body_timeout         15s",
        "client_max_body_size        11m",
        "ssl_protocols       TLSv1.2 TLSv1.3",
        "server_tokens off",
    ):
        assert f"{setting};" in text
    assert "add_header" not in text
    assert "$args" not in text
    assert "$request " not in text
