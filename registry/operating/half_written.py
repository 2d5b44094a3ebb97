"""Files that hold people's data for a moment: none stays behind, not even of a killed command."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OF_SQLITE = ("", "-journal", "-wal", "-shm")


@contextmanager
def held(path: Path) -> Iterator[Path]:
    """The existing file while it is being written; removed at the end, unless it was renamed."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield path
        finally:
            _remove(path)


def remove_left_behind(files: Iterable[Path]) -> None:
    """Remove what a killed command left; what another one is still writing stays."""
    for path in files:
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path)


def _remove(path: Path) -> None:
    for suffix in OF_SQLITE:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
