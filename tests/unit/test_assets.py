"""Assets are small, linked by the hash of their content, and never sent uncompressed in vain."""

import gzip
import re

import brotli
import pytest
from flask import Flask

from registry.assets import (
    BOOTSTRAP,
    STATIC,
    all_assets,
    init_assets,
    serve,
    without_unused,
)

STYLE_BUDGET = 32 * 1024
SCRIPT_BUDGET = 8 * 1024
MODULE_LINES = 120


def test_style_and_scripts_stay_within_the_budget_of_a_slow_line():
    assets = all_assets()
    assert len(assets["app.css"].gzipped) <= STYLE_BUDGET
    scripts = [asset for name, asset in assets.items() if name.endswith(".js")]
    assert sum(len(script.gzipped) for script in scripts) <= SCRIPT_BUDGET


@pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_modules_are_short_and_write_no_markup(path):
    source = path.read_text("utf-8")
    assert source.count("\n") <= MODULE_LINES
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", source)


@pytest.mark.parametrize("path", sorted(STATIC.glob("js/*.js")), ids=lambda path: path.name)
def test_modules_write_no_property_whose_name_came_from_elsewhere(path):
    source = path.read_text("utf-8")
    careless = r"__proto__|\bprototype\b|Object\.assign|JSON\.parse|\]\s*=[^=]|for \(.* in "
    assert not re.search(careless, source)
    assert re.search(careless, "target[key] = value")


def test_the_loader_names_modules_by_their_hashes():
    assets = all_assets()
    named = set(re.findall(r'import\("\./([^"]+)"\)', assets["app.js"].body.decode()))
    assert named
    assert named <= {asset.hashed_name for asset in assets.values()}


def test_every_body_survives_compression():
    for asset in all_assets().values():
        assert gzip.decompress(asset.gzipped) == asset.body
        assert brotli.decompress(asset.brotlied) == asset.body


def test_the_style_asks_for_nothing_from_elsewhere():
    css = all_assets()["app.css"].body.decode()
    assert "sourceMappingURL" not in css
    assert "@import" not in css
    assert all(url.startswith("data:") for url in re.findall(r'url\(["\']?([^)"\']+)', css))
    assert css.count("{") == css.count("}")
    assert "Licensed under MIT" in css  # Bootstrap's notice stays with its code


def test_only_rules_of_unused_families_are_cut():
    css = (
        ".btn{a:b}.modal-open .btn,.card{a:b}.carousel,.modal{a:b}"
        ".a:not(.dropdown-toggle){a:b}@media print{.navbar{a:b}.row{a:b}}"
        "@media print{.toast{a:b}}[data-bs-theme=dark]{a:b}@keyframes x{to{a:b}}"
    )
    assert without_unused(css) == (
        ".btn{a:b}.card{a:b}.a:not(.dropdown-toggle){a:b}@media print{.row{a:b}}"
        "@keyframes x{to{a:b}}"
    )


@pytest.mark.parametrize(
    "name",
    ["container", "row", "col-md-6", "form-control", "form-select", "btn", "table", "card"]
    + ["d-none", "mb-3", "visually-hidden", "text-end", "alert", "badge"],
)
def test_what_pages_lean_on_is_still_there(name):
    kept = without_unused(BOOTSTRAP.read_text("utf-8"))
    assert re.search(rf"[{{}},]\.{name}[{{,:]", kept)


@pytest.fixture(scope="module")
def client():
    app = Flask(__name__, static_folder=None)
    init_assets(app)
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_each_browser_gets_what_it_can_read(client, accepted, encoding):
    asset = all_assets()["app.css"]
    answer = client.get(f"/aset/{asset.hashed_name}", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    opened = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)(answer.data)
    assert opened == asset.body


def test_an_unchanged_asset_is_not_sent_again(client):
    url = f"/aset/{all_assets()['app.js'].hashed_name}"
    tag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("name", ["app.css", "app.000000000000.css", "..%2Fassets.py"])
def test_other_names_are_not_found(client, name):
    assert client.get(f"/aset/{name}").status_code == 404


def test_the_view_is_declared_public():
    assert serve.permission is None
