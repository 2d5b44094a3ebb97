"""Headers, cookies, and forms that another site sends."""

import pytest

from registry.security import HEADERS, TRANSPORT_SECURITY
from tests.factories import PASSWORD, make_user
from tests.page import token

LOOPBACK = "http://127.0.0.1:8000"
OFFICE = "https://pamit.example"


@pytest.mark.parametrize("path", ["/masuk", "/tidak-ada", "/kesehatan", "/keberangkatan"])
def test_every_answer_carries_exactly_the_written_headers(client, path):
    answer = client.get(path)
    said = {name: answer.headers.get(name) for name in HEADERS}
    assert said == HEADERS
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_transport_security_is_said_over_tls_only(client):
    answer = client.get("/masuk", base_url=OFFICE)
    assert answer.headers["Strict-Transport-Security"] == TRANSPORT_SECURITY


@pytest.mark.parametrize(("base", "secure"), [(LOOPBACK, False), (OFFICE, True)])
def test_the_session_cookie_is_secure_everywhere_but_on_loopback(client, base, secure):
    cookie = client.get("/masuk", base_url=base).headers["Set-Cookie"]
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_in_works_over_tls_without_a_referrer(app, client):
    user = make_user()
    page = client.get("/masuk", base_url=OFFICE)
    answer = client.post(
        "/masuk",
        base_url=OFFICE,
        headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        data={"csrf_token": token(page), "username": user.username, "password": PASSWORD},
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused(client, headers):
    page = client.get("/masuk")
    answer = client.post("/masuk", headers=headers, data={"csrf_token": token(page)})
    assert answer.status_code == 403


def test_a_form_without_its_token_is_refused(sign_in, app):
    client = sign_in(make_user())
    assert client.post("/keberangkatan/baru", data={"cari": "x"}).status_code == 400
