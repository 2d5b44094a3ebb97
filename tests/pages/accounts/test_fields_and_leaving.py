"""Fields for passwords, a password that nobody has to change, and the way out on every page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.assets import STATIC
from registry.db import now
from tests.factories import PASSWORD, make_user
from tests.page import HTML, parsed
from tests.pages.accounts import sign_in_with

SignIn = Callable[[User], FlaskClient]
PLACES = {
    "/masuk": {"password": "current-password"},
    "/akun/kata-sandi": {
        "current_password": "current-password",
        "new_password": "new-password",
        "repeat_password": "new-password",
    },
    "/akun/ponsel": {"current_password": "current-password"},
    "/ekspor/keberangkatan": {"password": "current-password"},
}
QUESTIONS = re.compile(r"pertanyaan keamanan|petunjuk kata sandi|nama gadis|kata pengingat", re.I)


def fields_of_passwords(page: TestResponse) -> dict[str, str]:
    """Name and `autocomplete` of each field whose entry is hidden."""
    found = {}
    for field in parsed(page.text).iter(f"{HTML}input"):
        if field.get("type") == "password":
            found[field.get("name", "")] = field.get("autocomplete", "")
            assert field.get("maxlength") is None  # a long one is told, never cut
            assert field.get("readonly") is None
    return found


@pytest.mark.parametrize("path", PLACES)
def test_passwords_are_hidden_and_left_to_the_browsers_helpers(
    client: FlaskClient, sign_in: SignIn, path: str
) -> None:
    page = (client if path == "/masuk" else sign_in(make_user())).get(path)
    assert fields_of_passwords(page) == PLACES[path]
    assert not QUESTIONS.search(page.text)


def test_no_script_stands_in_the_way_of_pasting() -> None:
    for path in STATIC.glob("js/*.js"):
        assert not re.search(r"paste|beforeinput|keydown", path.read_text("utf-8")), path.name


def test_a_password_is_good_until_its_owner_changes_it(client: FlaskClient) -> None:
    user = make_user()
    with time_machine.travel(now() + timedelta(days=3 * 365), tick=False):
        assert sign_in_with(client, user.username, PASSWORD).location == "/"
        assert client.get("/akun/saya").status_code == 200


def pages_without_a_way_out(app: Flask, client: FlaskClient) -> tuple[list[str], int]:
    """Pages in the program's frame that offer no signing out, and how many were looked at."""
    lacking, seen = [], 0
    for rule in app.url_map.iter_rules():
        if rule.arguments or "GET" not in (rule.methods or ()):
            continue
        page = client.get(rule.rule)
        if page.status_code == 200 and page.mimetype == "text/html":
            seen += 1
            if 'action="/keluar"' not in page.text:
                lacking.append(rule.rule)
    return lacking, seen


PAPERS = {"/jurnal/kepala", "/jurnal/desa/cetak"}  # sheets to be printed


@pytest.mark.parametrize("role", Role)
def test_every_page_offers_signing_out(app: Flask, sign_in: SignIn, role: Role) -> None:
    lacking, seen = pages_without_a_way_out(app, sign_in(make_user(role=role)))
    assert set(lacking) <= PAPERS
    assert seen > 6
