"""What may stand in a field: validators of forms, which the cells of an import obey too."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from lokal import parse_phone
from wtforms import Field, ValidationError
from wtforms.validators import NumberRange

from registry.formatting import EARLIEST_DAY, thousands, today

LONGEST_NUMBER = 60
_AREA_NAME = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ɏ][0-9A-Za-zÀ-ÖØ-öø-ɏ .,'’/()-]*")
# What stands in names besides letters and digits.
PERSONS_SIGNS = frozenset(".,'’‘ʼ`´\"“”-‐–/()&")
COMPANYS_SIGNS = PERSONS_SIGNS | frozenset("+@!?:;#%*_•·°™®©")


def normal_phone(text: str | None) -> str | None:
    """A phone number in one way of writing, `+62...`; a foreign one stays as typed."""
    if not text:
        return None
    parsed = parse_phone(text)
    if parsed.e164:
        return str(parsed.e164)
    return re.sub(r"[\s().-]", "", text)


def _is_short(field: Field) -> bool:
    """Whether a number with its signs has about the length of one; without, it has no end."""
    return len(field.data) <= LONGEST_NUMBER


def is_phone(form: Any, field: Field) -> None:
    """A phone number has 7 to 15 digits, with or without a plus."""
    digits = re.sub(r"[\s().-]", "", field.data or "")
    if field.data and not (_is_short(field) and re.fullmatch(r"\+?[0-9]{7,15}", digits)):
        raise ValidationError(
            gettext("Nomor telepon berisi 7 sampai 15 angka, misalnya 0812 3456 7890.")
        )


def no_long_number(form: Any, field: Field) -> None:
    """A text that others read must not carry somebody's NIK or phone number."""
    if re.search(r"(?:\d[ .-]?){6}", field.data or ""):
        raise ValidationError(gettext("Jangan tulis nomor orang di sini."))


def no_nik(form: Any, field: Field) -> None:
    """A text that is never masked must not carry a NIK or the number of a family card."""
    # Digits of any script: what a person can read is a NIK.
    if re.search(r"(?<!\d)(?:\d[ .-]?){15}\d(?!\d)", field.data or ""):
        raise ValidationError(
            gettext("Jangan tulis NIK atau nomor KK di sini. Tulis hanya di bagian NIK.")
        )


def has_a_letter(form: Any, field: Field) -> None:
    """A name is words, in whatever script; a number typed into the wrong box is none."""
    if field.data and not any(sign.isalpha() for sign in field.data):
        raise ValidationError(gettext("Isi dengan nama, bukan angka atau tanda."))


def is_area_name(form: Any, field: Field) -> None:
    """The name of an area: letters and digits, and the signs that the official list has."""
    if field.data and not _AREA_NAME.fullmatch(field.data):
        raise ValidationError(
            gettext(
                "Nama wilayah diawali huruf atau angka, dan hanya berisi huruf, angka, spasi, dan "
                "tanda . , ' - / ( )"
            )
        )


def _is_made_of(text: str, signs: frozenset[str]) -> bool:
    """Whether a text holds letters, digits and blanks of any script, and of signs only these."""
    return all(
        sign in signs or unicodedata.category(sign).startswith(("L", "M", "N", "Zs"))
        for sign in text
    )


def is_persons_name(form: Any, field: Field) -> None:
    """The name of a person has no signs but those of names."""
    if field.data and not _is_made_of(field.data, PERSONS_SIGNS):
        raise ValidationError(
            gettext("Nama hanya berisi huruf, angka, titik, koma, petik, garis, dan kurung.")
        )


def is_companys_name(form: Any, field: Field) -> None:
    """The name of a company, which has more signs than that of a person; no formula, no picture."""
    if field.data and not _is_made_of(field.data, COMPANYS_SIGNS):
        raise ValidationError(
            gettext("Nama perusahaan tidak memuat tanda < > = | { } atau gambar kecil.")
        )


PERSONS_NAME = (has_a_letter, is_persons_name)
COMPANYS_NAME = (has_a_letter, is_companys_name)


def is_card_number(form: Any, field: Field) -> None:
    """The number of a card: plain letters, digits and what parts them."""
    if field.data and not re.fullmatch(r"[A-Za-z0-9 ./-]+", field.data):
        raise ValidationError(gettext("Isi dengan huruf, angka, titik, dan garis saja."))


class Between(NumberRange):
    """A number from `min` to `max`, both told with dots between thousands."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or not self.min <= field.data <= self.max:
            raise ValidationError(
                gettext(
                    "Harus antara %(min)s dan %(max)s.",
                    min=thousands(self.min),
                    max=thousands(self.max),
                )
            )


def is_neighbourhood(form: Any, field: Field) -> None:
    """RT or RW: a number of up to three digits; some villages part one as 2A and 2B."""
    if field.data and not re.fullmatch(r"[0-9]{1,3}|[0-9]{1,2}[A-Za-z]", field.data):
        raise ValidationError(gettext("Isi dengan angka, misalnya 003."))


def not_in_future(form: Any, field: Field) -> None:
    if field.data and field.data > today():
        raise ValidationError(gettext("Tanggal ini masih di depan. Isi tanggal yang sudah lewat."))


def not_long_ago(form: Any, field: Field) -> None:
    """No day before 1950: the registry is younger, and a year of two digits is no year."""
    if field.data and field.data < EARLIEST_DAY:
        raise ValidationError(
            gettext("Tahunnya terlalu lama. Tulis tahun dengan empat angka, misalnya 1998.")
        )


def sixteen_digits(what: str) -> Callable[[Any, Field], None]:
    """A validator for NIK and KK numbers, which have exactly 16 digits."""

    def check(form: Any, field: Field) -> None:
        digits = re.sub(r"[\s.-]", "", field.data or "")
        if digits and not (_is_short(field) and re.fullmatch(r"[0-9]{16}", digits)):
            raise ValidationError(gettext("%(what)s harus 16 angka.", what=gettext(what)))

    return check
