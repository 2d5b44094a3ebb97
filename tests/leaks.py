"""Numbers and names of people, where they must not stand: in addresses and in the log."""

import re
from urllib.parse import unquote_plus

# Names that the factories give; no text of the program holds them.
SEEDED_NAMES = ("Siti Rahmawati",)


def leaks_in(text: str) -> list[str]:
    """Every NIK and seeded name in the text, as it stands or encoded for an address."""
    plain = f"{text} {unquote_plus(text)}"
    numbers = re.findall(r"(?<!\d)\d{16}(?!\d)", plain)
    return sorted({*numbers, *(name for name in SEEDED_NAMES if name in plain)})
