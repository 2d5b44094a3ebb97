"""What finding somebody takes: names by their words, a NIK by its index.

    python -m bench.search --size 100000 [--rounds N] [--margin 1.5]

First every search that is timed is compared with the plain definition, name by name. A name is
counted and its first page read, as for a role that sees names. Goals (5 million departures): the
first letters of one word in a subdistrict and a kabupaten, and two whole words in a province, at
most 20 ms; a NIK 1 ms. Exits 1 when one is missed.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bench.data import FOLDER, SIZES, database
from bench.listing import seal
from bench.rollup import DROPPED, met, tenth, timed
from registry.db import db, snapshot
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.departures.listing import count, found_ids, list_page
from registry.departures.models import Departure, Resident
from registry.departures.names import finds
from registry.departures.queries import with_number
from registry.enums import Level
from registry.regions.area import Area

NAME_GOAL, NIK_GOAL = 20.0, 1.0
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


def ms(work: Any, rounds: int) -> float:
    def once() -> float:
        with snapshot():
            return timed(work)

    return tenth([once() for _ in range(rounds + DROPPED)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="10k")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--margin", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    given = parser.parse_args()
    held = []
    with database(SIZES.get(given.size) or int(given.size), given.folder) as app, app.app_context():
        for name, f, whole in searches():
            if not agrees(f, whole):
                print(f"{name}: the words and the definition DISAGREE")
                return 1

            def search(f: Filter = f, whole: bool = whole) -> None:
                count(f, whole_words=whole)
                list_page(f, FULL_SIGHT, whole_words=whole)

            shown = f"{name} ({count(f, whole_words=whole)})"
            held.append(met(shown, ms(search, given.rounds), NAME_GOAL * given.margin, "ms"))
        seal([1])
        nik = f"{1:016}"
        if [row.id for row in with_number(Area("0"), nik, FULL_SIGHT)] != [1]:
            print("a NIK is NOT FOUND")
            return 1
        took = ms(lambda: with_number(Area("0"), nik, FULL_SIGHT), given.rounds)
        held.append(met("a NIK, country", took, NIK_GOAL * given.margin, "ms"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
