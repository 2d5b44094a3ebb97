"""A change that touches many departures is judged before the administrator's eyes."""

import re

import pytest
from sqlalchemy import select

from registry.db import db
from registry.departures import assessing
from registry.departures.models import Flag
from registry.enums import FlagState
from registry.formatting import today
from registry.reference.models import FeeCeiling
from registry.reference_pages import judging_views
from tests.factories import make_departure, make_user
from tests.page import h1, links, post, text_of, token

FEES = "/rujukan/biaya"
COUNT = 7


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(judging_views, "BATCH", 2)
    monkeypatch.setattr(assessing, "BATCH", 2)


@pytest.fixture
def departures(app):
    operator = make_user()
    values = {"country": "TW", "amount_asked": 15_000_000, "employer_kind": "perseorangan"}
    return [make_departure(by=operator, **values) for _ in range(COUNT)]


@pytest.fixture
def lower(client, departures):
    """Sends a lower ceiling for Taiwan, and answers with the page that comes."""
    row = db.session.scalars(select(FeeCeiling).where(FeeCeiling.country == "TW")).one()
    told = {"source": "Keputusan 10/2026", "reason": "Keputusan baru terbit"}
    data = {"country": "TW", "employer_kind": "perseorangan", "amount": "9.000.000", **told}
    path = f"{FEES}/{row.id}/ganti"
    return lambda **how: post(client, path, {"valid_from": today().isoformat(), **data}, **how)


def too_expensive():
    flags = select(Flag.departure_id).where(Flag.rule == "R14", Flag.state == FlagState.OPEN)
    return set(db.session.scalars(flags))


def test_the_bar_moves_on_and_ends_with_the_way_back(client, lower, departures, details):
    page = lower()
    assert page.status_code == 200
    assert h1(page) == "Menilai ulang keberangkatan"
    assert re.findall(r'<progress max="7" value="(\d)">', page.text) == ["2", "4", "6"]
    said = text_of(page)
    assert "4 dari 7 keberangkatan dinilai" in said
    assert "Baris diganti." in said
    assert said.count("7 keberangkatan dinilai ulang.") == 2
    assert ("Batas biaya", FEES) in links(page)
    assert too_expensive() == {departure.id for departure in departures}
    (entry,) = details()
    assert entry["dinilai"] == COUNT
    assert "menunggu dinilai ulang" not in text_of(client.get("/rujukan"))


def test_the_page_is_sent_as_it_is_made(lower):
    page = lower(headers={"Accept-Encoding": "gzip, br, zstd"}, buffered=False)
    assert page.headers["Content-Encoding"] == "identity"
    pieces = iter(page.response)
    before = ""
    while "<progress" not in before:
        before += page.context.run(next, pieces).decode()
    assert len(too_expensive()) == 2
    db.session.rollback()
    page.context.run(page.close)


def test_who_closes_the_page_does_not_stop_the_work(lower, departures):
    page = lower(buffered=False)
    page.context.run(next, iter(page.response))
    page.context.run(page.close)
    assert len(too_expensive()) == COUNT


def test_what_was_cut_short_waits_and_can_be_continued(client, lower, monkeypatch, caplog):
    name = "Siti" + " Aminah"

    def fail(*_told):
        raise OSError(name)

    with monkeypatch.context() as broken:
        broken.setattr(assessing, "rejudge", fail)
        page = lower()
    said = text_of(page)
    assert "Perubahan daftar tersimpan, tetapi penilaian ulang terhenti." in said
    assert "dinilai ulang." not in said.replace("7 keberangkatan dinilai ulang. Ini perlu", "")
    assert "OSError" in caplog.text
    assert name not in caplog.text
    overview = client.get("/rujukan")
    assert "7 keberangkatan menunggu dinilai ulang" in text_of(overview)
    again = client.post("/rujukan/nilai-ulang", data={"csrf_token": token(overview)})
    assert "Penilaian selesai." in text_of(again)
    assert len(too_expensive()) == COUNT
    assert "menunggu dinilai ulang" not in text_of(client.get("/rujukan"))


def test_a_process_that_starts_anew_finishes_what_was_cut_short(app, client, lower, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(assessing, "rejudge", lambda *_told: 1 / 0)
        lower()
    assert too_expensive() == set()
    app.extensions.pop("pamit_assessed_through", None)
    client.get("/")
    assert len(too_expensive()) == COUNT
