"""The effective-dated lists behind the rules: each a model, the fields that are its key, a file.

One declaration serves the loader, the pages, the import from a sheet, and the pure rules.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from registry.enums import N_, DestinationStatus, LabelledEnum
from registry.formatting import normal_name
from registry.reference.models import (
    AgeLimit,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ImmigrationOffice,
    MapCell,
    OfficialFigure,
    Population,
    RetentionRule,
    ThresholdValue,
    VagueJob,
    VisaRule,
)

TAKEN = N_("Diambil pada")
REVISED = N_(
    "Angka berlaku sejak hari diambil, sampai angka yang lebih baru dimuat. Angka lama tetap "
    "terlihat di riwayat."
)
DATA = Path(__file__).parent / "data"
PLACEMENT = frozenset(
    {DestinationStatus.OPEN, DestinationStatus.NOT_PLACED, DestinationStatus.HIGH_RISK}
)


@dataclass(frozen=True)
class ReferenceList:
    """One list of the reference data.

    Attributes:
        slug: its place in URLs and the name of its file in `data/`.
        key: the fields by which a new row replaces an older one.
        attribute: its name in `Reference`; what depends on it is not judged while it is empty. None
            for a list that no rule reads.
        rules: the red flags that read it.
        since: what the first day of a row is called.
        silence: what it means that no row is in force, where no rule reads the list.
        about: what its page says on top.
    """

    slug: str
    title: str
    model: Any
    key: tuple[str, ...]
    attribute: str | None
    rules: tuple[str, ...] = ()
    since: str = N_("Berlaku mulai")
    silence: str = ""
    about: str = ""

    @property
    def judges(self) -> bool:
        """Whether departures are judged by the list."""
        return self.attribute is not None

    @property
    def is_of_areas(self) -> bool:
        """Whether each row is about one area, which an administrator must hold to change it."""
        return "region_code" in self.key

    def place_of(self, row: Any) -> tuple[Any, ...]:
        """What only one row at a time can say something of."""
        if self.model is Destination:
            # Open, not placed and high risk exclude one another; the rest stand beside them.
            return row.country, None if row.status in PLACEMENT else row.status
        if self.model is VagueJob:
            # It is found in a job title by its words, whatever their case and signs.
            return (normal_name(row.title),)
        return tuple(getattr(row, name) for name in self.key)

    def replaces(self, new: Any, old: Any) -> bool:
        """Whether a new row closes an older one that is still in force."""
        return self.place_of(new) == self.place_of(old)


DOCUMENTS = ReferenceList(
    "persyaratan",
    N_("Dokumen menurut skema"),
    DocumentRequirement,
    ("scheme", "kind"),
    "document_rules",
)
LISTS: tuple[ReferenceList, ...] = (
    DOCUMENTS,
    ReferenceList(
        "tujuan",
        N_("Negara tujuan"),
        Destination,
        ("country", "status"),
        "destinations",
        ("R04", "R05", "R06"),
    ),
    ReferenceList(
        "usia",
        N_("Batas usia"),
        AgeLimit,
        ("country", "employer_kind", "job_code"),
        "age_limits",
        ("R01", "R02"),
    ),
    ReferenceList(
        "biaya",
        N_("Batas biaya"),
        FeeCeiling,
        ("country", "employer_kind"),
        "fee_ceilings",
        ("R14",),
    ),
    ReferenceList("visa", N_("Jenis visa"), VisaRule, ("kind",), "visas", ("R03",)),
    ReferenceList(
        "jabatan-samar", N_("Jabatan samar"), VagueJob, ("title",), "vague_jobs", ("R20",)
    ),
    ReferenceList(
        "kantor-imigrasi",
        N_("Kantor imigrasi setempat"),
        ImmigrationOffice,
        ("province", "name"),
        "immigration_offices",
        ("R22",),
    ),
    ReferenceList(
        "ambang",
        N_("Ambang"),
        ThresholdValue,
        ("name",),
        "thresholds",
        ("R16", "R20", "R25", "R27"),
    ),
    ReferenceList(
        "masa-simpan",
        N_("Masa simpan data pribadi"),
        RetentionRule,
        ("kind",),
        None,
        silence=N_("Selama tidak ada baris yang berlaku, tidak ada data yang dihapus."),
    ),
    ReferenceList(
        "tata-letak",
        N_("Tata letak peta"),
        MapCell,
        ("region_code",),
        None,
        silence=N_("Selama tidak ada baris yang berlaku, dasbor tidak menggambar peta."),
        about=N_("Tempat tiap kabupaten/kota pada peta petak: baris dari utara, kolom dari barat."),
    ),
    ReferenceList(
        "penduduk",
        N_("Jumlah penduduk"),
        Population,
        ("region_code", "year"),
        None,
        since=TAKEN,
        silence=N_(
            "Selama tidak ada baris yang berlaku, peta menunjukkan jumlah, bukan angka per "
            "penduduk."
        ),
        about=REVISED,
    ),
    ReferenceList(
        "angka-resmi",
        N_("Angka resmi"),
        OfficialFigure,
        ("kind", "region_code", "year"),
        None,
        since=TAKEN,
        silence=N_(
            "Selama tidak ada baris yang berlaku, dasbor tidak dapat membandingkan angka registri "
            "dengan angka kantor lain."
        ),
        about=REVISED,
    ),
)
BY_SLUG = {item.slug: item for item in LISTS}


def shipped_rows(item: ReferenceList) -> list[Any]:
    """The rows of a list that ship with the product, as instances in no session."""
    with (DATA / f"{item.slug}.csv").open(encoding="utf-8", newline="") as file:
        return [item.model(**_typed(item.model, row)) for row in csv.DictReader(file)]


def _typed(model: Any, row: dict[str, str]) -> dict[str, Any]:
    columns = model.__table__.columns
    return {name: _value(columns[name], text) for name, text in row.items()}


def _value(column: Any, text: str) -> Any:
    if text == "":
        return None
    words = getattr(column.type, "enum_class", None)
    if words is not None and issubclass(words, LabelledEnum):
        return words.of(text)
    kind = column.type.python_type
    if kind is bool:
        return {"ya": True, "tidak": False}[text]
    if kind is date:
        return date.fromisoformat(text)
    return kind(text)
