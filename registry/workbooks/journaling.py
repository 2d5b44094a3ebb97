"""What the journal says of an export: area, filter, rows, masking; never a name that was sought."""

from typing import Any

from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.departures.filters import Filter
from registry.workbooks.detail import Written


def note_export(
    f: Filter,
    written: Written,
    *,
    by: Actor,
    form: str,
    is_masked: bool,
    purpose: str = "",
    approved_by: str = "",
    request_id: int | None = None,
) -> None:
    """Note that rows with people were given out; the ids say whose (`1-5,9`).

    Args:
        request_id: the request of a second person's approval that the file used up.
    """
    detail: dict[str, Any] = {
        **filter_facts(f),
        "baris": written.rows,
        "id": written.ids,
        "bentuk": form,
        "disamarkan": is_masked,
    }
    if purpose:
        detail["keperluan"] = purpose
    if approved_by:
        detail["disetujui"] = approved_by
    if request_id is not None:
        detail["permintaan"] = request_id
    log.record(Event.EXPORTED, by=by, area_code=f.area.code, detail=detail)


def note_summary(f: Filter, total: int, *, by: Actor) -> None:
    """Note that figures were given out."""
    detail = {**filter_facts(f), "jumlah": total}
    log.record(Event.SUMMARY_EXPORTED, by=by, area_code=f.area.code, detail=detail)


def filter_facts(f: Filter) -> dict[str, Any]:
    """The filter without what was sought in names or numbers."""
    pairs = [list(pair) for pair in f.pairs() if pair[0] != "q"]
    return {"saringan": pairs, "pencarian": bool(f.text)}
