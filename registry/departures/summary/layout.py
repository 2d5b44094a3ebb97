"""One departure as a fixed row of small numbers (pure).

0 stands for what is not known. The number of a word is its place in `WORDS`, which may only grow at
its end, since the blocks in the database hold these numbers: after any other change of this module
the summary has to be rebuilt by its migration.
"""

import struct
from bisect import bisect_right
from collections.abc import Callable
from functools import cache

import numpy as np

from registry.enums import UNKNOWN

LETTERS = 26
A = ord("A")

# The columns of a row and how many bytes each takes.
COLUMNS = (
    *(("province", 1), ("district", 1), ("subdistrict", 1), ("village", 2)),
    *(("year", 2), ("month", 1), ("day", 1)),
    *(("country", 2), ("scheme", 1), ("employer", 1), ("sex", 1), ("age", 1), ("job", 2)),
    *(("stage", 1), ("status", 1), ("procedure", 1), ("readiness", 1), ("lead", 1), ("wait", 1)),
    ("papers", 1),
)
DTYPE = np.dtype([(name, f"<u{size}") for name, size in COLUMNS])
_PACKED = struct.Struct("<" + "".join({1: "B", 2: "H"}[size] for _, size in COLUMNS))
WIDTH = _PACKED.size

_PROCEDURES = ("complete", "incomplete", "at_risk", "not_pmi", "procedural", "suspected")
WORDS: dict[str, tuple[str, ...]] = {
    "scheme": (
        *("p_to_p", "g_to_g", "g_to_p", "ukps", "ssw", "perseorangan", "re_entry"),
        *("magang", "pelajar", "lainnya"),
    ),
    "employer": ("berbadan_hukum", "perseorangan"),
    "sex": ("L", "P"),
    "age": ("<18", "18-24", "25-34", "35-44", "45+"),
    "stage": ("planned", "departed", "returned", "cancelled"),
    "status": ("draft", "submitted", "needs_correction", "verified"),
    "procedure": _PROCEDURES,
    "readiness": _PROCEDURES,
}
# The first year of age of each group but the youngest.
AGES = (18, 25, 35, 45)
# Spans are kept as groups: 1 holds what is shorter than the first of these days, 2 what has at
# least as many and fewer than the second, and so on. 0 stands for a span that is not known.
LEAD_DAYS = (0, 1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 365)
WAIT_DAYS = (1, 2, 3, 4, 5, 6, 8, 11, 15, 22, 31, 61)
PAPERS_DAYS = (0, 1, 3, 7, 14, 21, 30, 45, 60, 90, 120, 180, 365)
SPAN_DAYS = {"lead": LEAD_DAYS, "wait": WAIT_DAYS, "papers": PAPERS_DAYS}


@cache
def _numbers(column: str) -> dict[str, int]:
    return {"": 0} | {word: number for number, word in enumerate(WORDS[column], 1)}


def number_of(column: str, value: str) -> int:
    """The number that stands for a value of the contract, `belum_diketahui` among them."""
    if value == UNKNOWN:
        return 0
    return country_number(value) if column == "country" else _numbers(column)[value]


def word_of(column: str, number: int) -> str | None:
    """The value that a number stands for; None for what is not known."""
    if not number:
        return None
    return country_of(number) if column == "country" else WORDS[column][number - 1]


def country_number(code: str) -> int:
    return (ord(code[0]) - A) * LETTERS + ord(code[1]) - A + 1 if code else 0


def country_of(number: int) -> str:
    first, second = divmod(number - 1, LETTERS)
    return chr(A + first) + chr(A + second)


def _group(text: str, firsts: tuple[int, ...]) -> int:
    """The number of the group in which a whole number lies; 0 where there is none."""
    return bisect_right(firsts, int(text)) + 1 if text else 0


def pack(key: str, job_number: Callable[[str], int]) -> tuple[str, int, bytes]:
    """The kabupaten, the year (0: no date) and the row of a key that the triggers wrote.

    Args:
        job_number: gives the number that stands for a job's code.
    """
    village, leaving, country, *words, age, job, lead, wait, papers = key.split("|")
    scheme, employer, sex, stage, status, procedure, readiness = words
    year, month, day = (
        (int(leaving[:4]), int(leaving[4:6]), int(leaving[6:])) if leaving else (0, 0, 0)
    )
    row = _PACKED.pack(
        int(village[:2]),
        int(village[2:4]),
        int(village[4:6]),
        int(village[6:]),
        year,
        month,
        day,
        country_number(country),
        _numbers("scheme")[scheme],
        _numbers("employer")[employer],
        _numbers("sex")[sex],
        _group(age, AGES),
        job_number(job) if job else 0,
        _numbers("stage")[stage],
        _numbers("status")[status],
        _numbers("procedure")[procedure],
        _numbers("readiness")[readiness],
        _group(lead, LEAD_DAYS),
        _group(wait, WAIT_DAYS),
        _group(papers, PAPERS_DAYS),
    )
    return village[:4], year, row


def as_rows(packed: bytes) -> np.ndarray:
    """Rows that lie one after the other, as an array with a field for each column."""
    return np.frombuffer(packed, DTYPE)
