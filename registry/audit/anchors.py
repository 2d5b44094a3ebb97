"""Heads of the journal to keep outside the database, on paper or beside a backup (pure).

Whoever holds the keys could chain the whole journal anew, and whoever may write in the database
could cut its tail. Neither can change a head that was copied elsewhere before. Each line carries
two check digits (modulo 97), which catch every single wrong sign and every two that changed places.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

ROWS = 4
ROW_DIGITS = 16
_WORD = "kepala-jurnal"
_ROW = r"((?:[0-9a-f]{4}\s+){4})([0-9]{2})"
_ANCHOR = re.compile(
    rf"{_WORD}\s+([0-9]{{1,18}})\s+([0-9T:-]{{19}}Z)\s+([0-9]{{2}})\s+"
    + r"\s+".join([_ROW] * ROWS),
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)


class AnchorUnreadable(ValueError):
    """A text that is no head of a journal, or one that was copied with a mistake."""


@dataclass(frozen=True)
class Anchor:
    """The last entry of the journal as it was: its number, its instant and its link."""

    seq: int
    at: datetime
    link: bytes

    @property
    def moment(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def lines(self) -> list[str]:
        """What stands on paper: number and instant, then the link in four rows."""
        rows = [" ".join(_fours(row)) for row in _rows(self.link.hex())]
        head = f"{_WORD} {self.seq} {self.moment}"
        checks = _checks(self.seq, self.moment, self.link.hex())
        return [f"{line} {check:02}" for line, check in zip([head, *rows], checks, strict=True)]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @property
    def one_line(self) -> str:
        """The same for a log, where each line stands alone; `read_anchors` takes it, too."""
        return " ".join(self.lines)


def read_anchors(text: str) -> list[Anchor]:
    """The heads in a text, in the order of their numbers; lines that begin with # are remarks.

    Raises AnchorUnreadable for anything else in it, and names the line that was miscopied.
    """
    said = _COMMENT.sub("", text)
    rest = " ".join(_ANCHOR.sub(" ", said).split())
    if rest:
        raise AnchorUnreadable(f"Bukan kepala jurnal: “{rest[:60]}”.")
    found = [_anchor(match.groups()) for match in _ANCHOR.finditer(said)]
    if not found:
        raise AnchorUnreadable("Tidak ada kepala jurnal di dalamnya.")
    return sorted(found, key=lambda anchor: anchor.seq)


def _anchor(groups: Sequence[str]) -> Anchor:
    number, moment, *checked = groups
    moment = moment.upper()
    rows = ["".join(row.split()).lower() for row in checked[1::2]]
    told = [int(check) for check in (checked[0], *checked[2::2])]
    link = "".join(rows)
    for line, (check, right) in enumerate(
        zip(told, _checks(int(number), moment, link), strict=True), 1
    ):
        if check != right:
            raise AnchorUnreadable(f"Kepala jurnal {number} salah salin pada baris ke-{line}.")
    try:
        at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise AnchorUnreadable(f"Kepala jurnal {number}: waktunya tidak ada.") from error
    return Anchor(int(number), at, bytes.fromhex(link))


def _checks(seq: int, moment: str, link: str) -> list[int]:
    digits = "".join(c for c in moment if c.isdigit())
    # The row's own number is in front, so that rows that changed places are noticed too.
    rows = [int(f"{number}{row}", 16) for number, row in enumerate(_rows(link), 1)]
    return [int(f"{seq}{digits}") % 97, *(row % 97 for row in rows)]


def _rows(link: str) -> list[str]:
    return [link[start : start + ROW_DIGITS] for start in range(0, len(link), ROW_DIGITS)]


def _fours(row: str) -> list[str]:
    return [row[start : start + 4] for start in range(0, len(row), 4)]
