"""The summary: always equal to the departures, whatever happens to them and whoever folds it."""

import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, text, update

from registry.dashboards.figures import counted
from registry.db import db, now
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.departures.summary import counting, layout, recounting, storing
from registry.departures.summary.axes import Axis
from registry.departures.summary.counting import count, tally
from registry.departures.summary.in_tables import count_in_tables, tally_in_tables
from registry.departures.summary.models import CountBlock, CountChange, CountTotal, CountWord
from registry.departures.summary.recounting import catch_up, check, rebuild
from registry.departures.summary.storing import fold, fold_when_due
from registry.departures.summary.totals import ALL, Section, from_stored, starts, stored
from registry.enums import (
    EmployerKind,
    LabelledEnum,
    Origin,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.formatting import today
from registry.regions.area import Area
from tests.factories import recode as by_decree
from tests.pages.dashboards.people import AREAS, COUNTRIES, VILLAGES, any_filter, scatter

AXES = tuple(axis for axis in Axis if axis is not Axis.AGENCY)
STATES = Section(ALL, ("stage", "status"))


def groups(rows):
    """Rows of a tally as a dictionary; enum members and their values are the same."""
    return {tuple(None if v is None else str(v) for v in row[:-1]): row[-1] for row in rows}


def values_of(statement):
    return db.session.scalars(statement).all()


@pytest.mark.parametrize("seed", range(8))
def test_the_summary_says_what_the_tables_say_for_any_filter_and_grouping(app, seed):
    rng = random.Random(seed)
    scatter(300, seed=seed)
    for step in range(40):
        if step == 20:
            assert fold() > 0
            db.session.execute(
                update(Departure).where(Departure.id % 3 == 0).values(stage=Stage.CANCELLED)
            )
            db.session.commit()
        f = any_filter(rng)
        axes = rng.sample(AXES, rng.randint(1, 3))
        for asked in (f, counted(f)):
            assert groups(tally(asked, *axes)) == groups(tally_in_tables(asked, *axes)), (
                asked,
                axes,
            )
            assert count(asked) == count_in_tables(asked)


@pytest.mark.parametrize("code", AREAS)
def test_totals_without_filters_say_what_the_tables_say(app, code):
    scatter(300)
    fold()
    scatter_more()
    plain = Filter(Area(code))
    for f in (plain, plain.with_(year=today().year), plain.with_(dateless=True)):
        for asked in (f, counted(f)):
            for axes in (
                (Axis.STAGE, Axis.IS_PMI, Axis.PROCEDURE, Axis.READINESS, Axis.SEX),
                *((axis, Axis.SEX) for axis in AXES if axis is not Axis.SEX),
                (Axis.YEAR, Axis.MONTH, Axis.STAGE),
                (Axis.YEAR, Axis.COUNTRY),
            ):
                assert groups(tally(asked, *axes)) == groups(tally_in_tables(asked, *axes)), axes


def scatter_more():
    """Changes that wait: some edited, some gone."""
    db.session.execute(update(Departure).where(Departure.id % 5 == 0).values(country="SA"))
    db.session.execute(update(Resident).where(Resident.id % 7 == 0).values(sex=Sex.MALE))
    db.session.execute(delete(Departure).where(Departure.id % 11 == 0))
    db.session.commit()


@pytest.mark.parametrize("year", [1, 1899, 1900, 2155, 2156, 9999])
def test_a_day_of_any_year_that_a_date_can_hold_is_counted(app, year):
    scatter(5)
    day = today().replace(year=year, day=1)
    db.session.execute(update(Departure).values(leaving_on=day))
    db.session.commit()
    for fold_first in (False, True):
        if fold_first:
            fold()
        assert dict(tally(Filter(Area("0")), Axis.YEAR)) == {year: 5}
        assert count(Filter(Area("0"), since=day, until=day)) == 5


def test_any_number_of_job_codes_is_told_apart(app):
    scatter(20)
    for departure_id in range(1, 21):
        row = update(Departure).where(Departure.id == departure_id)
        db.session.execute(row.values(job_code=f"pekerjaan_{departure_id}"))
    db.session.commit()
    fold()
    db.session.execute(update(CountWord).values(id=CountWord.id + 3000))
    db.session.commit()
    rebuild()
    assert check().differences == 0
    found = dict(tally(Filter(Area("0")), Axis.JOB))
    assert found == {f"pekerjaan_{number}": 1 for number in range(1, 21)}


def test_planned_departures_of_some_days_are_counted_without_reading_rows(app):
    scatter(400)
    fold()
    for days in (0, 1, 29, 30, 400):
        f = counted(Filter(Area("0"))).with_(
            stage=("planned",), since=today(), until=today() + timedelta(days=days)
        )
        assert count(f) == count_in_tables(f)


@pytest.mark.parametrize(
    ("narrowing", "is_slow"),
    [
        ({}, False),
        ({"stage": ("planned",), "pmi": "ya"}, True),
        ({"status": ("verified",)}, True),
        ({"agency": ("1",)}, False),
        ({"country": ("TW",), "year": today().year}, True),
        ({"country": ("TW",), "dateless": True}, False),
        ({"flag": ("R01",)}, True),
    ],
)
def test_what_has_to_be_counted_in_many_rows_is_said_to_be_slow(
    app, monkeypatch, narrowing, is_slow
):
    scatter(200)
    fold()
    of_year = count(Filter(Area("18"), year=today().year))
    assert 0 < count(Filter(Area("18"), dateless=True)) < of_year
    monkeypatch.setattr(counting, "MANY_ROWS", of_year - 1)
    monkeypatch.setattr(counting, "MANY_IN_TABLES", of_year - 1)
    assert counting.is_slow(Filter(Area("18"), **narrowing)) is is_slow
    monkeypatch.setattr(counting, "MANY_ROWS", 201)
    monkeypatch.setattr(counting, "MANY_IN_TABLES", 201)
    assert not counting.is_slow(Filter(Area("18"), **narrowing))


def test_no_rows_are_read_for_what_the_totals_tell(app, monkeypatch):
    """A page without filters, a month's totals, and the planned departures of some days."""
    scatter(300)
    fold()

    def refuse(*_):
        raise AssertionError("rows were read")

    monkeypatch.setattr(counting, "rows_of", refuse)
    plain = Filter(Area("18"), year=today().year)
    for code in ("0", "18", "1807"):
        for status in ReviewStatus:
            of_status = Filter(Area(code), status=(status,))
            for asked in (
                of_status,
                of_status.with_(year=today().year),
                of_status.with_(dateless=True),
                of_status.with_(status=(status, ReviewStatus.DRAFT), stage=("planned",)),
            ):
                assert count(asked) == count_in_tables(asked)
    for axis in (*AXES, Axis.REGION):
        if axis is not Axis.DAY:
            assert groups(tally(counted(plain), axis)) == groups(
                tally_in_tables(counted(plain), axis)
            )
    planned = counted(plain).with_(stage=("planned",))
    for asked in (
        counted(plain).with_(month=today().month),
        counted(plain).with_(stage=("departed", "returned")),
        planned.with_(year=None, since=today(), until=today() + timedelta(days=30)),
    ):
        assert count(asked) == count_in_tables(asked)


class Changes(RuleBasedStateMachine):
    """Anything that can happen to what is counted, in any order."""

    def __init__(self):
        super().__init__()
        self.random = random.Random(0)

    def one(self, model):
        ids = db.session.scalars(select(model.id)).all()
        return self.random.choice(ids) if ids else None

    def set(self, model, **values):
        if (row_id := self.one(model)) is not None:
            db.session.execute(update(model).where(model.id == row_id).values(**values))
            db.session.commit()

    @rule(seed=st.integers(0, 10_000))
    def insert(self, seed):
        db.session.execute(delete(Departure))
        db.session.execute(delete(Resident))
        db.session.commit()
        self.random.seed(seed)
        scatter(self.random.randint(1, 30), seed=seed)

    @rule(stage=st.sampled_from(Stage))
    def move(self, stage):
        self.set(Departure, stage=stage)

    @rule(status=st.sampled_from(ReviewStatus), days=st.integers(0, 40))
    def review(self, status, days):
        self.set(
            Departure,
            review_status=status,
            submitted_at=now() - timedelta(days=days),
            reviewed_at=now(),
        )

    @rule(
        country=st.sampled_from(COUNTRIES),
        scheme=st.sampled_from((None, *Scheme)),
        employer=st.sampled_from((None, *EmployerKind)),
        job=st.sampled_from((None, "perawat", "welder", "buruh_pabrik")),
    )
    def edit(self, country, scheme, employer, job):
        values = {"country": country, "scheme": scheme, "employer_kind": employer, "job_code": job}
        self.set(Departure, **values)

    @rule(days=st.none() | st.integers(-4000, 900))
    def leave_on(self, days):
        day = None if days is None else today() + timedelta(days=days)
        self.set(Departure, planned_on=day, leaving_on=day)

    @rule(state=st.sampled_from((None, *Procedure)), ready=st.sampled_from((None, *Procedure)))
    def judge(self, state, ready):
        db.session.execute(
            update(Departure)
            .where(Departure.id % 2 == 0)
            .values(procedure=state, readiness_at_departure=ready)
        )
        db.session.commit()

    @rule(sex=st.sampled_from((None, *Sex)), years=st.none() | st.integers(0, 90))
    def correct_person(self, sex, years):
        born = None if years is None else today() - timedelta(days=365 * years)
        self.set(Resident, sex=sex, birth_date=born)

    @rule(days=st.none() | st.integers(-30, 400))
    def complete_papers(self, days):
        day = None if days is None else today() + timedelta(days=days)
        self.set(Departure, papers_complete_on=day)

    @rule()
    def import_mark(self):
        self.set(Departure, origin=Origin.IMPORT)

    @rule()
    def delete_one(self):
        db.session.execute(delete(Departure).where(Departure.id == self.one(Departure)))
        db.session.commit()

    @rule(village=st.sampled_from(VILLAGES))
    def move_village(self, village):
        self.set(Departure, village_code=village)

    @rule(village=st.sampled_from(VILLAGES), above=st.sampled_from(("180702", "180104")))
    def recode_region(self, village, above):
        """There and back: what is counted follows also into another kabupaten."""
        new = f"{above}29{VILLAGES.index(village):02}"
        for before, after in ((village, new), (new, village)):
            recode(before, after)
            self.counts_are_right()
            if self.random.random() < 0.5:
                fold()

    @rule()
    def roll_back(self):
        db.session.execute(update(Departure).values(country="ZZ"))
        db.session.rollback()

    @rule()
    def fold(self):
        fold()
        assert not db.session.scalars(select(CountChange.id)).all()

    @rule()
    def rebuild(self):
        rebuild()

    @invariant()
    def counts_are_right(self):
        found = check()
        assert found.differences == 0
        assert found.departures == count(Filter(Area("0")))
        for status in ReviewStatus:
            f = Filter(Area("18"), status=(status,))
            assert count(f) == count_in_tables(f)


def recode(before, after):
    by_decree(before, after)
    db.session.commit()


def test_after_any_changes_in_any_order_counting_again_finds_no_difference(app):
    run_state_machine_as_test(
        Changes,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# What a check must notice


def lost_change():
    db.session.execute(delete(CountChange).where(CountChange.id % 2 == 0))


def lost_block():
    fold()
    db.session.execute(delete(CountBlock))


def wrong_total():
    fold()
    numbers = select(CountTotal.numbers).where(CountTotal.region_code == "0")
    of_country = db.session.scalars(numbers).first()
    db.session.execute(
        update(CountTotal).where(CountTotal.region_code == "18").values(numbers=of_country)
    )


def wrong_states():
    """As many departures as before, some of them in another state."""
    fold()
    of_province = db.session.execute(select(CountTotal).where(CountTotal.region_code == "18"))
    for row in of_province.scalars():
        totals = from_stored(row.numbers)
        first, last = starts()[STATES], starts()[STATES] + STATES.size
        inside = (totals.places >= first) & (totals.places < last)
        totals.numbers[inside] = totals.numbers[inside][::-1]
        row.numbers = stored(totals)


def do_not_tell_changes():
    on = " ON departure" if db.engine.dialect.name == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER counted_update{on}"))


def untold_change():
    do_not_tell_changes()
    db.session.execute(update(Departure).values(country="SA"))


def untold_recoding():
    do_not_tell_changes()
    recode(db.session.scalars(select(Departure.village_code)).first(), "1801042999")


def untold_person():
    on = " ON resident" if db.engine.dialect.name == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER counted_person{on}"))
    db.session.execute(update(Resident).values(sex=Sex.MALE))


@pytest.mark.parametrize(
    "harm",
    [
        *(lost_change, lost_block, wrong_total, wrong_states),
        *(untold_change, untold_recoding, untold_person),
    ],
)
def test_the_canaries_every_harm_is_found_and_mended_by_a_rebuild(app, harm):
    scatter(100)
    harm()
    db.session.commit()
    assert check().differences > 0
    rebuild()
    assert check().differences == 0


def test_changes_are_folded_once_they_are_many(app, monkeypatch):
    monkeypatch.setattr(storing, "FOLD_AT", 30)
    scatter(29)
    assert not fold_when_due()
    db.session.execute(update(Departure).where(Departure.id == 1).values(country="SA"))
    db.session.commit()
    assert fold_when_due()
    assert values_of(select(CountChange.id)) == []
    assert count(Filter(Area("0"))) == 29


@pytest.mark.parametrize("many", [1, 1000])
def test_what_a_migration_left_is_caught_up_with_a_bar_where_it_is_much(app, monkeypatch, many):
    monkeypatch.setattr(recounting, "MANY", many)
    scatter(40)
    seen = []

    @contextmanager
    def progress(label, length):
        seen.append((label, length))
        yield lambda steps: seen.append(steps)

    catch_up(progress)
    assert values_of(select(CountChange.id)) == []
    assert check().differences == 0
    assert count(Filter(Area("0"))) == 40
    if many == 1:
        (label, length), *steps = seen
        assert (label, sum(steps)) == ("Menyusun ringkasan", length)
    else:
        assert seen == []


def test_a_migration_makes_the_totals_of_review_states_from_what_was_counted(app):
    scatter(200)
    fold()
    scatter_more()
    db.session.remove()
    downgrade(revision="013")
    kept = [from_stored(numbers) for numbers in values_of(select(CountTotal.numbers))]
    assert kept
    assert not any((totals.places >= starts()[STATES]).any() for totals in kept)
    db.session.remove()
    upgrade()
    assert check().differences == 0
    assert values_of(select(CountChange.id))


def test_what_cancels_out_leaves_nothing(app):
    scatter(20)
    fold()
    db.session.execute(delete(Departure))
    db.session.commit()
    fold()
    assert values_of(select(CountBlock.rows)) == []
    assert values_of(select(CountTotal.numbers)) == []


@pytest.mark.parametrize(
    ("column", "members"),
    [
        ("scheme", Scheme),
        ("employer", EmployerKind),
        ("sex", Sex),
        ("stage", Stage),
        ("status", ReviewStatus),
        ("procedure", Procedure),
        ("readiness", Procedure),
    ],
)
def test_every_word_of_the_dictionary_has_its_number(column: str, members: type[LabelledEnum]):
    assert set(layout.WORDS[column]) == {member.value for member in members}
    assert len(members) < layout.SIZES[column]
    for word in layout.WORDS[column]:
        assert layout.word_of(column, layout.number_of(column, word)) == word
