"""How early departures are recorded, how long reviews wait, how early papers are complete.

Days are counted by groups (`layout.SPAN_DAYS`), so the figures are about right and say so. Rows of
imported lists tell nothing of it and are left out.
"""

from collections.abc import Sequence
from typing import NamedTuple

from registry.dashboards.figures import LEFT, counted
from registry.dashboards.percentiles import Estimate, percentile
from registry.dashboards.rows import said
from registry.dashboards.suppression import Mark, Shown, within_whole
from registry.departures.filters import Filter
from registry.departures.summary.axes import Axis
from registry.departures.summary.counting import tally
from registry.departures.summary.layout import SPAN_DAYS
from registry.enums import N_
from registry.extensions import gettext as _


class Span(NamedTuple):
    """What is measured, and which end of it is worrying.

    Attributes:
        is_early_good: whether nine of ten have at least so many days (else at most).
        lowest: the fewest days there can be, where there is such a bound.
        stages: whose days count; empty for all.
    """

    axis: Axis
    label: str
    is_early_good: bool
    lowest: int | None = None
    stages: tuple[str, ...] = ()


SPANS = (
    Span(Axis.LEAD, N_("Dicatat sebelum berangkat"), True),
    Span(Axis.WAIT, N_("Dari diajukan sampai diperiksa"), False, lowest=0),
    Span(Axis.PAPERS, N_("Dokumen lengkap sebelum berangkat"), True, stages=LEFT),
)


class Measured(NamedTuple):
    """A row: half of them and nine of ten in words, and of how many departures that is known."""

    label: str
    half: str
    nine_of_ten: str
    number: str


def timeliness_of(f: Filter) -> list[Measured]:
    """Each span of days, for what `Jumlah` counts; those of which nothing is known are left out."""
    return [row for span in SPANS if (row := _measured(f, span))]


def _measured(f: Filter, span: Span) -> Measured | None:
    firsts = SPAN_DAYS[span.axis.value]
    counts, whole = [0] * (len(firsts) + 1), 0
    for group, stage, number in tally(counted(f), span.axis, Axis.STAGE):
        if span.stages and stage not in span.stages:
            continue
        whole += number
        if group:
            counts[group - 1] += number
    known: Shown = sum(counts)
    if not known and not f.public:
        return None
    if f.public:
        known = within_whole(sum(counts), whole)
    if isinstance(known, Mark):
        return Measured(_(span.label), "–", "–", said(known))
    return Measured(_(span.label), *_in_words(counts, firsts, span), said(known))


def _in_words(counts: Sequence[int], firsts: Sequence[int], span: Span) -> tuple[str, str]:
    shares = (0.5, 0.1 if span.is_early_good else 0.9)
    half, most = (percentile(counts, firsts, share, span.lowest) for share in shares)
    return _days(half, span), _days(most, span)


def _days(found: Estimate | None, span: Span) -> str:
    if found is None:
        return "–"
    if found.side < 0:
        return str(_("sesudah berangkat"))
    if found.side > 0:
        return str(_("%(days)s hari atau lebih", days=found.days))
    if span.is_early_good:
        return str(_("kira-kira %(days)s hari atau lebih", days=found.days))
    return str(_("kira-kira %(days)s hari atau kurang", days=found.days))
