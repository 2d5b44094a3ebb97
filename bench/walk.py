"""A walk through every level: down to a village and back, with each filter, lists and searches.

    python -m bench.walk --size 100000 [--database postgresql] [--margin 1.5] [--shown N]

In process, as somebody who sees the country. Links, filters and chips are those that the pages
offer. Each page is timed by itself against hellos taken all along; a dashboard is drawn anew each
time. One over its budget is asked for twice more, and the least counts, as other work on the
machine only adds. Goals: no page over the budget of its kind, those that say they take longer being
one; every number that is looked at is the total of its list, and its list has that many rows;
recounting at the end finds no difference. Exits 1 unless all are met.
"""

import random
import re
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy import func, select

from bench import walk_pages
from bench.goals import told
from bench.listing import nik_of, seal
from bench.peer_servers import Shown, read_ours
from bench.placed import arguments, cpu_clock, opened
from bench.rollup import page_of, signed_in
from bench.search import WHOLE
from registry.accounts.access import public
from registry.db import db
from registry.departures.listing import PAGE_SIZE
from registry.departures.models import Departure
from registry.departures.summary.recounting import check
from registry.enums import Level
from registry.regions.area import level_of

# In hellos, of 0.5 to 0.9 ms each. Where departures are few, a page that takes as long as one of
# a nation would have lost its index.
BUDGETS = {"dashboard": 200.0, "warned": 750.0, "list": 500.0, "search": 100.0}
FEW, BUDGET_OF_FEW = 100_000, 100.0
TRIES, HELLOS = 3, 31
YEAR = "2025"
DAYS = {"dari": "2024-03-15", "sampai": "2025-03-14"}
NUMBERS_OF_A_PAGE = 2
WHOLE_LIST = 3 * PAGE_SIZE
SLOWEST = 8


