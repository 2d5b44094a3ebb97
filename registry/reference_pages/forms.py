"""Forms of the reference data that administrators edit."""

from functools import cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from registry.accounts.access import current_area
from registry.enums import LabelledEnum, LicenceStatus
from registry.formatting import dotted_code, today
from registry.forms import BaseForm, EnumField, NearDateField, RupiahField, WholeNumberField
from registry.reference.countries import country_choices
from registry.reference.lists import TAKEN, ReferenceList
from registry.reference.queries import list_jobs
from registry.reference_pages.decree import LONGEST_DECREE, SHORTEST_DECREE, fault_of_day
from registry.reference_pages.words import (
    LONGEST_PERIOD,
    MAY_BE_ANY,
    NO,
    YES,
    label_of,
    value_names,
)
from registry.regions.queries import districts_and_above, list_children
from registry.validators import Between

LARGEST_NUMBER = 10**12


def _reason() -> TextAreaField:
    return TextAreaField(
        _l("Alasan perubahan"),
        [
            DataRequired(_l("Tulis alasan perubahan ini.")),
            Length(5, 500, _l("Tulis alasannya dengan 5 sampai 500 karakter.")),
        ],
        description=_l("Tercatat di jurnal."),
    )


def _source() -> StringField:
    return StringField(
        _l("Sumber"),
        [DataRequired(_l("Tulis sumbernya.")), Length(max=250)],
        description=_l("Misalnya nomor keputusan, atau daftar kementerian tanggal berapa."),
    )


def _first_day(label: str = "Berlaku mulai") -> NearDateField:
    is_asked = InputRequired(
        _l("Isi hari angka itu diambil.") if label == TAKEN else _l("Isi hari mulai berlaku.")
    )
    return NearDateField(_l(label), [is_asked], default=today)


def _note() -> TextAreaField:
    return TextAreaField(_l("Catatan"), [Optional(), Length(max=500)])


class VillageTermForm(BaseForm):
    """What a desa and its head are called in a kabupaten."""

    term = StringField(_l("Sebutan desa"), [DataRequired(_l("Isi sebutannya.")), Length(max=40)])
    head_term = StringField(
        _l("Sebutan kepalanya"), [DataRequired(_l("Isi sebutannya.")), Length(max=60)]
    )
    note = StringField(_l("Sumber"), [DataRequired(_l("Tulis sumbernya.")), Length(max=250)])


class ReasonForm(BaseForm):
    """A step that asks for its reason alone."""

    reason = _reason()


class EndForm(BaseForm):
    """A row that ends without a successor."""

    last_day = NearDateField(
        _l("Hari terakhir berlaku"), [InputRequired(_l("Isi hari terakhirnya."))], default=today
    )
    reason = _reason()


class AgencyForm(BaseForm):
    """What an agency is called and where it is."""

    name = StringField(_l("Nama"), [DataRequired(_l("Isi nama perusahaan.")), Length(max=160)])
    address = StringField(_l("Alamat"), [Optional(), Length(max=250)])
    branch = StringField(_l("Cabang"), [Optional(), Length(max=250)])
    reason = _reason()

    def agency_values(self) -> dict[str, Any]:
        """Name, address and branch as typed."""
        return {name: self[name].data for name in ("name", "address", "branch")}


class LicenceForm(BaseForm):
    """What the ministry's list says of a licence from a day on."""

    status = EnumField(
        _l("Status izin"), LicenceStatus, [InputRequired(_l("Pilih statusnya."))], blank=None
    )
    number = StringField(_l("Nomor SIP3MI"), [Optional(), Length(max=80)])
    licence_from = NearDateField(_l("Izin berlaku dari"), [Optional()])
    licence_to = NearDateField(_l("Izin berlaku sampai"), [Optional()])
    valid_from = NearDateField(
        _l("Berlaku mulai"),
        [InputRequired(_l("Isi hari mulai berlaku."))],
        default=today,
        description=_l("Sejak hari apa daftar kementerian menyebut begini."),
    )
    source = _source()
    note = _note()
    reason = _reason()

    def licence_values(self) -> dict[str, Any]:
        """The row of the licence as typed."""
        names = ("number", "licence_from", "licence_to", "valid_from", "source", "note")
        return {"status": self.status.member} | {name: self[name].data for name in names}


class NewAgencyForm(LicenceForm, AgencyForm):
    """An agency and its first licence."""


class AliasForm(BaseForm):
    """Another name of an agency."""

    name = StringField(_l("Nama lain"), [DataRequired(_l("Isi nama lainnya.")), Length(max=160)])
    reason = _reason()


class UploadForm(BaseForm):
    """A sheet of rows, and from when on it holds."""

    berkas = FileField(
        _l("Berkas (.xlsx, .xls, .ods, atau .csv)"), [FileRequired(_l("Pilih berkasnya."))]
    )
    valid_from = _first_day()
    source = _source()


