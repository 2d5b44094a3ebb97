"""Loading the demo into a database."""

import hashlib
import json

import pytest
from sqlalchemy import func, select

from registry.accounts.models import User
from registry.accounts.passwords import matches
from registry.accounts.roles import Role
from registry.assessment.assess import GRAVE
from registry.audit.models import JournalEntry
from registry.audit.verify import verify_chain
from registry.db import db
from registry.demo import year
from registry.demo.accounts import ACCOUNTS, AUTHOR, PASSWORD, SUBDISTRICT, VILLAGE
from registry.demo.load import DemoRefused, is_loaded, load_demo
from registry.demo.published import BY_DISTRICT, BY_SEX, apportion, quotas
from registry.departures import decisions, listing, operations, queries, queues
from registry.departures.assessing import assess_due, is_assessed_through, judge
from registry.departures.fields import FIELDS, list_sight
from registry.departures.filters import Filter
from registry.departures.models import Departure, Flag, Resident
from registry.enums import FlagState, Procedure, ReviewStatus, Scheme, Sex, Stage
from registry.formatting import today
from registry.operating.beside import first_edited_beside_journal
from registry.reference.models import Agency
from registry.reference.queries import load_reference, match_agency
from registry.regions.area import Area
from tests.factories import make_departure, make_user

RECORDS = 300


def load(records=RECORDS, seed=1):
    loaded = load_demo(records, seed, today())
    db.session.commit()
    return loaded


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=["demo", "load", *arguments])


def count(**values):
    return listing.count(Filter(Area(values.pop("area", "0")), **values))


def content():
    """A digest of everything that was loaded, in plain text."""
    lines = []
    for departure in db.session.scalars(select(Departure).order_by(Departure.id)).unique():
        resident = departure.resident
        line = [departure.id, resident.id, departure.registration_number, departure.village_code]
        line += [
            getattr(resident if info.owner == "resident" else departure, name)
            for name, info in FIELDS.items()
        ]
        line += [departure.review_status, departure.stage, departure.created_at]
        line += [departure.updated_at, departure.submitted_at, departure.reviewed_at]
        line += [departure.procedure, departure.readiness_at_departure, departure.holds_until]
        line += [departure.agency_id, departure.created_by, departure.before_correction]
        line += [
            (d.kind, d.status, d.number, d.issued_on, d.expires_on) for d in departure.documents
        ]
        line += [(f.rule, f.state, f.raised_on, f.due_on) for f in departure.flags]
        lines.append(json.dumps(line, default=str))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def test_a_small_demo_is_whole(app):
    result = run(app, "--records", str(RECORDS))
    assert result.exit_code == 0, result.output
    assert "300 keberangkatan tahun 2025" in result.output

    # The totals in proportion.
    for district, wanted in apportion(RECORDS, BY_DISTRICT).items():
        assert count(area=district, year=2025, pmi="ya") == wanted
    women = count(year=2025, sex=(Sex.FEMALE.value,))
    assert women == apportion(RECORDS, BY_SEX)[Sex.FEMALE]
    assert count(year=2025, country=("TW",)) == sum(quotas(RECORDS).by_country["TW"].values())
    assert count(year=2025) == RECORDS

    # Every status, stage and procedure outside the year.
    for status in ReviewStatus:
        assert count(status=(status.value,)) > 0, status
    for stage in Stage:
        assert count(stage=(stage.value,)) > 0, stage
    for procedure in Procedure:
        assert count(procedure=(procedure.value,)) > count(
            procedure=(procedure.value,), year=2025
        ), procedure
    for rule in ("R01", "R03", "R16"):
        assert count(flag=(rule,)) > 0, rule

    # The journal has one entry, and it repeats every record.
    assert db.session.scalar(select(func.count()).select_from(JournalEntry)) == 1
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None
    assert is_assessed_through(today())
    assert assess_due() == 0


def test_the_accounts_sign_in_and_have_something_to_do(app):
    load()
    users = {user.username: user for user in db.session.scalars(select(User))}
    assert set(users) == {account.username for account in ACCOUNTS}
    for user in users.values():
        assert user.is_demo
        assert user.is_active_account is (user.username != AUTHOR)
    assert matches(users["camat"].password_hash, PASSWORD)
    assert not matches(users[AUTHOR].password_hash, PASSWORD)

    sight = list_sight(Role.OPERATOR)
    for status in (ReviewStatus.DRAFT, ReviewStatus.NEEDS_CORRECTION, ReviewStatus.VERIFIED):
        assert queues.queue(Area(VILLAGE), sight, status, limit=5)
    waiting = queues.queue(Area(SUBDISTRICT), sight, ReviewStatus.SUBMITTED, limit=50)
    assert len({row.village_code for row in waiting}) >= 6
    departure = queries.find(Area(SUBDISTRICT), waiting[0].id)
    decisions.verify(
        departure, by=users["camat"], seen_revision=departure.revision, lone_reviewer=False
    )
    db.session.commit()
    assert first_edited_beside_journal() is None


