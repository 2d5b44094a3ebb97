"""Changing reference data: each change is journaled, and the caller commits."""

from datetime import date

from registry.audit import log
from registry.audit.events import Event
from registry.audit.log import Actor
from registry.db import db
from registry.formatting import today
from registry.reference.models import Agency
from registry.reference.queries import agency_key
from registry.regions.models import VillageTerm


def save_village_term(
    district_code: str, *, term: str, head_term: str, note: str, by: Actor
) -> None:
    """Set what a desa and its head are called in a kabupaten."""
    row = db.session.get(VillageTerm, district_code)
    before = row.term if row else None
    if row is None:
        row = VillageTerm(district_code=district_code)
        db.session.add(row)
    row.term, row.head_term, row.note = term, head_term, note
    log.record(
        Event.REFERENCE_CHANGED,
        by=by,
        area_code=district_code,
        detail={"tabel": "village_term", "sebelum": before, "sesudah": term},
    )


def add_agency(
    *,
    name: str,
    licence_number: str | None,
    licence_valid_to: date | None,
    address: str | None,
    source: str,
    by: Actor,
) -> Agency:
    """A new agency, in force from today."""
    agency = Agency(
        name=name,
        normal_name=agency_key(name),
        licence_number=licence_number,
        licence_valid_to=licence_valid_to,
        address=address,
        source=source,
        valid_from=today(),
    )
    db.session.add(agency)
    log.record(
        Event.REFERENCE_CHANGED,
        by=by,
        area_code=by.area_code,
        detail={"tabel": "agency", "sesudah": name},
    )
    return agency
