"""Which days of a journey can be (pure): one rule for forms, marks and imports."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from registry.enums import N_
from registry.formatting import EARLIEST_LEAVING

TOO_LONG_AGO = N_("Tanggal ini terlalu jauh dari hari ini. Periksa tahunnya.")
FAR_FROM_PLAN = N_("Tanggal ini lebih dari setahun sebelum rencana. Periksa tahunnya.")
LEFT_UNBORN = N_("Tanggal berangkat tidak mungkin sebelum tanggal lahir.")
BACK_BEFORE = N_("Tanggal pulang tidak mungkin sebelum tanggal berangkat.")
BACK_UNBORN = N_("Tanggal pulang tidak mungkin sebelum tanggal lahir.")
BORN_AFTER = N_("Tanggal lahir tidak mungkin sesudah tanggal berangkat.")

MOST_BEFORE_PLAN = timedelta(days=366)


class Mistake(NamedTuple):
    """The field that cannot be, as `FIELDS` names it, and why."""

    name: str
    text: str


class BadDay(ValueError):
    """A day that cannot be; `text` is one sentence in Indonesian for the box of that day."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def mistakes(born: date | None, left: date | None, back: date | None) -> Iterator[Mistake]:
    """What cannot be of these days, of which any may be unknown; one a field."""
    if left and born and left < born:
        yield Mistake("departed_on", LEFT_UNBORN)
    elif left and left < EARLIEST_LEAVING:
        yield Mistake("departed_on", TOO_LONG_AGO)
    if back and left and back < left:
        yield Mistake("returned_on", BACK_BEFORE)
    elif back and born and back < born:
        yield Mistake("returned_on", BACK_UNBORN)
    elif back and back < EARLIEST_LEAVING:
        yield Mistake("returned_on", TOO_LONG_AGO)


def refuse_mistake_of(
    name: str, *, born: date | None, left: date | None, back: date | None
) -> None:
    """Raises BadDay where the named field cannot be; what is wrong elsewhere stands in no way."""
    for mistake in mistakes(born, left, back):
        if mistake.name == name:
            raise BadDay(mistake.text)


def refuse_far_from_plan(left: date, planned: date | None) -> None:
    """Raises BadDay for a day so long before the planned one that its year must be wrong."""
    if planned and left < planned - MOST_BEFORE_PLAN:
        raise BadDay(FAR_FROM_PLAN)


def refuse_birth(born: date | None, left: date | None, back: date | None) -> None:
    """Raises BadDay where somebody born on this day had left or come home before."""
    if any(mistake.text in (LEFT_UNBORN, BACK_UNBORN) for mistake in mistakes(born, left, back)):
        raise BadDay(BORN_AFTER)
