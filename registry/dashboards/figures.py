"""What each figure of a dashboard counts, as the very filter that its link carries (pure).

A figure is a filter made of the page's filter: `FIGURES["abroad"](f)`. None means that nothing can
match, as a page of cancelled departures has none planned; such a figure is 0 and has no link.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.departures.filters import Filter
from registry.departures.summary.axes import UNCANCELLED
from registry.enums import NOT_PMI_SCHEMES, UNKNOWN, Procedure, Sex, Stage
from registry.formatting import today
from registry.regions.area import Area

SOON_DAYS = 30
LEFT = (Stage.DEPARTED.value, Stage.RETURNED.value)

Figure = Callable[[Filter], Filter | None]


class Standing(StrEnum):
    """How a figure stands to `Jumlah`."""

    OUTSIDE = "outside"
    WITHIN = "within"
    PMI_WITHIN = "pmi_within"  # who is PMI lies in `Jumlah`, who is not does not


class Cancelled(StrEnum):
    """What `Jumlah` does with cancelled departures."""

    LEFT_OUT = "left_out"
    AMONG_OTHERS = "among_others"
    ALONE = "alone"


class Dimension(StrEnum):
    """What the departures of an area can be counted by, besides its parts."""

    COUNTRY = "country"
    SCHEME = "scheme"
    JOB = "job"
    EMPLOYER = "employer"
    MONTH = "month"
    SEX = "sex"
    AGE = "age"
    AGENCY = "agency"


class Period(NamedTuple):
    """Days from the first to the last, both included; None leaves an end open."""

    first: date | None
    last: date | None


def soon() -> Period:
    """Today and the thirty days after it."""
    return Period(today(), today() + timedelta(days=SOON_DAYS))


def counted(f: Filter) -> Filter:
    """What `Jumlah` counts: PMI, cancelled excluded; the user's own `pmi` and `tahap` win."""
    return f.with_(pmi=f.pmi or "ya", stage=f.stage or UNCANCELLED)


def _in_stages(f: Filter | None, *stages: str) -> Filter | None:
    if f is None:
        return None
    both = tuple(stage for stage in stages if not f.stage or stage in f.stage)
    return f.with_(stage=both) if both else None


def within(f: Filter | None, period: Period) -> Filter | None:
    """The filter with its days narrowed to a period, always said as `dari` and `sampai`."""
    if f is None or f.dateless:
        return None
    firsts = [day for day in (period.first, f.first_day) if day]
    lasts = [day for day in (period.last, f.last_day) if day]
    first, last = max(firsts, default=None), min(lasts, default=None)
    if first and last and first > last:
        return None
    return f.with_(since=first, until=last, year=None, month=None)


def _not_pmi(f: Filter) -> Filter | None:
    return None if f.pmi == "ya" else _in_stages(f.with_(pmi="tidak"), *UNCANCELLED)


def _complete_at_departure(f: Filter) -> Filter | None:
    complete = Procedure.COMPLETE.value
    if f.readiness and complete not in f.readiness:
        return None
    return _in_stages(counted(f).with_(readiness=(complete,)), *LEFT)


# Where the page filters neither `pmi` nor `tahap`, `total`, `not_pmi` and `cancelled` (PMI or not)
# share nothing and together are its whole list.
FIGURES: dict[str, Figure] = {
    "total": counted,
    "planned": lambda f: _in_stages(counted(f), Stage.PLANNED.value),
    "departing_soon": lambda f: within(_in_stages(counted(f), Stage.PLANNED.value), soon()),
    "departed": lambda f: _in_stages(counted(f), *LEFT),
    "abroad": lambda f: _in_stages(counted(f), Stage.DEPARTED.value),
    "returned": lambda f: _in_stages(counted(f), Stage.RETURNED.value),
    "cancelled": lambda f: _in_stages(f, Stage.CANCELLED.value),
    "not_pmi": _not_pmi,
    "complete_at_departure": _complete_at_departure,
}


def standing_of(f: Filter, name: str) -> Standing | None:
    """How `not_pmi` or `cancelled` stands to `Jumlah`; None where the filter leaves none of it."""
    figure, total = FIGURES[name](f), counted(f)
    if figure is None:
        return None
    if figure.pmi not in ("", total.pmi) or not set(figure.stage) & set(total.stage):
        return Standing.OUTSIDE
    return Standing.WITHIN if figure.pmi == total.pmi else Standing.PMI_WITHIN


def cancelled_in(f: Filter) -> Cancelled:
    """Whether `Jumlah` counts cancelled departures: only where `tahap` asks for them."""
    if Stage.CANCELLED.value not in f.stage:
        return Cancelled.LEFT_OUT
    return Cancelled.ALONE if len(f.stage) == 1 else Cancelled.AMONG_OTHERS


def counts_only_not_pmi(f: Filter) -> bool:
    """Whether the schemes that are filtered are none of PMI, so that `Jumlah` must be 0."""
    return bool(f.scheme) and not f.pmi and set(f.scheme) <= NOT_PMI_SCHEMES


def of_procedure(f: Filter, state: Procedure) -> Filter | None:
    """Departures in that state; those that are not PMI lie outside `Jumlah`, all others in it."""
    if f.procedure and state not in f.procedure:
        return None
    base = _not_pmi(f) if state is Procedure.NOT_PMI else counted(f)
    return base and base.with_(procedure=(state.value,))


def of_sex(f: Filter, sex: Sex | None) -> Filter | None:
    """The part of `Jumlah` of that sex, or of unknown sex."""
    value = sex.value if sex else UNKNOWN
    if f.sex and value not in f.sex:
        return None
    return counted(f).with_(sex=(value,))


def of_child(f: Filter, code: str) -> Filter:
    """The part of `Jumlah` that lies in a region below."""
    return counted(f).with_(area=Area(code))


def of_line(f: Filter, dimension: Dimension, value: str) -> Filter | None:
    """The part of `Jumlah` that a line of `counts.by` counts; the value is one of its lines.

    None where the contract has no such filter: departures without an agency.
    """
    base = counted(f)
    if dimension is Dimension.MONTH:
        return _of_month(base, value)
    if dimension is Dimension.AGENCY and value == UNKNOWN:
        return None
    return base.with_(**{dimension.value: (value,)})


def _of_month(f: Filter, value: str) -> Filter | None:
    if value == UNKNOWN:
        return f.with_(dateless=True)
    year, month = map(int, value.split("-"))
    if f.since is None and f.until is None:
        return f.with_(year=year, month=month)
    last = monthrange(year, month)[1]
    return within(f, Period(date(year, month, 1), date(year, month, last)))
