"""Light pages: what a phone on a bad line has to fetch, counted on the wire.

The budget is frontend.md's; the figures stand in each message, and are printed with `pytest -s`.
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import CDPSession, Page

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.assets import all_assets
from registry.db import db
from registry.enums import ReviewStatus
from tests.browser.conftest import OpenPage
from tests.factories import make_departure, make_user

pytestmark = pytest.mark.browser

KB = 1024
ROWS = 50
HTML, CSS, JS = 14 * KB, 32 * KB, 8 * KB
FIRST_VISIT, LATER_PAGE, REQUESTS = 60 * KB, 15 * KB, 6


@dataclass
class Traffic:
    """What crossed the wire, as the browser counted it: headers and compressed bodies."""

    sizes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def forget(self) -> None:
        self.sizes.clear()
        self.kinds.clear()
        self.addresses.clear()

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    def __str__(self) -> str:
        lines = [f"{self.sizes[one]:>7} {self.addresses.get(one, one)}" for one in self.sizes]
        return "\n".join([f"{self.total} bytes in {len(self.sizes)} requests", *lines])


def traffic_of(page: Page) -> Traffic:
    traffic = Traffic()
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def answered(event: dict) -> None:
        if event["response"]["url"].startswith("data:"):
            return
        traffic.addresses[event["requestId"]] = event["response"]["url"]
        traffic.kinds[event["requestId"]] = event["type"]

    def finished(event: dict) -> None:
        if event["requestId"] in traffic.addresses and event["encodedDataLength"]:
            traffic.sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    return traffic


@pytest.fixture
def users(app: Flask) -> dict[Role, User]:
    """A list of fifty and more, of a village whose names and agencies are as long as real ones."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    for number in range(ROWS + 3):
        verified = number % 3 == 0
        make_departure(
            by=operator,
            reviewer=reviewer,
            status=ReviewStatus.VERIFIED if verified else ReviewStatus.DRAFT,
            name=f"{('Siti', 'Sri', 'Nur', 'Dewi', 'Eka')[number % 5]} Rahmawati {number}",
            agency_name=f"PT Contoh Penempatan {number % 7}",
            country=("TW", "HK", "MY", "JP", "SG")[number % 5],
        )
    users = {role: make_user(role=role) for role in (Role.OPERATOR, Role.REVIEWER, Role.BP3MI)}
    db.session.rollback()
    return users


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.REVIEWER, Role.BP3MI], ids=lambda r: r.value)
def test_the_html_of_a_list_of_fifty(
    role: Role, users: dict[Role, User], sign_in: Callable[[User], FlaskClient]
) -> None:
    client = sign_in(users[role])
    sizes = {}
    for path in ("/", "/keberangkatan", "/periksa", "/dasbor"):
        answer = client.get(path)
        if answer.status_code == 200:
            sizes[path] = len(gzip.compress(answer.data, 6))
    said = f"{role.value}: " + ", ".join(f"{path} {size} B gz" for path, size in sizes.items())
    print(said)
    assert client.get("/keberangkatan").text.count("<tr>") == ROWS, "the list is not fifty long"
    assert max(sizes.values()) <= HTML, said


def test_the_style_and_the_scripts() -> None:
    assets = all_assets().values()
    css = sum(len(one.gzipped) for one in assets if one.name.endswith(".css"))
    js = sum(len(one.gzipped) for one in assets if one.name.endswith(".js"))
    said = f"CSS {css} of {CSS} B gz, JS {js} of {JS} B gz"
    print(said)
    assert css <= CSS, said
    assert js <= JS, said
    assert not any("@font-face" in one.body.decode() for one in assets if "css" in one.name)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BP3MI], ids=lambda role: role.value)
def test_a_first_visit_and_the_pages_after_it(
    role: Role, users: dict[Role, User], open_page: OpenPage
) -> None:
    page = open_page(users[role], width=360)
    traffic = traffic_of(page)
    page.goto("/keberangkatan", wait_until="networkidle")
    print(f"{role.value}, first visit: {traffic}")
    assert traffic.total <= FIRST_VISIT, str(traffic)
    assert len(traffic.sizes) <= REQUESTS, str(traffic)
    assert "Font" not in traffic.kinds.values(), str(traffic)
    record = page.locator("tbody th a").first.get_attribute("href") or ""
    for path in ("/", "/dasbor", record, "/keberangkatan"):
        traffic.forget()
        page.goto(path, wait_until="networkidle")
        print(f"{role.value}, later: {traffic}")
        assert traffic.total <= LATER_PAGE, str(traffic)
        assert len(traffic.sizes) <= REQUESTS, str(traffic)


def test_the_recording_pages_after_the_first_visit(
    users: dict[Role, User], open_page: OpenPage
) -> None:
    page = open_page(users[Role.OPERATOR], width=360)
    traffic = traffic_of(page)
    page.goto("/keberangkatan", wait_until="networkidle")
    record = page.locator("tbody th a").first.get_attribute("href") or ""
    for slug in ("warga", "alamat", "tujuan", "dokumen", "ringkasan", "surat-izin", "tanda-terima"):
        traffic.forget()
        page.goto(f"{record}/{slug}", wait_until="networkidle")
        print(f"{slug}: {traffic}")
        assert traffic.total <= LATER_PAGE, str(traffic)
