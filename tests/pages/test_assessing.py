"""Re-assessment: what the rules say changes with the calendar, the record itself does not."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from registry.accounts.roles import Role
from registry.assessment.assess import assess
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db, now
from registry.departures import operations
from registry.departures.assessing import assess_due, case_of, is_assessed_through
from registry.departures.models import Departure, Flag
from registry.departures.operations import DocumentAnswer
from registry.departures.rejudging import rejudge
from registry.enums import DocumentKind, DocumentStatus, FlagState, Procedure, Severity, Stage
from registry.formatting import today
from registry.operating.beside import first_edited_beside_journal
from registry.reference.queries import load_reference
from tests.factories import make_agency, make_departure, make_nik, make_user
from tests.page import rows, text_of
from tests.pages.dashboards.people import scatter


@pytest.fixture
def operator(app):
    return make_user()


def judged(day):
    """Judge what is due, as the timer does: in a session that holds nothing of the test."""
    done = assess_due(day)
    db.session.commit()
    db.session.expunge_all()
    return done


def stored(departure):
    return db.session.get(Departure, departure.id)


def plan_without_papers(operator, days, **values):
    """A plan of which the village said that the passport is not there yet."""
    departure = make_departure(by=operator, planned_on=today() + timedelta(days=days), **values)
    answers = {DocumentKind.PASSPORT: DocumentAnswer(DocumentStatus.MISSING)}
    operations.save_documents(departure, answers, by=operator, seen_revision=departure.revision)
    db.session.commit()
    return departure


def state(departure):
    """What belongs to the record itself, as it is stored."""
    table = Departure.__table__
    columns = (table.c.version, table.c.digest, table.c.updated_at, table.c.review_status)
    return db.session.execute(select(*columns).where(table.c.id == departure.id)).one()


def entries(event=Event.DEPARTURES_ASSESSED):
    statement = select(JournalEntry.detail).where(JournalEntry.event == event.value)
    return list(db.session.scalars(statement.order_by(JournalEntry.seq)))


def open_flags(departure):
    return {flag.rule: flag for flag in departure.flags if flag.state.is_open}


def test_a_plan_that_comes_near_without_its_papers_needs_attention(operator):
    departure = plan_without_papers(operator, 60)
    assert departure.procedure is Procedure.INCOMPLETE
    before, falls_due = state(departure), departure.holds_until
    assert falls_due > today()
    assert judged(falls_due - timedelta(days=1)) == 0
    assert stored(departure).procedure is Procedure.INCOMPLETE
    assert judged(falls_due) == 1
    assert stored(departure).procedure is Procedure.AT_RISK
    assert open_flags(stored(departure))["R16"].raised_on == falls_due
    assert state(departure) == before


def test_the_day_a_flag_fell_due_is_kept_however_late_somebody_looks(operator):
    departure = plan_without_papers(operator, 60)
    fell_due = departure.holds_until
    judged(fell_due + timedelta(days=9))
    assert open_flags(stored(departure))["R16"].raised_on == fell_due


def test_judging_the_same_day_again_changes_nothing(operator):
    departure = plan_without_papers(operator, 60)
    day = departure.holds_until
    assert judged(day) == 1
    flags = db.session.scalar(select(func.count(Flag.id)))
    found = (stored(departure).procedure, stored(departure).holds_until, len(entries()))
    assert judged(day) == 0
    again = (stored(departure).procedure, stored(departure).holds_until, len(entries()))
    assert again == found
    assert db.session.scalar(select(func.count(Flag.id))) == flags


def test_a_plan_grows_more_urgent_until_its_day_and_after_it(operator):
    departure = plan_without_papers(operator, 60)
    seen = []
    for _ in range(6):
        day = departure.holds_until
        if day is None or day > departure.planned_on + timedelta(days=1):
            break
        judged(day)
        departure = stored(departure)
        assert departure.holds_until is None or departure.holds_until > day
        flag = open_flags(departure).get("R16")
        seen.append(flag.severity if flag else None)
    assert seen[0] is Severity.HIGH
    assert Severity.CRITICAL in seen
    assert "sudah lewat" in open_flags(departure)["R16"].sentence


def test_stored_answers_are_the_pure_functions_answers_on_every_day(operator):
    plans = [None, 1, 10, 29, 30, 31, 60, 90]
    made = [
        make_departure(
            by=operator,
            nik=make_nik(),
            planned_on=None if days is None else today() + timedelta(days=days),
            birth_date=today() - timedelta(days=18 * 365 + 4 - 20 + (days or 0)),
        )
        for days in plans
    ]
    operations.save_documents(
        made[6],
        {
            DocumentKind.PASSPORT: DocumentAnswer(
                DocumentStatus.PRESENT, "X1", today(), today() + timedelta(days=200)
            )
        },
        by=operator,
        seen_revision=made[6].revision,
    )
    make_departure(by=operator, nik=make_nik(), stage=Stage.DEPARTED)
    make_departure(by=operator, nik=make_nik(), stage=Stage.CANCELLED)
    db.session.commit()
    reference = load_reference()
    for offset in (0, 1, 5, 16, 17, 23, 30, 31, 46, 53, 60, 61, 90, 120):
        day = today() + timedelta(days=offset)
        judged(day)
        for departure in db.session.scalars(select(Departure)).unique():
            expected = assess(case_of(departure), reference, day)
            assert departure.procedure is expected.procedure, (offset, departure.id)
            assert departure.documents_missing == [kind.value for kind in expected.missing]
            assert set(open_flags(departure)) == {flag.rule for flag in expected.flags}
            for flag in expected.flags:
                stored = open_flags(departure)[flag.rule]
                assert stored.severity is flag.severity
                assert stored.sentence == flag.sentence
                assert stored.raised_on == flag.raised_on
            assert departure.holds_until == expected.holds_until
    db.session.rollback()
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_a_flag_that_no_longer_holds_is_closed_and_opens_again_when_it_does(operator):
    departure = plan_without_papers(operator, 3)
    flag = open_flags(departure)["R16"]
    later = {"planned_on": today() + timedelta(days=300)}
    operations.save_answers(departure, later, by=operator, seen_revision=departure.revision)
    db.session.commit()
    assert flag.state is FlagState.CLOSED
    judged(departure.holds_until)
    assert open_flags(stored(departure))["R16"].id == flag.id


def test_a_dismissed_flag_stays_dismissed(operator):
    departure = plan_without_papers(operator, 20)
    flag = open_flags(departure)["R16"]
    flag.state, flag.settled_severity = FlagState.DISMISSED, Severity.CRITICAL
    departure.holds_until = today()
    operations.save_answers(
        departure, {"job_title": "Juru masak"}, by=operator, seen_revision=departure.revision
    )
    db.session.commit()
    judged(today() + timedelta(days=30))
    departure = stored(departure)
    assert [flag.state for flag in departure.flags if flag.rule == "R16"] == [FlagState.DISMISSED]
    assert departure.procedure is Procedure.INCOMPLETE


def test_a_dismissed_flag_comes_back_when_it_grows_graver(operator):
    departure = plan_without_papers(operator, 20)
    flag = open_flags(departure)["R16"]
    assert flag.severity is Severity.HIGH
    flag.state, flag.settled_severity = FlagState.DISMISSED, Severity.HIGH
    table = Departure.__table__
    db.session.execute(table.update().values(holds_until=today()))
    log.record(Event.DEPARTURE_CHANGED, by=log.SYSTEM, area_code="0")
    db.session.commit()
    judged(today())
    assert "R16" not in open_flags(stored(departure))
    judged(departure.planned_on)
    again = open_flags(stored(departure))["R16"]
    assert again.id == flag.id
    assert again.severity is Severity.CRITICAL
    assert again.settled_severity is None


def test_a_run_is_one_entry_with_its_count_and_no_person(operator):
    for _ in range(3):
        make_departure(by=operator, nik=make_nik(), planned_on=today() + timedelta(days=60))
    day = db.session.scalar(select(func.min(Departure.holds_until)))
    judged(day)
    assert entries() == [{"jumlah": 3, "tanggal": day.isoformat()}]
    judged(day + timedelta(days=1))
    assert len(entries()) == 1


def test_more_than_one_batch_is_judged_whole(operator):
    scatter(1_050)
    table = Departure.__table__
    db.session.execute(table.update().values(holds_until=today(), procedure=None))
    db.session.commit()
    assert judged(today()) == 1_050
    assert db.session.scalar(
        select(func.count(Departure.id)).where(Departure.holds_until <= today())
    ) == 0  # fmt: skip


def test_the_first_look_of_a_day_judges_it_for_every_level_at_once(operator, sign_in):
    departure = plan_without_papers(operator, 60)
    fell_due = departure.holds_until
    roles = (Role.OPERATOR, Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI)
    users = [make_user(role=role) for role in roles]
    later = now() + (fell_due - today())
    with time_machine.travel(later, tick=False):
        assert today() == fell_due
        for user in users:
            page = sign_in(user).get("/keberangkatan?prosedur=at_risk")
            assert len(rows(page)) == 1
            assert "Tanda R16" in text_of(page)
        db.session.rollback()
        assert is_assessed_through(today())
    assert len(entries()) == 1


def test_the_command_says_how_many_and_may_be_run_again(app, operator):
    departure = make_departure(by=operator, planned_on=today() + timedelta(days=60))
    later = now() + (departure.holds_until - today())
    db.session.rollback()
    with time_machine.travel(later, tick=False):
        first = app.test_cli_runner().invoke(args=["assess", "due"])
        second = app.test_cli_runner().invoke(args=["assess", "due"])
    assert first.exit_code == second.exit_code == 0
    assert "1 keberangkatan" in first.output
    assert "0 keberangkatan" in second.output


def test_an_anonymous_plan_without_a_day_waits_for_nothing_but_its_papers(operator):
    departure = make_departure(by=operator, planned_on=None, birth_date=None, nik=None)
    before = state(departure)
    judged(today() + timedelta(days=400))
    assert stored(departure).procedure is Procedure.INCOMPLETE
    assert state(departure) == before


def give(departure, operator, status):
    """Say of every required paper that it is there, or of the passport that it is not."""
    kinds = [DocumentKind.PASSPORT] if status is DocumentStatus.MISSING else list(DocumentKind)
    answers = {
        kind: DocumentAnswer(status, expires_on=today() + timedelta(days=4000)) for kind in kinds
    }
    operations.save_documents(departure, answers, by=operator, seen_revision=departure.revision)
    db.session.commit()


def test_the_day_on_which_papers_were_complete_stays_until_they_are_not_any_more(operator):
    departure = make_departure(by=operator, planned_on=today() + timedelta(days=60))
    assert departure.papers_complete_on is None
    first = today()
    give(departure, operator, DocumentStatus.PRESENT)
    assert departure.documents_complete == departure.documents_required > 0
    assert departure.papers_complete_on == first
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        rejudge([departure.id], today())
        db.session.commit()
        assert stored(departure).papers_complete_on == first
        give(departure, operator, DocumentStatus.MISSING)
        assert stored(departure).papers_complete_on is None
        give(departure, operator, DocumentStatus.PRESENT)
        assert stored(departure).papers_complete_on == first + timedelta(days=3)


def test_papers_that_were_complete_before_anybody_noted_the_day_get_none(operator):
    departure = make_departure(by=operator, planned_on=today() + timedelta(days=60))
    give(departure, operator, DocumentStatus.PRESENT)
    db.session.execute(update(Departure.__table__).values(papers_complete_on=None))
    rejudge([departure.id], today())
    db.session.commit()
    assert stored(departure).papers_complete_on is None


@pytest.mark.parametrize(
    ("told", "severity"),
    [
        ({"recruiter_name": "Pak Contoh"}, Severity.HIGH),
        ({"recruiter_name": "tidak ada"}, Severity.INFO),
        ({"recruiter_name": "-"}, Severity.INFO),
        ({"recruiter_name": "Belum tahu"}, Severity.INFO),
        ({"recruiter_name": "tidak ada", "recruiter_phone": "+6284000000001"}, Severity.HIGH),
    ],
)
def test_a_word_for_nobody_is_no_recruiter(operator, told, severity):
    departure = make_departure(by=operator, **told)
    assert open_flags(departure)["R10"].severity is severity


def test_who_does_not_know_the_agency_is_asked_and_accuses_nobody(operator):
    make_agency("PT Contoh")
    told = {"agency_name": "Tidak tahu", "job_order": "belum tahu", "job_title": "belum jelas"}
    flags = open_flags(make_departure(by=operator, **told))
    asked = {rule: dict(flags[rule].evidence).get("asks") for rule in ("R07", "R09", "R20")}
    assert asked == {"R07": "agency_name", "R09": "job_order", "R20": "job_title"}
