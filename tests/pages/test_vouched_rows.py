"""What offices opened, noted, asked for and answered: rows beside the records and the accounts.

Each column that is changed by SQL is found, and each kind has its canary; whatever the program
does to them is not.
"""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from registry.accounts.roles import Role
from registry.assessment.rules.office import RECRUITER
from registry.audit import log, vouching
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db, now
from registry.departures import emergency
from registry.departures import operations as journeys
from registry.departures.filters import Filter
from registry.departures.flag_workflow import FlagAction
from registry.departures.models import Departure, EmergencyAccess, Flag, FlagStep, PatternStep
from registry.enums import (
    CorrectionState,
    EmergencyGround,
    FlagState,
    RequestState,
    ReviewStatus,
    Severity,
)
from registry.flags.operations import take_step
from registry.flags.pattern_steps import Standing, take_pattern_step
from registry.flags.patterns import Pattern
from registry.formatting import today
from registry.operating import stocktaking
from registry.operating.beside import VOUCHED
from registry.operating.in_words import KINDS
from registry.regions.area import Area
from registry.rights import corrections
from registry.rights.erasing import erase
from registry.rights.models import CorrectionRequest
from registry.workbooks import export_requests
from registry.workbooks.models import ExportRequest
from tests.beside import by_sql, found, unseen, values_of, verified
from tests.factories import VILLAGE, make_departure, make_user, open_in_emergency


def act_on_pattern() -> None:
    shared = Pattern("a" * 32, RECRUITER, "", members=(), since=today(), due_on=None)
    take_pattern_step(
        shared,
        Standing(),
        FlagAction.FOLLOW_UP,
        by=make_user(role=Role.LABOUR_OFFICE),
        seen_state="open",
        note="Perekrut sudah dihubungi.",
    )


def ask_for_file() -> None:
    asked = export_requests.Asked(Filter(area=Area(VILLAGE)), whole_words=True)
    export_requests.ask(asked, 3, "Rapat kecamatan", by=make_user())


@pytest.fixture
def followed(app: Flask) -> Departure:
    """A child with a flag, about whom and beside whom offices did one thing of each kind."""
    born = today() - timedelta(days=16 * 365)
    departure = make_departure(by=make_user(), birth_date=born)
    take_step(
        departure.flags[0],
        FlagAction.FOLLOW_UP,
        by=make_user(role=Role.REVIEWER),
        seen_state="open",
        note="Sudah ditanyakan kepada keluarga.",
        is_restricted=True,
    )
    open_in_emergency(departure, by=make_user(role=Role.BP3MI))
    act_on_pattern()
    corrections.ask(departure, "Tanggal lahirnya salah", by=make_user())
    ask_for_file()
    db.session.commit()
    assert found() is None
    return departure


TABLES: dict[str, Any] = {
    model.vouched_as: model.__table__
    for model in (EmergencyAccess, FlagStep, PatternStep, CorrectionRequest, ExportRequest)
}
CHANGES: dict[str, dict[str, Any]] = {
    "emergency": {
        "user_id": 1,
        "departure_id": 2,
        "role": "labour_office",
        "area_code": "0",
        "ground": EmergencyGround.REQUEST,
        "reason_sealed": b"x",
        "from_at": now(),
        "until_at": now() + timedelta(days=99),
        "ended_at": now(),
    },
    "flag_step": {
        "flag_id": 2,
        "at": now(),
        "username": "orang.lain",
        "role": "bp3mi",
        "state": FlagState.CLOSED,
        "note_sealed": None,
        "is_restricted": False,
    },
    "pattern_step": {
        "pattern": "b" * 32,
        "rule": "R02",
        "area_code": "18",
        "at": now(),
        "username": "orang.lain",
        "role": "bp3mi",
        "state": FlagState.DISMISSED,
        "members": [1, 2],
        "note_sealed": None,
    },
    "rights_request": {
        "departure_id": 2,
        "state": CorrectionState.REFUSED,
        "asked_at": now(),
        "asked_by": "orang.lain",
        "words_sealed": None,
        "answered_at": now(),
        "answered_by": "orang.lain",
        "answer_sealed": b"x",
    },
    "export_request": {
        "user_id": 1,
        "role": "bp3mi",
        "area_code": "18",
        "filter_sealed": b"x",
        "rows": 9,
        "purpose": "Lain",
        "state": RequestState.APPROVED,
        "asked_at": now(),
        "expires_at": now() + timedelta(days=99),
        "decided_by": 1,
        "decided_at": now(),
        "refusal": "Tidak",
    },
}
TAMPERINGS = [(kind, column) for kind, columns in CHANGES.items() for column in columns]


