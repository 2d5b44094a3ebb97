"""It records and warns; it never forbids: every transition is walked with every flag open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registry.accounts.roles import Role
from registry.assessment import assess
from registry.assessment.rules import RULES, Hit, Ruleset
from registry.db import db
from registry.departures.models import Departure
from registry.departures.workflow import MARKS, TRANSITIONS, Action, Mark
from registry.enums import ReviewStatus, Severity, Stage
from registry.formatting import today
from tests.factories import make_departure, make_user
from tests.page import token

ALWAYS = tuple(
    replace(
        rule,
        severity=Severity.CRITICAL,
        check=lambda facts: Hit("Selalu menyala."),
        stages=frozenset(Stage) - {Stage.CANCELLED},
        pmi_only=False,
        needs=None,
    )
    for rule in RULES
)


@pytest.fixture(autouse=True)
def every_flag_is_open(monkeypatch):
    monkeypatch.setattr(assess, "ALL_RULES", Ruleset(ALWAYS))


class Walker:
    """Presses the buttons of the record's page, as its users do, and notes which ones led on."""

    def __init__(self, departure, operator, reviewer):
        self.id = departure.id
        self.operator, self.reviewer = operator, reviewer
        self.walked = set()

    @property
    def departure(self):
        return db.session.get(Departure, self.id)

    def press(self, client, action, prefix="tombol", **answers):
        path = f"/keberangkatan/{self.id}"
        data = {"csrf_token": token(client.get(path))}
        data[f"{prefix}-versi"] = str(self.departure.revision)
        data |= {f"{prefix}-{name}": value for name, value in answers.items()}
        where = action if action.startswith("/") else f"{path}/{action}"
        response = client.post(where, data=data)
        assert response.status_code == 302, (action, response.status_code)
        return self.departure

    def submit(self):
        self.note(Action.SUBMIT)
        return self.press(self.operator, "ajukan").review_status

    def send_back(self):
        self.note(Action.SEND_BACK)
        where = f"/periksa/{self.id}/kembalikan"
        return self.press(self.reviewer, where, "kembali", alasan="Mohon dilihat.").review_status

    def verify(self):
        self.note(Action.VERIFY)
        return self.press(self.reviewer, f"/periksa/{self.id}/verifikasi").review_status

    def edit(self, **answers):
        is_verified = self.departure.review_status is ReviewStatus.VERIFIED
        self.note(Action.CORRECT if is_verified else Action.EDIT)
        path = f"/keberangkatan/{self.id}/tujuan"
        data = {
            "csrf_token": token(self.operator.get(path)),
            "versi": str(self.departure.revision),
            "country": "KH",
            "planned_on": (today() + timedelta(days=9)).isoformat(),
            "job_title": "Customer service",
        }
        assert self.operator.post(path, data=data | answers).status_code == 302
        assert self.is_flagged()
        return self.departure.review_status

    def mark(self, mark, action, prefix, **answers):
        self.walked.add((self.departure.stage, mark))
        return self.press(self.operator, action, prefix, **answers).stage

    def take_back(self):
        return self.mark(Mark.TAKE_BACK, "tarik", "tarik", alasan="Salah tekan tombol.")

    def note(self, action):
        self.walked.add((self.departure.review_status, action))

    def is_flagged(self):
        open_ones = {flag.rule for flag in self.departure.flags if flag.state.is_open}
        return open_ones == {rule.number for rule in RULES}


@pytest.fixture
def walker(app, sign_in):
    operator, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=operator)
    return Walker(departure, sign_in(operator), sign_in(reviewer))


def test_a_record_goes_through_every_office(app, sign_in, walker):
    assert walker.is_flagged()
    assert walker.edit(country="MM") is ReviewStatus.DRAFT
    assert walker.submit() is ReviewStatus.SUBMITTED
    assert walker.edit(country="LA") is ReviewStatus.SUBMITTED
    assert walker.send_back() is ReviewStatus.NEEDS_CORRECTION
    assert walker.edit(country="TH") is ReviewStatus.NEEDS_CORRECTION
    assert walker.submit() is ReviewStatus.SUBMITTED
    assert walker.verify() is ReviewStatus.VERIFIED
    assert walker.edit(country="KH") is ReviewStatus.SUBMITTED
    assert walker.is_flagged()
    draft = Walker(make_departure(by=make_user()), walker.operator, walker.reviewer)
    assert draft.is_flagged()
    draft.note(Action.DELETE)
    assert draft.press(draft.operator, "hapus") is None
    assert walker.walked | draft.walked == set(TRANSITIONS)


def test_a_person_leaves_comes_home_or_stays_and_every_mark_is_taken_back(walker):
    day = today().isoformat()
    assert walker.mark(Mark.DEPART, "berangkat", "berangkat", tanggal=day) is Stage.DEPARTED
    assert walker.is_flagged()
    back = walker.mark(Mark.RETURN, "pulang", "pulang", tanggal=day, jenis="cuti")
    assert back is Stage.RETURNED
    assert walker.is_flagged()
    assert walker.take_back() is Stage.DEPARTED
    assert walker.take_back() is Stage.PLANNED
    assert walker.mark(Mark.CANCEL, "batal", "batal", alasan="Tidak jadi.") is Stage.CANCELLED
    assert walker.take_back() is Stage.PLANNED
    assert walker.is_flagged()
    assert walker.walked == set(MARKS)


def test_papers_are_saved(walker):
    path = f"/keberangkatan/{walker.id}/dokumen"
    data = {"csrf_token": token(walker.operator.get(path)), "versi": str(walker.departure.revision)}
    assert walker.operator.post(path, data=data | {"paspor-status": "ada"}).status_code == 302
    assert walker.is_flagged()
