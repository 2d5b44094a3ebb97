"""Judging plain rows writes what judging models writes, for exactly those that a change touches."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import event, insert, select, update

from registry.accounts.roles import Role
from registry.assessment.assess import assess, readiness
from registry.audit.verify import verify_chain
from registry.db import db
from registry.departures.assessing import assess_due, case_of, judge
from registry.departures.models import Departure, Document, Flag, Resident
from registry.departures.rejudging import judge_rows, rejudge, touched
from registry.enums import (
    AgencyKind,
    DestinationStatus,
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    FlagState,
    InformationSource,
    LicenceStatus,
    MaritalStatus,
    Office,
    PassportHolder,
    RecruiterKind,
    Relation,
    Requirement,
    Scheme,
    Severity,
    Stage,
    Threshold,
    VisaKind,
)
from registry.formatting import company_key, today
from registry.operating.beside import first_edited_beside_journal
from registry.reference.models import (
    AgeLimit,
    Agency,
    AgencyAlias,
    AgencyLicence,
    Destination,
    DocumentRequirement,
    FeeCeiling,
    ImmigrationOffice,
    ThresholdValue,
    VagueJob,
    VisaRule,
)
from registry.reference.queries import load_reference
from tests.factories import make_departure, make_user
from tests.pages.dashboards.people import scatter

COUNT = 200
LATELY = date(2026, 1, 2)
FLAG_COLUMNS = [column.name for column in Flag.__table__.columns if column.name != "id"]


@pytest.fixture
def registry(app):
    """Departures of every kind with offers, papers, and flags in every state."""
    chance = random.Random(7)
    agencies = add_agencies()
    scatter(COUNT)
    db.session.execute(insert(Document.__table__), list(papers(chance)))
    for number in range(1, COUNT + 1):
        values = {
            name: chance.choice([None, *choices]) for name, choices in offers(agencies).items()
        }
        values["id_pmi_sealed"] = chance.choice([None, b"x"])
        values["recruiter_phone_sealed"] = chance.choice([None, b"x"])
        db.session.execute(update(Departure.__table__).where(Departure.id == number).values(values))
        marital = chance.choice([None, *MaritalStatus])
        person = update(Resident.__table__).where(Resident.id == number)
        db.session.execute(person.values(marital_status=marital))
    db.session.commit()
    judge_rows(everything(), load_reference(), today())
    deal_with_flags(chance)
    db.session.commit()
    db.session.expunge_all()
    return agencies


def add_agencies():
    licensed = {"status": LicenceStatus.ACTIVE, "valid_from": date(2020, 1, 1), "source": "Uji"}
    good = Agency(name="PT Baik", normal_name="baik")
    good.licences = [AgencyLicence(**licensed, licence_to=today() + timedelta(days=40))]
    revoked = Agency(name="PT Cabut", normal_name="cabut")
    revoked.licences = [AgencyLicence(**licensed | {"status": LicenceStatus.REVOKED})]
    body = Agency(name="LPK Sakura", normal_name="sakura", kind=AgencyKind.SENDING_ORGANISATION)
    body.licences = [AgencyLicence(**licensed, licence_to=today() + timedelta(days=400))]
    body.aliases = [AgencyAlias(name="LPK Sakura Indah", normal_name="sakura indah")]
    db.session.add_all([good, revoked, body])
    db.session.flush()
    return good, revoked, body


def offers(agencies):
    return {
        "agency_id": [agency.id for agency in agencies[:2]],
        "agency_name": ["PT Baik", "tidak ada", "LPK Sakura"],
        "job_title": ["Perawat lansia", "customer service"],
        "promised_wage": [5_000_000, 25_000_000],
        "visa_kind": list(VisaKind),
        "visa_country": ["TW", "MY"],
        "transit_country": ["KH", "SG"],
        "letter_country": ["TW"],
        "contract_country": ["TW", "MY"],
        "country": ["TW", "KH", "SA", "MY", "MM"],
        "training_body": ["LPK Sakura", "lpk sakura indah", "LPK Lain"],
        "job_order": ["1", "belum ada", "SPSK 1", "beli job"],
        "recruiter_kind": list(RecruiterKind),
        "recruiter_name": ["Pak Tono"],
        "amount_asked": [0, 90_000_000],
        "recruiter_advance": [0, 1_000_000],
        "passport_holder": list(PassportHolder),
        "immigration_office": ["Bandar Lampung", "Cirebon"],
        "information_source": list(InformationSource),
        "last_contact_on": [today(), today() - timedelta(days=300)],
        "letter_signer_relation": list(Relation),
    }


def papers(chance):
    for number in range(1, COUNT + 1):
        for kind in DocumentKind:
            if chance.random() < 0.8:
                yield {
                    "departure_id": number,
                    "kind": kind,
                    "status": chance.choice([None, *DocumentStatus, *[DocumentStatus.PRESENT] * 8]),
                    "issued_on": chance.choice([None, today() - timedelta(days=300)]),
                    "expires_on": chance.choice(
                        [None, None, today() + timedelta(days=chance.randint(-30, 900))]
                    ),
                }


def deal_with_flags(chance):
    """Some are followed up, closed, dismissed, settled on less or on other evidence."""
    for flag in db.session.scalars(select(Flag).order_by(Flag.id)):
        flag.state = chance.choice([FlagState.OPEN, *FlagState])
        if not flag.state.is_open and chance.random() < 0.8:
            flag.settled_severity = chance.choice([flag.severity, Severity.INFO])
            flag.settled_evidence = chance.choice([None, dict(flag.evidence), {"lain": 1}])
        if chance.random() < 0.2:
            flag.sentence = "Kalimat lama."
    for number in range(1, COUNT, 5):
        db.session.add(
            Flag(
                departure_id=number,
                rule="R01",
                rule_version=99,
                severity=Severity.HIGH,
                state=chance.choice(list(FlagState)),
                evidence={},
                sentence="Aturan lama.",
                advice="",
                raised_on=today(),
                owner=Office.VILLAGE,
            )
        )


def everything():
    return list(db.session.scalars(select(Departure.id).order_by(Departure.id)))


def stored():
    """All departures and flags as they lie in the tables."""
    db.session.flush()
    flags = [getattr(Flag.__table__.c, name) for name in FLAG_COLUMNS]
    return (
        [tuple(row) for row in db.session.execute(select(Departure.__table__).order_by("id"))],
        sorted(map(repr, db.session.execute(select(*flags)))),
    )


@pytest.mark.parametrize("offset", [0, 1, 30, 200])
def test_rows_and_models_are_judged_alike(registry, offset):
    day, reference = today() + timedelta(days=offset), load_reference()
    before = stored()
    judge_rows(everything(), reference, day)
    by_rows = stored()
    db.session.rollback()
    assert stored() == before != by_rows
    versions = dict(db.session.execute(select(Departure.id, Departure.version)).all())
    with db.session.no_autoflush:
        for departure in db.session.scalars(select(Departure).order_by(Departure.id)).unique():
            judge(departure, reference, day)
    db.session.flush()
    # The ORM counts a version for every change; in a page the operation's own change does.
    table = Departure.__table__
    for number, version in versions.items():
        db.session.execute(update(table).where(table.c.id == number).values(version=version))
    assert stored() == by_rows
    db.session.rollback()


def test_judging_again_writes_nothing(registry):
    judge_rows(everything(), load_reference(), today())
    db.session.flush()
    written = []

    def note(_connection, _cursor, statement, *_):
        if not statement.lstrip().startswith("SELECT"):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    judge_rows(everything(), load_reference(), today())
    event.remove(db.engine, "before_cursor_execute", note)
    assert written == []


def test_the_number_of_statements_does_not_grow_with_the_rows(registry):
    counts = []
    for ids in (everything()[:10], everything()):
        said = []

        def note(_connection, _cursor, statement, *_, said=said):
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        judge_rows(ids, load_reference(), today() + timedelta(days=30))
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.rollback()
        counts.append(len(said))
    assert max(counts) <= min(counts) + 3


def test_progress_tells_each_batch(registry):
    told = []
    assert rejudge(everything(), today(), told.append) == COUNT
    assert sum(told) == COUNT


def test_nothing_due_costs_one_query_about_departures(registry):
    assess_due()
    db.session.commit()
    said = []

    def note(_connection, _cursor, statement, *_):
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    assert assess_due() == 0
    event.remove(db.engine, "before_cursor_execute", note)
    about = [text for text in said if " meta" not in text and not text.startswith("BEGIN")]
    assert len(about) == 1
    assert "holds_until" in about[0]
    db.session.rollback()


def changed(model, **values):
    """A new row of a list, in force for ever."""
    row = model(**{"valid_from": LATELY, "valid_to": None, "source": "Uji"} | values)
    return None, row


CHANGES = {
    "paper": lambda: changed(
        DocumentRequirement,
        scheme=Scheme.P_TO_P,
        kind=DocumentKind.PASSPORT,
        requirement=Requirement.NOT_USED,
        issuer="-",
        valid_from=today() - timedelta(days=10),
    ),
    "paper of trainees": lambda: changed(
        DocumentRequirement,
        scheme=Scheme.TRAINEE,
        kind=DocumentKind.PASSPORT,
        requirement=Requirement.CONDITIONAL,
        condition="bila perlu",
        issuer="-",
    ),
    "destination": lambda: changed(Destination, country="TW", status=DestinationStatus.NOT_PLACED),
    "destination lately": lambda: changed(
        Destination,
        country="MY",
        status=DestinationStatus.HIGH_RISK,
        valid_from=today() - timedelta(days=40),
    ),
    "general age": lambda: changed(AgeLimit, youngest=45),
    "age there": lambda: changed(AgeLimit, country="TW", youngest=61),
    "age in households": lambda: changed(
        AgeLimit, employer_kind=EmployerKind.HOUSEHOLD, youngest=55
    ),
    "age in firms": lambda: changed(AgeLimit, employer_kind=EmployerKind.LEGAL_ENTITY, youngest=55),
    "fee": lambda: changed(FeeCeiling, country="TW", employer_kind=None, amount=1),
    "fee in households": lambda: changed(
        FeeCeiling, country=None, employer_kind=EmployerKind.HOUSEHOLD, amount=1
    ),
    "visa": lambda: changed(VisaRule, kind=VisaKind.WORK, allows_work=False),
    "vague": lambda: changed(VagueJob, title="perawat lansia"),
    "office": lambda: changed(ImmigrationOffice, province="32", name="Cirebon"),
    "papers wanted": lambda: changed(
        ThresholdValue, name=Threshold.PAPERS_WANTED_DAYS, value=300, valid_from=today()
    ),
    "contact": lambda: changed(
        ThresholdValue, name=Threshold.CONTACT_DAYS, value=1, valid_from=today()
    ),
    "vague wage": lambda: changed(
        ThresholdValue, name=Threshold.VAGUE_JOB_WAGE, value=1, valid_from=today()
    ),
    "threshold": lambda: changed(
        ThresholdValue, name=Threshold.CRITICAL_ANSWER_DAYS, value=77, valid_from=today()
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whoever_is_judged_differently_was_touched(registry, name):
    before, after = CHANGES[name]()
    hold_together(type(after), before, after)


@pytest.mark.parametrize("which", [0, 2])
def test_a_licence_touches_those_it_places(registry, which):
    agency = db.session.get(Agency, registry[which].id)
    row = AgencyLicence(
        agency_id=agency.id,
        status=LicenceStatus.SUSPENDED,
        valid_from=today() - timedelta(days=40),
        source="Uji",
    )
    ids = hold_together(AgencyLicence, None, row)
    found = db.session.scalars(select(Departure).where(Departure.id.in_(ids))).unique()
    if which == 0:
        named = {(departure.agency_id, departure.agency_name) for departure in found}
        assert {company_key(name) for _, name in named if name} == {agency.normal_name}
        assert {number for number, name in named if not name} == {agency.id}
    else:
        bodies = {departure.training_body for departure in found}
        assert bodies <= {"LPK Sakura", "lpk sakura indah"}
        assert bodies


def hold_together(model, before, after):
    """Everybody whose judgement differs is touched, and the touched are a part of the open."""
    days = [today() + timedelta(days=offset) for offset in (0, 15, 45)]
    old = judgements(days)
    db.session.add(after)
    ids = touched(model, before, after)
    new = judgements(days)
    differing = {number for number in old if old[number] != new[number]}
    assert differing, "the change changes nothing: a poor test"
    assert differing <= set(ids)
    still_open = select(Departure.id).where(Departure.stage.in_([Stage.PLANNED, Stage.DEPARTED]))
    assert set(ids) <= set(db.session.scalars(still_open))
    assert ids == sorted(ids)
    return ids


def judgements(days):
    """What the rules say of each open departure, apart from the day until which it holds."""
    reference = load_reference()
    said = {}
    for departure in db.session.scalars(select(Departure)).unique():
        if departure.stage in (Stage.PLANNED, Stage.DEPARTED):
            case = case_of(departure)
            said[departure.id] = [
                (
                    (found := assess(case, reference, day)).procedure,
                    found.missing,
                    found.unclear,
                    found.expiring,
                    found.flags,
                    readiness(case, reference),
                )
                for day in days
            ]
    return said


def test_touched_is_exactly_those_that_match(registry):
    row = Destination(
        country="TW",
        status=DestinationStatus.HIGH_RISK,
        valid_from=today() - timedelta(days=40),
        source="Uji",
    )
    db.session.add(row)
    expected = {
        departure.id
        for departure in db.session.scalars(select(Departure)).unique()
        if "TW" in (departure.country, departure.transit_country)
        and (
            departure.stage is Stage.PLANNED
            or (
                departure.stage is Stage.DEPARTED
                and (departure.departed_on is None or departure.departed_on >= row.valid_from)
            )
        )
    }
    assert set(touched(Destination, None, row)) == expected
    assert 0 < len(expected) < COUNT / 2


@pytest.mark.parametrize(
    ("name", "concerns"),
    [
        (Threshold.PAPERS_URGENT_DAYS, lambda d: d.stage is Stage.PLANNED),
        (Threshold.CONTACT_DAYS, lambda d: d.stage is Stage.DEPARTED),
        (Threshold.VAGUE_JOB_WAGE, lambda d: d.promised_wage is not None),
        (Threshold.PATTERN_DAYS, lambda d: False),
        (Threshold.PATTERN_PEOPLE, lambda d: False),
    ],
)
def test_a_number_touches_those_that_its_rule_reads(registry, name, concerns):
    row = ThresholdValue(name=name, value=7, valid_from=today(), source="Uji")
    db.session.add(row)
    assert set(touched(ThresholdValue, None, row)) == {d.id for d in open_ones() if concerns(d)}


def test_a_vague_title_touches_those_who_were_offered_it(registry):
    row = VagueJob(title="Customer Service", valid_from=date(2000, 1, 1), source="Uji")
    db.session.add(row)
    expected = {d.id for d in open_ones() if d.job_title == "customer service"}
    assert expected
    assert set(touched(VagueJob, None, row)) == expected


def open_ones():
    return [
        departure
        for departure in db.session.scalars(select(Departure)).unique()
        if departure.stage in (Stage.PLANNED, Stage.DEPARTED)
    ]


def test_an_ended_row_leaves_alone_who_left_before(registry):
    old = Destination(
        country="KH", status=DestinationStatus.OPEN, valid_from=date(2000, 1, 1), source="Uji"
    )
    db.session.add(old)
    db.session.flush()
    before = Destination(
        id=old.id,
        country="KH",
        status=DestinationStatus.OPEN,
        valid_from=date(2000, 1, 1),
        source="Uji",
    )
    old.valid_to = today() - timedelta(days=10)
    found = db.session.scalars(
        select(Departure).where(Departure.id.in_(touched(Destination, before, old)))
    ).unique()
    left = [departure for departure in found if departure.stage is Stage.DEPARTED]
    assert all(d.departed_on is None or d.departed_on > old.valid_to for d in left)
    assert touched(Destination, old, old) == []


def test_the_first_row_of_a_list_touches_every_open_departure(registry):
    db.session.execute(VisaRule.__table__.delete())
    row = VisaRule(
        kind=VisaKind.WORK, allows_work=True, valid_from=today(), valid_to=None, source="Uji"
    )
    db.session.add(row)
    still_open = select(Departure.id).where(Departure.stage.in_([Stage.PLANNED, Stage.DEPARTED]))
    assert touched(VisaRule, None, row) == sorted(db.session.scalars(still_open))


def test_counts_are_exact_after_a_changed_row(registry):
    rejudge(everything(), today())
    db.session.commit()
    _, row = CHANGES["destination"]()
    db.session.add(row)
    ids = touched(Destination, None, row)
    assert rejudge(ids, today()) == len(ids)
    db.session.commit()
    db.session.expunge_all()
    reference = load_reference()
    open_now = [Stage.PLANNED, Stage.DEPARTED]
    expected = Counter(
        assess(case_of(departure), reference, today()).procedure
        for departure in db.session.scalars(
            select(Departure).where(Departure.stage.in_(open_now))
        ).unique()
    )
    counted = Counter(
        db.session.scalars(select(Departure.procedure).where(Departure.stage.in_(open_now)))
    )
    assert counted == expected


def test_versions_digests_and_the_journal_stay(app):
    departure = make_departure(by=make_user(role=Role.OPERATOR))
    db.session.refresh(departure)
    state = departure.version, departure.digest
    _, row = CHANGES["destination"]()
    db.session.add(row)
    rejudge(touched(Destination, None, row), today())
    db.session.commit()
    db.session.expunge_all()
    again = db.session.get(Departure, departure.id)
    assert (again.version, again.digest) == state
    assert any(flag.rule == "R04" and flag.state.is_open for flag in again.flags)
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
