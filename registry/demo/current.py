"""The departures of the weeks around today, none of which leaves in 2025 (pure)."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from registry.assessment.reference import Reference
from registry.demo.destinations import DESTINATIONS, PROFILES
from registry.demo.given_plans import NOT_PMI_VALUES, NURSE_VALUES, SCAM_VALUES
from registry.demo.papers import Papermaker
from registry.demo.people import Inventor
from registry.demo.published import BY_DISTRICT, YEAR
from registry.demo.situations import (
    FEWEST,
    IN_FULL,
    OWN_DISTRICT_SHARE,
    OWN_VILLAGE,
    SUBDISTRICT,
    Situation,
    Trouble,
    any_situation,
)
from registry.demo.stories import Branch, Person, Story, Weighted, moment
from registry.demo.year import EARLY_RETURNS
from registry.enums import (
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

SEND_BACK_REASONS = (
    "Tanggal lahir tidak cocok dengan KTP. Mohon dilihat lagi berkasnya.",
    "Nama P3MI belum jelas. Tanyakan kepada warga dan tuliskan nama lengkapnya.",
    "Tanggal rencana berangkat lebih awal daripada tanggal kontrak. Mohon diperbaiki.",
    "Negara tujuan di surat izin keluarga berbeda dengan yang dicatat.",
)
CANCEL_REASONS = (
    "Mendapat pekerjaan di dalam negeri.",
    "Visa tidak terbit sampai batas waktu pemberi kerja.",
    "Memilih menunda sampai pelatihan bahasa selesai.",
)
WHO_GOES_WHERE = Weighted(
    {(d.country, Sex.FEMALE): d.women for d in DESTINATIONS if d.women}
    | {(d.country, Sex.MALE): d.total - d.women for d in DESTINATIONS if d.total > d.women}
)
ANY_DISTRICT = Weighted(BY_DISTRICT)
VISIT_COUNTRIES = ("JP", "HK", "MY", "TR")
CAREFUL_SHARE = 0.7
DECIDED = (ReviewStatus.VERIFIED, ReviewStatus.NEEDS_CORRECTION)
LONG_AGO_DAYS = 200


def current_count(records: int, of_the_year: int) -> int:
    """How many records around today go with so many of the year."""
    return max(FEWEST, round(IN_FULL * records / of_the_year))


def outside_year(day: date, on: date) -> date:
    """The day, moved out of 2025 where it fell there, and never across today."""
    if day.year != YEAR:
        return day
    place = day.timetuple().tm_yday
    new_year = date(YEAR + 1, 1, 1)
    if day > on:
        return new_year + timedelta(days=place % 60)
    if on >= new_year and (on - day).days < LONG_AGO_DAYS:
        return new_year + timedelta(days=place % ((on - new_year).days + 1))
    return day.replace(year=YEAR - 1)


class CurrentPlanner:
    """Plans the records around today.

    Args:
        returned: stories of people who came home, some of whom go again.
    """

    def __init__(
        self,
        invent: Inventor,
        reference: Reference,
        branch: Branch,
        *,
        on: date,
        returned: Sequence[Story],
    ) -> None:
        self.rng = invent.rng
        self.invent = invent
        self.branch = branch
        self.on = on
        self.returned = [
            story
            for story in returned
            if story.values["stage"] is Stage.RETURNED
            and story.values["returned_on"] <= on - timedelta(days=60)
        ]
        self.papers = Papermaker(invent, reference, on)

    def plan(self, count: int) -> list[Story]:
        """The records of the demo's own village and subdistrict first, then others anywhere."""
        stories = []
        for position in range(count):
            if position < len(OWN_VILLAGE):
                situation, village = OWN_VILLAGE[position], self.branch.village
            elif position < len(OWN_VILLAGE) + len(SUBDISTRICT):
                situation = SUBDISTRICT[position - len(OWN_VILLAGE)]
                village = self.branch.others[(situation.village or 0) % len(self.branch.others)]
            else:
                situation, village = any_situation(self.rng), self._anywhere()
            stories.append(self._story(situation, village))
        return stories

    def _anywhere(self) -> str:
        """A village outside the branch's subdistrict."""
        district = self.branch.district
        if self.rng.random() >= OWN_DISTRICT_SHARE:
            district = ANY_DISTRICT.draw(self.rng)
        villages = self.invent.places.villages[district]
        while (village := self.rng.choice(villages)).startswith(self.branch.subdistrict):
            pass
        return village

    def _story(self, situation: Situation, village: str) -> Story:
        leaving = None
        if situation.days is not None:
            leaving = outside_year(self.on + timedelta(days=situation.days), self.on)
        values = self._plan(situation)
        person = self._person(situation, values, village, leaving or self.on)
        values |= {"stage": situation.stage, "planned_on": leaving, "origin": Origin.FORM}
        recorded = self._recorded(situation, leaving)
        if leaving is not None:
            self._add_stage(situation, values, leaving, recorded)
        self._add_review(situation, values, recorded)
        values["created_by"] = self.branch.writer_in(person.village)
        story = Story(person, values, {})
        if situation.status not in DECIDED:
            story.writers = (values["created_by"],)
        self.papers.add(situation, story, leaving or self.on, recorded)
        if situation.status is ReviewStatus.VERIFIED and self.rng.random() < 0.3:
            story.flag_states["R16"] = FlagState.FOLLOWED_UP
        return story

    def _plan(self, situation: Situation) -> dict[str, Any]:
        given = self._given_plan(situation)
        if given is not None:
            return given
        country, sex = WHO_GOES_WHERE.draw(self.rng)
        if situation.scheme is not None:
            return NOT_PMI_VALUES[situation.scheme] | {"sex": sex}
        if situation.trouble is Trouble.TOURIST_VISA:
            country = self.rng.choice(VISIT_COUNTRIES)
        values = self.invent.plan(country, PROFILES[country], sex)
        if situation.trouble is Trouble.TOURIST_VISA:
            values.pop("agency", None)
            values |= {"visa_kind": VisaKind.TOURIST, "visa_country": country}
        if situation.trouble in (Trouble.TOURIST_VISA, Trouble.TOO_YOUNG) or not situation.card:
            self.invent.make_doubtful(values)
        if situation.trouble is Trouble.GOES_AGAIN:
            values["scheme"] = Scheme.RE_ENTRY
        if self.rng.random() < CAREFUL_SHARE:
            self.invent.fill_in(values)
        return values | {"sex": sex}

    def _given_plan(self, situation: Situation) -> dict[str, Any] | None:
        """The plan of a situation that leaves nothing to chance."""
        if situation.trouble is Trouble.ONLY_A_NAME:
            return {}
        if situation.trouble is Trouble.SCAM_OFFER:
            return SCAM_VALUES | self.invent.recruiter()
        if situation.trouble is Trouble.ALL_IS_WELL:
            nurse = dict(NURSE_VALUES)
            self.invent.fill_in(nurse)
            return nurse
        return None

    def _person(
        self, situation: Situation, values: dict[str, Any], village: str, leaving: date
    ) -> Person:
        """Who it is; takes the sex out of the values."""
        if situation.trouble is Trouble.ONLY_A_NAME:
            return Person(village, {"name": self.invent.name(Sex.FEMALE)})
        sex = values.pop("sex")
        if situation.trouble is Trouble.GOES_AGAIN:
            for story in self.returned:
                if story.person.village == village and story.person.values["sex"] is sex:
                    self.returned.remove(story)
                    return story.person
        if situation.trouble in (Trouble.TOO_YOUNG, Trouble.SCAM_OFFER):
            born = leaving - timedelta(days=self.rng.randrange(6_250, 6_500))
        else:
            youngest = 21 if values.get("employer_kind") is EmployerKind.HOUSEHOLD else 19
            born = self.invent.birth_date(leaving, youngest, 45)
        return self.invent.person(village, sex, born, leaving)

    def _recorded(self, situation: Situation, leaving: date | None) -> date:
        """The day of the first saving: before today, and before leaving but for a late draft."""
        latest = self.on - timedelta(days=1)
        has_left = situation.stage in (Stage.DEPARTED, Stage.RETURNED)
        if has_left and leaving is not None and situation.status is not ReviewStatus.DRAFT:
            return min(latest, leaving - timedelta(days=self.rng.randrange(15, 60)))
        days = 2 if has_left else self.rng.randrange(6, 46)
        return self.on - timedelta(days=days)

    def _add_stage(
        self, situation: Situation, values: dict[str, Any], leaving: date, recorded: date
    ) -> None:
        rng = self.rng
        if situation.stage in (Stage.DEPARTED, Stage.RETURNED):
            values["departed_on"] = leaving
        if situation.stage is Stage.RETURNED:
            back = max(self.on - timedelta(days=rng.randrange(1, 20)), leaving)
            is_early = (self.on - leaving).days < LONG_AGO_DAYS
            kind = EARLY_RETURNS.draw(rng) if is_early else ReturnKind.CONTRACT_END
            values |= {"returned_on": back, "return_kind": kind}
            if not is_early:
                values["contract_months"] = 36 if (back - leaving).days > 1_000 else 24
        if situation.stage is Stage.CANCELLED:
            day = max(self.on - timedelta(days=rng.randrange(1, 9)), recorded)
            values |= {"cancelled_on": day, "cancel_reason": rng.choice(CANCEL_REASONS)}

    def _add_review(self, situation: Situation, values: dict[str, Any], recorded: date) -> None:
        rng, latest = self.rng, self.on - timedelta(days=1)
        status = situation.status
        submitted = min(recorded + timedelta(days=rng.randrange(5)), latest)
        reviewed = min(submitted + timedelta(days=rng.randrange(1, 6)), latest)
        minute = rng.randrange(60)
        values |= {
            "registration_number": self.invent.registration_number(recorded.year),
            "review_status": status,
            "created_at": moment(recorded, rng.randrange(8, 11), minute),
        }
        last = recorded
        if status is not ReviewStatus.DRAFT:
            values["submitted_at"] = moment(submitted, rng.randrange(11, 13), minute)
            last = submitted
        if status in DECIDED:
            values["reviewed_at"] = moment(reviewed, rng.randrange(13, 16), minute)
            last = reviewed
        if status is ReviewStatus.NEEDS_CORRECTION:
            values["send_back_reason"] = rng.choice(SEND_BACK_REASONS)
        if situation.trouble is Trouble.CORRECTED and status is ReviewStatus.SUBMITTED:
            self._add_correction(values, submitted)
        marked = [values.get(name) for name in ("departed_on", "returned_on", "cancelled_on")]
        last = max([last, *(min(day, latest) for day in marked if day is not None)])
        values["updated_at"] = moment(last, 16, minute)

    def _add_correction(self, values: dict[str, Any], submitted: date) -> None:
        """A verified record whose date was corrected, so that it waits again."""
        before = values["planned_on"] - timedelta(days=14)
        values["before_correction"] = json.dumps({"planned_on": before.isoformat()})
        values["reviewed_at"] = moment(submitted - timedelta(days=20), 14, 30)
        created = submitted - timedelta(days=24)
        values["created_at"] = min(values["created_at"], moment(created, 9, 30))
