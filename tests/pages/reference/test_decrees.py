"""Decrees that were carried out: each once in the list, with a page of all that it did."""

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit import log
from registry.db import db
from registry.formatting import long_date, long_moment, today
from registry.operating.regions import recode_journaled
from registry.reference_pages import recoding_views
from registry.reference_pages.carried_out import decrees_in
from registry.regions.area import Area
from registry.regions.models import Region
from registry.regions.moving import plan_from_database
from registry.regions.recoding import Wanted
from tests.factories import FOREIGN_VILLAGE, VILLAGE, make_departure, make_user
from tests.page import links, rows, text_of

PAGE = "/rujukan/wilayah"


@pytest.fixture
def admin(app):
    return make_user(role=Role.ADMIN, area="18")


def carry_out(decree, *lines):
    plan = plan_from_database([Wanted(2, *line) for line in lines], Area("0"))
    assert plan.may_be_done, plan.refused
    recode_journaled(plan, since=today(), decree=decree, by=log.SYSTEM)
    db.session.commit()


def listed(client, path=PAGE):
    """The decrees of the page: texts of the row, and the address of the decree."""
    page = client.get(path)
    addresses = dict(links(page))
    return [(row, addresses[row[0]]) for row in rows(page)]


def _codes():
    return list(db.session.scalars(select(Region.code)))


def test_no_decree_yet(client):
    assert "Belum ada keputusan yang dijalankan" in text_of(client.get(PAGE))
    assert client.get(f"{PAGE}/keputusan/1").status_code == 404


def test_a_decree_is_one_row_and_leads_to_all_that_it_did(client):
    below = len([c for c in _codes() if c.startswith("180702")])
    carry_out(
        "Keputusan 1",
        (None, "180799", "Umpu"),
        (None, "1807992002", "Umpu Kencana"),
        ("180702", "180798", None),
    )
    ((row, path),) = listed(client)
    assert row[:4] == ["Keputusan 1", long_date(today()), str(below), "2"]
    (one,) = decrees_in(Area("0"))
    assert row[4] == long_moment(one.at)
    page = client.get(path)
    east = "Kabupaten Lampung Timur, Lampung"
    told = rows(page)
    assert len(told) == below + 2
    assert told[0] == [f"Kecamatan Umpu{east}", "Wilayah baru", "18.07.99"]
    village = f"Desa Umpu KencanaKecamatan Umpu, {east}"
    assert told[1] == [village, "Wilayah baru", "18.07.99.2002"]
    assert told[2][1:] == ["18.07.02", "18.07.98"]
    said = text_of(page)
    assert "Keputusan 1" in said
    assert long_moment(one.at) in said
    assert f"Ditampilkan {below + 2} dari {below + 2}" in said


def test_a_code_that_changed_twice_is_told_by_both_decrees(client):
    carry_out("Keputusan 1", (VILLAGE, "1807012999", None))
    carry_out("Keputusan 2", ("1807012999", "1807012998", "Baru"))
    (second, to_second), (first, to_first) = listed(client)
    assert [second[0], first[0]] == ["Keputusan 2", "Keputusan 1"]
    (row,) = rows(client.get(to_first))
    assert row[1:] == ["18.07.01.2001", "18.07.01.2999kini 18.07.01.2998"]
    (row,) = rows(client.get(to_second))
    assert row[0].startswith("Desa Baru")
    assert row[1:] == ["18.07.01.2999", "18.07.01.2998"]


def test_a_decree_is_told_as_far_as_it_lies_in_ones_area(sign_in, app):
    other = FOREIGN_VILLAGE[:6]
    carry_out("Keputusan di sana", (FOREIGN_VILLAGE, f"{other}2999", None))
    carry_out(
        "Keputusan bersama",
        (VILLAGE, "1807012999", None),
        (f"{other}2999", f"{other}2998", None),
        (None, f"{other}2997", "Desa Jauh"),
    )
    seen = {}
    for area in ("0", "18", "32", "1801"):
        client = sign_in(make_user(role=Role.ADMIN, area=area))
        seen[area] = {row[0]: row[2:4] for row, _path in listed(client)}
    both = {"Keputusan bersama": ["2", "1"], "Keputusan di sana": ["1", "0"]}
    assert seen == {
        "0": both,
        "18": {"Keputusan bersama": ["1", "0"]},
        "32": {"Keputusan bersama": ["1", "1"], "Keputusan di sana": ["1", "0"]},
        "1801": {},
    }
    together, there = (one.seq for one in decrees_in(Area("0")))
    client = sign_in(make_user(role=Role.ADMIN, area="18"))
    page = client.get(f"{PAGE}/keputusan/{together}")
    assert [row[1] for row in rows(page)] == ["18.07.01.2001"]
    assert "Jauh" not in page.text
    assert client.get(f"{PAGE}/keputusan/{there}").status_code == 404


def test_another_entry_of_the_journal_is_no_decree(client):
    make_departure(by=make_user())
    db.session.commit()
    for seq in (1, 2, 3, 10**12):
        assert client.get(f"{PAGE}/keputusan/{seq}").status_code == 404


def test_lists_of_decrees_and_of_changes_are_paged(client, monkeypatch):
    monkeypatch.setattr(recoding_views, "SHOWN", 2)
    monkeypatch.setattr(recoding_views, "CHANGES_SHOWN", 3)
    for number in range(5):
        carry_out(f"Keputusan {number}", (None, f"18079{number}", f"Umpu {number}"))
    made = [(None, f"180790200{n}", f"Desa {n}") for n in range(3, 8)]
    moved = [(f"180701200{n}", f"180790200{n}", None) for n in (1, 2)]
    carry_out("Keputusan 5", *moved, *made)
    assert _walked(client, PAGE, 0) == [f"Keputusan {n}" for n in (5, 4, 3, 2, 1, 0)]
    ((_row, path), _older) = listed(client)
    assert _walked(client, path, 2) == [f"18.07.90.200{n}" for n in (3, 4, 5, 6, 7, 1, 2)]


def _walked(client, path, column):
    found, first = [], path
    while path:
        page = client.get(path)
        found += [row[column] for row in rows(page)]
        addresses = dict(links(page))
        assert addresses.get("Halaman pertama") == (first if path != first else None)
        path = addresses.get("Halaman berikutnya")
    return found


def test_a_page_that_cannot_be_is_refused(client):
    carry_out("Keputusan 1", (VILLAGE, "1807012999", None))
    ((_row, path),) = listed(client)
    for address in (f"{PAGE}?sebelum=x", f"{PAGE}?sebelum={'1' * 19}", f"{path}?sesudah=x"):
        assert client.get(address).status_code == 400


def test_a_decree_is_told_when_another_area_took_the_place_of_what_it_made(client):
    carry_out("Keputusan 1", (None, "1807012999", "Kosong"))
    carry_out("Keputusan 2", (VILLAGE, "1807012999", "Isi"), (None, "1807012998", "Lain"))
    (_second, (_first, path)) = listed(client)
    (row,) = rows(client.get(path))
    assert row[1:] == ["Wilayah baru", "18.07.01.2999"]
