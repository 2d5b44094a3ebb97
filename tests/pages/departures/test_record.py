"""The record's page: masking, review, marks of stage, papers, and the history of it all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.models import JournalEntry, JournalValue
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.models import Departure
from registry.enums import DocumentKind, Procedure, ReviewStatus, Stage
from registry.formatting import long_date, today
from registry.operating.beside import first_edited_beside_journal
from tests.factories import VILLAGE, make_departure, make_nik, make_user
from tests.page import beside, hidden, post, text_of, token


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def reviewer(app):
    return make_user(role=Role.REVIEWER)


def path_of(departure):
    return f"/keberangkatan/{departure.id}"


def act(client, departure, action, prefix="tombol", **answers):
    """Press a button of the record's page."""
    page = client.get(path_of(departure))
    data = {"csrf_token": token(page), f"{prefix}-versi": str(departure.revision)}
    data |= {f"{prefix}-{name}": value for name, value in answers.items()}
    where = action if action.startswith("/") else f"{path_of(departure)}/{action}"
    return client.post(where, data=data)


def stored(departure):
    return db.session.get(Departure, departure.id)


def test_each_role_sees_as_much_of_a_person_as_the_contract_says(app, sign_in, operator):
    nik = make_nik()
    departure = make_departure(by=operator, nik=nik, name="Siti Aminah", phone="+6281299887766")
    village = text_of(sign_in(operator).get(path_of(departure)))
    assert nik in village
    assert "Siti Aminah" in village
    assert "+6281299887766" in village
    subdistrict = text_of(sign_in(make_user(role=Role.REVIEWER)).get(path_of(departure)))
    assert "Siti Aminah" in subdistrict
    assert f"{nik[:4]}••••••••••••" in subdistrict
    assert nik not in subdistrict
    for role in (Role.LABOUR_OFFICE, Role.BP3MI):
        office = sign_in(make_user(role=role)).get(path_of(departure)).text
        assert "S•• A••" in office
        assert "Aminah" not in office
        assert nik not in office
        assert "99887766" not in office
        assert "1998-••-••" in office
    assert sign_in(make_user(role=Role.ADMIN)).get(path_of(departure)).status_code == 403


def test_showing_a_person_is_journaled_and_needs_a_reason_above_the_subdistrict(
    sign_in, operator, reviewer
):
    nik = make_nik()
    # Under age: a critical flag, without which the offices above declare an emergency.
    born = today() - timedelta(days=16 * 365)
    departure = make_departure(by=operator, nik=nik, birth_date=born)
    camat = sign_in(reviewer)
    page = camat.get(path_of(departure))
    answer = camat.post(f"{path_of(departure)}/tampilkan", data={"csrf_token": token(page)})
    assert nik in text_of(answer)
    office = sign_in(make_user(role=Role.BP3MI))
    page = office.get(path_of(departure))
    refused = office.post(f"{path_of(departure)}/tampilkan", data={"csrf_token": token(page)})
    assert refused.status_code == 400
    assert nik not in refused.text
    assert "Tulis alasannya." in text_of(refused)
    shown = office.post(
        f"{path_of(departure)}/tampilkan",
        data={"csrf_token": token(page), "alasan": "Aduan keluarga tentang Siti"},
    )
    assert nik in text_of(shown)
    events = db.session.scalars(select(JournalEntry.event)).all()
    assert events.count("person.revealed") == 2
    details = [str(detail) for detail in db.session.scalars(select(JournalEntry.detail))]
    assert not any("Aduan" in detail for detail in details)


def test_showing_is_slowed_down_beyond_sixty_an_hour(sign_in, operator, reviewer):
    departure = make_departure(by=operator)
    client = sign_in(reviewer)
    csrf = {"csrf_token": token(client.get(path_of(departure)))}
    answers = [client.post(f"{path_of(departure)}/tampilkan", data=csrf) for _ in range(61)]
    assert [a.status_code for a in answers[:60]] == [200] * 60
    assert answers[60].status_code == 429


def test_the_subdistrict_verifies_and_the_village_sees_it(sign_in, operator, reviewer):
    departure = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    answer = act(sign_in(reviewer), departure, f"/periksa/{departure.id}/verifikasi")
    assert answer.status_code == 302
    assert stored(departure).review_status is ReviewStatus.VERIFIED
    assert "Terverifikasi" in text_of(sign_in(operator).get(path_of(departure)))


