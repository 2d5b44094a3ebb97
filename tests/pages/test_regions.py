"""Areas in the database: the official list, what villages are called, and codes that move."""

import time

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures import listing
from registry.departures.beside import first_edited_beside_journal
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.enums import Level, ReviewStatus
from registry.formatting import today
from registry.regions.area import Area, level_of, parent_code
from registry.regions.importer import load_regions, official_regions
from registry.regions.models import Region, VillageTerm
from registry.regions.queries import (
    find_region,
    list_children,
    place,
    places,
    same_name,
    successor_of,
    village_names,
)
from tests.factories import SISTER_VILLAGE, VILLAGE, make_departure, make_nik, make_user
from tests.page import rows

OFFICIAL = {Level.PROVINCE: 38, Level.DISTRICT: 514, Level.SUBDISTRICT: 7_285,
            Level.VILLAGE: 83_762}  # fmt: skip
NEW_CODE = "1807019901"


@pytest.fixture
def codes(app):
    return list(db.session.scalars(select(Region.code).order_by(Region.code)))


def test_an_area_covers_in_sql_exactly_the_villages_below_it(codes):
    villages = [code for code in codes if len(code) == 10]
    assert len(villages) > 2_500
    for code in [c for c in codes if len(c) <= 6][:150] + villages[:20] + ["180701", "3204"]:
        statement = select(Region.code).where(
            Area(code).covers(Region.code), func.length(Region.code) == 10
        )
        found = list(db.session.scalars(statement.order_by(Region.code)))
        assert found == [v for v in villages if code == "0" or v.startswith(code)], code


def test_the_children_of_every_area_are_all_that_lie_right_below_it(codes):
    for code in [c for c in codes if len(c) <= 4 and (len(c) < 4 or c.startswith("18"))]:
        below = {c for c in codes if parent_code(c) == code}
        assert {child.code for child in list_children(code)} == below


def test_every_area_knows_the_one_above_it(app):
    for code, above in db.session.execute(select(Region.code, Region.parent_code)):
        assert above == parent_code(code)


@pytest.mark.slow
def test_the_official_list_is_loaded_whole_and_loading_it_again_changes_nothing(app):
    runner = app.test_cli_runner()
    began = time.process_time()
    first = runner.invoke(args=["regions", "load"])
    assert first.exit_code == 0, first.output
    db.session.rollback()
    found = [level_of(code) for code in db.session.scalars(select(Region.code))]
    assert {level: found.count(level) for level in OFFICIAL} == OFFICIAL
    assert len(found) == sum(OFFICIAL.values()) + 1 == 91_600
    db.session.rollback()
    entries = verify_chain().entries
    db.session.rollback()
    second = runner.invoke(args=["regions", "load"])
    assert time.process_time() - began < 15
    assert "0 baru, 0 berubah, 91600 tetap" in second.output
    db.session.rollback()
    assert verify_chain().entries == entries
    assert Event.REGIONS_LOADED.value in db.session.scalars(select(JournalEntry.event)).all()


@pytest.mark.slow
def test_a_load_mends_names_and_leaves_what_an_administrator_decided(app):
    load_regions()
    closed, renamed, recoded = "1807012003", SISTER_VILLAGE, VILLAGE
    names = {code: find_region(code).name for code in (closed, renamed, recoded)}
    _update(renamed, name="Salah Tulis")
    _update(closed, valid_to=today())
    _update(recoded, code=NEW_CODE, predecessor_code=recoded)
    db.session.execute(
        update(VillageTerm).where(VillageTerm.district_code == "1807").values(term="Tiyuh")
    )
    db.session.commit()
    done = load_regions()
    db.session.commit()
    db.session.expire_all()
    assert (done.added, done.changed) == (0, 1)
    assert find_region(renamed).name == names[renamed]
    assert find_region(closed).valid_to == today()
    assert find_region(recoded) is None
    assert find_region(NEW_CODE).name == names[recoded]
    assert place(NEW_CODE).term == "Tiyuh"


