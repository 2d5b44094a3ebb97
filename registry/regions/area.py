"""The area that a user may see: a prefix of the official region code (pure).

The Kemendagri code without dots is the tree itself (`18`, `1807`, `180701`, `1807012001`). The
whole country is the code `0`, never an empty string, so that nothing means everything by accident.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from registry.enums import Level
from registry.formatting import plain_code

COUNTRY_CODE = "0"
VILLAGE_DIGITS = int(Level.VILLAGE)
# Looked up for every row of a list, where an enum's own way takes ten times as long.
_BY_DIGITS = {int(level): level for level in Level if level is not Level.COUNTRY}


class OutsideArea(LookupError):
    """A region or record that is not in the user's area; shown as 404."""


@lru_cache(maxsize=4096)
def level_of(code: str) -> Level:
    """The level of a code; raises ValueError when it is no region code."""
    if code == COUNTRY_CODE:
        return Level.COUNTRY
    if not code.isascii() or not code.isdigit():
        raise ValueError("Kode wilayah hanya berisi angka.")
    return _BY_DIGITS.get(len(code)) or Level(len(code))


def parent_code(code: str) -> str | None:
    """The code one level up; the country above a province; None above the country."""
    above = path_codes(code)[:-1]
    return above[-1] if above else None


def path_codes(code: str) -> list[str]:
    """The codes from the country down to `code` itself."""
    level = level_of(code)
    return [COUNTRY_CODE, *(code[:digits] for digits in _BY_DIGITS if digits <= level)]


@dataclass(frozen=True)
class Area:
    """A region code together with everything below it."""

    code: str

    def __post_init__(self) -> None:
        level_of(self.code)

    @classmethod
    def parse(cls, text: str) -> "Area":
        """An area from a code with or without dots; raises ValueError when it is none."""
        return cls(plain_code(text))

    @property
    def level(self) -> Level:
        return level_of(self.code)

    @property
    def first(self) -> str:
        """The smallest village code of the area."""
        return self._prefix.ljust(VILLAGE_DIGITS, "0")

    @property
    def last(self) -> str:
        """The largest village code of the area."""
        return self._prefix.ljust(VILLAGE_DIGITS, "9")

    @property
    def _prefix(self) -> str:
        return "" if self.level is Level.COUNTRY else self.code

    def covers(self, column: Any) -> Any:
        """The only place where scope becomes SQL: `column` (a village code) lies in the area."""
        return column.between(self.first, self.last)

    def begins(self, beginning: Callable[[int], Any]) -> Any:
        """The same scope as an equality, for lists that an index of each level holds in order.

        Args:
            beginning: the SQL of the first so many digits of a village code.
        """
        return beginning(len(self._prefix)) == self._prefix

    def holds(self, code: str) -> bool:
        """Whether a region of any level lies in the area (the area itself included)."""
        if self.level is Level.COUNTRY:
            return True
        return code != COUNTRY_CODE and code.startswith(self.code)

    def narrow(self, code: str) -> "Area":
        """The part of the area below `code`; raises OutsideArea when it is not within."""
        try:
            inner = Area.parse(code)
        except ValueError as error:
            raise OutsideArea(code) from error
        if not self.holds(inner.code):
            raise OutsideArea(code)
        return inner

    def within(self, level: Level) -> str:
        """The code of the region of that level that contains this area."""
        return self.code[: int(level)] or COUNTRY_CODE
