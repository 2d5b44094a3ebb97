"""`keberangkatan.xlsx`: the departures that a filter finds, one a row, read in one state.

The ids come first, in the order of the list, and are compared with the count that the screen shows;
then rows, papers and flags are read some hundred at a time, so memory stays flat.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import String, select, type_coerce

from registry import sealing
from registry.db import db, snapshot
from registry.departures import listed, listing
from registry.departures.fields import Sight
from registry.departures.filters import Filter
from registry.departures.models import Departure, Document, Resident
from registry.regions.area import Area
from registry.regions.queries import Place, places
from registry.workbooks import notes
from registry.workbooks.columns import COLUMNS, line
from registry.workbooks.notes import Drawing, Progress
from registry.workbooks.sheets import RowsDiffer, add_data_sheet, new_book, parts_of, write_book
from registry.workbooks.taking import Paper, Source

BATCH = 500

# Columns of the tables, not attributes of the models: plain rows, without the mapper's work.
_departure, _resident = Departure.__table__.c, Resident.__table__.c
SELECTED = (
    _departure.id,
    _departure.registration_number,
    _departure.village_code,
    _departure.resident_id,
    _departure.country,
    _departure.scheme,
    _departure.agency_name,
    _departure.job_title,
    _departure.employer_kind,
    _departure.recruiter_name,
    _departure.recruiter_phone_sealed,
    _departure.employer_name,
    _departure.destination_city,
    _departure.promised_wage,
    _departure.visa_kind,
    _departure.visa_country,
    _departure.transit_country,
    _departure.amount_asked,
    _departure.recruiter_advance,
    _departure.recruiter_kind,
    _departure.training_body,
    _departure.job_order,
    _departure.information_source,
    _departure.contract_months,
    _departure.immigration_office,
    _departure.passport_holder,
    _departure.id_pmi_sealed,
    _departure.last_contact_on,
    _departure.planned_on,
    _departure.review_status,
    _departure.stage,
    _departure.departed_on,
    _departure.returned_on,
    _departure.procedure,
    _departure.readiness_at_departure,
    _departure.documents_complete,
    _departure.documents_required,
    _departure.documents_missing,
    _departure.origin,
    _departure.created_at,
    _resident.wrapped_key,
    _resident.nik_sealed,
    _resident.name,
    _resident.sex,
    _resident.birth_date,
    _resident.erased_on,
    _resident.address,
    _resident.rt,
    _resident.rw,
    _resident.phone_sealed,
    _resident.education,
    _resident.marital_status,
    _resident.family_card_sealed,
)


class Reading(NamedTuple):
    """What a filter finds: the ids in the order of the list, and the lines as they are read."""

    ids: list[int]
    lines: Iterator[list[Any]]


class Written(NamedTuple):
    """How many rows a file holds, and the ids of their departures in short (`1-5,9`)."""

    rows: int
    ids: str


def _silent(done: int) -> None:
    """No progress bar."""


def write_departures(
    f: Filter,
    sight: Sight,
    out: BinaryIO,
    *,
    drawing: Drawing,
    whole_words: bool = False,
    progress: Progress = _silent,
) -> Written:
    """Write the workbook of the filter's departures as a viewer of this sight sees them.

    Args:
        whole_words: match names by whole words only, as the viewer's list does.
        progress: called with the number of rows done since the last call.

    Raises:
        RowsDiffer: the file would not hold as many rows as the screen counts.
    """
    with reading(f, sight, whole_words=whole_words, progress=progress) as found:
        book = new_book(drawing.at)
        parts = parts_of(len(found.ids))
        styles = [add_data_sheet(book, part, COLUMNS) for part in parts][0]
        facts = [
            ("Jumlah baris", len(found.ids)),
            ("Satuan hitung", notes.UNIT_OF_ROWS),
            ("Penyamaran", notes.masking_words(sight)),
        ]
        notes.add_notes(book, "Rincian keberangkatan", f, drawing, facts)
        notes.add_column_dictionary(book, COLUMNS)
        rows = write_book(out, book, parts, COLUMNS, styles, found.lines)
        return Written(rows, short_ids(found.ids))


@contextmanager
def reading(
    f: Filter, sight: Sight, *, whole_words: bool = False, progress: Progress = _silent
) -> Iterator[Reading]:
    """The lines of a filter's departures, in one state of the database.

    Raises RowsDiffer when they are not as many as the screen counts.
    """
    with snapshot():
        ids = listing.found_ids(f, whole_words=whole_words)
        on_screen = listing.count(f, whole_words=whole_words)
        if len(ids) != on_screen:
            raise RowsDiffer(len(ids), on_screen)
        yield Reading(ids, _lines(f.area, ids, sight, progress))


def _lines(area: Area, ids: Sequence[int], sight: Sight, progress: Progress) -> Iterator[list[Any]]:
    known: dict[str, Place] = {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for source in _sources(area, batch, known):
            yield line(source, sight)
        progress(len(batch))


def _sources(area: Area, ids: Sequence[int], known: dict[str, Place]) -> Iterator[Source]:
    statement = (
        select(*SELECTED)
        .where(_resident.id == _departure.resident_id)
        .where(_departure.id.in_(ids), area.covers(_departure.village_code))
    )
    rows = {row.id: row for row in db.session.execute(statement)}
    known |= places({row.village_code for row in rows.values()} - known.keys())
    papers, flags = _papers(ids), listed.open_flags(ids)
    unwrap = sealing.keyring().unwrap
    for departure_id in ids:
        row = rows[departure_id]
        yield Source(
            row=row,
            place=known[row.village_code],
            papers=papers.get(departure_id, {}),
            flags=[flag.rule for flag in flags.get(departure_id, ())],
            key=unwrap(row.wrapped_key, row.resident_id) if row.wrapped_key else None,
        )


def _papers(ids: Sequence[int]) -> dict[int, dict[str, Paper]]:
    # Kind and status stay codes: making them members would take longer than reading the rows.
    table = Document.__table__.c
    statement = select(
        table.departure_id,
        type_coerce(table.kind, String),
        type_coerce(table.status, String),
        table.number_sealed,
        table.expires_on,
    ).where(table.departure_id.in_(ids))
    found: dict[int, dict[str, Paper]] = {}
    for departure_id, kind, status, number, expires_on in db.session.execute(statement):
        found.setdefault(departure_id, {})[kind] = Paper(status, number, expires_on)
    return found


def short_ids(ids: Sequence[int]) -> str:
    """Ids for the journal, in order, neighbours as a range: `1-5,9`."""
    said: list[str] = []
    ordered = sorted(ids)
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or ordered[end] != ordered[end - 1] + 1:
            first, last = ordered[start], ordered[end - 1]
            said.append(f"{first}-{last}" if last > first else str(first))
            start = end
    return ",".join(said)
