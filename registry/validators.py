"""What may stand in a field: validators of forms, which the cells of an import obey too."""

import re
from collections.abc import Callable
from typing import Any

from flask_babel import gettext
from lokal import parse_phone
from wtforms import Field, ValidationError

from registry.formatting import EARLIEST_DAY, today

LONGEST_NUMBER = 60
_AREA_NAME = re.compile(r"[0-9A-Za-zÀ-ÖØ-öø-ɏ][0-9A-Za-zÀ-ÖØ-öø-ɏ .,'’/()-]*")


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
