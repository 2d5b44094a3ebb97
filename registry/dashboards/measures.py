"""What a map of areas tells: so many per residents where these are known, else numbers (pure).

A number that is hidden from the public arrives as its mark, and is neither compared nor divided.
"""

from collections.abc import Sequence
from typing import NamedTuple

from registry.formatting import thousands

UNITS = (10_000, 100_000, 1_000_000)
NO_RATE = "–"
TELLING = 5  # the highest rate is at least so much, or the unit is a larger one

Number = int | str  # a text where the number is hidden


class Place(NamedTuple):
    """A part of an area: its number, and the addresses of its list and of its own dashboard."""

    code: str
    name: str
    number: Number
    url: str | None = None
    deeper_url: str | None = None


class Spot(NamedTuple):
    """Where a part stands on the map, and its short name."""

    label: str
    row: int
    column: int


class Residents(NamedTuple):
    """The residents of some parts in one year, and where that is written.

    Attributes:
        summed: the parts whose number is the sum of all the areas in them.
    """

    year: int
    by_code: dict[str, int]
    sources: tuple[str, ...]
    summed: frozenset[str] = frozenset()


class Measure(NamedTuple):
    """What stands in the tiles: the numbers, or so many per `unit` residents.

    Beside rates a place whose residents are not known has no value at all.
    """

    values: dict[str, Number]
    unit: int | None = None
    residents: Residents | None = None

    def said(self, place: Place) -> str:
        """The value of a place; a rate of somebody that is rounded to nothing is `<1`."""
        value = self.values.get(place.code, NO_RATE)
        if not isinstance(value, int):
            return str(value)
        return "<1" if not value and place.number else thousands(value)

    @property
    def compared(self) -> list[int]:
        """The values that are not hidden."""
        return [value for value in self.values.values() if isinstance(value, int)]


def measure_of(places: Sequence[Place], known: Sequence[Residents], wanted: int) -> Measure:
    """Rates where a year has the residents of any of the places, else the numbers as they are.

    The year has the residents of most places; of two such it is the nearest to the wanted one, and
    of these the earlier. Rates are whole: where all are small they are told of more residents, as a
    map of noughts tells nothing. What is hidden has no part in the choice of either.
    """
    codes = {place.code for place in places}
    of_places = [residents for residents in known if codes & residents.by_code.keys()]
    if not of_places:
        return Measure({place.code: place.number for place in places})

    def order(one: Residents) -> tuple[int, int, int]:
        return -len(codes & one.by_code.keys()), abs(one.year - wanted), one.year

    residents = min(of_places, key=order)
    loaded = [place for place in places if place.code in residents.by_code]
    is_nothing = not any(place.number for place in loaded if isinstance(place.number, int))
    measure = Measure({})
    for unit in UNITS:
        rates = {p.code: _rate(p.number, residents.by_code[p.code], unit) for p in loaded}
        measure = Measure(rates, unit, residents)
        if is_nothing or max(measure.compared) >= TELLING:
            break
    return measure


def _rate(number: Number, residents: int, unit: int) -> Number:
    """So many per `unit` residents, rounded to whole ones, a half up."""
    if not isinstance(number, int):
        return number
    return (2 * number * unit + residents) // (2 * residents)


def apart(spots: Sequence[Spot]) -> list[Spot]:
    """The spots in the same order; of two on one place the later moves on to the right."""
    taken: set[tuple[int, int]] = set()
    found = []
    for spot in spots:
        while (spot.row, spot.column) in taken:
            spot = spot._replace(column=spot.column + 1)
        taken.add((spot.row, spot.column))
        found.append(spot)
    return found
