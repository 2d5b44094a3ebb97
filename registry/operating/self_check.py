"""The nightly look at the whole: what is found is one line each, and names nobody."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import ForeignKeyConstraint, Table, func, or_, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from registry import sealing
from registry.assessment.assess import assess
from registry.assessment.reference import Reference
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import head_anchor, verify_chain
from registry.config import Settings
from registry.db import db, metadata, now, short_write, snapshot
from registry.departures import name_words
from registry.departures.assessing import case_of
from registry.departures.cases import derived_values
from registry.departures.models import Departure, Resident
from registry.departures.summary.recounting import check
from registry.formatting import thousands, today
from registry.operating.beside import first_edited_beside_journal
from registry.operating.checks import holds_demo
from registry.operating.encryption import SUFFIX
from registry.operating.facts import SELF_CHECK, fact, note
from registry.operating.guards import free_megabytes
from registry.operating.in_words import DRIVER_ERRORS, said_of_edited
from registry.reference.queries import load_reference
from registry.sealing import SealBroken

SAMPLE = 500
OLDEST_BACKUP = timedelta(hours=36)
OLDEST_CHECK = timedelta(hours=36)


def check_all() -> list[str]:
    """Every finding of a whole look; noted for `/kesehatan`."""
    findings = [finding for name, look in LOOKS.items() for finding in _found(name, look)]
    try:
        with short_write():
            note(SELF_CHECK, f"{now().isoformat()} {len(findings)}")
    except SQLAlchemyError as error:
        findings.append(f"hasilnya tidak dapat disimpan ({_kind(error)})")
    return findings


def _found(name: str, look: Callable[[], Iterable[str]]) -> list[str]:
    """What one look found; that a damaged database cannot be looked at is a finding, too."""
    found: list[str] = []
    try:
        with snapshot():
            for finding in look():
                found.append(finding)
    except (SQLAlchemyError, *DRIVER_ERRORS) as error:
        found.append(f"{name} tidak dapat diperiksa ({_kind(error)})")
    return found


def _kind(error: Exception) -> str:
    return type(getattr(error, "orig", None) or error).__name__


def last_head() -> str | None:
    """The journal's head in one line; None while there is none, or none that can be read."""
    try:
        with snapshot():
            anchor = head_anchor()
    except (SQLAlchemyError, *DRIVER_ERRORS):
        return None  # the look at the journal told of it
    return anchor.one_line if anchor else None


def last_check() -> tuple[datetime, bool] | None:
    """When the last look was, and whether nothing was found; None where there was none."""
    said = fact(SELF_CHECK)
    if said is None:
        return None
    moment, found = said.split()
    return datetime.fromisoformat(moment), found == "0"


def is_overdue(last: datetime) -> bool:
    """Whether the nightly look stopped coming."""
    return now() - last > OLDEST_CHECK


def is_forgotten() -> bool:
    """Whether an installation that was never looked at is old enough to have been; no demo is."""
    begun = select(JournalEntry.at).order_by(JournalEntry.seq).limit(1)
    first = db.session.scalar(begun)
    return first is not None and is_overdue(first) and not holds_demo()


def _integrity() -> Iterator[str]:
    is_file = db.engine.dialect.name == "sqlite"
    if is_file and db.session.scalar(text("PRAGMA integrity_check")) != "ok":
        yield "berkas basis data rusak (integrity_check)"


def _orphans() -> Iterator[str]:
    """Rows whose owner is gone, by every foreign key."""
    for table in metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            if count := _without_owner(table, constraint):
                owner = constraint.referred_table.name
                yield f"{thousands(count)} baris {table.name} tanpa {owner}"


def _without_owner(table: Table, constraint: ForeignKeyConstraint) -> int:
    owner = constraint.referred_table.alias()
    pairs = [(key.parent, owner.c[key.column.name]) for key in constraint.elements]
    found = select(1).where(*(child == own for child, own in pairs)).correlate(table).exists()
    is_set = [child.is_not(None) for child, _ in pairs]
    statement = select(func.count()).select_from(table).where(*is_set, ~found)
    return db.session.scalar(statement) or 0


