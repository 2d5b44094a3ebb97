"""The list against a view that says hello, in turns; and its page 800 against its first.

    python -m bench.listing --size 100000 [--database postgresql] [--rounds N] [--margin 1.5]

The whole answer is timed: session and rights, unsealing of the NIKs, templates, the form with its
token, the journal's entry. First the pages that are timed are compared with the tables. Goals (1
and 5 million departures): the first page at most 10 hellos, each page at most 12 statements; page
800 at most 1.5 times the first. Filtered lists are told beside them. Exits 1 unless all are met.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, select, update

from bench.goals import told, told_ratio
from bench.measuring import Ratios
from bench.placed import arguments, opened
from bench.rollup import page_of, page_times, signed_in
from registry import sealing
from registry.db import db
from registry.departures.conditions import conditions
from registry.departures.fields import FULL_SIGHT
from registry.departures.filters import Filter
from registry.departures.listing import PAGE_SIZE, cursor, list_page
from registry.departures.models import Departure, Resident
from registry.regions.area import Area

AREAS = {"country": "0", "large province": "35", "kabupaten": "1807", "subdistrict": "180701"}
FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "status": {"status": ("submitted",)},
    "rare": {"country": ("US",), "stage": ("planned",), "sex": ("L",)},
    "agency": {"agency": ("20",)},
}
PAGE_GOAL, LAST_GOAL, STATEMENTS_GOAL = 10.0, 1.5, 12
LAST_PAGE = 800


def plain_ids(f: Filter, offset: int, limit: int) -> list[int]:
    """Ids of the list as its definition says, sorted anew and by their place."""
    statement = (
        select(Departure.id)
        .join(Resident, Resident.id == Departure.resident_id)
        .where(*conditions(f))
        .order_by(Departure.leaving_on.desc().nulls_last(), Departure.id.desc())
    )
    return list(db.session.scalars(statement.offset(offset).limit(limit)))


def shown(f: Filter) -> list[int]:
    return [row.id for row in list_page(f, FULL_SIGHT).rows]


def nik_of(resident: int) -> str:
    return f"{resident:016}"


def phone_of(resident: int) -> str:
    return f"+62812{resident:08}"


def seal(residents: Iterable[int]) -> None:
    """Give these people keys, NIKs and phones of their own, as the program would."""
    for resident in residents:
        key, wrapped = sealing.keyring().new_person_key(resident)
        values: dict[str, Any] = {"wrapped_key": wrapped}
        for kind, number in (("nik", nik_of(resident)), ("phone", phone_of(resident))):
            values[f"{kind}_sealed"] = key.seal(number, "resident", kind, resident)
            values[f"{kind}_index"] = sealing.keyring().blind_index(kind, number)
        changed = update(Resident.__table__).where(Resident.id == resident)
        db.session.execute(changed.values(**values))
    db.session.commit()


def owners(departures: list[int]) -> list[int]:
    """Whose departures these are."""
    found = select(Departure.resident_id).where(Departure.id.in_(departures))
    return list(db.session.scalars(found))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def cursor_of(f: Filter, page: int) -> str:
    """The cursor that leads to a page; empty for the first."""
    before = plain_ids(f, (page - 1) * PAGE_SIZE - 1, 1) if page > 1 else []
    if not before:
        return ""
    day = db.session.scalar(select(Departure.leaving_on).where(Departure.id == before[0]))
    return cursor(before[0], day)


def addresses() -> dict[str, tuple[Filter, str]]:
    """By name: what is asked for, and its address."""
    found = {}
    for area, code in AREAS.items():
        for said, values in FILTERS.items():
            f = Filter(Area(code), **values)
            found[f"{area}, {said}"] = (f, f"/keberangkatan?{f.query()}")
    for area in ("country", "large province"):
        f = Filter(Area(AREAS[area]))
        after = cursor_of(f, LAST_PAGE)
        if after:
            last = f"/keberangkatan?{f.query()}&setelah={after}"
            object.__setattr__(f, "after", after)
            found[f"{area}, page {LAST_PAGE}"] = (f, last)
    return found


def agrees(f: Filter) -> bool:
    """Whether the page holds what the definition says."""
    offset = (LAST_PAGE - 1) * PAGE_SIZE if f.after else 0
    return shown(f) == plain_ids(f.with_(), offset, PAGE_SIZE)


def measured(app: Flask, pages: dict[str, str], rounds: int) -> tuple[dict[str, list[float]], int]:
    """The time of each page and of `hello` in each round; and the most statements of one."""
    client, most = signed_in(app), 0
    times = page_times(app, client, pages, rounds)
    for address in pages.values():
        work = page_of(client, address)
        with statements() as sent:
            work()
        asked = [one for one in sent if not one.startswith(("BEGIN", "SET"))]
        most = max(most, len(asked))
    return times, most


def main() -> int:
    given = arguments(__doc__, rounds=60)
    with opened(given) as app:
        asked = addresses()
        for name, (f, _) in asked.items():
            if not agrees(f):
                print(f"{name}: the page and the tables DISAGREE")
                return 1
            seal(owners(shown(f)))
        pages = {name: address for name, (_, address) in asked.items()}
        times, most = measured(app, pages, given.rounds)
        held = []
        for area in AREAS:
            first, goal = times[f"{area}, all"], PAGE_GOAL * given.margin
            held.append(told_ratio(f"page, {area}", first, times["hello"], goal, "hellos"))
        for name in pages:
            if not name.endswith(", all"):
                ratio = Ratios.between(times[name], times["hello"]).middle
                print(f"page, {name}: {ratio:.2f} hellos")
        held.append(told("statements of a page, at most", most, STATEMENTS_GOAL, "sent"))
        for area in AREAS:
            if last := times.get(f"{area}, page {LAST_PAGE}"):
                name, goal = f"page {LAST_PAGE} / page 1, {area}", LAST_GOAL * given.margin
                held.append(told_ratio(name, last, times[f"{area}, all"], goal, "times"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