def test_a_record_sent_back_comes_first_for_the_village_with_its_reason(
    sign_in, operator, reviewer
):
    departure = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    where = f"/periksa/{departure.id}/kembalikan"
    camat = sign_in(reviewer)
    empty = act(camat, departure, where, "kembali", alasan="")
    assert empty.status_code == 400
    assert "Tulis alasannya." in text_of(empty)
    act(camat, departure, where, "kembali", alasan="Nama ibu tidak cocok dengan KK")
    village = sign_in(operator)
    home = text_of(village.get("/"))
    assert home.index("Perlu perbaikan") < home.index(departure.registration_number)
    assert "Nama ibu tidak cocok dengan KK" in text_of(village.get(path_of(departure)))


def test_nobody_verifies_a_record_that_they_wrote(sign_in, operator, reviewer):
    departure = make_departure(by=reviewer, status=ReviewStatus.SUBMITTED)
    client = sign_in(reviewer)
    assert "Anda ikut menulis catatan ini" in text_of(client.get(path_of(departure)))
    answer = act(client, departure, f"/periksa/{departure.id}/verifikasi")
    assert answer.status_code == 409
    other = make_user(role=Role.REVIEWER)
    assert act(sign_in(other), departure, f"/periksa/{departure.id}/verifikasi").status_code == 302


def test_the_labour_office_verifies_only_what_a_lone_reviewer_wrote(sign_in, operator, reviewer):
    office = sign_in(make_user(role=Role.LABOUR_OFFICE))
    usual = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    assert act(office, usual, f"/periksa/{usual.id}/verifikasi").status_code == 409
    lone = make_departure(by=reviewer, status=ReviewStatus.SUBMITTED)
    assert lone.registration_number in text_of(office.get("/periksa"))
    assert usual.registration_number not in text_of(office.get("/periksa"))
    assert act(office, lone, f"/periksa/{lone.id}/verifikasi").status_code == 302


def test_the_queue_is_ordered_by_planned_date(sign_in, operator, reviewer):
    days = [40, 5, 20]
    made = {
        day: make_departure(
            by=operator, status=ReviewStatus.SUBMITTED, planned_on=today() + timedelta(days=day)
        )
        for day in days
    }
    page = text_of(sign_in(reviewer).get("/periksa"))
    places = [page.index(made[day].registration_number) for day in sorted(days)]
    assert places == sorted(places)


def test_two_reviewers_at_once_and_the_second_sees_what_changed(sign_in, operator, reviewer):
    departure = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    second = sign_in(make_user(role=Role.REVIEWER))
    page = second.get(path_of(departure))
    stale = {
        "csrf_token": token(page),
        "kembali-versi": str(departure.revision),
        "kembali-alasan": "Alasan yang sudah diketik panjang",
    }
    act(sign_in(reviewer), departure, f"/periksa/{departure.id}/verifikasi")
    answer = second.post(f"/periksa/{departure.id}/kembalikan", data=stale)
    assert answer.status_code == 409
    assert "Catatan ini sudah berubah sejak Anda membukanya" in text_of(answer)
    assert "Memverifikasi" in text_of(answer)
    assert "Alasan yang sudah diketik panjang" in answer.text
    assert stored(departure).review_status is ReviewStatus.VERIFIED


def test_a_correction_after_verification_keeps_the_old_value_in_sight(sign_in, operator, reviewer):
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    client = sign_in(operator)
    path = f"{path_of(departure)}/warga"
    page = client.get(path)
    answer = client.post(
        path,
        data={
            "csrf_token": token(page),
            "versi": hidden(page, "versi"),
            "nik": departure.resident.nik,
            "name": departure.resident.name,
            "birth_date-day": "13",
            "birth_date-month": "3",
            "birth_date-year": "1998",
            "sex": "P",
        },
    )
    assert answer.status_code == 302
    assert stored(departure).review_status is ReviewStatus.SUBMITTED
    page = text_of(sign_in(reviewer).get(path_of(departure)))
    assert "Sebelum dibetulkan: 1998-••-••" in page
    assert "Sebelum dibetulkan: 12 Maret 1998" in text_of(client.get(path_of(departure)))


