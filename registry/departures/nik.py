"""What a NIK says of a person; a warning's measure, not a judge."""

import re
from datetime import date

from flask_babel import gettext as _
from lokal import parse_nik

from registry.enums import (
    Sex,
)
from registry.formatting import today

NIK_MISTAKES = ("birth_date", "serial")


def digits_only(text: str | None) -> str | None:
    return re.sub(r"[\s.-]", "", text) if text else None


def is_foreign_card(number: str | None, village_code: str) -> bool | None:
    """Whether a KK was issued in another kabupaten than the village's; None where unknown."""
    digits = digits_only(number)
    if digits is None or not re.fullmatch(r"[0-9]{16}", digits):
        return None
    return digits[:4] != village_code[:4]


def read_from_nik(nik: str | None) -> tuple[date | None, Sex | None]:
    """The birth date and sex that a NIK carries; None where it carries none."""
    if not nik:
        return None, None
    found = parse_nik(nik, reference_date=today())
    born = date.fromisoformat(found.birth_date) if found.birth_date else None
    return born, Sex(found.gender) if found.gender else None


def nik_warnings(nik: str | None, born: date | None, sex: Sex | None) -> list[str]:
    """What of the person does not agree with the NIK; only warnings, since old NIKs differ."""
    nik_born, nik_sex = read_from_nik(nik)
    warnings = []
    if (
        born
        and nik_born
        and (born.day, born.month, born.year % 100)
        != (
            nik_born.day,
            nik_born.month,
            nik_born.year % 100,
        )
    ):
        warnings.append(_("Tanggal lahir berbeda dari NIK. Periksa lagi KTP-nya."))
    if sex and nik_sex and sex != nik_sex:
        warnings.append(_("Jenis kelamin berbeda dari NIK. Periksa lagi KTP-nya."))
    if nik and parse_nik(nik).province is None:
        warnings.append(_("Kode provinsi di NIK tidak dikenal. Periksa lagi KTP-nya."))
    return warnings
