"""The main job, by real clicks: a village records, the kecamatan reviews, BP3MI counts."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.db import db
from registry.departures.models import Departure
from registry.enums import ReviewStatus
from registry.formatting import today
from registry.regions.queries import place
from tests.browser.conftest import OpenPage
from tests.factories import PASSWORD, make_departure, make_nik, make_user
from tests.pages.accounts import phone_code

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
NUMBER = re.compile(r"PM-\d{4}-[A-Z0-9]{5}")
MM_PER_POINT = 25.4 / 72


def enter(page: Page, user: User) -> None:
    """Sign in at the real form."""
    username, has_phone = user.username, user.has_second_factor
    db.session.rollback()  # or the server would wait behind the test's own transaction
    page.goto("/masuk")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi atau kode sekali pakai").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Masuk").click()
    if has_phone:
        page.get_by_label("Kode dari ponsel, atau kode pemulihan").fill(phone_code())
        page.locator("main").get_by_role("button", name="Masuk").click()
    expect(page).to_have_url(re.compile("/$"))


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def expect_heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def begin(page: Page, nik: str) -> None:
    """From the first page to the first step, by way of the search."""
    follow(page, "Catat keberangkatan")
    page.locator("#cari").fill(nik)
    press(page, "Cari")
    press(page, "Tidak ada di daftar: catat warga baru")
    expect_heading(page, "Siapa")
    expect(page.locator("#nik")).to_have_value(nik)


def fill_home(page: Page) -> None:
    expect_heading(page, "Alamat dan keluarga")
    page.locator("#address").fill("Dusun Sukamaju")
    page.locator("#rt").fill("3")
    page.locator("#rw").fill("1")
    page.locator("#phone").fill("0812 3456 7890")
    page.locator("#family_name").fill("Slamet")
    page.locator("#family_relation").select_option("ayah")
    press(page, "Simpan dan lanjut")


def fill_plan(page: Page) -> None:
    expect_heading(page, "Tujuan")
    page.locator("#country").select_option("TW")
    page.locator("#scheme").select_option("p_to_p")
    page.locator("#job_choice").select_option(index=1)
    page.locator("#agency_name").fill("PT Contoh Maju")
    page.locator("#planned_on").fill((today() + timedelta(days=60)).isoformat())
    press(page, "Simpan dan lanjut")


def fill_papers(page: Page) -> None:
    expect_heading(page, "Dokumen")
    page.locator("[name=paspor-status]").select_option("ada")
    press(page, "Simpan dan lanjut")
    expect_heading(page, "Ringkasan")


def registration_number(page: Page) -> str:
    found = NUMBER.search(page.locator("main").inner_text())
    assert found
    return found[0]


def pdf_sheets(content: bytes) -> list[tuple[int, int]]:
    """Width and height in millimetres of each page of a PDF as Chromium writes it."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b", content)), "unknown form of PDF"
    return [(round(float(w) * MM_PER_POINT), round(float(h) * MM_PER_POINT)) for w, h in boxes]


def printed_sheets(page: Page) -> list[tuple[int, int]]:
    """The sheets that the open page prints, once its style sheets have come."""
    page.wait_for_load_state()
    return pdf_sheets(page.pdf(prefer_css_page_size=True))


def counted(page: Page) -> int:
    """The headline number of the dashboard that is open."""
    stat = page.locator(".big-number", has_text="Jumlah PMI").locator(".big-number-value")
    return int(stat.inner_text().replace(".", ""))


def count_on_the_way_down(page: Page) -> list[int]:
    """The numbers of Lampung, its kabupaten and its kecamatan, reached by clicks."""
    page.goto("/dasbor")
    numbers = [counted(page)]
    for area in ("Kabupaten Lampung Timur", "Sukadana"):
        follow(page, area)
        numbers.append(counted(page))
    return numbers


