"""A dashboard in a browser: tables sort and copy themselves, a chart becomes a picture."""

from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from registry.accounts.roles import Role
from registry.db import db
from registry.formatting import today
from registry.reference.models import MapCell
from tests.browser.conftest import OpenPage
from tests.browser.looking import faults
from tests.factories import make_user
from tests.pages.dashboards.people import scatter

pytestmark = pytest.mark.browser

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def dashboard(app, open_page: OpenPage):
    scatter(300)
    user = make_user(role=Role.BP3MI)
    db.session.rollback()

    def opened(address: str = "/dasbor", *, javascript: bool = True, width: int = 1280) -> Page:
        page = open_page(user, javascript=javascript, width=width)
        page.goto(address)
        return page

    return opened


def column(page: Page, place: int) -> list[str]:
    rows = page.locator("table").first.locator("tbody tr")
    return [row.locator("th, td").nth(place).inner_text() for row in rows.all()]


def test_a_heading_sorts_its_table_and_says_which_way(dashboard):
    page = dashboard()
    heading = page.locator("table").first.locator("thead th.number").first
    by_server = column(page, 0)
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    numbers = [int(text.replace(".", "")) for text in column(page, 1)]
    assert numbers == sorted(numbers, reverse=True)
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert [int(text.replace(".", "")) for text in column(page, 1)] == sorted(numbers)
    assert sorted(column(page, 0)) == sorted(by_server) != column(page, 0)
    expect(page.locator("table").first.locator("tfoot th")).to_have_text("Jumlah")


def test_a_table_is_copied_for_a_report(dashboard):
    page = dashboard("/dasbor?tahun=2026&jk=P&skema=p_to_p")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".table-tool").first.click()
    expect(page.locator(".table-tool").first).to_have_text("Tersalin")
    copied = page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const text = async (type) => (await item.getType(type)).text();
          return [await text("text/plain"), await text("text/html")];
        }"""
    )
    title, where, filters, source, gap, heading, *rows = copied[0].splitlines()
    assert (title, gap) == ("Per wilayah", "")
    assert where == "Provinsi Lampung, Tahun 2026"
    assert filters == "Saringan: Skema: P to P (melalui P3MI); Jenis kelamin: Perempuan"
    assert source.startswith("Sumber: Pamit")
    assert str(today().year) in source
    assert heading.split("\t") == ["Kabupaten/Kota", "Jumlah", "Bagian"]
    assert [row.split("\t")[0] for row in rows] == [*column(page, 0), "Jumlah"]
    assert copied[1].count("<tr>") == len(rows) + 1
    assert "<svg" not in copied[1]
    assert all(f"{line}</p>" in copied[1] for line in (title, where, filters, source))


def test_a_chart_is_downloaded_as_a_picture(dashboard):
    page = dashboard()
    with page.expect_download() as waiting:
        page.locator(".figure-chart button").click()
    assert waiting.value.suggested_filename == "Keberangkatan per bulan.png"
    picture = Path(waiting.value.path()).read_bytes()
    assert picture.startswith(PNG)
    height = page.evaluate("document.querySelector('.figure-chart svg').viewBox.baseVal.height")
    heading_lines = 4  # title, place and period, filters, source
    assert int.from_bytes(picture[20:24]) >= 3 * (height + 15 * (heading_lines + 1))


COLOURS = """async (data) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const found = new Set();
  const bytes = pen.getImageData(0, 0, image.width, image.height).data;
  for (let at = 0; at < bytes.length; at += 4)
    found.add(`rgb(${bytes.slice(at, at + 3).join(", ")})`);
  return [...found];
}"""
FILLS = (
    """() => [...document.querySelectorAll(".tiles rect")].map((r) => getComputedStyle(r).fill)"""
)


def test_beside_a_wide_map_tables_have_their_tools_and_the_map_becomes_a_picture(app, dashboard):
    far = update(MapCell).where(MapCell.region_code == "1801")
    db.session.execute(far.values(grid_column=12))
    db.session.commit()
    page = dashboard()
    page.wait_for_selector(".tiles-wide")
    tables = page.locator(".table-frame > table")
    expect(page.locator(".table-frame + .table-tool")).to_have_count(tables.count())
    sorting = page.locator("table.sorts:not(:has(.sort-button))")
    expect(sorting).to_have_count(0)
    with page.expect_download() as waiting:
        page.locator(".map button").click()
    title = page.locator(".map figcaption").inner_text()
    assert waiting.value.suggested_filename == f"{title}.png"
    picture = b64encode(Path(waiting.value.path()).read_bytes()).decode()
    fills = set(page.evaluate(FILLS))
    assert len(fills) > 2
    assert fills <= set(page.evaluate(COLOURS, picture))


def test_paper_says_the_filters_that_the_screen_shows_as_chips(dashboard):
    page = dashboard("/dasbor?jk=P&publik=1")
    words = page.get_by_text("Saringan: Jenis kelamin: Perempuan; untuk publik")
    expect(words).to_be_hidden()
    page.emulate_media(media="print")
    expect(words).to_be_visible()
    expect(page.locator(".chips")).to_be_hidden()


def test_without_javascript_no_button_promises_anything(dashboard):
    page = dashboard(javascript=False)
    assert page.locator(".table-tool, .sort-button").count() == 0
    assert len(column(page, 0)) == 15


@pytest.mark.parametrize(
    "path",
    [
        *("/dasbor?tahun=2026", "/dasbor?publik=1", "/dasbor/1807/sunyi", "/dasbor/18/sunyi"),
        "/dasbor/18/p3mi",
    ],
)
def test_its_pages_hold_on_every_screen(dashboard, path):
    assert faults(dashboard(path)) == []
