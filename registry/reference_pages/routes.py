"""The blueprint of the reference data, and what its pages share."""

from typing import Any

from flask import Blueprint, abort
from flask_babel import gettext as _

from registry.accounts.access import current_area
from registry.db import db
from registry.enums import AgencyKind
from registry.reference.lists import BY_SLUG, ReferenceList
from registry.reference.operations import ReferenceRefused

reference = Blueprint("reference", __name__, url_prefix="/rujukan")

KINDS = {"p3mi": AgencyKind.P3MI, "lpk-so": AgencyKind.SENDING_ORGANISATION}
AGENCY_LIST = '<any("p3mi", "lpk-so"):slug>'
ROW_LIST = f"<any({', '.join(repr(slug) for slug in BY_SLUG)}):slug>"


def row_or_404(item: ReferenceList, row_id: int) -> Any:
    """The row of the list, or an address of nothing."""
    row = db.session.get(item.model, row_id)
    if row is None or not may_change(item, row):
        abort(404)
    return row


def may_change(item: ReferenceList, row: Any) -> bool:
    """Whether the row is about no area, or about one that the administrator holds."""
    return not item.is_of_areas or current_area().holds(row.region_code)


def refuse(form: Any, error: ReferenceRefused) -> None:
    """Take the change back, and say beside its field why."""
    db.session.rollback()
    field = form[error.field] if error.field in form else form["reason"]
    field.errors = [*field.errors, error.said(_)]
