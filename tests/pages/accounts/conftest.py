"""Each request of a test client in a context of its own, as on a server."""

import contextvars
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.db import db


class FreshClient(FlaskClient):
    """A client whose requests share neither `g` nor the database session with the test."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture
def app(app: Flask) -> Flask:
    """Without CSRF tokens, but where a test turns them on."""
    app.test_client_class = FreshClient
    app.config["WTF_CSRF_ENABLED"] = False
    return app
