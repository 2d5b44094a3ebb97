"""What the demo decides before it writes anything."""

from collections import Counter
from datetime import date, timedelta

import pytest

from registry.accounts.roles import ROLE_LEVELS
from registry.demo.accounts import ACCOUNTS, AUTHOR, OPERATOR, SUBDISTRICT, VILLAGE
from registry.demo.agencies import AGENCIES
from registry.demo.current import outside_year
from registry.demo.destinations import DESTINATIONS
from registry.demo.load import find_places, plan_demo
from registry.demo.published import BY_DISTRICT, BY_SEX, TOTAL, apportion, quotas
from registry.enums import DocumentKind, EmployerKind, ReviewStatus, Scheme, Sex, Stage, VisaKind
from registry.formatting import local_time
from registry.reference.queries import load_reference
from registry.regions.area import Area

ON = date(2026, 11, 24)


def planned(records=300, seed=1, on=ON):
    return plan_demo(records, seed, on, load_reference(), find_places())


def of_the_year(plan):
    return [s for s in plan.stories if s.values.get("departed_on") and leaving(s).year == 2025]


def around_today(plan):
    return [s for s in plan.stories if leaving(s) is None or leaving(s).year != 2025]


def leaving(story):
    return story.values.get("departed_on") or story.values["planned_on"]


def said(plan):
    """The plan as plain values, to compare two of them."""
    return [
        (s.person.village, s.person.values, s.values, s.papers, s.writers, s.flag_states)
        for s in plan.stories
    ]


def test_the_published_figures_agree_with_each_other():
    assert sum(BY_SEX.values()) == TOTAL == 24_175
    assert sum(d.total for d in DESTINATIONS) == TOTAL
    assert sum(d.women for d in DESTINATIONS) == BY_SEX[Sex.FEMALE]
    assert len(DESTINATIONS) == 33
    assert len({d.country for d in DESTINATIONS}) == 33
    assert all(0 <= d.women <= d.total for d in DESTINATIONS)


def test_shares_add_up_and_ties_go_to_the_first():
    assert apportion(2, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}
    assert apportion(10, {"a": 6, "b": 3, "c": 1}) == {"a": 6, "b": 3, "c": 1}
    assert sum(apportion(7, BY_DISTRICT).values()) == 7


@pytest.mark.parametrize("records", [1, 2, 7, 33, 300, 5_000, TOTAL, 60_000])
def test_quotas_of_any_size_add_up(records):
    made = quotas(records)
    assert sum(made.by_district.values()) == records
    by_sex = Counter()
    for counts in made.by_country.values():
        assert min(counts.values()) >= 0
        by_sex.update(counts)
    assert sum(by_sex.values()) == records
    assert by_sex[Sex.FEMALE] == apportion(records, BY_SEX)[Sex.FEMALE]
    taiwan = sum(made.by_country["TW"].values())
    assert abs(taiwan - records * 14_270 / TOTAL) < 1


def test_the_whole_year_has_the_published_totals(app):
    plan = planned(records=TOTAL)
    year = of_the_year(plan)
    assert len(year) == plan.of_the_year == TOTAL
    assert Counter(s.person.village[:4] for s in year) == BY_DISTRICT
    assert Counter(s.person.values["sex"] for s in year) == BY_SEX
    countries = Counter(s.values["country"] for s in year)
    assert countries["TW"] == 14_270
    assert len(countries) == 33
    assert all(s.values["scheme"].is_pmi for s in year)
    assert 440 < len(around_today(plan)) < 460
    villages = Counter(s.person.village for s in year)
    assert len(villages) > 2_000
    assert max(villages.values()) > 150
    assert len({s.values["registration_number"] for s in plan.stories}) == len(plan.stories)
    niks = [p.values["nik"] for p in plan.people if "nik" in p.values]
    assert len(set(niks)) == len(niks)


def test_the_same_seed_on_the_same_date_plans_the_same(app):
    assert said(planned()) == said(planned())
    assert said(planned()) != said(planned(seed=2))
    assert said(planned()) != said(planned(on=ON + timedelta(days=1)))


@pytest.mark.parametrize(
    "on",
    [
        date(2025, 6, 15),
        date(2026, 1, 1),
        date(2026, 1, 20),
        date(2026, 3, 1),
        ON,
        date(2027, 1, 2),
        date(2028, 2, 29),
    ],
)
def test_nothing_around_today_leaves_in_2025_or_in_the_future(app, on):
    plan = planned(records=5_000, on=on)
    assert len(plan.stories) - plan.of_the_year == len(around_today(plan))
    for story in around_today(plan):
        left, back = story.values.get("departed_on"), story.values.get("returned_on")
        assert left is None or left <= on
        assert back is None or left <= back <= on
        assert local_time(story.values["updated_at"]).date() < on
        assert story.created_at <= story.values["updated_at"]


