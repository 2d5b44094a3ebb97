"""The scanners, each called as its own command; what they found, by how grave it is."""

import csv
import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from bench.faults.running import ROOT, NotRun
from bench.scanners.surface import TOKEN, Surface
from tests.faults.serving import Browser

WAPITI_MODULES = (
    "sql,timesql,xss,permanentxss,exec,file,crlf,redirect,csrf,csp,http_headers,cookieflags,"
    "methods,upload,htaccess,xxe"
)
# Of wapiti's four levels from low to critical.
MEDIUM = 2
LEAVING = ("/keluar", "/akun/saya/keluar-semua", "/akun/saya/keluar-lain", "/akun/saya/sesi/*")
# What bandit says of these places was looked at and is no flaw; any other place counts, but where
# the line itself says why the linter's rule of the same number does not hold.
ACCEPTED = {
    ("B303", "registry/accounts/totp.py"): "authenticator apps know SHA-1 alone (RFC 6238)",
    ("B314", "registry/workbooks/_tables.py"): "the guard has refused every DTD before",
    ("B314", "bench/scanners/tools.py"): "the report of our own tool",
    ("B608", "registry/departures/summary/keys.py"): "a sign, and names of our own columns",
    ("B608", "registry/migrations/versions/008_summary.py"): "names of our own columns",
    ("B608", "registry/migrations/versions/009_papers.py"): "names of our own tables and columns",
}
REASONED = re.compile(r"# noqa: ([^-]*) - ")
GRACE = 60  # seconds that a tool has to write down what it found


@dataclass
class Report:
    """What a tool said.

    Attributes:
        grave: findings of medium or higher, a line each.
        minor: how many lesser ones there are.
        note: what the tool says of how far it came.
    """

    grave: list[str] = field(default_factory=list)
    minor: int = 0
    note: str = ""


@dataclass(frozen=True)
class Target:
    """Whom to scan as: the port, the cookie of the session, and what the role can ask for."""

    port: int
    cookie: str
    surface: Surface
    seconds: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def call(seconds: int, *command: str | Path) -> tuple[str, bool]:
    """What a tool printed, and whether it had to be ended; raises NotRun where it is missing."""
    if shutil.which(str(command[0])) is None:
        raise NotRun(f"{command[0]} is not on the PATH")
    with subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
    ) as process:
        try:
            return process.communicate(timeout=seconds)[0], False
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0], True


