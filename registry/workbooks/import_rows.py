"""One row of an import, read on its own: typed values, and what is wrong with which cell (pure)."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.departures.journey_days import mistakes
from registry.departures.nik import read_from_nik
from registry.enums import DocumentKind, Level, Stage
from registry.workbooks.import_cells import BadCell
from registry.workbooks.import_columns import (
    AGENCY,
    AREA_NAMES,
    COUNTRY,
    COUNTRY_CODE,
    DEPARTED,
    JOB,
    NUMBER,
    RETURNED,
    VILLAGE_CODE,
    Columns,
    Target,
)
from registry.workbooks.reader import Row

DAYS = {"departed_on": DEPARTED, "returned_on": RETURNED}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken: at which heading, and one sentence that says what to do."""

    heading: str
    message: str


@dataclass(slots=True, eq=False)
class ImportRow:
    """What a row says. Only cells that hold something are here, so nothing can be blanked.

    Attributes:
        number: as Excel shows it.
        village_code: empty until `import_places` has found the village.
        person, plan: fields of the resident and the departure, as `FIELDS` names them.
        marks: stage and the days of leaving and coming home.
        papers: status, number and last day of the papers named.
        carried: what the NIK says of birth date and sex; it only ever fills a gap.
        written: agency and job as the file spells them; codes: their entries in the registers.
        said: every value by heading, before any register was asked; the row's digest rests on it.
        digest, nik_index: keyed digests of what it says and of its NIK (`import_matching`).
    """

    number: int
    registration_number: str | None = None
    village_text: str | None = None
    village_code: str = ""
    area_names: dict[Level, str] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    papers: dict[DocumentKind, dict[str, Any]] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    digest: bytes = b""
    nik_index: bytes = b""

    @property
    def nik(self) -> str | None:
        return self.person.get("nik")

    @property
    def stage(self) -> Stage | None:
        stage: Stage | None = self.marks.get("stage")
        return stage

    def refuse(self, heading: str, message: str) -> None:
        self.problems.append(Problem(heading, message))

    def canonical(self) -> str:
        """The same text for the same content, whatever the file's order and way of writing."""
        return json.dumps(self.said, sort_keys=True, ensure_ascii=False, default=str)


def read_row(row: Row, columns: Columns) -> ImportRow:
    """One row, its cells read and checked against each other."""
    found = ImportRow(row.number)
    for written, heading, target in columns.read:
        cell = row.cells[written]
        if cell is None:
            continue
        try:
            value = target.parse(cell)
        except BadCell as error:
            found.refuse(heading, error.message)
            continue
        if value is not None:
            _put(found, heading, target, value)
    _check_marks(found)
    _read_nik(found)
    return found


def _put(row: ImportRow, heading: str, target: Target, value: Any) -> None:
    if heading == VILLAGE_CODE:
        row.village_text = value
        return
    if target.owner == "area":
        row.area_names[AREA_NAMES[heading]] = value
        return
    if heading == NUMBER:
        value = row.registration_number = value.upper()
    elif target.paper is not None:
        row.papers.setdefault(target.paper, {})[target.name] = value
    elif target.owner == "resident":
        row.person[target.name] = value
    elif target.owner == "mark":
        row.marks[target.name] = value
    else:
        _put_plan(row, heading, target.name, value)
    row.said[COUNTRY_CODE if heading == COUNTRY else heading] = value


def _put_plan(row: ImportRow, heading: str, name: str, value: Any) -> None:
    if name == "country" and row.plan.get(name, value) != value:
        row.refuse(heading, "Kode Negara dan Negara Tujuan berbeda. Samakan keduanya.")
    if heading in (AGENCY, JOB):
        row.written[name] = value
    row.plan[name] = value


def _check_marks(row: ImportRow) -> None:
    stage = row.stage
    departed: date | None = row.marks.get("departed_on")
    returned: date | None = row.marks.get("returned_on")
    if stage in (Stage.PLANNED, Stage.CANCELLED) and (departed or returned):
        row.refuse(
            DEPARTED if departed else RETURNED,
            f"Tahap {stage.label}, tetapi tanggal ini terisi. Betulkan Tahap atau kosongkan "
            "tanggalnya.",
        )
    if stage is Stage.DEPARTED and returned:
        row.refuse(
            RETURNED, "Tahap Berangkat, tetapi tanggal ini terisi. Betulkan Tahap menjadi Pulang."
        )
    refuse_days(row, row.person.get("birth_date"), departed, returned)


def refuse_days(row: ImportRow, born: date | None, left: date | None, back: date | None) -> None:
    """Tell the row what cannot be of these days, some of which the registry may know."""
    for mistake in mistakes(born, left, back):
        row.refuse(DAYS[mistake.name], mistake.text)


def _read_nik(row: ImportRow) -> None:
    """Let the NIK say what the row does not: birth date and sex, as the form does."""
    if row.nik is None or ("birth_date" in row.person and "sex" in row.person):
        return
    born, sex = read_from_nik(row.nik)
    row.carried = {name: value for name, value in (("birth_date", born), ("sex", sex)) if value}


def implied_stage(row: ImportRow) -> Stage:
    """The stage of a new departure; its dates say it where `Tahap` is empty."""
    if row.stage is not None:
        return row.stage
    if "returned_on" in row.marks:
        return Stage.RETURNED
    return Stage.DEPARTED if "departed_on" in row.marks else Stage.PLANNED
