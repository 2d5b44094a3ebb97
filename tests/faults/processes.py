"""A warm process of our own that does one thing for each line that it is sent."""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from tests.listening import OUTPUT

ROOT = Path(__file__).parents[2]


@contextmanager
def warm_process(module, settings, mode):
    """The process, once it has said that it is ready."""
    with OUTPUT.open(module) as said:
        process = subprocess.Popen(
            [sys.executable, "-m", module, settings.database_url, str(settings.keys_path), mode],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            bufsize=1,
        )
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()
