"""Runs of tests in forks of a process that has the program and the tests loaded and collected.

A changed function takes the place of the loaded one by its code, in the fork only.
"""

import gc
import importlib
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from bench.mutating.faults import Key, Mutant

MOST_MEMORY = 3 * 2**30  # a loop without end that gathers things must not take the machine's
# Fixtures of the whole run.
KEPT = ("keys_path", "databases")
ROOT = str(Path(__file__).parents[2])
# Tests that measure time, or what only a calm machine can do, would blame the mutant for the load.
TIMED = ("take_the_same_time", "at_the_same_time")
NOWHERE: Key = ("", 0)
# What a fork answers whose change could not be put in.
UNMET = -1


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
    """A plugin that leaves timed tests out, keeps one database for all forks, and notes calls.

    Attributes:
        tree: where the tests run.
        watched: the file whose functions are noted, or None.
    """

    tree: Path
    watched: str | None = None
    called: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    durations: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    running: str = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [one for one in items if not any(name in one.nodeid for name in TIMED)]

    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        if fixturedef.argname not in KEPT:
            return None
        value = kept_database(self.tree)[fixturedef.argname]
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
        return value

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running = nodeid
        if self.watched:
            sys.settrace(self._note)
            threading.settrace(self._note)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] += report.duration

    def _note(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        if code.co_filename == self.watched:
            self.called[code.co_qualname, code.co_firstlineno].add(self.running)


def run_tests(tests: tuple[str, ...], plugin: Watching) -> int:
    """The exit code of the tests in the plugin's tree, in this process; they talk to a file."""
    tree = plugin.tree
    os.chdir(tree)
    sys.path[:] = [str(tree), *(path for path in sys.path if path not in ("", ROOT))]
    log = os.open(tree / "mutants.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    options = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestWarning")
    try:
        code = int(pytest.main([*options, *tests], plugins=[plugin]))
    finally:
        sys.settrace(None)
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
        codes = _codes(compile(mutant.applied(source), self.path, "exec"))
        new = next((c for c in codes if (c.co_qualname, c.co_firstlineno) == mutant.key), None)
        found = self.functions.get(mutant.key, [])
        if new is None or not found or len(found[0].__code__.co_freevars) != len(new.co_freevars):
            return False
        for function in found:
            function.__code__ = new
        return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


@dataclass(eq=False)
class Trying(Watching):
    """The same, and then each mutant in a fork that has all tests collected.

    Attributes:
        attempts: called once all tests have passed, with what runs some of them in this process and
            answers whether one failed.
    """

    attempts: Callable[[Callable[[dict[str, float]], bool]], None] = lambda run: None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self._has_failure(session, session.items):
            return True
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type] (None ends it)
        self.watched = None

        def run(tests: dict[str, float]) -> bool:
            chosen = [item for item in session.items if item.nodeid in tests]
            chosen.sort(key=lambda item: tests[item.nodeid])
            return self._has_failure(session, chosen)

        self.attempts(run)
        return True

    @staticmethod
    def _has_failure(session: pytest.Session, items: list[pytest.Item]) -> bool:
        for item, after in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            if session.testsfailed:
                return True
        return False


def warm_up(
    tree: Path, module: str, named: tuple[str, ...], mutants: list[Mutant], until: float
) -> tuple[float, dict[int, bool]] | None:
    """The time of a control, and which mutants that met tests were noticed; None when it fails.

    After `until` no more mutants are tried.
    """
    began, path = time.monotonic(), tree / module
    noticed: dict[int, bool] = {}
    took: list[float] = []

    def attempts(run: Callable[[dict[str, float]], bool]) -> None:
        took.append(time.monotonic() - began)
        loaded, source = Loaded(str(path)), path.read_text()
        for number, mutant in enumerate(mutants):
            called_by = plugin.called.get(mutant.key or NOWHERE, set())
            tests = {name: plugin.durations[name] for name in called_by}

            def work(mutant: Mutant = mutant, tests: dict[str, float] = tests) -> int:
                return int(run(tests)) if loaded.put_in(mutant, source) else UNMET

            if time.monotonic() > until:
                break
            if tests and (code := in_fork(work, 20 + 3 * sum(tests.values()))) != UNMET:
                noticed[number] = code != 0

    plugin = Trying(tree, watched=str(path), attempts=attempts)
    failed = run_tests(named, plugin) != 0
    return None if failed else (took[0], noticed)
