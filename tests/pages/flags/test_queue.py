"""The queue of flags, the first pages, and how often each rule was mistaken."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from registry.accounts.roles import Role
from registry.audit.events import Event
from registry.audit.models import JournalEntry
from registry.db import db
from registry.departures.models import Flag
from registry.enums import RecruiterKind, Scheme, Sex, VisaKind
from registry.formatting import today
from tests.factories import FOREIGN_VILLAGE, SISTER_VILLAGE, make_departure, make_user
from tests.page import links, rows, text_of
from tests.pages.flags.conftest import CRITICAL, QUESTION, flag_of


def rules_of(page):
    return {row[0][:3] for row in rows(page)}


def test_a_critical_flag_is_in_the_queues_of_labour_office_and_bp3mi_right_after_the_save(
    desk, departure
):
    for role in (Role.LABOUR_OFFICE, Role.BP3MI):
        office = desk(role)
        home = office.get("/")
        assert "Tanda kritis" in text_of(home)
        assert departure.registration_number in home.text
        first = rows(office.get("/tanda"))[0]
        assert first[0].startswith(f"{CRITICAL} ·")
        assert departure.registration_number in first[1]
        assert "•" in first[1]
        assert departure.resident.name not in office.get("/tanda").text


def test_each_office_begins_with_its_own(desk, departure, operator):
    individual = RecruiterKind.INDIVIDUAL
    make_departure(by=operator, recruiter_kind=individual, visa_kind=VisaKind.WORK)
    village = desk(Role.OPERATOR).get("/tanda")
    assert CRITICAL not in rules_of(village)
    assert QUESTION in rules_of(village)
    subdistrict = desk(Role.REVIEWER).get("/tanda")
    assert rules_of(subdistrict) == {CRITICAL, "R10"}
    office = [row[0][:3] for row in rows(desk(Role.BP3MI).get("/tanda"))]
    assert office == [CRITICAL, "R10"]


def test_the_scope_reaches_beyond_the_office_and_other_filters_keep_within_it(desk, departure):
    village = desk(Role.OPERATOR)
    assert CRITICAL in rules_of(village.get("/tanda?lingkup=semua"))
    assert rules_of(village.get("/tanda?keparahan=critical")) == set()
    assert rules_of(village.get("/tanda?lingkup=semua&keparahan=critical")) == {CRITICAL}


def test_the_kecamatan_and_the_village_see_theirs_on_the_first_page(desk, departure):
    assert "Tanda tinggi dan kritis" in text_of(desk(Role.REVIEWER).get("/"))
    home = desk(Role.OPERATOR).get("/")
    assert "pertanyaan menunggu jawaban" in text_of(home)
    assert "/tanda?keparahan=info" in [url for _, url in links(home)]


def test_the_queue_keeps_to_the_area(desk):
    other = make_user(area=FOREIGN_VILLAGE)
    sister = make_user(area=SISTER_VILLAGE)
    far = make_departure(by=other, village=FOREIGN_VILLAGE, visa_kind=VisaKind.TOURIST)
    near = make_departure(by=sister, village=SISTER_VILLAGE, visa_kind=VisaKind.TOURIST)
    for role, sees_near in ((Role.OPERATOR, False), (Role.REVIEWER, True), (Role.BP3MI, True)):
        page = desk(role).get("/tanda?lingkup=semua")
        assert far.registration_number not in page.text
        assert (near.registration_number in page.text) is sees_near


def test_overdue_shows_what_is_late_and_says_by_how_much(desk, departure, operator):
    other = make_departure(by=operator, visa_kind=VisaKind.TOURIST)
    late = flag_of(departure, CRITICAL)
    due = update(Flag).where(Flag.id == late.id).values(due_on=today() - timedelta(days=3))
    db.session.execute(due)
    db.session.commit()
    page = desk(Role.LABOUR_OFFICE).get("/tanda?lewat=1")
    assert "lewat 3 hari" in text_of(page)
    assert departure.registration_number in page.text
    assert other.registration_number not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "keparahan=berat",
        "keadaan=hilang",
        "aturan=R99",
        "lewat=2",
        "urut=nama",
        "lingkup=sendiri",
        "setelah=abc",
        "keparahan=info&keparahan=high",
    ],
)
def test_an_unknown_filter_is_refused(desk, departure, query):
    assert desk(Role.REVIEWER).get(f"/tanda?{query}").status_code == 400


def test_a_page_after_a_flag_that_is_gone_leads_to_the_first_one(desk, departure):
    reviewer = desk(Role.REVIEWER)
    answer = reviewer.get("/tanda?lingkup=semua&setelah=999999")
    assert answer.location == "/tanda?lingkup=semua"
    page = reviewer.get(answer.location)
    assert "Daftar ini berubah sejak halaman tadi dibuka" in text_of(page)
    assert CRITICAL in rules_of(page)


def test_the_filters_choose_by_severity_rule_and_state(desk, departure):
    reviewer = desk(Role.REVIEWER)
    assert CRITICAL not in rules_of(reviewer.get("/tanda?keparahan=info"))
    assert rules_of(reviewer.get(f"/tanda?aturan={QUESTION}")) == {QUESTION}
    assert rules_of(reviewer.get("/tanda?keadaan=dismissed")) == set()
    reviewer.act(flag_of(departure, CRITICAL).id, "keliru", "Salah baca visa.")
    assert rules_of(reviewer.get("/tanda?keadaan=dismissed")) == {CRITICAL}
    assert CRITICAL not in rules_of(reviewer.get("/tanda"))


@pytest.mark.parametrize("query", ["lingkup=semua", "lingkup=semua&keadaan=open"])
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BP3MI])
def test_pages_follow_each_other_without_gap_or_repetition(desk, operator, role, query):
    made = [make_departure(by=operator, visa_kind=VisaKind.TOURIST) for _ in range(9)]
    someone, address = desk(role), f"/tanda?{query}"
    seen, pages = [], 0
    while address:
        page = someone.get(address)
        seen += [row[0][:3] + row[1][-13:] for row in rows(page)]
        pages += 1
        address = next((url for words, url in links(page) if words == "Halaman berikutnya"), None)
    flags = [flag for departure in made for flag in departure.flags if flag.state.is_open]
    assert pages > 1
    assert len(seen) == len(set(seen)) == len(flags)


def test_the_queue_seen_is_an_entry_with_the_ids(desk, departure):
    desk(Role.LABOUR_OFFICE).get("/tanda")
    statement = select(JournalEntry.detail).where(JournalEntry.event == Event.LIST_SEEN.value)
    (detail,) = db.session.scalars(statement)
    assert detail["halaman"] == "tanda"
    assert detail["id"] == [departure.id]


def test_a_longer_queue_costs_no_more_queries(desk, operator):
    counted = []

    def count(_connection, _cursor, statement, *_):
        # Once a second a process asks whether the registry was judged for another day.
        if " meta" not in statement and not statement.startswith("BEGIN"):
            counted.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    someone = desk(Role.REVIEWER)

    def cost():
        counted.clear()
        assert someone.get("/tanda").status_code == 200
        return len(counted)

    make_departure(by=operator, visa_kind=VisaKind.TOURIST)
    cost()
    few = cost()
    for _ in range(8):
        make_departure(by=operator, visa_kind=VisaKind.TOURIST)
    assert cost() == few


def test_the_dismissal_rate_of_each_rule_is_told_by_sex_and_scheme(desk, operator):
    women = [make_departure(by=operator, visa_kind=VisaKind.TOURIST) for _ in range(3)]
    man = make_departure(
        by=operator, visa_kind=VisaKind.TOURIST, sex=Sex.MALE, scheme=Scheme.INDEPENDENT
    )
    reviewer = desk(Role.REVIEWER)
    for departure in (women[0], man):
        reviewer.act(flag_of(departure, CRITICAL).id, "keliru", "Salah baca visa.")
    for role in (Role.LABOUR_OFFICE, Role.BP3MI, Role.ADMIN):
        found = [row for row in rows(desk(role).get("/tanda/aturan")) if row[0][:3] == CRITICAL]
        assert [row[1:] for row in found] == [
            ["4", "2", "50,0%"],
            ["Laki-laki", "1", "1", "100,0%"],
            ["Perempuan", "3", "1", "33,3%"],
            ["P to P (melalui P3MI)", "3", "1", "33,3%"],
            ["Perseorangan (mandiri)", "1", "1", "100,0%"],
        ]


def test_rates_count_the_area_alone_and_no_questions(desk, departure):
    page = desk(Role.LABOUR_OFFICE, area="3204").get("/tanda/aturan")
    assert rows(page) == []
    named = {row[0][:3] for row in rows(desk(Role.BP3MI).get("/tanda/aturan"))}
    assert named == {CRITICAL}
    assert departure.resident.name not in desk(Role.ADMIN).get("/tanda/aturan").text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VILLAGE_HEAD, Role.REVIEWER])
def test_the_rates_are_for_the_offices_above(desk, role):
    someone = desk(role)
    assert someone.get("/tanda/aturan").status_code == 403
    assert "/tanda/aturan" not in someone.get("/tanda").text


def test_the_administrator_reaches_the_figures_and_no_flag(desk, departure):
    admin = desk(Role.ADMIN)
    assert ("Tanda", "/tanda/aturan") in links(admin.get("/dasbor"))
    assert admin.get("/tanda").status_code == 403
    assert admin.get(f"/tanda/{flag_of(departure, CRITICAL).id}").status_code == 403
    assert ("Tanda", "/tanda") in links(desk(Role.BP3MI).get("/"))
