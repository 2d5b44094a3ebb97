"""Why a departure has its status: today, and as it stood on a past day."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from registry.accounts.roles import Role
from registry.assessment.rules import RULES
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures import marks, operations
from registry.departures.assessing import case_of
from registry.departures.looking_back import case_as_of
from registry.departures.models import Departure, FlagStep
from registry.departures.operations import DocumentAnswer
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    FlagState,
    RecruiterKind,
    Severity,
    Stage,
    VisaKind,
)
from registry.formatting import today
from tests.factories import FOREIGN_VILLAGE, make_departure, make_user
from tests.page import rows, text_of

FIRST = datetime(2026, 3, 2, 3, tzinfo=UTC)
DAY = FIRST.date()


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def told(operator):
    """A departure told in four days: recorded, changed, papers brought, left."""
    with time_machine.travel(FIRST, tick=False) as clock:
        departure = make_departure(
            by=operator,
            planned_on=DAY + timedelta(days=20),
            visa_kind=VisaKind.VISIT,
            recruiter_kind=RecruiterKind.INDIVIDUAL,
        )
        cases = {0: case_of(departure)}

        def later(work, **values):
            clock.shift(timedelta(days=1))
            work(departure, **values, by=operator, seen_revision=departure.revision)
            db.session.commit()
            cases[len(cases)] = case_of(departure)

        later(
            operations.save_answers,
            values={"visa_kind": VisaKind.WORK, "birth_date": date(1999, 1, 2), "amount_asked": 7},
        )
        later(
            operations.save_documents,
            answers={
                DocumentKind.PASSPORT: DocumentAnswer(
                    DocumentStatus.PRESENT, "X1", DAY, DAY + timedelta(days=900)
                ),
                DocumentKind.WORK_VISA: DocumentAnswer(DocumentStatus.MISSING),
            },
        )
        later(operations.save_answers, values={"id_pmi": "123", "last_contact_on": DAY})
        later(marks.mark_departed, on=DAY + timedelta(days=4))
        return departure.id, cases


def found(departure_id):
    return db.session.get(Departure, departure_id)


def why(client, departure_id, day=None):
    return client.get(
        f"/keberangkatan/{departure_id}/mengapa" + (f"?pada={day.isoformat()}" if day else "")
    )


def row_of(page, rule):
    return next(" ".join(row) for row in rows(page) if row[0].startswith(rule))


def test_what_was_recorded_at_the_end_of_each_day_comes_back(told):
    departure_id, cases = told
    departure = found(departure_id)
    assert case_as_of(departure, DAY - timedelta(days=1)) is None
    for number, case in cases.items():
        then = case_as_of(departure, DAY + timedelta(days=number))
        assert set(then.documents) == set(case.documents)
        assert then == case, number
    assert case_as_of(departure, today()) == case_of(departure)


def test_what_was_unsaid_then_is_unsaid_again(told):
    departure = found(told[0])
    first = case_as_of(departure, DAY)
    assert first.documents == ()
    assert first.visa_kind is VisaKind.VISIT
    assert not first.id_pmi_seen
    assert first.stage is Stage.PLANNED
    assert first.departed_on is None
    assert case_as_of(departure, DAY + timedelta(days=3)).id_pmi_seen


def test_the_local_day_ends_at_midnight_in_western_indonesia(operator):
    with time_machine.travel(FIRST, tick=False) as clock:
        departure = make_departure(by=operator)
        clock.move_to(datetime(2026, 3, 3, 17, 30, tzinfo=UTC))  # 00.30 on the 4th
        values = {"country": "HK"}
        operations.save_answers(departure, values, by=operator, seen_revision=departure.revision)
        db.session.commit()
    assert case_as_of(departure, date(2026, 3, 3)).country == "TW"
    assert case_as_of(departure, date(2026, 3, 4)).country == "HK"


def test_every_rule_stands_there_with_version_source_and_what_it_read(told, operator, sign_in):
    page = why(sign_in(operator), told[0])
    assert page.status_code == 200
    text = text_of(page)
    for rule in RULES:
        row = row_of(page, rule.number)
        assert rule.title in row
        assert rule.source in row
        assert f" {rule.version}" in row
    assert "Prosedur" in text
    assert "dokumen wajib" in text
    assert "Berlaku sampai" in text
    assert "Ada tanda" in row_of(page, "R10")
    assert "Siapa yang merekrut" in row_of(page, "R10")
    assert RecruiterKind.INDIVIDUAL.label in row_of(page, "R10")
    assert "Paspor: Ada" in row_of(page, "R18")
    assert "/keberangkatan/" in page.text


def test_a_past_day_shows_the_value_and_the_answer_of_then(told, operator, sign_in):
    client = sign_in(operator)
    then, after = why(client, told[0], DAY), why(client, told[0], DAY + timedelta(days=1))
    assert VisaKind.VISIT.label in row_of(then, "R03")
    assert "Ada tanda" in row_of(then, "R03")
    assert Severity.CRITICAL.label in row_of(then, "R03")
    assert VisaKind.WORK.label in row_of(after, "R03")
    assert "Tidak ada tanda" in row_of(after, "R03")
    assert "2 Maret 2026" in text_of(then)


def test_before_the_record_there_was_nothing_to_judge(told, operator, sign_in):
    page = why(sign_in(operator), told[0], DAY - timedelta(days=1))
    assert page.status_code == 200
    assert "belum tercatat pada hari itu" in text_of(page)


@pytest.mark.parametrize("asked", ["besok", "2026-13-01", "9999-12-31"])
def test_a_day_that_is_none_or_has_not_come_is_refused(told, operator, sign_in, asked):
    page = sign_in(operator).get(f"/keberangkatan/{told[0]}/mengapa?pada={asked}")
    assert page.status_code == 400
    assert "Hari itu belum tiba" in page.text or "Tulis tanggalnya" in page.text
    assert f'name="pada" value="{asked}"' in page.text


def test_another_area_is_not_found(told, sign_in):
    stranger = make_user(area=FOREIGN_VILLAGE)
    assert why(sign_in(stranger), told[0]).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LABOUR_OFFICE, Role.BP3MI])
def test_offices_above_the_village_read_it_masked(told, sign_in, role):
    client = sign_in(make_user(role=role))
    for day in (DAY, None):
        page = why(client, told[0], day)
        assert page.status_code == 200
        text = text_of(page)
        assert "1998" in row_of(page, "R01") or "1999" in row_of(page, "R01")
        assert "•" in row_of(page, "R01")
        for secret in ("12 Maret 1998", "2 Januari 1999", "Siti Rahmawati"):
            assert secret not in text


def test_the_village_reads_its_own_in_full(told, operator, sign_in):
    assert "12 Maret 1998" in row_of(why(sign_in(operator), told[0], DAY), "R01")


def test_a_look_is_journaled_with_the_day(told, operator, sign_in):
    why(sign_in(operator), told[0], DAY)
    entry = db.session.query(JournalEntry).order_by(JournalEntry.seq.desc()).first()
    assert entry.event == Event.PERSON_OPENED.value
    assert entry.detail["cara"] == "mengapa"
    assert entry.detail["pada"] == DAY.isoformat()


def test_an_empty_list_is_named_where_a_rule_was_not_judged(told, operator, sign_in):
    assert "Tidak dinilai: daftar P3MI kosong" in row_of(
        why(sign_in(operator), told[0], DAY), "R07"
    )


def test_an_officials_word_counts_from_its_day_on(told):
    departure = found(told[0])
    flag = next(flag for flag in departure.flags if flag.rule == "R10")
    flag.state, flag.settled_severity = FlagState.DISMISSED, flag.severity
    step = FlagStep(
        flag=flag,
        at=FIRST + timedelta(days=2),
        username=" dinas",
        role="labour_office",
        state=FlagState.DISMISSED,
    )
    with db.session.no_autoflush:
        flag.steps.append(step)
        assert not case_as_of(departure, DAY + timedelta(days=1)).settlements
        words = case_as_of(departure, DAY + timedelta(days=2)).settlements
        assert [(word.rule, word.evidence) for word in words] == [("R10", None)]
    db.session.rollback()
