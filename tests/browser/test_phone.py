"""What only a narrow screen shows: long names, and the menu."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.looking import faults
from tests.factories import make_departure, make_user

pytestmark = pytest.mark.browser
WIDTH = 360


def test_a_name_without_blanks_stays_on_its_card(open_page: OpenPage) -> None:
    operator = make_user()
    departure = make_departure(by=operator, name="A" + "a" * 119)
    page = open_page(operator, width=WIDTH)
    for path in ("/", "/keberangkatan", f"/keberangkatan/{departure.id}"):
        page.goto(path)
        assert "aaaa" in page.locator("main").inner_text()
        wide = page.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => e.checkVisibility()"
            " && e.getClientRects().length && getComputedStyle(e).position !== 'absolute'"
            " && e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 80))"
        )
        assert wide == [], path
        assert faults(page, (WIDTH, 1280)) == []
        page.set_viewport_size({"width": WIDTH, "height": 740})


def test_the_menu_fills_the_screen_and_escape_closes_it(open_page: OpenPage) -> None:
    page = open_page(make_user(), width=WIDTH)
    page.goto("/")
    summary = page.locator(".site-menu > summary")
    summary.click()
    box = page.locator(".site-menu-panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, WIDTH)
    page.locator(".site-menu-panel a").first.focus()
    page.keyboard.press("Escape")
    assert not page.locator(".site-menu").evaluate("menu => menu.open")
    assert summary.evaluate("button => button === document.activeElement")


def test_a_day_stands_on_one_line_and_a_taken_nik_leads_on(open_page: OpenPage) -> None:
    operator = make_user()
    departure = make_departure(by=operator)
    page = open_page(operator, width=WIDTH)
    page.goto("/keberangkatan/baru/warga")
    page.fill("#nik", departure.resident.nik or "")
    page.fill("#name", "Orang Lain")
    tops = {
        page.locator(f"[name=birth_date-{part}]").evaluate("box => box.getBoundingClientRect().top")
        for part in ("day", "month", "year")
    }
    assert len(tops) == 1
    page.get_by_role("button", name="Simpan dan lanjut").click()
    assert faults(page, (WIDTH, 1280)) == []
    page.get_by_role("link", name=f"Buka catatan {departure.registration_number}").click()
    assert page.url.endswith(f"/keberangkatan/{departure.id}")
