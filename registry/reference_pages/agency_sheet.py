"""The ministry's list of agencies from a sheet: what it changes, and the change itself."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry.assessment.calendar import add_days
from registry.audit.log import Actor
from registry.db import db
from registry.enums import N_, AgencyKind, LicenceStatus
from registry.formatting import company_key, long_date, normal_name
from registry.reference.agencies import LICENCES, new_agency, put_alias, rename, touch_licences
from registry.reference.models import Agency, AgencyLicence
from registry.reference.operations import (
    ReferenceRefused,
    Watcher,
    close_row,
    note,
    put_row,
)
from registry.reference.plausible import fault
from registry.reference.queries import known_by, nearest_agencies
from registry.reference_pages.sheets import ROW_KEY, Column, Entry, Line, Plan, as_member
from registry.workbooks.import_cells import BadCell, day, member, plain_text, text
from registry.workbooks.reader import Cell

ALIAS_LENGTH = 160
_NAME, _NUMBER = "name", "number"
_CHOSEN_TWICE = N_("Baris %(first)s dan %(second)s dipilih sebagai nama lain perusahaan yang sama.")
_STARTS_LATER = N_(
    "Izin %(name)s baru tercatat mulai sesudah hari itu. Akhiri di halaman perusahaannya."
)


def _aliases(cell: Cell) -> list[str] | None:
    found = plain_text(cell)
    if found is None:
        return None
    names = [name.strip() for part in found.split(";") for name in part.split("|")]
    if any(len(name) > ALIAS_LENGTH for name in names):
        raise BadCell(f"Paling panjang {ALIAS_LENGTH} karakter.")
    return [name for name in names if company_key(name)]


COLUMNS = {
    "name": Column(("Nama", "Nama P3MI", "Nama Perusahaan", "Nama LPK"), text(160), True),
    "number": Column(("Nomor SIP3MI", "No SIP3MI", "SIP3MI", "Nomor Izin"), text(80)),
    "licence_from": Column(("Berlaku Dari", "Berlaku Mulai", "Tanggal Izin"), day),
    "licence_to": Column(("Berlaku Sampai", "Masa Berlaku", "Berlaku Hingga"), day),
    "status": Column(("Status", "Status Izin"), member(LicenceStatus)),
    "address": Column(("Alamat", "Alamat Kantor"), text(250)),
    "branch": Column(("Cabang", "Kantor Cabang"), text(250)),
    "aliases": Column(("Nama Lain", "Alias"), _aliases),
}
TEMPLATE = tuple(column.headings[0] for column in COLUMNS.values())
_OF_LICENCE = ("number", "licence_from", "licence_to", "status")
_OF_AGENCY = ("address", "branch")


class AgencySheet:
    """Rows of a sheet beside the agencies of one list as they stand."""

    def __init__(self, kind: AgencyKind, entries: list[Entry], first: date, source: str) -> None:
        self.kind, self.first, self.source = kind, first, source
        statement = select(Agency).where(Agency.kind == kind).order_by(Agency.id)
        statement = statement.options(selectinload(Agency.licences), selectinload(Agency.aliases))
        self._agencies = list(db.session.scalars(statement))
        self._known = known_by(self._agencies)
        self._bad: list[tuple[int, str]] = []
        self._pairs: list[tuple[Entry, Agency | None]] = []
        self._pair(entries)

    def _pair(self, entries: list[Entry]) -> None:
        said: dict[object, int] = {}
        for entry in entries:
            key, row = company_key(entry["name"]), entry[ROW_KEY]
            number = normal_name(entry.get("number") or "")
            agency = self._known.get(key)
            mark = agency.id if agency is not None else key
            names = {key, *map(company_key, entry.get("aliases") or ())}
            refusal = _said_before(said, mark, names, number)
            if refusal := refusal or self._refusal(entry, agency):
                self._bad.append((row, refusal))
            else:
                self._pairs.append((entry, agency))
            for one in (mark, *((_NAME, name) for name in names), (_NUMBER, number)):
                said.setdefault(one, row)

    def _refusal(self, entry: Entry, agency: Agency | None) -> str | None:
        """Why the row cannot be taken, or None."""
        if not company_key(entry["name"]):
            return str(_("Tulis nama perusahaannya, bukan hanya bentuk badannya."))
        keys = map(company_key, entry.get("aliases") or ())
        if any(self._known.get(key, agency) is not agency for key in keys):
            return str(_("Nama lain di baris ini milik perusahaan lain di daftar."))
        licence = self._licence(agency) if agency is not None else None
        if found := fault(AgencyLicence(**self._row(entry, licence))):
            return str(_(found[1], **found[2]))
        if agency is not None and self._is_later(agency, entry):
            return str(_("Izinnya sudah tercatat mulai sesudah hari itu."))
        return None

    def _is_later(self, agency: Agency, entry: Entry) -> bool:
        """Whether a changed licence would meet a row that begins no earlier."""
        begins_later = any(
            row.valid_from > self.first and not row.is_withdrawn for row in agency.licences
        )
        if not begins_later:
            return False
        latest = self._licence(agency)
        return any(
            entry.get(name) is not None and entry[name] != getattr(latest, name, None)
            for name in _OF_LICENCE
        )

    def plan(self, bad: list[tuple[int, str]]) -> Plan:
        """What the sheet would change; `bad` are rows that could not even be read."""
        plan = Plan(bad=sorted([*bad, *self._bad]))
        gone = self._gone()
        left = known_by(gone)
        plan.gone = [agency.name for agency in gone]
        for entry, agency in self._pairs:
            number, name = entry[ROW_KEY], entry["name"]
            if agency is None:
                similar = self._similar(entry, gone, left)
                plan.new.append(Line(number, name, self._values(entry), similar))
            elif differences := self._differences(entry, agency):
                plan.changed.append(Line(number, agency.name, differences))
            else:
                plan.same += 1
        return plan

    def _gone(self) -> list[Agency]:
        found = {agency.id for _entry, agency in self._pairs if agency is not None}
        return [
            agency
            for agency in self._agencies
            if agency.id not in found and self._licence(agency) is not None
        ]

    def _similar(
        self, entry: Entry, gone: list[Agency], left: dict[str, Agency]
    ) -> tuple[tuple[str, str], ...]:
        found = nearest_agencies(entry["name"], left)
        number = entry.get("number")
        if number:
            same_number = [a for a in gone if (row := self._licence(a)) and row.number == number]
            found = [*same_number, *(agency for agency in found if agency not in same_number)]
        return tuple((str(agency.id), agency.name) for agency in found)

    def _licence(self, agency: Agency) -> AgencyLicence | None:
        """The row of its licence in force on the sheet's first day, or begun later."""
        rows = [
            row
            for row in agency.licences
            if not row.is_withdrawn and (row.valid_to is None or row.valid_to >= self.first)
        ]
        return rows[-1] if rows else None

    def _values(self, entry: Entry) -> tuple[tuple[str, str, str], ...]:
        """Heading and value of a new company, as they will be stored."""
        row = self._row(entry, None)
        said = {name: row[name] for name in _OF_LICENCE} | {n: entry.get(n) for n in _OF_AGENCY}
        return tuple(
            (_(COLUMNS[name].headings[0]), "", _shown(name, value))
            for name, value in said.items()
            if value is not None
        )

    def _differences(self, entry: Entry, agency: Agency) -> tuple[tuple[str, str, str], ...]:
        """Heading, before and after; an empty cell says nothing."""
        licence = self._licence(agency)
        pairs = [(name, getattr(licence, name, None)) for name in _OF_LICENCE]
        pairs += [(name, getattr(agency, name)) for name in _OF_AGENCY]
        found = [
            (_(COLUMNS[name].headings[0]), _shown(name, before), _shown(name, entry[name]))
            for name, before in pairs
            if entry.get(name) is not None and entry[name] != before
        ]
        if licence is None:
            found.append((_("Daftar"), _("sudah berakhir"), _("terdaftar lagi")))
        known = {agency.normal_name, *(alias.normal_name for alias in agency.aliases)}
        fresh = [name for name in entry.get("aliases") or () if company_key(name) not in known]
        if fresh:
            found.append((_("Nama lain"), "", ", ".join(fresh)))
        return tuple(found)

    def apply(
        self,
        chosen: dict[int, str],
        *,
        end_gone: bool,
        reason: str,
        by: Actor,
        watcher: Watcher,
    ) -> None:
        """Carry out the plan in one operation.

        Args:
            chosen: by number of a row, the id of the agency whose other name it is.
        """
        by_id = {str(agency.id): agency for agency in self._gone()}
        added, changed = [], []
        rows: dict[int, int] = {}
        for entry, agency in self._pairs:
            same = agency or by_id.get(chosen.get(entry[ROW_KEY], ""))
            if same is not None and rows.setdefault(same.id, entry[ROW_KEY]) != entry[ROW_KEY]:
                twice = {"first": rows[same.id], "second": entry[ROW_KEY]}
                raise ReferenceRefused(_CHOSEN_TWICE, "reason", **twice)
            if same is None:
                added.append(self._add(entry, watcher).id)
            elif agency is None or self._differences(entry, same):
                self._change(same, entry, watcher, is_other_name=agency is None)
                changed.append(same.id)
        ended = self._end(set(changed), watcher) if end_gone else []
        detail = {
            "daftar": LICENCES[self.kind].slug,
            "cara": "impor",
            "sumber": self.source,
            "berlaku_mulai": self.first.isoformat(),
            "baru": added,
            "berubah": changed,
            "berakhir": ended,
            "alasan": reason,
        }
        note("agency", by, detail, watcher)

    def _add(self, entry: Entry, watcher: Watcher) -> Agency:
        values = {name: entry.get(name) for name in ("name", *_OF_AGENCY)}
        agency = new_agency(self.kind, values, self._row(entry, None), watcher)
        for name in entry.get("aliases") or ():
            put_alias(agency, name)
        touch_licences(agency, watcher)
        return agency

    def _change(
        self, agency: Agency, entry: Entry, watcher: Watcher, *, is_other_name: bool
    ) -> None:
        licence = self._licence(agency)
        row = self._row(entry, licence)
        if licence is None or any(row[name] != getattr(licence, name) for name in _OF_LICENCE):
            values = {**row, "agency_id": agency.id}
            put_row(LICENCES[self.kind], values, watcher, corrects_same_day=True)
        said = {name: entry[name] for name in _OF_AGENCY if entry.get(name)}
        rename(agency, said, watcher)
        names = [entry["name"]] if is_other_name else []
        fresh = [put_alias(agency, name) for name in (*names, *(entry.get("aliases") or ()))]
        if any(fresh):
            touch_licences(agency, watcher)

    def _row(self, entry: Entry, licence: AgencyLicence | None) -> dict[str, Any]:
        """The row of the licence, where the sheet says nothing as it was."""
        values = {
            name: entry[name] if entry.get(name) is not None else getattr(licence, name, None)
            for name in _OF_LICENCE
        }
        status = values["status"] or LicenceStatus.ACTIVE
        dated = {"status": as_member(LicenceStatus, status), "valid_from": self.first}
        return {**values, **dated, "source": self.source}

    def _end(self, but: set[int], watcher: Watcher) -> list[int]:
        ended = []
        for agency in self._gone():
            licence = self._licence(agency)
            if agency.id in but or licence is None:
                continue
            if licence.valid_from > self.first:
                raise ReferenceRefused(_STARTS_LATER, "end_gone", name=agency.name)
            close_row(LICENCES[self.kind], licence, add_days(self.first, -1), watcher)
            ended.append(agency.id)
        return ended


def _said_before(said: dict[object, int], mark: object, names: set[str], number: str) -> str | None:
    """What is wrong where an earlier row has the company, one of its names, or the number."""
    if mark in said:
        return str(_("Perusahaan ini sudah ada di baris %(row)s.", row=said[mark]))
    if used := [said[_NAME, name] for name in sorted(names) if (_NAME, name) in said]:
        return str(_("Nama di baris ini sudah dipakai di baris %(row)s.", row=used[0]))
    if number and (_NUMBER, number) in said:
        return str(_("Nomor izin ini sudah dipakai di baris %(row)s.", row=said[_NUMBER, number]))
    return None


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return long_date(value, _)
    return str(_(as_member(LicenceStatus, value).label)) if name == "status" else str(value)
