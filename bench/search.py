"""What finding somebody takes: names by their words, a NIK or a phone by its index.

    python -m bench.search --size 100000 [--database postgresql] [--rounds N] [--margin 1.5]

First every search that is timed is compared with the plain definition, name by name. A name is
counted and its first page read, as for a role that sees names. Numbers are of people from all over
the country, another one each time, and some are nobody's. Goals (5 million departures): the first
letters of one word in a subdistrict and a kabupaten, and two whole words in a province, at most
20 ms; a NIK or a phone 1 ms. Exits 1 unless every goal is met.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import cycle

from sqlalchemy import func, select

from bench.goals import told_ms
from bench.listing import nik_of, phone_of, seal
from bench.placed import arguments, cpu_rounds, opened
from registry.db import db, snapshot
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.departures.listing import count, found_ids, list_page
from registry.departures.models import Departure, Resident
from registry.departures.names import finds
from registry.departures.queries import with_number
from registry.enums import Level
from registry.regions.area import Area

NAME_GOAL, NUMBER_GOAL = 20.0, 1.0
PEOPLE = 60
# Beginnings that many and few of the names have; `sri` is a syllable, the commonest.
BEGINNINGS = ("sri", "wat", "sribu", "ma la")
WHOLE = "sriwa lisni"


def largest(area: Area, level: Level) -> Area:
    """The region of that level with the most departures."""
    code = func.substr(Departure.village_code, 1, int(level))
    rows = select(code).where(area.covers(Departure.village_code)).group_by(code)
    return Area(db.session.scalars(rows.order_by(func.count().desc()).limit(1)).one())


def searches() -> list[tuple[str, Filter, bool]]:
    """Name, filter, and whether the words are whole."""
    found = []
    for level in (Level.SUBDISTRICT, Level.DISTRICT):
        for province in ("35", "18"):
            area = largest(Area(province), level)
            found += [
                (f"{text}, {level.name.lower()} {area.code}", Filter(area, text=text), False)
                for text in BEGINNINGS
            ]
    for province in ("35", "18"):
        f = Filter(Area(province), text=WHOLE)
        found.append((f"{WHOLE} (whole), province {province}", f, True))
    return found


def agrees(f: Filter, whole: bool) -> bool:
    """Whether the search finds whom the definition finds, and the page is the list's beginning."""
    rows = db.session.execute(
        select(Departure.id, Resident.name)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(f.area.covers(Departure.village_code))
    )
    wanted = {row.id for row in rows if finds(f.text, row.name, whole=whole)}
    ids = found_ids(f, whole_words=whole)
    page = [row.id for row in list_page(f, FULL_SIGHT, whole_words=whole).rows]
    return (
        set(ids) == wanted and ids[: len(page)] == page and count(f, whole_words=whole) == len(ids)
    )


def search(f: Filter, whole: bool) -> None:
    """Count the search and read its first page, as a page does."""
    with snapshot():
        count(f, whole_words=whole)
        list_page(f, FULL_SIGHT, whole_words=whole)


def somebody() -> list[int]:
    """Residents from the first to the last, whose numbers are then sealed."""
    last = db.session.scalar(select(func.max(Resident.id))) or 1
    found = sorted({1 + step * (last - 1) // PEOPLE for step in range(PEOPLE)})
    seal(found)
    return found


def owners_of(number: str) -> list[int]:
    """Whose departures a number finds."""
    with snapshot():
        found = [row.id for row in with_number(Area("0"), number, FULL_SIGHT)]
        return [db.session.get_one(Departure, departure).resident_id for departure in found]


def numbers_agree(people: list[int]) -> bool:
    """Whether each NIK and phone finds its owner alone, and numbers of nobody find nobody."""
    stranger = max(people) + 10_000_000
    return all(
        owners_of(number_of(person)) == ([] if person == stranger else [person])
        for number_of in (nik_of, phone_of)
        for person in (*people, stranger)
    )


def one_after_another(numbers: Iterator[str]) -> Callable[[], None]:
    """What looks for the next of the numbers each time."""

    def find() -> None:
        with snapshot():
            with_number(Area("0"), next(numbers), FULL_SIGHT)

    return find


def main() -> int:
    given = arguments(__doc__, rounds=60)
    with opened(given):
        works: dict[str, Callable[[], object]] = {}
        for name, f, whole in searches():
            if not agrees(f, whole):
                print(f"{name}: the words and the definition DISAGREE")
                return 1
            shown = f"{name} ({count(f, whole_words=whole)})"
            works[shown] = lambda f=f, whole=whole: search(f, whole)
        people = somebody()
        if not numbers_agree(people):
            print("a number finds others than its owner")
            return 1
        numbers = {"a NIK, country": nik_of, "a phone, country": phone_of}
        for name, number_of in numbers.items():
            works[name] = one_after_another(cycle([number_of(person) for person in people]))
        times = cpu_rounds(works, given.rounds)
        held = [
            told_ms(name, found, (NUMBER_GOAL if name in numbers else NAME_GOAL) * given.margin)
            for name, found in times.items()
        ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
