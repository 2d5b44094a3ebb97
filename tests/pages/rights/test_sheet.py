"""What a person may ask for: what is stored, who looked, and that it be corrected."""

from datetime import date

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit import log
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures.fields import FIELDS, shown
from registry.departures.models import Departure
from registry.enums import CorrectionState
from registry.rights.models import CorrectionRequest
from tests.factories import FOREIGN_VILLAGE, make_departure, make_user
from tests.page import h1, links, post, text_of
from tests.pages.rights.people import PAPERS, PERSON, SECRETS, WORDS, found_in, make_known

WRONG = "Nama ibu Tumirah Lestariningsih, bukan Tumini"


@pytest.fixture
def known(app):
    return make_known(date(2026, 2, 10), is_case=False, returned=False)


def test_the_sheet_holds_every_answered_field_and_who_looked(known, sign_in):
    head = sign_in(make_user(role=Role.VILLAGE_HEAD))
    sign_in(make_user(role=Role.REVIEWER)).get(f"/keberangkatan/{known.id}")
    page = head.get(f"/keberangkatan/{known.id}/data-tersimpan")
    said = text_of(page)
    assert h1(page) == "Data yang Kami Simpan tentang Anda"
    departure = db.session.get(Departure, known.id)
    answered = 0
    for name, info in FIELDS.items():
        value = getattr(departure.resident if info.owner == "resident" else departure, name)
        if value is not None and not info.is_code:
            assert " ".join(shown(info, value).split()) in said, name
            answered += 1
    assert answered > 30
    # On a phone each line is a block, whose parts must say what they are.
    assert page.text.count('data-label="Untuk apa"') == answered
    for number in (*PERSON.values(), *PAPERS.values()):
        assert number in said
    assert "Pemeriksa kecamatan: 1 kali" in said
    assert "Kepala desa/lurah: 1 kali" in said or "Belum ada" not in said
    assert "Batal berangkat, sejak tanggal batal: 1 tahun (Usulan Pamit)" in said
    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()
    assert (entry.event, entry.detail["surat"]) == ("person.printed", "data_tersimpan")


def test_the_sheet_holds_what_was_asked_and_no_note_of_an_office(app, sign_in):
    known = make_known(date(2026, 2, 10))
    client = sign_in(make_user())
    path = f"/keberangkatan/{known.id}/pembetulan"
    post(client, path, {"yang_salah": WRONG})
    asked = db.session.scalars(select(CorrectionRequest)).one()
    typed = {f"jawab-{asked.id}-jawaban": "Sudah dicocokkan dengan KK.", "hasil": "done"}
    post(client, f"{path}/{asked.id}", typed, seen=path)
    said = text_of(client.get(f"/keberangkatan/{known.id}/data-tersimpan"))
    assert WRONG in said
    assert "Sudah dicocokkan dengan KK." in said
    assert WORDS["note"] not in said
    assert "kecuali catatan petugas tentang penanganan tanda" in said


def test_only_who_may_print_for_this_village_gets_the_sheet(known, sign_in):
    path = f"/keberangkatan/{known.id}/data-tersimpan"
    for role in (Role.LABOUR_OFFICE, Role.BP3MI, Role.ADMIN):
        assert sign_in(make_user(role=role)).get(path).status_code == 403
    foreign = sign_in(make_user(area=FOREIGN_VILLAGE))
    for tail in ("data-tersimpan", "pembetulan"):
        page = foreign.get(f"/keberangkatan/{known.id}/{tail}")
        assert page.status_code == 404
        assert not found_in(page.data, SECRETS)


def test_for_a_reviewer_the_sheet_is_a_look_that_is_counted_and_slowed_down(known, sign_in):
    client = sign_in(make_user(role=Role.REVIEWER))
    path = f"/keberangkatan/{known.id}/data-tersimpan"
    answers = [client.get(path).status_code for _ in range(61)]
    assert (answers[59], answers[60]) == (200, 429)


