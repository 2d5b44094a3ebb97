"""The one filter object behind every count, list and export (contract, section 3; pure parsing).

A page's query string becomes a `Filter`; the same `Filter` gives the SQL conditions and the query
string again. An unknown parameter or value is refused by name, never ignored.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus

from flask_babel import gettext

from registry.enums import (
    UNKNOWN,
    AgeGroup,
    EmployerKind,
    LabelledEnum,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.formatting import EARLIEST_DAY
from registry.regions.area import Area

# Also what older versions took for a day of leaving can be asked for, and be put right.
YEARS = range(EARLIEST_DAY.year, 2101)
LONG_DIGITS = re.compile(r"\d[\d\s.-]{4,}\d")
REGISTRATION_NUMBER = re.compile(r"PM-\d{4}-[A-Z0-9]{5}")
# As people write it; without PM only what is no number of another kind.
_WRITTEN_NUMBER = re.compile(
    r"PM[\s.-]*(\d{4})[\s.-]*([A-Z0-9]{5})|(20\d\d)[\s.-]+(?=\d*[A-Z])([A-Z0-9]{5})"
)
RULE_NUMBER = re.compile(r"R\d\d")
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
JOB_CODE = re.compile(r"[a-z0-9_]{2,60}")
OTHER_JOB = "lainnya"
# What these parameters take besides the reference data.
UNLISTED = {"negara": UNKNOWN, "jabatan": OTHER_JOB}


class BadFilter(ValueError):
    """A parameter that is not known, or a value that it does not take; shown as 400."""


class DatesClash(BadFilter):
    """Dates that contradict each other, and the filter that says them."""

    def __init__(self, message: str, clashing: "Filter") -> None:
        super().__init__(message)
        self.clashing = clashing


class ListChanged(Exception):
    """The row after which a page begins is no longer there; the first page is shown instead."""


class Order(StrEnum):
    """The orders of a list; ties are broken by id."""

    LEAVING = "tanggal"
    NEWEST = "terbaru"
    NAME = "nama"


def quoted(value: str) -> str:
    """A value as it stands in a query string."""
    is_plain = (value.isascii() and value.isalnum()) or _PLAIN.fullmatch(value)
    return value if is_plain else quote_plus(value)


@dataclass(frozen=True)
class Filter:
    """What to count, list or export, besides the user's own area.

    Every field but `area` is empty when it does not filter. Values of the repeatable fields are
    those of the contract (`belum_diketahui` among them).
    """

    area: Area
    since: date | None = None
    until: date | None = None
    year: int | None = None
    month: int | None = None
    country: tuple[str, ...] = ()
    scheme: tuple[str, ...] = ()
    pmi: str = ""
    sex: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    employer: tuple[str, ...] = ()
    agency: tuple[str, ...] = ()
    job: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    readiness: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    dateless: bool = False
    text: str = ""
    public: bool = False
    order: Order = Order.LEAVING
    after: str = ""

    @property
    def first_day(self) -> date | None:
        """The first leaving date that counts, from `dari` or from the year and month."""
        if self.year:
            return date(self.year, self.month or 1, 1)
        return self.since

    @property
    def last_day(self) -> date | None:
        """The last leaving date that counts."""
        if not self.year:
            return self.until
        if not self.month:
            return date(self.year, 12, 31)
        next_month = date(self.year + self.month // 12, self.month % 12 + 1, 1)
        return next_month - timedelta(days=1)

    def with_(self, **changes: Any) -> "Filter":
        """The same filter with some fields changed, from its first page on."""
        for name in changes:
            if name not in vars(self):
                raise TypeError(f"a filter has no {name}")
        # A dashboard makes hundreds; `dataclasses.replace` takes ten times as long.
        made = object.__new__(Filter)
        vars(made).update({**vars(self), "after": "", **changes})
        return made

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say this filter, without the page's cursor."""
        given = vars(self)
        return [
            (name, value)
            for name, field, write in _WRITTEN
            if given[field]
            for value in write(self)
        ]

    def query(self, home: Area | None = None, **changes: Any) -> str:
        """The query string of this filter with `changes`; `wilayah` is left out for `home`."""
        changed = self.with_(**changes) if changes else self
        pairs = changed.pairs()
        if home is not None and changed.area == home:
            pairs = [pair for pair in pairs if pair[0] != "wilayah"]
        return "&".join(f"{name}={quoted(value)}" for name, value in pairs)

    @property
    def narrows(self) -> bool:
        """Whether anything but the area and the order is filtered."""
        plain = Filter(self.area)
        ignored = {"area", "order", "after", "public"}
        return any(
            getattr(self, f.name) != getattr(plain, f.name)
            for f in fields(self)
            if f.name not in ignored
        )


