"""The mark of a restore that was cut short: until it is repeated, nothing is served.

In between, sessions that were ended and people who were erased since the backup would be back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry.config import Settings, UnsafeStart

NAME = "pemulihan.belum"
WORDS = "Pemulihan cadangan belum selesai. Jalankan lagi: .venv/bin/flask --app wsgi restore FILE"


def is_unfinished(settings: Settings) -> bool:
    """Whether a restore was cut short, so that it may be repeated over what it left."""
    return (settings.instance_path / NAME).exists()


def refuse_unfinished(settings: Settings) -> None:
    """Raise UnsafeStart where a restore was cut short."""
    if is_unfinished(settings):
        raise UnsafeStart(WORDS)


@contextmanager
def marked(settings: Settings, is_still_empty: Callable[[], bool]) -> Iterator[None]:
    """The mark stays when the block ends early, unless nothing came into the database."""
    mark = settings.instance_path / NAME
    mark.touch(0o600)
    try:
        yield
    except BaseException:
        if is_still_empty():
            mark.unlink()
        raise
    mark.unlink()
