"""The first page of each role: what waits for it, most urgent first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.enums import ReviewStatus, Stage
from registry.formatting import today
from tests.factories import SISTER_VILLAGE, make_departure, make_nik, make_user
from tests.page import HTML, h1, links, parsed, rows, text_of, words


@pytest.fixture
def operator(app):
    return make_user()


@pytest.fixture
def reviewer(app):
    return make_user(role=Role.REVIEWER)


def queues(page):
    """Title, count and rows of each queue, in the order of the page."""
    found = {}
    for section in parsed(page.text).iter(f"{HTML}section"):
        if "queue" not in (section.get("class") or "").split():
            continue
        heading = section.find(f"{HTML}h2")
        count = words(heading.find(f"{HTML}span"))
        title = words(heading).removesuffix(count).strip()
        body = [words(row) for row in section.iter(f"{HTML}tr")][1:]
        found[title] = (count, body)
    return found


def test_an_empty_first_page_says_what_to_do(sign_in, operator):
    page = sign_in(operator).get("/")
    assert h1(page) == "Desa Sukadana"
    assert "Tidak ada yang menunggu" in text_of(page)
    assert ("Catat keberangkatan", "/keberangkatan/baru") in links(page)


def test_the_head_of_the_village_is_offered_nothing_that_is_not_allowed(sign_in):
    page = sign_in(make_user(role=Role.VILLAGE_HEAD)).get("/")
    assert page.status_code == 200
    assert "/keberangkatan/baru" not in page.text


def test_the_village_sees_the_most_urgent_first(sign_in, operator, reviewer):
    make_departure(by=operator, nik=make_nik())
    make_departure(by=operator, nik=make_nik(), status=ReviewStatus.SUBMITTED)
    back = make_departure(
        by=operator, nik=make_nik(), status=ReviewStatus.NEEDS_CORRECTION, reviewer=reviewer
    )
    late = make_departure(
        by=operator,
        nik=make_nik(),
        planned_on=today() - timedelta(days=2),
        recruiter_advance=5_000_000,
    )
    shown = queues(sign_in(operator).get("/"))
    assert list(shown) == [
        "Tanggal rencana sudah lewat",
        "Perlu perhatian",
        "Perlu perbaikan",
        "Draf belum diajukan",
        "Menunggu kecamatan",
    ]
    assert back.registration_number in shown["Perlu perbaikan"][1][0]
    assert late.registration_number in shown["Tanggal rencana sudah lewat"][1][0]
    assert shown["Draf belum diajukan"][0] == "2"


def test_the_subdistrict_sees_what_leaves_next_first(sign_in, operator, reviewer):
    made = {
        day: make_departure(
            by=operator,
            nik=make_nik(),
            status=ReviewStatus.SUBMITTED,
            planned_on=today() + timedelta(days=day),
        )
        for day in (90, 3, 45)
    }
    page = sign_in(reviewer).get("/")
    _, body = queues(page)["Menunggu diperiksa, berangkat paling dekat dulu"]
    numbers = [made[day].registration_number for day in (3, 45, 90)]
    assert [number in row for number, row in zip(numbers, body, strict=True)] == [True] * 3


def test_the_number_waiting_is_the_number_of_the_list_behind_it(sign_in, operator, reviewer):
    for _ in range(12):
        make_departure(by=operator, nik=make_nik(), status=ReviewStatus.SUBMITTED)
    make_departure(by=operator, nik=make_nik())
    client = sign_in(reviewer)
    page = client.get("/")
    label, url = next((t, u) for t, u in links(page) if "menunggu diperiksa" in t)
    assert label.startswith("12 ")
    assert len(rows(client.get(url))) == 12


def test_a_long_queue_shows_ten_and_says_that_there_are_more(sign_in, operator):
    for _ in range(10):
        make_departure(by=operator, nik=make_nik())
    client = sign_in(operator)
    page = client.get("/")
    assert queues(page)["Draf belum diajukan"][0] == "10"
    assert "Lihat semua" not in text_of(page)
    make_departure(by=operator, nik=make_nik())
    page = client.get("/")
    count, body = queues(page)["Draf belum diajukan"]
    assert (count, len(body)) == ("10+", 10)
    url = next(url for text, url in links(page) if text == "Lihat semua")
    assert len(rows(client.get(url))) == 11


@pytest.mark.parametrize("role", [Role.LABOUR_OFFICE, Role.BP3MI])
def test_an_office_sees_flags_and_questions_masked(sign_in, operator, role):
    left = make_departure(by=operator, nik=make_nik(), name="Siti Aminah", stage=Stage.DEPARTED)
    soon = make_departure(
        by=operator,
        nik=make_nik(),
        name="Dewi Lestari",
        planned_on=today() + timedelta(days=3),
        recruiter_advance=5_000_000,
    )
    page = sign_in(make_user(role=role)).get("/")
    shown = queues(page)
    assert left.registration_number in shown["Sudah berangkat tanpa E-KPMI terlihat"][1][0]
    assert soon.registration_number in shown["Perlu perhatian sebelum berangkat"][1][0]
    assert "Aminah" not in page.text
    assert "Lestari" not in page.text
    assert "Ini pertanyaan, bukan tuduhan" in text_of(page)


def test_the_administrator_begins_with_figures(sign_in):
    answer = sign_in(make_user(role=Role.ADMIN)).get("/")
    assert (answer.status_code, answer.location) == (302, "/dasbor")


def test_another_village_is_on_nobody_elses_first_page(sign_in, operator):
    other = make_user(area=SISTER_VILLAGE)
    made = make_departure(by=other, village=SISTER_VILLAGE, name="Siti Tetangga")
    assert made.registration_number not in sign_in(operator).get("/").text
    assert made.registration_number in sign_in(other).get("/").text


def test_a_first_page_seen_is_an_entry_with_the_ids_that_were_shown(sign_in, operator):
    made = [make_departure(by=operator, nik=make_nik()).id for _ in range(12)]
    page = sign_in(operator).get("/")
    detail = db.session.scalars(
        select(JournalEntry.detail).where(JournalEntry.event == Event.LIST_SEEN.value)
    ).one()
    assert len(rows(page)) == 10
    assert detail["halaman"] == "beranda"
    assert len(detail["id"]) == 10
    assert set(detail["id"]) < set(made)
