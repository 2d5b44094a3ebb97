"""The main job in a real browser: the operator records, the camat verifies, BP3MI takes it home."""

import re
from io import BytesIO

import openpyxl
import pytest

from registry.accounts.roles import Role
from tests.factories import PASSWORD, make_nik, make_user


def sign_in(page, user):
    page.goto("/masuk")
    page.get_by_label("Nama pengguna").fill(user.username)
    page.get_by_label(re.compile("^Kata sandi")).fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def sign_out(page):
    page.context.clear_cookies()


def record(page, nik, name):
    """From the first page to the submitted record; answers its registration number."""
    page.get_by_role("link", name="Catat keberangkatan").first.click()
    page.get_by_label("NIK, nama, atau nomor telepon").fill(nik)
    page.locator("main").get_by_role("button", name="Cari").click()
    page.get_by_role("button", name=re.compile("catat warga baru")).click()
    page.get_by_label("Nama", exact=True).fill("")
    page.get_by_role("button", name="Simpan dan lanjut").click()
    summary = page.locator(".error-summary")
    assert summary.get_by_role("link", name="Isi nama warga.").is_visible()
    assert page.get_by_label(re.compile("^NIK")).input_value() == nik
    page.get_by_label("Nama", exact=True).fill(name)
    page.get_by_role("button", name="Simpan dan lanjut").click()
    page.get_by_label(re.compile("^RT")).fill("3")
    page.get_by_role("button", name="Simpan dan lanjut").click()
    page.get_by_label(re.compile("^Negara tujuan")).select_option("TW")
    page.get_by_label(re.compile("^Skema")).select_option("p_to_p")
    page.get_by_label(re.compile("^Jabatan")).select_option("caregiver")
    page.get_by_label(re.compile("^Tanggal rencana")).fill("2027-03-01")
    page.get_by_role("button", name="Simpan dan lanjut").click()
    page.locator("[name=paspor-status]").select_option("ada")
    page.get_by_role("button", name="Simpan dan lanjut").click()
    assert page.get_by_text("Semua isian pokok sudah ada.").is_visible()
    page.get_by_role("button", name="Ajukan ke kecamatan").click()
    return re.search(r"PM-\d{4}-\w{5}", page.locator("h1").inner_text()).group(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_village_to_the_workbooks(app, browser, address, javascript):
    operator = make_user()
    reviewer, office = make_user(role=Role.REVIEWER), make_user(role=Role.BP3MI)
    context = browser.new_context(
        base_url=address,
        viewport={"width": 360, "height": 740},
        java_script_enabled=javascript,
        locale="id-ID",
    )
    page = context.new_page()
    sign_in(page, operator)
    number = record(page, make_nik(), "Dewi Lestari Ningsih")
    page.get_by_role("link", name="Surat izin keluarga").click()
    page.get_by_label("Nomor surat").fill("470/12/2026")
    page.get_by_label("Nama yang memberi izin").fill("Slamet Riyadi")
    page.get_by_label(re.compile("^Hubungan")).select_option("suami")
    page.get_by_role("button", name="Simpan dan buka surat").click()
    assert page.get_by_text("Mengetahui, Kepala Desa Sukadana").is_visible()
    for size in ({"format": "A4"}, {"width": "215mm", "height": "330mm"}):
        printed = page.pdf(prefer_css_page_size=True, **size)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    sign_out(page)

    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, reviewer)
    page.get_by_role("link", name="Periksa", exact=True).click()
    page.get_by_role("link", name="Dewi Lestari Ningsih").click()
    page.get_by_role("button", name="Verifikasi").click()
    assert page.get_by_text("Catatan diverifikasi.").is_visible()
    sign_out(page)

    sign_in(page, office)
    for code in ("18", "1807", "180701"):
        page.goto(f"/dasbor/{code}")
        total = page.locator(".big-number").filter(has_text="Jumlah PMI")
        assert total.locator(".big-number-value").inner_text() == "1"
    total.get_by_role("link").click()
    assert page.locator("main tbody tr").count() == 1
    assert page.get_by_text("D•• L•• N••").is_visible()
    people = openpyxl.load_workbook(BytesIO(download(page, "/ekspor/keberangkatan.xlsx")))
    rows = list(people["Data"].values)
    assert [row[0] for row in rows[1:]] == [number]
    assert "Dewi" not in str(rows)
    summary = openpyxl.load_workbook(BytesIO(download(page, "/ekspor/rekap.xlsx")))
    found = [row for row in summary["Per Wilayah"].values if "Kabupaten Lampung Timur" in row]
    assert 1 in found[0]
    context.close()


def download(page, path):
    answer = page.context.request.get(path)
    assert answer.ok
    return answer.body()
