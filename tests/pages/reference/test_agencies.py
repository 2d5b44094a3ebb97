"""The lists of agencies: each with its licences and names, and what changes of them touch."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry.db import db
from registry.departures.models import Flag
from registry.enums import AgencyKind, LicenceStatus, Scheme
from registry.formatting import company_key, today
from registry.reference.models import Agency, AgencyLicence
from registry.reference.queries import match_agency, similar_agencies
from tests.factories import make_agency, make_departure, make_user
from tests.page import h1, links, post, rows, text_of, token

LIST = "/rujukan/p3mi"
NEW = f"{LIST}/baru"
TOLD = {"source": "Daftar kementerian, Juni 2026", "reason": "Daftar bulan Juni"}
AGENCY = {
    "name": "PT Maju Sejahtera",
    "status": "aktif",
    "number": "SIP3MI/1/2024",
    "licence_to": "2029-01-31",
    "valid_from": "2024-01-31",
    **TOLD,
}


def test_an_agency_is_added_with_its_licence(client, details):
    answer = post(client, NEW, AGENCY)
    assert (answer.status_code, answer.location) == (302, LIST)
    assert rows(client.get(LIST)) == [
        ["PT Maju Sejahtera", "SIP3MI/1/2024", "Aktif", "31 Januari 2029", TOLD["source"]]
    ]
    (entry,) = details()
    assert entry["sesudah"] == "PT Maju Sejahtera"
    assert (entry["daftar"], entry["alasan"]) == ("p3mi", TOLD["reason"])


@pytest.mark.parametrize(
    "name", ["PT Maju Sejahtera", "PT. MAJU SEJAHTERA", "maju sejahtera", "Maju  Sejahtera, PT"]
)
def test_an_agency_is_listed_once_however_it_is_written(client, name):
    post(client, NEW, AGENCY)
    answer = post(client, NEW, {**AGENCY, "name": name})
    assert "Nama ini sudah ada di daftar." in text_of(answer)
    assert db.session.scalar(select(func.count(Agency.id))) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("name", "", "Isi nama perusahaan."),
        ("name", "PT.", "Tulis nama perusahaannya, bukan hanya bentuk badannya."),
        ("name", "x" * 161, "Paling panjang 160 karakter."),
        ("name", "PT\x0bMaju", "Ada karakter yang tidak dapat disimpan."),
        ("source", "", "Tulis sumbernya."),
        ("reason", "", "Tulis alasan perubahan ini."),
        ("licence_to", "besok", "Tanggal tidak dikenal."),
        ("status", "hilang", "Pilihan tidak dikenal."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_saved(client, name, value, said):
    answer = post(client, NEW, {**AGENCY, name: value})
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert db.session.scalar(select(func.count(Agency.id))) == 0


def test_a_new_licence_closes_the_old_one_and_judges_its_departures(client, details):
    agency, other = make_agency("PT Maju"), make_agency("PT Mundur")
    operator = make_user()
    touched = make_departure(by=operator, agency_id=agency.id, agency_name=agency.name)
    make_departure(by=operator, agency_id=other.id, agency_name=other.name)
    page = f"{LIST}/{agency.id}"
    data = {"status": "dicabut", "number": "1", "valid_from": today().isoformat(), **TOLD}
    answer = post(client, f"{page}/izin", data)
    assert (answer.status_code, answer.location) == (302, page)
    said = text_of(client.get(page))
    assert "1 keberangkatan dinilai ulang." in said
    assert "Dicabut" in said
    assert "Aktif" in said
    old, new = db.session.scalars(
        select(AgencyLicence).where(AgencyLicence.agency_id == agency.id).order_by(AgencyLicence.id)
    )
    assert old.valid_to == today() - timedelta(days=1)
    assert (new.status, new.valid_to) == (LicenceStatus.REVOKED, None)
    flags = db.session.scalars(select(Flag).where(Flag.departure_id == touched.id))
    assert "R08" in {flag.rule for flag in flags if flag.state.is_open}
    assert details()[-1]["dinilai"] == 1


def test_a_licence_ends_on_the_list_unless_it_is_the_last(client):
    agency, _other = make_agency("PT Maju"), make_agency("PT Mundur")
    data = {"last_day": today().isoformat(), "reason": "Hilang dari daftar"}
    (licence,) = agency.licences
    path = f"{LIST}/{agency.id}/izin/{licence.id}/akhiri"
    assert post(client, path, data).status_code == 302
    assert db.session.get(AgencyLicence, licence.id).valid_to == today()
    last = db.session.scalars(select(AgencyLicence).where(AgencyLicence.id != licence.id)).one()
    answer = post(client, f"{LIST}/{last.agency_id}/izin/{last.id}/akhiri", data)
    assert "aturan R07, R08 tidak dapat dinilai" in text_of(answer)
    assert client.get(f"{LIST}/{agency.id}/izin/{last.id}/akhiri").status_code == 404


def test_a_former_name_stays_known(client):
    agency = make_agency("PT Maju")
    data = {"name": "PT Jaya Abadi", "address": "Jalan 1", "branch": "", "reason": "Ganti nama"}
    assert post(client, f"{LIST}/{agency.id}/ubah", data).status_code == 302
    assert h1(client.get(f"{LIST}/{agency.id}")) == "PT Jaya Abadi"
    for name in ("maju", "PT. JAYA ABADI"):
        assert match_agency(name).id == agency.id


def test_another_name_is_found_and_belongs_to_one(client):
    agency, other = make_agency("PT Maju Bersama"), make_agency("PT Mundur")
    data = {"name": "Mabersa", "reason": "Dikenal begitu"}
    assert post(client, f"{LIST}/{agency.id}/nama", data).status_code == 302
    assert match_agency("PT MABERSA").id == agency.id
    answer = post(client, f"{LIST}/{other.id}/nama", data)
    assert "Nama ini sudah ada di daftar." in text_of(answer)
    assert "PT Maju Bersama" in [text for text, _ in links(client.get(f"{LIST}?nama=mabersa"))]


def test_a_name_taken_by_mistake_is_removed_with_a_reason(client, details):
    agency = make_agency("PT Maju Bersama")
    post(client, f"{LIST}/{agency.id}/nama", {"name": "Mabersa", "reason": "Dikenal begitu"})
    departure = make_departure(by=make_user(), agency_id=agency.id, agency_name="PT Mabersa")
    page = client.get(f"{LIST}/{agency.id}")
    (path,) = [url for text, url in links(page) if text.startswith("Hapus")]
    assert "Tulis alasan perubahan ini." in text_of(post(client, path, {"reason": ""}))
    assert "R07" not in open_rules(departure)
    answer = post(client, path, {"reason": "Itu perusahaan lain"})
    assert (answer.status_code, answer.location) == (302, f"{LIST}/{agency.id}")
    assert match_agency("Mabersa") is None
    assert "R07" in open_rules(departure)
    entry = details()[-1]
    assert (entry["sebelum"], entry["alasan"], entry["dinilai"]) == (
        "Mabersa",
        "Itu perusahaan lain",
        1,
    )
    assert client.get(path).status_code == 404


def test_a_licence_is_corrected_on_its_own_day(client):
    agency = make_agency("PT Maju")
    path, data = f"{LIST}/{agency.id}/izin", {"valid_from": today().isoformat(), **TOLD}
    assert post(client, path, {"status": "dicabut", **data}).status_code == 302
    assert post(client, path, {"status": "skorsing", **data}).status_code == 302
    assert rows(client.get(LIST))[0][2] == "Diskors"
    assert "ditarik, semula mulai" in text_of(client.get(f"{LIST}/{agency.id}"))
    again = post(client, path, {"status": "skorsing", **data})
    assert "Isinya sama dengan baris yang sudah ada." in text_of(again)


def open_rules(departure):
    flags = db.session.scalars(select(Flag).where(Flag.departure_id == departure.id))
    return {flag.rule for flag in flags if flag.state.is_open}


def test_the_name_of_a_training_body_is_as_good_as_a_licence(client, details):
    path = "/rujukan/lpk-so"
    operator = make_user()
    values = {"scheme": Scheme.TRAINEE, "country": "JP", "training_body": "LPK Sakura Indah"}
    make_departure(by=operator, **values)
    assert post(client, f"{path}/baru", {**AGENCY, "name": "LPK Bunga"}).status_code == 302
    agency = db.session.scalars(select(Agency)).one()
    assert agency.kind is AgencyKind.SENDING_ORGANISATION
    post(client, f"{path}/{agency.id}/nama", {"name": "Sakura Indah", "reason": "Nama lain"})
    assert details()[-1]["dinilai"] == 1


def test_fifty_a_page_and_a_search_by_name(client):
    db.session.add_all(
        Agency(name=f"PT Contoh {n:03}", normal_name=company_key(f"PT Contoh {n:03}"))
        for n in range(120)
    )
    db.session.commit()
    seen, url = [], LIST
    for expected in (50, 50, 20):
        page = client.get(url)
        found = [row[0] for row in rows(page)]
        assert len(found) == expected
        seen += found
        url = next((u for text, u in links(page) if text == "Halaman berikutnya"), "")
    assert url == ""
    assert seen == [f"PT Contoh {n:03}" for n in range(120)]
    assert [row[0] for row in rows(client.get(f"{LIST}?nama=contoh+11"))][0] == "PT Contoh 110"
    assert "Tidak ada perusahaan dengan nama itu" in text_of(client.get(f"{LIST}?nama=tiada"))
    assert client.get(f"{LIST}?sesudah=x").status_code == 400


@pytest.mark.parametrize("name", ["PT Abdi Mitra", "abdi matrra", "PT ABDY MATRA", "Abdi Matra"])
def test_similar_names(app, name):
    make_agency("PT. ABDI MATRA")
    make_agency("PT Lain Sekali")
    assert [agency.name for agency in similar_agencies(name)] == ["PT. ABDI MATRA"]


@pytest.mark.parametrize("name", ["PT Sinar Jaya", "Abdi", "", "PT"])
def test_names_that_differ_are_not_similar(app, name):
    make_agency("PT. ABDI MATRA")
    assert similar_agencies(name) == []


class TestWhileTyping:
    """A name much like a listed one is asked about once; nothing typed is lost."""

    @pytest.fixture
    def recording(self, sign_in):
        operator = make_user()
        departure = make_departure(by=operator)
        return sign_in(operator), departure, f"/keberangkatan/{departure.id}/tujuan"

    def data(self, departure, **values):
        return {
            "versi": str(departure.revision),
            "country": "TW",
            "scheme": "p_to_p",
            "agency_choice": "",
            "job_title": "Perawat lansia",
            "recruiter_name": "Bu Ani",
            **values,
        }

    def test_it_is_asked_once_and_saved_when_ticked(self, recording):
        client, departure, path = recording
        make_agency("PT Abdi Matra")
        data = self.data(departure, agency_name="PT Abdi Mitra")
        assert "Memang tidak ada di daftar" not in text_of(client.get(path))
        answer = post(client, path, data)
        said = text_of(answer)
        assert answer.status_code == 200
        assert "Mirip dengan PT Abdi Matra. Pilih dari daftar" in said
        assert "PT Abdi Mitra" in answer.text
        assert "Bu Ani" in answer.text
        db.session.refresh(departure)
        assert departure.agency_name is None
        assert (
            client.post(
                path, data={**data, "csrf_token": token(answer), "agency_unlisted": "y"}
            ).status_code
            == 302
        )
        db.session.refresh(departure)
        assert (departure.agency_name, departure.agency_id) == ("PT Abdi Mitra", None)
        again = self.data(departure, agency_name="PT Abdi Mitra", recruiter_name="Bu Eni")
        assert post(client, path, again).status_code == 302

    @pytest.mark.parametrize("typed", ["PT. ABDI MATRA", "abdi matra", "PT Sinar Jaya", ""])
    def test_it_is_not_asked_otherwise(self, recording, typed):
        client, departure, path = recording
        make_agency("PT Abdi Matra")
        assert post(client, path, self.data(departure, agency_name=typed)).status_code == 302

    def test_a_name_that_is_the_company_s_no_more_is_shown_and_kept_as_typed(self, recording):
        client, _, _ = recording
        agency = make_agency("PT Abdi Matra")
        linked = {"agency_id": agency.id, "agency_name": "Matra Lama"}
        departure = make_departure(by=make_user(), **linked)
        path = f"/keberangkatan/{departure.id}/tujuan"
        page = client.get(path)
        assert 'value="Matra Lama"' in page.text
        assert f'value="{agency.id}" selected' not in page.text
        post(client, path, self.data(departure, agency_name="Matra Lama", recruiter_name="Bu Eni"))
        db.session.refresh(departure)
        assert departure.agency_name == "Matra Lama"

    def test_the_same_name_is_linked(self, recording):
        client, departure, path = recording
        agency = make_agency("PT Abdi Matra")
        post(client, path, self.data(departure, agency_name="abdi  matra"))
        db.session.refresh(departure)
        assert departure.agency_id == agency.id


def test_the_day_of_a_licence_may_lie_in_the_past(client):
    agency = make_agency("PT Maju")
    data = {"status": "skorsing", "valid_from": "2026-01-15", **TOLD}
    assert post(client, f"{LIST}/{agency.id}/izin", data).status_code == 302
    licences = db.session.scalars(select(AgencyLicence).order_by(AgencyLicence.id)).all()
    assert [row.valid_to for row in licences] == [date(2026, 1, 14), None]
