"""The account pages' tests post without tokens, but where a test turns them on."""

import pytest
from flask import Flask


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    return app
