"""What one cell of an import means (pure): the value, None when nothing is said, or BadCell.

The rules are those of the forms, whose validators are called here. A message never repeats the
content of the cell, since an administrator reads it too.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from lokal import parse_nik
from wtforms import ValidationError

from registry import validators
from registry.departures.forms import LATEST_PLAN, MAX_RUPIAH
from registry.departures.nik import NIK_MISTAKES, digits_only
from registry.enums import LabelledEnum
from registry.formatting import DOT, EARLIEST_LEAVING, month_number, normal_name, today
from registry.forms import INVISIBLE
from registry.reference.countries import HOME, match_country
from registry.workbooks.import_words import is_nothing, word_key, words_of
from registry.workbooks.reader import BadText, Cell

Parser = Callable[[Cell], Any]

NAME_LENGTH, NORMAL_NAME_LENGTH = 120, 140
EXACT_DIGITS = 15  # Excel keeps no more of a number
EARLIEST_BIRTH = date(1900, 1, 1)

NIK_IMPOSSIBLE = "NIK ini tidak mungkin: tanggal lahir atau nomor urut di dalamnya salah."
DATE_UNKNOWN = "Tanggal tidak dikenal. Tulis hari/bulan/tahun, misalnya 31/01/1998."
NO_SUCH_DAY = "Tanggal ini tidak ada di kalender."
LONG_AGO = "Tahunnya terlalu lama. Tulis tahun dengan empat angka, misalnya 1998."

_GUARDED = re.compile(r"\s*'(?=[=+@-])")  # how a CSV keeps a text from becoming a formula
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ][\d:.]+)?")
_MONTH_NAMED = re.compile(r"(?:[^\W\d]+,?\s+)?(\d{1,2})[\s.-]+([^\W\d]+)[\s.,-]+(\d{4})")
_NO_DATE = re.compile(r"0000-00-00.*|00[/-]00[/-]0000")
_MONEY_TAIL = re.compile(r"(,-|[.,]00?|,--)$")
_GROUPED = re.compile(r"\d{1,3}([.\s]\d{3})+|\d{1,3}(,\d{3})+")
_TIMES = {"rb": 1_000, "ribu": 1_000, "jt": 1_000_000, "juta": 1_000_000}
_MILLIONS = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?\s*(rb|ribu|jt|juta)", re.IGNORECASE)


class BadCell(ValueError):
    """A cell that cannot be used; `message` is one sentence for the person who sent it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def plain_text(cell: Cell) -> str | None:
    """The words of a cell on one line; None for an empty, a masked or a struck-out one."""
    if cell is None:
        return None
    if isinstance(cell, BadText):
        raise BadCell(cell.message)
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, date):
        raise BadCell("Sel ini berisi tanggal. Ubah format menjadi Teks, lalu ketik ulang isinya.")
    said = str(cell)
    guard = _GUARDED.match(said)
    if INVISIBLE.search(said):
        raise BadCell("Ada karakter yang tidak terlihat. Ketik ulang isi sel ini.")
    words = " ".join(said[guard.end() if guard else 0 :].split())
    return None if DOT in words or word_key(words) in ("", "null") else words


def text(length: int, *checks: Callable[[Any, Any], None]) -> Parser:
    """A text of at most so many characters, which passes these validators."""

    def parse(cell: Cell) -> str | None:
        found = plain_text(cell)
        if found and len(found) > length:
            raise BadCell(f"Paling panjang {length} karakter.")
        for check in checks:
            _checked(check, found)
        return found

    return parse


def free_text(length: int) -> Parser:
    """A text that everybody reads who sees the record: it carries nobody's NIK."""
    return text(length, validators.no_nik)


def named(length: int) -> Parser:
    """A name of a person."""
    return text(length, validators.no_nik, *validators.PERSONS_NAME)


def company(length: int) -> Parser:
    """A name of a company."""
    return text(length, validators.no_nik, *validators.COMPANYS_NAME)


def name(cell: Cell) -> str | None:
    """A person's name, short enough also in the form that searching uses."""
    found: str | None = named(NAME_LENGTH)(cell)
    if found and len(normal_name(found)) > NORMAL_NAME_LENGTH:
        raise BadCell(f"Paling panjang {NAME_LENGTH} karakter.")
    return found


def neighbourhood(cell: Cell) -> str | None:
    """RT or RW: up to three characters, digits filled up with zeros."""
    found: str | None = text(3, validators.is_neighbourhood)(cell)
    return found.zfill(3) if found and found.isdigit() else found


def member(members: type[LabelledEnum]) -> Parser:
    """A member of an enum by its code, its label, or a common word for it."""

    def parse(cell: Cell) -> LabelledEnum | None:
        found = plain_text(cell)
        if found is None:
            return None
        known = words_of(members).get(word_key(found))
        if known is None and not is_nothing(found):
            labels = ", ".join(m.label for m in members)
            raise BadCell(f"Pilihan tidak dikenal. Yang dikenal: {labels}.")
        return known

    return parse


_country_code = lru_cache(maxsize=1024)(match_country)


def country(cell: Cell) -> str | None:
    """A country by its code, name, or a popular older name."""
    found = plain_text(cell)
    if found is None or is_nothing(found):
        return None
    code = _country_code(found)
    if code is None:
        raise BadCell("Negara tidak dikenal. Tulis nama atau kodenya, misalnya Taiwan atau TW.")
    if code == HOME:
        raise BadCell("Indonesia bukan luar negeri. Isi negara lain.")
    return code


