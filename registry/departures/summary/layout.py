"""One departure as a row of seven small numbers (pure).

Each number tells a group of columns apart, as the digits of a clock tell hours and minutes, so that
one pass over one column counts all of its group. 0 stands for what is not known. The number of a
word is its place in `WORDS`, which may only grow at its end, since the blocks in the database hold
these numbers: after any other change of this module the summary has to be rebuilt by its migration.
"""

import math
import struct
from bisect import bisect_right
from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np

from registry.enums import NOT_PMI_SCHEMES, UNKNOWN

LETTERS = 26
A = ord("A")

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

# How many values each column has room for; words have more than there are today.
SIZES = {
    "scheme": 16,
    "employer": 4,
    "sex": 3,
    "age": 8,
    "stage": 6,
    "status": 8,
    "procedure": 8,
    "readiness": 8,
    **{column: len(days) + 2 for column, days in SPAN_DAYS.items()},
    "is_pmi": 2,
    "country": LETTERS * LETTERS + 1,
    "job": 21_845,
    "province": 100,
    "district": 100,
    "subdistrict": 100,
    "village": 10_000,
    "month": 13,
    "day": 32,
}
# With the sex in each group, every table of a dashboard lies within one of them.
GROUPS = {
    "states": ("stage", "is_pmi", "procedure", "readiness", "sex", "month"),
    "people": ("country", "sex", "age"),
    "terms": ("scheme", "employer", "sex", "status"),
    "spans": ("lead", "wait", "papers", "sex", "stage"),
    "jobs": ("job", "sex"),
    "places": ("subdistrict", "day", "sex", "stage"),
    "villages": ("village", "sex"),
}
CODE = np.dtype("<u2")
_PACKED = struct.Struct(f"<{len(GROUPS)}H")
WIDTH = _PACKED.size
# `villages`, the last, is asked for within a subdistrict alone and lies apart.
WIDE = len(GROUPS) - 1

_SEXES, _STAGES = SIZES["sex"], SIZES["stage"]
_SCHEMES_OF_OTHERS = frozenset(scheme.value for scheme in NOT_PMI_SCHEMES)


def shape_of(group: str) -> tuple[int, ...]:
    """How many values each column of a group has room for."""
    return tuple(SIZES[column] for column in GROUPS[group])


def home_of(column: str) -> str:
    """The group in which a column is looked up."""
    return next(group for group, columns in GROUPS.items() if column in columns)


@cache
def digits(group: str, column: str) -> np.ndarray:
    """The value of a column for each number that a group can have."""
    shape, place = shape_of(group), GROUPS[group].index(column)
    values = np.arange(math.prod(shape)) // math.prod(shape[place + 1 :]) % shape[place]
    return values.astype(CODE)


@cache
def _numbers(column: str) -> dict[str, int]:
    return {"": 0} | {word: number for number, word in enumerate(WORDS[column], 1)}


def number_of(column: str, value: str) -> int:
    """The number that stands for a value of the contract, `belum_diketahui` among them."""
    if value == UNKNOWN:
        return 0
    return country_number(value) if column == "country" else _numbers(column)[value]


@cache
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


def _span(text: str, firsts: tuple[int, ...]) -> int:
    """The number of the group in which a whole number lies; 0 where there is none."""
    return bisect_right(firsts, int(text)) + 1 if text else 0


def pack(key: str, job_number: Callable[[str], int]) -> tuple[str, int, bytes]:
    """The kabupaten, the year (0: no date) and the row of a key that the triggers wrote.

    Args:
        job_number: gives the number that stands for a job's code.
    """
    village, leaving, country, words, age, job, lead, wait, papers = _parted(key)
    year, month, day = (
        (int(leaving[:4]), int(leaving[4:6]), int(leaving[6:])) if leaving else (0, 0, 0)
    )
    sex, stage, states, terms = _words(words)
    place = int(village[4:6]) * SIZES["day"] + day
    row = _PACKED.pack(
        states + month,
        _people(country, sex, age),
        terms,
        (_spans(lead, wait, papers) * _SEXES + sex) * _STAGES + stage,
        (job_number(job) if job else 0) * _SEXES + sex,
        (place * _SEXES + sex) * _STAGES + stage,
        int(village[6:]) * _SEXES + sex,
    )
    return village[:4], year, row


def _parted(key: str) -> tuple[str, ...]:
    village, leaving, country, rest = key.split("|", 3)
    words, age, job, lead, wait, papers = rest.rsplit("|", 5)
    return village, leaving, country, words, age, job, lead, wait, papers


# The same words, people and spans come again and again.
@lru_cache(maxsize=1 << 14)
def _words(said: str) -> tuple[int, int, int, int]:
    """The sex and the stage, the states of no month, and the terms of a key's words."""
    columns = ("scheme", "employer", "sex", "stage", "status", "procedure", "readiness")
    values = {
        column: _numbers(column)[word]
        for column, word in zip(columns, said.split("|"), strict=True)
    }
    scheme = said.partition("|")[0]
    values |= {"is_pmi": scheme not in _SCHEMES_OF_OTHERS, "month": 0}
    states, terms = (_code(GROUPS[group], values) for group in ("states", "terms"))
    return values["sex"], values["stage"], states, terms


@lru_cache(maxsize=1 << 14)
def _people(country: str, sex: int, age: str) -> int:
    values = {"country": country_number(country), "sex": sex, "age": _span(age, AGES)}
    return _code(GROUPS["people"], values)


@lru_cache(maxsize=1 << 16)
def _spans(*days: str) -> int:
    values = {
        name: _span(text, SPAN_DAYS[name]) for name, text in zip(SPAN_DAYS, days, strict=True)
    }
    return _code(tuple(SPAN_DAYS), values)


def _code(columns: tuple[str, ...], values: dict[str, int]) -> int:
    code = 0
    for column in columns:
        code = code * SIZES[column] + values[column]
    return code
