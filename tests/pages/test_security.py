"""Headers, cookies, and forms that another site sends."""

import hashlib
import secrets
from dataclasses import replace

import pytest
from flask import request
from itsdangerous import URLSafeTimedSerializer

from registry import create_app
from registry.accounts.access import public
from registry.accounts.browsers import this_browser
from registry.db import db
from registry.security import HEADERS, TRANSPORT_SECURITY
from tests.factories import PASSWORD, make_user
from tests.page import check_page, token

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


@pytest.mark.parametrize(
    ("base", "secure", "name"),
    [(LOOPBACK, False, "pamit"), (OFFICE, True, "__Host-pamit"),
     ("http://pamit.example", True, "__Host-pamit")],
)  # fmt: skip
def test_the_session_cookie_is_secure_everywhere_but_on_loopback(client, base, secure, name):
    cookie = client.get("/masuk", base_url=base).headers["Set-Cookie"]
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in cookie) is secure
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie  # with Secure and no Domain, what the name promises
    assert "Domain" not in cookie


# The cookie itself: signed, by one way only, with our own key


def signed(app, held, *, key=None, digest=hashlib.sha256, salt="cookie-session"):
    """A cookie of this content as somebody could make it."""
    options = {"key_derivation": "hmac", "digest_method": digest}
    maker = URLSafeTimedSerializer(key or app.secret_key, salt=salt, signer_kwargs=options)
    return maker.dumps(held)


def first_page(client, cookie):
    client.set_cookie("pamit", cookie, domain="localhost")
    return client.get("/akun/saya")


@pytest.fixture
def held(sign_in):
    """What the cookie of somebody signed in holds."""
    with sign_in(make_user()).session_transaction() as cookie:
        return dict(cookie)


def test_a_cookie_signed_as_ours_are_opens_the_session(app, client, held):
    assert len(held["_user_id"]) * 6 >= 256  # bits of the token, in base64
    assert first_page(client, signed(app, held)).status_code == 200


def test_the_token_of_a_form_is_signed_with_sha_256_too(client):
    signature = token(client.get("/masuk")).rpartition(".")[2]
    assert len(signature) * 6 // 8 == 32


FORGED = {
    "unsigned": lambda app, held: signed(app, held).rsplit(".", 1)[0] + ".",
    "edited": lambda app, held: "A" + signed(app, held),
    "another key": lambda app, held: signed(app, held, key=b"y" * 32),
    "another way of signing": lambda app, held: signed(app, held, digest=hashlib.sha1),
    "another purpose": lambda app, held: signed(app, held, salt="wtf-csrf-token"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_cookie_opens_nothing(app, client, held, kind):
    assert first_page(client, FORGED[kind](app, held)).location == "/masuk"


def test_a_cookie_is_worth_nothing_after_its_time(app, client, held, monkeypatch):
    old = signed(app, held)
    app.config["PERMANENT_SESSION_LIFETIME"] = -1
    assert first_page(client, old).location == "/masuk"


def test_a_cookie_stays_small_whatever_address_was_asked_for(client):
    asked = "/keberangkatan?q=" + secrets.token_urlsafe(6000)
    answer = client.get(asked)
    assert answer.location == "/masuk"
    assert len(answer.headers["Set-Cookie"].partition(";")[0]) <= 4096


# Where a link leads


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//jahat.example"])
def test_a_link_that_leaves_the_program_is_found_on_every_page(address):
    page = (
        '<!DOCTYPE html><html lang="id"><head><title>Uji</title></head>'
        '<body><h1>Uji</h1><a href="%s">x</a></body></html>'
    )
    for own in ("/akun/saya?q=a:b", "?q=a:b", "tel:+62"):
        check_page(page % own)
    with pytest.raises(AssertionError):
        check_page(page % address)


# Where a request comes from


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "192.0.2.1"), (1, "203.0.113.9"), (2, "6.6.6.6")]
)
def test_only_as_many_proxies_are_believed_as_there_are(settings, proxies, address):
    app = create_app(replace(settings, trusted_proxies=proxies))
    said = public(lambda: f"{this_browser().address} {request.host} {request.is_secure}")
    app.add_url_rule("/dari", "dari", said)
    headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "X-Real-IP": "7.7.7.7"}
    answer = app.test_client().get(
        "/dari", headers=headers, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
    )
    assert answer.text == f"{address} localhost False"
    with app.app_context():
        db.engine.dispose()


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


# What is not served


@pytest.mark.parametrize("path", ["/", "/masuk", "/akun/saya", "/keluar", "/kesehatan"])
def test_trace_and_unheard_of_methods_are_refused(sign_in, path):
    client = sign_in(make_user())
    for method in ("TRACE", "TRACK", "CONNECT", "PATCH"):
        answer = client.open(path, method=method, headers={"X-Rahasia": "12345"})
        assert answer.status_code in (400, 405), method
        assert "12345" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/instance/secret_key", "/wsgi.py", "/static/", "/aset/",
     "/aset/../wsgi.py", "/aset/%2e%2e/wsgi.py", "/docs/deploying.md", "/console", "/openapi.json"],
)  # fmt: skip
def test_no_file_of_the_program_no_folder_and_no_inner_page_is_served(sign_in, path):
    assert sign_in(make_user()).get(path).status_code == 404
