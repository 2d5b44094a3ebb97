"""`keberangkatan.xlsx`: the departures that a filter finds, one a row, read in one state.

The ids come first, in the order of the list, and are compared with the count that the screen shows;
then rows, papers and flags are read some hundred at a time, so memory stays flat.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import select

from registry import sealing
from registry.db import db, snapshot
from registry.departures import queries
from registry.departures.fields import Sight
from registry.departures.filters import Filter
from registry.departures.models import Departure, Document, Resident
from registry.enums import DocumentKind
from registry.regions.area import Area
from registry.regions.queries import Place, places
from registry.workbooks import notes
from registry.workbooks.columns import COLUMNS, line
from registry.workbooks.notes import Drawing, Progress
from registry.workbooks.sheets import RowsDiffer, add_data_sheet, new_book, parts_of, write_book
from registry.workbooks.taking import Paper, Source

BATCH = 500

SELECTED = (
    Departure.id,
    Departure.registration_number,
    Departure.village_code,
    Departure.resident_id,
    Departure.country,
    Departure.scheme,
    Departure.agency_name,
    Departure.job_title,
    Departure.employer_kind,
    Departure.recruiter_name,
    Departure.recruiter_phone_sealed,
    Departure.employer_name,
    Departure.destination_city,
    Departure.promised_wage,
    Departure.visa_kind,
    Departure.visa_country,
    Departure.transit_country,
    Departure.amount_asked,
    Departure.recruiter_advance,
    Departure.recruiter_kind,
    Departure.training_body,
    Departure.job_order,
    Departure.information_source,
    Departure.contract_months,
    Departure.immigration_office,
    Departure.passport_holder,
    Departure.id_pmi_sealed,
    Departure.last_contact_on,
    Departure.planned_on,
    Departure.review_status,
    Departure.stage,
    Departure.departed_on,
    Departure.returned_on,
    Departure.procedure,
    Departure.readiness_at_departure,
    Departure.documents_complete,
    Departure.documents_required,
    Departure.documents_missing,
    Departure.origin,
    Departure.created_at,
    Resident.wrapped_key,
    Resident.nik_sealed,
    Resident.name,
    Resident.sex,
    Resident.birth_date,
    Resident.address,
    Resident.rt,
    Resident.rw,
    Resident.phone_sealed,
    Resident.education,
    Resident.marital_status,
    Resident.family_card_sealed,
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
        ids = queries.found_ids(f, whole_words=whole_words)
        on_screen = queries.count(f, whole_words=whole_words)
        if len(ids) != on_screen:
            raise RowsDiffer(len(ids), on_screen)
        yield Reading(ids, _lines(f.area, ids, sight, progress))


def _lines(
    area: Area, ids: Sequence[int], sight: Sight, progress: Progress
) -> Iterator[list[Any]]:
    known: dict[str, Place] = {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for source in _sources(area, batch, known):
            yield line(source, sight)
        progress(len(batch))


def _sources(area: Area, ids: Sequence[int], known: dict[str, Place]) -> Iterator[Source]:
    statement = (
        select(*SELECTED)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(Departure.id.in_(ids), area.covers(Departure.village_code))
    )
    rows = {row.id: row for row in db.session.execute(statement)}
    known |= places({row.village_code for row in rows.values()} - known.keys())
    papers, flags = _papers(ids), queries.open_flags(ids)
    unwrap = sealing.keyring().unwrap
    for departure_id in ids:
        row = rows[departure_id]
        yield Source(
            row=row,
            place=known[row.village_code],
            papers=papers.get(departure_id, {}),
            flags=flags.get(departure_id, ()),
            key=unwrap(row.wrapped_key, row.resident_id) if row.wrapped_key else None,
        )


def _papers(ids: Sequence[int]) -> dict[int, dict[DocumentKind, Paper]]:
    found: dict[int, dict[DocumentKind, Paper]] = {}
    statement = select(
        Document.departure_id,
        Document.kind,
        Document.status,
        Document.number_sealed,
        Document.expires_on,
    ).where(Document.departure_id.in_(ids))
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
