"""What the offices do about a flag: who may, what is needed, and what follows."""

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry, JournalValue
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures import decisions, operations
from registry.departures.assessing import assess_due
from registry.departures.models import Departure, FlagStep
from registry.enums import EmployerKind, FlagState, Office, Procedure, ReviewStatus, VisaKind
from registry.operating.beside import first_edited_beside_journal
from tests.factories import FOREIGN_SUBDISTRICT, SISTER_VILLAGE, make_departure, make_user
from tests.page import HTML, links, parsed, text_of, token, words
from tests.pages.flags.conftest import CRITICAL, QUESTION, flag_of, give_papers

VILLAGERS = (Role.OPERATOR, Role.VILLAGE_HEAD)
OFFICES = (Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI)
RIGHTS = [
    *((role, QUESTION, 302) for role in (*VILLAGERS, *OFFICES)),
    *((role, CRITICAL, 403) for role in VILLAGERS),
    *((role, CRITICAL, 302) for role in OFFICES),
    *((Role.ADMIN, rule, 403) for rule in (QUESTION, CRITICAL)),
]

OFFICES = (Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI)


def entries(event):
    return list(db.session.scalars(select(JournalEntry).where(JournalEntry.event == event.value)))


@pytest.mark.parametrize(("role", "rule", "status"), RIGHTS)
@pytest.mark.parametrize("step", ["tindak", "selesai", "keliru", "catatan"])
def test_a_village_acts_on_its_questions_and_the_offices_on_every_flag(
    desk, departure, role, rule, status, step
):
    flag = flag_of(departure, rule)
    answer = desk(role).act(flag.id, step, "Sudah ditanyakan kepada keluarga.")
    assert answer.status_code == status


def test_who_may_not_act_is_offered_no_form(desk, departure):
    flag = flag_of(departure, CRITICAL)
    address = f"/tanda/{flag.id}/selesai"
    record = f"/keberangkatan/{departure.id}"
    assert address not in desk(Role.OPERATOR).get(record).text
    assert address in desk(Role.REVIEWER).get(record).text


@pytest.mark.parametrize("step", ["tindak", "selesai", "keliru", "buka", "catatan"])
def test_a_flag_outside_the_area_is_not_found(desk, departure, step):
    flag = flag_of(departure, QUESTION)
    neighbour = desk(Role.OPERATOR, area=SISTER_VILLAGE)
    stranger = desk(Role.REVIEWER, area=FOREIGN_SUBDISTRICT)
    for someone in (neighbour, stranger):
        assert someone.act(flag.id, step, "Bukan wilayah saya.").status_code == 404
        assert someone.get(f"/tanda/{flag.id}").status_code == 404


@pytest.mark.parametrize("step", ["selesai", "keliru", "catatan"])
@pytest.mark.parametrize("reason", ["", "ya", "x" * 501])
def test_a_reason_is_asked_for_beside_its_field(desk, departure, step, reason):
    flag = flag_of(departure, CRITICAL)
    answer = desk(Role.REVIEWER).act(flag.id, step, reason)
    assert answer.status_code == 400
    errors = [p for p in parsed(answer.text).iter(f"{HTML}p") if p.get("class") == "field-error"]
    assert len(errors) == 1
    assert errors[0].get("id") == f"tanda-{flag.id}-catatan-galat"
    assert flag_of(departure, CRITICAL).state is FlagState.OPEN
    assert not db.session.scalars(select(FlagStep)).all()


def test_following_up_needs_no_words(desk, departure):
    flag = flag_of(departure, CRITICAL)
    assert desk(Role.LABOUR_OFFICE).act(flag.id, "tindak").status_code == 302
    assert flag_of(departure, CRITICAL).state is FlagState.FOLLOWED_UP
    page = desk(Role.OPERATOR).get(f"/keberangkatan/{departure.id}")
    assert "Ditindaklanjuti" in text_of(page)