def test_records_can_be_worked_on_like_any_other(app):
    load()
    operator = db.session.scalars(select(User).filter_by(username="operator")).one()
    sent_back = db.session.scalars(
        select(Departure).filter_by(
            village_code=VILLAGE, review_status=ReviewStatus.NEEDS_CORRECTION
        )
    ).first()
    assert sent_back.send_back_reason
    assert sent_back.resident.nik.startswith("1") or sent_back.resident.nik.startswith("3")
    operations.save_answers(sent_back, {"rt": "009"}, by=operator, seen_revision=sent_back.revision)
    decisions.submit(sent_back, by=operator, seen_revision=sent_back.revision)
    db.session.commit()
    assert verify_chain().is_whole
    assert first_edited_beside_journal() is None


def test_bulk_rows_say_what_the_orm_says(app):
    load()
    reference = load_reference()
    for departure in db.session.scalars(select(Departure)).unique():
        stored = (
            departure.procedure,
            departure.readiness_at_departure,
            departure.documents_missing,
            departure.holds_until,
            departure.leaving_on,
        )
        flags = {(f.rule, f.state, f.sentence, f.raised_on, f.due_on) for f in departure.flags}
        judge(departure, reference, today())
        departure.refresh_leaving_date()
        assert stored == (
            departure.procedure,
            departure.readiness_at_departure,
            departure.documents_missing,
            departure.holds_until,
            departure.leaving_on,
        )
        assert flags == {
            (f.rule, f.state, f.sentence, f.raised_on, f.due_on) for f in departure.flags
        }
    db.session.rollback()


def test_sealed_values_open_and_are_found(app):
    load()
    resident = db.session.scalars(
        select(Resident).where(Resident.phone_sealed.is_not(None)).limit(1)
    ).one()
    assert [r.id for r in queries.search_residents(Area("18"), resident.phone)] == [resident.id]
    assert queries.resident_with_nik(Area(resident.village_code), resident.nik) is resident


def test_the_same_seed_gives_the_same_data(app, databases, keys_path):
    from registry import create_app
    from tests.conftest import settings_for

    load(records=60)
    first = content()
    db.session.remove()
    contents = []
    for seed in (1, 2):
        url = databases.fresh()
        other = create_app(settings_for(url, keys_path))
        with other.app_context():
            load(records=60, seed=seed)
            contents.append(content())
            db.session.remove()
            db.engine.dispose()
        databases.drop(url)
    assert contents[0] == first
    assert contents[1] != first


def test_loading_twice_changes_nothing(app):
    assert run(app, "--records", "5").exit_code == 0
    before = content()
    again = run(app, "--records", "50", "--seed", "7")
    assert again.exit_code == 0
    assert "sudah dimuat" in again.output
    assert content() == before


def test_a_database_with_real_accounts_is_refused(app):
    make_user()
    with pytest.raises(DemoRefused):
        is_loaded()
    result = run(app, "--records", "5")
    assert result.exit_code != 0
    assert "akun sungguhan" in result.output
    assert result.output.count("\n") == 1
    assert db.session.scalar(select(func.count()).select_from(Departure)) == 0
    assert db.session.scalar(select(func.count()).select_from(Agency)) == 0


def test_a_demo_database_with_a_real_account_is_refused_too(app):
    assert run(app, "--records", "5").exit_code == 0
    make_user()
    assert run(app, "--records", "5").exit_code != 0


def test_a_database_with_departures_is_refused(app):
    make_departure(by=make_user())
    db.session.execute(db.text("DELETE FROM departure_writer"))
    db.session.execute(db.text("DELETE FROM user_account"))
    with pytest.raises(DemoRefused, match="catatan"):
        is_loaded()


def test_a_database_without_regions_says_what_to_do(app):
    db.session.execute(db.text("DELETE FROM village_term"))
    db.session.execute(db.text("DELETE FROM region"))
    with pytest.raises(DemoRefused, match="regions load"):
        is_loaded()


@pytest.mark.parametrize("arguments", [("--records", "0"), ("--records", "-3"), ("--seed", "x")])
def test_senseless_options_are_refused(app, arguments):
    assert run(app, *arguments).exit_code != 0


def test_one_record_is_enough_for_every_status(app):
    load(records=1)
    for status in ReviewStatus:
        assert count(status=(status.value,)) > 0
    for procedure in Procedure:
        assert count(procedure=(procedure.value,)) > 0


def test_not_pmi_is_only_among_those_around_today(app):
    load()
    not_pmi = count(pmi="tidak")
    assert not_pmi > 0
    assert count(pmi="tidak", year=2025) == 0
    assert count(scheme=(Scheme.TRAINEE.value,)) > 0


def test_agencies_are_invented_and_recognised(app):
    load(records=5)
    agencies = list(db.session.scalars(select(Agency)))
    assert 8 <= len(agencies) <= 12
    for agency in agencies:
        assert "Contoh" in agency.name
        assert [licence.source for licence in agency.licences] == ["data contoh"]
        assert match_agency(agency.name.upper()).id == agency.id


def test_dismissed_flags_stay_dismissed(app, monkeypatch):
    monkeypatch.setattr(year, "TOURIST_SHARE", 1.0)
    load()
    dismissed = list(db.session.scalars(select(Flag).filter_by(state=FlagState.DISMISSED)))
    assert dismissed
    for flag in dismissed:
        others = {other.severity for other in flag.departure.flags if other.state.is_open}
        if not others.intersection(GRAVE):
            assert flag.departure.readiness_at_departure is not Procedure.AT_RISK
        judge(flag.departure, load_reference())
        assert flag.state is FlagState.DISMISSED
    db.session.rollback()
