"""Numbers and names of people, where they must not stand: in addresses and in the log."""

import re
from urllib.parse import unquote_plus

# Names that the factories give; no text of the program holds them.
SEEDED_NAMES = ("Siti Rahmawati",)
# Area, day of birth (+40 for women), month, year, serial; an id of sixteen digits is none.
NIK = re.compile(r"(?<!\d)[1-9]\d{5}[0-7]\d(?:0[1-9]|1[0-2])\d{6}(?!\d)")


def leaks_in(text: str) -> list[str]:
    """Every NIK and seeded name in the text, as it stands or encoded for an address."""
    plain = f"{text} {unquote_plus(text)}"
    numbers = NIK.findall(plain)
    return sorted({*numbers, *(name for name in SEEDED_NAMES if name in plain)})