def test_a_state_that_somebody_else_changed_is_told_and_nothing_is_done(desk, departure):
    flag = flag_of(departure, CRITICAL)
    reviewer, labour = desk(Role.REVIEWER), desk(Role.LABOUR_OFFICE)
    labour.act(flag.id, "tindak")
    answer = reviewer.act(flag.id, "keliru", "Visanya sudah diganti.", seen="open")
    assert answer.status_code == 409
    assert "Tanda ini sudah berubah sejak Anda membukanya" in text_of(answer)
    assert "Visanya sudah diganti." in answer.text
    assert flag_of(departure, CRITICAL).state is FlagState.FOLLOWED_UP
    again = reviewer.act(flag.id, "keliru", "Visanya sudah diganti.", seen="followed_up")
    assert again.status_code == 302


def test_a_critical_flag_is_pointed_at_where_the_record_says_what_comes_next(desk, departure):
    page = desk(Role.REVIEWER).get(f"/keberangkatan/{departure.id}")
    flag = flag_of(departure, CRITICAL)
    assert ("Lihat dulu tanda kritis di bawah", f"#tanda-{flag.id}") in links(page)
    desk(Role.REVIEWER).act(flag.id, "keliru", "Salah baca visa.")
    page = desk(Role.REVIEWER).get(f"/keberangkatan/{departure.id}")
    assert "Lihat dulu tanda kritis" not in text_of(page)


def verified(departure):
    decisions.submit(departure, by=make_user(role=Role.OPERATOR), seen_revision=departure.revision)
    decisions.verify(
        departure,
        by=make_user(role=Role.REVIEWER),
        seen_revision=departure.revision,
        lone_reviewer=False,
    )
    db.session.commit()


NOTHING_WAITS = "Tidak ada yang menunggu Anda."
OWN_TURN = "Giliran kantor Anda menjawab tanda di bawah."


@pytest.mark.parametrize("role", [Role.LABOUR_OFFICE, Role.BP3MI])
def test_who_is_to_answer_a_flag_is_not_told_that_nothing_waits(desk, departure, role):
    verified(departure)

    def page():
        return text_of(desk(role).get(f"/keberangkatan/{departure.id}"))

    assert OWN_TURN in page()
    assert NOTHING_WAITS not in page()
    flag = flag_of(departure, CRITICAL)
    desk(role).act(flag.id, "keliru", "Salah baca visa.")
    assert NOTHING_WAITS in page()
    assert OWN_TURN not in page()


def test_a_flag_of_another_office_leaves_nothing_else_to_do(desk, departure):
    verified(departure)
    page = text_of(desk(Role.VILLAGE_HEAD).get(f"/keberangkatan/{departure.id}"))
    assert NOTHING_WAITS not in page


def test_a_note_that_some_steps_need_is_not_called_optional(desk, departure):
    page = text_of(desk(Role.BP3MI).get(f"/tanda/{flag_of(departure, CRITICAL).id}"))
    assert "Alasan atau catatan Wajib untuk “Selesai”, “Keliru”, dan “Simpan catatan”" in page
    assert "boleh kosong" not in page


def test_a_step_that_the_state_does_not_allow_is_409(desk, departure):
    flag = flag_of(departure, CRITICAL)
    reviewer = desk(Role.REVIEWER)
    assert reviewer.act(flag.id, "buka", "Buka lagi.").status_code == 409
    reviewer.act(flag.id, "keliru", "Salah baca visa.")
    answer = reviewer.act(flag.id, "selesai", "Selesai juga.", seen="dismissed")
    assert answer.status_code == 409
    assert "langkah ini tidak berlaku lagi" in text_of(answer)
    assert "Selesai juga." in answer.text


