"""Every page of every role, on a small phone, a phone, a desk and on paper."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, TimeoutError

from registry.accounts.roles import Role
from registry.db import db
from registry.enums import ReviewStatus, Stage
from tests.browser.conftest import OpenPage
from tests.browser.looking import faults
from tests.factories import make_departure, make_user

pytestmark = pytest.mark.browser

LONG_NAME = "Siti Nurhaliza Rahmawati Kusumaningtyas binti Abdurrahman Wahidin"
FILES = re.compile(r"\.(xlsx|csv|json|ods)$|^/kesehatan$")
MOST_SHAPES = 60

Record = dict[str, int]


@pytest.fixture
def records(app: Flask) -> Record:
    """A village with records in every status and stage, one of a person with a long name."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    plain = make_departure(by=operator)
    made = {
        "draft": plain,
        "needs_correction": make_departure(
            by=operator,
            reviewer=reviewer,
            status=ReviewStatus.NEEDS_CORRECTION,
            name=LONG_NAME,
            agency_name="PT Penempatan Tenaga Kerja Nusantara Sejahtera Abadi Bersama",
        ),
        "submitted": make_departure(by=operator, status=ReviewStatus.SUBMITTED),
        "verified": make_departure(by=operator, reviewer=reviewer, status=ReviewStatus.VERIFIED),
        "departed": make_departure(by=operator, stage=Stage.DEPARTED),
        "cancelled": make_departure(by=operator, stage=Stage.CANCELLED),
        "empty": make_departure(by=operator, country=None, planned_on=None, nik=None, phone=None),
    }
    ids = {name: departure.id for name, departure in made.items()}
    db.session.rollback()
    return ids


def shape(address: str) -> str:
    """The address without numbers and values, so that alike pages are looked at once."""
    url = urlsplit(address)
    names = sorted({part.split("=")[0] for part in url.query.split("&") if part})
    return re.sub(r"\d+", "N", url.path) + ("?" + "&".join(names) if names else "")


def walk(page: Page, starts: list[str]) -> Iterator[str]:
    """Open the pages that links lead to, one of each shape; those of `starts` all."""
    waiting, seen = deque(starts), {shape(start) for start in starts}
    while waiting:
        path = waiting.popleft()
        response = page.goto(path)
        assert response is not None
        assert response.ok, (path, response.status)
        yield path
        for link in page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.href)"):
            url = urlsplit(link)
            target = url.path + (f"?{url.query}" if url.query else "")
            if FILES.search(url.path) or shape(target) in seen or len(seen) > MOST_SHAPES:
                continue
            seen.add(shape(target))
            waiting.append(target)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_the_pages_of_a_role(role: Role, records: Record, open_page: OpenPage) -> None:
    page = open_page(make_user(role=role))
    starts = ["/"]
    if role is not Role.ADMIN:
        starts += [f"/keberangkatan/{number}" for number in records.values()]
    found, count = [], 0
    for _ in walk(page, starts):
        found += faults(page)
        count += 1
    assert found == []
    assert count > len(starts) + 2, "the navigation was not followed"


def test_pages_before_signing_in(open_page: OpenPage) -> None:
    page = open_page()
    found = []
    for _ in walk(page, ["/masuk"]):
        found += faults(page)
    page.locator("main").get_by_role("button", name="Masuk").click()
    found += faults(page)
    assert found == []


def test_pages_of_an_empty_village(open_page: OpenPage) -> None:
    found = []
    for role in (Role.OPERATOR, Role.REVIEWER, Role.BP3MI):
        page = open_page(make_user(role=role))
        for path in ("/", "/keberangkatan", "/keberangkatan?q=Siti+Aminah", "/dasbor"):
            page.goto(path)
            found += faults(page, widths=(360, 1280))
    assert found == []


