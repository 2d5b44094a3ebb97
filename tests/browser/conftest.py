"""A served app and a real Chromium, which may reach nothing but loopback."""

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from registry.accounts.models import User
from registry.db import db
from tests.browser.looking import Watch

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 15_000  # milliseconds; the machine may be busy
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("Chromium tidak ada; jalankan ./test, yang memasangnya.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # as gunicorn: one connection for a page and its files

    def log(self, *args: object) -> None:
        pass


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watch(address: str) -> Iterator[Watch]:
    """What the pages of this test complained about; must stay empty."""
    watch = Watch(address)
    yield watch
    assert watch.complaints == []


@pytest.fixture
def open_page(
    browser: Browser, address: str, watch: Watch, sign_in: Callable[[User], FlaskClient]
) -> Iterator[OpenPage]:
    """Opens a watched page in a browser of its own, signed in where a user is given."""
    contexts = []

    def opened(user: User | None = None, *, width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=address,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
        )
        contexts.append(context)
        if user is not None:
            cookie = sign_in(user).get_cookie("pamit")
            db.session.rollback()  # or the server would wait behind the test's own transaction
            assert cookie is not None
            context.add_cookies([{"name": "pamit", "value": cookie.value, "url": address}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        watch.over(page)
        return page

    yield opened
    for context in contexts:
        context.close()