def test_what_is_followed_up_still_is_when_its_reason_comes_back(desk, departure, operator):
    flag = flag_of(departure, CRITICAL)
    reviewer = desk(Role.REVIEWER)
    reviewer.act(flag.id, "tindak", "Sudah ditelepon.")
    for visa, state in (
        (VisaKind.WORK, FlagState.CLOSED),
        (VisaKind.TOURIST, FlagState.FOLLOWED_UP),
    ):
        db.session.refresh(departure)
        operations.save_answers(
            departure, {"visa_kind": visa}, by=operator, seen_revision=departure.revision
        )
        db.session.commit()
        assert flag_of(departure, CRITICAL).state is state
        page = text_of(reviewer.get(f"/tanda/{flag.id}"))
        assert ("Tertutup dengan sendirinya" in page) is (state is FlagState.CLOSED)


def test_an_office_is_not_told_to_call_itself(desk, departure):
    flag = flag_of(departure, CRITICAL)
    said = {role: text_of(desk(role).get(f"/tanda/{flag.id}")) for role in OFFICES}
    assert "Hubungi Disnaker kabupaten dan BP3MI hari ini juga." in said[Role.REVIEWER]
    assert "Hubungi kecamatan dan BP3MI hari ini juga." in said[Role.LABOUR_OFFICE]
    assert "Hubungi Disnaker kabupaten hari ini juga." in said[Role.BP3MI]


