"""The one look for whatever was changed in the database beside the journal."""

from collections.abc import Sequence
from typing import Any

from registry.accounts.models import User
from registry.audit import vouching
from registry.audit.vouching import Contradiction
from registry.departures import stocktaking
from registry.departures.digests import first_edited_record
from registry.departures.models import EmergencyAccess, FlagStep

VOUCHED: Sequence[Any] = (User, EmergencyAccess, FlagStep)


def first_edited_beside_journal() -> Contradiction | None:
    """The first row that does not agree with its last journal entry; None when all do."""
    if record := first_edited_record():
        return record
    accepts_untold = stocktaking.is_due()
    for model in VOUCHED:
        found = vouching.first_contradiction(model, accepts_untold=accepts_untold)
        if found:
            return found
    return None