class Answerer(BaseHTTPRequestHandler):
    """The endpoint on loopback that wapiti asks whether somebody was lured to it: nobody was."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_said: object) -> None:
        pass


@contextmanager
def answerer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def wapiti(target: Target) -> Report:
    """Crawls with the session's cookie, then attacks what it found."""
    left_out = [word for path in LEAVING for word in ("-x", target.url + path)]
    times = ["--max-scan-time", target.seconds // 2, "--max-attack-time", target.seconds // 5]
    with answerer() as there, tempfile.TemporaryDirectory(prefix="pamit-wapiti-") as name:
        path = Path(name, "report.json")
        places = ["--internal-endpoint", there, "--external-endpoint", there]
        said, is_cut = call(
            target.seconds * 5, "wapiti", "-u", f"{target.url}/", "--scope", "domain",
            "-C", f"pamit={target.cookie}", *left_out, "-m", WAPITI_MODULES, *places,
            "--dns-endpoint", "localhost", *map(str, times), "--flush-session",
            "--store-session", name, "--store-config", name, "--no-bugreport",
            "-f", "json", "-o", path,
        )  # fmt: skip
        if is_cut or not path.exists():
            return Report([f"no report: {said[-300:]}"])
        told = json.loads(path.read_text())
    report = Report(note=f"{told['infos'].get('crawled_pages_nbr')} pages crawled")
    refuted = 0
    if left := len(re.findall("Max attack time was reached", said)):
        report.note += f", {left} modules out of time"
    for kind, found in {**told["vulnerabilities"], **told["anomalies"]}.items():
        for one in found:
            if kind == "Cross Site Request Forgery" and is_refused_bare(target, one):
                refuted += 1
            elif one["level"] >= MEDIUM or kind == "Internal Server Error":
                report.grave.append(f"{kind}: {one['method']} {one['path']} {one['parameter']}")
            else:
                report.minor += 1
    report.note += f", {refuted} forms with a token of another name proved to ask for it"
    return report


def is_refused_bare(target: Target, finding: dict[str, Any]) -> bool:
    """Whether the server refuses a form without its token.

    wapiti knows tokens by their name, and does not know one with a prefix: `batal-csrf_token`.
    """
    body = finding["http_request"].replace("\r\n", "\n").rpartition("\n\n")[2]
    bare = {n: v for n, v in parse_qsl(body, True) if not n.endswith(TOKEN)}
    with closing(Browser(target.port, target.cookie)) as browser:
        browser.token = "none"  # noqa: S105 (stands for a token that is none)
        return bool(browser.post(finding["path"], bare).status_code == 400)


def sqlmap(target: Target) -> Report:
    """Tries every parameter of addresses and forms, and texts in the path."""
    with tempfile.TemporaryDirectory(prefix="pamit-sqlmap-") as name:
        path, results = Path(name, "requests.log"), Path(name, "results.csv")
        path.write_bytes(target.surface.requests(target.port).encode())
        said, is_cut = call(
            target.seconds + GRACE, "sqlmap", "-l", path, "--cookie", f"pamit={target.cookie}",
            "--batch", "--level", "1", "--risk", "1", "--technique", "BE", "--skip", TOKEN,
            "--ignore-proxy", "--ignore-redirects", "--threads", "2", "--disable-coloring",
            "--time-limit", str(target.seconds), "--output-dir", name, "--results-file", results,
        )  # fmt: skip
        rows = list(csv.DictReader(results.open())) if results.exists() else []
    tried = set(re.findall(r"testing for SQL injection on (.+)", said))
    done = len(re.findall("testing for SQL injection on", said))
    found = [f"{r['Target URL']} {r['Place']} {r['Parameter']}" for r in rows if r["Parameter"]]
    asked = len(re.findall(r"^\[\d+/\d+\] URL:", said, re.MULTILINE))
    cut = ", out of time" if is_cut or "time limit" in said.lower() else ""
    if not done:
        found.append(f"tried nothing: {said[-300:]}")
    return Report(found, note=f"{asked} requests, {done} parameters ({len(tried)} names){cut}")


def schemathesis(target: Target) -> Report:
    """Makes requests of every kind from the description; only a server error is a finding."""
    with tempfile.TemporaryDirectory(prefix="pamit-schemathesis-") as name:
        path, junit = Path(name, "openapi.json"), Path(name, "junit.xml")
        path.write_text(json.dumps(target.surface.openapi()))
        said, is_cut = call(
            target.seconds + GRACE, "schemathesis", "run", path, "--url", target.url,
            "-H", f"Cookie: pamit={target.cookie}", "--checks", "not_a_server_error",
            "--phases", "examples,coverage,fuzzing", "--max-examples", "10",
            "--generation-deterministic", "--no-shrink", "--continue-on-failure",
            "--max-time", str(target.seconds), "--warnings", "off", "--no-color",
            "--report", "junit", "--report-junit-path", junit,
        )  # fmt: skip
        if not junit.exists():
            return Report([f"no report{' in time' if is_cut else ''}: {said[-300:]}"])
        cases = list(ET.parse(junit).getroot().iter("testcase"))  # noqa: S314 (our own tool's file)
    failed = [c.get("name", "") for c in cases if {child.tag for child in c} & {"failure", "error"}]
    return Report(failed, note=f"{len(cases)} operations")


def _is_reasoned(found: dict[str, Any]) -> bool:
    """Whether a reason stands beside what was found; bandit's B704 is S704 of the linter."""
    lines = Path(found["filename"]).read_text().splitlines()
    said = " ".join(lines[number - 1] for number in found["line_range"])
    rules = " ".join(REASONED.findall(said)).replace(",", " ").split()
    return f"S{found['test_id'][1:]}" in rules


def bandit(folders: list[str]) -> Report:
    """Reads the source; medium and higher count."""
    said, _is_cut = call(
        300, "bandit", "-r", *(ROOT / name for name in folders), "-f", "json", "-q"
    )
    told = json.loads(said[said.index("{") :])
    report, accepted = Report(), 0
    for one in told["results"]:
        place = Path(one["filename"]).relative_to(ROOT)
        if (one["test_id"], str(place)) in ACCEPTED or _is_reasoned(one):
            accepted += 1
        elif one["issue_severity"] in ("MEDIUM", "HIGH"):
            report.grave.append(f"{one['test_id']} {place}:{one['line_number']}")
        else:
            report.minor += 1
    report.note = f"{told['metrics']['_totals']['loc']} lines, {accepted} known and accepted"
    return report
