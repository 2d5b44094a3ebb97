"""What an import writes: new records, corrections, and nothing else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from registry import sealing
from registry.accounts.roles import Role
from registry.audit.log import unseal_changes
from registry.audit.models import JournalEntry, JournalValue
from registry.db import db
from registry.departures import decisions, operations
from registry.departures.flag_workflow import FlagAction, next_state
from registry.departures.models import Departure, Document, Resident
from registry.departures.operations import DocumentAnswer, values_before_correction
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    FlagState,
    Origin,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)
from registry.flags.operations import take_step
from registry.formatting import today
from registry.reference.models import Job
from registry.workbooks import import_apply
from registry.workbooks.import_inserts import Inserts
from registry.workbooks.importing import ImportOutdated, apply
from tests.factories import (
    SISTER_VILLAGE,
    VILLAGE,
    make_agency,
    make_departure,
    make_nik,
    make_user,
)
from tests.pages.imports import (
    assert_whole,
    bring_in,
    counts,
    messages,
    try_out,
)

NIK = "1807015203980001"
PLANNED = today() + timedelta(days=90)
SITI = {
    "Nama": "Siti Rahmawati",
    "NIK": NIK,
    "Telepon": "0812-3456-7890",
    "No. KK": "1807010101100001",
    "RT": 3,
    "Negara Tujuan": "Taiwan",
    "Skema": "PT",
    "Tanggal Rencana": PLANNED,
    "Perekrut": "Bu Yanti",
    "Telepon Perekrut": "0857-1111-2222",
    "Paspor": "ada",
    "Paspor Berlaku Sampai": date(2031, 5, 1),
    "No. ID PMI": "ID-77",
    "No. E-KPMI": "E-12345",
}


def departures():
    db.session.rollback()
    return list(db.session.scalars(select(Departure).order_by(Departure.id)).unique())


def only_departure():
    (departure,) = departures()
    return departure


def last_entry():
    db.session.rollback()
    return db.session.scalars(select(JournalEntry).order_by(JournalEntry.seq.desc())).first()


def change(departure, **row):
    """A row that names a stored departure by its number."""
    return {"No. Registrasi": departure.registration_number, **row}


# New records


def test_a_row_becomes_a_resident_and_a_departure_that_are_judged_and_sealed(app):
    operator = make_user()
    outcome = bring_in(operator, SITI)
    assert (outcome.added, outcome.updated, outcome.known, outcome.bad) == (1, 0, 0, 0)
    departure = only_departure()
    resident = departure.resident
    assert (resident.name, resident.nik, resident.rt) == ("Siti Rahmawati", NIK, "003")
    assert (resident.phone, resident.family_card) == ("+6281234567890", "1807010101100001")
    assert (resident.sex, resident.birth_date) == (Sex.FEMALE, date(1998, 3, 12))
    assert resident.village_code == departure.village_code == VILLAGE
    assert (departure.country, departure.scheme) == ("TW", Scheme.P_TO_P)
    assert (departure.recruiter_name, departure.recruiter_phone) == ("Bu Yanti", "+6285711112222")
    assert departure.document_number(DocumentKind.MIGRANT_CARD) == "E-12345"
    passport = departure.document(DocumentKind.PASSPORT)
    assert (passport.status, passport.expires_on) == (DocumentStatus.PRESENT, date(2031, 5, 1))
    assert departure.id_pmi == "ID-77"
    assert departure.review_status is ReviewStatus.DRAFT
    assert departure.origin is Origin.IMPORT
    assert departure.leaving_on == departure.planned_on == PLANNED
    assert departure.procedure in (Procedure.INCOMPLETE, Procedure.AT_RISK)
    assert departure.documents_required > 0
    assert departure.registration_number.startswith(f"PM-{today().year}-")
    assert departure.created_by == operator.username
    assert [writer.user_id for writer in departure.writers] == [operator.id]


def test_an_imported_record_goes_on_like_any_other(app):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    bring_in(operator, SITI)
    departure = only_departure()
    operations.save_answers(departure, {"rw": "004"}, by=operator, seen_revision=departure.revision)
    decisions.submit(departure, by=operator, seen_revision=departure.revision)
    decisions.verify(departure, by=reviewer, seen_revision=departure.revision, lone_reviewer=False)
    db.session.commit()
    assert_whole()
    assert departure.review_status is ReviewStatus.VERIFIED


def test_past_years_come_in_as_verified_with_their_stages(app):
    reviewer = make_user(role=Role.REVIEWER)
    left, back = date(2021, 3, 1), date(2024, 2, 1)
    row = {**SITI, "Kode Wilayah": VILLAGE, "Tahap": "Pulang", "Tanggal Berangkat": left}
    bring_in(reviewer, {**row, "Tanggal Pulang": back, "E-KPMI": "ada"})
    departure = only_departure()
    assert departure.review_status is ReviewStatus.VERIFIED
    assert departure.stage is Stage.RETURNED
    assert (departure.departed_on, departure.returned_on) == (left, back)
    assert departure.leaving_on == left
    assert departure.procedure is Procedure.PROCEDURAL
    assert departure.writers == []


def test_agency_and_job_are_recognised_by_name_or_kept_as_text(app):
    agency = make_agency("PT Maju Jaya")
    job = db.session.scalars(select(Job)).first()
    bring_in(
        make_user(),
        {"Nama": "A", "P3MI": "maju jaya, pt.", "Jabatan": job.title_en.upper()},
        {"Nama": "B", "P3MI": "PT Entah", "Jabatan": "Penjaga kebun karet"},
    )
    first, second = departures()
    assert (first.agency_id, first.agency_name) == (agency.id, "PT Maju Jaya")
    assert (first.job_code, first.job_title) == (job.code, job.title)
    assert (second.agency_id, second.agency_name) == (None, "PT Entah")
    assert (second.job_code, second.job_title) == (None, "Penjaga kebun karet")


def test_an_agency_much_like_a_listed_one_is_told_once(app):
    make_agency("PT Abdi Matra")
    names = ("PT Abdi Mitra", "abdi mitra", "PT. ABDI MATRA", "PT Sinar Jaya")
    rows = ({"Nama": f"Warga {name}", "P3MI": name} for name in names)
    found = try_out(make_user(), *rows)
    (note,) = found.notes
    assert note.number == 2
    assert "mirip dengan PT Abdi Matra" in note.message
    assert len(found.new) == 4


def test_one_import_is_one_entry_that_names_nobody(app):
    operator = make_user()
    bring_in(operator, SITI, {"Nama": "Ani"})
    entry = last_entry()
    assert (entry.event, entry.actor, entry.area_code) == (
        "departures.imported",
        operator.username,
        VILLAGE,
    )
    assert entry.detail == {"baru": 2, "diperbarui": 0, "sudah_ada": 0, "galat": 0}
    values = db.session.scalars(select(JournalValue).where(JournalValue.seq == entry.seq)).all()
    kinds = sorted(value.kind for value in values)
    assert kinds == ["departure", "departure", "resident", "resident"]


def test_names_that_look_like_formulas_stay_names(app):
    bring_in(make_user(), {"Nama": "-Siti"}, {"Nama": "'Aini"})
    assert [d.resident.name for d in departures()] == ["-Siti", "'Aini"]


# The same file twice


def test_the_same_file_twice_changes_nothing(app):
    operator = make_user()
    rows = [SITI, {"Nama": "Ani"}, {"Nama": "Budi", "Negara Tujuan": "MY"}]
    bring_in(operator, *rows)
    before = counts()
    outcome = bring_in(operator, *rows)
    assert (outcome.added, outcome.updated, outcome.known) == (0, 0, 3)
    assert counts() == before


def test_a_later_change_is_not_undone_by_the_old_file(app):
    operator = make_user()
    bring_in(operator, SITI)
    departure = only_departure()
    operations.save_answers(
        departure, {"phone": "+628999999999"}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    bring_in(operator, SITI)
    assert only_departure().resident.phone == "+628999999999"


def test_the_way_of_writing_makes_no_new_content(app):
    operator = make_user()
    bring_in(operator, SITI)
    written = {
        "nik": "1807 0152 0398 0001",
        "NAMA": " Siti  Rahmawati ",
        **{h: v for h, v in SITI.items() if h not in ("NIK", "Nama", "Negara Tujuan", "Skema")},
        "Kode Negara": "TW",
        "Skema": "P to P (melalui P3MI)",
        "Kode Wilayah": "18.07.01.2001",
        "Status Pemeriksaan": "Draf",
    }
    assert bring_in(operator, written).known == 1


# People


def test_a_known_person_is_reused_and_keeps_what_is_recorded(app):
    operator = make_user()
    known = make_departure(by=operator).resident
    version = known.version
    row = {"Nama": "Nama Lain", "NIK": known.nik, "No. KK": "1807010101100001", "RT": "009"}
    found = try_out(operator, {**row, "Negara Tujuan": "MY"})
    assert "tidak diubah: Nama, RT" in found.notes[0].message
    apply(found, operator)
    assert_whole()
    first, second = departures()
    assert second.resident is first.resident
    assert (first.resident.name, first.resident.rt) == (known.name, "003")
    assert first.resident.family_card == "1807010101100001"
    assert first.resident.version == version + 1


def test_two_rows_of_a_new_nik_share_one_resident(app):
    bring_in(
        make_user(),
        {"Nama": "Siti", "NIK": NIK, "Negara Tujuan": "TW", "Tahap": "Pulang"},
        {"Nama": "Siti", "NIK": NIK, "Negara Tujuan": "HK", "Telepon": "081234567890"},
    )
    first, second = departures()
    assert first.resident is second.resident
    assert first.resident.phone == "+6281234567890"


def test_people_without_a_nik_never_become_one(app):
    bring_in(make_user(), {"Nama": "Siti", "RT": "1"}, {"Nama": "Siti", "RT": "2"})
    assert len({departure.resident_id for departure in departures()}) == 2


def test_one_nik_in_two_villages_is_two_residents(app):
    reviewer = make_user(role=Role.REVIEWER)
    rows = [{"Nama": "Siti", "NIK": NIK, "Kode Wilayah": c} for c in (VILLAGE, SISTER_VILLAGE)]
    bring_in(reviewer, *rows)
    assert len({departure.resident_id for departure in departures()}) == 2


# Records that are changed


def test_a_number_that_agrees_updates_the_record_and_blanks_nothing(app):
    operator = make_user()
    departure = make_departure(by=operator, recruiter_name="Pak Ali")
    before, version = departure.resident.name, departure.version
    row = change(departure, Nama=None, Telepon="0813-0000-1111", Perekrut="", Skema="mandiri")
    assert bring_in(operator, row).updated == 1
    after = only_departure()
    assert after.resident.name == before
    assert after.resident.phone == "+6281300001111"
    assert after.recruiter_name == "Pak Ali"
    assert after.scheme is Scheme.INDEPENDENT
    assert after.review_status is ReviewStatus.DRAFT
    assert after.version == version + 1


def test_nik_country_and_planned_day_find_the_record(app):
    operator = make_user()
    departure = make_departure(by=operator)
    row = {"NIK": departure.resident.nik, "Negara Tujuan": "Taiwan", "Kota Tujuan": "Taipei"}
    bring_in(operator, {**row, "Tanggal Rencana": departure.planned_on})
    assert only_departure().destination_city == "Taipei"


def test_name_birth_date_country_and_planned_day_find_the_record(app):
    operator = make_user()
    departure = make_departure(by=operator, nik=None)
    row = {
        "Nama": departure.resident.name.upper(),
        "Tanggal Lahir": departure.resident.birth_date,
        "Negara Tujuan": "TW",
        "Tanggal Rencana": departure.planned_on,
        "Kota Tujuan": "Taipei",
    }
    assert bring_in(operator, row).updated == 1
    assert only_departure().destination_city == "Taipei"


@pytest.mark.parametrize(
    ("stored", "written", "is_same"),
    [
        ("Nur'aini", "NUR AINI", True),
        ("Nur Aini", "Nuraini", True),
        ("Muhammad Ma'ruf", "Md. Ma ruf", True),
        ("Mohamed Ali", "Mhd Ali", True),
        ("Nur Aini", "Aini Nur", False),
        ("Mada Ali", "Muhammad Ali", False),
    ],
)
def test_a_name_finds_the_record_however_it_is_spelt(app, stored, written, is_same):
    operator = make_user()
    departure = make_departure(by=operator, nik=None, name=stored)
    row = {
        "Tanggal Lahir": departure.resident.birth_date,
        "Negara Tujuan": "TW",
        "Tanggal Rencana": departure.planned_on,
        "Kota Tujuan": "Taipei",
    }
    found = bring_in(operator, row | {"Nama": written})
    assert found.updated == is_same
    assert db.session.scalar(select(func.count(Departure.id))) == 2 - is_same


def test_two_rows_of_one_name_spelt_in_two_ways_are_one(app):
    row = {"Tanggal Lahir": date(1998, 3, 12), "Negara Tujuan": "TW", "Tanggal Rencana": today()}
    rows = (row | {"Nama": name} for name in ("Md. Nur'aini", "Muhamed Nur Aini", "Nur Ani"))
    found = try_out(make_user(), *rows)
    assert (found.ready, [bad.number for bad in found.bad]) == (2, [3])


def test_a_matched_row_that_says_nothing_new_changes_nothing(app):
    operator = make_user()
    departure = make_departure(by=operator)
    before = counts()
    outcome = bring_in(operator, change(departure, Nama=departure.resident.name, Skema="p_to_p"))
    assert (outcome.updated, outcome.known) == (0, 1)
    assert counts() == before


def test_a_masked_export_changes_nothing(app):
    operator = make_user()
    departure = make_departure(by=operator)
    row = change(departure, Nama="S•• R••", NIK="1807••••••••••••", Telepon="••••••90",
                 **{"Tanggal Lahir": "1998-••-••"})  # fmt: skip
    assert bring_in(operator, row).known == 1


def test_a_verified_record_is_corrected_with_the_old_values_in_sight(app):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    name = departure.resident.name
    bring_in(operator, change(departure, Nama="Siti Aminah", **{"Negara Tujuan": "Hong Kong"}))
    after = only_departure()
    assert after.review_status is ReviewStatus.SUBMITTED
    assert values_before_correction(after) == {"name": name, "country": "TW"}
    assert [writer.user_id for writer in after.writers] == [operator.id]
    values = db.session.scalars(
        select(JournalValue).where(JournalValue.seq == last_entry().seq)
    ).all()
    told = {
        value.kind: unseal_changes(
            after.person_key, value.sealed, value.kind, value.subject_id, value.version
        )
        for value in values
    }
    assert told["resident"] == {"name": [name, "Siti Aminah"]}
    assert told["departure"] == {"country": ["TW", "HK"]}


def test_papers_and_stage_of_a_verified_record_ask_for_no_review(app):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=operator, status=ReviewStatus.VERIFIED, reviewer=reviewer)
    answers = {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.IN_PROCESS, "A1")}
    operations.save_documents(departure, answers, by=operator, seen_revision=departure.revision)
    db.session.commit()
    row = {"Paspor": "ada", "Visa Kerja": "proses", "Tahap": "Berangkat"}
    bring_in(operator, change(departure, **row, **{"Tanggal Berangkat": today()}))
    after = only_departure()
    assert after.review_status is ReviewStatus.VERIFIED
    assert after.stage is Stage.DEPARTED
    assert after.leaving_on == today()
    assert after.readiness_at_departure is not None
    assert after.document(DocumentKind.PASSPORT).status is DocumentStatus.PRESENT
    assert after.document_number(DocumentKind.PASSPORT) == "A1"
    assert after.document(DocumentKind.WORK_VISA).status is DocumentStatus.IN_PROCESS


def test_flags_follow_the_changed_record(app):
    operator = make_user()
    departure = make_departure(by=operator)
    bring_in(operator, change(departure, **{"Jenis Visa": "turis"}))
    assert "R03" in [flag.rule for flag in only_departure().flags if flag.state.is_open]
    bring_in(operator, change(departure, **{"Jenis Visa": "kerja"}))
    assert "R03" not in [flag.rule for flag in only_departure().flags if flag.state.is_open]


@pytest.mark.parametrize("action", [FlagAction.FOLLOW_UP, FlagAction.DISMISS])
def test_what_an_official_said_of_a_flag_stays(app, action):
    operator, office = make_user(), make_user(role=Role.LABOUR_OFFICE)
    departure = make_departure(by=operator, visa_kind=VisaKind.TOURIST)
    flag = next(flag for flag in departure.flags if flag.rule == "R03")
    take_step(flag, action, by=office, seen_state="open", note="Sudah ditanyakan")
    db.session.commit()
    state = next_state(FlagState.OPEN, action)
    assert flag.state is state
    bring_in(operator, change(departure, **{"Kota Tujuan": "Taipei"}))
    assert [flag.state for flag in only_departure().flags if flag.rule == "R03"] == [state]


def test_a_stage_never_goes_back_by_an_import(app):
    operator = make_user()
    departure = make_departure(by=operator, stage=Stage.DEPARTED)
    found = try_out(operator, change(departure, Tahap="Rencana"))
    assert messages(found)[0][1] == "Tahap"
    assert "sudah bertahap Berangkat" in messages(found)[0][2]


def test_a_return_before_the_recorded_departure_is_impossible(app):
    operator = make_user()
    departure = make_departure(by=operator, stage=Stage.DEPARTED)
    day = departure.departed_on - timedelta(days=1)
    found = try_out(operator, change(departure, **{"Tanggal Pulang": day}))
    assert [heading for _, heading, _ in messages(found)] == ["Tanggal Pulang"]


def test_a_cancelled_row_is_marked_today(app):
    operator = make_user()
    departure = make_departure(by=operator)
    bring_in(operator, change(departure, Tahap="batal"))
    after = only_departure()
    assert (after.stage, after.cancelled_on, after.procedure) == (Stage.CANCELLED, today(), None)


def test_a_nik_of_somebody_else_cannot_be_taken(app):
    operator = make_user()
    first, second = make_departure(by=operator), make_departure(by=operator)
    found = try_out(operator, change(first, NIK=second.resident.nik))
    assert messages(found) == [(2, "NIK", "NIK ini sudah tercatat untuk warga lain di sini.")]
    new = make_nik()
    found = try_out(operator, change(first, NIK=new), {"Nama": "Ani", "NIK": new})
    assert [number for number, _, _ in messages(found)] == [3]


def test_two_rows_may_not_say_two_things_of_one_person(app):
    operator = make_user()
    first = make_departure(by=operator, stage=Stage.CANCELLED)
    second = operations.create(
        village_code=VILLAGE, resident=first.resident, values={}, by=operator, client_key="x"
    )
    db.session.commit()
    found = try_out(
        operator, change(first, Telepon="0811111111"), change(second, Telepon="0822222222")
    )
    assert [(number, heading) for number, heading, _ in messages(found)] == [(3, "Telepon")]
    bring_in(operator, *(change(d, Telepon="0811111111") for d in (first, second)))
    assert first.resident.phone == "+62811111111"


def test_a_spelling_of_agency_and_job_as_recorded_is_no_change(app):
    operator = make_user()
    job = db.session.scalars(select(Job)).first()
    departure = make_departure(by=operator, job_title=job.title_en)
    assert bring_in(operator, change(departure, Jabatan=job.title_en)).known == 1
    assert bring_in(operator, change(departure, Jabatan=job.title)).updated == 1
    assert only_departure().job_code == job.code


def test_an_agency_that_is_not_listed_loses_the_code_of_the_one_before(app):
    make_agency("PT Maju")
    operator = make_user()
    bring_in(operator, {"Nama": "Siti", "P3MI": "PT Maju"})
    bring_in(operator, change(only_departure(), P3MI="PT Lain"))
    assert (only_departure().agency_id, only_departure().agency_name) == (None, "PT Lain")


# Roles that only add


@pytest.mark.parametrize("role", [Role.LABOUR_OFFICE, Role.ADMIN])
def test_offices_above_only_add(app, role):
    departure = make_departure(by=make_user())
    version = departure.resident.version
    rows = [
        change(departure, Nama="Nama Lain", **{"Kode Wilayah": VILLAGE}),
        {"Nama": "Lain", "NIK": departure.resident.nik, "RT": "7", "No. KK": "1807010101100001",
         "Negara Tujuan": "HK", "Kode Wilayah": VILLAGE},
        {"Nama": "Baru", "Kode Wilayah": VILLAGE},
    ]  # fmt: skip
    user = make_user(role=role)
    found = try_out(user, *rows)
    assert found.summary == "2 siap, 0 galat, 1 sudah ada"
    assert found.notes == []
    apply(found, user)
    assert_whole()
    resident = db.session.get(Resident, departure.resident_id)
    assert (resident.name, resident.version) == (departure.resident.name, version)
    assert [d.resident_id for d in departures()][:2] == [resident.id] * 2


def test_a_reviewer_updates_a_record_and_somebody_else_verifies_it(app):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=operator, status=ReviewStatus.SUBMITTED)
    code = {"Kode Wilayah": VILLAGE}
    bring_in(reviewer, change(departure, **code, **{"Kota Tujuan": "Taipei"}))
    after = only_departure()
    assert after.review_status is ReviewStatus.SUBMITTED
    assert reviewer.id in [writer.user_id for writer in after.writers]


# All or nothing


def test_a_failure_midway_leaves_nothing(app, monkeypatch):
    operator = make_user()
    departure = make_departure(by=operator)
    found = try_out(operator, SITI, change(departure, Telepon="0811111111"))
    before = counts()
    run, tries = Inserts.run, []

    def failing(inserts, done=lambda count: None):
        tries.append(inserts.sql.split()[2])
        if tries[-1] == "document":
            raise KeyboardInterrupt
        run(inserts, done)

    monkeypatch.setattr(Inserts, "run", failing)
    with pytest.raises(KeyboardInterrupt):
        apply(found, operator)
    assert counts() == before
    assert_whole()
    assert tries == ["resident", "departure", "document"]
    monkeypatch.undo()
    apply(found, operator)
    assert_whole()
    assert len(departures()) == 2


def test_a_record_changed_since_the_dry_run_stops_the_import(app):
    operator = make_user()
    departure = make_departure(by=operator)
    found = try_out(operator, SITI, change(departure, Telepon="0811111111"))
    operations.save_answers(departure, {"rw": "009"}, by=operator, seen_revision=departure.revision)
    db.session.commit()
    before = counts()
    with pytest.raises(ImportOutdated):
        apply(found, operator)
    assert counts() == before


def test_a_record_changed_at_the_last_moment_is_found_by_its_version(app, monkeypatch):
    operator = make_user()
    departure = make_departure(by=operator)
    found = try_out(operator, change(departure, Telepon="0811111111"))
    operations.save_answers(departure, {"rw": "009"}, by=operator, seen_revision=departure.revision)
    db.session.commit()
    monkeypatch.setattr(import_apply, "_refuse_outdated", lambda plan: None)
    with pytest.raises(ImportOutdated):
        apply(found, operator)
    assert only_departure().resident.rw == "009"


def test_a_journey_recorded_since_the_dry_run_stops_the_import(app):
    operator = make_user()
    first = make_departure(by=operator, stage=Stage.CANCELLED)
    found = try_out(operator, {"Nama": "Siti", "NIK": first.resident.nik, "Negara Tujuan": "HK"})
    operations.create(
        village_code=VILLAGE, resident=first.resident, values={}, by=operator, client_key="x"
    )
    db.session.commit()
    with pytest.raises(ImportOutdated):
        apply(found, operator)


def test_a_person_recorded_since_the_dry_run_stops_the_import(app):
    operator = make_user()
    found = try_out(operator, SITI)
    make_departure(by=operator, nik=NIK)
    with pytest.raises(ImportOutdated):
        apply(found, operator)


def test_the_same_file_imported_meanwhile_stops_the_second(app):
    operator = make_user()
    first, second = try_out(operator, {"Nama": "Siti"}), try_out(operator, {"Nama": "Siti"})
    apply(first, operator)
    with pytest.raises(ImportOutdated):
        apply(second, operator)
    assert len(departures()) == 1


def test_a_departure_deleted_since_the_dry_run_stops_the_import(app):
    operator = make_user()
    departure = make_departure(by=operator)
    found = try_out(operator, change(departure, Telepon="0811111111"))
    operations.delete_draft(departure, by=operator, seen_revision=departure.revision)
    db.session.commit()
    with pytest.raises(ImportOutdated):
        apply(found, operator)


def test_other_people_at_work_do_not_stop_the_import(app):
    operator = make_user()
    found = try_out(operator, SITI)
    make_departure(by=operator)
    apply(found, operator)
    assert_whole()


def test_nothing_of_a_number_lies_in_clear(app):
    bring_in(make_user(), SITI)
    db.session.rollback()
    rows = str(db.session.execute(select(Resident.__table__)).mappings().all())
    rows += str(db.session.execute(select(Departure.__table__)).mappings().all())
    rows += str(db.session.execute(select(Document.__table__)).mappings().all())
    for number in (NIK, "81234567890", "1807010101100001", "85711112222", "ID-77", "E-12345"):
        assert number not in rows
    index = sealing.keyring().blind_index("nik", NIK)
    assert db.session.scalar(select(Resident.nik_index)) == index
