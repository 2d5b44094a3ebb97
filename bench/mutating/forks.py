"""Runs of tests in forks of a process that has the program and the tests loaded and collected.

A changed function takes the place of the loaded one by its code, in the fork only.
"""

import ast
import gc
import importlib
import math
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from bench.mutating.faults import TELL, Key, Mutant, telling_calls

MOST_MEMORY = 3 * 2**30  # a loop without end that gathers things must not take the machine's
# Fixtures of the whole run.
KEPT = ("keys_path", "databases")
ROOT = str(Path(__file__).parents[2])
# Tests that measure time, or what only a calm machine can do, would blame the mutant for the load.
TIMED = ("take_the_same_time", "at_the_same_time")
NOWHERE: Key = ("", 0)


class Verdict(StrEnum):
    """What became of a mutant."""

    LIVES = "lives"
    FAILED = "a test failed"
    LATE = "a run over its time"


# What a fork answers in place of the test that failed.
UNMET, ALIVE = "the change could not be put in", "no test failed"


def in_fork(work: Callable[[], Any], limit: float) -> Any:
    """What `work` answers in a process of its own; None when it ran over its time."""
    handle, name = tempfile.mkstemp(prefix="pamit-mutant-")
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            said: object = work()
        except BaseException:
            said = RuntimeError(traceback.format_exc())
        Path(name).write_bytes(pickle.dumps(said))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    os.close(handle)
    said, written = None, Path(name).read_bytes()
    Path(name).unlink()
    if written:
        said = pickle.loads(written)  # noqa: S301 (our own child wrote it)
    elif os.WTERMSIG(status) != signal.SIGALRM:
        said = RuntimeError(f"a run ended by itself: {status}")
    if isinstance(said, RuntimeError):
        raise said
    return said


@dataclass(eq=False)
class Watching:
    """A plugin that leaves timed tests out, and keeps one database for all forks.

    Attributes:
        tree: where the tests run.
        ranks: of tests that run before others, by their id.
        called: by function, the tests that called it.
    """

    tree: Path
    ranks: Mapping[str, float] = field(default_factory=dict)
    called: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    durations: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    running: str = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [one for one in items if not any(name in one.nodeid for name in TIMED)]
        items.sort(key=lambda one: self.ranks.get(one.nodeid, math.inf))

    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        if fixturedef.argname not in KEPT:
            return None
        value = kept_database(self.tree)[fixturedef.argname]
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running = nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] += report.duration

    def note(self, key: Key) -> None:
        self.called[key].add(self.running)


def run_tests(tests: tuple[str, ...], plugin: Watching) -> int:
    """The exit code of the tests in the plugin's tree, in this process; they talk to a file."""
    tree = plugin.tree
    os.chdir(tree)
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", ROOT))]
    log = os.open(tree / "mutants.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestWarning")
    code = int(pytest.main([*options, *tests], plugins=[plugin]))
    if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError((tree / "mutants.log").read_text()[-3000:])
    return code


def kept_database(tree: Path) -> dict[str, Any]:
    """What the suite makes once a run, made once for all runs on the tree."""
    conftest = importlib.import_module("tests.conftest")
    folder = tree / "mutants-database"
    keys, template = folder / "kunci.json", folder / "template.sqlite"
    if not folder.exists():
        folder.mkdir()
        conftest.create_keyring(keys)
        made = conftest.SqliteDatabases(lambda url: conftest.settings_for(url, keys))
        shutil.copyfile(made.template, template)
        made.close()
    databases = object.__new__(conftest.SqliteDatabases)
    databases.folder, databases.template = folder, template
    return {"keys_path": keys, "databases": databases}