def _update(old, **values):
    table = Region.__table__
    db.session.execute(update(table).where(table.c.code == old).values(values))


def test_the_official_list_names_parents_before_children_and_nobody_twice():
    seen = set()
    for number, row in enumerate(official_regions()):
        assert row["code"] not in seen
        assert row["parent_code"] is None or row["parent_code"] in seen
        seen.add(row["code"])
        if number > 3_000:
            break


@pytest.mark.parametrize(
    ("district", "kind", "term", "head"),
    [
        ("1804", "desa", "Pekon", "Peratin"),
        ("1812", "desa", "Tiyuh", "Kepalo Tiyuh"),
        ("1802", "desa", "Kampung", "Kepala Kampung"),
        ("1807", "desa", "Desa", "Kepala Desa"),
        ("1804", "kelurahan", "Kelurahan", "Lurah"),
        ("1871", "kelurahan", "Kelurahan", "Lurah"),
        ("3204", "desa", "Desa", "Kepala Desa"),
    ],
)
def test_a_village_and_its_head_are_called_as_in_their_kabupaten(app, district, kind, term, head):
    region = db.session.scalars(
        select(Region)
        .where(Area(district).covers(Region.code), Region.kind == kind)
        .order_by(Region.code)
        .limit(1)
    ).one()
    found = place(region.code)
    assert (found.term, found.head_term) == (term, head)
    assert found.title == f"{term} {region.name}"


def test_a_place_says_where_it_lies(app):
    village = place(VILLAGE)
    assert village.full_title == (
        "Desa Sukadana, Kecamatan Sukadana, Kabupaten Lampung Timur, Lampung"
    )
    assert place("180701").title == "Kecamatan Sukadana"
    assert place("1807").title == "Kabupaten Lampung Timur"
    assert place("18").full_title == "Provinsi Lampung"
    assert (place("0").full_title, place("0").above) == ("Indonesia", "")


def test_many_places_cost_one_query(app):
    statements = []
    db.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    found = places({VILLAGE, SISTER_VILLAGE, "1871011003", "3204052001", "18", "0"})
    assert len(found) == 6
    assert len([s for s in statements if s.startswith("SELECT")]) == 1


def test_a_code_of_nowhere_has_no_place(app):
    with pytest.raises(KeyError):
        place("1899")


def test_villages_by_name_are_listed_from_the_kabupaten_down(app):
    assert len(village_names(Area("180701"))) == 20
    assert {r.kind for r in village_names(Area("1871"))} == {"kelurahan"}
    for code in ("0", "18"):
        with pytest.raises(ValueError, match="terlalu luas"):
            village_names(Area(code))
    assert same_name("Sukadana Ilir", "SUKADANA-ILIR")
    assert not same_name("Sukadana Ilir", "Sukadana Udik")


# A decree gives a village another code


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
    _update(VILLAGE, code=NEW_CODE, predecessor_code=VILLAGE)
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
    assert client.get(f"/keberangkatan?wilayah={VILLAGE}").status_code == 404


def test_the_old_code_leads_to_the_new_one(sign_in, recoded):
    assert successor_of(VILLAGE).code == NEW_CODE
    assert successor_of(SISTER_VILLAGE) is None
    answer = sign_in(make_user(role=Role.LABOUR_OFFICE)).get(f"/dasbor/{VILLAGE}?tahun=2026")
    assert (answer.status_code, answer.location) == (302, f"/dasbor/{NEW_CODE}?tahun=2026")


def test_an_area_with_people_cannot_be_deleted(app):
    make_departure(by=make_user())
    with pytest.raises(IntegrityError):
        db.session.execute(delete(Region).where(Region.code == VILLAGE))
    db.session.rollback()
    assert db.session.scalar(select(func.count(Departure.id))) == 1


def test_a_closed_area_is_offered_no_more_but_its_name_is_still_known(app):
    _update(SISTER_VILLAGE, valid_to=today())
    db.session.commit()
    assert SISTER_VILLAGE not in [child.code for child in list_children("180701")]
    assert place(SISTER_VILLAGE).level is Level.VILLAGE