@dataclass
class Walk:
    """Somebody who asks for page after page, and notes what each took.

    Attributes:
        budgets: in hellos, by kind of page.
        hellos: by kind and address of each page; those that say they take longer are `warned`.
        wrong: numbers that their list contradicts.
    """

    app: Flask
    client: Any
    clock: Callable[[], float]
    budgets: Mapping[str, float]
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=HELLOS))
    hellos: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hello = page_of(self.client, "/hello")
        for _ in range(HELLOS):
            self.recent.append(self._timed(self.hello))

    def _timed(self, work: Callable[[], object]) -> float:
        db.session.remove()
        self.app.extensions.pop("drawings", None)
        begun = self.clock()
        work()
        return self.clock() - begun

    def open(self, kind: str, address: str, data: dict[str, str] | None = None) -> str:
        """The page, after its time is noted."""
        said = ""

        def ask() -> None:
            nonlocal said
            if data is None:
                answer = Context().run(self.client.get, address)
            else:
                answer = Context().run(self.client.post, address, data=data, follow_redirects=True)
            assert answer.status_code == 200, f"{answer.status} {address}"
            said = answer.text

        least = float("inf")
        for _ in range(TRIES):
            self.recent.append(self._timed(self.hello))
            least = min(least, self._timed(ask) / median(self.recent))
            if least <= self.budgets[kind]:
                break
        self.hellos["warned" if walk_pages.is_slow(said) else kind][address] = least
        return said

    def dashboard(self, address: str) -> str:
        """A dashboard, some of whose numbers are held against their lists."""
        page = self.open("dashboard", address)
        linked = [] if "publik=1" in address else walk_pages.numbers(page)
        for one in self.chance.sample(linked, min(NUMBERS_OF_A_PAGE, len(linked))):
            self.compare(one)
        return page

    def compare(self, linked: walk_pages.Linked) -> None:
        """Hold a number against its list: its total, and its rows to the end or on two pages."""
        self.compared += 1
        most = linked.number if linked.number <= WHOLE_LIST else 2 * PAGE_SIZE
        seen: Counter[int] = Counter()
        address: str | None = linked.address
        for _ in range(2 + most // PAGE_SIZE):
            if address is None or seen.total() >= most:
                break
            page = self.open("list", address)
            shown: Shown = read_ours(page)
            seen.update(dict.fromkeys(shown.ids, 1))
            if shown.total != linked.number:
                self.wrong.append(f"{linked.number} is {shown.total}: {linked.address}")
            address = walk_pages.next_page(page)
        if seen.total() != most or len(seen) != most:
            self.wrong.append(f"{linked.number} has {len(seen)} of {most} rows: {linked.address}")

    def filters(self, address: str, page: str) -> None:
        """Each filter that the form offers, beside the year; then each chip that takes one off."""
        for name, values in walk_pages.choices(page).items():
            if name == "tahun":
                continue
            chosen = DAYS[name] if name in DAYS else self.chance.choice(values)
            narrowed = self.dashboard(_with(address, name, chosen))
            chips = walk_pages.chips(narrowed)
            for chip in chips:
                widened = self.open("dashboard", chip)
                assert len(walk_pages.chips(widened)) < len(chips), chip
        code = address.split("/")[2].split("?")[0]
        picked = self.open("dashboard", f"/dasbor/{code}/p3mi?tahun={YEAR}")
        if offered := walk_pages.agencies(picked):
            self.dashboard(self.chance.choice(offered[:20]))

    def together(self, address: str, page: str) -> None:
        """Filter upon filter, until three are in force, and off again chip by chip."""
        choices = walk_pages.choices(page)
        for name in ("negara", "jk", "skema"):
            address = _with(address, name, choices[name][0])
            page = self.dashboard(address)
        while left := walk_pages.chips(page):
            page = self.open("dashboard", left[-1])

    def search(self, code: str) -> None:
        """Two whole names within an area; whoever sees no names may ask for less of nobody."""
        if level_of(code) is not Level.COUNTRY:
            found = {"wilayah": code, "q": WHOLE}
            self.open("search", f"/keberangkatan?{urlencode(found)}")


def _with(address: str, name: str, value: str) -> str:
    """The address with one more filter; a year excludes days, and having no date."""
    path, query = urlsplit(address).path, parse_qsl(urlsplit(address).query)
    if name in (*DAYS, "tanggal"):
        query = [pair for pair in query if pair[0] not in ("tahun", "bulan")]
    return f"{path}?{urlencode([*query, (name, value)])}"


def down_and_back(walk: Walk) -> int:
    """From the country to a village and back, always where most people left from last.

    Answers how many levels there were.
    """
    address = f"/dasbor/0?tahun={YEAR}"
    levels = 0
    while True:
        levels += 1
        page = walk.dashboard(address)
        code = address.split("/")[2].split("?")[0]
        walk.filters(address, page)
        walk.together(address, page)
        walk.search(code)
        below = walk_pages.children(page)
        if not below or level_of(code) is Level.VILLAGE:
            break
        by_number = {one: _number_beside(page, one) for one in below}
        address = max(by_number, key=lambda one: by_number[one])
    while up := walk_pages.above(page):
        page = walk.open("dashboard", up[-1])
    return levels


def _number_beside(page: str, address: str) -> int:
    """The number of a region in the table of regions."""
    beside = page[page.index(f'<a href="{address.replace("&", "&amp;")}">') :]
    found = re.search(r'<td class="number[^>]*>(?:<a [^>]*>)?([\d.]+)<', beside)
    return int(found[1].replace(".", "")) if found else 0


def by_number(walk: Walk) -> None:
    """Somebody by a NIK, in the box that stands on every list."""
    seal([1])
    page = walk.open("list", "/keberangkatan")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    data = {"q": nik_of(1), "csrf_token": token[1] if token else ""}
    found = walk.open("search", "/cari", data)
    assert 'href="/keberangkatan/1"' in found, "a NIK is not found"


def budgets() -> dict[str, float]:
    """In hellos, by kind of page, for as many departures as there are."""
    has_few = (db.session.scalar(select(func.count()).select_from(Departure)) or 0) <= FEW
    return dict.fromkeys(BUDGETS, BUDGET_OF_FEW) if has_few else BUDGETS


def report(walk: Walk, margin: float) -> list[bool]:
    """Each kind against its budget, the slowest pages, and what was compared."""
    held = []
    print(f"hello {median(walk.recent) * 1e3:.2f} ms")
    for kind, pages in walk.hellos.items():
        slowest = sorted(pages.items(), key=lambda page: -page[1])
        print(
            f"{kind}: {len(pages)} pages, half of them within {median(pages.values()):.1f} hellos"
        )
        for address, hellos in slowest[:SLOWEST]:
            print(f"    {hellos:8.1f}  {address}")
        held.append(told(f"slowest {kind}", slowest[0][1], walk.budgets[kind] * margin, "hellos"))
    for one in walk.wrong:
        print(f"WRONG: {one}")
    name = f"numbers that their list contradicts, of {walk.compared}"
    held.append(told(name, len(walk.wrong), 0, "numbers"))
    return held


def main() -> int:
    given = arguments(__doc__, rounds=1)
    with opened(given) as app:
        app.add_url_rule("/hello", "hello", public(lambda: "hello"))
        client = signed_in(app)
        page_of(client, "/keberangkatan")()  # opens what connections it needs
        with cpu_clock() as clock:
            walk = Walk(app, client, clock, budgets())
            levels = down_and_back(walk)
            by_number(walk)
        held = report(walk, given.margin)
        held.append(told("levels that the walk did not reach", len(Level) - levels, 0, "levels"))
        found = check()
        name = f"values that differ afterwards, of {found.departures}"
        held.append(told(name, found.differences, 0, "values"))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
