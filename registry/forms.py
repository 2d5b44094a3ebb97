"""The base form, fields that this domain needs, and Indonesian messages for WTForms."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, IntegerField, SelectField, StringField
from wtforms.widgets import PasswordInput, TextInput

from registry.enums import N_, LabelledEnum
from registry.formatting import month_number

# What no workbook or page can hold, and the mark of what was lost before it came to us.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff"
    + "".join(
        f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(1 << 16, 17 << 16, 1 << 16)
    )
    + "]"
)

# What nobody sees: it hides a text from searches, or turns round what stands beside it.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

# WTForms ships no Indonesian; a test fails when a new version adds a message.
MESSAGES = {
    "Not a valid integer value.": N_("Isi dengan angka."),
    "Not a valid decimal value.": N_("Isi dengan angka."),
    "Not a valid float value.": N_("Isi dengan angka."),
    "Not a valid date value.": N_("Tanggal tidak dikenal."),
    "Not a valid datetime value.": N_("Tanggal dan jam tidak dikenal."),
    "Not a valid time value.": N_("Jam tidak dikenal."),
    "Not a valid week value.": N_("Minggu tidak dikenal."),
    "Not a valid choice.": N_("Pilihan tidak dikenal."),
    "Not a valid choice": N_("Pilihan tidak dikenal."),
    "Invalid Choice: could not coerce.": N_("Pilihan tidak dikenal."),
    "Invalid choice(s): one or more data inputs could not be coerced.": N_(
        "Ada pilihan yang tidak dikenal."
    ),
    "Choices cannot be None.": N_("Daftar pilihan kosong."),
    "This field is required.": N_("Bagian ini harus diisi."),
    "Invalid input.": N_("Isian tidak dikenal."),
    "Invalid email address.": N_("Alamat surel tidak dikenal."),
    "Invalid IP address.": N_("Alamat IP tidak dikenal."),
    "Invalid Mac address.": N_("Alamat MAC tidak dikenal."),
    "Invalid URL.": N_("Alamat situs tidak dikenal."),
    "Invalid UUID.": N_("UUID tidak dikenal."),
    "Invalid value, must be one of: %(values)s.": N_("Nilai harus salah satu dari: %(values)s."),
    "Invalid value, can't be any of: %(values)s.": N_("Nilai tidak boleh: %(values)s."),
    "Invalid field name '%s'.": N_("Nama kolom '%s' tidak dikenal."),
    "Field must be equal to %(other_name)s.": N_("Harus sama dengan %(other_name)s."),
    "Number must be at least %(min)s.": N_("Paling kecil %(min)s."),
    "Number must be at most %(max)s.": N_("Paling besar %(max)s."),
    "Number must be between %(min)s and %(max)s.": N_("Harus antara %(min)s dan %(max)s."),
    "Date must be at least %(min)s.": N_("Paling awal %(min)s."),
    "Date must be at most %(max)s.": N_("Paling akhir %(max)s."),
    "Date must be between %(min)s and %(max)s.": N_("Harus antara %(min)s dan %(max)s."),
    "Field must be between %(min)d and %(max)d characters long.": N_(
        "Panjangnya antara %(min)d dan %(max)d karakter."
    ),
    "This field cannot be edited.": N_("Bagian ini tidak dapat diubah."),
    "This field is disabled and cannot have a value.": N_("Bagian ini tidak dapat diisi."),
    "CSRF token missing.": N_("Halaman sudah kedaluwarsa. Muat ulang."),
    "CSRF token expired.": N_("Halaman sudah kedaluwarsa. Muat ulang."),
    "CSRF failed.": N_("Halaman sudah kedaluwarsa. Muat ulang."),
    "Invalid CSRF Token.": N_("Halaman sudah kedaluwarsa. Muat ulang."),
    "'%(value)s' is not a valid choice for this field.": N_("Pilihan tidak dikenal."),
    "'%(value)s' are not valid choices for this field.": N_("Ada pilihan yang tidak dikenal."),
    "File does not have an approved extension: {extensions}": N_("Jenis berkas tidak diterima."),
    "File does not have an approved extension.": N_("Jenis berkas tidak diterima."),
}
PLURAL_MESSAGES = {
    "Field must be at least %(min)d character long.": N_("Paling pendek %(min)d karakter."),
    "Field cannot be longer than %(max)d character.": N_("Paling panjang %(max)d karakter."),
    "Field must be exactly %(max)d character long.": N_("Harus %(max)d karakter."),
    "'%(value)s' is not a valid choice for this field.": N_("Pilihan tidak dikenal."),
}


class Translations:
    """WTForms' own messages in the language of the page."""

    def gettext(self, message: str) -> str:
        return str(gettext(MESSAGES.get(message, message)))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(gettext(PLURAL_MESSAGES.get(singular, singular)))


def clean_text(value: str | None) -> str | None:
    """Text without edge blanks, with line ends as workbooks keep them; None for nothing."""
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return " ".join(value.replace("\u00a0", " ").split(" ")).strip() or None