@dataclass(frozen=True)
class Parameter:
    """One parameter of the contract: how its texts are read and written again."""

    name: str
    field: str
    read: Callable[[list[str]], Any]
    write: Callable[[Filter], Iterable[str]]


def registration_number_in(text: str) -> str | None:
    """`PM-2026-452K5` from `pm 2026 452k5`, `PM2026452K5` or `2026-452K5`; None for all else."""
    found = _WRITTEN_NUMBER.fullmatch(text.strip().upper())
    return "-".join(("PM", *filter(None, found.groups()))) if found else None


def _shown(text: str) -> str:
    return "".join(c for c in text[:40] if c.isprintable())


def _bad(name: str, value: str) -> BadFilter:
    message = gettext(
        "Nilai “%(value)s” tidak dikenal untuk saringan “%(name)s”.", value=_shown(value), name=name
    )
    return BadFilter(message)


def _many(name: str, field: str, allowed: Callable[[str], bool]) -> Parameter:
    def read(values: list[str]) -> tuple[str, ...]:
        for value in values:
            if not allowed(value):
                raise _bad(name, value)
        return tuple(dict.fromkeys(values))

    return Parameter(name, field, read, lambda f: getattr(f, field))


def _one(
    name: str, field: str, read_one: Callable[[str], Any], write: Callable[[Any], str] = str
) -> Parameter:
    def read(values: list[str]) -> Any:
        if len(values) > 1:
            raise BadFilter(gettext("Saringan “%(name)s” hanya boleh satu.", name=name))
        try:
            return read_one(values[0])
        except ValueError as error:
            if isinstance(error, BadFilter):
                raise
            raise _bad(name, values[0]) from error

    def written(f: Filter) -> list[str]:
        value = getattr(f, field)
        return [] if value in (None, "", False) else [write(value)]

    return Parameter(name, field, read, written)


def _among(labelled: type[LabelledEnum], *more: str) -> Callable[[str], bool]:
    known = {member.value for member in labelled} | set(more)
    return known.__contains__


def _iso_date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(text)
    return day