def test_from_a_villages_form_to_the_provinces_workbooks(open_page: OpenPage) -> None:
    operator, camat = make_user(), make_user(role=Role.REVIEWER)
    analyst = make_user(role=Role.BP3MI)
    # Known already, so that every level shows a number before: one of the sister village.
    make_departure(by=make_user(area="1807012002"), village="1807012002")
    province, village, kecamatan = open_page(analyst), open_page(width=PHONE), open_page()
    before = count_on_the_way_down(province)

    enter(village, operator)
    number = _record_on_a_phone(village)
    _print_papers(village)

    enter(kecamatan, camat)
    _send_back(kecamatan, number)
    _mend_and_resubmit(village, number)
    _verify(kecamatan, number)

    assert count_on_the_way_down(province) == [n + 1 for n in before]
    _follow_the_number_and_take_the_workbooks(province, number)


def _record_on_a_phone(page: Page) -> str:
    begin(page, make_nik())
    page.locator("#nik").fill("18070112")  # too short
    page.locator("#name").fill("Dewi Lestari")
    press(page, "Simpan dan lanjut")
    expect(page).to_have_title(re.compile("^Galat: "))
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator(".error-summary a").first.click()
    expect(page.locator("#nik")).to_be_focused()
    expect(page.locator("#nik")).to_have_value("18070112")
    expect(page.locator("#name")).to_have_value("Dewi Lestari")
    page.locator("#nik").fill(make_nik())
    press(page, "Simpan dan lanjut")
    fill_home(page)
    fill_plan(page)
    fill_papers(page)
    number = registration_number(page)
    page.get_by_role("link", name="Ubah Dusun atau alamat").click()
    page.locator("#address").fill("Dusun Sukadamai")
    press(page, "Simpan dan kembali ke ringkasan")
    expect_heading(page, "Ringkasan")
    expect(page.locator("main")).to_contain_text("Dusun Sukadamai")
    press(page, "Ajukan ke kecamatan")
    expect(page.get_by_role("status")).to_contain_text("diajukan ke kecamatan")
    expect_heading(page, f"Catatan {number}")
    return number


def _print_papers(page: Page) -> None:
    record = page.url
    follow(page, "Surat izin keluarga")
    page.locator("#nomor").fill("470/12/2007/2026")
    press(page, "Simpan dan buka surat")
    expect_heading(page, "Surat Keterangan Izin Keluarga")
    assert printed_sheets(page) == [(210, 297)]
    page.get_by_role("link", name="Ganti ke kertas F4").click()
    expect(page.get_by_role("link", name="Ganti ke kertas A4")).to_be_visible()
    assert printed_sheets(page) == [(215, 330)]
    page.goto(record)
    follow(page, "Tanda terima")
    expect_heading(page, "Tanda Terima Pencatatan Keberangkatan")
    assert printed_sheets(page) == [(210, 297)]
    expect(page.locator("main")).to_contain_text("bukan izin berangkat")
    page.get_by_role("link", name="Kembali").click()
    expect(page).to_have_url(record)


def _open_from_queue(page: Page, number: str) -> None:
    page.locator(".site-nav").get_by_role("link", name="Periksa").click()
    page.locator("tr", has_text=number).get_by_role("link").click()
    expect_heading(page, f"Catatan {number}")


def _send_back(page: Page, number: str) -> None:
    _open_from_queue(page, number)
    page.get_by_text("Kembalikan ke desa dengan alasan").click()
    page.locator("#kembali-alasan").fill("Nama P3MI kurang lengkap.")
    press(page, "Kembalikan ke desa")
    expect(page.get_by_role("status")).to_contain_text("dikembalikan ke desa")


def _mend_and_resubmit(page: Page, number: str) -> None:
    page.goto("/")
    first = page.locator("main h2").first
    expect(first).to_contain_text("Perlu perbaikan")
    page.locator("tr", has_text=number).first.get_by_role("link").click()
    expect(page.locator(".callout").first).to_contain_text("Nama P3MI kurang lengkap.")
    follow(page, "Ubah data")
    page.get_by_role("link", name="Ubah P3MI").click()
    page.locator("#agency_name").fill("PT Contoh Maju Bersama")
    press(page, "Simpan dan kembali ke ringkasan")
    press(page, "Ajukan ke kecamatan")
    expect(page.locator(".tags")).to_contain_text("Diajukan")


