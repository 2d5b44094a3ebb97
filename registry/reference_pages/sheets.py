"""Reading an uploaded sheet into plain rows, and keeping them sealed until they are confirmed."""

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from flask import Response, send_file
from openpyxl import Workbook
from werkzeug.datastructures import FileStorage

from registry.enums import LabelledEnum
from registry.sealing import SealBroken, keyring
from registry.workbooks.guard import MEGABYTE, FileRefused
from registry.workbooks.import_cells import BadCell, Parser
from registry.workbooks.reader import Row, read_rows

MAX_ROWS = 2_000
MAX_BYTES = 5 * MEGABYTE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEALED_AS = "reference_import"
ROW_KEY = "baris"

Entry = dict[str, Any]


class Column(NamedTuple):
    """A column of a sheet: the headings it may stand under, and what its cells mean."""

    headings: tuple[str, ...]
    parse: Parser
    is_required: bool = False


class Uploaded(NamedTuple):
    """The usable rows of a sheet, and the others with what is wrong with them."""

    entries: list[Entry]
    bad: list[tuple[int, str]]


@dataclass(frozen=True)
class Line:
    """A row of the preview; `similar` are ids and names of what it may be another spelling of."""

    number: int
    what: str
    differences: tuple[tuple[str, str, str], ...] = ()
    similar: tuple[tuple[str, str], ...] = ()


@dataclass
class Plan:
    """What a sheet would change."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    same: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        """Whether the list says already what the sheet says."""
        return not (self.new or self.changed)

    def fingerprint(self) -> str:
        """Tells whether what is confirmed is what was shown."""
        shown = repr((self.new, self.changed, self.gone))
        return hashlib.sha256(shown.encode()).hexdigest()


def read_upload(upload: FileStorage, columns: Mapping[str, Column]) -> Uploaded:
    """The rows of the file; raises FileRefused with a sentence for its sender."""
    known = [heading for column in columns.values() for heading in column.headings]
    sheet = read_rows(
        upload.read(MAX_BYTES + 1),
        upload.filename or "",
        known_headings=known,
        max_rows=MAX_ROWS,
        max_bytes=MAX_BYTES,
    )
    for column in columns.values():
        if column.is_required and not set(column.headings) & set(sheet.headings):
            raise FileRefused(
                f"Kolom {column.headings[0]} tidak ada. Tambahkan kolomnya, lalu unggah lagi."
            )
    found = Uploaded([], [])
    for row in sheet.rows:
        try:
            found.entries.append({ROW_KEY: row.number, **_values(row, columns)})
        except BadCell as error:
            found.bad.append((row.number, error.message))
    return found


def _values(row: Row, columns: Mapping[str, Column]) -> Entry:
    values: Entry = {}
    for name, column in columns.items():
        for heading in column.headings:
            if heading in row.cells and values.get(name) is None:
                try:
                    values[name] = column.parse(row.cells[heading])
                except BadCell as error:
                    raise BadCell(f"{heading}: {error.message}") from error
        if column.is_required and values.get(name) is None:
            raise BadCell(f"{column.headings[0]} belum diisi.")
    return values


def template_of(
    columns: Mapping[str, Column], file_name: str, examples: Iterable[Sequence[str]] = ()
) -> Response:
    """An empty sheet with the columns' headings, to download.

    Args:
        examples: rows for a second sheet, which an upload leaves alone beside the one named Data.
    """
    headings = [column.headings[0] for column in columns.values()]
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Data"
    sheet.append(headings)
    if rows := list(examples):
        shown: Any = book.create_sheet("Contoh")
        for row in (headings, *rows):
            shown.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return send_file(file, XLSX, as_attachment=True, download_name=file_name, conditional=False)


def seal_rows(slug: str, user_id: int, content: Mapping[str, Any]) -> str:
    """The rows as a text that only this user's confirmation of this list can open."""
    plain = zlib.compress(json.dumps(content, default=_plain).encode())
    return base64.b64encode(keyring().seal(plain, SEALED_AS, slug, user_id)).decode()


def open_rows(slug: str, user_id: int, sealed: str) -> dict[str, Any]:
    """What `seal_rows` was given; raises SealBroken for anything else."""
    try:
        data = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise SealBroken("Nilai tersegel rusak atau dipindahkan.") from error
    content: dict[str, Any] = json.loads(
        zlib.decompress(keyring().unseal(data, SEALED_AS, slug, user_id)), object_hook=_typed
    )
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"hari": value.isoformat()}
    raise TypeError(type(value).__name__)


def _typed(value: dict[str, Any]) -> Any:
    return date.fromisoformat(value["hari"]) if set(value) == {"hari"} else value


def as_member(members: type[LabelledEnum], value: str | None) -> Any:
    """The member that was sealed as its value."""
    return None if value is None else members.of(value)