class DecreeUploadForm(BaseForm):
    """A sheet of old and new codes of areas, and the decree that says so."""

    berkas = FileField(
        _l("Berkas (.xlsx, .xls, .ods, atau .csv)"), [FileRequired(_l("Pilih berkasnya."))]
    )
    decree = StringField(
        _l("Keputusan"),
        [
            DataRequired(_l("Tulis nomor keputusannya.")),
            Length(SHORTEST_DECREE, LONGEST_DECREE),
        ],
        description=_l("Nomor dan tanggalnya, misalnya Kepmendagri 300.2.2-2138 Tahun 2025."),
    )
    since = NearDateField(
        _l("Kode baru berlaku mulai"), [InputRequired(_l("Isi hari mulai berlaku."))], default=today
    )

    def validate_since(self, field: NearDateField) -> None:
        if field.data and (fault := fault_of_day(field.data)):
            raise ValidationError(_(fault))


class DecreeConfirmForm(BaseForm):
    """The lines of a decree that were read, sealed, and the yes to what they change."""

    muatan = HiddenField()
    dilihat = HiddenField()


class FiguresUploadForm(UploadForm):
    """A sheet of figures, and when they were taken."""

    valid_from = _first_day(TAKEN)


class ConfirmForm(BaseForm):
    """The rows that were read, sealed, and the yes to what they change."""

    muatan = HiddenField()
    dilihat = HiddenField()
    end_gone = BooleanField(
        _l("Akhiri izin perusahaan yang tidak ada di berkas"),
        description=_l("Hanya bila berkas ini daftar lengkap."),
    )
    reason = _reason()


@cache
def row_form(item: ReferenceList) -> type[BaseForm]:
    """The form of a list's rows, made from the columns of its model."""
    fields: dict[str, Any] = {name: _field(item, name) for name in value_names(item)}
    fields |= {
        "valid_from": _first_day(item.since),
        "valid_to": NearDateField(_l("Berlaku sampai"), [Optional()]),
        "source": _source(),
        "note": _note(),
        "reason": _reason(),
    }
    if item.since == TAKEN:
        del fields["valid_to"]  # a figure holds until a newer one is taken
    return type("RowForm", (BaseForm,), fields)


def row_values(item: ReferenceList, form: Any) -> dict[str, Any]:
    """The typed values by column."""
    values = {name: _typed(form[name]) for name in value_names(item)}
    if "allows_work" in values:
        values["allows_work"] = values["allows_work"] == YES
    dated = ("valid_from", "valid_to", "source", "note")
    return values | {name: form[name].data for name in dated if name in form}


def row_data(item: ReferenceList, row: Any) -> dict[str, Any]:
    """A row as its form begins with it; from when on it holds, and by which source, is asked."""
    data = {name: getattr(row, name) for name in (*value_names(item), "note")}
    if "allows_work" in data:
        data["allows_work"] = YES if data["allows_work"] else NO
    return data


def _typed(field: Any) -> Any:
    if isinstance(field, EnumField):
        return field.member
    return None if field.data == "" else field.data


def _field(item: ReferenceList, name: str) -> Any:
    column = item.model.__table__.columns[name]
    label = _l(label_of(item, name))
    is_asked = [Optional()] if column.nullable else [InputRequired(_l("Bagian ini harus diisi."))]
    blank = MAY_BE_ANY.get(item.model, "–") if name in item.key else "–"
    members = getattr(column.type, "enum_class", None)
    if members is not None and issubclass(members, LabelledEnum):
        return EnumField(label, members, is_asked, blank=blank)
    if name in _CHOICES:
        choices = _CHOICES[name]
        return SelectField(label, is_asked, choices=lambda: _with_blank(blank, choices()))
    kind = column.type.python_type
    if name == "amount":
        return RupiahField(label, [*is_asked, Between(0, LARGEST_NUMBER)])
    if name == "period":
        return WholeNumberField(label, [*is_asked, Between(1, LONGEST_PERIOD)])
    if kind is int:
        return WholeNumberField(label, [*is_asked, Between(0, LARGEST_NUMBER)])
    return StringField(label, [*is_asked, Length(max=column.type.length)])


def _with_blank(blank: str, choices: Any) -> Any:
    first = ("", _(blank) if blank != "–" else blank)
    if isinstance(choices, dict):
        return {"": [first], **choices}
    return [first, *choices]


_CHOICES: dict[str, Any] = {
    "country": lambda: dict(country_choices()),
    "job_code": lambda: [(job.code, job.title) for job in list_jobs()],
    "province": lambda: [(region.code, region.name) for region in list_children("0")],
    "region_code": lambda: [
        (code, f"{dotted_code(code)} {name}") for code, name in districts_and_above(current_area())
    ],
    "allows_work": lambda: [(YES, _("Ya")), (NO, _("Tidak"))],
}