def test_papers_and_marks_after_verification_ask_for_no_new_review(sign_in, operator, reviewer):
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    client = sign_in(operator)
    path = f"{path_of(departure)}/dokumen"
    page = client.get(path)
    client.post(
        path,
        data={"csrf_token": token(page), "versi": hidden(page, "versi"), "paspor-status": "ada"},
    )
    day = today().isoformat()
    act(client, stored(departure), "berangkat", "berangkat", tanggal=day)
    assert stored(departure).review_status is ReviewStatus.VERIFIED
    assert stored(departure).stage is Stage.DEPARTED


def test_departed_returned_and_leaving_again_keep_the_first_journey(sign_in, operator):
    departure = make_departure(by=operator, stage=Stage.DEPARTED)
    client = sign_in(operator)
    too_early = (departure.departed_on - timedelta(days=1)).isoformat()
    jenis = "selesai_kontrak"
    answer = act(client, departure, "pulang", "pulang", tanggal=too_early, jenis=jenis)
    assert answer.status_code == 400
    assert beside(answer, "pulang-tanggal") == (
        "Tanggal pulang tidak mungkin sebelum tanggal berangkat."
    )
    act(client, departure, "pulang", "pulang", tanggal=today().isoformat(), jenis=jenis)
    assert stored(departure).stage is Stage.RETURNED
    again = f"/keberangkatan/baru/warga/{departure.resident_id}"
    page = client.get(again)
    answer = client.post(
        again,
        data={"csrf_token": token(page), "kunci": "dua", "name": departure.resident.name},
    )
    assert answer.status_code == 302
    journeys = db.session.scalars(select(Departure).order_by(Departure.id)).all()
    assert [journey.stage for journey in journeys] == [Stage.RETURNED, Stage.PLANNED]
    assert len({journey.resident_id for journey in journeys}) == 1


def test_a_departure_without_a_card_is_a_question_and_what_it_was_is_kept(sign_in, operator):
    departure = make_departure(by=operator, stage=Stage.DEPARTED)
    assert departure.procedure is Procedure.SUSPECTED
    assert departure.readiness_at_departure is Procedure.INCOMPLETE


def test_a_mark_can_be_taken_back_with_a_reason(sign_in, operator):
    departure = make_departure(by=operator, stage=Stage.CANCELLED)
    client = sign_in(operator)
    assert departure.procedure is None
    act(client, departure, "tarik", "tarik", alasan="Salah orang yang ditandai")
    assert stored(departure).stage is Stage.PLANNED
    assert "Salah orang yang ditandai" in text_of(client.get(path_of(departure)))


def test_a_date_in_the_future_is_no_departure(sign_in, operator):
    departure = make_departure(by=operator)
    day = (today() + timedelta(days=2)).isoformat()
    answer = act(sign_in(operator), departure, "berangkat", "berangkat", tanggal=day)
    assert answer.status_code == 400
    assert "Tanggal ini masih di depan" in text_of(answer)


TOO_LONG_AGO = "Tanggal ini terlalu jauh dari hari ini. Periksa tahunnya."


@pytest.mark.parametrize(
    ("born", "day", "told"),
    [
        (date(1995, 5, 1), "1950-01-01", "Tanggal berangkat tidak mungkin sebelum tanggal lahir."),
        (date(1995, 5, 1), "1995-04-30", "Tanggal berangkat tidak mungkin sebelum tanggal lahir."),
        (date(1960, 5, 1), "1989-12-31", TOO_LONG_AGO),
        (None, "1950-01-01", TOO_LONG_AGO),
    ],
)
def test_nobody_left_before_the_birth_or_long_before_the_registry(
    sign_in, operator, born, day, told
):
    departure = make_departure(by=operator, birth_date=born, nik=None)
    answer = act(sign_in(operator), departure, "berangkat", "berangkat", tanggal=day)
    assert answer.status_code == 400
    assert beside(answer, "berangkat-tanggal") == told
    assert stored(departure).stage is Stage.PLANNED


def test_nobody_was_born_after_leaving(sign_in, operator):
    departure = make_departure(by=operator)
    client, step = sign_in(operator), f"{path_of(departure)}/warga"
    day = today() - timedelta(days=1)
    left = (day - timedelta(days=2)).isoformat()
    act(client, departure, "berangkat", "berangkat", tanggal=left)
    said = {"name": "Siti", "birth_date-day": day.day, "birth_date-month": day.month}
    said |= {"birth_date-year": day.year, "versi": departure.revision}
    answer = post(client, step, said)
    assert beside(answer, "birth_date") == (
        "Tanggal lahir tidak mungkin sesudah tanggal berangkat."
    )
    assert stored(departure).resident.birth_date == date(1998, 3, 12)


