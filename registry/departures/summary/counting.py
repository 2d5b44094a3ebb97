"""How many departures a filter finds, grouped: from the summary wherever it holds what is asked.

The totals of a region answer a dashboard without filters, the rows of its blocks any other
question; what the summary does not hold (agencies, flags, names) is counted in the tables.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from registry.departures.filters import Filter
from registry.departures.summary import grouping
from registry.departures.summary.axes import UNCANCELLED, Axis
from registry.departures.summary.in_tables import count_in_tables, tally_in_tables
from registry.departures.summary.layout import LEAD_DAYS, PAPERS_DAYS, WAIT_DAYS, word_of
from registry.departures.summary.reading import jobs_read, reading_once, rows_of, totals_of
from registry.departures.summary.totals import ALL, BELOW, COUNTED, PLANNED, section_of
from registry.enums import UNKNOWN, Level, Stage

# The columns of the summary's rows; the others are worked out below.
_COLUMNS = {
    Axis.STAGE: "stage",
    Axis.IS_PMI: "is_pmi",
    Axis.PROCEDURE: "procedure",
    Axis.READINESS: "readiness",
    Axis.SEX: "sex",
    Axis.COUNTRY: "country",
    Axis.SCHEME: "scheme",
    Axis.JOB: "job",
    Axis.EMPLOYER: "employer",
    Axis.AGE: "age",
    Axis.YEAR: "year",
    Axis.MONTH: "month",
    Axis.DAY: "day",
    Axis.LEAD: "lead",
    Axis.WAIT: "wait",
    Axis.PAPERS: "papers",
}
_AS_THEY_ARE = (Axis.LEAD, Axis.WAIT, Axis.PAPERS)
# What a filter of stages and `pmi` alone finds, as the totals call it.
_PARTS = {
    ((), ""): ALL,
    (UNCANCELLED, "ya"): COUNTED,
    ((Stage.PLANNED.value,), "ya"): PLANNED,
}
Groups = Counter[tuple[int, ...]]


def tally(f: Filter, *axes: Axis) -> list[tuple[Any, ...]]:
    """How many departures the filter finds, grouped: one value an axis, then the number."""
    if Axis.AGENCY in axes or not grouping.knows(f):
        return tally_in_tables(f, *axes)
    with reading_once():
        found = _from_totals(f, axes)
        if found is None:
            found = _from_rows(f, axes)
        decode = [_decoder(axis, f) for axis in axes]
        return [
            (*(say(number) for say, number in zip(decode, group, strict=True)), count)
            for group, count in found.items()
            if count
        ]


def _from_rows(f: Filter, axes: Sequence[Axis]) -> Groups:
    loaded = rows_of(f.area, grouping.years_of(f))
    columns = [_region_column(f) if axis is Axis.REGION else _COLUMNS[axis] for axis in axes]
    return grouping.group(loaded, f, columns)


def _region_column(f: Filter) -> str:
    return BELOW.get(f.area.level, "village")


def _from_totals(f: Filter, axes: Sequence[Axis]) -> Groups | None:
    """The groups from the totals of the region; None where they do not tell them apart."""
    part = _PARTS.get((f.stage, f.pmi))
    if part is None or f.area.level not in BELOW or f.month or f.since or f.until:
        return None
    if f != Filter(f.area, year=f.year, stage=f.stage, pmi=f.pmi, dateless=f.dateless,
                   order=f.order, public=f.public, after=f.after):  # fmt: skip
        return None
    by_year = Axis.YEAR in axes
    columns = tuple(
        _region_column(f) if axis is Axis.REGION else _COLUMNS[axis]
        for axis in axes
        if axis is not Axis.YEAR
    )
    level, found = f.area.level, Counter[tuple[int, ...]]()
    place = axes.index(Axis.YEAR) if by_year else None
    for year, numbers in totals_of(f.area, grouping.years_of(f)).items():
        section = section_of(numbers, level, part, columns)
        if section is None:
            return None
        if not columns:
            found[(year,) if by_year else ()] += int(section)
            continue
        places = np.nonzero(section)
        axes_numbers = [axis.tolist() for axis in places]
        if place is not None:
            years = [year] * len(places[0])
            axes_numbers.insert(place, years)
        groups = zip(*axes_numbers, strict=True)
        for group, number in zip(groups, section[places].tolist(), strict=True):
            found[group] += number
    return found


def _decoder(axis: Axis, f: Filter) -> Callable[[int], Any]:
    if axis is Axis.REGION:
        return _region_decoder(f)
    if axis is Axis.IS_PMI:
        return bool
    if axis in (Axis.YEAR, Axis.MONTH, Axis.DAY):
        return lambda number: number or None
    if axis is Axis.AGE:
        return lambda number: word_of("age", number) or UNKNOWN
    if axis is Axis.JOB:
        return _job_decoder()
    if axis in _AS_THEY_ARE:
        return int
    name = _COLUMNS[axis]
    return lambda number: word_of(name, number)


def _region_decoder(f: Filter) -> Callable[[int], str]:
    below = f.area.level.below
    if below is None:
        return lambda number: f.area.code
    digits = int(below) - int(f.area.level)
    above = "" if f.area.level is Level.COUNTRY else f.area.code
    return lambda number: f"{above}{number:0{digits}}"


def _job_decoder() -> Callable[[int], str | None]:
    codes = {number: code for code, number in jobs_read().numbers.items()}
    return codes.get


def count(f: Filter) -> int:
    """How many departures the filter finds."""
    if not grouping.knows(f):
        return count_in_tables(f)
    planned = _planned_days(f)
    return sum(number for *_, number in tally(f)) if planned is None else planned


def _planned_days(f: Filter) -> int | None:
    """From the totals, when the filter asks for planned departures of some days alone."""
    first, last = f.first_day, f.last_day
    if first is None or last is None or f.with_(since=None, until=None).first_day:
        return None
    if f.stage != (Stage.PLANNED.value,):
        return None
    found = 0
    for year in range(first.year, last.year + 1):
        whole = f.with_(since=None, until=None, year=year)
        groups = _from_totals(whole, (Axis.MONTH, Axis.DAY))
        if groups is None:
            return None
        found += sum(
            number
            for (month, day), number in groups.items()
            if (first.year, first.month, first.day) <= (year, month, day)
            and (year, month, day) <= (last.year, last.month, last.day)
        )
    return found


__all__ = ["LEAD_DAYS", "PAPERS_DAYS", "UNCANCELLED", "WAIT_DAYS", "Axis", "count", "tally"]
