"""A file that a command writes: readable by its owner only, and whole or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from registry.accounts.users_cli import Failure


@contextmanager
def new_file(path: Path, *suffixes: str) -> Iterator[BinaryIO]:
    """The file to write into; it gets its name once the block has ended well.

    Args:
        suffixes: how its name may end; `.xlsx` where nothing is said.
    """
    allowed = suffixes or (".xlsx",)
    if path.suffix.lower() not in allowed:
        raise Failure(f"Nama berkas harus berakhiran {' atau '.join(allowed)}.")
    if not path.parent.is_dir():
        raise Failure(f"Folder {path.parent} tidak ada.")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".ekspor-", suffix=path.suffix)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