def _journal() -> Iterator[str]:
    chain = verify_chain()
    if not chain.is_whole:
        yield f"rantai jurnal putus pada entri {chain.broken_at}: {chain.reason}"
    elif edited := first_edited_beside_journal():
        yield said_of_edited(edited)


def _sample() -> Iterator[str]:
    """What the rules say and where numbers are found, of some departures picked by chance."""
    day, reference, ring = today(), load_reference(), sealing.keyring()
    statement = (
        select(Departure)
        .join(Departure.resident)
        .where(
            or_(Departure.holds_until.is_(None), Departure.holds_until > day),
            # An erased person's departures keep the answer they had.
            Resident.erased_on.is_(None),
        )
        .order_by(func.random())
        .limit(SAMPLE)
        .options(
            selectinload(Departure.documents),
            selectinload(Departure.flags),
            selectinload(Departure.resident),
        )
    )
    for departure in db.session.scalars(statement):
        if not _is_judged_well(departure, reference, day):
            yield f"penilaian keberangkatan {departure.id} tidak sesuai aturan"
        resident = departure.resident
        try:
            nik = resident.nik
        except SealBroken:
            yield f"nilai tersegel warga {resident.id} rusak"
            continue
        if nik and resident.nik_index not in ring.blind_indexes("nik", nik):
            yield f"warga {resident.id} tidak ditemukan dengan NIK-nya"


def _is_judged_well(departure: Departure, reference: Reference, day: date) -> bool:
    """Whether the stored answer is that of the rules on the day, and until it is due again."""
    case = case_of(departure)
    found = assess(case, reference, day)
    stored = {(flag.rule, flag.rule_version) for flag in departure.flags if flag.state.is_open}
    derived = derived_values(case, reference, found, departure, day)
    until = derived.pop("holds_until")
    if stored != {(flag.rule, flag.version) for flag in found.flags} or any(
        getattr(departure, name) != value for name, value in derived.items()
    ):
        return False
    due = departure.holds_until
    # A later row of a list may name a day that changes nothing here, so nobody was judged again.
    while until is not None and (due is None or until < due):
        later = assess(case, reference, until)
        if replace(later, holds_until=None) != replace(found, holds_until=None):
            return False
        until = later.holds_until
    return True


def _counts() -> Iterator[str]:
    if count := check().differences:
        yield f"ringkasan dasbor berbeda di {thousands(count)} angka (jalankan counts rebuild)"
    if count := name_words.check():
        yield f"{thousands(count)} kata nama untuk pencarian berbeda (jalankan names rebuild)"


def _disk() -> Iterator[str]:
    settings: Settings = current_app.config["PAMIT"]
    free = free_megabytes(settings)
    if free < settings.minimum_free_mb:
        yield f"ruang penyimpanan tinggal {thousands(free)} MB"


def _backup() -> Iterator[str]:
    settings: Settings = current_app.config["PAMIT"]
    made = select(JournalEntry.at, JournalEntry.detail).where(
        JournalEntry.event == Event.BACKUP_MADE.value
    )
    last = db.session.execute(made.order_by(JournalEntry.seq.desc()).limit(1)).first()
    if last is None:
        yield "belum pernah ada cadangan (jalankan backup DIR, lalu self-check lagi)"
        return
    if (age := now() - last.at) > OLDEST_BACKUP:
        yield f"cadangan terakhir {int(age.total_seconds() // 3600)} jam yang lalu"
    is_encrypted = last.detail["berkas"].endswith(SUFFIX)
    if not (is_encrypted or settings.open_backups or holds_demo()):
        yield (
            "cadangan terakhir tidak terenkripsi "
            "(isi BACKUP_RECIPIENT, atau OPEN_BACKUPS=1 bila memang dikehendaki)"
        )


LOOKS: dict[str, Callable[[], Iterable[str]]] = {
    "berkas basis data": _integrity,
    "pemilik baris": _orphans,
    "jurnal": _journal,
    "penilaian": _sample,
    "ringkasan dasbor": _counts,
    "ruang penyimpanan": _disk,
    "cadangan terakhir": _backup,
}
