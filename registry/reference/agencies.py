"""Changing the lists of agencies: their licences, names and addresses; the caller commits."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from registry.audit.log import Actor
from registry.db import db
from registry.enums import N_, AgencyKind
from registry.formatting import company_key
from registry.reference.lists import ReferenceList
from registry.reference.models import Agency, AgencyAlias, AgencyLicence
from registry.reference.operations import ReferenceRefused, Watcher, note, put_row
from registry.reference.queries import match_agency

NO_NAME = N_("Tulis nama perusahaannya, bukan hanya bentuk badannya.")
LISTED = N_("Nama ini sudah ada di daftar.")

LICENCES = {
    AgencyKind.P3MI: ReferenceList(
        "p3mi",
        N_("Daftar P3MI"),
        AgencyLicence,
        ("agency_id",),
        "licences",
        ("R07", "R08"),
    ),
    AgencyKind.SENDING_ORGANISATION: ReferenceList(
        "lpk-so",
        N_("Daftar LPK pengirim magang (SO)"),
        AgencyLicence,
        ("agency_id",),
        "sending_bodies",
        ("R12",),
    ),
}


def add_agency(
    kind: AgencyKind,
    values: Mapping[str, Any],
    licence: Mapping[str, Any],
    *,
    reason: str,
    by: Actor,
    watcher: Watcher,
) -> None:
    """A new agency with its first licence; raises ReferenceRefused where its name is listed."""
    agency = new_agency(kind, values, licence, watcher)
    told = {"sesudah": agency.name, "alasan": reason}
    _note(agency, "agency", watcher, by, told)


def new_agency(
    kind: AgencyKind, values: Mapping[str, Any], licence: Mapping[str, Any], watcher: Watcher
) -> Agency:
    """The same without judging and journaling."""
    _refuse_listed(kind, values["name"])
    agency = Agency(kind=kind, normal_name=company_key(values["name"]), **values)
    db.session.add(agency)
    db.session.flush()
    put_row(LICENCES[kind], {**licence, "agency_id": agency.id}, watcher)
    db.session.expire(agency, ["licences"])
    return agency


def change_agency(
    agency: Agency, values: Mapping[str, Any], *, reason: str, by: Actor, watcher: Watcher
) -> None:
    """Set name, address and branch; a former name stays known as an alias."""
    before = {name: getattr(agency, name) for name in values}
    rename(agency, values, watcher)
    told = {"sebelum": before, "sesudah": dict(values), "alasan": reason}
    _note(agency, "agency", watcher, by, told)


def rename(agency: Agency, values: Mapping[str, Any], watcher: Watcher) -> None:
    """The same without judging and journaling."""
    former, key = agency.name, company_key(values.get("name", agency.name))
    is_other = key != agency.normal_name
    if is_other:
        _refuse_listed(agency.kind, values["name"], but=agency)
        touch_licences(agency, watcher)
    for name, value in values.items():
        setattr(agency, name, value)
    if is_other:
        agency.normal_name = key
        put_alias(agency, former)
        touch_licences(agency, watcher)


def add_alias(agency: Agency, name: str, *, reason: str, by: Actor, watcher: Watcher) -> None:
    """Another name of the agency; raises ReferenceRefused where it is listed already."""
    _refuse_listed(agency.kind, name)
    put_alias(agency, name)
    touch_licences(agency, watcher)
    told = {"sesudah": name, "alasan": reason}
    _note(agency, "agency_alias", watcher, by, told)


def remove_alias(alias: AgencyAlias, *, reason: str, by: Actor, watcher: Watcher) -> None:
    """Forget a name that was taken for the agency's by mistake; the journal keeps it."""
    agency, name = db.session.get_one(Agency, alias.agency_id), alias.name
    touch_licences(agency, watcher)
    agency.aliases.remove(alias)
    db.session.delete(alias)
    db.session.flush()
    told = {"sebelum": name, "alasan": reason}
    _note(agency, "agency_alias", watcher, by, told)


def _note(agency: Agency, table: str, watcher: Watcher, by: Actor, told: Mapping[str, Any]) -> None:
    detail = {"daftar": LICENCES[agency.kind].slug, "baris": agency.id, **told}
    note(table, by, detail, watcher)


def put_alias(agency: Agency, name: str) -> AgencyAlias | None:
    """An alias unless the agency is known by it; neither judges nor journals."""
    key = company_key(name)
    if not key or key in {agency.normal_name, *(alias.normal_name for alias in agency.aliases)}:
        return None
    alias = AgencyAlias(agency_id=agency.id, name=name, normal_name=key)
    agency.aliases.append(alias)
    db.session.flush()
    return alias


def touch_licences(agency: Agency, watcher: Watcher) -> None:
    """Training bodies are known by their names alone, so a name is as good as a licence."""
    for licence in agency.licences:
        watcher.touch(AgencyLicence, None, licence)


def agencies_of(kind: AgencyKind) -> list[Agency]:
    """Every agency that was ever on the list, by name."""
    return list(db.session.scalars(select(Agency).where(Agency.kind == kind).order_by(Agency.name)))


def _refuse_listed(kind: AgencyKind, name: str, but: Agency | None = None) -> None:
    if not company_key(name):
        raise ReferenceRefused(NO_NAME, "name")
    listed = match_agency(name, kind)
    if listed is not None and listed is not but:
        raise ReferenceRefused(LISTED, "name")
