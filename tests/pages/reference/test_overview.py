"""The overview of the reference data, who reaches it, and what a village is called."""

import pytest
from sqlalchemy import delete

from registry.accounts.roles import Role
from registry.audit.verify import verify_chain
from registry.db import db
from registry.enums import AgencyKind
from registry.reference.lists import LISTS
from registry.reference.models import DocumentRequirement, FeeCeiling
from registry.regions.models import VillageTerm
from registry.regions.queries import place
from tests.factories import make_agency, make_user
from tests.page import h1, links, post, rows, text_of

PAGE = "/rujukan"
TERM = {"term": "Pekon", "head_term": "Peratin", "note": "Perda 2016"}


def test_the_overview_leads_to_every_list(client):
    page = client.get(PAGE)
    assert h1(page) == "Data rujukan"
    urls = [url for _, url in links(page)]
    for slug in ("p3mi", "lpk-so", *(item.slug for item in LISTS)):
        assert f"{PAGE}/{slug}" in urls
        assert client.get(f"{PAGE}/{slug}").status_code == 200
    for words in ("Lampung Barat", "Peratin", "Batas biaya"):
        assert words in text_of(page), words


def test_an_empty_list_says_which_rules_are_silent(client):
    said = text_of(client.get(PAGE))
    assert "Daftar P3MI masih kosong" in said
    assert "Selama daftar ini kosong, aturan R07, R08 tidak dinilai" in said
    assert "aturan R12 tidak dinilai" in said
    assert "aturan R07, R08 tidak dinilai" in text_of(client.get(f"{PAGE}/p3mi"))
    make_agency("PT Maju")
    said = text_of(client.get(PAGE))
    assert "R07, R08 tidak dinilai" not in said
    assert "aturan R12 tidak dinilai" in said


def test_a_list_emptied_beside_the_pages_is_told_too(client):
    db.session.execute(delete(FeeCeiling))
    db.session.execute(delete(DocumentRequirement))
    db.session.commit()
    said = text_of(client.get(PAGE))
    assert "aturan R14 tidak dinilai" in said
    assert "tidak ada keberangkatan yang dapat dinilai" in said
    assert "aturan R14 tidak dinilai" in text_of(client.get(f"{PAGE}/biaya"))


def test_rows_in_force_are_counted(client):
    before = [row for row in rows(client.get(PAGE)) if row[0] == "Batas biaya"]
    assert before == [["Batas biaya", "2", "R14", "–"]]


def test_what_a_village_is_called_is_changed_and_shown_everywhere(client, sign_in, details):
    path = "/rujukan/sebutan/1807"
    assert h1(client.get(path)) == "Sebutan desa di Kabupaten Lampung Timur"
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
def test_a_word_needs_its_head_and_its_source(client, name, details):
    answer = post(client, "/rujukan/sebutan/1807", {**TERM, name: " "})
    assert answer.status_code == 200
    assert place("1807012001").term == "Desa"
    assert details() == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_reaches_reference_data(sign_in, role):
    agency = make_agency("PT Maju")
    client = sign_in(make_user(role=role))
    for path in (
        PAGE,
        "/rujukan/sebutan/1807",
        "/rujukan/biaya",
        "/rujukan/biaya/baru",
        "/rujukan/biaya/1/ganti",
        "/rujukan/biaya/1/akhiri",
        "/rujukan/biaya/impor",
        "/rujukan/p3mi",
        "/rujukan/p3mi/baru",
        "/rujukan/p3mi/impor",
        f"/rujukan/p3mi/{agency.id}",
        f"/rujukan/p3mi/{agency.id}/izin",
    ):
        assert client.get(path).status_code == 403, path
    assert PAGE not in [url for _, url in links(client.get("/akun/saya"))]


def test_an_agency_stands_on_its_own_list_alone(client):
    agency = make_agency("PT Maju")
    assert agency.kind is AgencyKind.P3MI
    assert client.get(f"/rujukan/p3mi/{agency.id}").status_code == 200
    for path in (f"/rujukan/lpk-so/{agency.id}", "/rujukan/p3mi/999", "/rujukan/negara"):
        assert client.get(path).status_code == 404
