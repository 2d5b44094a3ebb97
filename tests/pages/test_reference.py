"""Reference data that administrators edit: what a village is called, and who places people."""

import pytest
from sqlalchemy import func, select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.reference.models import Agency
from registry.regions.models import VillageTerm
from registry.regions.queries import place
from tests.factories import make_user
from tests.page import h1, links, post, rows, text_of

PAGE = "/rujukan"
NEW_AGENCY = "/rujukan/p3mi/baru"
AGENCY = {"name": "PT Maju Sejahtera", "source": "Daftar kementerian, Juni 2026"}
TERM = {"term": "Pekon", "head_term": "Peratin", "note": "Perda 2016"}


@pytest.fixture
def admin(app):
    return make_user(role=Role.ADMIN)


@pytest.fixture
def client(sign_in, admin):
    return sign_in(admin)


def details():
    return db.session.scalars(
        select(JournalEntry.detail).where(JournalEntry.event == Event.REFERENCE_CHANGED.value)
    ).all()


def test_the_page_lists_what_the_rules_and_forms_use(client):
    page = client.get(PAGE)
    assert h1(page) == "Data rujukan"
    said = text_of(page)
    for words in ("Daftar P3MI masih kosong", "Lampung Barat", "Peratin", "Visa Kerja", "Wajib"):
        assert words in said, words


def test_what_a_village_is_called_is_changed_and_shown_everywhere(client, admin, sign_in):
    path = "/rujukan/sebutan/1807"
    page = client.get(path)
    assert h1(page) == "Sebutan desa di Kabupaten Lampung Timur"
    answer = post(client, path, TERM)
    assert (answer.status_code, answer.location) == (302, PAGE)
    assert place("1807012001").title == "Pekon Sukadana"
    assert h1(sign_in(make_user()).get("/")) == "Pekon Sukadana"
    assert details()[-1] == {"tabel": "village_term", "sebelum": "Desa", "sesudah": "Pekon"}
    assert verify_chain().is_whole


def test_a_kabupaten_without_a_word_of_its_own_can_get_one(client):
    assert post(client, "/rujukan/sebutan/32.04", TERM).status_code == 302
    assert place("3204052001").term == "Pekon"
    assert db.session.get(VillageTerm, "3204").head_term == "Peratin"


@pytest.mark.parametrize("code", ["18", "180701", "1807012001", "0", "1899", "abc", "9", "18.7"])
def test_only_a_kabupaten_that_exists_has_a_word_for_its_villages(client, code):
    assert client.get(f"/rujukan/sebutan/{code}").status_code == 404


def test_an_administrator_of_one_kabupaten_changes_no_other(sign_in):
    client = sign_in(make_user(role=Role.ADMIN, area="1807"))
    assert client.get("/rujukan/sebutan/1804").status_code == 404
    assert client.get("/rujukan/sebutan/1807").status_code == 200


@pytest.mark.parametrize("name", TERM)
def test_a_word_needs_its_head_and_its_source(client, name):
    answer = post(client, "/rujukan/sebutan/1807", {**TERM, name: " "})
    assert answer.status_code == 200
    assert place("1807012001").term == "Desa"
    assert details() == []


def test_an_agency_is_added_with_its_licence(client, admin):
    answer = post(
        client,
        NEW_AGENCY,
        {**AGENCY, "licence_number": "SIP3MI/1/2024", "licence_valid_to": "2029-01-31"},
    )
    assert (answer.status_code, answer.location) == (302, PAGE)
    (row,) = [row for row in rows(client.get(PAGE)) if row[0] == AGENCY["name"]]
    assert row == [AGENCY["name"], "SIP3MI/1/2024", "31 Januari 2029", AGENCY["source"]]
    assert details() == [{"tabel": "agency", "sesudah": AGENCY["name"]}]
    agency = db.session.scalars(select(Agency)).one()
    page = sign_in_page(client, agency)
    assert page.status_code == 403


def sign_in_page(client, agency):
    """An administrator sees no people, not even of an agency."""
    return client.get(f"/keberangkatan?p3mi={agency.id}")


@pytest.mark.parametrize(
    "name", ["PT Maju Sejahtera", "PT. MAJU SEJAHTERA", "maju sejahtera", "Maju  Sejahtera, PT"]
)
def test_an_agency_is_listed_once_however_it_is_written(client, name):
    post(client, NEW_AGENCY, AGENCY)
    answer = post(client, NEW_AGENCY, {**AGENCY, "name": name})
    assert "sudah ada di daftar" in text_of(answer)
    assert db.session.scalar(select(func.count(Agency.id))) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("name", "", "Isi nama P3MI."),
        ("source", "", "Tulis sumbernya."),
        ("licence_valid_to", "besok", "Tanggal tidak dikenal."),
        ("name", "x" * 161, "Paling panjang 160 karakter."),
        ("name", "PT\x0bMaju", "Ada karakter yang tidak dapat disimpan."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_saved(client, name, value, said):
    answer = post(client, NEW_AGENCY, {**AGENCY, name: value})
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert db.session.scalar(select(func.count(Agency.id))) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_reaches_reference_data(sign_in, role):
    client = sign_in(make_user(role=role))
    for path in (PAGE, NEW_AGENCY, "/rujukan/sebutan/1807"):
        assert client.get(path).status_code == 403
    assert PAGE not in [url for _, url in links(client.get("/akun/saya"))]
