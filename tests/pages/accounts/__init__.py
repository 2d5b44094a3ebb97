"""Pages of accounts; what their tests share."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts import totp
from registry.db import now
from tests.factories import PASSWORD, SECRET


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


def enter(client: FlaskClient, code: str, *, address: str = "192.0.2.1") -> TestResponse:
    """Write a code on the page of the second step."""
    data = {"code": code}
    if token := csrf_of(client, "/masuk/kode"):
        data["csrf_token"] = token
    return client.post("/masuk/kode", data=data, environ_overrides={"REMOTE_ADDR": address})


def phone_code(secret: bytes = SECRET, *, later: int = 0) -> str:
    """What the phone shows now, or some steps later."""
    return totp.code_at(secret, totp.step_at(now()) + later)


def owner(*, later: int = 0) -> dict[str, str]:
    """What the account's owner types to sign in again for one act; a code works once."""
    return {"password": PASSWORD, "code": phone_code(later=later)}


def sign_in_whole(client: FlaskClient, username: str, password: str) -> TestResponse:
    """Sign in with the password and, where it is asked for, the code of the phone."""
    answer = sign_in_with(client, username, password)
    return enter(client, phone_code()) if answer.location == "/masuk/kode" else answer