def _number_text(cell: Cell, what: str) -> str | None:
    """The text of a long number, refused where Excel has cut its digits off."""
    found = plain_text(cell)
    if found is None:
        return None
    is_cut = not isinstance(cell, str) and len(found) > EXACT_DIGITS
    if is_cut or _SCIENTIFIC.fullmatch(found):
        raise BadCell(
            f"Kolom {what} harus berformat Teks; angka terakhirnya sudah hilang. Ubah format kolom "
            "menjadi Teks, lalu ketik ulang nomornya."
        )
    return found


def _checked(check: Callable[[Any, Any], None], value: str | date | None) -> None:
    try:
        check(None, SimpleNamespace(data=value))
    except ValidationError as error:
        raise BadCell(str(error)) from error


def long_number(what: str) -> Parser:
    """A NIK or KK number: 16 digits, typed as text."""
    check = validators.sixteen_digits(what)

    def parse(cell: Cell) -> str | None:
        found = digits_only(_number_text(cell, what))
        if found:
            _checked(check, found)
            if not found.isascii():
                raise BadCell(f"{what} harus 16 angka.")
        return found or None

    return parse


def nik(cell: Cell) -> str | None:
    """A NIK that is possible, as the forms see it."""
    found: str | None = long_number("NIK")(cell)
    if found:
        issues = parse_nik(found, reference_date=today()).errors
        if any(issue.code in NIK_MISTAKES for issue in issues):
            raise BadCell(NIK_IMPOSSIBLE)
    return found


def phone(cell: Cell) -> str | None:
    """A phone number in one way of writing; a number that lost its first 0 or + gets it back."""
    found = _number_text(cell, "Telepon")
    if found is None:
        return None
    _checked(validators.is_phone, found)
    if not found.isascii():
        raise BadCell("Nomor telepon hanya berisi angka biasa.")
    if isinstance(cell, int | float):
        found = f"+{found}" if found.startswith("62") else f"0{found}"
    return validators.normal_phone(found)


def money(cell: Cell) -> int | None:
    """Whole rupiah; dots, `Rp` and `juta` may be written."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        amount = int(cell) if float(cell).is_integer() else -1
    else:
        found = plain_text(cell)
        if found is None or is_nothing(found):
            return None
        amount = _rupiah(re.sub(r"^rp\.?\s*", "", found, flags=re.IGNORECASE))
    if not 0 <= amount <= MAX_RUPIAH:
        raise BadCell("Isi dengan angka rupiah bulat, misalnya 1.500.000.")
    return amount


def _rupiah(written: str) -> int:
    millions = _MILLIONS.fullmatch(written)
    if millions:
        whole, part, times = millions[1], millions[2] or "", _TIMES[millions[3].casefold()]
        return int(whole) * times + int(part.ljust(3, "0") or 0) * times // 1_000
    if not _GROUPED.fullmatch(written):
        written = _MONEY_TAIL.sub("", written)
    if written.isascii() and (written.isdigit() or _GROUPED.fullmatch(written)):
        return int(re.sub(r"[.,\s]", "", written)[:20])
    return -1


def months(cell: Cell) -> int | None:
    """The length of a contract in months; `2 tahun` is 24."""
    found = plain_text(cell)
    if found is None or is_nothing(found):
        return None
    match = re.fullmatch(r"([0-9]{1,3})\s*(bulan|bln|tahun|thn|th)?\.?", found.casefold())
    count = int(match[1]) * (12 if (match[2] or "").startswith("t") else 1) if match else 0
    if not 1 <= count <= 120:
        raise BadCell("Isi dengan angka bulan antara 1 dan 120.")
    return count


def day(cell: Cell) -> date | None:
    """A date as Excel holds it, or as Indonesians write it: the day first."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = plain_text(cell)
    if found is None or is_nothing(found) or _NO_DATE.fullmatch(found):
        return None
    return _written_day(found)


@lru_cache(maxsize=1 << 14)
def _written_day(found: str) -> date:
    if match := _YEAR_FIRST.fullmatch(found):
        year, month, number = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(found):
        number, month, year = match[1], match[2], match[3]
    elif match := _MONTH_NAMED.fullmatch(found):
        number, month, year = match[1], str(month_number(match[2])), match[3]
    else:
        raise BadCell(DATE_UNKNOWN)
    if not 1 <= int(month) <= 12:
        raise BadCell(DATE_UNKNOWN)
    try:
        return date(int(year), int(month), int(number))
    except ValueError as error:
        raise BadCell(NO_SUCH_DAY) from error


def past_day(cell: Cell) -> date | None:
    """A day that has come already."""
    found = day(cell)
    _checked(validators.not_in_future, found)
    _checked(validators.not_long_ago, found)
    return found


def birth_day(cell: Cell) -> date | None:
    found = day(cell)
    _checked(validators.not_in_future, found)
    if found and found < EARLIEST_BIRTH:
        raise BadCell(LONG_AGO)
    return found


def planned_day(cell: Cell) -> date | None:
    """The planned day; past years may be brought in, the far future may not."""
    found = day(cell)
    if found and not EARLIEST_LEAVING <= found <= today() + timedelta(days=LATEST_PLAN.days):
        raise BadCell("Tanggal rencana terlalu jauh dari hari ini.")
    return found