class TestCorrection:
    @pytest.fixture
    def path(self, known):
        return f"/keberangkatan/{known.id}/pembetulan"

    def test_it_is_written_down_waits_in_the_queue_and_is_answered(self, known, path, sign_in):
        client = sign_in(make_user())
        record = client.get(f"/keberangkatan/{known.id}")
        assert ("Permintaan pembetulan", path) in links(record)
        assert post(client, path, {"yang_salah": WRONG}).status_code == 302
        waiting = client.get("/")
        assert (known.registration_number, path) in links(waiting)
        assert "Tumirah Lestari" not in waiting.text
        asked = db.session.scalars(select(CorrectionRequest)).one()
        assert asked.words == WRONG
        assert WRONG in text_of(client.get(path))
        answer = f"{path}/{asked.id}"
        empty = post(client, answer, {"hasil": "done"}, seen=path)
        assert empty.status_code == 400
        assert "Tulis apa yang dibetulkan" in text_of(empty)
        typed = {f"jawab-{asked.id}-jawaban": "KK-nya sudah dicocokkan.", "hasil": "done"}
        assert post(client, answer, typed, seen=path).status_code == 302
        said = text_of(client.get(path))
        assert "KK-nya sudah dicocokkan." in said
        assert "Dibetulkan" in said
        assert (known.registration_number, path) not in links(client.get("/"))
        assert post(client, answer, typed, seen=path).status_code == 409

    def test_it_is_refused_with_a_reason(self, path, sign_in):
        client = sign_in(make_user(role=Role.VILLAGE_HEAD))
        post(client, path, {"yang_salah": WRONG})
        asked = db.session.scalars(select(CorrectionRequest)).one()
        typed = {f"jawab-{asked.id}-jawaban": "KTP-nya memang begitu.", "hasil": "refused"}
        post(client, f"{path}/{asked.id}", typed, seen=path)
        assert db.session.get(CorrectionRequest, asked.id).state is CorrectionState.REFUSED
        bad = post(client, f"{path}/{asked.id}", {"hasil": "apa saja"}, seen=path)
        assert bad.status_code == 400

    def test_what_was_said_is_sealed_and_in_the_history(self, known, path, sign_in):
        client = sign_in(make_user())
        post(client, path, {"yang_salah": WRONG})
        asked = db.session.scalars(select(CorrectionRequest)).one()
        assert WRONG.encode() not in asked.words_sealed
        entry, value = db.session.execute(
            select(JournalEntry, JournalValue)
            .join(JournalValue, JournalValue.seq == JournalEntry.seq)
            .where(JournalValue.kind == "correction")
        ).one()
        assert entry.event == "correction.asked"
        assert WRONG not in str(entry.detail)
        departure = db.session.get(Departure, known.id)
        said = log.unseal_changes(
            departure.person_key, value.sealed, value.kind, value.subject_id, value.version
        )
        assert said == {"reason": [None, WRONG]}
        record = text_of(client.get(f"/keberangkatan/{known.id}"))
        assert "Mencatat permintaan pembetulan" in record

    def test_a_request_of_another_record_is_not_found(self, known, path, sign_in):
        user = make_user()
        client = sign_in(user)
        post(client, path, {"yang_salah": WRONG})
        asked = db.session.scalars(select(CorrectionRequest)).one()
        other = make_departure(by=user)
        wrong_path = f"/keberangkatan/{other.id}/pembetulan/{asked.id}"
        typed = {f"jawab-{asked.id}-jawaban": "Tertukar.", "hasil": "done"}
        assert post(client, wrong_path, typed, seen=path).status_code == 404

    def test_what_was_typed_is_kept_when_something_is_wrong(self, path, sign_in):
        client = sign_in(make_user())
        page = post(client, path, {"yang_salah": "NIK"})
        assert page.status_code == 400
        assert ">NIK</textarea>" in page.text.replace("\r\n", "").replace("\n", "")


def test_the_form_tells_what_the_data_are_for(app, sign_in):
    client = sign_in(make_user())
    assert ("Pemberitahuan pemrosesan data", "/pemrosesan-data") in links(
        client.get("/keberangkatan/baru")
    )
    said = text_of(client.get("/pemrosesan-data"))
    for words in ("bukan persetujuan", "3 × 24 jam", "Draf yang tidak pernah diajukan", "NIK"):
        assert words in said
