"""The summary while four write at once, one folds and rebuilds, and one reads."""

import random
from datetime import timedelta
from threading import Event, Thread

from sqlalchemy import delete, insert, select, update

from registry.dashboards.figures import counted
from registry.db import db, short_write, snapshot
from registry.departures.models import Departure, Resident
from registry.departures.summary.axes import Axis
from registry.departures.summary.counting import tally
from registry.departures.summary.in_tables import tally_in_tables
from registry.departures.summary.models import CountBlock
from registry.departures.summary.recounting import check, rebuild
from registry.departures.summary.storing import fold
from registry.enums import Origin, ReviewStatus, Sex, Stage
from registry.formatting import today
from tests.pages.dashboards.people import VILLAGES, any_filter, scatter
from tests.pages.dashboards.test_summary_counts import groups

WRITERS, STEPS, PEOPLE = 4, 12, 60


class RolledBack(Exception):
    """What a writer thinks better of."""


def change_something(rng, writer):
    """One transaction on the departures whose number is the writer's."""
    mine = Departure.id % WRITERS == writer
    row = Departure.id == rng.choice([*db.session.scalars(select(Departure.id).where(mine))])
    day = today() + timedelta(days=rng.randint(-800, 400))
    changes = [
        update(Departure).where(mine).values(stage=rng.choice(tuple(Stage))),
        update(Departure).where(row).values(village_code=rng.choice(VILLAGES)),
        update(Departure).where(row).values(leaving_on=day, origin=Origin.FORM),
        update(Departure).where(row).values(papers_complete_on=day),
        update(Departure).where(mine).values(review_status=rng.choice(tuple(ReviewStatus))),
        update(Resident).where(Resident.id % WRITERS == writer).values(sex=rng.choice(tuple(Sex))),
        delete(Departure).where(row),
    ]
    db.session.execute(rng.choice(changes))
    if rng.random() < 0.2:
        raise RolledBack


def write(rng, writer):
    for step in range(STEPS):
        try:
            with short_write():
                change_something(rng, writer)
        except RolledBack:
            continue
        if step == STEPS // 2:
            with short_write():
                add_again(rng, writer)


def add_again(rng, writer):
    """Some departures more, of people who are there."""
    table = Departure.__table__
    like = [*db.session.execute(select(table).where(Departure.id % WRITERS == writer)).mappings()]
    first = 10_000 * (writer + 1)
    rows = [
        {
            **rng.choice(like),
            "id": first + number * WRITERS + writer,
            "registration_number": f"PM-2027-{writer}{number:04}",
        }
        for number in range(rng.randint(1, 9))
    ]
    db.session.execute(insert(table), rows)


def read(rng, done):
    axes = [axis for axis in Axis if axis is not Axis.AGENCY]
    while not done.is_set():
        f, by = any_filter(rng), rng.sample(axes, 2)
        with snapshot():
            for asked in (f, counted(f)):
                assert groups(tally(asked, *by)) == groups(tally_in_tables(asked, *by)), (asked, by)


def keep(rng, done):
    while not done.is_set():
        if rng.random() < 0.1:
            rebuild()
        else:
            fold()


def test_numbers_are_right_while_four_write_and_one_folds(app):
    scatter(PEOPLE)
    db.session.remove()
    errors, done = [], Event()

    def run(work, *given):
        with app.app_context():
            try:
                work(*given)
            except Exception as error:
                errors.append(error)
            finally:
                db.session.remove()

    others = [Thread(target=run, args=(work, random.Random(9), done)) for work in (read, keep)]
    writers = [Thread(target=run, args=(write, random.Random(n), n)) for n in range(WRITERS)]
    for thread in (*others, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in others:
        thread.join()

    assert errors == []
    assert check().differences == 0
    fold()
    assert db.session.scalar(select(CountBlock.year).limit(1)) is not None
    assert check().differences == 0
