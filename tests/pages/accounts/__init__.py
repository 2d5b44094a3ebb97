"""Pages of accounts; what their tests share."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def csrf_of(client: FlaskClient, path: str = "/masuk") -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    return found[1] if found else ""


def sign_in_with(
    client: FlaskClient, username: str, password: str, *, address: str = "192.0.2.1"
) -> TestResponse:
    """Sign in through the page, as a browser does."""
    data: dict[str, Any] = {"username": username, "password": password}
    if token := csrf_of(client):
        data["csrf_token"] = token
    return client.post("/masuk", data=data, environ_overrides={"REMOTE_ADDR": address})


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie.get("_user_id"))
