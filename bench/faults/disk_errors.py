"""A disk that fails while people save: no save is answered that is not there, and it recovers.

Run it from the project's folder:

    python -m bench.faults.disk_errors [--plans N] [--history FOLDER]

`strace` lets chosen writes and flushes of the database and its log fail (EIO, ENOSPC) in a server
in use, and is then taken away: everybody must be able to save again at once, without a restart. At
the end the server is killed and the database examined. The last line is the canary: a disk that
says it wrote and did not, which must be found. Exits 1 when something was lost or did not recover.
"""

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from bench.faults.running import History, NotRun, new_settings, outcome
from registry.config import Settings
from tests.faults.findings import Findings, examine
from tests.faults.serving import Browser, Server, Writer, cookies_of_operators

PLANS = 6
WRITERS = 4
FAULTY_SECONDS = 1.5
ATTACHED_WITHIN = 10
FAILURES = ("fsync,fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC")
LYING = "pwrite64:retval=4096"
REFUSED = {503}


@dataclass
class Result:
    """What the people of one plan saw: refusals by status, and whether all could save after it."""

    refused: Counter[int]
    saves: int
    recovers: bool


def random_plan(chance: random.Random) -> str:
    """Which call fails how, beginning with which, and how often from then on."""
    return f"{chance.choice(FAILURES)}:when={chance.randint(1, 12)}+{chance.randint(1, 9)}"


def attach(server: Server, database: Path, plan: str) -> subprocess.Popen[bytes]:
    """Let the plan happen to every worker; raises NotRun where nobody may watch a process."""
    files = [part for path in (database, f"{database}-wal") for part in ("-P", str(path))]
    pids = [part for pid in server.workers() for part in ("-p", pid)]
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", "/dev/null", *files, "-e", f"inject={plan}", *pids],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    begun = time.monotonic()
    while not all(_is_watched(pid) for pid in server.workers()):
        if strace.poll() is not None:
            raise NotRun("errors of the disk; nobody may watch a process with strace here")
        assert time.monotonic() - begun < ATTACHED_WITHIN, "strace does not attach"
        time.sleep(0.02)
    return strace


def _is_watched(pid: str) -> bool:
    return "TracerPid:\t0\n" not in Path(f"/proc/{pid}/status").read_text()


def record_until(stop: Event, writer: Writer) -> None:
    while not stop.is_set():
        writer.record_one()


def suffer(server: Server, database: Path, writers: list[Writer], plan: str) -> Result:
    """People save while the plan happens; afterwards each of them once more."""
    known = sum(len(writer.acknowledged) for writer in writers)
    for writer in writers:
        writer.refused.clear()
    stop = Event()
    threads = [Thread(target=record_until, args=(stop, writer)) for writer in writers]
    strace = attach(server, database, plan)
    try:
        for thread in threads:
            thread.start()
        time.sleep(FAULTY_SECONDS)
    finally:
        stop.set()
        strace.terminate()
        strace.wait()
    for thread in threads:
        thread.join()
    refused = Counter(status for writer in writers for status in writer.refused)
    saved_again = [writer.record_one() for writer in writers]
    saves = sum(len(writer.acknowledged) for writer in writers) - known
    return Result(refused, saves, all(saved_again))


def run_plans(
    settings: Settings, plans: list[str], history: History
) -> tuple[list[Result], Findings]:
    """All plans on one server that is never started again, and what is there after a kill."""
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    server, sent = Server(settings), set[str]()
    cookies = cookies_of_operators(settings, WRITERS)
    server.start()
    writers = [Writer(Browser(server.port, cookie), sent) for cookie in cookies]
    results = []
    try:
        for writer in writers:
            assert writer.record_one(), writer.refused
        for plan in plans:
            result = suffer(server, database, writers, plan)
            results.append(result)
            history.note("plan", plan=plan, **vars(result))
            print(f"{plan:36} {result.saves:4} saves, refused {dict(result.refused)}"
                  f"{'' if result.recovers else '  DID NOT RECOVER'}", flush=True)  # fmt: skip
    finally:
        server.kill()
        for writer in writers:
            writer.browser.close()
    acknowledged = [save for writer in writers for save in writer.acknowledged]
    findings = examine(settings, acknowledged, sent)
    history.note("examined", acknowledged=acknowledged, findings=vars(findings))
    print(f"{len(acknowledged)} saves acknowledged, {len(findings.lost)} lost, "
          f"integrity {findings.integrity}, clean: {findings.is_clean}", flush=True)  # fmt: skip
    return results, findings


def holds(results: list[Result], findings: Findings) -> bool:
    """Nothing lost, every refusal a page that says so, errors met at all, and each plan left."""
    refused = sum((result.refused for result in results), Counter[int]())
    return (
        findings.is_clean
        and bool(refused)
        and set(refused) <= REFUSED
        and all(result.recovers for result in results)
    )


def main(plans: int, folder: Path | None) -> bool:
    if not shutil.which("strace"):
        raise NotRun("errors of the disk; strace is missing (apt-get install strace)")
    history, chance = History(folder, "disk-errors"), random.Random(plans)
    with new_settings() as settings:
        held = holds(*run_plans(settings, [random_plan(chance) for _ in range(plans)], history))
    with new_settings() as settings:
        _results, findings = run_plans(settings, [f"{LYING}:when=1+1"], history)
    print("canary found" if not findings.is_clean else "CANARY NOT FOUND")
    return held and not findings.is_clean


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plans", type=int, default=PLANS)
    parser.add_argument("--history", type=Path)
    said = parser.parse_args()
    sys.exit(outcome(lambda: main(said.plans, said.history)))
