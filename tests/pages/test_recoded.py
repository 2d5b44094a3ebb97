"""A decree gives a village another code: its people, its office and its past go along."""

import pytest
from sqlalchemy import func, insert, select, update

from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import Base, db
from registry.departures import listing
from registry.departures.filters import Filter
from registry.departures.models import Departure, PatternStep, Resident
from registry.enums import ReviewStatus
from registry.formatting import today
from registry.operating.beside import first_edited_beside_journal
from registry.reference.models import Population
from registry.regions.area import Area
from registry.regions.models import FormerCode, Region
from registry.regions.queries import find_region, successor_of
from tests.factories import (
    SISTER_VILLAGE,
    VILLAGE,
    make_departure,
    make_nik,
    make_user,
    open_in_emergency,
    recode,
)
from tests.page import rows, text_of

NEW_CODE = "1807019901"


@pytest.fixture
def recoded(app):
    """A village with people and an account, whose code a decree has changed."""
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(
        by=operator, nik=make_nik(), status=ReviewStatus.VERIFIED, reviewer=reviewer
    )
    make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE)
    db.session.expire_all()
    before = (departure.version, departure.digest, departure.registration_number)
    recode(VILLAGE, NEW_CODE)
    db.session.commit()
    db.session.expire_all()
    return departure, operator, before


def test_residents_departures_and_accounts_move_with_their_village(recoded):
    departure, operator, before = recoded
    assert departure.village_code == departure.resident.village_code == NEW_CODE
    assert operator.area_code == NEW_CODE
    assert (departure.version, departure.digest, departure.registration_number) == before
    left = select(func.count()).where(Resident.village_code == VILLAGE)
    assert db.session.scalar(left) == 0
    assert listing.count(Filter(Area(NEW_CODE))) == 1
    assert listing.count(Filter(Area("180701"))) == 2
    assert listing.count(Filter(Area(VILLAGE))) == 0


def test_the_journal_and_the_records_still_agree_after_a_new_code(app, recoded):
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    db.session.rollback()
    assert app.test_cli_runner().invoke(args=["audit", "verify"]).exit_code == 0
    entry = db.session.scalars(
        select(JournalEntry.area_code).where(JournalEntry.event == "departure.created")
    ).first()
    assert entry == VILLAGE


def test_the_sealed_numbers_can_still_be_read_after_a_new_code(recoded):
    departure, _, _ = recoded
    assert departure.resident.nik.startswith("180701")


def test_the_office_works_on_under_the_new_code(sign_in, recoded):
    departure, operator, _ = recoded
    client = sign_in(operator)
    (row,) = rows(client.get("/keberangkatan"))
    assert departure.registration_number in row[0]
    assert client.get(f"/keberangkatan/{departure.id}").status_code == 200
    led = client.get(f"/keberangkatan?wilayah={VILLAGE}&tahun=2026")
    assert (led.status_code, led.location) == (
        302,
        f"/keberangkatan?wilayah={NEW_CODE}&tahun=2026",
    )


def test_the_old_code_leads_to_the_new_one(sign_in, recoded):
    assert successor_of(VILLAGE).code == NEW_CODE
    assert successor_of(SISTER_VILLAGE) is None
    answer = sign_in(make_user(role=Role.LABOUR_OFFICE)).get(f"/dasbor/{VILLAGE}?tahun=2026")
    assert (answer.status_code, answer.location) == (302, f"/dasbor/{NEW_CODE}?tahun=2026")


def test_a_second_decree_keeps_both_codes_of_before(sign_in, recoded):
    recode(NEW_CODE, "1807019902")
    db.session.commit()
    assert successor_of(VILLAGE).code == successor_of(NEW_CODE).code == "1807019902"
    assert first_edited_beside_journal() is None
    client = sign_in(recoded[1])
    answer = client.get(f"/dasbor/{VILLAGE}")
    assert (answer.status_code, answer.location) == (302, "/dasbor/1807019902")


