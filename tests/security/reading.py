"""Reads one file in a process of its own, and tells what came of it and what it took.

`python -m tests.security.reading MODE FILE` prints one line of JSON. The mode `guarded` is the
program's own way; `plain` is openpyxl without anything before it, the planted flaw. Both end by
themselves: the limits below belong to the test.
"""

import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from registry.workbooks.guard import FileRefused
from registry.workbooks.reader import read_rows

ROOT = Path(__file__).parents[2]
KNOWN = ("NIK", "Nama")
SECONDS, MEGABYTES = 5, 300
ADDRESS_SPACE = 2_000_000_000


@dataclass(frozen=True)
class Reading:
    """What came of a file: its rows, a refusal or a crash; and the time and memory of it all."""

    names: tuple[object, ...] | None = None
    refusal: str | None = None
    crash: str | None = None
    seconds: float = 0
    megabytes: float = 0

    @property
    def faults(self) -> list[str]:
        """What no file may bring about."""
        found = [f"crashed: {self.crash}"] if self.crash else []
        if self.seconds > SECONDS:
            found.append(f"{self.seconds:.1f} s")
        if self.megabytes > MEGABYTES:
            found.append(f"{self.megabytes:.0f} MB")
        return found


def read_apart(data: bytes, filename: str, mode: str = "guarded") -> Reading:
    """The file as read by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="pamit-baca-") as folder:
        path = Path(folder) / filename
        path.write_bytes(data)
        command = [sys.executable, "-m", "tests.security.reading", mode, str(path)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        return Reading(crash=f"ended with {ended.returncode}", seconds=SECONDS)
    told = json.loads(ended.stdout)
    return Reading(**{**told, "names": told["names"] and tuple(told["names"])})


def _guarded(path: Path) -> list[object]:
    sheet = read_rows(path.read_bytes(), path.name, known_headings=KNOWN)
    return [row.cells.get("Nama") for row in sheet.rows]


def _plain(path: Path) -> list[object]:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    heading, *rows = book[book.sheetnames[0]].iter_rows(values_only=True)
    return [row[heading.index("Nama")] for row in rows]


def _peak() -> float:
    """The most that this process and its largest child ever held, in megabytes.

    Of this process the kernel's own status is asked: `getrusage` counts in who started it.
    """
    status = Path("/proc/self/status").read_text()
    own = int(status.split("VmHWM:")[1].split()[0])
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024 / 1e6


def main(mode: str, path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 1))
    told: dict[str, object] = {"names": None}
    begun = perf_counter()
    try:
        told["names"] = (_guarded if mode == "guarded" else _plain)(path)
    except FileRefused as refusal:
        told["refusal"] = refusal.message
    except Exception as error:
        told["crash"] = type(error).__name__
    told |= {"seconds": perf_counter() - begun, "megabytes": _peak()}
    print(json.dumps(told, default=repr))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