def test_a_flag_that_closed_by_itself_is_not_opened_by_hand(desk, departure, operator):
    operations.save_answers(
        departure, {"visa_kind": VisaKind.WORK}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    flag = flag_of(departure, CRITICAL)
    assert (flag.state, flag.settled_severity) == (FlagState.CLOSED, None)
    answer = desk(Role.REVIEWER).act(flag.id, "buka", "Buka lagi.", seen="closed")
    assert answer.status_code == 409


def test_a_dismissed_flag_does_not_come_back_and_the_procedure_becomes_complete(
    desk, with_papers, operator
):
    departure = with_papers
    assert departure.procedure is Procedure.AT_RISK
    flag = flag_of(departure, CRITICAL)
    version, digest = departure.version, departure.digest
    desk(Role.LABOUR_OFFICE).act(flag.id, "keliru", "Visa kerjanya sudah dilihat Disnaker.")
    flag = flag_of(departure, CRITICAL)
    assert flag.state is FlagState.DISMISSED
    assert departure.procedure is Procedure.COMPLETE
    assert (departure.version, departure.digest) == (version, digest)
    operations.save_answers(
        departure, {"visa_kind": VisaKind.VISIT}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    assert flag_of(departure, CRITICAL).state is FlagState.DISMISSED
    assert departure.procedure is Procedure.COMPLETE


def test_a_reopened_flag_counts_again(desk, with_papers):
    departure = with_papers
    flag = flag_of(departure, CRITICAL)
    reviewer = desk(Role.REVIEWER)
    reviewer.act(flag.id, "keliru", "Visa kerjanya sudah dilihat.")
    assert reviewer.act(flag.id, "buka", seen="dismissed").status_code == 302
    flag = flag_of(departure, CRITICAL)
    assert (flag.state, flag.settled_severity, flag.settled_evidence) == (
        FlagState.OPEN,
        None,
        None,
    )
    assert departure.procedure is Procedure.AT_RISK


def test_a_closed_flag_stays_closed_until_its_evidence_changes(desk, with_papers, operator):
    departure = with_papers
    desk(Role.REVIEWER).act(flag_of(departure, CRITICAL).id, "selesai", "Visa sedang diganti.")
    assert flag_of(departure, CRITICAL).state is FlagState.CLOSED
    operations.save_answers(
        departure, {"job_order": "JO-1"}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    assert flag_of(departure, CRITICAL).state is FlagState.CLOSED
    operations.save_answers(
        departure, {"visa_kind": VisaKind.VISIT}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    flag = flag_of(departure, CRITICAL)
    assert (flag.state, flag.settled_severity) == (FlagState.OPEN, None)
    assert departure.procedure is Procedure.AT_RISK


def test_a_closed_flag_comes_back_when_it_grows_graver(desk, operator):
    departure = make_departure(
        by=operator,
        country="KH",
        visa_kind=VisaKind.WORK,
        employer_kind=EmployerKind.LEGAL_ENTITY,
    )
    give_papers(departure, by=operator)
    flag = flag_of(departure, "R04")
    assert flag.owner is Office.VILLAGE
    desk(Role.OPERATOR).act(flag.id, "selesai", "Kontraknya sudah dilihat desa.")
    assert flag_of(departure, "R04").state is FlagState.CLOSED
    operations.save_answers(
        departure,
        {"employer_kind": EmployerKind.HOUSEHOLD},
        by=operator,
        seen_revision=departure.revision,
    )
    db.session.commit()
    flag = flag_of(departure, "R04")
    assert (flag.state, flag.owner) == (FlagState.OPEN, Office.LABOUR_OFFICE)


def test_the_daily_judging_leaves_an_officials_word_alone(desk, with_papers):
    departure = with_papers
    desk(Role.REVIEWER).act(flag_of(departure, CRITICAL).id, "keliru", "Salah baca visa.")
    db.session.execute(Departure.__table__.update().values(holds_until=departure.created_at.date()))
    assess_due()
    db.session.commit()
    assert flag_of(departure, CRITICAL).state is FlagState.DISMISSED
    assert departure.procedure is Procedure.COMPLETE


def test_a_step_is_one_entry_without_the_words_of_the_note(desk, departure):
    flag = flag_of(departure, CRITICAL)
    desk(Role.REVIEWER).act(flag.id, "selesai", "Keluarga menunjukkan visa kerja.")
    (entry,) = entries(Event.FLAG_CLOSED)
    assert entry.detail == {"tanda": CRITICAL, "nomor": departure.registration_number}
    assert entry.area_code == departure.village_code
    in_entry = select(JournalValue).where(JournalValue.seq == entry.seq)
    value, repeated = db.session.scalars(in_entry.order_by(JournalValue.ordinal))
    assert (repeated.kind, repeated.resident_id, repeated.sealed) == ("flag_step", None, None)
    assert (value.kind, value.subject_id, value.resident_id, value.sealed) == (
        "flag",
        flag.id,
        departure.resident_id,
        None,
    )
    (step,) = db.session.scalars(select(FlagStep))
    assert b"Keluarga" not in step.note_sealed
    assert step.note == "Keluarga menunjukkan visa kerja."
    page = desk(Role.OPERATOR).get(f"/keberangkatan/{departure.id}")
    assert "Menyelesaikan tanda" in text_of(page)


@pytest.mark.parametrize("writer", [Role.LABOUR_OFFICE, Role.BP3MI])
def test_village_and_kecamatan_learn_nothing_of_a_restricted_note(desk, departure, writer):
    flag = flag_of(departure, CRITICAL)
    secret = "Koordinasi dengan penyidik."
    author = desk(writer)
    assert author.act(flag.id, "catatan", secret, terbatas="y").status_code == 302
    record = f"/keberangkatan/{departure.id}"
    for role in (*VILLAGERS, Role.REVIEWER):
        reader = desk(role)
        pages = [reader.get(path) for path in (record, f"/tanda/{flag.id}", "/tanda", "/")]
        for page in pages:
            assert page.status_code == 200
            assert secret not in page.text
            assert author.user.username not in page.text
            assert "Menulis catatan pada tanda" not in page.text
        assert reader.get("/jurnal").status_code == 403
    for role in (Role.LABOUR_OFFICE, Role.BP3MI):
        page = desk(role).get(record)
        assert secret in page.text
        assert "(hanya Disnaker dan BP3MI)" in page.text
        assert secret not in desk(role).get("/jurnal").text


def test_the_reason_of_a_closed_flag_can_be_restricted_while_its_state_is_seen(desk, departure):
    flag = flag_of(departure, CRITICAL)
    desk(Role.BP3MI).act(flag.id, "selesai", "Hasil dari Satgas TPPO.", terbatas="y")
    page = desk(Role.OPERATOR).get(f"/keberangkatan/{departure.id}")
    assert "Satgas" not in page.text.replace("bersama Satgas TPPO", "")
    assert "hanya Disnaker" not in page.text
    settled = [d for d in parsed(page.text).iter(f"{HTML}details") if "Selesai" in words(d)]
    assert settled


@pytest.mark.parametrize("role", [*VILLAGERS, Role.REVIEWER])
def test_only_labour_office_and_bp3mi_restrict_a_note(desk, departure, role):
    flag = flag_of(departure, QUESTION)
    someone = desk(role)
    assert "Hanya untuk Disnaker" not in someone.get(f"/tanda/{flag.id}").text
    answer = someone.act(flag.id, "catatan", "Rahasia kita saja.", terbatas="y")
    assert answer.status_code == 403
    assert not db.session.scalars(select(FlagStep)).all()


def test_an_open_note_is_read_by_every_office(desk, departure):
    flag = flag_of(departure, CRITICAL)
    desk(Role.LABOUR_OFFICE).act(flag.id, "catatan", "Mohon desa tanyakan visanya.")
    for role in (*VILLAGERS, *OFFICES):
        page = desk(role).get(f"/keberangkatan/{departure.id}")
        assert "Mohon desa tanyakan visanya." in page.text


def test_the_timeline_of_another_departure_tells_nothing_of_the_flag(desk, operator):
    """Ids of flags and departures may coincide; each kind is looked for by itself."""
    first = make_departure(by=operator, visa_kind=VisaKind.TOURIST)
    flag = flag_of(first, CRITICAL)
    second = first
    while second.id < flag.id:
        second = make_departure(by=operator)
    desk(Role.REVIEWER).act(flag.id, "keliru", "Salah baca visa.")
    assert second.id == flag.id or second is first
    page = desk(Role.OPERATOR).get(f"/keberangkatan/{second.id}")
    assert ("Menyatakan tanda keliru" in page.text) is (second is first)


def test_questions_stand_together_with_a_link_to_their_step(desk, departure):
    page = desk(Role.OPERATOR).get(f"/keberangkatan/{departure.id}")
    assert page.text.count("Yang perlu ditanyakan") == 1
    items = [
        li for li in parsed(page.text).iter(f"{HTML}li") if (li.get("id") or "")[:5] == "tanda"
    ]
    assert len(items) > 3
    fills = [a.get("href") for li in items for a in li.iter(f"{HTML}a") if words(a)[:3] == "Isi"]
    assert f"/keberangkatan/{departure.id}/tujuan" in fills
    head = desk(Role.VILLAGE_HEAD).get(f"/keberangkatan/{departure.id}")
    assert f"/keberangkatan/{departure.id}/tujuan" not in head.text


def test_flags_stand_in_the_way_of_nothing(desk, departure, operator):
    someone = desk(Role.OPERATOR)
    flag = flag_of(departure, QUESTION)
    someone.act(flag.id, "keliru", "Tidak perlu ditanyakan.")
    page = someone.get(f"/keberangkatan/{departure.id}")
    assert "Ajukan ke kecamatan" in page.text
    assert departure.review_status is ReviewStatus.DRAFT


def test_a_draft_with_a_history_of_flags_can_still_be_deleted(desk, departure):
    desk(Role.REVIEWER).act(flag_of(departure, CRITICAL).id, "tindak", "Ditanyakan ke desa.")
    someone, record = desk(Role.OPERATOR), f"/keberangkatan/{departure.id}"
    data = {
        "csrf_token": token(someone.get(record)),
        "tombol-versi": str(departure.revision),
    }
    assert someone.client.post(f"{record}/hapus", data=data).status_code == 302
    assert not db.session.scalars(select(FlagStep)).all()


def test_records_and_journal_agree_after_steps(desk, departure):
    desk(Role.REVIEWER).act(flag_of(departure, CRITICAL).id, "keliru", "Salah baca visa.")
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
