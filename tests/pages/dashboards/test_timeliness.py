"""Timeliness: about right, of what the village itself recorded, and linked to no list."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from registry.dashboards.timeliness import timeliness_of
from registry.db import db, now
from registry.departures.filters import Filter
from registry.departures.models import Departure
from registry.enums import Origin, Stage
from registry.formatting import today
from registry.regions.area import Area
from tests.pages.dashboards.people import scatter
from tests.pages.dashboards.reading import tables_of

TITLE = "Ketepatan waktu"


@pytest.fixture
def recorded(app):
    """Gives a hundred departures these spans of days, in turn."""

    def spread(*, lead, wait, stage=Stage.DEPARTED):
        scatter(100)
        for departure_id in range(1, 101):
            days = timedelta(days=wait[departure_id % len(wait)])
            db.session.execute(
                update(Departure)
                .where(Departure.id == departure_id)
                .values(
                    stage=stage,
                    scheme=None,
                    leaving_on=today() + timedelta(days=lead[departure_id % len(lead)]),
                    origin=Origin.FORM,
                    created_at=now(),
                    papers_complete_on=today(),
                    reviewed_at=now(),
                    submitted_at=now() - days,
                )
            )
        db.session.commit()

    return spread


def rows():
    return {row.label: row for row in timeliness_of(Filter(Area("0")))}


def test_half_and_nine_of_ten_are_said_in_days(recorded):
    recorded(lead=[2] * 2 + [50] * 8, wait=[0] * 8 + [70] * 2)
    found = rows()
    lead = found["Dicatat sebelum berangkat"]
    assert lead.half.startswith("kira-kira 5")
    assert lead.half.endswith("hari atau lebih")
    assert lead.nine_of_ten in ("kira-kira 1 hari atau lebih", "kira-kira 2 hari atau lebih")
    wait = found["Dari diajukan sampai diperiksa"]
    assert wait.half == "kira-kira 0 hari atau kurang"
    assert wait.nine_of_ten == "61 hari atau lebih"
    assert {row.number for row in found.values()} == {"100"}


def test_what_was_recorded_after_leaving_says_so(recorded):
    recorded(lead=[-3], wait=[1])
    assert rows()["Dicatat sebelum berangkat"].half == "sesudah berangkat"


def test_papers_count_of_those_who_left_alone(recorded):
    recorded(lead=[10], wait=[1], stage=Stage.PLANNED)
    assert "Dokumen lengkap sebelum berangkat" not in rows()
    assert "Dicatat sebelum berangkat" in rows()


def test_imported_lists_say_nothing_of_it(recorded):
    recorded(lead=[10], wait=[1])
    db.session.execute(update(Departure).values(origin=Origin.IMPORT))
    db.session.commit()
    assert rows() == {}


def test_the_page_says_that_it_is_about_so_and_leads_nowhere(recorded, look):
    recorded(lead=[10], wait=[1])
    answer, tree = look("/dasbor/0", area="0")
    assert "Kira-kira, karena hari dihitung menurut kelompok" in answer.get_data(as_text=True)
    (table,) = (
        t for t in tree.iter("table") if "".join(next(t.iter("caption")).itertext()) == TITLE
    )
    assert len(tables_of(tree)[TITLE]) == 3
    assert not list(table.iter("a"))


def test_few_are_hidden_from_the_public(recorded, look):
    recorded(lead=[10], wait=[1])
    db.session.execute(update(Departure).where(Departure.id > 3).values(origin=Origin.IMPORT))
    db.session.commit()
    _, tree = look("/dasbor/0?publik=1", area="0")
    assert all(row[1:] == ["–", "–", "<5"] for row in tables_of(tree)[TITLE])
