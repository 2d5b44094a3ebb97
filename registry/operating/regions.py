"""Loading the official list of areas with its journal entry."""

from collections.abc import Callable
from typing import Any

from registry.audit import log
from registry.audit.events import Event
from registry.regions.importer import Loaded, load_regions

REGION_COUNT = 91_600  # with the country itself


def load_regions_journaled(progress: Callable[[int], object]) -> Loaded:
    """Load what is missing, and say so in the journal where anything was; the caller commits."""
    loaded = load_regions(progress)
    if loaded.added or loaded.changed:
        detail: dict[str, Any] = loaded._asdict()
        log.record(Event.REGIONS_LOADED, by=log.SYSTEM, area_code="0", detail=detail)
    return loaded
