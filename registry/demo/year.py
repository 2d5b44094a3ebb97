"""The departures of 2025: as many as were published, invented one by one (pure)."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from registry.assessment.reference import Reference
from registry.demo.destinations import PROFILES
from registry.demo.papers import present, required_kinds
from registry.demo.people import Inventor
from registry.demo.published import YEAR, Quotas
from registry.demo.stories import Branch, Story, Weighted, moment
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    FlagState,
    Origin,
    ReturnKind,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)

# Fewer leave around the feast at the end of March.
MONTHS = Weighted(dict(enumerate((86, 84, 68, 69, 86, 82, 92, 89, 91, 90, 83, 80), start=1)))
VILLAGE_SPREAD, HEAVIEST = 0.95, 6.0
# A village that is known for its many departures, and the one of the demo's accounts.
BUSY_VILLAGES = {"1807152006": 10.0, "1807072011": 1.8}

SUSPECTED_SHARE = 0.035
TOURIST_SHARE = 0.12
SAID_MISSING_SHARE = 0.3
HEARD_OF_SHARE = 0.97
COMPLETE_SHARE = 0.6
CONTRACT_ENDS_EARLY = 0.075
STATUSES = Weighted(
    {
        ReviewStatus.VERIFIED: 970,
        ReviewStatus.SUBMITTED: 20,
        ReviewStatus.NEEDS_CORRECTION: 6,
        ReviewStatus.DRAFT: 4,
    }
)
EARLY_RETURNS = Weighted(
    {
        ReturnKind.OWN_WISH: 42,
        ReturnKind.PROBLEM: 22,
        ReturnKind.SICK: 14,
        ReturnKind.LEAVE: 12,
        ReturnKind.REPATRIATED: 5,
        ReturnKind.DEPORTED: 3,
        ReturnKind.DIED: 2,
    }
)
FLAG_STATES = Weighted({FlagState.FOLLOWED_UP: 60, FlagState.DISMISSED: 22, FlagState.OPEN: 18})
CORRECTION = "Nomor paspor dan tanggal berangkat belum cocok dengan berkas. Mohon diperiksa lagi."


class YearPlanner:
    """Plans the journeys of the year; those of the branch's subdistrict have all been reviewed."""

    def __init__(self, invent: Inventor, reference: Reference, branch: Branch, *, on: date) -> None:
        self.rng = invent.rng
        self.invent = invent
        self.places = invent.places
        self.reference = reference
        self.branch = branch
        self.on = on

    def plan(
        self, quotas: Quotas, done: Callable[[int], object] = lambda steps: None
    ) -> list[Story]:
        """One story for each departure of the quotas."""
        people = [
            (country, sex)
            for country, counts in quotas.by_country.items()
            for sex, count in counts.items()
            for _ in range(count)
        ]
        self.rng.shuffle(people)
        stories = []
        for village, (country, sex) in zip(self._villages(quotas), people, strict=True):
            stories.append(self._story(village, country, sex))
            done(1)
        return stories

    def _villages(self, quotas: Quotas) -> list[str]:
        chosen: list[str] = []
        for district, count in quotas.by_district.items():
            weights = {
                village: BUSY_VILLAGES.get(village)
                or min(self.rng.lognormvariate(0, VILLAGE_SPREAD), HEAVIEST)
                for village in self.places.villages[district]
            }
            draw = Weighted(weights)
            chosen += [draw.draw(self.rng) for _ in range(count)]
        return chosen

    def _story(self, village: str, country: str, sex: Sex) -> Story:
        rng, invent = self.rng, self.invent
        left = self._day()
        values = invent.plan(country, PROFILES[country], sex)
        youngest = 21 if values["employer_kind"] is EmployerKind.HOUSEHOLD else 18
        born = invent.birth_date(left, youngest, 47)
        person = invent.person(village, sex, born, left)
        values |= {
            "planned_on": left - timedelta(days=rng.choice((0, 0, 0, 1, 2, 5, 9, 14))),
            "departed_on": left,
            "stage": Stage.DEPARTED,
        }
        self._add_return(values, left)
        self._add_review(values, left, village)
        story = Story(person, values, {})
        if rng.random() < SUSPECTED_SHARE:
            self._make_suspected(story)
        else:
            self._add_papers(story, left)
        if values["review_status"] in (ReviewStatus.DRAFT, ReviewStatus.SUBMITTED):
            story.writers = (values["created_by"],)
        return story

    def _day(self) -> date:
        month = MONTHS.draw(self.rng)
        return date(YEAR, month, self.rng.randrange(monthrange(YEAR, month)[1]) + 1)

    def _add_return(self, values: dict[str, Any], left: date) -> None:
        days = values["contract_months"] * 30 + self.rng.randrange(20)
        contract_end = left + timedelta(days=days)
        kind = ReturnKind.CONTRACT_END
        back = contract_end
        if self.rng.random() < CONTRACT_ENDS_EARLY:
            kind = EARLY_RETURNS.draw(self.rng)
            back = left + timedelta(days=self.rng.randrange(20, days))
        if back <= self.on:
            values |= {"stage": Stage.RETURNED, "returned_on": back, "return_kind": kind}
        elif self.rng.random() < HEARD_OF_SHARE:
            since = (self.on - left).days
            recently = min(since, 60) if self.rng.random() < HEARD_OF_SHARE else max(since, 1)
            days = self.rng.randrange(max(recently, 1))
            values["last_contact_on"] = self.on - timedelta(days=days)

    def _add_review(self, values: dict[str, Any], left: date, village: str) -> None:
        rng = self.rng
        # Some villages hear of a departure only afterwards.
        is_late = rng.random() < 0.06
        recorded = self._past(left, rng.randrange(2, 25) if is_late else -rng.randrange(14, 110))
        submitted = self._past(recorded, rng.randrange(8))
        reviewed = self._past(submitted, rng.randrange(1, 15))
        minute = rng.randrange(60)
        status = STATUSES.draw(rng)
        if village.startswith(self.branch.subdistrict):
            status = ReviewStatus.VERIFIED
        values |= {
            "registration_number": self.invent.registration_number(recorded.year),
            "origin": Origin.IMPORT if rng.random() < 0.25 else Origin.FORM,
            "created_at": moment(recorded, rng.randrange(8, 11), minute),
            "created_by": self.branch.writer_in(village),
            "review_status": status,
        }
        last = max(left, values.get("returned_on", left), recorded)
        if status is not ReviewStatus.DRAFT:
            values["submitted_at"] = moment(submitted, rng.randrange(11, 13), minute)
            last = max(last, submitted)
        if status in (ReviewStatus.VERIFIED, ReviewStatus.NEEDS_CORRECTION):
            values["reviewed_at"] = moment(reviewed, rng.randrange(13, 16), minute)
            last = max(last, reviewed)
        if status is ReviewStatus.NEEDS_CORRECTION:
            values["send_back_reason"] = CORRECTION
        values["updated_at"] = moment(last, 16, minute)

    def _past(self, day: date, days: int) -> date:
        return min(day + timedelta(days=days), self.on - timedelta(days=1))

    def _make_suspected(self, story: Story) -> None:
        values, rng = story.values, self.rng
        values.pop("agency", None)
        if rng.random() < 0.6:
            self.invent.make_doubtful(values)
        if rng.random() < TOURIST_SHARE:
            values["visa_kind"] = VisaKind.TOURIST
            story.flag_states["R03"] = FLAG_STATES.draw(rng)
        story.papers = present([DocumentKind.IDENTITY, DocumentKind.PASSPORT])
        if rng.random() < SAID_MISSING_SHARE:
            story.papers[DocumentKind.MIGRANT_CARD] = {"status": DocumentStatus.MISSING}
        if rng.random() < 0.5:
            story.papers |= present([DocumentKind.FAMILY_PERMISSION])

    def _add_papers(self, story: Story, left: date) -> None:
        scheme: Scheme = story.values["scheme"]
        kinds = required_kinds(self.reference, scheme, left)
        if self.rng.random() > COMPLETE_SHARE:
            # Of the others the village saw the card and a few papers more.
            seen = {DocumentKind.MIGRANT_CARD, DocumentKind.PASSPORT, DocumentKind.IDENTITY}
            seen |= set(self.rng.sample(kinds, 3))
            kinds = [kind for kind in kinds if kind in seen]
        story.papers = present(kinds)
        passport = story.papers.get(DocumentKind.PASSPORT)
        if passport is not None and self.rng.random() < 0.5:
            passport["number"] = self.invent.passport()
            passport["expires_on"] = left + timedelta(days=self.rng.randrange(900, 1_800))
        if self.rng.random() < 0.1:
            story.values["id_pmi"] = f"CTH{self.rng.randrange(10**9, 10**10)}"
