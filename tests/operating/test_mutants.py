"""The mutation runs themselves: which faults they make, and that they can say that one lives."""

import ast
import importlib.util
import textwrap
from dataclasses import replace

import pytest

from bench.asvs import ROOT
from bench.mutants import TARGETS, UNRELATED, Target, tried_in_copy
from bench.mutating.equivalents import Equivalent, equivalents_among, listed
from bench.mutating.faults import mutants_of
from bench.mutating.forks import Loaded, Verdict

TOY = textwrap.dedent('''
    """A module of five lines."""
    from functools import cache

    LIMIT = 3

    def fits(number: int) -> bool:
        """Whether it fits."""
        if number < 0:
            raise ValueError("Angka ini negatif.")
        return number <= LIMIT and not number == 2

    @cache
    def label() -> str:
        return "muat"
''')
CHANGES = {
    "3  ->  4",
    "3  ->  2",
    "0  ->  1",
    "2  ->  3",
    "2  ->  1",
    "number < 0  ->  number <= 0",
    "number < 0  ->  number >= 0",
    "number <= LIMIT  ->  number < LIMIT",
    "number <= LIMIT  ->  number > LIMIT",
    "number == 2  ->  number != 2",
    "not number == 2  ->  number == 2",
    "raise ValueError('Angka ini negatif.')  ->  pass",
    "if number < 0: ...  ->  if not number < 0: ...",
    "number <= LIMIT and (not number == 2)  ->  number <= LIMIT or not number == 2",
    "return number <= LIMIT and (not number == 2)  ->  return None",
    "'muat'  ->  ''",
    "return 'muat'  ->  return None",
}
KILLING = """
import pytest, toy
def test_it():
    assert [toy.fits(number) for number in (0, 1, 2, 3, 4)] == [True, True, False, True, False]
    assert toy.label() == "muat"
    with pytest.raises(ValueError):
        toy.fits(-1)
"""
BLIND = """
import toy
def test_it():
    assert toy.fits(1)
"""


@pytest.fixture
def tree(tmp_path):
    for name, content in {"toy": TOY, "test_killing": KILLING, "test_blind": BLIND}.items():
        (tmp_path / f"{name}.py").write_text(content)
    return tmp_path


def test_every_kind_of_fault_is_made_and_no_text_for_people_is_touched():
    made = mutants_of(TOY)
    assert {one.change for one in made} == CHANGES
    for one in made:
        assert ast.dump(one.applied(TOY)) != ast.dump(ast.parse(TOY))
    assert {one.key for one in made} == {None, ("fits", 7), ("label", 13)}
    assert {one.key for one in mutants_of(TOY, ("fits",))} == {("fits", 7)}


def test_a_fault_is_noticed_by_a_test_that_looks_and_lives_where_none_does(tree):
    found = {}
    for tests in (("test_killing.py",), ("test_blind.py",)):
        target = Target("toy.py", tests)
        assert tried_in_copy(tree, target, None, 60) is Verdict.LIVES
        mutants = [one for one in mutants_of(TOY) if one.line in (5, 10)]
        found[tests] = {tried_in_copy(tree, target, one, 60) for one in mutants}
    assert list(found.values()) == [{Verdict.FAILED}, {Verdict.LIVES}]
    assert (tree / "toy.py").read_text() == TOY


def test_a_run_without_end_counts_as_noticed(tree):
    (tree / "test_blind.py").write_text("import toy\ndef test_it():\n    while toy.fits(1): pass\n")
    mutant = mutants_of(TOY)[0]
    found = tried_in_copy(tree, Target("toy.py", ("test_blind.py",)), mutant, 1)
    assert found is Verdict.LATE


def test_a_changed_function_takes_the_place_of_the_loaded_one_unless_it_is_cached(tree):
    spec = importlib.util.spec_from_file_location("toy", tree / "toy.py")
    toy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(toy)
    assert not toy.fits(2)
    loaded = Loaded(str(tree / "toy.py"))
    made = {one.change: one for one in mutants_of(TOY)}
    assert loaded.put_in(made["not number == 2  ->  number == 2"], TOY)
    assert toy.fits(2)
    assert not loaded.put_in(made["'muat'  ->  ''"], TOY)
    assert not loaded.put_in(made["3  ->  4"], TOY)


def test_each_function_tells_which_test_called_it_and_is_as_before_afterwards(tree):
    spec = importlib.util.spec_from_file_location("toy", tree / "toy.py")
    toy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(toy)
    told, before = [], toy.fits.__code__
    with Loaded(str(tree / "toy.py")).telling(told.append, TOY):
        assert [toy.fits(1), toy.label()] == [True, "muat"]
    assert toy.fits(1)
    assert told == [("fits", 7)]
    assert toy.fits.__code__ is before


def test_a_fault_without_effect_is_recorded_by_the_text_of_its_line():
    made, line = mutants_of(TOY), "return number <= LIMIT and not number == 2"
    entry = Equivalent("toy.py", "fits", line, "2  ->  3", "Dua itu tiga.")
    assert {one.change for one in equivalents_among(made, "toy.py", TOY, [entry])} == {"2  ->  3"}
    assert equivalents_among(made, "other.py", TOY, [entry]) == set()
    for stale in (
        replace(entry, line="return number <= LIMIT"),
        replace(entry, function="label"),
        replace(entry, change="2  ->  4"),
    ):
        with pytest.raises(LookupError, match="0 faults fit"):
            equivalents_among(made, "toy.py", TOY, [stale])
    twice = TOY.replace("number < 0", "number < 2 and number < 2")
    entry = replace(entry, line="if number < 2 and number < 2:")
    with pytest.raises(LookupError, match="2 faults fit"):
        equivalents_among(mutants_of(twice), "toy.py", twice, [entry])


def test_every_recorded_fault_is_one_that_is_made_and_has_its_reason():
    recorded = listed()
    assert {entry.module for entry in recorded} <= {target.module for target in TARGETS}
    assert all(entry.reason.endswith(".") for entry in recorded)
    for target in TARGETS:
        source = (ROOT / target.module).read_text()
        equivalents_among(mutants_of(source, target.functions), target.module, source, recorded)


def test_every_module_and_test_that_is_named_exists():
    for target in TARGETS:
        made = mutants_of((ROOT / target.module).read_text(), target.functions)
        assert made
        for name in (*target.tests, *UNRELATED):
            assert (ROOT / name).is_file(), name
