"""A workbook that a command writes: readable by its owner only, and whole or not there at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from registry.accounts.users_cli import Failure


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """The file to write into; it gets its name once the block has ended well."""
    if path.suffix.lower() != ".xlsx":
        raise Failure("Nama berkas harus berakhiran .xlsx.")
    if not path.parent.is_dir():
        raise Failure(f"Folder {path.parent} tidak ada.")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".ekspor-", suffix=".xlsx")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
