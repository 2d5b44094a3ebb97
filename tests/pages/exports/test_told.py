"""An unmasked file of an office above is told to the villages in it, as an emergency access is."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures import told_files
from registry.formatting import today
from registry.workbooks.views import XLSX
from tests.factories import (
    FOREIGN_VILLAGE,
    PROVINCE,
    SISTER_VILLAGE,
    VILLAGE,
    make_departure,
    make_nik,
    make_user,
    recode,
)
from tests.page import post, text_of
from tests.pages.accounts import owner
from tests.pages.exports.books import UNMASKED

PURPOSE = "Verifikasi lapangan bersama kecamatan"
OFFICES = (Role.LABOUR_OFFICE, Role.BP3MI)
TOLD = "mengunduh berkas tanpa samaran yang memuat %s keberangkatan dari sini"
AREA_OF_VILLAGES = {VILLAGE: 2, SISTER_VILLAGE: 1}


@pytest.fixture
def people(app):
    """Two people of one village, one of another of the same subdistrict, one far away."""
    made = []
    for village, count in (AREA_OF_VILLAGES | {FOREIGN_VILLAGE: 1}).items():
        operator = make_user(area=village)
        for _ in range(count):
            made.append(
                make_departure(by=operator, village=village, name="Siti Aminah", nik=make_nik())
            )
    return made


def take_out(sign_in, role, area=None, query=""):
    user = make_user(role=role, area=area)
    answer = post(sign_in(user), f"{UNMASKED}{query}", {"keperluan": PURPOSE, **owner()})
    assert answer.mimetype == XLSX
    return user


def home(sign_in, role, area=None):
    return text_of(sign_in(make_user(role=role, area=area)).get("/"))


@pytest.mark.parametrize("role", OFFICES)
def test_village_and_subdistrict_are_told_with_their_own_count(people, sign_in, role):
    assert "berkas tanpa samaran" not in home(sign_in, Role.VILLAGE_HEAD)
    take_out(sign_in, role, PROVINCE)
    for reader, area, count in (
        (Role.VILLAGE_HEAD, VILLAGE, 2),
        (Role.OPERATOR, VILLAGE, 2),
        (Role.OPERATOR, SISTER_VILLAGE, 1),
        (Role.REVIEWER, VILLAGE[:6], 3),
    ):
        page = home(sign_in, reader, area)
        assert f"{role.label}, Provinsi Lampung {TOLD % count}" in page, (reader, area)
        assert f"untuk keperluan: {PURPOSE}" in page
    assert "berkas tanpa samaran" not in home(sign_in, Role.OPERATOR, FOREIGN_VILLAGE)
    assert "berkas tanpa samaran" not in home(sign_in, Role.OPERATOR, "1807022001")


def test_who_is_not_in_the_file_is_not_told(people, sign_in):
    take_out(sign_in, Role.LABOUR_OFFICE, query=f"?wilayah={SISTER_VILLAGE}")
    assert TOLD % 1 in home(sign_in, Role.VILLAGE_HEAD, SISTER_VILLAGE)
    assert "berkas tanpa samaran" not in home(sign_in, Role.VILLAGE_HEAD, VILLAGE)


def test_files_that_are_masked_and_those_of_village_and_subdistrict_are_not_told(people, sign_in):
    take_out(sign_in, Role.OPERATOR)
    take_out(sign_in, Role.REVIEWER)
    sign_in(make_user(role=Role.BP3MI)).get("/ekspor/keberangkatan.xlsx")
    assert "berkas tanpa samaran" not in home(sign_in, Role.VILLAGE_HEAD)


def test_the_notice_goes_after_thirty_days(people, sign_in):
    take_out(sign_in, Role.BP3MI)
    with time_machine.travel(now() + timedelta(days=29, hours=23), tick=True):
        assert TOLD % 2 in home(sign_in, Role.VILLAGE_HEAD)
    with time_machine.travel(now() + timedelta(days=30, hours=1), tick=True):
        assert "berkas tanpa samaran" not in home(sign_in, Role.VILLAGE_HEAD)


@pytest.mark.parametrize("path", ["/jurnal/desa", "/jurnal/desa/cetak"])
def test_the_month_of_the_village_lists_the_file_with_its_purpose(people, sign_in, path):
    office = take_out(sign_in, Role.LABOUR_OFFICE)
    page = text_of(sign_in(make_user(role=Role.VILLAGE_HEAD)).get(path))
    for said in ("Berkas tanpa samaran", office.username, PURPOSE):
        assert said in page
    before = (today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    earlier = sign_in(make_user(role=Role.VILLAGE_HEAD)).get(f"{path}?bulan={before}")
    assert PURPOSE not in text_of(earlier)
    far = sign_in(make_user(role=Role.VILLAGE_HEAD, area=FOREIGN_VILLAGE)).get(path)
    assert PURPOSE not in text_of(far)


def test_after_a_decree_everybody_is_told_under_the_new_codes(people, sign_in):
    """The entry keeps the codes of its day; offices and villages go by others since."""
    admin = make_user(role=Role.ADMIN, area=PROVINCE)
    take_out(sign_in, Role.LABOUR_OFFICE)
    recode("1807", "1899")
    recode(f"1899{VILLAGE[4:]}", "1899022999")
    db.session.commit()
    for reader, area in ((Role.VILLAGE_HEAD, "1899022999"), (Role.REVIEWER, "189902")):
        assert TOLD % 2 in home(sign_in, reader, area)
    assert TOLD % 1 in home(sign_in, Role.REVIEWER, "189901")
    month = sign_in(make_user(role=Role.VILLAGE_HEAD, area="1899022999")).get("/jurnal/desa")
    assert PURPOSE in text_of(month)
    for above in (make_user(role=Role.LABOUR_OFFICE, area=PROVINCE), admin):
        assert "Lampung Timur" in text_of(sign_in(above).get("/akses-darurat"))


def test_the_superior_lists_it_and_a_peer_does_not(people, sign_in):
    district = take_out(sign_in, Role.LABOUR_OFFICE)
    provinces = [take_out(sign_in, role, PROVINCE) for role in OFFICES]

    def listed(role, area):
        return text_of(sign_in(make_user(role=role, area=area)).get("/akses-darurat"))

    above = listed(Role.LABOUR_OFFICE, PROVINCE)
    assert district.username in above
    assert PURPOSE in above
    assert provinces[0].username not in above
    centre = listed(Role.BP3MI, "0")
    assert district.username not in centre
    for province in provinces:
        assert province.username in centre
    for role, area in ((Role.LABOUR_OFFICE, "1807"), (Role.BP3MI, PROVINCE)):
        assert PURPOSE not in listed(role, area)
    own = text_of(sign_in(district).get("/akses-darurat"))
    assert district.username in own
    admin = listed(Role.ADMIN, PROVINCE)
    assert district.username in admin
    assert PURPOSE not in admin


def test_a_purpose_that_others_read_carries_no_number_of_a_person(people, sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    for purpose in ("Hubungi keluarga di 0812 3456 7890", "Cek NIK 1807015203980777 itu"):
        answer = post(client, UNMASKED, {"keperluan": purpose, **owner()})
        assert answer.status_code == 400
        assert "Jangan tulis nomor orang di sini." in text_of(answer)
    assert "yang orangnya ada di berkas membacanya" in text_of(client.get(UNMASKED))


def test_the_entry_names_no_person_and_counts_by_village(people, sign_in):
    take_out(sign_in, Role.BP3MI, PROVINCE)
    statement = select(JournalEntry.detail).where(JournalEntry.event == "export.told")
    (said,) = db.session.scalars(statement)
    assert said["desa"] == AREA_OF_VILLAGES
    assert said["baris"] == 3
    assert set(said) == {"kantor", "baris", "desa", "keperluan", "disetujui"}


def test_a_file_that_nobody_is_told_of_is_noticed(people, sign_in, monkeypatch):
    """The canary: without telling, the first page is silent."""
    monkeypatch.setattr(told_files, "ROLES", frozenset())
    take_out(sign_in, Role.BP3MI)
    assert "berkas tanpa samaran" not in home(sign_in, Role.VILLAGE_HEAD)
