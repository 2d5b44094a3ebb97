"""Patterns across people: what forms one, what does not, and who may see it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures import operations
from registry.departures.fields import Where
from registry.departures.models import Departure, PatternStep
from registry.enums import DocumentKind, DocumentStatus, Procedure
from registry.formatting import today
from registry.looks.sights import view_of
from tests.factories import (
    FOREIGN_VILLAGE,
    SISTER_VILLAGE,
    VILLAGE,
    make_agency,
    make_departure,
    make_nik,
    make_user,
)
from tests.page import links, rows, text_of

RECRUITER = {"recruiter_name": "Budi Santosa", "recruiter_phone": "+6281300000001"}
BELOW = (Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER)


@pytest.fixture
def make(app):
    """Departures of a village, each of another person."""
    writers = {}

    def made(*, village=VILLAGE, days_ago=0, person=None, **values):
        writer = writers.setdefault(village, make_user(area=village))
        departure = make_departure(by=writer, village=village, **values)
        if person:
            operations.save_answers(departure, person, by=writer, seen_revision=departure.revision)
            db.session.commit()
        if days_ago:
            moment = now() - timedelta(days=days_ago)
            db.session.execute(
                update(Departure.__table__)
                .where(Departure.id == departure.id)
                .values(created_at=moment)
            )
            db.session.commit()
        return departure

    return made


def found(page):
    """Rule and what is shared, of every pattern on the page."""
    return [(row[0].split(" ")[0], row[1]) for row in rows(page)]


def only_address(page):
    (address,) = {url for _, url in links(page) if url.startswith("/pola/")}
    return address


def test_three_records_with_one_recruiter_are_a_pattern(desk, make):
    for _ in range(2):
        make(**RECRUITER)
    office = desk(Role.LABOUR_OFFICE)
    assert found(office.get("/pola")) == []
    make(**RECRUITER)
    assert found(office.get("/pola")) == [("POLA", "Telepon perekrut yang sama")]


def test_who_reads_english_reads_the_pattern_in_english(desk, make):
    for _ in range(3):
        make(**RECRUITER)
    someone = desk(Role.LABOUR_OFFICE, language="en")
    listed = someone.get("/pola")
    assert "PATTERN · The same recruiter" in text_of(listed)
    page = text_of(someone.get(only_address(listed)))
    assert "PATTERN · The same recruiter" in page
    assert "3 departures, 3 people, 1 village" in page
    assert "Needed for “Closed”, “Dismissed” and “Save note”" in page


def test_two_villages_are_enough(desk, make):
    make(**RECRUITER)
    make(village=SISTER_VILLAGE, **RECRUITER)
    page = desk(Role.LABOUR_OFFICE).get("/pola")
    assert found(page) == [("POLA", "Telepon perekrut yang sama")]


def test_the_same_recruiter_twice_in_one_village_is_nothing(desk, make):
    for _ in range(2):
        make(**RECRUITER)
    assert found(desk(Role.BP3MI).get("/pola")) == []


def test_a_name_is_compared_whatever_its_letters_and_accents(desk, make):
    make(recruiter_name="Moh. Hasan")
    make(recruiter_name="MUHAMMAD HASAN", village=SISTER_VILLAGE)
    assert found(desk(Role.BP3MI).get("/pola")) == [("POLA", "Nama perekrut yang sama")]


UNLICENSED = [("POLA", "Perusahaan yang sama, tanpa izin P3MI yang berlaku")]


def two_with_company(make):
    make(agency_name="PT Maju Terus")
    make(agency_name="maju terus", village=SISTER_VILLAGE)


def test_a_company_that_is_not_listed_is_compared_without_its_legal_form(desk, make):
    make_agency("PT Lain")
    two_with_company(make)
    office = desk(Role.BP3MI)
    assert found(office.get("/pola")) == UNLICENSED
    assert "PT Maju Terus" in text_of(office.get("/pola"))


def test_without_a_list_nobody_is_called_unlicensed(desk, make):
    two_with_company(make)
    assert found(desk(Role.BP3MI).get("/pola")) == []


def test_a_company_that_was_listed_later_is_no_pattern(desk, make):
    two_with_company(make)
    make_agency("PT Maju Terus")
    assert found(desk(Role.BP3MI).get("/pola")) == []


def test_a_listed_company_whose_licence_has_ended_is_a_pattern(desk, make):
    make_agency("PT Maju Terus", ends_on=today() - timedelta(days=1))
    two_with_company(make)
    assert found(desk(Role.BP3MI).get("/pola")) == UNLICENSED


@pytest.mark.parametrize("name", ["agency_name", "recruiter_name"])
@pytest.mark.parametrize("word", ["tidak ada", "Belum ada", "-", "tidak tahu"])
def test_words_for_nobody_are_no_company_and_no_recruiter(desk, make, name, word):
    make_agency("PT Lain")
    for village in (VILLAGE, SISTER_VILLAGE):
        make(village=village, **{name: word})
    assert found(desk(Role.BP3MI).get("/pola")) == []


@pytest.mark.parametrize(("days", "is_found"), [(59, True), (61, False)])
def test_only_what_was_recorded_within_sixty_days_counts(desk, make, days, is_found):
    make(days_ago=days, **RECRUITER)
    make(village=SISTER_VILLAGE, **RECRUITER)
    assert bool(found(desk(Role.LABOUR_OFFICE).get("/pola"))) is is_found


def test_the_district_sees_its_own_people_only(desk, make):
    make(**RECRUITER)
    make(village=FOREIGN_VILLAGE, **RECRUITER)
    assert found(desk(Role.LABOUR_OFFICE).get("/pola")) == []
    assert found(desk(Role.BP3MI).get("/pola")) == []
    national = desk(Role.BP3MI, area="0")
    assert found(national.get("/pola")) == [("POLA", "Telepon perekrut yang sama")]
    address = only_address(national.get("/pola"))
    assert desk(Role.LABOUR_OFFICE).get(address).status_code == 404


def test_three_from_one_hamlet_in_one_week_are_a_cluster(desk, make):
    monday = today() + timedelta(days=70 - today().weekday())
    for day in (0, 3, 6):
        make(
            planned_on=monday + timedelta(days=day),
            person={"address": "Dusun II"},
            **RECRUITER,
        )
    page = desk(Role.LABOUR_OFFICE).get("/pola")
    assert ("R25", "Perekrut, dusun, dan minggu berangkat yang sama") in found(page)


@pytest.mark.parametrize("apart", ["week", "hamlet", "recruiter"])
def test_a_cluster_needs_week_hamlet_and_recruiter(desk, make, apart):
    monday = today() + timedelta(days=70 - today().weekday())
    for number in range(3):
        other = number == 2
        make(
            planned_on=monday + timedelta(days=7 if other and apart == "week" else number),
            person={"address": "Dusun III" if other and apart == "hamlet" else "dusun  ii"},
            recruiter_name="Wati" if other and apart == "recruiter" else "Budi",
        )
    assert "R25" not in dict(found(desk(Role.LABOUR_OFFICE).get("/pola")))


def test_one_nik_with_open_departures_in_two_villages(desk, make):
    nik = make_nik()
    make(nik=nik)
    make(nik=nik, village=SISTER_VILLAGE)
    page = desk(Role.LABOUR_OFFICE).get("/pola")
    assert found(page) == [("R26", "NIK yang sama di dua desa atau lebih")]
    assert nik not in desk(Role.LABOUR_OFFICE).get(only_address(page)).text


def number_letter(departure, kind, number, by):
    answer = operations.DocumentAnswer(DocumentStatus.PRESENT, number)
    operations.save_documents(departure, {kind: answer}, by=by, seen_revision=departure.revision)
    db.session.commit()


def test_one_letter_number_on_two_people_of_a_village(desk, make):
    operator = make_user()
    for _ in range(2):
        number_letter(make(), DocumentKind.FAMILY_PERMISSION, "470/12/2026", operator)
    page = desk(Role.LABOUR_OFFICE).get("/pola")
    assert found(page) == [("R26", "Nomor surat yang sama pada dua orang")]


def test_letters_of_other_kinds_and_villages_may_share_a_number(desk, make):
    operator = make_user()
    number_letter(make(), DocumentKind.FAMILY_PERMISSION, "470/12/2026", operator)
    number_letter(make(), DocumentKind.MARITAL_LETTER, "470/12/2026", operator)
    sister = make_user(area=SISTER_VILLAGE)
    there = make(village=SISTER_VILLAGE)
    number_letter(there, DocumentKind.FAMILY_PERMISSION, "470/12/2026", sister)
    for _ in range(2):
        number_letter(make(), DocumentKind.PASSPORT, "A1234567", operator)
    assert found(desk(Role.LABOUR_OFFICE).get("/pola")) == []


OUTSIDE_CARD, OWN_CARD = "3204050101990001", "1807010101990001"


def test_outsiders_under_one_roof_are_critical(desk, make):
    for _ in range(3):
        make(person={"family_card": OUTSIDE_CARD, "address": "Jalan Melati 4"})
    office = desk(Role.LABOUR_OFFICE)
    page = office.get("/pola")
    assert found(page) == [("R28", "Alamat yang sama, KK dari kabupaten lain")]
    assert "Kritis" in text_of(page)


@pytest.mark.parametrize("card", [OWN_CARD, None])
def test_people_of_the_kabupaten_are_no_outsiders(desk, make, card):
    departures = [make(person={"family_card": card, "address": "Jalan Melati 4"}) for _ in range(3)]
    assert found(desk(Role.LABOUR_OFFICE).get("/pola")) == []
    wanted = None if card is None else False
    assert {d.resident.has_foreign_card for d in departures} == {wanted}


@pytest.mark.parametrize("role", BELOW)
def test_below_the_kabupaten_there_is_no_trace_of_it(desk, make, role):
    made = [make(**RECRUITER) for _ in range(3)]
    address = only_address(desk(Role.LABOUR_OFFICE).get("/pola"))
    desk(Role.LABOUR_OFFICE).act_on_pattern(address, "tindak", "Ditanyakan ke Satgas.")
    someone = desk(role)
    assert someone.get("/pola").status_code == 403
    assert someone.get(address).status_code == 403
    assert someone.act_on_pattern(address, "selesai", "Sepupu saya.").status_code == 403
    paths = ("/", "/tanda?lingkup=semua", "/keberangkatan", f"/keberangkatan/{made[0].id}")
    for path in paths:
        page = someone.get(path)
        assert page.status_code == 200
        assert "/pola" not in page.text
        assert not re.search(r"\bpola\b", text_of(page), re.IGNORECASE)


def test_a_pattern_changes_no_departure(desk, make):
    made = [make(**RECRUITER) for _ in range(3)]
    before = [(d.procedure, d.version, {f.rule for f in d.flags}) for d in made]
    desk(Role.LABOUR_OFFICE).get("/pola")
    db.session.expire_all()
    assert [(d.procedure, d.version, {f.rule for f in d.flags}) for d in made] == before
    assert made[0].procedure is not Procedure.NOT_PMI


def test_the_page_of_a_pattern_lists_masked_people_and_is_journaled(desk, make):
    made = [make(**RECRUITER) for _ in range(3)]
    office = desk(Role.LABOUR_OFFICE)
    page = office.get(only_address(office.get("/pola")))
    assert "Budi Santosa" in page.text
    assert "+6281300000001" in page.text
    assert len(rows(page)) == 3
    for departure in made:
        assert departure.resident.name not in page.text
        assert f"/keberangkatan/{departure.id}" in page.text
    statement = select(JournalEntry.detail).where(JournalEntry.event == Event.LIST_SEEN.value)
    details = list(db.session.scalars(statement))
    assert details[-1]["id"] == [departure.id for departure in made]


def test_the_list_of_patterns_is_journaled_with_those_whose_recruiter_it_names(desk, make):
    made = [make(**RECRUITER) for _ in range(3)]
    make(recruiter_name="Lain Sendiri")
    page = desk(Role.LABOUR_OFFICE).get("/pola")
    assert "Budi Santosa" in page.text
    statement = select(JournalEntry.detail).where(JournalEntry.event == Event.LIST_SEEN.value)
    said = list(db.session.scalars(statement))[-1]
    assert said["id"] == [departure.id for departure in made]
    assert said["perekrut"]
    assert not said["p3mi"]
    assert view_of("list.seen", said).fields == (("recruiter_name", Where.LIST),)


def test_a_dismissed_pattern_comes_back_when_somebody_joins(desk, make):
    for _ in range(3):
        make(**RECRUITER)
    office = desk(Role.LABOUR_OFFICE)
    address = only_address(office.get("/pola"))
    assert office.act_on_pattern(address, "keliru", "").status_code == 400
    assert office.act_on_pattern(address, "keliru", "Petugas P3MI resmi.").status_code == 302
    assert found(office.get("/pola")) == []
    assert len(found(office.get("/pola?keadaan=semua"))) == 1
    make(**RECRUITER)
    assert only_address(office.get("/pola")) == address
    assert "Petugas P3MI resmi." in office.get(address).text
    (step,) = db.session.scalars(select(PatternStep))
    assert b"Petugas" not in step.note_sealed
    events = set(db.session.scalars(select(JournalEntry.event)))
    assert Event.PATTERN_DISMISSED.value in events


def test_a_pattern_that_somebody_else_moved_is_409(desk, make):
    for _ in range(3):
        make(**RECRUITER)
    office = desk(Role.LABOUR_OFFICE)
    address = only_address(office.get("/pola"))
    assert desk(Role.BP3MI).act_on_pattern(address, "tindak").status_code == 302
    assert office.act_on_pattern(address, "selesai", "Sudah jelas.").status_code == 409
    assert office.act_on_pattern(address, "buka", seen="followed_up").status_code == 409
    answer = office.act_on_pattern(address, "selesai", "Sudah jelas.", seen="followed_up")
    assert answer.status_code == 302
    assert office.act_on_pattern(address, "buka", seen="closed").status_code == 302
    assert len(found(office.get("/pola"))) == 1


def test_a_step_that_the_state_does_not_allow_keeps_the_typed_note(desk, make):
    for _ in range(3):
        make(**RECRUITER)
    office = desk(Role.LABOUR_OFFICE)
    address = only_address(office.get("/pola"))
    assert office.act_on_pattern(address, "selesai", "Sudah jelas.").status_code == 302
    answer = office.act_on_pattern(address, "tindak", "Ditelepon sore.", seen="closed")
    assert answer.status_code == 409
    assert "langkah ini tidak berlaku lagi" in text_of(answer)
    assert "Ditelepon sore." in answer.text


def test_an_unknown_pattern_or_filter_is_refused(desk, app):
    office = desk(Role.LABOUR_OFFICE)
    assert office.get("/pola/" + "0" * 32).status_code == 404
    assert office.get("/pola?keadaan=hilang").status_code == 400
    assert office.get("/pola?urut=nama").status_code == 400
    assert office.get("/pola?setelah=abc").status_code == 400
    gone = office.get(f"/pola?keadaan=semua&setelah={'0' * 64}")
    assert gone.location == "/pola?keadaan=semua"
    assert "Daftar ini berubah" in text_of(office.get(gone.location))


@pytest.mark.parametrize("role", [*BELOW, Role.ADMIN])
def test_the_navigation_offers_patterns_to_labour_office_and_bp3mi_only(desk, role):
    home = "/dasbor" if role is Role.ADMIN else "/"
    assert ("Pola", "/pola") not in links(desk(role).get(home))
    assert ("Pola", "/pola") in links(desk(Role.LABOUR_OFFICE).get("/"))
