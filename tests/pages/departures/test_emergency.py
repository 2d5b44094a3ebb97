"""Break-glass: without a grave flag an office opens a person for three hours, and it is told."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts import operations as accounts
from registry.accounts import signing_in, slowdown
from registry.accounts.passwords import new_code
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db, now
from registry.departures import emergency, emergency_queries
from registry.departures.models import Departure, EmergencyAccess
from registry.formatting import today
from tests.factories import PASSWORD, make_departure, make_nik, make_user
from tests.page import post, text_of, token

REASON = "Keluarga melapor tidak ada kabar sejak Senin"
GIVEN = {"dasar": "danger", "alasan": REASON}
OFFICES = (Role.LABOUR_OFFICE, Role.BP3MI)


@pytest.fixture
def nik():
    return make_nik()


@pytest.fixture
def person(app, nik):
    """Somebody without a flag for the offices above."""
    return make_departure(by=make_user(), name="Siti Aminah", nik=nik)


@pytest.fixture
def child(app, nik):
    """Somebody with a critical flag: under age."""
    born = today() - timedelta(days=16 * 365)
    return make_departure(by=make_user(), name="Siti Aminah", nik=nik, birth_date=born)


def path_of(departure: Departure) -> str:
    return f"/keberangkatan/{departure.id}"


def open_person(client, departure, **given):
    """Open in an emergency, and look at the record again."""
    answer = post(
        client, f"{path_of(departure)}/akses-darurat", {**GIVEN, **given}, seen=path_of(departure)
    )
    assert answer.status_code == 302
    return client.get(path_of(departure))


def events(name: str) -> list[JournalEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.event == name)))


def seen_to_leak(page, nik: str) -> bool:
    return nik in page.text or "Aminah" in page.text


@pytest.mark.parametrize("role", OFFICES)
def test_a_grave_flag_of_the_office_opens_with_a_reason_and_without_an_emergency(
    child, nik, sign_in, role
):
    client = sign_in(make_user(role=role))
    page = client.get(path_of(child))
    assert not seen_to_leak(page, nik)
    assert "akses-darurat" not in page.text
    shown = client.post(
        f"{path_of(child)}/tampilkan", data={"csrf_token": token(page), "alasan": REASON}
    )
    assert nik in text_of(shown)
    assert not seen_to_leak(client.get(path_of(child)), nik)


@pytest.mark.parametrize("role", OFFICES)
def test_without_a_flag_the_person_stays_masked_until_an_emergency_is_declared(
    person, nik, sign_in, role
):
    client = sign_in(make_user(role=role))
    page = client.get(path_of(person))
    assert not seen_to_leak(page, nik)
    assert "/tampilkan" not in page.text
    refused = client.post(
        f"{path_of(person)}/tampilkan", data={"csrf_token": token(page), "alasan": REASON}
    )
    assert refused.status_code == 409
    assert not seen_to_leak(refused, nik)
    assert REASON in refused.text
    opened = open_person(client, person)
    assert nik in text_of(opened)
    assert "tinggal 180 menit" in text_of(opened)
    assert nik in client.get(path_of(person)).text
    assert len(events("person.revealed")) == 2
    assert not seen_to_leak(sign_in(make_user(role=role)).get(path_of(person)), nik)
    listed = client.get("/keberangkatan")
    assert not seen_to_leak(listed, nik)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dasar": ""}, "Pilih dasarnya."),
        ({"alasan": ""}, "Tulis alasannya."),
        ({"alasan": "NIK 1807 0152 0398 0123"}, "Jangan tulis nomor orang di sini."),
    ],
)
def test_a_declaration_names_its_ground_and_reason_and_loses_nothing(person, sign_in, given, said):
    client = sign_in(make_user(role=Role.BP3MI))
    form = {**GIVEN, **given}
    answer = post(client, f"{path_of(person)}/akses-darurat", form, seen=path_of(person))
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert form["alasan"] in answer.text
    assert db.session.scalars(select(EmergencyAccess)).first() is None


def test_the_access_ends_after_three_hours_and_when_it_is_given_back(person, nik, sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    with time_machine.travel(now(), tick=False) as clock:
        open_person(client, person)
        clock.shift(timedelta(hours=1, minutes=59))
        assert nik in client.get(path_of(person)).text
        clock.shift(timedelta(hours=1))
        assert "tinggal 1 menit" in text_of(client.get(path_of(person)))
        clock.shift(timedelta(minutes=1))
        assert not seen_to_leak(client.get(path_of(person)), nik)
    page = open_person(client, person)
    ended = client.post(f"{path_of(person)}/akses-darurat/akhiri", data={"csrf_token": token(page)})
    assert ended.status_code == 302
    assert not seen_to_leak(client.get(path_of(person)), nik)
    assert len(events("emergency.ended")) == 1


def moved(user):
    accounts.change_user(user, name=user.name, role=user.role, area_code="18", by=log.SYSTEM)


def other_role(user):
    accounts.change_user(user, name=user.name, role=Role.BP3MI, area_code="18", by=log.SYSTEM)


def reset(user):
    accounts.reset_user(user, new_code(), by=log.SYSTEM)


def off_and_on(user):
    accounts.deactivate(user, by=log.SYSTEM)
    accounts.activate(user, by=log.SYSTEM)


def there_and_back(user):
    moved(user)
    accounts.change_user(user, name=user.name, role=user.role, area_code="1807", by=log.SYSTEM)


@pytest.mark.parametrize("change", [moved, other_role, reset, off_and_on, there_and_back])
def test_the_access_ends_with_any_change_of_the_account(person, sign_in, change):
    user = make_user(role=Role.LABOUR_OFFICE)
    open_person(sign_in(user), person)
    db.session.rollback()
    assert emergency_queries.open_accesses(user, person)
    change(user)
    db.session.commit()
    assert not emergency_queries.open_accesses(user, person)


def test_village_subdistrict_and_the_office_above_are_told_and_others_are_not(person, nik, sign_in):
    village_head = sign_in(make_user(role=Role.VILLAGE_HEAD))
    assert "dibuka oleh" not in text_of(village_head.get("/"))
    office = make_user(role=Role.LABOUR_OFFICE)
    open_person(sign_in(office), person)
    told = f"Data {person.registration_number} dibuka oleh Dinas tenaga kerja, Kabupaten Lampung"
    for role in (Role.VILLAGE_HEAD, Role.OPERATOR, Role.REVIEWER):
        client = sign_in(make_user(role=role))
        home = text_of(client.get("/"))
        assert told in home, role
        assert REASON in home
        history = text_of(client.get(path_of(person)))
        assert "Membuka data dengan akses darurat" in history
        assert REASON in history
    elsewhere = sign_in(make_user(role=Role.VILLAGE_HEAD, area="1807012002"))
    assert "dibuka oleh" not in text_of(elsewhere.get("/"))
    above = text_of(sign_in(make_user(role=Role.LABOUR_OFFICE, area="18")).get("/akses-darurat"))
    for said in (office.username, REASON, person.registration_number, "Terbuka"):
        assert said in above
    assert nik not in above
    for user in (make_user(role=Role.BP3MI), make_user(role=Role.LABOUR_OFFICE)):
        page = text_of(sign_in(user).get("/akses-darurat"))
        assert person.registration_number not in page
        assert REASON not in page
    admin = text_of(sign_in(make_user(role=Role.ADMIN)).get("/akses-darurat"))
    assert office.username in admin
    assert person.registration_number not in admin
    assert REASON not in admin
    for role in (Role.OPERATOR, Role.REVIEWER):
        assert sign_in(make_user(role=role)).get("/akses-darurat").status_code == 403


def test_the_centre_is_told_of_the_offices_of_provinces_and_of_no_district(person, sign_in):
    provinces = [make_user(role=role, area="18") for role in OFFICES]
    district = make_user(role=Role.LABOUR_OFFICE)
    centre = make_user(role=Role.BP3MI, area="0")
    for office in (*provinces, district):
        open_person(sign_in(office), person)
    page = text_of(sign_in(centre).get("/akses-darurat"))
    for office in provinces:
        assert office.username in page, office.role
    assert district.username not in page
    assert "Dinas tenaga kerja, Provinsi Lampung" in page
    assert REASON in page
    assert "Aminah" not in page


@pytest.mark.parametrize(
    ("role", "area", "said"),
    [
        (Role.BP3MI, "0", "oleh BP3MI dan dinas tenaga kerja provinsi, dan oleh Anda."),
        (Role.BP3MI, "18", "Data orang yang Anda sendiri buka tanpa tanda kantor Anda."),
        (
            Role.LABOUR_OFFICE,
            "18",
            "oleh dinas tenaga kerja kabupaten dan kota di Provinsi Lampung, dan oleh Anda.",
        ),
        (Role.LABOUR_OFFICE, "1807", "Data orang yang Anda sendiri buka"),
    ],
)
def test_the_page_says_whose_accesses_it_lists(app, sign_in, role, area, said):
    assert said in text_of(sign_in(make_user(role=role, area=area)).get("/akses-darurat"))


@pytest.mark.parametrize("role", OFFICES)
def test_offices_of_one_province_are_not_told_of_each_other(person, sign_in, role):
    office = make_user(role=role, area="18")
    open_person(sign_in(office), person)
    for other in OFFICES:
        peer = sign_in(make_user(role=other, area="18"))
        assert office.username not in text_of(peer.get("/akses-darurat"))


def test_of_the_centre_itself_the_village_is_told_and_the_administrator_has_figures(
    person, sign_in
):
    centre = make_user(role=Role.BP3MI, area="0")
    open_person(sign_in(centre), person)
    for role in OFFICES:
        above = sign_in(make_user(role=role, area="18"))
        assert centre.username not in text_of(above.get("/akses-darurat"))
    admin = text_of(sign_in(make_user(role=Role.ADMIN)).get("/akses-darurat"))
    assert centre.username in admin
    assert person.registration_number not in admin
    assert REASON not in admin
    for role in (Role.VILLAGE_HEAD, Role.OPERATOR, Role.REVIEWER):
        home = text_of(sign_in(make_user(role=role)).get("/"))
        assert f"Data {person.registration_number} dibuka oleh BP3MI" in home


def test_only_the_offices_above_have_this_way_and_only_in_their_area(person, sign_in):
    reviewer = sign_in(make_user(role=Role.REVIEWER))
    post(reviewer, f"{path_of(person)}/akses-darurat", GIVEN, seen=path_of(person))
    assert db.session.scalars(select(EmergencyAccess)).first() is None
    stranger = sign_in(make_user(role=Role.LABOUR_OFFICE, area="3204"))
    answer = post(stranger, f"{path_of(person)}/akses-darurat", GIVEN, seen="/keberangkatan")
    assert answer.status_code == 404


def test_reason_and_journal_keep_the_declaration_sealed(person, sign_in, app):
    open_person(sign_in(make_user(role=Role.BP3MI)), person)
    (entry,) = events("emergency.opened")
    assert REASON not in str(entry.detail)
    access = db.session.scalars(select(EmergencyAccess)).one()
    assert REASON.encode() not in access.reason_sealed
    assert access.reason == REASON
    assert access.until_at - access.from_at == timedelta(hours=3)
    assert verify_chain().is_whole


def test_an_emergency_counts_as_a_look_and_keeps_what_was_typed(person, sign_in):
    user = make_user(role=Role.BP3MI)
    for _turn in range(60):
        slowdown.allow("reveal", user.username, per_hour=60)
    db.session.commit()
    client = sign_in(user)
    answer = post(client, f"{path_of(person)}/akses-darurat", GIVEN, seen=path_of(person))
    assert answer.status_code == 429
    assert REASON in answer.text
    assert "60 kali per jam" in text_of(answer)
    assert db.session.scalars(select(EmergencyAccess)).first() is None


def test_the_checks_would_notice_a_door_left_open(person, nik, sign_in, monkeypatch):
    """The canary: with everybody granted everything, the masked record leaks."""
    monkeypatch.setattr("registry.departures.views.open_accesses", lambda *_: [_forever(person)])
    page = sign_in(make_user(role=Role.BP3MI)).get(path_of(person))
    assert seen_to_leak(page, nik)


def _forever(departure):
    return EmergencyAccess(departure_id=departure.id, until_at=now() + emergency.LASTS)


def test_changing_the_own_password_ends_it_too(person, sign_in):
    user = make_user(role=Role.BP3MI)
    open_person(sign_in(user), person)
    prepared = signing_in.prepare_password(user, PASSWORD, "empat kuda di tepi danau")
    signing_in.change_password(user, prepared, device="uji")
    db.session.commit()
    assert not emergency_queries.open_accesses(user, person)