def test_forms_with_mistakes(records: Record, open_page: OpenPage) -> None:
    """The steps, the letter and the small forms, each sent with something wrong."""
    page = open_page(make_user())
    mistakes = {
        "warga": ("#nik", "123"),
        "alamat": ("#phone", "bukan nomor"),
        "tujuan": ("#amount_asked", "banyak"),
        "dokumen": ("[name=paspor-expires_on-day]", "99"),
        "surat-izin": ("#nomor", ""),
    }
    found = []
    for slug, (field, wrong) in mistakes.items():
        page.goto(f"/keberangkatan/{records['needs_correction']}/{slug}")
        page.locator("details").evaluate_all("all => all.forEach(d => (d.open = true))")
        page.locator(field).first.fill(wrong)
        page.locator("main form button[type=submit]").first.click()
        found += _faults_of_a_mistake(page)
    page.goto("/keberangkatan/baru")
    page.locator("main form button[type=submit]").first.click()
    found += _faults_of_a_mistake(page)
    page.goto(f"/keberangkatan/{records['draft']}")
    page.locator("details", has_text="Batal berangkat").locator("summary").click()
    page.get_by_role("button", name="Tandai batal").click()
    found += _faults_of_a_mistake(page)
    assert found == []


def _faults_of_a_mistake(page: Page) -> list[str]:
    """As `faults`, and what axe cannot see: the focus, and each message tied to its control."""
    found = []
    summary = page.locator(".error-summary")
    try:
        summary.wait_for(timeout=10_000)
    except TimeoutError:
        return [f"{page.url}: no error summary"]
    if not summary.evaluate("element => element === document.activeElement"):
        found.append(f"{page.url}: the error summary lacks the focus")
    for link in summary.locator("a").all():
        target = page.locator(link.get_attribute("href") or "")
        if target.get_attribute("aria-invalid") != "true":
            found.append(f"{page.url}: {link.inner_text()} leads to a control that is not invalid")
        if not target.is_visible():
            found.append(f"{page.url}: {link.inner_text()} leads to a hidden control")
    return found + faults(page)


def test_refusals(records: Record, open_page: OpenPage) -> None:
    """404 outside the area, 403 for the wrong role, 400 for an unknown filter."""
    far = open_page(make_user(area="1807012002"))
    head = open_page(make_user(role=Role.VILLAGE_HEAD))
    operator = open_page(make_user())
    expected = [
        (far, f"/keberangkatan/{records['draft']}", 404),
        (far, "/tidak/ada", 404),
        (head, "/keberangkatan/baru", 403),
        (operator, "/keberangkatan?warna=biru", 400),
        (operator, "/keberangkatan?tahap=terbang", 400),
    ]
    found = []
    for page, path, status in expected:
        response = page.goto(path)
        assert response is not None
        if response.status != status:
            found.append(f"{path}: {response.status} instead of {status}")
        found += faults(page)
    assert found == []


def test_a_page_that_somebody_else_changed(records: Record, open_page: OpenPage) -> None:
    first, second = open_page(make_user()), open_page(make_user())
    path = f"/keberangkatan/{records['draft']}/alamat"
    for page, street in ((first, "Dusun Satu"), (second, "Dusun Dua")):
        page.goto(path)
        page.locator("#address").fill(street)
    first.get_by_role("button", name="Simpan dan lanjut").click()
    first.wait_for_url("**/tujuan")
    with second.expect_response(lambda answer: answer.request.method == "POST") as answer:
        second.get_by_role("button", name="Simpan dan lanjut").click()
    assert answer.value.status == 409
    assert second.locator("#address").input_value() == "Dusun Dua"
    assert "Dusun Satu" in second.locator(".callout-warning").inner_text()
    assert faults(second) == []


def test_a_record_that_somebody_else_submitted(records: Record, open_page: OpenPage) -> None:
    first, second = open_page(make_user()), open_page(make_user())
    for page in (first, second):
        page.goto(f"/keberangkatan/{records['draft']}")
    first.get_by_role("button", name="Ajukan ke kecamatan").click()
    first.wait_for_selector(".flashes")
    with second.expect_response(lambda answer: answer.request.method == "POST") as answer:
        second.get_by_role("button", name="Ajukan ke kecamatan").click()
    assert answer.value.status == 409
    assert faults(second) == []


def test_the_record_fits_a_printed_list_and_page(records: Record, open_page: OpenPage) -> None:
    """A record and a list leave the printer as A4 without cut-off columns."""
    page = open_page(make_user())
    for path in (f"/keberangkatan/{records['needs_correction']}", "/keberangkatan", "/dasbor"):
        page.goto(path)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 1000})  # A4 between its margins
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_language_can_be_changed(open_page: OpenPage) -> None:
    page = open_page(make_user())
    page.goto("/keberangkatan")
    page.get_by_role("button", name="English").click()
    page.wait_for_url("**/keberangkatan")
    assert page.locator("html").get_attribute("lang") == "en"
    assert faults(page) == []