class BaseForm(FlaskForm):
    """Every form: trimmed texts, Indonesian messages, no characters that XML forbids."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Translations:
            return Translations()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            filters = list(unbound_field.kwargs.get("filters", []))
            if issubclass(unbound_field.field_class, StringField):
                filters.append(clean_text)
            return unbound_field.bind(form=form, **{**options, "filters": filters})

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            is_valid = _refuse_unfit(field) and is_valid
        return is_valid

    def judge_alone(self, name: str) -> None:
        """Say beside one field what is wrong with it, where the rest of the form is not yet due."""
        field = self[name]
        field.validate(self)
        _refuse_unfit(field)


def _refuse_unfit(field: Any) -> bool:
    """Whether the field holds no character that is not taken; else that is told and left out."""
    told = {FORBIDDEN: gettext("Ada karakter yang tidak dapat disimpan.")}
    # A password is nobody's to read, and stays as it was chosen.
    if not isinstance(field.widget, PasswordInput):
        told[INVISIBLE] = gettext(
            "Ada karakter yang tidak terlihat; sudah dibuang. Periksa isinya, lalu simpan lagi."
        )
    # What is shown again is what was typed, and of a day or a number that is not its data.
    typed = [text for text in (field.data, *(field.raw_data or ())) if isinstance(text, str)]
    is_fit = True
    for unfit, message in told.items():
        if any(map(unfit.search, typed)):
            field.errors = [message, *field.errors]
            _leave_out(unfit, field)  # no page can show it either
            is_fit = False
    return is_fit


def _leave_out(unfit: re.Pattern[str], field: Any) -> None:
    if isinstance(field.data, str):
        field.data = unfit.sub("", field.data)
    field.raw_data = [
        unfit.sub("", text) if isinstance(text, str) else text for text in field.raw_data or ()
    ]
    if isinstance(field, DatePartsField):
        day, month, year = (unfit.sub("", part) for part in field.raw)
        field.raw = (day, month, year)


class EnumField(SelectField):
    """A choice among a labelled enum; empty means not known (None)."""

    def __init__(
        self,
        label: str,
        members: type[LabelledEnum],
        validators: Sequence[Any] = (),
        *,
        blank: str | None = N_("Belum diketahui"),
        **kwargs: Any,
    ) -> None:
        def choices() -> list[tuple[str, str]]:
            empty = [("", gettext(blank))] if blank is not None else []
            return empty + [(value, gettext(text)) for value, text in members.choices()]

        super().__init__(label, validators, choices=choices, **kwargs)
        self.members = members

    def process_data(self, value: Any) -> None:
        self.data = value.value if isinstance(value, LabelledEnum) else (value or "")

    def process_formdata(self, values: list[str]) -> None:
        if values:
            self.data = values[0]

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            self.data = ""
        super().pre_validate(form)

    @property
    def member(self) -> Any:
        """The chosen member, or None when nothing was chosen."""
        return self.members.of(self.data) if self.data else None


class DatePartsField(Field):
    """A date as three boxes, day, month and year, in the order that Indonesians write it."""

    widget = TextInput()

    def __init__(self, label: str, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.raw = ("", "", "")

    def parts(self) -> list[tuple[str, str, str, int]]:
        """Suffix, label, value and length of each box."""
        labels = (gettext("Hari"), gettext("Bulan"), gettext("Tahun"))
        return [
            (suffix, labels[i], self.raw[i], length)
            for i, (suffix, length) in enumerate((("day", 2), ("month", 10), ("year", 4)))
        ]

    def process_data(self, value: date | None) -> None:
        self.data = value
        if value:
            self.raw = (str(value.day), str(value.month), str(value.year))

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.process_data(data if isinstance(data, date) else None)
        names = [f"{self.name}-{suffix}" for suffix in ("day", "month", "year")]
        if formdata is None or not any(name in formdata for name in names):
            return
        day, month, year = ((formdata.get(name) or "").strip() for name in names)
        self.raw = (day, month, year)
        self.raw_data = ["-".join(self.raw)] if any(self.raw) else []
        self.data = None
        if any(self.raw):
            month = str(month_number(month) or month)
            if not re.fullmatch(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", "-".join((day, month, year))):
                self.process_errors.append(
                    gettext("Isi hari, bulan, dan tahun dengan angka, misalnya 31 1 1998.")
                )
                return
            try:
                self.data = date(int(year), int(month), int(day))
            except ValueError:
                self.process_errors.append(gettext("Tanggal ini tidak ada di kalender."))


class NearDateField(DateField):
    """A day near today, picked in the browser's own calendar."""

    data: Any

    def process_formdata(self, values: list[str]) -> None:
        if values and not values[0].strip():
            self.data = None
            return
        super().process_formdata(values)


class RupiahField(IntegerField):
    """Whole rupiah; `Rp`, spaces, dots between thousands and a closing `,00` may be typed."""

    widget = TextInput()  # a number box would show 5.000.000 as empty, and lose it when saved again

    def process_formdata(self, values: list[str]) -> None:
        if values:
            typed = re.sub(r"\s|^rp\.?", "", values[0].strip(), flags=re.IGNORECASE)
            if not typed:
                self.data = None
                return
            # "2.5" would be 25 without its dot, and nobody knows whether millions were meant.
            if not re.fullmatch(r"-?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,00?)?", typed):
                self.data = None
                raise ValueError(gettext("Tulis lengkap dengan angka, misalnya 2.500.000."))
            values = [typed.split(",")[0].replace(".", "")]
        super().process_formdata(values)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data:,}".replace(",", ".") if self.data is not None else ""


class WholeNumberField(IntegerField):
    """A whole number that may be left empty; it is written in the digits that its page shows."""

    def process_formdata(self, values: list[str]) -> None:
        if values and not values[0].strip():
            self.data = None
            return
        if values and not re.fullmatch(r"-?[0-9]+", values[0].strip()):
            self.data = None  # Python reads 1_000 and the digits of every script
            raise ValueError(gettext("Isi dengan angka."))
        super().process_formdata(values)


def version_number(text: str | None) -> int:
    """The version that a form was made from; 0, which no record has, for anything else."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0
