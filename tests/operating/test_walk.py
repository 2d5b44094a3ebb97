"""The walk of the benches: it goes down and back, and notices numbers and pages that are wrong."""

import random
from time import thread_time

import pytest
from flask.testing import FlaskClient

from bench import walk
from bench.rollup import signed_in
from registry.accounts.access import public
from registry.enums import Level
from tests.factories import make_departure, make_user


@pytest.fixture
def somebody(app, monkeypatch):
    """Who walks over three departures of a village, a little at a time."""
    operator = make_user()
    for _ in range(3):
        made = make_departure(by=operator)
    monkeypatch.setattr(walk, "YEAR", str(made.leaving_on.year))
    monkeypatch.setattr(walk, "HELLOS", 3)
    app.add_url_rule("/hello", "hello", public(lambda: "hello"))
    monkeypatch.setattr(app, "test_client_class", FlaskClient)
    generous = dict.fromkeys(walk.BUDGETS, 1e9)
    return walk.Walk(app, signed_in(app), thread_time, generous, random.Random(2))


def test_every_level_is_reached_and_every_number_is_that_of_its_list(somebody, monkeypatch):
    monkeypatch.setattr(walk.Walk, "filters", lambda *_: None)
    assert walk.down_and_back(somebody) == len(Level)
    assert somebody.compared > 5
    assert somebody.wrong == []
    assert any("/dasbor/1807012001" in page for page in somebody.hellos["dashboard"])
    assert len(somebody.hellos["search"]) == 4
    assert all(walk.report(somebody, 1.0))


def test_each_filter_is_chosen_and_each_chip_taken_off(somebody):
    address = f"/dasbor/1807?tahun={walk.YEAR}"
    somebody.filters(address, somebody.dashboard(address))
    pages = {*somebody.hellos["dashboard"], *somebody.hellos["warned"]}
    for name in ("negara", "jk", "bulan", "dari", "tahap", "tanda", "tanggal", "publik", "p3mi"):
        assert any(name in page for page in pages), name
    assert somebody.wrong == []


@pytest.mark.parametrize("wrong", [{"total": 4}, {"ids": [1]}, {"ids": [1, 2, 3, 4]}])
def test_a_number_that_its_list_contradicts_is_told(somebody, monkeypatch, capsys, wrong):
    shown = walk.read_ours
    monkeypatch.setattr(walk, "read_ours", lambda page: shown(page)._replace(**wrong))
    somebody.dashboard("/dasbor/1807")
    assert somebody.wrong
    assert not all(walk.report(somebody, 1.0))
    assert "WRONG" in capsys.readouterr().out


def test_a_page_over_its_budget_is_asked_for_again_and_then_told(somebody, monkeypatch, capsys):
    somebody.budgets = dict.fromkeys(walk.BUDGETS, 0.001)
    taken = []
    monkeypatch.setattr(somebody, "client", Noting(somebody.client, taken))
    somebody.open("dashboard", "/dasbor/1807")
    assert taken == ["/dasbor/1807"] * walk.TRIES
    assert not all(walk.report(somebody, 1.0))
    assert "MISSED" in capsys.readouterr().out


class Noting:
    """A client that notes what it is asked for."""

    def __init__(self, client, taken):
        self.client, self.taken = client, taken

    def get(self, address):
        self.taken.append(address)
        return self.client.get(address)


def test_few_departures_have_a_budget_of_their_own(somebody, monkeypatch):
    assert set(walk.budgets().values()) == {walk.BUDGET_OF_FEW}
    monkeypatch.setattr(walk, "FEW", 2)
    assert walk.budgets() == walk.BUDGETS
