"""Above a number of rows an unmasked file needs a second person, and leaves once."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.accounts import operations as accounts
from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures.workflow import NotAllowed
from registry.enums import RequestState
from registry.workbooks import export_requests, request_words
from registry.workbooks.models import ExportRequest
from registry.workbooks.views import XLSX
from tests.factories import make_departure, make_user, recode
from tests.page import links, post, text_of
from tests.pages.accounts import owner
from tests.pages.exports.books import UNMASKED, last_entry, people

PURPOSE = "Verifikasi lapangan bersama kecamatan"
LIST = "/ekspor/permintaan"


@pytest.fixture
def crowd(app):
    """Two people where one is the limit; the name of one is sought."""
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], second_person_rows=1)
    operator = make_user()
    return [make_departure(by=operator, name=name) for name in ("Siti Aminah", "Siti Aminah")]


@pytest.fixture
def asker():
    return make_user(role=Role.LABOUR_OFFICE)


@pytest.fixture
def request_id(crowd, asker, sign_in):
    answer = post(sign_in(asker), f"{UNMASKED}?q=siti+aminah", {"keperluan": PURPOSE, **owner()})
    assert (answer.status_code, answer.location) == (302, LIST)
    return stored().id


def stored() -> ExportRequest:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(ExportRequest)).unique().one()


def step(client, request_id, verb, **given):
    fields = {f"p{request_id}-{name}": value for name, value in given.items()}
    return post(client, f"{LIST}/{request_id}/{verb}", fields, seen=LIST)


def take_out(client, request_id):
    """The first code of the phone was used up when the file was asked for."""
    return step(client, request_id, "unduh", **owner(later=1))


def test_a_small_file_and_an_installation_without_a_limit_need_nobody(crowd, app, sign_in):
    client = sign_in(make_user(role=Role.BP3MI))
    first = crowd[0].registration_number
    assert post(client, f"{UNMASKED}?q={first}", {"keperluan": PURPOSE, **owner()}).mimetype == XLSX
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], second_person_rows=0)
    assert post(client, UNMASKED, {"keperluan": PURPOSE, **owner(later=1)}).mimetype == XLSX


def test_the_page_names_the_offices_that_may_approve_and_what_still_goes_alone(
    crowd, asker, sign_in, app
):
    app.config["PAMIT"] = dataclasses.replace(app.config["PAMIT"], second_person_rows=1)
    client = sign_in(asker)
    nobody = text_of(client.get(UNMASKED))
    assert "Belum ada akun lain yang dapat menyetujui." in nobody
    assert "Administrator dapat membuka akun kedua untuk kantor Anda" in nobody
    assert "sampai 1 keberangkatan; persempit saringannya" in nobody
    for role in (Role.ADMIN, Role.REVIEWER):
        make_user(role=role)
    make_user(role=Role.LABOUR_OFFICE, area="1801")
    gone = make_user(role=Role.LABOUR_OFFICE)
    accounts.deactivate(gone, by=log.SYSTEM)
    db.session.commit()
    assert "Belum ada akun lain" in text_of(client.get(UNMASKED))
    make_user(role=Role.BP3MI, area="18")
    make_user(role=Role.LABOUR_OFFICE)
    offices = "Dinas tenaga kerja, Kabupaten Lampung Timur; BP3MI, Provinsi Lampung."
    assert f"Yang dapat menyetujui: {offices}" in text_of(client.get(UNMASKED))
    post(client, UNMASKED, {"keperluan": PURPOSE, **owner()})
    assert f"Yang dapat menyetujui: {offices}" in text_of(client.get(LIST))


def test_an_office_of_one_beside_its_administrator_can_tell_what_to_do(crowd, sign_in):
    make_user(role=Role.ADMIN)
    page = text_of(sign_in(make_user()).get(UNMASKED))
    assert "Belum ada akun lain" not in page  # the fixture's operator of the same village
    assert "Yang dapat menyetujui: Operator desa, Desa" in page


def test_many_small_files_of_one_day_are_added_up(crowd, app, sign_in):
    asker, colleague = (make_user(role=Role.BP3MI) for _ in range(2))
    client = sign_in(asker)
    numbers = [departure.registration_number for departure in crowd]

    def ask(number, later=0):
        again = {"keperluan": PURPOSE, **owner(later=later)}
        return post(client, f"{UNMASKED}?q={number}", again)

    with time_machine.travel(now(), tick=False) as clock:
        assert "24 jam terakhir" not in text_of(client.get(f"{UNMASKED}?q={numbers[0]}"))
        assert ask(numbers[0]).mimetype == XLSX
        assert client.get("/ekspor/keberangkatan.xlsx").mimetype == XLSX  # masked: adds nothing
        assert "24 jam terakhir" in text_of(client.get(f"{UNMASKED}?q={numbers[1]}"))
        assert ask(numbers[1], later=1).location == LIST
        request_id = stored().id
        assert step(sign_in(colleague), request_id, "setuju").status_code == 302
        clock.shift(timedelta(minutes=2))
        assert step(client, request_id, "unduh", **owner()).mimetype == XLSX
        clock.shift(timedelta(hours=23, minutes=59))
        client = sign_in(asker)
        # Neither the first, a day old, nor the approved one is added to the next.
        assert ask(numbers[1]).mimetype == XLSX


def test_a_second_person_approves_and_the_file_leaves_once(request_id, asker, sign_in, app):
    asking, colleague = sign_in(asker), make_user(role=Role.LABOUR_OFFICE)
    assert "Menunggu persetujuan" in text_of(asking.get(LIST))
    assert take_out(asking, request_id).status_code == 409
    other = sign_in(colleague)
    assert "1 permintaan unduhan menunggu keputusan Anda" in text_of(other.get("/"))
    assert "permintaan unduhan" not in text_of(asking.get("/"))
    seen = text_of(other.get(LIST))
    assert PURPOSE in seen
    assert asker.username in seen
    assert "2 keberangkatan" in seen
    assert "Aminah" not in seen
    assert step(other, request_id, "setuju").status_code == 302
    assert take_out(other, request_id).status_code == 403
    wrong = step(asking, request_id, "unduh", password="bukan kata sandinya", code="000000")
    assert wrong.status_code == 400
    assert "Kata sandi salah." in text_of(wrong)
    answer = take_out(asking, request_id)
    assert len(people(answer.data)) == 2
    detail = last_entry(app).detail
    assert detail["disetujui"] == colleague.username
    assert detail["keperluan"] == PURPOSE
    assert take_out(asking, request_id).status_code == 409
    events = list(db.session.scalars(select(JournalEntry.event)))
    for event in ("export.asked", "export.approved", "departures.exported"):
        assert events.count(event) == 1


def at(hour: int, minute: int):
    return time_machine.travel(datetime(2027, 3, 1, hour - 7, minute, tzinfo=UTC), tick=False)


@pytest.fixture
def decided(crowd, asker, sign_in):
    """What a colleague approved at 09.41 and the asker took out at 09.42, read a day later."""
    colleague = make_user(role=Role.LABOUR_OFFICE)
    with at(9, 30):
        post(sign_in(asker), UNMASKED, {"keperluan": PURPOSE, **owner()})
        request_id = stored().id
    with at(9, 41):
        step(sign_in(colleague), request_id, "setuju")
    with at(9, 42):
        assert take_out(sign_in(asker), request_id).mimetype == XLSX
    return colleague


def test_who_approved_and_who_downloaded_stand_beside_their_own_moments(decided, asker, sign_in):
    approved = f"Disetujui {decided.username}, 1 Maret 2027 pukul 09.41 WIB"
    downloaded = f"diunduh {asker.username}, 1 Maret 2027 pukul 09.42 WIB"
    with at(10, 0):
        for reader in (asker, decided):
            page = text_of(sign_in(reader).get(LIST))
            assert f"Sudah diunduh {approved} · {downloaded}" in page, reader.role
        other = sign_in(make_user(role=Role.LABOUR_OFFICE))
        assert PURPOSE not in text_of(other.get(LIST))


def test_who_approved_finds_the_file_among_those_of_the_emergency_accesses(decided, sign_in):
    with at(10, 0):
        page = text_of(sign_in(decided).get("/akses-darurat"))
        assert f"disetujui {decided.username}" in page
        assert "Yang Anda unduh dan yang Anda setujui dalam setahun terakhir." in page
        other = sign_in(make_user(role=Role.LABOUR_OFFICE))
        assert PURPOSE not in text_of(other.get("/akses-darurat"))


def test_a_file_that_left_before_the_journal_named_requests_has_no_moment(
    decided, asker, sign_in, monkeypatch
):
    monkeypatch.setattr(request_words, "_taken_out", lambda _requests: {})
    with at(10, 0):
        page = text_of(sign_in(asker).get(LIST))
    assert f"09.41 WIB · diunduh {asker.username}" in page
    assert "09.42" not in page


def test_the_decider_sees_for_seven_days_what_became_of_it(request_id, asker, sign_in):
    colleague = make_user(role=Role.LABOUR_OFFICE)
    step(sign_in(colleague), request_id, "setuju")

    def page(after):
        with time_machine.travel(now() + after, tick=True):
            export_requests.purge()
            db.session.commit()
            return text_of(sign_in(colleague).get(LIST))

    assert f"Disetujui Disetujui {colleague.username}, " in page(timedelta(0))
    late = page(timedelta(days=6, hours=23))
    assert "Yang Anda putuskan dalam 7 hari terakhir" in late
    assert "Kedaluwarsa Disetujui" in late
    assert "tidak diunduh sampai" in late
    assert PURPOSE not in page(timedelta(days=7, hours=1))


def test_the_first_page_tells_the_asker_of_an_approval_until_the_file_left(
    request_id, asker, sign_in
):
    told = "Permintaan unduhan Anda disetujui; unduh sebelum "
    client = sign_in(asker)
    assert told not in text_of(client.get("/"))
    step(sign_in(make_user(role=Role.BP3MI)), request_id, "setuju")
    page = client.get("/")
    assert told in text_of(page)
    assert LIST in [address for _words, address in links(page)]
    take_out(client, request_id)
    assert told not in text_of(client.get("/"))


@pytest.mark.parametrize("role", export_requests.OFFICES)
def test_the_first_page_tells_the_asker_of_a_refusal_until_the_next_request(crowd, sign_in, role):
    user, told = make_user(role=role), "Permintaan unduhan Anda tidak disetujui; baca alasannya"
    client = sign_in(user)
    post(client, UNMASKED, {"keperluan": PURPOSE, **owner()})
    step(sign_in(make_user(role=Role.BP3MI)), stored().id, "tidak-setuju", alasan="Terlalu banyak")
    assert told in text_of(client.get("/"))
    post(client, UNMASKED, {"keperluan": PURPOSE, **owner(later=1)})
    assert told not in text_of(client.get("/"))


def test_a_refusal_carries_its_reason_to_the_asker(request_id, asker, sign_in):
    above = sign_in(make_user(role=Role.BP3MI))
    missing = step(above, request_id, "tidak-setuju", alasan="")
    assert missing.status_code == 400
    assert "Tulis alasannya." in text_of(missing)
    step(above, request_id, "tidak-setuju", alasan="Cukup yang disamarkan")
    seen = text_of(sign_in(asker).get(LIST))
    assert "Tidak disetujui" in seen
    assert "Cukup yang disamarkan" in seen
    assert step(above, request_id, "setuju").status_code == 409
    assert take_out(sign_in(asker), request_id).status_code == 409


@pytest.mark.parametrize(
    ("role", "area", "status"),
    [
        (Role.LABOUR_OFFICE, "1807", 302),
        (Role.LABOUR_OFFICE, "18", 302),
        (Role.BP3MI, "18", 302),
        (Role.BP3MI, "0", 302),
        (Role.LABOUR_OFFICE, "1801", 404),
        (Role.REVIEWER, "180701", 404),
        (Role.OPERATOR, "1807012001", 404),
        (Role.VILLAGE_HEAD, "1807012001", 403),
        (Role.ADMIN, "0", 403),
    ],
)
def test_who_may_be_the_second_person(request_id, sign_in, role, area, status):
    client = sign_in(make_user(role=role, area=area))
    answer = post(client, f"{LIST}/{request_id}/setuju", {}, seen="/akun/kata-sandi")
    assert answer.status_code == status
    assert (stored().state is RequestState.APPROVED) == (status == 302)


def test_nobody_approves_what_one_asked_for_oneself(request_id, asker, sign_in, monkeypatch):
    client = sign_in(asker)
    assert step(client, request_id, "setuju").status_code == 403
    # The canary: without the rule the same click would be enough.
    monkeypatch.setattr(export_requests, "may_decide", lambda *_: True)
    assert step(client, request_id, "setuju").status_code == 302


def test_a_request_is_void_after_a_day_and_when_the_office_changes(request_id, asker, sign_in):
    colleague = make_user(role=Role.LABOUR_OFFICE)
    with time_machine.travel(now() + timedelta(hours=24, seconds=1), tick=True):
        client = sign_in(colleague)
        assert PURPOSE not in text_of(client.get(LIST))
        assert step(client, request_id, "setuju").status_code == 409
    step(sign_in(colleague), request_id, "setuju")
    with time_machine.travel(now() + timedelta(hours=24, seconds=1), tick=True):
        assert take_out(sign_in(asker), request_id).status_code == 409
    accounts.change_user(
        asker, name=asker.name, role=Role.LABOUR_OFFICE, area_code="18", by=log.SYSTEM
    )
    assert take_out(sign_in(asker), request_id).status_code == 409


def test_of_two_decisions_at_once_one_wins(request_id, app):
    one, two = make_user(role=Role.LABOUR_OFFICE), make_user(role=Role.BP3MI)
    request = stored()
    export_requests.approve(request, by=one)
    with pytest.raises(NotAllowed):
        export_requests.refuse(request, "Terlambat", by=two)
    db.session.commit()
    assert stored().decided_by == one.id


def test_the_filter_lies_sealed(request_id):
    assert b"aminah" not in stored().filter_sealed
    assert export_requests.wanted(stored()).filter.text == "siti aminah"
    assert export_requests.wanted(stored()).whole_words


def test_a_request_for_an_area_that_a_decree_recoded_still_leaves(crowd, asker, sign_in):
    given = {"keperluan": PURPOSE, **owner()}
    post(sign_in(asker), f"{UNMASKED}?wilayah=180701&q=siti+aminah", given)
    recode("180701", "180799")
    db.session.commit()
    request_id = stored().id
    second = sign_in(make_user(role=Role.LABOUR_OFFICE))
    assert text_of(second.get(LIST)).count(PURPOSE) == 1
    step(second, request_id, "setuju")
    assert take_out(sign_in(asker), request_id).mimetype == XLSX
