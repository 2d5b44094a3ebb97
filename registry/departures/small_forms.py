"""Small forms: the search, buttons that carry a version, reasons, marks and the letter."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from registry.enums import (
    N_,
    EmergencyGround,
    Relation,
    ReturnKind,
)
from registry.forms import BaseForm, EnumField, NearDateField, version_number
from registry.validators import (
    PERSONS_NAME,
    no_long_number,
    no_nik,
    not_in_future,
    not_long_ago,
)


class SearchForm(BaseForm):
    """The search before a new record: a known person is picked, not typed again."""

    cari = StringField(
        _l("NIK, nama, atau nomor telepon"),
        [DataRequired(_l("Tulis NIK, nama, atau nomor telepon warga.")), Length(max=120)],
    )
    desa = SelectField(_l("Desa/kelurahan"), [Optional()])


class VersionForm(BaseForm):
    """A button that acts on a record: it carries the version that its user saw."""

    versi = HiddenField()

    @property
    def seen_revision(self) -> int:
        return version_number(self.versi.data)


class ReasonForm(VersionForm):
    """Sending back, cancelling, taking back, showing: each needs its reason in words."""

    alasan = TextAreaField(
        _l("Alasan"), [DataRequired(_l("Tulis alasannya.")), Length(min=5, max=500), no_nik]
    )


class EmergencyForm(BaseForm):
    """Why an office opens a person of whom it has no grave flag; the area reads it."""

    dasar = EnumField(
        _l("Dasar"),
        EmergencyGround,
        [DataRequired(_l("Pilih dasarnya."))],
        blank=N_("Pilih dasar"),
    )
    alasan = TextAreaField(
        _l("Alasan"),
        [DataRequired(_l("Tulis alasannya.")), Length(min=10, max=300), no_long_number],
    )


class DepartedForm(VersionForm):
    tanggal = NearDateField(
        _l("Tanggal berangkat"),
        [DataRequired(_l("Isi tanggal berangkat.")), not_in_future, not_long_ago],
    )


class ReturnedForm(VersionForm):
    tanggal = NearDateField(
        _l("Tanggal pulang"), [DataRequired(_l("Isi tanggal pulang.")), not_in_future, not_long_ago]
    )
    jenis = EnumField(
        _l("Jenis kepulangan"),
        ReturnKind,
        [DataRequired(_l("Pilih jenis kepulangan."))],
        blank=_l("Pilih"),
    )


class LetterForm(VersionForm):
    """What the printed family-permission letter says besides the record."""

    nomor = StringField(_l("Nomor surat"), [DataRequired(_l("Isi nomor surat.")), Length(max=60)])
    tanggal = NearDateField(
        _l("Tanggal surat"), [DataRequired(_l("Isi tanggal surat.")), not_in_future, not_long_ago]
    )
    penanda_tangan = StringField(
        _l("Nama yang memberi izin"),
        [
            DataRequired(_l("Isi nama suami, istri, orang tua, atau wali.")),
            Length(max=120),
            no_nik,
            *PERSONS_NAME,
        ],
    )
    hubungan = EnumField(
        _l("Hubungan dengan calon pekerja migran"),
        Relation,
        [DataRequired(_l("Pilih hubungannya."))],
        blank=_l("Pilih"),
    )