def test_days_move_out_of_the_year_without_crossing_today():
    assert outside_year(date(2026, 5, 1), ON) == date(2026, 5, 1)
    assert outside_year(date(2025, 12, 20), date(2026, 1, 10)) <= date(2026, 1, 10)
    assert outside_year(date(2025, 12, 20), date(2025, 12, 10)).year == 2026
    assert outside_year(date(2025, 3, 1), date(2027, 3, 11)) == date(2024, 3, 1)


@pytest.fixture
def plan(app):
    return planned(records=3_000)


def test_people_are_plausible_and_their_numbers_invented(plan):
    for story in plan.stories:
        person = story.person.values
        if "nik" not in person:
            continue
        nik, born = person["nik"], person["birth_date"]
        day = born.day + (40 if person["sex"] is Sex.FEMALE else 0)
        assert nik[6:12] == f"{day:02}{born:%m%y}"
        assert nik[12] == "9"
        assert len(nik) == 16
        assert person.get("phone", "+62840").startswith("+62840")
    for story in of_the_year(plan):
        age = (leaving(story) - story.person.values["birth_date"]).days / 365.25
        assert 18 <= age < 49
        assert "Contoh" in AGENCIES[story.values.get("agency", 0)].name


def test_journeys_hang_together(plan):
    for story in plan.stories:
        values = story.values
        if values.get("scheme") is Scheme.INDEPENDENT:
            assert values["employer_kind"] is EmployerKind.LEGAL_ENTITY
        status = values["review_status"]
        decided = status in (ReviewStatus.VERIFIED, ReviewStatus.NEEDS_CORRECTION)
        assert bool(story.writers) is not decided
        assert ("submitted_at" in values) is (status is not ReviewStatus.DRAFT)
        assert ("send_back_reason" in values) is (status is ReviewStatus.NEEDS_CORRECTION)
        moments = [values.get(n) for n in ("created_at", "submitted_at", "updated_at")]
        moments = [moment for moment in moments if moment]
        assert moments == sorted(moments)
    kept = [s for s in of_the_year(plan) if s.person.village.startswith(SUBDISTRICT)]
    assert {s.values["review_status"] for s in kept} == {ReviewStatus.VERIFIED}


def test_nobody_has_two_open_journeys(plan):
    open_stages = Counter(
        story.person
        for story in plan.stories
        if story.values["stage"] in (Stage.PLANNED, Stage.DEPARTED)
    )
    assert max(open_stages.values()) == 1


def test_the_village_of_the_demo_has_work_of_every_kind(plan):
    own = [s for s in around_today(plan) if s.person.village == VILLAGE]
    statuses = Counter(s.values["review_status"] for s in own)
    assert all(statuses[status] >= 2 for status in ReviewStatus)
    assert {s.values["stage"] for s in own} == set(Stage)
    assert all(set(s.writers) <= {OPERATOR} for s in own)
    planned_days = [s.values["planned_on"] for s in own if s.values["stage"] is Stage.PLANNED]
    assert any(day and day < ON for day in planned_days)


def test_the_reviewer_of_the_demo_has_lists_of_many_villages(app):
    waiting = [
        s
        for s in around_today(planned(records=TOTAL // 4))
        if s.person.village.startswith(SUBDISTRICT)
        and s.values["review_status"] is ReviewStatus.SUBMITTED
    ]
    assert 12 <= len(waiting) <= 18
    assert len({s.person.village for s in waiting}) >= 6
    assert any("before_correction" in s.values for s in waiting)
    assert all("camat" not in s.writers for s in waiting)


def test_accounts_lie_on_one_branch_at_the_levels_of_their_roles():
    for account in ACCOUNTS:
        assert Area(account.area_code).level in ROLE_LEVELS[account.role]
        if account.username != AUTHOR:
            assert account.area_code == "0" or VILLAGE.startswith(account.area_code)


def test_findings_are_there_and_few(plan):
    year = of_the_year(plan)
    tourists = [s for s in year if s.values["visa_kind"] is VisaKind.TOURIST]
    assert 0 < len(tourists) < len(year) / 50
    cards = [s for s in year if DocumentKind.MIGRANT_CARD in s.papers]
    assert len(cards) > 0.94 * len(year)
