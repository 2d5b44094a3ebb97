"""The one search box: numbers are answered where they were posted, names go on to the list."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select, update

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures import marks, operations
from registry.departures.models import Departure
from registry.departures.operations import DocumentAnswer
from registry.enums import DocumentKind, DocumentStatus, Stage
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import h1, links, post, rows, text_of

PHONE = "+6281299887766"
PASSPORT = "X7654321"
SEES_PEOPLE = [role for role in Role if role is not Role.ADMIN]


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def departure(operator):
    made = make_departure(by=operator, nik=make_nik(), name="Siti Aminah", phone=PHONE)
    operations.save_documents(
        made,
        {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, PASSPORT)},
        by=operator,
        seen_revision=made.revision,
    )
    db.session.commit()
    return made


def search(client, text):
    """Type into the box of the list page, and follow where it leads."""
    answer = post(client, "/cari", {"q": text}, seen="/keberangkatan")
    if answer.status_code == 302:
        return client.get(answer.location)
    return answer


@pytest.mark.parametrize(
    "typed",
    [
        "{nik}",
        " {nik} ",
        "{nik_grouped}",
        "081299887766",
        "0812 9988 7766",
        "+62 812-9988-7766",
        "6281299887766",
        "X7654321",
        "x7654321",
        "X 7654321",
    ],
)
@pytest.mark.parametrize("role", SEES_PEOPLE)
def test_a_number_finds_its_person_and_stays_out_of_every_address(sign_in, departure, typed, role):
    nik = departure.resident.nik
    typed = typed.format(nik=nik, nik_grouped=f"{nik[:6]} {nik[6:12]} {nik[12:]}")
    client = sign_in(make_user(role=role))
    answer = post(client, "/cari", {"q": typed}, seen="/keberangkatan")
    assert answer.status_code == 200
    assert h1(answer) == "Hasil pencarian"
    (row,) = rows(answer)
    assert departure.registration_number in row[0]
    for secret in (nik, "99887766", PASSPORT):
        assert all(secret not in url for _, url in links(answer))


def test_a_paper_typed_in_any_way_is_found(sign_in, operator):
    for typed in ("x 1234567", "X1234567", "x1234567 "):
        made = make_departure(by=operator, nik=make_nik())
        operations.save_documents(
            made,
            {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.PRESENT, typed)},
            by=operator,
            seen_revision=made.revision,
        )
        db.session.commit()
    assert len(rows(search(sign_in(operator), "X1234567"))) == 3


def test_who_sees_initials_finds_by_number_and_still_sees_initials(sign_in, departure):
    answer = search(sign_in(make_user(role=Role.BP3MI)), departure.resident.nik)
    (row,) = rows(answer)
    assert "S•• A••" in row[0]
    assert "Aminah" not in answer.text
    assert departure.resident.nik not in answer.text


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda text: f"  {text} "])
def test_a_registration_number_leads_to_the_list(sign_in, departure, change):
    answer = search(sign_in(make_user(role=Role.BP3MI)), change(departure.registration_number))
    (row,) = rows(answer)
    assert departure.registration_number in row[0]


@pytest.mark.parametrize(
    "typed",
    [
        "PM 2026 {code}",
        "PM2026{code}",
        "pm-2026{code}",
        "2026-{code}",
        "2026 {code}",
        "Pm.2026.{code}",
    ],
)
@pytest.mark.parametrize("code", ["452K5", "23K45", "KAVXQ"])
def test_a_registration_number_is_known_however_it_is_written(
    sign_in, operator, departure, typed, code
):
    renumbered = update(Departure.__table__).where(Departure.id == departure.id)
    db.session.execute(renumbered.values(registration_number=f"PM-2026-{code}"))
    db.session.commit()
    client = sign_in(operator)
    answer = post(client, "/cari", {"q": typed.format(code=code)}, seen="/keberangkatan")
    assert urlsplit(answer.location).query == f"q=PM-2026-{code}"
    (row,) = rows(client.get(answer.location))
    assert f"PM-2026-{code}" in row[0]


@pytest.mark.parametrize(
    "typed", ["2026-45235", "202645235", "PM-2026-452K", "PM Sukma", "2026 siti"]
)
def test_what_is_no_registration_number_stays_as_it_was_typed(sign_in, operator, departure, typed):
    answer = post(sign_in(operator), "/cari", {"q": typed}, seen="/keberangkatan")
    if answer.status_code == 302:
        assert parse_qsl(urlsplit(answer.location).query) == [("q", typed)]
    else:
        assert h1(answer) == "Hasil pencarian"


def test_a_name_leads_to_the_list_with_the_name_as_its_only_filter(sign_in, operator, departure):
    client = sign_in(operator)
    answer = post(client, "/cari", {"q": "  siti   am "}, seen="/keberangkatan")
    assert answer.status_code == 302
    assert parse_qsl(urlsplit(answer.location).query) == [("q", "siti am")]
    assert len(rows(client.get(answer.location))) == 1


def test_half_a_name_is_refused_where_names_are_initials(sign_in, departure):
    client = sign_in(make_user(role=Role.BP3MI))
    for typed in ("siti", "siti siti", "Siti, SITI."):
        assert "dua kata utuh" in text_of(search(client, typed))
    assert len(rows(search(client, "siti aminah"))) == 1


@pytest.mark.parametrize(
    "number", ["1807015203989999", "081200000000", "X0000000", "123456", "0" * 100]
)
def test_a_number_of_nobody_is_not_found(sign_in, operator, departure, number):
    answer = search(sign_in(operator), number)
    assert answer.status_code == 200
    assert "Tidak ditemukan" in text_of(answer)
    assert rows(answer) == []


def test_somebody_of_another_area_is_not_found_and_nothing_of_them_is_told(sign_in, operator):
    elsewhere = make_user(area=FOREIGN_VILLAGE)
    nik = make_nik(region="320405")
    foreign = make_departure(
        by=elsewhere, village=FOREIGN_VILLAGE, nik=nik, name="Asep Rahasia", phone=PHONE
    )
    nobody = make_nik(region="320405")
    client = sign_in(operator)
    for found, missing in ((nik, nobody), (PHONE, "081200000000")):
        assert text_of(search(client, found)) == text_of(search(client, missing))
    assert "Tidak ada yang cocok" in text_of(search(client, foreign.registration_number))
    assert "Asep" not in search(client, "asep").text


def test_the_sister_village_is_found_by_the_subdistrict_only(sign_in, operator):
    nik = make_nik()
    make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE, nik=nik)
    assert rows(search(sign_in(operator), nik)) == []
    assert len(rows(search(sign_in(make_user(role=Role.REVIEWER)), nik))) == 1


def test_every_journey_of_the_person_is_found(sign_in, operator, departure):
    nik = departure.resident.nik
    marks.cancel(departure, "Tidak jadi", by=operator, seen_revision=departure.revision)
    operations.create(
        village_code=departure.village_code,
        resident=departure.resident,
        values={},
        by=operator,
        client_key="kedua",
    )
    db.session.commit()
    found = rows(search(sign_in(operator), nik))
    assert len(found) == 2
    assert Stage.CANCELLED.label in " ".join(found[1])


def test_an_empty_search_says_what_to_type(sign_in, operator):
    for typed in ("", "   "):
        page = search(sign_in(operator), typed)
        assert "Tulis NIK, nama, nomor registrasi, atau nomor telepon." in text_of(page)


def test_a_number_searched_is_an_entry_with_its_count_and_ids_and_without_the_number(
    sign_in, operator, departure
):
    search(sign_in(operator), departure.resident.nik)
    details = db.session.scalars(
        select(JournalEntry.detail).where(JournalEntry.event == Event.PEOPLE_SEARCHED.value)
    ).all()
    assert details == [{"halaman": "cari", "ditemukan": 1, "id": [departure.id]}]


def test_searching_numbers_is_slowed_down(sign_in, operator):
    client = sign_in(operator)
    answers = [search(client, "1807015203989999").status_code for _ in range(121)]
    assert answers == [200] * 120 + [429]


def test_the_administrator_searches_nobody(sign_in, departure):
    client = sign_in(make_user(role=Role.ADMIN))
    answer = post(client, "/cari", {"q": departure.resident.nik}, seen="/akun/saya")
    assert answer.status_code == 403