def test_a_code_may_be_given_back_and_then_leads_nowhere_else(recoded):
    recode(NEW_CODE, VILLAGE)
    db.session.commit()
    assert find_region(VILLAGE) is not None
    assert successor_of(VILLAGE) is None
    assert successor_of(NEW_CODE).code == VILLAGE
    assert first_edited_beside_journal() is None


def test_accounts_and_emergency_accesses_still_agree_after_a_code_went_and_came_back(app):
    office = make_user(role=Role.LABOUR_OFFICE, area="1807")
    make_user()
    departure = make_departure(by=make_user(area=SISTER_VILLAGE), village=SISTER_VILLAGE)
    open_in_emergency(departure, by=office)
    db.session.commit()
    for old, new in (("1807", "1899"), ("1899", "1807"), ("180701", "180799")):
        recode(old, new)
        db.session.commit()
        db.session.expire_all()
        assert first_edited_beside_journal() is None
    area = update(User.__table__).where(User.__table__.c.id == office.id)
    db.session.execute(area.values(area_code="1801"))
    db.session.commit()
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("account", office.id)


def test_a_person_moved_with_a_former_code_written_by_sql_is_still_found(recoded):
    """Whoever can move a person by SQL can also write where the area is said to come from."""
    departure, _, _ = recoded
    other = "1807022001"
    former = {"code": NEW_CODE, "region_code": other, "until": today(), "decree": "palsu"}
    db.session.execute(insert(FormerCode.__table__), [former])
    for model in (Resident, Departure):
        moved = update(model.__table__).where(model.__table__.c.village_code == NEW_CODE)
        db.session.execute(moved.values(village_code=other))
    db.session.commit()
    db.session.expire_all()
    found = first_edited_beside_journal()
    assert (found.kind, found.subject_id) == ("resident", departure.resident_id)


def test_the_head_still_reads_who_looked_before_the_new_code(sign_in, app):
    head, operator = make_user(role=Role.VILLAGE_HEAD), make_user()
    departure = make_departure(by=operator, nik=make_nik())
    departure_id, username = departure.id, operator.username
    sign_in(operator).get(f"/keberangkatan/{departure_id}")
    recode(VILLAGE, NEW_CODE)
    db.session.commit()
    assert username in text_of(sign_in(head).get("/jurnal/desa"))


def test_the_journal_of_the_area_still_shows_what_came_before(sign_in, app):
    operator = make_user()
    make_departure(by=operator, village=VILLAGE)
    recode(VILLAGE, "1807029901")
    db.session.commit()
    page = text_of(sign_in(make_user(role=Role.LABOUR_OFFICE)).get("/jurnal"))
    assert "Mencatat keberangkatan" in page
    assert "Mengganti kode wilayah" in page


def columns_with_area_codes():
    """Every column in which a code of an area stands, by its name or by what it points at."""
    names = ("village_code", "area_code", "region_code", "district_code", "province", "parent_code")
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in names or column.references(Region.__table__.c.code)
    ]


def test_no_column_but_those_of_the_past_keeps_the_old_code(app):
    operator = make_user()
    departure = make_departure(by=operator, nik=make_nik())
    person = {"source": "uji", "valid_from": today()}
    db.session.add(Population(region_code="1807", year=2025, residents=1, **person))
    values = {"pattern": "a", "rule": "R25", "at": departure.created_at, "username": "uji"}
    step = {**values, "role": "labour_office", "area_code": "1807", "members": []}
    db.session.execute(insert(PatternStep.__table__), [step])
    make_user(role=Role.LABOUR_OFFICE)
    db.session.commit()
    recode("1807", "1899")
    db.session.commit()
    kept = {
        column.table.name
        for column in columns_with_area_codes()
        if db.session.scalar(select(func.count()).where(column.startswith("1807")))
    }
    # The journal tells what was, and the summary folds away what is nought by now.
    assert kept <= {"journal_entry", "count_total", "count_block"}
    of_ours = select(Population.region_code).where(Population.source == "uji")
    assert db.session.scalars(of_ours).all() == ["1899"]
    assert db.session.scalars(select(PatternStep.area_code)).all() == ["1899"]
    assert db.session.get(Departure, departure.id).village_code == "1899012001"
