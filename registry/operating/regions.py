"""Changes of the list of areas, each with its journal entry; the caller commits."""

from collections.abc import Callable
from datetime import date
from typing import Any

from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.regions.importer import Loaded, load_regions
from registry.regions.moving import carry_out
from registry.regions.recoding import Recoding

REGION_COUNT = 91_600  # with the country itself


def load_regions_journaled(progress: Callable[[int], object]) -> Loaded:
    """Load what is missing, and say so in the journal where anything was."""
    loaded = load_regions(progress)
    if loaded.added or loaded.changed:
        detail: dict[str, Any] = loaded._asdict()
        log.record(Event.REGIONS_LOADED, by=log.SYSTEM, area_code="0", detail=detail)
    return loaded


def recode_journaled(plan: Recoding, *, since: date, decree: str, by: Actor) -> None:
    """Carry out a decree; its entry stands where all that it changes lies."""
    if not plan.may_be_done:
        raise ValueError("A decree is carried out whole or not at all.")
    detail = {
        "keputusan": decree,
        "berlaku": since.isoformat(),
        "kode": sorted(plan.codes.items()),
        "baru": [line.new for line in plan.made],
    }
    carry_out(plan, since=since, decree=decree)
    log.record(Event.REGION_RECODED, by=by, area_code=plan.area.code, detail=detail)
