"""What a shared computer still holds after somebody has signed out."""

import pytest
from flask import Flask
from playwright.sync_api import Page

from registry.db import db
from tests.browser.conftest import OpenPage
from tests.factories import make_departure, make_user

pytestmark = pytest.mark.browser

NAME = "Ratnaningsih Xaverius"
# All that a page can leave in a browser, but for the cookie that scripts cannot see.
STORED = """async () => ({
  local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie,
  databases: await indexedDB.databases(), caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {
    "local": {},
    "session": {},
    "cookies": "",
    "databases": [],
    "caches": [],
    "workers": 0,
}


def open_record(open_page: OpenPage) -> Page:
    user = make_user()
    path = f"/keberangkatan/{make_departure(by=user, name=NAME).id}"
    db.session.rollback()
    page = open_page(user)
    for address in ("/", "/keberangkatan", path, f"{path}/alamat"):
        page.goto(address)
    page.goto(path)
    assert NAME in page.content()
    return page


def test_the_browser_stores_nothing_of_the_pages(app: Flask, open_page: OpenPage) -> None:
    page = open_record(open_page)
    assert page.evaluate(STORED) == NOTHING
    page.evaluate("localStorage.setItem('nama', 'Ratna')")  # the canary
    assert page.evaluate(STORED) != NOTHING


def test_the_way_back_after_signing_out_shows_nobody(app: Flask, open_page: OpenPage) -> None:
    page = open_record(open_page)
    page.get_by_role("button", name="Keluar", exact=True).first.click()
    page.wait_for_url("**/masuk")
    for _step in range(3):
        page.go_back()
        assert NAME not in page.content()
        assert page.url.endswith("/masuk")
    held = page.context.cookies()
    assert [cookie["name"] for cookie in held] in ([], ["pamit"])
    assert all(cookie["httpOnly"] for cookie in held)
