"""The unmasked workbook: asked for on a page, with a purpose, journaled before it leaves."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts.models import KeptForm
from registry.accounts.roles import Role
from registry.audit import log
from registry.db import db, now
from registry.sealing import keyring
from registry.workbooks.views import XLSX
from tests.factories import PASSWORD, make_departure, make_user
from tests.page import h1, post, text_of, token
from tests.pages.accounts import owner, sign_in_whole
from tests.pages.exports.books import UNMASKED, facts, last_entry, people

PURPOSE = "Verifikasi lapangan bersama kecamatan"
NIK = "1807015203980777"


def given(**other):
    return {"keperluan": PURPOSE, **owner(), **other}


@pytest.fixture
def one(app):
    return make_departure(by=make_user(), name="Siti Aminah", nik=NIK)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI])
def test_an_office_gives_a_purpose_and_gets_everything(one, sign_in, app, role):
    user = make_user(role=role)
    client = sign_in(user)
    page = client.get(UNMASKED)
    assert page.status_code == 200
    assert h1(page) == "Unduh tanpa samaran"
    assert NIK not in page.text
    answer = post(client, f"{UNMASKED}?tahap=planned", given())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    (row,) = people(answer.data)
    assert (row["NIK"], row["Nama"]) == (NIK, "Siti Aminah")
    said = facts(answer.data)
    assert said["Keperluan"] == PURPOSE
    assert said["Penyamaran"].startswith("Tidak disamarkan")
    entry = last_entry(app)
    assert (entry.event, entry.actor) == ("departures.exported", user.username)
    assert entry.detail["keperluan"] == PURPOSE
    assert entry.detail["disamarkan"] is False
    assert entry.detail["id"] == str(one.id)


@pytest.mark.parametrize("purpose", ["", "data"])
def test_without_a_purpose_nothing_leaves(one, sign_in, app, purpose):
    client = sign_in(make_user(role=Role.BP3MI))
    before = last_entry(app).seq
    answer = post(client, UNMASKED, given(keperluan=purpose))
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert NIK not in answer.text
    assert last_entry(app).seq == before


def test_an_operator_may_leave_the_purpose_as_it_is(one, sign_in, app):
    client = sign_in(make_user())
    assert "Arsip desa" in client.get(UNMASKED).text
    (row,) = people(post(client, UNMASKED, given(keperluan="")).data)
    assert row["NIK"] == NIK
    assert last_entry(app).detail["disamarkan"] is False


def test_a_village_head_and_an_administrator_may_not(one, sign_in):
    for role in (Role.VILLAGE_HEAD, Role.ADMIN):
        client = sign_in(make_user(role=role))
        assert client.get(UNMASKED).status_code == 403
        typed = given(csrf_token=token(client.get("/akun/kata-sandi")))
        assert client.post(UNMASKED, data=typed).status_code == 403


def test_another_area_is_not_found(one, sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    assert client.get(f"{UNMASKED}?wilayah=3204").status_code == 404
    answer = post(
        client,
        f"{UNMASKED}?wilayah=3204",
        given(),
        seen=UNMASKED,
    )
    assert answer.status_code == 404


def test_the_page_says_what_will_be_in_the_file(one, sign_in):
    text = text_of(sign_in(make_user(role=Role.REVIEWER)).get(f"{UNMASKED}?negara=TW&tahun=2099"))
    assert "Negara tujuan: Taiwan" in text
    assert "Tahun 2099" in text
    assert "0 keberangkatan · Kecamatan Sukadana" in text


def test_a_journal_that_cannot_be_written_keeps_the_file_back(one, sign_in, monkeypatch):
    def broken(*args, **values):
        raise OSError("penuh")

    client = sign_in(make_user(role=Role.REVIEWER))
    typed = given(csrf_token=token(client.get(UNMASKED)))
    monkeypatch.setattr(log, "append", broken)
    answer = client.post(UNMASKED, data=typed)
    assert answer.status_code == 500
    assert NIK.encode() not in answer.data


def test_the_purpose_page_needs_the_token(one, sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    assert client.post(UNMASKED, data=given()).status_code == 400


def test_signing_in_again_is_asked_for_each_file_and_keeps_the_purpose(one, sign_in, app):
    user = make_user(role=Role.BP3MI)
    client = sign_in(user)
    for typed in ("", "bukan kata sandinya"):
        answer = post(client, UNMASKED, given(password=typed))
        assert answer.status_code == 400
        assert NIK.encode() not in answer.data
        assert PURPOSE in answer.text
        assert "bukan kata sandinya" not in answer.text
    entry = last_entry(app)
    assert (entry.event, entry.actor) == ("account.confirmation_failed", user.username)
    assert post(client, UNMASKED, given()).mimetype == XLSX
    assert post(client, UNMASKED, {"keperluan": PURPOSE}).status_code == 400


def test_guessing_the_password_is_slowed_down_as_at_signing_in(one, sign_in, app):
    client = sign_in(make_user(role=Role.BP3MI))
    guess = given(password="tebakan", csrf_token=token(client.get(UNMASKED)))
    with time_machine.travel(now(), tick=False) as clock:
        statuses = []
        for _guess in range(60):
            statuses.append(client.post(UNMASKED, data=guess).status_code)
            clock.shift(60)
        assert 4 < statuses.count(400) <= 20
        assert statuses.count(400) + statuses.count(429) == 60
        assert "Tunggu" in text_of(client.post(UNMASKED, data=guess))
        clock.shift(600)
        assert client.post(UNMASKED, data=guess | owner()).mimetype == XLSX


def test_the_check_of_the_password_would_be_missed(one, sign_in, monkeypatch):
    """The canary: without the check any password opens the file."""
    monkeypatch.setattr("registry.workbooks.unmasked_views.confirm_owner", lambda *_: None)
    guess = given(password="bukan kata sandinya", code="000000")
    assert post(sign_in(make_user(role=Role.BP3MI)), UNMASKED, guess).mimetype == XLSX


def test_the_code_of_the_phone_is_asked_for_besides_and_works_once(one, sign_in, app):
    user = make_user(role=Role.BP3MI)
    client = sign_in(user)
    right = given()
    for code, said in (("", "Isi kode"), ("000000", "Kode")):
        answer = post(client, UNMASKED, right | {"code": code})
        assert answer.status_code == 400
        assert said in text_of(answer)
        assert 'href="#code"' in answer.text
    entry = last_entry(app)
    assert (entry.event, entry.actor) == ("account.confirmation_failed", user.username)
    assert post(client, UNMASKED, right).mimetype == XLSX
    assert post(client, UNMASKED, right).status_code == 400


def test_without_a_phone_the_password_is_enough(one, sign_in):
    client = sign_in(make_user())
    assert 'name="code"' not in client.get(UNMASKED).text
    assert post(client, UNMASKED, {"keperluan": "", "password": PASSWORD}).mimetype == XLSX


def test_a_session_that_ended_keeps_the_purpose_and_never_the_password(one, sign_in, app):
    user = make_user(role=Role.BP3MI)
    client = sign_in(user)
    typed = given(csrf_token=token(client.get(UNMASKED)))
    with time_machine.travel(now() + timedelta(hours=13), tick=True):
        assert client.post(UNMASKED, data=typed).location == "/masuk"
        (kept,) = db.session.scalars(select(KeptForm))
        stored = keyring().unseal(kept.sealed, "kept_form", "sealed", kept.id).decode()
        assert PURPOSE in stored
        assert PASSWORD not in stored
        assert typed["code"] not in stored
        assert sign_in_whole(client, user.username, PASSWORD).location == UNMASKED
        again = client.get(UNMASKED)
        assert PURPOSE in again.text
        assert PASSWORD not in again.text
