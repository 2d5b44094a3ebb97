"""Every role's pages at three widths: clean under axe, no sideways scroll, nothing from outside."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe

from registry.accounts.roles import GRANTS, Permission, Role
from registry.assets import all_assets
from registry.enums import ReviewStatus, Stage
from tests.browser.test_main_job import sign_in
from tests.factories import make_departure, make_user

WIDTHS = (320, 360, 1280)
STEPS = ("warga", "alamat", "tujuan", "dokumen", "ringkasan", "surat-izin", "tanda-terima")


@pytest.fixture
def people(app):
    """Records in every status, so that no page is empty."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    return [
        make_departure(by=operator),
        make_departure(by=operator, status=ReviewStatus.SUBMITTED),
        make_departure(by=operator, status=ReviewStatus.NEEDS_CORRECTION, reviewer=reviewer),
        make_departure(by=operator, stage=Stage.DEPARTED),
    ]


def paths_of(role, departure_id):
    granted = GRANTS[role]
    record = f"/keberangkatan/{departure_id}"
    found = ["/akun/saya", "/akun/kata-sandi", "/dasbor", "/tidak-ada"]
    if Permission.SEE_PEOPLE in granted:
        found += ["/", "/keberangkatan", "/keberangkatan?negara=JP", record]
    if Permission.RECORD in granted:
        found += ["/keberangkatan/baru", "/keberangkatan/baru/warga"]
        found += [f"{record}/{step}" for step in STEPS]
    if Permission.VERIFY in granted:
        found.append("/periksa")
    if Permission.MANAGE_ACCOUNTS in granted:
        found += ["/akun", "/akun/baru"]
    if Permission.MANAGE_REFERENCE in granted:
        found += ["/rujukan", "/rujukan/p3mi/baru", "/rujukan/sebutan/1804"]
    if Permission.SEE_JOURNAL in granted:
        found.append("/jurnal")
    return found


@pytest.mark.parametrize("role", list(Role))
def test_pages_are_clean_and_fit_every_width(app, browser, address, people, role):
    context = browser.new_context(base_url=address, locale="id-ID")
    page = context.new_page()
    complaints, foreign = [], []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith(address) else None)
    sign_in(page, make_user(role=role))
    for path in paths_of(role, people[0].id):
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, (path, width, overflow)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
    assert [c for c in complaints if "404" not in c] == []
    assert foreign == []
    context.close()


def test_a_failing_form_takes_the_reader_to_its_first_error(app, browser, address):
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sign_in(page, make_user())
    page.goto("/keberangkatan/baru/warga")
    page.locator("[name=nik]").fill("123")
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    assert summary.evaluate("e => e === document.activeElement")
    assert Axe().run(page).violations_count == 0
    summary.get_by_role("link", name="NIK harus 16 angka.").click()
    field = page.locator("#nik")
    assert field.evaluate("e => e === document.activeElement")
    assert field.get_attribute("aria-invalid") == "true"
    described = field.get_attribute("aria-describedby").split()
    assert "NIK harus 16 angka." in page.locator(f"#{described[-1]}").inner_text()
    context.close()


def test_pages_stay_within_their_budget(app, sign_in):
    """The page budget: HTML of 50 rows <= 14 KB, style <= 32 KB, scripts <= 8 KB, gzipped."""
    operator = make_user()
    for _ in range(51):
        make_departure(by=operator)
    page = sign_in(operator).get("/keberangkatan")
    html = len(gzip.compress(page.data, 9))
    assert html <= 14 * 1024, html
    sizes = {name: len(gzip.compress(asset.body, 9)) for name, asset in all_assets().items()}
    styles = sum(size for name, size in sizes.items() if name.endswith(".css"))
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
    assert styles <= 32 * 1024, styles
    assert scripts <= 8 * 1024, scripts
    assert html + styles + scripts <= 60 * 1024
