"""A list comes from a sheet: what it changes is shown first, and saved once."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from registry.audit.verify import verify_chain
from registry.db import db
from registry.enums import DestinationStatus, LicenceStatus
from registry.formatting import today
from registry.reference.lists import DATA, LISTS
from registry.reference.models import Agency, AgencyLicence, Destination, FeeCeiling
from registry.reference.queries import match_agency
from registry.reference_pages import sheets
from tests.factories import make_agency
from tests.page import hidden, links, post, text_of, token

UPLOAD = "/rujukan/p3mi/impor"
SAVE = f"{UPLOAD}/simpan"
HEADINGS = ("SIP3MI", "nama", "Berlaku Sampai", "STATUS", "Alamat", "Nama Lain")
REASON = {"reason": "Daftar kementerian bulan Juni"}


def book(rows, headings=HEADINGS):
    workbook = Workbook()
    for row in (headings, *rows):
        workbook.active.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def upload(client, data, name="daftar.xlsx", path=UPLOAD, **values):
    file = (io.BytesIO(data), name)
    told = {"valid_from": today().isoformat(), "source": "Daftar KP2MI Juni 2026", **values}
    return post(client, path, {"berkas": file, **told}, content_type="multipart/form-data")


def confirm(client, page, path=SAVE, **values):
    names = ("muatan", "dilihat")
    data = {name: hidden(page, name) for name in names} | {"csrf_token": token(page)}
    return client.post(path, data={**data, **REASON, **values})


def agency_count():
    return db.session.scalar(select(func.count(Agency.id)))


def licences_of(name):
    agency = match_agency(name)
    rows = select(AgencyLicence).where(AgencyLicence.agency_id == agency.id)
    return list(db.session.scalars(rows.order_by(AgencyLicence.id)))


def test_a_first_list_is_shown_and_then_saved(client, details):
    rows = [
        ("1/2024", "PT. ABDI MATRA", date(2029, 1, 31), "Aktif", "Jakarta", "Abdima; AM"),
        ("2/2024", "PT Sinar Jaya", "31/12/2028", "Dicabut", None, None),
    ]
    page = upload(client, book(rows))
    said = text_of(page)
    for words in ("PT. ABDI MATRA", "PT Sinar Jaya", "2 baru"):
        assert words in said, words
    assert agency_count() == 0
    answer = confirm(client, page)
    assert (answer.status_code, answer.location) == (302, "/rujukan/p3mi")
    assert agency_count() == 2
    assert match_agency("abdima").name == "PT. ABDI MATRA"
    (licence,) = licences_of("sinar jaya")
    assert (licence.status, licence.licence_to) == (LicenceStatus.REVOKED, date(2028, 12, 31))
    assert (licence.valid_from, licence.source) == (today(), "Daftar KP2MI Juni 2026")
    (entry,) = details()
    assert (entry["cara"], len(entry["baru"]), entry["alasan"]) == ("impor", 2, REASON["reason"])
    assert verify_chain().is_whole


def test_nobody_waits_for_a_file_that_is_being_read(client, monkeypatch):
    read, waiting = sheets.read_rows, []

    def reading(*args, **options):
        waiting.append(db.session().in_transaction())
        return read(*args, **options)

    monkeypatch.setattr(sheets, "read_rows", reading)
    page = upload(client, book([("1/2024", "PT Abdi", date(2029, 1, 31), "Aktif", None, None)]))
    assert "1 baru" in text_of(page)
    assert waiting == [False]


def test_what_changes_is_shown_with_before_and_after(client):
    make_agency("PT Abdi Matra", ends_on=date(2027, 1, 31))
    make_agency("PT Tetap", ends_on=date(2028, 6, 30))
    make_agency("PT Hilang")
    rows = [
        (None, "abdi matra", date(2029, 1, 31), None, None, None),
        (None, "Tetap, PT", date(2028, 6, 30), "aktif", None, None),
    ]
    page = upload(client, book(rows))
    said = text_of(page)
    assert "31 Januari 2027" in said
    assert "31 Januari 2029" in said
    for words in ("1 berubah", "1 tetap sama", "1 tidak ada di berkas", "PT Hilang"):
        assert words in said, words
    assert confirm(client, page).status_code == 302
    old, new = licences_of("abdi matra")
    assert old.valid_to == today() - timedelta(days=1)
    assert (new.licence_to, new.status) == (date(2029, 1, 31), LicenceStatus.ACTIVE)
    assert len(licences_of("tetap")) == 1
    assert licences_of("hilang")[0].valid_to is None


def test_who_is_gone_from_the_list_ends_only_when_asked_for(client, details):
    make_agency("PT Hilang")
    page = upload(client, book([("1", "PT Baru", None, None, None, None)]))
    assert confirm(client, page, end_gone="y").status_code == 302
    (licence,) = licences_of("hilang")
    assert licence.valid_to == today() - timedelta(days=1)
    assert len(details()[-1]["berakhir"]) == 1


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(("1", "PT Melati Bahari", None, "besok", None, None), id="a row in error"),
        pytest.param(("1", "PT Melati Bahri", None, None, None, None), id="a near name"),
    ],
)
def test_nobody_is_ended_while_a_row_may_stand_for_them(client, row):
    make_agency("PT Melati Bahari")
    page = upload(client, book([row]))
    answer = confirm(client, page, end_gone="y")
    assert "mungkin itu perusahaan yang akan diakhiri" in text_of(answer)
    assert licences_of("melati bahari")[0].valid_to is None


def test_a_near_name_that_is_a_company_of_its_own_lets_the_other_one_end(client):
    make_agency("PT Melati Bahari")
    page = upload(client, book([("1", "PT Melati Bahri", None, None, None, None)]))
    assert confirm(client, page, end_gone="y", **{"sama-2": "baru"}).status_code == 302
    assert licences_of("melati bahari")[0].valid_to == today() - timedelta(days=1)
    assert len(licences_of("melati bahri")) == 1
    page = text_of(client.get("/rujukan/p3mi"))
    assert "Diakhiri" in page


def test_confirming_twice_saves_once(client, details):
    page = upload(client, book([("1", "PT Baru", None, None, None, None)]))
    assert confirm(client, page).status_code == 302
    again = confirm(client, page)
    assert again.status_code == 409
    assert "Daftar berubah sejak halaman ini dibuka" in text_of(again)
    assert "tidak ada yang perlu disimpan" in text_of(again)
    assert agency_count() == 1
    assert len(details()) == 1


def test_a_reason_is_asked_for_and_the_rows_are_kept(client):
    page = upload(client, book([("1", "PT Baru", None, None, None, None)]))
    asked = confirm(client, page, reason="")
    assert asked.status_code == 200
    assert "Tulis alasan perubahan ini." in text_of(asked)
    assert confirm(client, asked).status_code == 302
    assert agency_count() == 1


def test_a_near_name_is_offered_and_may_be_taken_as_an_alias(client):
    agency = make_agency("PT Abdi Matra")
    page = upload(client, book([("1", "PT Abdi Mitra", None, None, None, None)]))
    assert "Mirip dengan PT Abdi Matra" in text_of(page)
    answer = confirm(client, page, **{"sama-2": str(agency.id)})
    assert answer.status_code == 302
    assert agency_count() == 1
    assert match_agency("abdi mitra").id == agency.id


def test_a_near_name_is_a_new_company_unless_said_otherwise(client):
    make_agency("PT Abdi Matra")
    page = upload(client, book([("1", "PT Abdi Mitra", None, None, None, None)]))
    assert confirm(client, page).status_code == 302
    assert agency_count() == 2


def test_a_new_company_is_shown_with_all_that_will_be_stored(client):
    page = upload(client, book([("7/2024", "PT Baru", date(2029, 1, 31), None, "Jakarta", None)]))
    said = text_of(page)
    for words in ("Nomor SIP3MI: 7/2024", "31 Januari 2029", "Status: Aktif", "Alamat: Jakarta"):
        assert words in said, words


def test_one_licence_number_belongs_to_one_company(client):
    rows = [("7/2024", "PT Baru", None, None, None, None), ("7/2024", "PT Lain", *[None] * 4)]
    page = upload(client, book(rows))
    assert "Nomor izin ini sudah dipakai di baris 2." in text_of(page)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("PT Satu", "Bersama"), ("PT Dua", "PT Bersama")),
        (("PT Satu", "Dua"), ("PT Dua", None)),
        (("PT Satu", None), ("PT Dua", "Lain; satu")),
    ],
)
def test_one_name_belongs_to_one_company_of_the_sheet(client, first, second):
    rows = [
        (str(number), name, None, None, None, other)
        for number, (name, other) in enumerate((first, second))
    ]
    page = upload(client, book(rows))
    assert "Nama di baris ini sudah dipakai di baris 2." in text_of(page)
    assert confirm(client, page).status_code == 302
    assert [agency.name for agency in db.session.scalars(select(Agency))] == ["PT Satu"]


def test_two_rows_are_not_taken_for_one_company(client):
    agency = make_agency("PT Abdi Matra")
    names = ("PT Abdi Mitra", "PT Abdi Motra")
    page = upload(
        client, book([(str(n), name, None, None, None, None) for n, name in enumerate(names)])
    )
    answer = confirm(client, page, **{"sama-2": str(agency.id), "sama-3": str(agency.id)})
    assert "Baris 2 dan 3 dipilih sebagai nama lain perusahaan yang sama." in text_of(answer)
    assert len(licences_of("Abdi Matra")) == 1
    answer = confirm(client, page, **{"sama-2": str(agency.id), "sama-3": "baru"})
    assert answer.status_code == 302
    assert agency_count() == 2


def test_the_same_day_s_list_may_be_sent_again_corrected(client):
    for status in ("Dicabut", "Aktif"):
        page = upload(client, book([("1", "PT Baru", None, status, None, None)]))
        assert confirm(client, page).status_code == 302
    wrong, right = licences_of("baru")
    assert (wrong.is_withdrawn, right.status) == (True, LicenceStatus.ACTIVE)


def test_bad_rows_are_told_by_number_and_left_out(client):
    rows = [
        ("1", "PT Baru", "kapan-kapan", None, None, None),
        ("2", None, None, None, None, None),
        ("3", "PT Baik", None, None, None, None),
        ("4", "PT. BAIK", None, None, None, None),
        ("5", "PT Lain", None, "entah", None, None),
    ]
    page = upload(client, book(rows))
    said = text_of(page)
    for words in (
        "Berlaku Sampai: Tanggal tidak dikenal.",
        "Nama belum diisi.",
        "Perusahaan ini sudah ada di baris 4.",
        "Status: Pilihan tidak dikenal.",
        "4 baris bermasalah",
    ):
        assert words in said, words
    assert confirm(client, page).status_code == 302
    assert [agency.name for agency in db.session.scalars(select(Agency))] == ["PT Baik"]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "daftar.xlsx", "kosong"),
        (b"bukan buku kerja", "daftar.xlsx", "bukan buku kerja Excel"),
        (b"PK\x03\x04rusak", "daftar.xlsx", "rusak"),
        (b"Nama;Status\n", "daftar.csv", "belum ada baris data"),
        (b"Status;Alamat\naktif;Jakarta\n", "daftar.csv", "Kolom Nama tidak ada."),
        (b"Nama\nPT Maju\n", "daftar.pdf", "Hanya berkas .xlsx"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(client, data, name, said):
    answer = upload(client, data, name)
    assert answer.status_code == 200
    assert said in text_of(answer)


@pytest.mark.parametrize(
    ("first", "ends", "said"),
    [
        (None, "1/1/1900", "Tahunnya terlalu lama."),
        ("9999-12-31", "1/1/2030", "lebih dari sepuluh tahun lagi"),
    ],
)
def test_days_of_a_mistyped_year_are_told_at_their_row(client, first, ends, said):
    day = {"valid_from": first} if first else {}
    page = upload(client, book([("1", "PT Baru", ends, None, None, None)]), **day)
    assert said in text_of(page)
    assert "1 baris bermasalah" in text_of(page)


def test_no_file_no_source(client):
    answer = post(client, UPLOAD, {"valid_from": today().isoformat()})
    assert "Pilih berkasnya." in text_of(answer)
    assert "Tulis sumbernya." in text_of(answer)


def test_a_csv_is_read_too(client):
    page = upload(client, b"Nama;Nomor SIP3MI\nPT Maju;7\n", "daftar.csv")
    assert confirm(client, page).status_code == 302
    assert licences_of("maju")[0].number == "7"


def test_more_rows_than_a_list_has_are_refused(client):
    rows = "".join(f"PT Contoh {n}\n" for n in range(2001))
    assert "lebih dari 2.000 baris" in text_of(upload(client, f"Nama\n{rows}".encode(), "a.csv"))


def test_rows_that_were_tampered_with_are_refused(client, sign_in, admin):
    page = upload(client, book([("1", "PT Baru", None, None, None, None)]))
    for sealed in ("", "bukan base64", hidden(page, "muatan")[:-8] + "AAAAAAA="):
        assert confirm(client, page, muatan=sealed).status_code == 400
    assert confirm(client, page, path="/rujukan/lpk-so/impor/simpan").status_code == 400
    assert agency_count() == 0


def test_the_template_is_read_back(client):
    for slug in ("p3mi", "lpk-so", "biaya", "persyaratan"):
        page = client.get(f"/rujukan/{slug}/impor")
        (url,) = [url for text, url in links(page) if text == "Unduh contoh"]
        sheet = load_workbook(io.BytesIO(client.get(url).data)).active
        assert sheet.max_column > 4


class TestOtherLists:
    """Any other list, by the names of its columns or their labels."""

    PATH = "/rujukan/biaya/impor"

    def send(self, client, text):
        return upload(client, text.encode(), "biaya.csv", path=self.PATH)

    def test_new_changed_same_and_bad(self, client, details):
        text = (
            "Negara;Pemberi kerja;Jumlah (rupiah)\n"
            "Taiwan;perseorangan;9.000.000\n"
            "Hong Kong;;8.000.000\n"
            ";;25.000.000\n"
            "Antah Berantah;;1\n"
            "Malaysia;;banyak\n"
        )
        page = self.send(client, text)
        said = text_of(page)
        for words in ("1 baru", "1 berubah", "1 tetap sama", "2 baris bermasalah", "Rp22.000.000"):
            assert words in said, words
        answer = confirm(client, page, path=f"{self.PATH}/simpan")
        assert (answer.status_code, answer.location) == (302, "/rujukan/biaya")
        rows = list(db.session.scalars(select(FeeCeiling).order_by(FeeCeiling.id)))
        assert [row.amount for row in rows] == [25_000_000, 22_000_000, 9_000_000, 8_000_000]
        assert rows[1].valid_to == today() - timedelta(days=1)
        (entry,) = details()
        assert (len(entry["baru"]), entry["menutup"]) == (2, [rows[1].id])

    def test_rows_of_later_days_may_stand_first(self, client):
        later, sooner = today() + timedelta(days=40), today() + timedelta(days=9)
        text = (
            f"Negara;Jumlah (rupiah);Berlaku mulai\nHK;9.000.000;{later}\nHK;8.000.000;{sooner}\n"
        )
        page = self.send(client, text)
        assert "2 baru" in text_of(page)
        assert confirm(client, page, path=f"{self.PATH}/simpan").status_code == 302
        rows = db.session.scalars(select(FeeCeiling).where(FeeCeiling.country == "HK"))
        assert {(row.amount, row.valid_from, row.valid_to) for row in rows} == {
            (8_000_000, sooner, later - timedelta(days=1)),
            (9_000_000, later, None),
        }

    def test_rows_that_contradict_each_other_are_told(self, client):
        text = (
            "Negara;Status\nJepang;Terbuka\nJP;Berisiko tinggi\nJP;Sering menjadi jalur transit\n"
        )
        path = "/rujukan/tujuan/impor"
        page = upload(client, text.encode(), "tujuan.csv", path=path)
        said = text_of(page)
        assert "Untuk hal dan hari yang sama sudah ada baris 2." in said
        assert "1 baris bermasalah" in said
        assert "2 baru" in said
        assert confirm(client, page, path=f"{path}/simpan").status_code == 302
        rows = db.session.scalars(select(Destination).where(Destination.country == "JP"))
        assert {row.status for row in rows} == {
            DestinationStatus.OPEN,
            DestinationStatus.TRANSIT_ROUTE,
        }

    @pytest.mark.parametrize(
        "slug",
        [item.slug for item in LISTS],
    )
    def test_what_ships_is_read_back_as_the_same(self, client, slug):
        data = (DATA / f"{slug}.csv").read_bytes()
        count = len(data.decode().strip().splitlines())
        page = upload(client, data, f"{slug}.csv", path=f"/rujukan/{slug}/impor")
        said = text_of(page)
        assert "0 baris bermasalah" in said
        assert "0 baru" in said
        assert "0 berubah" in said
        assert count > 1
        assert "Daftar sudah seperti berkas ini" in said
