"""The app on a fresh database for each test: SQLite, or PostgreSQL with --database=postgresql."""

import contextvars
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from werkzeug.routing import Rule, rules

from registry import create_app
from registry.accounts.models import User
from registry.config import Settings
from registry.db import db
from registry.sealing import create_keyring
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.leaks import leaks_in
from tests.listening import OUTPUT, Listener
from tests.page import check_page

LISTENER = Listener()
SECRET = b"a secret of tests, at least 32 bytes long"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", default="sqlite", choices=("sqlite", "postgresql"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print each `NOT RUN: ...` of the run on a line of its own; it is never counted as passed."""
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if "NOT RUN:" in reason:
            terminalreporter.write_line(reason[reason.index("NOT RUN:") :])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    LISTENER.listen()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail whatever test made anything log a number or name of a person, netted or not.

    So does what its servers wrote, from their start until they ended.
    """
    report = yield
    said, written = LISTENER.take(), OUTPUT.take()
    if item.get_closest_marker("plants_numbers"):
        said = ""  # the net is what is tried: what came through it still counts
    if found := leaks_in(f"{report.caplog}\n{said}\n{written}"):
        report.outcome = "failed"
        report.longrepr = f"{found} stands in the log, or would without the net under it"
    return report


@pytest.fixture(scope="session", autouse=True)
def addresses_built_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkey:
        _build_addresses_once(monkey)
        yield


@pytest.fixture(scope="session")
def keys_path() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pamit-keys-"))
    create_keyring(folder / "kunci.json")
    yield folder / "kunci.json"
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, keys_path: Path) -> Iterator[Databases]:
    """Hands out fresh copies of a migrated database with the regions of Lampung and West Java."""
    kind = (
        SqliteDatabases if request.config.getoption("--database") == "sqlite" else PostgresDatabases
    )
    made = kind(lambda url: settings_for(url, keys_path))
    gc.freeze()  # what every test shares is never garbage; each full collection would walk it again
    yield made
    made.close()


def settings_for(url: str, keys_path: Path) -> Settings:
    return Settings(
        instance_path=keys_path.parent, database_url=url, secret_key=SECRET, keys_path=keys_path
    )


@pytest.fixture
def settings(databases: Databases, keys_path: Path) -> Iterator[Settings]:
    url = databases.fresh()
    yield settings_for(url, keys_path)
    databases.drop(url)


class Client(FlaskClient):
    """A client whose requests share nothing with the test but the database.

    Without it they would run in the test's own context, where the first user who signed in would
    stay signed in, and behind the test's own transaction. A page that is sent in pieces is read to
    its end; with `buffered=False` the test reads it, inside `response.context`.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.rollback()
        is_whole, context = kwargs.setdefault("buffered", True), contextvars.Context()
        response = context.run(super().open, *args, **kwargs)
        response.context = context
        db.session.expire_all()
        # A number that somebody typed into an address is refused; nothing else may stand there.
        asked = "" if response.status_code == 400 else response.request.url
        for address in (asked, response.location or ""):
            assert not leaks_in(address), f"{leaks_in(address)} stands in an address"
        assert response.status_code != 429 or int(response.headers["Retry-After"]) > 0
        if is_whole and response.mimetype == "text/html" and not response.location:
            check_page(response.text, tokens=self.application.config["WTF_CSRF_ENABLED"])
        return response


class CompiledOnce(BytecodeCache):
    """Templates compiled once a run; each test makes an app of its own, which would begin anew."""

    def __init__(self) -> None:
        self.code: dict[tuple[object, ...], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get(self._key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[self._key(bucket)] = bucket.code

    def _key(self, bucket: Bucket) -> tuple[object, ...]:
        """A test that switches escaping off gets code of its own."""
        return bucket.key, bucket.checksum, bool(bucket.environment.autoescape)


TEMPLATES = CompiledOnce()


def _build_addresses_once(monkey: pytest.MonkeyPatch) -> None:
    """Compile addresses once a run: that takes nine tenths of the making of an app."""
    compile_anew = Rule._compile_builder
    made: dict[Any, Any] = {}

    def compile_builder(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in made:
            made[key] = compile_anew(rule, append_unknown)
        return made[key]

    monkey.setattr(Rule, "_compile_builder", compile_builder)
    monkey.setattr(rules, "_pythonize", cache(rules._pythonize))


# By the kind of database: the statements compiled in a run, and what they were compiled for.
STATEMENTS: dict[str, dict[Any, Any]] = {}
DIALECTS: dict[str, Dialect] = {}


def make_app(settings: Settings) -> Flask:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = TEMPLATES
    with app.app_context():
        _compile_statements_once(db.engine)
    return app


def _compile_statements_once(engine: Engine) -> None:
    """Let tests share compiled statements: each makes an engine, which would begin with none.

    Compiling takes half the time of a page. What is compiled is known by its dialect, shared too.
    """
    kind = engine.dialect.name
    engine.dialect = DIALECTS.setdefault(kind, engine.dialect)
    engine.update_execution_options(compiled_cache=STATEMENTS.setdefault(kind, {}))


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = make_app(settings)
    app.testing = True
    app.test_client_class = Client
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], FlaskClient]:
    """A client with an open session of the account, without the cost of the password."""
    return lambda user: signed_in(app, user)


def signed_in(app: Flask, user: User) -> FlaskClient:
    """A client of the app with an open session of the account."""
    from registry.accounts.access import open_session

    client = app.test_client()
    session = open_session(user, "uji")
    db.session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = session.token
        cookie["_fresh"] = True
    return client


os.umask(0o077)
