"""Headers of files, failures and downloads, and forms that another page made.

The headers of every route are looked at by the matrix.
"""

import io

import pytest
from flask import abort

from registry import security
from registry.accounts.access import public
from registry.accounts.roles import Role
from tests.factories import make_user
from tests.page import token
from tests.security.headers import wrong_headers


def test_files_failures_and_downloads_carry_them_too(walked_app, walk_in, monkeypatch):
    admin, operator = walk_in(make_user(role=Role.ADMIN)), walk_in(make_user())
    monkeypatch.setitem(walked_app.config, "MAX_CONTENT_LENGTH", 1000)
    broken = public(lambda: 1 / 0)
    monkeypatch.setitem(walked_app.view_functions, "health.show", broken)
    csrf = token(admin.get("/akun/saya"))
    page = admin.get("/masuk")
    css = admin.get("/akun/saya").text.split('href="/aset/')[1].split('"')[0]
    file = {"berkas": (io.BytesIO(bytes(2000)), "a.xlsx"), "csrf_token": csrf}
    answers = {
        302: page,
        500: admin.get("/kesehatan"),
        405: admin.put("/"),
        404: admin.get("/tidak-ada"),
        413: admin.post("/rujukan/p3mi/impor", data=file, content_type="multipart/form-data"),
        400: operator.get("/keberangkatan?apa=1"),
        200: operator.get("/ekspor/keberangkatan.xlsx"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status, answer.text[:200]
        assert wrong_headers(answer) == [], status
    streamed = admin.post("/rujukan/nilai-ulang", data={"csrf_token": csrf})
    assert (streamed.status_code, wrong_headers(streamed)) == (200, [])
    asset = admin.get(f"/aset/{css}")
    assert (asset.status_code, wrong_headers(asset, is_kept=True)) == (200, [])
    again = admin.get(f"/aset/{css}", headers={"If-None-Match": asset.headers["ETag"]})
    assert (again.status_code, wrong_headers(again, is_kept=True)) == (304, [])


@pytest.mark.parametrize(
    "flaw",
    [
        {"X-Frame-Options": "SAMEORIGIN"},
        {"Server": "Werkzeug"},
        {"Content-Security-Policy": "default-src *"},
        {"Content-Type": "text/html"},
        {"Content-Type": "application/json"},
    ],
)
def test_a_header_too_many_or_too_weak_is_found(walked_app, monkeypatch, flaw):
    monkeypatch.setattr(security, "HEADERS", {**security.HEADERS, **flaw})
    assert wrong_headers(walked_app.test_client().get("/masuk")) == list(flaw)


# Forms that another page made


def unsafe_routes(app):
    """Path of every route that takes a POST, with ids of nobody."""
    for rule in app.url_map.iter_rules():
        if "POST" not in rule.methods:
            continue
        values = dict.fromkeys(rule.arguments, 1)
        values |= {"slug": "p3mi" if '"p3mi"' in rule.rule else "tujuan", "code": "1807"}
        values |= {"name": "0" * 16, "pattern_id": "0"}
        if rule.endpoint == "departures.step":
            values["slug"] = "warga"
        with app.test_request_context():
            yield app.url_for(rule.endpoint, **{n: values[n] for n in rule.arguments})


def taken(app, client, **kwargs):
    """The statuses by path of a POST to every route; `kwargs` make it somebody else's form."""
    return {path: client.post(path, **kwargs).status_code for path in unsafe_routes(app)}


def test_no_route_takes_a_form_without_a_token_or_from_another_site(walked_app, walk_in):
    client = walk_in(make_user(role=Role.ADMIN))
    without = taken(walked_app, client)
    assert set(without.values()) == {400}, without
    csrf = {"csrf_token": token(client.get("/akun/saya"))}
    for headers in ({"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}):
        foreign = taken(walked_app, client, data=csrf, headers=headers)
        assert set(foreign.values()) == {403}, foreign
    assert len(without) > 50


def test_a_route_that_is_exempt_from_the_token_is_found(walked_app, walk_in):
    from registry.extensions import csrf

    @walked_app.post("/coba")
    @public
    @csrf.exempt
    def unguarded():
        abort(409)

    statuses = taken(walked_app, walk_in(make_user(role=Role.ADMIN)))
    assert statuses["/coba"] == 409