def _within(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return read


def _exactly(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _text(text: str) -> str:
    clean = " ".join(text.split())
    if not clean.isprintable():
        raise _bad("q", clean)
    if len(clean) > 100:
        raise BadFilter(gettext("Kata pencarian terlalu panjang."))
    is_number = LONG_DIGITS.search(clean) and not REGISTRATION_NUMBER.fullmatch(clean.upper())
    if is_number:
        raise BadFilter(
            gettext("Nomor NIK, paspor, atau telepon hanya dicari lewat kotak pencarian.")
        )
    return clean


def _matches(pattern: re.Pattern[str], *more: str) -> Callable[[str], bool]:
    return lambda value: value in more or pattern.fullmatch(value) is not None


PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        _one("wilayah", "area", Area.parse, lambda area: area.code),
        _one("dari", "since", _iso_date),
        _one("sampai", "until", _iso_date),
        _one("tahun", "year", _within(YEARS[0], YEARS[-1])),
        _one("bulan", "month", _within(1, 12)),
        _many("negara", "country", _matches(re.compile(r"[A-Z]{2}"), UNKNOWN)),
        _many("skema", "scheme", _among(Scheme, UNKNOWN)),
        _one("pmi", "pmi", _exactly("ya", "tidak")),
        _many("jk", "sex", _among(Sex, UNKNOWN)),
        _many("tahap", "stage", _among(Stage)),
        _many("status", "status", _among(ReviewStatus)),
        _many("prosedur", "procedure", _among(Procedure)),
        _many("pemberi_kerja", "employer", _among(EmployerKind, UNKNOWN)),
        _many("p3mi", "agency", _matches(re.compile(r"[0-9]{1,9}"))),
        _many("jabatan", "job", _matches(JOB_CODE)),
        _many("usia", "age", _among(AgeGroup, UNKNOWN)),
        _many(
            "siap",
            "readiness",
            {Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK}.__contains__,
        ),
        _many("tanda", "flag", _matches(RULE_NUMBER)),
        _one("tanggal", "dateless", lambda t: bool(_exactly(UNKNOWN)(t)), lambda _: UNKNOWN),
        _one("q", "text", _text),
        _one("publik", "public", lambda t: bool(_exactly("1")(t)), lambda _: "1"),
        _one("urut", "order", Order),
        _one("setelah", "after", str),
    )
}

PARAMETERS["urut"] = replace(
    PARAMETERS["urut"], write=lambda f: [] if f.order is Order.LEAVING else [f.order.value]
)


_WRITTEN = [(p.name, p.field, p.write) for p in PARAMETERS.values() if p.name != "setelah"]


def parse_filter(
    query: Iterable[tuple[str, str]], home: Area, known: Mapping[str, Collection[str]]
) -> Filter:
    """The filter that a query string says, narrowed to the user's own area.

    Args:
        query: name and value pairs, repeated names included; an empty value counts as absent.
        home: the user's area; `wilayah` must lie in it, else OutsideArea (404).
        known: the values that `negara`, `p3mi`, `jabatan` and `tanda` take, from reference data;
            `belum_diketahui` and `lainnya` need no listing.

    Raises:
        BadFilter: an unknown parameter or value, or year and dates together (400).
    """
    given: dict[str, list[str]] = {}
    for name, value in query:
        if name not in PARAMETERS:
            raise BadFilter(gettext("Saringan “%(name)s” tidak dikenal.", name=_shown(name)))
        if value.strip():
            given.setdefault(name, []).append(value.strip())
    values: dict[str, Any] = {"area": home}
    for name, texts in given.items():
        values[PARAMETERS[name].field] = PARAMETERS[name].read(texts)
    values["area"] = home.narrow(values["area"].code)
    made = Filter(**values)
    for name, allowed in known.items():
        _check_known(made, name, allowed)
    _check_together(made)
    return made


def _check_together(made: Filter) -> None:
    has_dates = made.since is not None or made.until is not None
    if has_dates and (made.year or made.month):
        raise DatesClash(
            gettext("Pakai “dari” dan “sampai”, atau “tahun” dan “bulan”; tidak keduanya."),
            made,
        )
    if made.since and made.until and made.since > made.until:
        raise DatesClash(gettext("Tanggal “dari” harus sebelum tanggal “sampai”."), made)
    if made.month and not made.year:
        raise DatesClash(gettext("Saringan “bulan” memerlukan “tahun”."), made)
    if made.dateless and (has_dates or made.year):
        raise DatesClash(
            gettext("“Tanpa tanggal” tidak dapat dipakai bersama saringan tanggal."),
            made,
        )


def _check_known(made: Filter, name: str, allowed: Collection[str]) -> None:
    for value in getattr(made, PARAMETERS[name].field):
        if value not in allowed and value != UNLISTED.get(name):
            raise _bad(name, value)