class Loaded:
    """What is loaded of one file: its functions by name and line.

    A function behind a cache cannot be changed here: only the first test that needs it calls it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.functions: dict[Key | None, list[FunctionType]] = defaultdict(list)
        for thing in gc.get_objects():
            if not isinstance(thing, FunctionType) or thing.__code__.co_filename != path:
                continue
            if not any(isinstance(one, _lru_cache_wrapper) for one in gc.get_referrers(thing)):
                key = thing.__code__.co_qualname, thing.__code__.co_firstlineno
                self.functions[key].append(thing)

    def put_in(self, mutant: Mutant, source: str) -> bool:
        """Give the loaded function the changed code; whether that could be done."""
        new = self._codes_of(mutant.applied(source)).get(mutant.key or NOWHERE)
        found = self.functions.get(mutant.key, [])
        if new is None or not found or len(found[0].__code__.co_freevars) != len(new.co_freevars):
            return False
        for function in found:
            function.__code__ = new
        return True

    @contextmanager
    def telling(self, note: Callable[[Key], None], source: str) -> Iterator[None]:
        """Within it each function says by its key that it was called; nothing else is slowed."""
        old = [(one, one.__code__) for found in self.functions.values() for one in found]
        new = self._codes_of(telling_calls(source))
        for function, code in old:
            told = new.get((code.co_qualname, code.co_firstlineno), code)
            if len(told.co_freevars) == len(code.co_freevars):
                function.__globals__[TELL], function.__code__ = note, told
        yield
        for function, code in old:
            function.__code__ = code

    def _codes_of(self, tree: ast.Module) -> dict[Key, CodeType]:
        codes = _codes(compile(tree, self.path, "exec"))
        return {(code.co_qualname, code.co_firstlineno): code for code in codes}


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@dataclass(eq=False)
class Trying(Watching):
    """The same, and then each mutant in a fork that has all tests collected.

    Attributes:
        watched: the file whose functions tell which test called them.
        attempts: called once all tests have passed, with what runs some of them in this process,
            the lowest number first, and answers which one failed, or ALIVE.
    """

    watched: Path = Path()
    attempts: Callable[[Callable[[dict[str, float]], str]], None] = lambda run: None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        with Loaded(str(self.watched)).telling(self.note, self.watched.read_text()):
            failed = self._first_failure(session, session.items)
        if failed:
            return True

        def run(tests: dict[str, float]) -> str:
            chosen = [item for item in session.items if item.nodeid in tests]
            chosen.sort(key=lambda item: tests[item.nodeid])
            return self._first_failure(session, chosen, self.durations) or ALIVE

        self.attempts(run)
        return True

    @staticmethod
    def _first_failure(
        session: pytest.Session, items: list[pytest.Item], usual: Mapping[str, float] | None = None
    ) -> str | None:
        """Run them up to the first that fails; one far over its usual seconds ends the process."""
        for item, after in zip(items, [*items[1:], None], strict=True):
            if usual is not None:
                signal.setitimer(signal.ITIMER_REAL, _limit(usual[item.nodeid]))
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.testsfailed:
                return item.nodeid
        return None


def _limit(seconds: float) -> float:
    """How long something may take that took so long on a machine which may be busier now."""
    return 20 + 5 * seconds


@dataclass(frozen=True)
class Warm:
    """What a process learned that has met the unchanged module and then each mutant in a fork.

    Attributes:
        took: seconds of the control.
        verdicts: by the number of the mutant, for those that could be put in and met a test.
        ranks: the tests that called the module, by their seconds.
    """

    took: float
    verdicts: dict[int, Verdict]
    ranks: dict[str, float]


def warm_up(
    tree: Path, module: str, named: tuple[str, ...], mutants: list[Mutant], until: float
) -> Warm | None:
    """What the tests say of the mutants; None when they fail on the unchanged module.

    After `until` no more mutants are tried.
    """
    began, path = time.monotonic(), tree / module
    verdicts: dict[int, Verdict] = {}
    took: list[float] = []

    def attempts(run: Callable[[dict[str, float]], str]) -> None:
        took.append(time.monotonic() - began)
        seconds = dict(plugin.durations)
        loaded, source = Loaded(str(path)), path.read_text()
        kills: Counter[str] = Counter()
        for number, mutant in enumerate(mutants):
            called_by = plugin.called.get(mutant.key or NOWHERE, set())
            # A quick test first, and one that noticed others before.
            tests = {name: seconds[name] / (1 + kills[name]) for name in called_by}

            def work(mutant: Mutant = mutant, tests: dict[str, float] = tests) -> str:
                return run(tests) if loaded.put_in(mutant, source) else UNMET

            if time.monotonic() > until:
                break
            limit = _limit(sum(seconds[name] for name in tests))
            if tests and (said := in_fork(work, limit)) != UNMET:
                kills[said] += 1
                verdicts[number] = {ALIVE: Verdict.LIVES, None: Verdict.LATE}.get(
                    said, Verdict.FAILED
                )

    plugin = Trying(tree, watched=path, attempts=attempts)
    if run_tests(named, plugin) != 0:
        return None
    callers = {name for names in plugin.called.values() for name in names}
    return Warm(took[0], verdicts, {name: plugin.durations[name] for name in callers})
