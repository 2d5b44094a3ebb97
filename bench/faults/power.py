"""Power cuts while the program writes: nothing acknowledged is lost, and nothing is half.

Run it from the project's folder: `python -m bench.faults.power [--cuts N] [--history FOLDER]`. The
database lies on an ext4 file system of its own, in a file. A cut takes that file system away with
all that it had not put on the disk yet, kills the writer, and mounts it again, as a machine does
that starts after a cut. What a disk holds in a cache of its own stays out of this. The last line is
the canary: cuts of a program that does not wait for the disk, which must lose what it
acknowledged. Needs root and loop mounts; exits 1 when something was lost.
"""

import argparse
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bench.faults.running import History, NotRun, new_settings, outcome
from registry.config import Settings
from tests.faults.findings import Findings, examine
from tests.faults.killing import Killer
from tests.faults.processes import warm_process

CUTS = 20
CANARY_CUTS = 3
DISK_BYTES = 400 * 1024**2
# EXT4_IOC_SHUTDOWN and its flag that leaves the file system's log unwritten.
SHUT_DOWN, WITHOUT_LOG = 0x8004587D, 2
# Some lives are long enough for SQLite to write its log back into the database.
STEPS_BEFORE_CUT = (0, 1, 2, 5, 10, 20, 40, 80)


def run(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


class Disk:
    """An ext4 file system in a file, whose power can be cut."""

    def __init__(self, folder: Path) -> None:
        self.image, self.place = folder / "disk.img", folder / "disk"
        self.place.mkdir()
        with self.image.open("wb") as file:
            file.truncate(DISK_BYTES)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def mount(self) -> None:
        run("mount", "-o", "loop", self.image, self.place)

    def cut(self) -> float:
        """From here on nothing more reaches the disk, not even the file system's own log.

        Answers the moment before: a flush that the cut meets on its way may still be answered as
        done, which no machine without power would do.
        """
        place = os.open(self.place, os.O_RDONLY)
        moment = time.monotonic()
        fcntl.ioctl(place, SHUT_DOWN, struct.pack("I", WITHOUT_LOG))
        os.close(place)
        return moment

    def start_again(self) -> None:
        self.unmount()
        self.mount()

    def unmount(self) -> None:
        run("umount", self.place)


@contextmanager
def new_disk() -> Iterator[Disk]:
    """A mounted disk; raises NotRun where the machine cannot have one or cut it."""
    if not shutil.which("mkfs.ext4"):
        raise NotRun("power cuts; mkfs.ext4 is missing (apt-get install e2fsprogs)")
    if os.geteuid() != 0:
        raise NotRun("power cuts; only root may mount")
    folder = Path(tempfile.mkdtemp(prefix="pamit-power-"))
    try:
        disk = Disk(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder)
        raise NotRun("power cuts; this machine lets nobody mount a file") from error
    try:
        yield disk
    finally:
        with suppress(subprocess.CalledProcessError):
            disk.unmount()
        shutil.rmtree(folder)


@contextmanager
def database_on(disk: Disk) -> Iterator[Settings]:
    """The settings of a new database that lies on the disk, and is really there."""
    with new_settings() as settings:
        source = settings.database_url.removeprefix("sqlite:///")
        path = Path(shutil.copy(source, disk.place / "pamit.sqlite"))
        os.sync()
        yield replace(settings, database_url=f"sqlite:///{path}")


def cut_many(mode: str, cuts: int, seed: int, history: History) -> tuple[Findings, int]:
    """What was found after the last cut, or after the first that was not clean; and the saves."""
    with new_disk() as disk, database_on(disk) as settings:
        findings = Findings(lost=[])
        with warm_process("tests.faults.writer", settings, mode) as process:
            killer = Killer(process, seed, strike=disk.cut, steps=STEPS_BEFORE_CUT)
            for number in range(cuts):
                known, killer.late = len(killer.acknowledged), []
                killer.kill_one()
                disk.start_again()
                findings = examine(settings, killer.acknowledged)
                history.note(
                    "cut",
                    number=number,
                    mode=mode,
                    acknowledged=killer.acknowledged[known:],
                    late=killer.late,
                    late_and_lost=examine(settings, killer.late).lost if killer.late else [],
                    findings=vars(findings),
                )
                if not findings.is_clean:
                    break
        return findings, len(killer.acknowledged)


def tell(mode: str, cuts: int, history: History) -> bool:
    """Print one line of evidence; answers whether everything was there."""
    begun = perf_counter()
    findings, saves = cut_many(mode, cuts, seed=cuts, history=history)
    print(
        f"{mode:8} up to {cuts} cuts, {saves} saves acknowledged, {len(findings.lost)} lost, "
        f"integrity {findings.integrity}, {perf_counter() - begun:.0f} s"
        f"{'' if findings.is_clean else '  NOT CLEAN'}",
        flush=True,
    )
    return findings.is_clean and saves > cuts


def main(cuts: int, folder: Path | None) -> bool:
    history = History(folder, "power")
    held = tell("honest", cuts, history)
    is_found = not tell("normal", CANARY_CUTS, history)
    print("canary found" if is_found else "CANARY NOT FOUND")
    return held and is_found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cuts", type=int, default=CUTS)
    parser.add_argument("--history", type=Path)
    said = parser.parse_args()
    sys.exit(outcome(lambda: main(said.cuts, said.history)))
