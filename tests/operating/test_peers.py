"""The comparison with Datasette and Django: what it reads on pages, and when it refuses them."""

import sqlite3
from argparse import Namespace
from contextlib import closing

import pytest
from sqlalchemy import update

from bench import peer_servers, peers
from bench.faults.running import NotRun
from bench.peer_servers import Shown, read_datasette, read_django, read_ours
from bench.peers import OURS, bounds, check_equal, largest_without_ties, seal_niks
from registry.accounts.roles import Role
from registry.db import db
from registry.departures.fields import list_sight
from registry.departures.filters import Filter
from registry.departures.listing import PAGE_SIZE, list_page
from registry.departures.models import Resident
from registry.regions.area import Area
from tests.factories import SUBDISTRICT, make_departure, make_user

DATASETTE = """<h3>
    1,226 rows
    where village_code ≥ 350306</h3>
<td class="col-id type-pk"><a href="/pamit/departure/7">7</a></td>
<td class="col-resident_id type-int"><a href="/pamit/resident/9">Sri</a>&nbsp;<em>9</em></td>
<td class="col-id type-pk"><a href="/pamit/departure/3">3</a></td>"""
DJANGO = """<th class="field-registration_number"><a href="/lean/peer_site/departure/7/change/?x">
PM-7</a></th>
<th class="field-registration_number"><a href="/lean/peer_site/departure/3/change/">PM-3</a></th>
<p class="paginator">
<a href="?p=2">2</a>
1226 departures

</p>"""


@pytest.fixture
def listed(app, sign_in):
    """Two departures of a subdistrict, and a client of its reviewer."""
    operator = make_user()
    made = [make_departure(by=operator) for _ in range(2)]
    return sign_in(make_user(role=Role.REVIEWER)), [departure.id for departure in made]


def test_our_own_page_is_read(listed):
    client, ids = listed
    shown = read_ours(client.get("/keberangkatan").text)
    assert sorted(shown.ids) == ids
    assert shown.total == 2


def test_pages_of_the_peers_are_read():
    assert read_datasette(DATASETTE) == Shown([7, 3], 1226)
    assert read_django(DJANGO) == Shown([7, 3], 1226)


@pytest.mark.parametrize("read", [read_ours, read_datasette, read_django])
def test_a_page_without_a_total_is_refused(read):
    with pytest.raises(ValueError, match="no total"):
        read("<p>galat</p>")


class Page:
    """A side that shows these records."""

    def __init__(self, name, ids, total):
        self.name, self.read = name, lambda text: Shown(ids, total)

    def page(self):
        return b""


FIFTY = [*range(PAGE_SIZE)]


def test_equal_sides_are_compared():
    assert check_equal([Page(OURS, FIFTY, 60), Page("theirs", FIFTY, 60)]) == 60


@pytest.mark.parametrize(
    ("ids", "total"), [(FIFTY[::-1], 60), (FIFTY, 61), (FIFTY[:-1], 60), ([*FIFTY[:-1], 50], 60)]
)
def test_sides_that_show_something_else_are_not_compared(ids, total):
    with pytest.raises(ValueError, match="theirs shows others"):
        check_equal([Page(OURS, FIFTY, 60), Page("theirs", ids, total)])


def test_a_short_page_is_not_compared():
    with pytest.raises(ValueError, match="49 records"):
        check_equal([Page(OURS, FIFTY[:-1], 49), Page("theirs", FIFTY[:-1], 49)])


def test_the_place_is_the_largest_whose_newest_days_differ():
    days = [f"2026-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
    rows = [("1801012001", day) for day in days[:60]]
    rows += [("1801022001", day) for day in [*days[:59], days[10], days[10]]]
    rows += [("1801032001", day) for day in [*days[:70], days[69]]]
    rows += [("1801042001", None)] * 90
    rows += [("1801052001", day) for day in days[:51]]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE departure (village_code TEXT, leaving_on TEXT)")
        connection.executemany("INSERT INTO departure VALUES (?, ?)", rows)
        assert largest_without_ties(connection) == Area("180101")


def test_bounds_hold_the_villages_of_an_area_and_no_other():
    low, high = bounds("180109")
    assert low <= "1801092001" < high
    assert not low <= "1801102001" < high
    assert not low <= "1801082999" < high


def test_without_the_peers_nothing_is_made_or_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(peer_servers, "ENVIRONMENT", tmp_path / "missing")
    with pytest.raises(NotRun, match="--install"):
        peers.compare(Namespace(size="10k", folder=tmp_path, area=None))
    assert list(tmp_path.iterdir()) == []


def test_niks_of_the_page_are_sealed_under_new_keys(listed):
    shown, sight = Filter(Area(SUBDISTRICT)), list_sight(Role.REVIEWER)
    db.session.execute(update(Resident).values(nik_sealed=None, wrapped_key=bytes(60)))
    db.session.commit()
    assert {row.nik for row in list_page(shown, sight).rows} == {None}
    seal_niks(shown)
    assert all("•" in row.nik for row in list_page(shown, sight).rows)