@pytest.mark.parametrize(("days", "is_taken"), [(366, True), (367, False), (9_000, False)])
def test_a_departure_long_before_the_plan_is_a_mistyped_year(sign_in, operator, days, is_taken):
    departure = make_departure(by=operator, birth_date=date(1980, 5, 1), nik=None)
    day = (departure.planned_on - timedelta(days=days)).isoformat()
    answer = act(sign_in(operator), departure, "berangkat", "berangkat", tanggal=day)
    assert stored(departure).stage is (Stage.DEPARTED if is_taken else Stage.PLANNED)
    if not is_taken:
        assert answer.status_code == 400
        assert beside(answer, "berangkat-tanggal") == (
            "Tanggal ini lebih dari setahun sebelum rencana. Periksa tahunnya."
        )


@pytest.mark.parametrize("day", ["0001-01-01", "1800-01-01", "1949-12-31"])
def test_a_date_of_long_ago_is_no_departure(sign_in, operator, day):
    departure = make_departure(by=operator)
    client = sign_in(operator)
    answer = act(client, departure, "berangkat", "berangkat", tanggal=day)
    assert answer.status_code == 400
    assert "Tahunnya terlalu lama" in text_of(answer)
    assert stored(departure).stage is Stage.PLANNED
    step = f"{path_of(departure)}/tujuan"
    answer = post(client, step, {"last_contact_on": day}, seen=step)
    assert "Tahunnya terlalu lama" in text_of(answer)
    assert stored(departure).last_contact_on is None


def test_the_letter_is_printed_from_the_record_and_its_number_is_recorded(sign_in, operator):
    departure = make_departure(by=operator, name="Dewi Lestari")
    client = sign_in(operator)
    path = f"{path_of(departure)}/surat-izin"
    page = client.get(path)
    answer = client.post(
        path,
        data={
            "csrf_token": token(page),
            "versi": hidden(page, "versi"),
            "nomor": "470/7/2026",
            "tanggal": today().isoformat(),
            "penanda_tangan": "Slamet Riyadi",
            "hubungan": "suami",
        },
    )
    letter = text_of(client.get(answer.location))
    for said in (
        "470/7/2026",
        "Slamet Riyadi",
        "Dewi Lestari",
        "Mengetahui, Kepala Desa Sukadana",
        "Taiwan",
        "Pasal 13 huruf b",
        long_date(today()),
    ):
        assert said in letter, said
    record = stored(departure)
    document = record.document(DocumentKind.FAMILY_PERMISSION)
    assert (document.number, document.issued_on) == ("470/7/2026", today())
    assert record.letter_signer == "Slamet Riyadi"
    assert "izin_keluarga" not in record.documents_missing


def test_the_receipt_says_what_is_missing_and_that_it_is_no_permission(sign_in, operator):
    departure = make_departure(by=operator, planned_on=None)
    receipt = text_of(sign_in(operator).get(f"{path_of(departure)}/tanda-terima"))
    for said in (
        departure.registration_number,
        "Pencatatan ini bukan izin berangkat",
        "Paspor",
        "Tanggal rencana berangkat",
        "0800-1000",
    ):
        assert said in receipt, said


def test_the_history_names_each_change_and_hides_numbers_from_offices(sign_in, operator):
    nik = make_nik()
    departure = make_departure(by=operator, nik=nik, status=ReviewStatus.SUBMITTED)
    history = text_of(sign_in(operator).get(path_of(departure)))
    assert "Mencatat keberangkatan" in history
    assert "Mengajukan ke kecamatan" in history
    office = sign_in(make_user(role=Role.BP3MI)).get(path_of(departure))
    assert nik not in office.text


def test_after_all_this_chain_and_records_agree(sign_in, operator, reviewer):
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    make_departure(by=operator, stage=Stage.CANCELLED)
    sign_in(operator).get(path_of(departure))
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    changed = db.session.scalars(select(JournalValue).where(JournalValue.sealed.is_not(None)))
    assert changed.first() is not None
    departure = stored(departure)
    departure.planned_on = date(2030, 1, 1)
    with pytest.raises(Exception, match="tanpa catatan jurnal"):
        db.session.commit()
    db.session.rollback()
    assert departure.village_code == VILLAGE
