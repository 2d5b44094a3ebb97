"""Small unmasked files count as showing their people one by one, sixty an hour."""

import dataclasses
from datetime import timedelta

import pytest
import time_machine

from registry.accounts import slowdown
from registry.accounts.roles import Role
from registry.db import db, now
from registry.workbooks import alone
from registry.workbooks.views import XLSX
from tests.factories import make_departure, make_user
from tests.page import post, text_of
from tests.pages.accounts import owner
from tests.pages.exports.books import UNMASKED

PURPOSE = "Verifikasi lapangan bersama kecamatan"
ABOVE = (Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI)
SAID = "Berkas sampai 60 keberangkatan dihitung seperti menampilkan orangnya satu per satu"


@pytest.fixture
def three(app):
    operator = make_user()
    return [make_departure(by=operator, name=f"Siti {name}") for name in ("Satu", "Dua", "Tiga")]


def looked(user, times):
    slowdown.allow("reveal", user.username, per_hour=60, times=times)
    db.session.commit()


def ask(client, query="", later=0):
    return post(client, f"{UNMASKED}{query}", {"keperluan": PURPOSE, **owner(later=later)})


@pytest.mark.parametrize("role", ABOVE)
def test_a_small_file_waits_until_all_its_people_fit_into_the_hour(three, sign_in, role):
    user = make_user(role=role)
    client = sign_in(user)
    with time_machine.travel(now(), tick=False) as clock:
        looked(user, 57)
        clock.shift(timedelta(minutes=20))
        assert SAID not in text_of(client.get(UNMASKED))
        assert ask(client).mimetype == XLSX
        clock.shift(timedelta(minutes=1))
        warned = text_of(client.get(UNMASKED))
        assert f"{SAID}: paling banyak 60 dalam satu jam. Tunggu 39 menit" in warned
        refused = ask(client)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == str(39 * 60)
        assert SAID in text_of(refused)
        assert PURPOSE in refused.text
        one = f"?q={three[0].registration_number}"
        assert ask(client, one).status_code == 429
        clock.shift(timedelta(minutes=39))
        assert ask(client).mimetype == XLSX


def test_the_same_person_again_and_again_is_no_way_round_the_pace(three, sign_in):
    user = make_user(role=Role.BP3MI)
    client = sign_in(user)
    one = f"?q={three[0].registration_number}"
    with time_machine.travel(now(), tick=False) as clock:
        looked(user, 58)
        answers = []
        for _time in range(4):
            answers.append(ask(client, one).status_code)
            clock.shift(timedelta(minutes=1))
        assert answers == [200, 200, 429, 429]
        shown = post(client, "/cari", {"q": three[0].resident.nik}, seen="/akun/saya")
        assert shown.status_code == 200  # the rest of the work goes on
        assert client.get("/ekspor/keberangkatan.xlsx").mimetype == XLSX


def test_a_file_counts_towards_showing_and_a_refused_one_does_not(three, sign_in):
    user = make_user(role=Role.REVIEWER)
    client = sign_in(user)
    looked(user, 55)
    assert post(client, UNMASKED, {"keperluan": "", **owner()}).status_code == 400
    wrong = {"keperluan": PURPOSE, "password": "bukan kata sandinya", "code": "000000"}
    assert post(client, UNMASKED, wrong).status_code == 400
    assert ask(client).mimetype == XLSX
    looked(user, 2)
    with pytest.raises(slowdown.TooSoon):
        slowdown.allow("reveal", user.username, per_hour=60)


def test_the_villages_own_file_and_larger_ones_do_not_count(three, sign_in, monkeypatch):
    operator = make_user()
    looked(operator, 60)
    assert post(sign_in(operator), UNMASKED, {"keperluan": "", **owner()}).mimetype == XLSX
    office = make_user(role=Role.BP3MI)
    looked(office, 60)
    monkeypatch.setattr(alone, "LOOKS_PER_HOUR", 2)
    client = sign_in(office)
    assert "Tunggu" not in text_of(client.get(UNMASKED))
    assert ask(client).mimetype == XLSX


def test_a_file_for_a_second_person_is_asked_for_at_any_pace(three, sign_in, app):
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], second_person_rows=2)
    user = make_user(role=Role.BP3MI)
    looked(user, 60)
    assert ask(sign_in(user)).location == "/ekspor/permintaan"


def test_a_file_that_is_not_counted_is_noticed(three, sign_in, monkeypatch):
    """The canary: without the count the pace is gone round."""
    monkeypatch.setattr(alone, "_is_paced", lambda user, rows: False)
    user = make_user(role=Role.BP3MI)
    looked(user, 60)
    assert ask(sign_in(user)).mimetype == XLSX