@pytest.mark.parametrize(("kind", "column"), TAMPERINGS)
def test_a_row_edited_beside_the_journal_is_found(
    app: Flask, followed: Departure, kind: str, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_departure(by=make_user())  # another one, with flags of its own
    table = TABLES[kind]
    (row_id,) = db.session.scalars(select(table.c.id))
    by_sql(update(table).values({column: CHANGES[kind][column]}))
    assert found() == (kind, row_id)
    assert f"{KINDS[kind]} {row_id} diubah di luar jurnal sesudah entri" in verified(app)
    (model,) = (one for one in VOUCHED if one.__table__ is table)
    unseen(monkeypatch, model)
    assert found() is None


@pytest.mark.parametrize("kind", TABLES)
def test_every_column_was_tried(kind: str) -> None:
    assert {*CHANGES[kind], "id"} == set(TABLES[kind].columns.keys())


def test_every_kind_of_rows_was_tried_and_has_a_name() -> None:
    assert {"account", *TABLES} == {model.vouched_as for model in VOUCHED}
    assert set(vouching.Vouched.__subclasses__()) == set(VOUCHED)
    assert {"account", *TABLES} <= set(KINDS)


@pytest.mark.parametrize("kind", TABLES)
def test_a_row_that_was_inserted_or_deleted_is_found(
    app: Flask, followed: Departure, kind: str
) -> None:
    """Requests for files are deleted after a week without an entry, so only they may be gone."""
    table = TABLES[kind]
    stored = dict(db.session.execute(select(table)).mappings().one())
    by_sql(insert(table).values({**stored, "id": 77}))
    assert found() == (kind, 77)
    by_sql(delete(table))
    assert found() == (None if kind == "export_request" else (kind, stored["id"]))


def test_a_request_that_was_put_back_as_approved_is_found(followed: Departure) -> None:
    table = TABLES["export_request"]
    stored = dict(db.session.execute(select(table)).mappings().one())
    by_sql(delete(table))
    by_sql(insert(table).values({**stored, "state": RequestState.APPROVED}))
    assert found() == ("export_request", stored["id"])


def test_ending_an_access_and_a_later_step_are_no_tampering(followed: Departure) -> None:
    access = db.session.scalars(select(EmergencyAccess)).one()
    emergency.end_access(followed, by=access.user, accesses=[access])
    db.session.commit()
    assert found() is None
    office = make_user(role=Role.LABOUR_OFFICE)
    for action in (FlagAction.NOTE, FlagAction.CLOSE, FlagAction.REOPEN, FlagAction.DISMISS):
        flag = followed.flags[0]
        take_step(flag, action, by=office, seen_state=flag.state.value, note="Sudah jelas.")
        db.session.commit()
        assert found() is None, action


def test_answers_to_requests_are_no_tampering(followed: Departure) -> None:
    asked = db.session.scalars(select(CorrectionRequest)).one()
    corrections.answer(asked, CorrectionState.DONE, "Sudah dibetulkan", by=make_user())
    db.session.commit()
    assert found() is None
    request = db.session.scalars(select(ExportRequest)).one()
    export_requests.approve(request, by=make_user(role=Role.REVIEWER))
    db.session.commit()
    assert found() is None
    export_requests.take_out(request)
    log.record(Event.EXPORTED, by=log.SYSTEM, area_code=VILLAGE)
    db.session.commit()
    assert found() is None
    assert values_of("export_request.was") == 2
    export_requests.purge()
    db.session.commit()
    assert found() is None


def test_a_refused_request_is_no_tampering(followed: Departure) -> None:
    request = db.session.scalars(select(ExportRequest)).one()
    export_requests.refuse(request, "Terlalu banyak", by=make_user(role=Role.REVIEWER))
    db.session.commit()
    assert found() is None


def test_an_erased_person_and_a_deleted_draft_are_no_tampering(followed: Departure) -> None:
    """What is theirs goes with them, by statements that the session does not see."""
    draft = make_departure(by=make_user())
    open_in_emergency(draft, by=make_user(role=Role.BP3MI))
    corrections.ask(draft, "Namanya salah", by=make_user())
    db.session.commit()
    journeys.remove_draft(draft, by=log.SYSTEM)
    db.session.commit()
    assert found() is None
    erase(followed.resident, by=log.SYSTEM)
    db.session.commit()
    for model in (EmergencyAccess, CorrectionRequest):
        assert not db.session.scalars(select(model)).all()
    assert found() is None


# What officials said of flags

FLAG: Any = Flag.__table__
SETTLED = {"settled_severity": Severity.CRITICAL, "state": FlagState.DISMISSED}


@pytest.mark.parametrize(
    "values",
    [
        SETTLED,
        {"state": FlagState.DISMISSED},
        {"state": FlagState.FOLLOWED_UP},
        {"state": FlagState.CLOSED, "settled_severity": Severity.CRITICAL},
        {"settled_severity": Severity.CRITICAL},
        {"settled_evidence": {}},
    ],
)
def test_a_flag_that_nobody_settled_is_found(app: Flask, values: dict[str, Any]) -> None:
    """A rule would raise it again, did nobody's word seem to cover it."""
    flag = make_departure(by=make_user(), status=ReviewStatus.SUBMITTED).flags[0]
    flag_id = flag.id
    assert found() is None
    by_sql(update(FLAG).where(FLAG.c.id == flag_id).values(values))
    assert found() == ("flag", flag_id)
    said = f"tanda {flag_id} diubah di luar jurnal: tidak ada langkah petugas"
    assert said in verified(app)


def test_a_flag_that_was_settled_otherwise_than_its_last_step_says_is_found(
    app: Flask, followed: Departure
) -> None:
    flag = followed.flags[0]
    take_step(
        flag,
        FlagAction.CLOSE,
        by=make_user(role=Role.LABOUR_OFFICE),
        seen_state=flag.state.value,
        note="Sudah jelas.",
    )
    db.session.commit()
    assert found() is None
    flag_id = flag.id
    by_sql(update(FLAG).where(FLAG.c.id == flag_id).values(state=FlagState.DISMISSED))
    assert found() == ("flag", flag_id)


def test_flags_of_the_demo_stand_where_its_story_put_them(app: Flask) -> None:
    first, second = (
        make_departure(by=make_user(), status=ReviewStatus.SUBMITTED).flags[0] for _ in range(2)
    )
    flag_ids, journey = [first.id, second.id], first.departure_id
    by_sql(update(FLAG).where(FLAG.c.id.in_(flag_ids)).values(SETTLED))
    assert found() == ("flag", min(flag_ids))
    for kind, seen in (("flag", min(flag_ids)), ("departure", max(flag_ids))):
        told = [log.Subject(kind, journey)]
        log.record(Event.DEMO_LOADED, by=log.SYSTEM, area_code="0", subjects=told)
        db.session.commit()
        assert found() == ("flag", seen)


def test_a_flag_that_the_rules_closed_is_no_finding(app: Flask, followed: Departure) -> None:
    """Also one that an office was following up."""
    resident = followed.resident
    journeys.save_answers(
        followed,
        {"birth_date": today() - timedelta(days=30 * 365)},
        by=make_user(),
        seen_revision=followed.revision,
    )
    db.session.commit()
    assert resident.birth_date.year < today().year - 20
    assert FlagState.CLOSED in {flag.state for flag in followed.flags}
    assert found() is None


# Registries that are older than this


def test_rows_older_than_their_digests_are_taken_into_stock_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind by itself: accounts were vouched for before patterns were."""
    make_user()
    with pytest.MonkeyPatch.context() as patched:
        vouched_for = vouching.taken_changes
        patched.setattr(
            vouching,
            "taken_changes",
            lambda session: [one for one in vouched_for(session) if one.kind == "account"],
        )
        act_on_pattern()
        ask_for_file()
        db.session.commit()
    assert values_of("pattern_step") == 0
    assert found() is None
    assert stocktaking.take_stock(VOUCHED)
    db.session.commit()
    (taken,) = db.session.scalars(
        select(JournalEntry.detail).where(JournalEntry.event == Event.STOCK_TAKEN.value)
    )
    assert taken["baris"] == {"pattern_step": 1, "export_request": 1}
    assert not stocktaking.take_stock(VOUCHED)
    by_sql(update(TABLES["pattern_step"]).values(rule="R02"))
    assert found() == ("pattern_step", db.session.scalar(select(func.max(PatternStep.id))))


def test_a_kind_of_which_the_journal_never_told_is_never_taken_into_stock(
    app: Flask, followed: Departure
) -> None:
    table = TABLES["pattern_step"]
    stored = dict(db.session.execute(select(table)).mappings().one())
    by_sql(insert(table).values({**stored, "id": 77}))
    assert not stocktaking.take_stock(VOUCHED)
    assert found() == ("pattern_step", 77)
