"""Progress of long commands: a bar on a terminal once a second has passed, silence elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

SHOWN_AFTER_SECONDS = 1.0


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], object]]:
    """Gives a function to call with the number of steps done since its last call."""
    with ExitStack() as stack:
        yield _Bar(label, length, stack).advance


class _Bar:
    def __init__(self, label: str, length: int, stack: ExitStack) -> None:
        self.label, self.length, self.stack = label, length, stack
        self.done = 0
        self.started = time.monotonic()
        self.bar: Any = None

    def advance(self, steps: int) -> None:
        self.done += steps
        if self.bar is not None:
            self.bar.update(steps)
        elif sys.stderr.isatty() and time.monotonic() - self.started > SHOWN_AFTER_SECONDS:
            bar = click.progressbar(
                length=self.length, label=self.label, show_pos=True, file=sys.stderr
            )
            self.bar = self.stack.enter_context(bar)
            self.bar.update(self.done)
