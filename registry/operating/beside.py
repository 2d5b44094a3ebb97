"""The one look for whatever was changed in the database beside the journal."""

from collections.abc import Sequence
from typing import Any

from registry.accounts.models import User
from registry.audit import vouching
from registry.audit.vouching import Contradiction
from registry.departures.digests import first_edited_record
from registry.departures.models import EmergencyAccess, FlagStep, PatternStep
from registry.departures.settlements import first_settled_by_nobody
from registry.operating import stocktaking
from registry.rights.models import CorrectionRequest
from registry.workbooks.models import ExportRequest

VOUCHED: Sequence[Any] = (
    *(User, EmergencyAccess, FlagStep, PatternStep),
    *(CorrectionRequest, ExportRequest),
)


def first_edited_beside_journal() -> Contradiction | None:
    """The first row that does not agree with its last journal entry; None when all do."""
    if record := first_edited_record():
        return record
    for model in VOUCHED:
        is_due = stocktaking.is_due(model)
        if found := vouching.first_contradiction(model, accepts_untold=is_due):
            return found
    return first_settled_by_nobody()
