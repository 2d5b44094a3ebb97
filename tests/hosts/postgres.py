"""PostgreSQL with the examples' settings, on loopback ports, to be followed and promoted."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.listening import OUTPUT
from tests.operating.nginx import EXAMPLES
from tests.operating.tools import server_tools

PASSWORD = "sandi-basis-data-dari-uji"
# Smaller than the machine that the example is for, and without its addresses.
HERE = {
    "listen_addresses": "'127.0.0.1'",
    "ssl": "off",
    "shared_buffers": "32MB",
    "maintenance_work_mem": "64MB",
}


def hba_of_example():
    lines = (EXAMPLES / "pg_hba.conf").read_text().splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    text = "\n".join(dict.fromkeys(" ".join(line.split()[:3]) for line in kept))
    assert text.count("hostssl") == 2
    ways = {"local": "trust", "hostssl": "127.0.0.1/32 scram-sha-256"}
    return "".join(f"{line} {ways[line.split()[0]]}\n" for line in text.splitlines()).replace(
        "hostssl", "host"
    )


class PgServer:
    """One server in a folder of its own.

    Args:
        tools: the folder of PostgreSQL's programs.
    """

    def __init__(self, base, name, tools):
        self.tools = tools
        self.home = base / name
        self.home.mkdir()
        self.data = self.home / "data"
        self.log = self.home / "log"
        OUTPUT.follow(self.log)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # PostgreSQL does not run as root.
        self.user = "pgserver" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.home, self.user)

    def run(self, name, *arguments, **environment):
        program = self.tools / name if (self.tools / name).exists() else name
        done = subprocess.run(
            [program, *map(str, arguments)],
            env={"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.home), **environment},
            cwd=self.home,
            user=self.user,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def make(self):
        """An empty server with the example's settings, its roles and the database."""
        self.run("initdb", "-D", self.data, "-U", "postgres", "--auth=trust", "-E", "UTF8")
        example = (EXAMPLES / "postgresql.conf").read_text()
        own = "".join(f"{name} = {value}\n" for name, value in HERE.items())
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(example + own)
        (self.data / "pg_hba.conf").write_text(hba_of_example())
        self.start()
        with self.connect() as connection:
            for statement in (
                f"CREATE ROLE pamit LOGIN PASSWORD '{PASSWORD}'",
                f"CREATE ROLE mengikut LOGIN REPLICATION PASSWORD '{PASSWORD}'",
                "CREATE DATABASE pamit OWNER pamit TEMPLATE template0",
            ):
                connection.execute(statement)

    def start(self):
        options = f"-p {self.port} -k {self.home}"
        arguments = ("-D", self.data, "-w", "-t", 60, "-l", self.log, "-o", options)
        with self.quiet():
            self.run("pg_ctl", "start", *arguments)

    @contextmanager
    def quiet(self):
        """The server keeps what it was started with open, so its output goes to its log."""
        run = self.run
        self.run = lambda name, *said: subprocess.run(
            [self.tools / name, *map(str, said)],
            env={"PATH": f"{self.tools}:/usr/bin:/bin"},
            cwd=self.home,
            user=self.user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        try:
            yield
        finally:
            self.run = run

    def stop(self, how="fast"):
        if (self.data / "postmaster.pid").exists():
            self.run("pg_ctl", "stop", "-D", self.data, "-m", how, "-w")

    def promote(self):
        self.run("pg_ctl", "promote", "-D", self.data, "-w")

    def follow(self, other, name):
        """Become a follower by the example's script."""
        script = self.home / "replica.sh"
        script.write_text((EXAMPLES / "replica.sh").read_text())
        script.chmod(0o755)
        where = f"host=127.0.0.1 port={other.port} user=mengikut"
        self.run("sh", script, where, self.data, name, PGPASSWORD=PASSWORD)
        self.start()

    def connect(self):
        where = f"host={self.home} port={self.port} user=postgres dbname=postgres"
        return psycopg.connect(where, autocommit=True)

    def scalar(self, statement):
        with self.connect() as connection:
            return connection.execute(statement).fetchone()[0]

    @property
    def address(self):
        return f"postgresql://pamit:{PASSWORD}@127.0.0.1:{self.port}/pamit"


def address_of_both(first, second):
    """The address that finds whichever of two servers takes writes."""
    hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (first, second))
    return f"postgresql://pamit:{PASSWORD}@/pamit?{hosts}&target_session_attrs=read-write"


@contextmanager
def two_servers(settings):
    """Two folders for servers, which are stopped in the end."""
    tools = server_tools(settings).postgres_bin
    if not (tools / "pg_basebackup").exists():
        pytest.skip("NOT RUN: a replica; pg_basebackup is not on this machine")
    base = Path(tempfile.mkdtemp(prefix="pamit-replica-"))
    base.chmod(0o755)
    servers = [PgServer(base, name, tools) for name in ("pamit_satu", "pamit_dua")]
    try:
        yield servers
    finally:
        for server in servers:
            server.stop("immediate")
        shutil.rmtree(base)
