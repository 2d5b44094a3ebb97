"""Goals of the benches: what is noisy or missed is told as such, and never as passed."""

import json

import pytest

from bench import goals, measuring, run


@pytest.mark.parametrize(
    ("found", "spread", "said"),
    [(2.2, 0.1, "ok"), (2.4, 0.1, "MISSED"), (2.2, 0.5, "noisy"), (0.0, 0.0, "ok")],
)
def test_a_goal_is_printed_as_it_is_read(capsys, found, spread, said):
    assert goals.told("upkeep of the summary, sqlite", found, 2.3, "saves", spread) == (
        said == "ok"
    )
    (goal,) = run.goals_in("write", capsys.readouterr().out, 0 if said == "ok" else 1)
    assert goal == run.Goal(
        "write", "upkeep of the summary, sqlite", found, "saves", 2.3, spread, said
    )


def test_goals_without_a_spread_are_read_too():
    line = f"{'page of a year, Lampung':44} {7.25:8.2f} {'hellos':7} goal 8.0  ok"
    (goal,) = run.goals_in("rollup", f"hello 0.40 ms\n{line}\n", 0)
    assert (goal.found, goal.goal, goal.spread, goal.said) == (7.25, 8.0, 0.0, "ok")


@pytest.mark.parametrize(("status", "said"), [(0, "ok"), (1, "MISSED"), (-9, "MISSED")])
def test_a_bench_that_says_nothing_is_told_by_how_it_ended(status, said):
    (goal,) = run.goals_in("breach", "goal 30 s CPU: True\n", status)
    assert goal.said == said


def test_a_bench_that_breaks_off_after_goals_that_it_met_has_missed():
    line = f"{'reading':44} {1:8.2f} {'ms':7} goal 8.0  ok"
    assert [goal.said for goal in run.goals_in("rollup", line, 1)] == ["ok", "MISSED"]


def one(found, goal=2.0, spread=0.0):
    return run.Goal("write", "upkeep", found, "saves", goal, spread, "?")


@pytest.mark.parametrize(
    ("values", "said"),
    [((2.1, 1.8), "ok"), ((2.3, 2.1), "MISSED"), ((0.9, 1.9), "noisy"), ((1.1, 4.0), "noisy")],
)
def test_two_runs_are_judged_by_their_median_and_spread(values, said):
    (goal,) = run.together([[one(value)] for value in values])
    assert goal.said == said


def test_ratios_are_taken_in_turns_and_again_while_they_are_noisy():
    asked, times = [], iter([1.0] * 8)
    ratio, spread = goals.in_turns(
        lambda: asked.append("floor") or 0.5, lambda: asked.append("ours") or next(times), 3
    )
    assert (ratio, spread) == (2.0, 0.0)
    assert asked == ["floor", "ours"] * 4
    wild = iter([1.0, 1.0, 3.0, 1.0] * goals.TRIES)
    assert goals.in_turns(lambda: 1.0, lambda: next(wild), 3)[1] > measuring.NOISY_BEYOND


def test_a_missed_goal_ends_the_run_with_an_error_and_all_is_kept(tmp_path, monkeypatch, capsys):
    said = {"export": [one(9.0)], "assess": [one(1.0)]}
    for bench, found in said.items():
        found[0].said = "MISSED" if bench == "export" else "ok"
    monkeypatch.setattr(run, "run", lambda bench, _size, _margin: said[bench])
    out = tmp_path / "goals.json"
    monkeypatch.setattr("sys.argv", ["run.py", "assess", "--out", str(out)])
    assert run.main() == 0
    monkeypatch.setattr("sys.argv", ["run.py", "export", "assess", "--out", str(out)])
    assert run.main() == 1
    assert "1 missed" in capsys.readouterr().out
    kept = json.loads(out.read_text())
    assert [goal["said"] for goal in kept["goals"]] == ["MISSED", "ok"]
    assert kept["size"] == "10k"


def test_a_noisy_goal_is_measured_once_more_and_then_ends_the_run_in_a_way_of_its_own(
    tmp_path, monkeypatch, capsys
):
    found = {"export": one(1.0, spread=0.9), "assess": one(1.0)}
    found["export"].said, found["assess"].said = "noisy", "ok"
    asked = []
    monkeypatch.setattr(run, "run", lambda bench, *_: asked.append(bench) or [found[bench]])
    out = tmp_path / "goals.json"
    monkeypatch.setattr("sys.argv", ["run.py", "export", "assess", "--out", str(out)])
    assert run.main() == run.NOISY_STATUS
    assert asked == ["export", "export", "assess"]
    said = capsys.readouterr().out
    assert "0 missed, 1 noisy" in said
    assert "(write: upkeep)" in said
    assert "quiet machine" in said
    found["assess"].said = "MISSED"
    found["assess"].found = 9.0
    assert run.main() == run.MISSED_STATUS


def test_a_goal_that_is_noisy_once_and_steady_the_second_time_is_met(tmp_path, monkeypatch):
    runs = iter([[one(1.0, spread=0.9)], [one(1.1, spread=0.1)]])

    def measured(*_):
        (goal,) = next(runs)
        goal.said = "noisy" if goal.spread > 0.4 else "ok"
        return [goal]

    monkeypatch.setattr(run, "run", measured)
    monkeypatch.setattr("sys.argv", ["run.py", "export", "--out", str(tmp_path / "goals.json")])
    assert run.main() == 0


def test_growth_is_measured_only_by_its_name(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(run, "run", lambda bench, *_: asked.append(bench) or [one(1.0)])
    monkeypatch.setattr(run, "together", lambda runs: [])
    for said in ([], ["growth"]):
        monkeypatch.setattr("sys.argv", ["run.py", *said, "--out", str(tmp_path / "goals.json")])
        assert run.main() == 0
    assert "walk" in asked
    assert asked.count("growth") == 2  # once, and again as its goal is not met
