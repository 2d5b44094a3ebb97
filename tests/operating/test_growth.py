"""The bench of growth: pages that are wrong are not compared, and a planted growth is a miss."""

import pytest
from flask.testing import FlaskClient

from bench import growth
from tests.factories import make_departure, make_user


@pytest.fixture
def registry(app, monkeypatch):
    """One with a departure, which stands for the small one and for the large one."""
    made = make_departure(by=make_user())
    monkeypatch.setattr(growth, "YEAR", made.leaving_on.year)
    monkeypatch.setattr(growth, "AREAS", {"country": "0", "kabupaten": "1807"})
    monkeypatch.setattr(app, "test_client_class", FlaskClient)
    return app


@pytest.mark.parametrize(("times", "said"), [(1.05, "ok"), (1.2, "MISSED")])
def test_pages_that_grow_are_a_miss(registry, monkeypatch, capsys, times, said):
    asked = []

    def planted(works, rounds, _clock):
        for work in works.values():
            work()
        asked.append(list(works))
        return {"small": [1.0] * rounds, "large": [times] * rounds}

    monkeypatch.setattr(growth, "rounds_of", planted)
    assert growth.compare(registry, registry, 5, 1.0) == (said == "ok")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == [said] * 4
    assert asked == [["small", "large"]] * 4


def test_a_page_that_its_tables_contradict_is_not_compared(registry, monkeypatch, capsys):
    monkeypatch.setattr(growth, "count_in_tables", lambda _: 2)
    assert not growth.compare(registry, registry, 5, 1.0)
    assert "DISAGREE" in capsys.readouterr().out


def test_nothing_is_kept_from_the_look_before_where_it_is_drawn_anew(registry):
    registry.extensions["drawings"] = "kept"
    seen = []
    growth.anew(registry, lambda: seen.append("drawings" in registry.extensions))()
    assert seen == [False]
