"""Recording: search first, a draft each step, nothing typed is lost, nothing is made twice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry.accounts.roles import Role
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures import operations, queries
from registry.departures.models import Departure, Resident
from registry.enums import DocumentKind, ReviewStatus, Sex, Stage
from registry.formatting import today
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    VILLAGE,
    make_agency,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import h1, hidden, links, post, text_of, token

NEW = "/keberangkatan/baru"
PERSON = "/keberangkatan/baru/warga"


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def client(sign_in, operator):
    return sign_in(operator)


def save(client, path, **answers):
    """Save a step as its page shows it: token and version included."""
    page = client.get(path)
    data = {"csrf_token": token(page), "versi": hidden(page, "versi"), **answers}
    return client.post(path, data=data)


def test_a_known_person_is_picked_and_not_typed_again(client, operator):
    departure = make_departure(by=operator, name="Sri Wahyuni", stage=Stage.CANCELLED)
    found = post(client, NEW, {"cari": "wahyu"})
    assert "Sri Wahyuni" in text_of(found)
    assert f"/keberangkatan/baru/warga/{departure.resident_id}" in found.text


def test_a_person_with_a_running_departure_leads_to_that_record(client, operator):
    departure = make_departure(by=operator, name="Sri Wahyuni")
    found = post(client, NEW, {"cari": "sri"})
    assert f"Buka catatan {departure.registration_number}" in text_of(found)
    began_again = client.get(f"{PERSON}/{departure.resident_id}")
    assert began_again.location == f"/keberangkatan/{departure.id}"
    assert "masih punya keberangkatan yang berjalan" in text_of(client.get(began_again.location))
    answer = client.post(
        f"{PERSON}/{departure.resident_id}",
        data={"csrf_token": token(found), "kunci": "lain", "name": "Sri Wahyuni"},
    )
    assert answer.status_code == 409
    assert db.session.scalar(select(func.count(Departure.id))) == 1


@pytest.mark.parametrize(
    ("slug", "name", "words"),
    [
        ("tujuan", "job_title", "Jabatan {nik}"),
        ("tujuan", "recruiter_name", "Pak Agus {nik}"),
        ("tujuan", "employer_name", "{nik}"),
        ("tujuan", "agency_name", "PT {nik}"),
        ("tujuan", "training_body", "LPK {nik}"),
        ("tujuan", "job_order", "{nik}"),
        ("tujuan", "destination_city", "{nik}"),
        ("alamat", "address", "Dusun Satu, {nik}"),
        ("warga", "name", "Sri {nik}"),
    ],
)
@pytest.mark.parametrize("parted", [False, True])
def test_a_nik_written_where_all_may_read_it_is_refused_and_stays_typed(
    client, operator, slug, name, words, parted
):
    departure = make_departure(by=operator)
    nik = make_nik()
    typed = words.format(nik=f"{nik[:6]} {nik[6:12]}-{nik[12:]}" if parted else nik)
    answer = save(client, f"/keberangkatan/{departure.id}/{slug}", **{name: typed})
    assert answer.status_code == 200
    assert "Jangan tulis NIK atau nomor KK di sini" in text_of(answer)
    assert typed in answer.text
    db.session.expire_all()
    stored = db.session.get(Departure, departure.id)
    assert typed not in (getattr(stored, name, None), getattr(stored.resident, name, None))


def test_a_nik_with_an_open_departure_elsewhere_says_only_the_subdistrict(client, operator):
    elsewhere = make_user(area=FOREIGN_VILLAGE)
    nik = make_nik(region="320405")
    make_departure(by=elsewhere, village=FOREIGN_VILLAGE, nik=nik, name="Asep Rahasia")
    found = post(client, NEW, {"cari": nik})
    assert "terdaftar di kecamatan" in text_of(found)
    assert "Asep" not in found.text
    events = db.session.scalars(select(JournalEntry.event)).all()
    assert "nik.checked" in events


def test_a_name_and_a_village_are_enough_for_a_draft(client):
    answer = post(client, PERSON, {"kunci": "satu", "name": "Tanpa NIK"})
    assert answer.status_code == 302
    departure = db.session.scalars(select(Departure)).one()
    assert departure.review_status is ReviewStatus.DRAFT
    assert departure.registration_number.startswith(f"PM-{today().year}-")
    assert departure.resident.nik is None


def born(day):
    return {"birth_date-day": day, "birth_date-month": "3", "birth_date-year": "1998"}


NAMESAKE = "Warga dengan nama yang sama"
BORN_ALIKE = "Warga dengan nama dan tanggal lahir ini"


@pytest.mark.parametrize(
    ("first", "again", "told"),
    [
        (born("12"), born("12") | {"name": "dewi  LESTARI"}, BORN_ALIKE),
        ({"nik": make_nik()}, born("12"), BORN_ALIKE),
        ({}, {}, NAMESAKE),
        (born("12"), {}, NAMESAKE),
        ({}, born("12"), NAMESAKE),
        ({}, {"name": "dewi  LESTARI"}, NAMESAKE),
        ({"nik": make_nik()}, {"nik": make_nik()}, None),
        (born("12"), born("13"), None),
        ({}, {"name": "Dewi Lestar"}, None),
        ({}, {"name": "Dewi"}, None),
    ],
)
def test_a_namesake_is_told_of_unless_birth_date_or_nik_tell_them_apart(client, first, again, told):
    post(client, PERSON, {"kunci": "satu", "name": "Dewi Lestari"} | first)
    number = db.session.scalars(select(Departure.registration_number)).one()
    saved = post(client, PERSON, {"kunci": "dua", "name": "Dewi Lestari"} | again)
    assert saved.status_code == 302
    page = text_of(client.get(saved.location))
    said = [one for one in (NAMESAKE, BORN_ALIKE) if f"{one} sudah tercatat" in page]
    assert said == ([told] if told else [])
    assert (f"sudah tercatat di sini: {number}" in page) is bool(told)


@pytest.mark.parametrize(
    ("first", "again", "is_told"),
    [
        ("Nur'aini", "Nur Aini", True),
        ("Nur Aini", "Nuraini", True),
        ("Md. Ma'ruf", "Mohamed Ma ruf", True),
        ("Muhammad Ali", "Mhd Ali", True),
        ("Mada Ali", "Mohamed Ali", False),
        ("Nur Aini", "Aini Nur", False),
    ],
)
def test_a_namesake_is_told_of_however_the_name_is_spelt(client, first, again, is_told):
    for key, name in (("satu", first), ("dua", again)):
        saved = post(client, PERSON, {"kunci": key, "name": name} | born("12"))
    page = text_of(client.get(saved.location))
    assert ("sudah tercatat di sini" in page) is is_told


def test_a_namesake_of_another_village_is_not_told_of(client):
    somewhere = make_user(area=FOREIGN_VILLAGE)
    day = date(1998, 3, 12)
    make_departure(by=somewhere, village=FOREIGN_VILLAGE, name="Dewi Lestari", birth_date=day)
    saved = post(client, PERSON, {"kunci": "satu", "name": "Dewi Lestari"} | born("12"))
    assert "sudah tercatat di sini" not in text_of(client.get(saved.location))


def test_birth_date_and_sex_are_read_from_the_nik(client):
    nik = make_nik()
    post(client, PERSON, {"kunci": "satu", "name": "Dewi", "nik": nik})
    resident = db.session.scalars(select(Resident)).one()
    assert (resident.birth_date.year, resident.birth_date.month, resident.birth_date.day) == (
        1998,
        3,
        12,
    )
    assert resident.sex is Sex.FEMALE


def test_a_mismatch_with_the_nik_warns_and_is_saved(client):
    answer = post(client, PERSON, {"kunci": "satu", "name": "Dewi", "nik": make_nik(), "sex": "L"})
    page = client.get(answer.location)
    assert "Jenis kelamin berbeda dari NIK" in text_of(page)
    assert db.session.scalars(select(Resident)).one().sex is Sex.MALE


@pytest.mark.parametrize(
    ("nik", "message"),
    [("180701520398", "NIK harus 16 angka"), ("1807015213980001", "NIK ini tidak mungkin")],
)
def test_an_impossible_nik_is_refused_beside_its_field_and_the_name_stays(client, nik, message):
    answer = post(client, PERSON, {"kunci": "satu", "name": "Dewi Lestari", "nik": nik})
    assert answer.status_code == 200
    assert message in text_of(answer)
    assert "Dewi Lestari" in answer.text
    assert 'href="#nik"' in answer.text
    assert "<title>Galat: " in answer.text
    assert db.session.scalar(select(func.count(Departure.id))) == 0


def test_an_empty_name_is_told_in_indonesian(client):
    answer = post(client, PERSON, {"kunci": "satu", "name": " "})
    assert "Isi nama warga." in text_of(answer)


def test_a_second_click_makes_no_second_record(client):
    page = client.get(PERSON)
    data = {"csrf_token": token(page), "kunci": hidden(page, "kunci"), "name": "Dewi"}
    first, second = client.post(PERSON, data=data), client.post(PERSON, data=data)
    assert first.location == second.location
    assert db.session.scalar(select(func.count(Departure.id))) == 1


def test_a_nik_already_in_the_village_is_refused_beside_the_field(client, operator):
    nik = make_nik()
    recorded = make_departure(by=operator, nik=nik)
    answer = post(client, PERSON, {"kunci": "lain", "name": "Orang Lain", "nik": nik})
    assert "NIK ini sudah tercatat" in text_of(answer)
    number, path = recorded.registration_number, f"/keberangkatan/{recorded.id}"
    assert (f"Buka catatan {number}", path) in links(answer)
    other = make_departure(by=operator)
    step = f"/keberangkatan/{other.id}/warga"
    answer = post(client, step, {"name": "Orang Lain", "nik": nik, "versi": other.revision})
    assert "NIK ini sudah tercatat" in text_of(answer)
    assert (f"Buka catatan {number}", path) in links(answer)


def test_one_nik_saved_by_two_at_the_same_moment_is_told_to_the_second(
    client, operator, monkeypatch
):
    nik, look = make_nik(), operations._refuse_taken_nik
    make_departure(by=operator, nik=nik)
    looks = iter([lambda *_: None])  # the first look comes before the other was saved
    monkeypatch.setattr(operations, "_refuse_taken_nik", lambda *a: next(looks, look)(*a))
    answer = post(client, PERSON, {"kunci": "lain", "name": "Orang Lain", "nik": nik})
    assert answer.status_code == 200
    assert "NIK ini sudah tercatat" in text_of(answer)
    assert "Orang Lain" in answer.text
    assert db.session.scalar(select(func.count(Resident.id))) == 1


def test_one_form_sent_twice_at_the_same_moment_leads_to_the_one_record(client, monkeypatch):
    first = post(client, PERSON, {"kunci": "satu", "name": "Dewi"})
    look = queries.find_by_client_key
    looks = iter([lambda *_: None])
    monkeypatch.setattr(queries, "find_by_client_key", lambda *a: next(looks, look)(*a))
    second = post(client, PERSON, {"kunci": "satu", "name": "Dewi"})
    assert second.location.split("/")[:3] == first.location.split("/")[:3]
    assert db.session.scalar(select(func.count(Departure.id))) == 1


def test_two_records_of_one_person_are_not_edited_through_each_other(client, operator):
    old = make_departure(by=operator, stage=Stage.CANCELLED)
    new = operations.create(
        village_code=VILLAGE, resident=old.resident, values={}, by=operator, client_key="baru"
    )
    db.session.commit()
    path = f"/keberangkatan/{new.id}/alamat"
    page = client.get(path)
    save(client, f"/keberangkatan/{old.id}/alamat", address="Dusun Satu", rt="1", rw="1")
    data = {"csrf_token": token(page), "versi": hidden(page, "versi"), "address": "Dusun Dua"}
    answer = client.post(path, data=data)
    assert answer.status_code == 409
    assert "Dusun Satu" in text_of(answer)
    assert "Dusun Dua" in answer.text
    assert db.session.get(Departure, new.id).resident.address == "Dusun Satu"


def test_each_step_is_saved_and_the_summary_lists_what_is_missing(client, operator):
    departure = make_departure(by=operator, rt=None, planned_on=None)
    base = f"/keberangkatan/{departure.id}"
    page = client.get(f"{base}/ringkasan")
    assert "Masih kurang" in text_of(page)
    assert "Tanggal rencana berangkat" in text_of(page)
    answer = save(client, f"{base}/alamat", rt="7", rw="2", phone="0812-3456-7890")
    assert answer.location.endswith("/tujuan")
    resident = db.session.get(Departure, departure.id).resident
    assert (resident.rt, resident.rw, resident.phone) == ("007", "002", "+6281234567890")


def test_saving_from_the_summary_returns_to_the_summary(client, operator):
    departure = make_departure(by=operator)
    answer = save(client, f"/keberangkatan/{departure.id}/alamat", rt="7", kembali="ringkasan")
    assert answer.location.endswith("/ringkasan")


def test_the_checklist_of_papers_is_saved_with_number_and_dates(client, operator):
    departure = make_departure(by=operator)
    until = today() + timedelta(days=900)
    answer = save(
        client,
        f"/keberangkatan/{departure.id}/dokumen",
        **{
            "paspor-status": "ada",
            "paspor-number": "X7654321",
            "paspor-expires_on-day": str(until.day),
            "paspor-expires_on-month": str(until.month),
            "paspor-expires_on-year": str(until.year),
            "skck-status": "tidak_perlu",
        },
    )
    assert answer.status_code == 302
    stored = db.session.get(Departure, departure.id)
    passport = stored.document(DocumentKind.PASSPORT)
    assert (passport.number, passport.expires_on) == ("X7654321", until)
    assert "paspor" not in stored.documents_missing
    assert "visa_kerja" in stored.documents_missing


def test_a_wrong_date_of_a_paper_is_told_and_everything_typed_stays(client, operator):
    departure = make_departure(by=operator)
    answer = save(
        client,
        f"/keberangkatan/{departure.id}/dokumen",
        **{
            "paspor-status": "ada",
            "paspor-number": "X1",
            "paspor-expires_on-day": "31",
            "paspor-expires_on-month": "2",
            "paspor-expires_on-year": "2030",
        },
    )
    assert answer.status_code == 200
    assert "Tanggal ini tidak ada di kalender" in text_of(answer)
    assert 'value="X1"' in answer.text


def test_two_people_at_one_record_see_each_other_and_lose_nothing(client, operator, sign_in):
    departure = make_departure(by=operator, planned_on=None)
    path = f"/keberangkatan/{departure.id}/alamat"
    page = client.get(path)
    stale = {"csrf_token": token(page), "versi": hidden(page, "versi"), "rt": "009"}
    save(sign_in(make_user()), path, rt="005")
    answer = client.post(path, data=stale)
    assert answer.status_code == 409
    assert "Catatan ini sudah berubah sejak Anda membukanya" in text_of(answer)
    assert "tersimpan “005”, isian Anda “009”" in text_of(answer)
    again = {**stale, "versi": hidden(answer, "versi")}
    assert client.post(path, data=again).status_code == 302
    assert db.session.get(Departure, departure.id).resident.rt == "009"


def test_a_reviewer_records_for_a_village_of_the_area(sign_in, operator):
    client = sign_in(make_user(role=Role.REVIEWER))
    found = post(client, NEW, {"cari": "Budi", "desa": SISTER_VILLAGE})
    assert "Hasil pencarian di" in text_of(found)
    answer = client.post(
        PERSON,
        data={"csrf_token": token(found), "kunci": "k", "name": "Budi", "desa": SISTER_VILLAGE},
    )
    assert answer.status_code == 302
    assert db.session.scalars(select(Departure)).one().village_code == SISTER_VILLAGE


def test_a_reviewer_cannot_record_for_a_foreign_village(sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    page = client.get(NEW)
    answer = client.post(
        PERSON,
        data={"csrf_token": token(page), "kunci": "k", "name": "X", "desa": FOREIGN_VILLAGE},
    )
    assert answer.status_code == 404


def test_an_operator_always_records_for_the_own_village(client):
    page = client.get(NEW)
    client.post(
        PERSON,
        data={"csrf_token": token(page), "kunci": "k", "name": "X", "desa": SISTER_VILLAGE},
    )
    assert db.session.scalars(select(Departure)).one().village_code == VILLAGE


def test_a_draft_can_be_deleted_by_its_village_and_leaves_its_entry(client, operator):
    departure = make_departure(by=operator)
    path = f"/keberangkatan/{departure.id}"
    data = {"csrf_token": token(client.get(path)), "tombol-versi": str(departure.revision)}
    client.post(f"{path}/hapus", data=data)
    assert db.session.scalar(select(func.count(Departure.id))) == 0
    assert db.session.scalar(select(func.count(Resident.id))) == 0
    assert "departure.deleted" in db.session.scalars(select(JournalEntry.event)).all()
    assert client.get(path).status_code == 404


def test_opening_a_record_is_journaled(client, operator):
    departure = make_departure(by=operator)
    assert h1(client.get(f"/keberangkatan/{departure.id}")).endswith(departure.registration_number)
    assert "person.opened" in db.session.scalars(select(JournalEntry.event)).all()


def test_finding_a_typed_agency_in_the_list_later_is_no_lost_change(client, operator, app):
    departure = make_departure(by=operator, agency_name="PT Contoh Maju")
    agency = make_agency("PT. CONTOH MAJU")
    path = f"/keberangkatan/{departure.id}/tujuan"
    answer = save(client, path, country="TW", agency_name="PT Contoh Maju")
    assert answer.status_code == 302
    assert db.session.get(Departure, departure.id).agency_id == agency.id


def test_a_region_that_does_not_exist_is_not_found(sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    assert client.get("/keberangkatan?wilayah=1807019999").status_code == 404


def test_the_country_of_the_contract_is_recorded_and_compared_with_the_plan(client, operator):
    departure = make_departure(by=operator, country="TW")
    path = f"/keberangkatan/{departure.id}/tujuan"
    told = {"country": "TW", "scheme": "p_to_p", "contract_country": "KR", "job_order": "beli job"}
    assert save(client, path, **told).status_code == 302
    page = text_of(client.get(f"/keberangkatan/{departure.id}"))
    assert "Negara kontrak kerja Korea Selatan" in page
    assert "Negara di perjanjian kerja berbeda dari negara tujuan." in page
    assert "Pekerjaannya dibeli" in page
    assert "Negara kontrak kerja" in text_of(client.get(path))
