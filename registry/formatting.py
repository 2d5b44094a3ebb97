"""How codes, dates, numbers and names are written, and how they are masked (pure)."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from registry.enums import N_

WIB = timezone(timedelta(hours=7), "WIB")
# No journey of the registry lies before; a year of two digits would.
EARLIEST_DAY = date(1950, 1, 1)
# Who left before is in no list that a village still keeps.
EARLIEST_LEAVING = date(1990, 1, 1)
DOT = "•"
NIK_DIGITS = 16
VISIBLE_NIK_DIGITS = 4

MONTHS = (
    N_("Januari"),
    N_("Februari"),
    N_("Maret"),
    N_("April"),
    N_("Mei"),
    N_("Juni"),
    N_("Juli"),
    N_("Agustus"),
    N_("September"),
    N_("Oktober"),
    N_("November"),
    N_("Desember"),
)

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# As the first letters of a month, and the whole of it, are written besides.
_MONTH_NUMBERS = {
    **{name[:3].casefold(): number for number, name in enumerate(MONTHS, 1)},
    **{name[:3]: number for number, name in enumerate(_ENGLISH, 1)},
    **{name.casefold(): number for number, name in enumerate(MONTHS, 1)},
    **{name: number for number, name in enumerate(_ENGLISH, 1)},
    "ags": 8,
    "agt": 8,
    "nop": 11,
    "peb": 2,
    "sept": 9,
    "nopember": 11,
    "pebruari": 2,
}


def month_number(name: str) -> int:
    """1 to 12 for a month as Indonesians or the English write it, whole or short; 0 for none."""
    return _MONTH_NUMBERS.get(name.casefold().removesuffix("."), 0)


def today() -> date:
    """The present day in western Indonesia, on which all rules and screens rest."""
    return datetime.now(WIB).date()


def local_time(instant: datetime) -> datetime:
    """An instant as the time of day in western Indonesia."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(WIB)


def long_date(day: date | None, say: Callable[[str], str] = str) -> str:
    """`24 November 2026`, or a dash when there is none; `say` translates the words."""
    return f"{day.day} {say(MONTHS[day.month - 1])} {day.year}" if day else "–"


def long_moment(instant: datetime, say: Callable[[str], str] = str) -> str:
    """`24 November 2026 pukul 14.05 WIB`."""
    local = local_time(instant)
    at = say(N_("pukul"))  # beside the f-string, in which the extractor of texts does not look
    return f"{long_date(local.date(), say)} {at} {local:%H.%M} WIB"


def thousands(number: int) -> str:
    """`24.175`."""
    return f"{number:,}".replace(",", ".")


def rupiah(amount: int | None) -> str:
    return f"Rp{thousands(amount)}" if amount is not None else "–"


def dotted_code(code: str) -> str:
    """`18.07.01.2001` from `1807012001`; the country stays `0`."""
    parts = (code[:2], code[2:4], code[4:6], code[6:])
    return ".".join(part for part in parts if part)


def plain_code(code: str) -> str:
    """A region code without its dots and spaces."""
    return re.sub(r"[.\s]", "", code)


def plain_words(name: str) -> list[str]:
    """The words of a name in lower case, without accents and signs, spelt as they are."""
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("’", ""))


def normal_name(name: str) -> str:
    """A name for searching: lower case, no accents or signs, Muh/Moh/Mohammad as muhammad."""
    return " ".join(MUHAMMAD.get(word, word) for word in plain_words(name))


MUHAMMAD = dict.fromkeys(
    (
        "muh",
        "moh",
        "mohd",
        "muhd",
        "mohammad",
        "mohamad",
        "muhamad",
        "muhammed",
        "mochammad",
        "mochamad",
        "moch",
        "much",
    ),
    "muhammad",
)


_ABBREVIATED = re.compile(r"\b([pc])\.\s*([tv])\b\.?", re.IGNORECASE)  # P.T., C. V.
_COMPANY_WORDS = frozenset({"pt", "cv", "tbk", "p3mi", "pjtki", "pptkis", "lpk", "so"})


@lru_cache(maxsize=4096)
def company_key(name: str) -> str:
    """A company's name for comparing: no legal form, letter case or signs."""
    written = _ABBREVIATED.sub(r"\1\2 ", name)
    return " ".join(word for word in normal_name(written).split() if word not in _COMPANY_WORDS)


def initials(name: str) -> str:
    """A name as initials: `S•• A••`."""
    return " ".join(f"{word[0]}{DOT * 2}" for word in name.split()) or DOT * 3


def mask_nik(nik: str | None) -> str | None:
    """A NIK as its first four digits and dots."""
    if nik is None:
        return None
    return nik[:VISIBLE_NIK_DIGITS] + DOT * (NIK_DIGITS - VISIBLE_NIK_DIGITS)


def mask_number(number: str | None) -> str | None:
    """A phone, passport, KK or letter number as dots with its two last characters."""
    if not number:
        return None
    hidden = max(len(number) - 2, 4)
    return DOT * hidden + number[-2:] if len(number) > 4 else DOT * 6


def mask_date(day: date | None) -> str | None:
    """A birth date as its year."""
    return f"{day.year}-{DOT * 2}-{DOT * 2}" if day else None


def mask_text(text: str | None) -> str | None:
    """Anything else as one dot."""
    return DOT if text else None
