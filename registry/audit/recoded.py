"""The codes that areas had before a decree gave them others, as the journal tells it.

The table of former codes is not asked: whoever moves a row by SQL could move its code as well.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from registry.audit.events import Event
from registry.audit.models import JournalEntry


def codes_before(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """The former codes of each area that had others, by its present code, the oldest first."""
    entries = JournalEntry.__table__.c
    recoded = select(entries.detail).where(entries.event == Event.REGION_RECODED.value)
    before: dict[str, tuple[str, ...]] = {}
    for detail in connection.scalars(recoded.order_by(entries.seq)):
        moved = {new: (*before.pop(old, ()), old) for old, new in detail["kode"]}
        before |= moved
    return before
