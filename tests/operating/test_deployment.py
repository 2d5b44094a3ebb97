"""The files of `docs/examples` are tried with the tools that will read them."""

import re
import subprocess

import pytest

from registry.operating.checks import DURABLE
from tests.operating.nginx import EXAMPLES, installed, written

SERVICES = sorted(EXAMPLES.glob("*.service"))
WORST_SCORE = 1.5


def score(unit):
    command = [installed("systemd-analyze"), "security", "--offline=yes", "--no-pager", str(unit)]
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


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_each_service_reaches_nothing_beyond_this_machine_and_no_history(unit):
    settings = unit.read_text().splitlines()
    assert "IPAddressDeny=any" in settings
    assert [line for line in settings if line.startswith("IPAddressAllow")] == [
        "IPAddressAllow=localhost"
    ]
    assert "InaccessiblePaths=-/opt/pamit/.git" in settings
    assert "User=pamit" in settings


def test_each_timer_starts_a_service_that_exists():
    timers = sorted(EXAMPLES.glob("*.timer"))
    assert len(timers) == 3
    for timer in timers:
        assert timer.with_suffix(".service") in SERVICES
        assert "OnCalendar=" in timer.read_text()


def test_the_proxy_before_several_hosts_is_as_strict_as_the_one_before_one():
    one, several = ((EXAMPLES / name).read_text() for name in ("nginx.conf", "nginx-balancer.conf"))
    for line in one.splitlines():
        if re.match(r"\s*(ssl_|client_|limit_|large_|server_tokens|send_|error_log)", line):
            assert line in several
    assert "proxy_ssl_verify              on;" in several
    assert "add_header" not in several
    assert "$args" not in several
    assert "$request " not in several
    assert "non_idempotent" not in several  # a save is never sent twice


def test_postgresql_loses_nothing_logs_no_values_and_hears_nobody_in_the_clear():
    settings = (EXAMPLES / "postgresql.conf").read_text()
    for name in DURABLE:
        assert re.search(rf"^{name} = on$", settings, re.M)
    for quiet in ("log_statement = none", "log_parameter_max_length = 0", "ssl = on"):
        assert f"\n{quiet}\n" in settings
    lines = (EXAMPLES / "pg_hba.conf").read_text().splitlines()
    ways = [line.split() for line in lines if line and not line.startswith("#")]
    assert {way[0] for way in ways} == {"local", "hostssl"}
    assert all(way[-1] == "scram-sha-256" for way in ways if way[0] != "local")


def nginx_says(folder, text):
    """What nginx thinks of the example."""
    tried = [installed("nginx"), "-t", "-q", "-e", folder / "error.log", "-c"]
    tried.append(written(folder, text))
    return subprocess.run(tried, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-balancer.conf"])
def test_nginx_takes_the_example_and_not_a_broken_one(tmp_path, name):
    text = (EXAMPLES / name).read_text()
    if "/etc/pamit/ca.pem" in text:
        text = text.replace("/etc/pamit/ca.pem", str(tmp_path / "cert.pem"))
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
