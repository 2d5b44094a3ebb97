"""One seeded database a module; each test works on a copy of its own."""

import contextvars
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.accounts.models import User
from registry.db import db
from tests.conftest import make_app, settings_for, signed_in
from tests.databases import Databases
from tests.security.world import World, make_world


class PlainClient(FlaskClient):
    """A client that shares nothing with the test and checks no page: the matrix has thousands."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        db.session.rollback()
        kwargs.setdefault("buffered", True)
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="module")
def seeded(databases: Databases, keys_path: Path) -> Iterator[tuple[str, World]]:
    """The database that every test of a module starts from, and what lies in it."""
    url = databases.fresh()
    app = make_app(settings_for(url, keys_path))
    with app.app_context():
        world = make_world()
        db.session.remove()
        db.engine.dispose()
    yield url, world
    databases.drop(url)


@pytest.fixture
def world(seeded: tuple[str, World]) -> World:
    return seeded[1]


@pytest.fixture
def walked_app(databases: Databases, keys_path: Path, seeded: tuple[str, World]) -> Iterator[Flask]:
    """The application on a copy of the seeded database."""
    url = databases.fresh(seeded[0])
    app = make_app(settings_for(url, keys_path))
    app.testing = True
    app.test_client_class = PlainClient
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def walk_in(walked_app: Flask) -> Callable[[User], FlaskClient]:
    """A client with an open session of the account."""
    return lambda user: signed_in(walked_app, user)
