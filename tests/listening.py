"""What the program says into its log: in this process before the net under the log blots numbers
out, and what servers and other processes of the tests write to their output."""

import atexit
import logging
import re
import shutil
import tempfile
from pathlib import Path
from typing import IO


class Listener(logging.Handler):
    """Keeps the own text of each record of any logger until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(said_in_full(record))

    def listen(self) -> None:
        """Stand under the root of all loggers, also after somebody set logging up anew."""
        logging.getLogger().addHandler(self)

    def take(self) -> str:
        said, self._said = "\n".join(self._said), []
        return said


def said_in_full(record: logging.LogRecord) -> str:
    """Message and traceback as they were handed over; a netted record hides numbers in its own."""
    said = logging.LogRecord.getMessage(record)
    if record.exc_info and record.exc_info[0] is not None:
        said += "\n" + logging.Formatter().formatException(record.exc_info)
    return said


class OutputFiles:
    """Files that processes write to and nobody else reads, each read as it grows."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._read: dict[Path, int] = {}

    def path(self, name: str) -> Path:
        """A new file for what the process of this name says; it goes with this process.

        Args:
            name: what the process is, for whoever reads that it leaks.
        """
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pamit-said-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        path = self._folder / f"{len(self._read)}-{re.sub('[^A-Za-z0-9.-]', '_', name)}.log"
        self.follow(path)
        return path

    def follow(self, path: Path) -> None:
        """Read this file too, which somebody else names, from its beginning."""
        self._read[path] = 0

    def open(self, name: str) -> IO[bytes]:
        """As `path`, opened for a process that is about to start, to be added to."""
        return self.path(name).open("ab")

    def take(self) -> str:
        """What was written since it was last asked for."""
        return "\n".join(self._grown(path) for path in self._read)

    def _grown(self, path: Path) -> str:
        """A line that is not finished is read again, as a number may stand half in it."""
        seen = self._read[path]
        if not path.exists() or path.stat().st_size == seen:
            return ""
        with path.open("rb") as file:
            file.seek(seen)
            said = file.read()
        self._read[path] = seen + said.rfind(b"\n") + 1
        return said.decode(errors="replace")


OUTPUT = OutputFiles()