def _verify(page: Page, number: str) -> None:
    _open_from_queue(page, number)
    press(page, "Verifikasi")
    expect(page.get_by_role("status")).to_contain_text("diverifikasi")
    expect(page.locator(".tags")).to_contain_text("Terverifikasi")


def _follow_the_number_and_take_the_workbooks(page: Page, number: str) -> None:
    page.goto("/dasbor")
    headline = counted(page)
    page.locator(".big-number", has_text="Jumlah PMI").get_by_role("link").click()
    expect(page.locator("tbody tr")).to_have_count(headline)
    expect(page.locator("tbody tr", has_text=number)).to_have_count(1)
    with page.expect_download() as download:
        follow(page, "Unduh Excel")
    assert download.value.suggested_filename.endswith(".xlsx")
    detail = load_workbook(_content(download.value.path()))
    numbers = [row[0] for row in detail["Data"].iter_rows(min_row=2, values_only=True)]
    assert number in numbers
    assert len(numbers) == headline
    page.goto("/")
    with page.expect_download() as download:
        follow(page, "Unduh rekap Excel")
    sheet = load_workbook(_content(download.value.path()))["Ringkasan"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    figures = dict(zip(rows["Angka"], rows["Jumlah"], strict=True))
    assert figures["Jumlah"] == headline


def _content(path: Path) -> io.BytesIO:
    return io.BytesIO(path.read_bytes())


def test_sign_in_and_the_first_step_by_keyboard_alone(open_page: OpenPage) -> None:
    operator = make_user()
    username, home = operator.username, place(operator.area_code).title
    db.session.rollback()
    page = open_page(width=DESK)
    page.goto("/masuk")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#username")).to_be_focused()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect_heading(page, home)

    _tab_to(page, page.locator("main a", has_text="Catat keberangkatan").first)
    page.keyboard.press("Enter")
    _tab_to(page, page.locator("#cari"))
    page.keyboard.type("Ratna Dewi")
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_role("button", name="Tidak ada di daftar: catat warga baru"))
    page.keyboard.press("Enter")
    expect_heading(page, "Siapa")
    expect(page.locator("#name")).to_have_value("Ratna Dewi")
    _tab_to(page, page.locator("#nik"))
    page.keyboard.type(make_nik())
    _tab_to(page, page.get_by_role("button", name="Simpan dan lanjut"))
    page.keyboard.press("Space")
    expect_heading(page, "Alamat dan keluarga")


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the element has the focus, which must be seen there."""
    for _ in range(40):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("e => getComputedStyle(e).outlineStyle")
            assert outline == "solid", "the focus cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_recording_without_javascript(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, javascript=False)
    enter(page, make_user())
    begin(page, make_nik())
    press(page, "Simpan dan lanjut")
    expect(page.locator(".error-summary")).to_contain_text("Isi nama warga.")
    page.locator("#name").fill("Dewi Lestari")
    press(page, "Simpan dan lanjut")
    fill_home(page)
    fill_plan(page)
    fill_papers(page)
    press(page, "Ajukan ke kecamatan")
    expect(page.locator(".tags")).to_contain_text("Diajukan")
    db.session.rollback()
    assert db.session.query(Departure).one().review_status is ReviewStatus.SUBMITTED


def test_a_second_press_makes_no_second_record(open_page: OpenPage) -> None:
    page = open_page(make_user(), width=PHONE)
    page.goto("/")
    begin(page, make_nik())
    page.locator("#name").fill("Dewi Lestari")
    page.get_by_role("button", name="Simpan dan lanjut").dblclick()
    expect_heading(page, "Alamat dan keluarga")
    db.session.rollback()
    assert db.session.query(Departure).count() == 1
