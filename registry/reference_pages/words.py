"""How rows of the lists are headed and shown."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from registry.enums import N_, LabelledEnum
from registry.formatting import dotted_code, long_date, rupiah, thousands
from registry.reference.countries import country_label
from registry.reference.lists import ReferenceList
from registry.reference.models import AgeLimit, DocumentRequirement, FeeCeiling
from registry.reference.queries import list_jobs
from registry.regions.area import COUNTRY_CODE, Area
from registry.regions.queries import districts_and_above

LABELS = {
    "scheme": N_("Skema"),
    "kind": N_("Jenis"),
    "requirement": N_("Pemakaian"),
    "condition": N_("Syarat"),
    "issuer": N_("Penerbit"),
    "valid_months": N_("Masa berlaku (bulan)"),
    "margin_months": N_("Sisa masa berlaku (bulan)"),
    "country": N_("Negara"),
    "status": N_("Status"),
    "employer_kind": N_("Pemberi kerja"),
    "job_code": N_("Jabatan"),
    "youngest": N_("Usia paling muda"),
    "oldest": N_("Usia paling tua"),
    "amount": N_("Jumlah (rupiah)"),
    "allows_work": N_("Boleh bekerja"),
    "title": N_("Nama jabatan"),
    "province": N_("Provinsi"),
    "name": N_("Nama"),
    "value": N_("Nilai"),
    "period": N_("Lamanya"),
    "unit": N_("Satuan"),
    "region_code": N_("Wilayah"),
    "label": N_("Singkatan pada peta"),
    "grid_row": N_("Baris pada peta"),
    "grid_column": N_("Kolom pada peta"),
    "year": N_("Tahun"),
    "residents": N_("Penduduk"),
    "number": N_("Jumlah"),
    "valid_from": N_("Berlaku mulai"),
    "valid_to": N_("Berlaku sampai"),
    "source": N_("Sumber"),
    "note": N_("Catatan"),
}
DATED = ("valid_from", "valid_to", "source", "note")
MAY_BE_ANY = {AgeLimit: N_("Semua"), FeeCeiling: N_("Semua")}
# Of days, months or years; a period of nothing would erase everything.
LONGEST_PERIOD = 36_500
YES, NO = "ya", "tidak"
HIDDEN_WHERE_LONG = {DocumentRequirement: ("issuer", "condition", "valid_months", "margin_months")}


def label_of(item: ReferenceList, name: str) -> str:
    """What a column of a list is called, to be translated."""
    return item.since if name == "valid_from" else LABELS[name]


def value_names(item: ReferenceList) -> list[str]:
    """The columns of a list in order, those of `Dated` left out."""
    names = [column.key for column in item.model.__table__.columns]
    return [name for name in names if name not in ("id", *DATED)]


def shown_names(item: ReferenceList) -> list[str]:
    """Those that its page has columns for."""
    return [n for n in value_names(item) if n not in HIDDEN_WHERE_LONG.get(item.model, ())]


class Shower:
    """Shows values of one list as words; reads names of jobs and areas once."""

    def __init__(self, item: ReferenceList) -> None:
        self._item = item
        self._jobs: dict[str, str] | None = None
        self._regions: dict[str, str] | None = None

    def __call__(self, name: str, value: Any) -> str:
        if value is None or value == "":
            is_any = name in self._item.key and self._item.model in MAY_BE_ANY
            return str(_(MAY_BE_ANY[self._item.model])) if is_any else "–"
        if isinstance(value, LabelledEnum):
            return str(_(value.label))
        return self._other(name, value)

    def _other(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("Ya")) if value else str(_("Tidak"))
        if isinstance(value, date):
            return long_date(value, _)
        if name == "amount":
            return rupiah(value)
        if name == "year":
            return str(value)
        if isinstance(value, int):
            return thousands(value)
        return self._name_of(name, str(value))

    def _name_of(self, name: str, code: str) -> str:
        if name == "country":
            return country_label(code)
        if name == "job_code":
            if self._jobs is None:
                self._jobs = {job.code: job.title for job in list_jobs()}
            return self._jobs.get(code, code)
        if name in ("province", "region_code"):
            if self._regions is None:
                self._regions = dict(districts_and_above(Area(COUNTRY_CODE)))
            return self._regions.get(code, dotted_code(code))
        return code

    def key(self, row: Any) -> str:
        """What names a row: the words of its key."""
        return " · ".join(self(name, getattr(row, name)) for name in self._item.key)
