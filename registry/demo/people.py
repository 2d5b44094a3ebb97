"""Inventing people and the plain facts of a journey; the same source, the same people (pure).

Serials of NIK and KK begin with 9, far above what an office gives out on one day, and phone numbers
with 0840, a prefix that no operator is known to hold.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from registry.demo.agencies import AGENCIES
from registry.demo.destinations import Profile, is_in_household
from registry.demo.names import HAMLETS, PEOPLES
from registry.demo.stories import Person, Places, Weighted
from registry.enums import (
    Education,
    EmployerKind,
    InformationSource,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Relation,
    Scheme,
    Sex,
    VisaKind,
)

# No 0, O, 1, I or L, as `operations` draws them.
NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

EDUCATION = Weighted(
    {
        Education.PRIMARY: 22,
        Education.JUNIOR: 38,
        Education.SENIOR: 35,
        Education.DIPLOMA: 3,
        Education.DEGREE: 2,
    }
)
RECRUITERS = Weighted(
    {
        RecruiterKind.AGENCY_STAFF: 62,
        RecruiterKind.FAMILY: 14,
        RecruiterKind.GOVERNMENT: 8,
        RecruiterKind.NONE: 16,
    }
)
SOURCES = Weighted(
    {
        InformationSource.FAMILY: 44,
        InformationSource.AGENCY: 26,
        InformationSource.VILLAGE: 9,
        InformationSource.LABOUR_OFFICE: 9,
        InformationSource.SOCIAL_MEDIA: 12,
    }
)
OFFICES = ("Bandar Lampung", "Kotabumi", "Kalianda", "Metro")
AGENCY_PLACES = Weighted({place: agency.weight for place, agency in enumerate(AGENCIES)})
ALL_PEOPLES = Weighted({people: people.share for people in PEOPLES})
NAMED_SCHEMES = frozenset({Scheme.P_TO_P, Scheme.RE_ENTRY})


class Inventor:
    """Draws people and facts from one random source; NIK and registration numbers never repeat."""

    def __init__(self, rng: Random, places: Places) -> None:
        self.rng = rng
        self.places = places
        self.niks: set[str] = set()
        self.numbers: set[str] = set()
        self.recruiters = [(self.name(Sex.MALE), self.phone()) for _ in range(60)]
        self._draws: dict[int, Weighted[Any]] = {}

    def weighted(self, weights: dict[Any, int]) -> Any:
        """Draw from weights that are kept in a table of the module."""
        draw = self._draws.get(id(weights))
        if draw is None:
            draw = self._draws[id(weights)] = Weighted(weights)
        return draw.draw(self.rng)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def name(self, sex: Sex) -> str:
        rng, people = self.rng, ALL_PEOPLES.draw(self.rng)
        is_woman = sex is Sex.FEMALE
        first = rng.choice(people.women if is_woman else people.men)
        if rng.random() < 0.05 and " " not in first:
            return first
        second = rng.choice(people.women_second if is_woman else people.men_second)
        return f"{first} {second}"

    def phone(self) -> str:
        return f"+62840{self.rng.randrange(10_000_000, 100_000_000)}"

    def registration_number(self, year: int) -> str:
        while True:
            number = f"PM-{year}-{''.join(self.rng.choices(NUMBER_LETTERS, k=5))}"
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def nik(self, village: str, sex: Sex, born: date) -> str:
        day = born.day + (40 if sex is Sex.FEMALE else 0)
        draw = self.rng.random()
        subdistrict = village[:6]
        if draw < 0.12 and self.places.old_homes:
            subdistrict = self.rng.choice(self.places.old_homes)
        elif draw < 0.24:
            subdistrict = self.rng.choice(self.places.villages[village[:4]])[:6]
        while True:
            nik = f"{subdistrict}{day:02}{born:%m%y}{self.rng.randrange(9_001, 10_000)}"
            if nik not in self.niks:
                self.niks.add(nik)
                return nik

    def birth_date(self, left: date, low: int, high: int) -> date:
        """A birthday of somebody `low` to `high` years old that day, most often near 27."""
        mode = min(max(low, 27), high)
        days = int(self.rng.triangular(low, high, mode) * 365.25)
        return left - timedelta(days=days + 1)

    def person(self, village: str, sex: Sex, born: date, left: date) -> Person:
        """A resident with numbers and family of their own."""
        rng = self.rng
        age = (left - born).days // 365
        status = self._marital_status(age)
        values: dict[str, Any] = {
            "name": self.name(sex),
            "nik": self.nik(village, sex, born),
            "sex": sex,
            "birth_date": born,
            "address": f"Dusun {rng.choice(HAMLETS)}",
            "rt": f"{rng.randrange(1, 13):03}",
            "rw": f"{rng.randrange(1, 7):03}",
            "education": EDUCATION.draw(rng),
            "marital_status": status,
        }
        if rng.random() < 0.85:
            values["phone"] = self.phone()
        if rng.random() < 0.4:
            issued = date(rng.randrange(2015, 2025), rng.randrange(1, 13), rng.randrange(1, 29))
            values["family_card"] = f"{village[:6]}{issued:%d%m%y}{rng.randrange(9_001, 10_000)}"
        if rng.random() < 0.4:
            relation = self.relation(sex, status)
            values["family_name"] = self.name_of_relation(relation)
            values["family_relation"] = relation
            values["family_phone"] = self.phone()
        return Person(village, values)

    def _marital_status(self, age: int) -> MaritalStatus:
        married = min(max((age - 19) * 0.07, 0.02), 0.74)
        draw = self.rng.random()
        if draw < married:
            return MaritalStatus.MARRIED
        if age > 25 and draw < married + 0.14:
            return MaritalStatus.DIVORCED
        if age > 35 and draw < married + 0.18:
            return MaritalStatus.WIDOWED
        return MaritalStatus.SINGLE

    def relation(self, sex: Sex, status: MaritalStatus) -> Relation:
        if status is MaritalStatus.MARRIED:
            return Relation.HUSBAND if sex is Sex.FEMALE else Relation.WIFE
        return self.rng.choice((Relation.FATHER, Relation.MOTHER, Relation.SIBLING))

    def name_of_relation(self, relation: Relation) -> str:
        is_woman = relation in (Relation.WIFE, Relation.MOTHER)
        return self.name(Sex.FEMALE if is_woman else Sex.MALE)

    def plan(self, country: str, profile: Profile, sex: Sex) -> dict[str, Any]:
        """Job, employer, scheme, agency and the like, of a kind that goes together."""
        rng = self.rng
        job = self.weighted(profile.women if sex is Sex.FEMALE else profile.men)
        in_household = is_in_household(job, profile)
        scheme = self._scheme(profile, in_household)
        values: dict[str, Any] = {
            "country": country,
            "job_code": job,
            "employer_kind": EmployerKind.HOUSEHOLD if in_household else EmployerKind.LEGAL_ENTITY,
            "scheme": scheme,
            "visa_kind": VisaKind.WORK,
            "contract_months": self.weighted(profile.months),
        }
        if scheme in NAMED_SCHEMES:
            values["agency"] = AGENCY_PLACES.draw(rng)
        if rng.random() < 0.5:
            values["promised_wage"] = rng.randrange(profile.wages[0], profile.wages[1] + 1) * 10**6
            if profile.cities:
                values["destination_city"] = rng.choice(profile.cities)
        if rng.random() < 0.4:
            values["information_source"] = SOURCES.draw(rng)
            values["immigration_office"] = rng.choice(OFFICES)
            values["visa_country"] = country
        if scheme is Scheme.P_TO_P and rng.random() < 0.6:
            self._add_recruiter(values)
        return values

    def _scheme(self, profile: Profile, in_household: bool) -> Scheme:
        while True:
            scheme: Scheme = self.weighted(profile.schemes)
            # "Perseorangan" is for legal entities only (domain, 2.2).
            if not (in_household and scheme is Scheme.INDEPENDENT):
                return scheme

    def _add_recruiter(self, values: dict[str, Any]) -> None:
        kind = RECRUITERS.draw(self.rng)
        values["recruiter_kind"] = kind
        if kind is RecruiterKind.AGENCY_STAFF:
            values |= self.recruiter()

    def fill_in(self, values: dict[str, Any]) -> None:
        """Answers to what is still open, as a careful village would have asked."""
        answers: dict[str, Any] = {
            "visa_country": values.get("country"),
            "contract_country": values.get("country"),
            "information_source": InformationSource.VILLAGE,
            "immigration_office": OFFICES[0],
            "recruiter_kind": RecruiterKind.GOVERNMENT,
            "amount_asked": 0,
            "recruiter_advance": 0,
            "passport_holder": PassportHolder.SELF,
            "promised_wage": 12_000_000,
        }
        if values.get("scheme") is Scheme.P_TO_P:
            answers |= {"recruiter_kind": RecruiterKind.AGENCY_STAFF, "job_order": self.job_order()}
        for name, answer in answers.items():
            values.setdefault(name, answer)

    def job_order(self) -> str:
        return f"CONTOH-SIP2MI/{self.rng.randrange(100, 1_000)}"

    def make_doubtful(self, values: dict[str, Any]) -> None:
        """The signs of a recruiter who is no agency: what the rules ask the village about."""
        values |= {
            "recruiter_kind": RecruiterKind.INDIVIDUAL,
            "information_source": self.rng.choice(
                (InformationSource.RECRUITER, InformationSource.SOCIAL_MEDIA)
            ),
            "amount_asked": self.rng.randrange(8, 61) * 10**6,
            "passport_holder": self.rng.choice((PassportHolder.RECRUITER, PassportHolder.SELF)),
        }
        values |= self.recruiter()

    def recruiter(self) -> dict[str, str]:
        """One of those who recruit in the province, by name and phone."""
        name, phone = self.rng.choice(self.recruiters)
        return {"recruiter_name": name, "recruiter_phone": phone}

    def passport(self) -> str:
        return f"Z{self.rng.randrange(1_000_000, 10_000_000)}"
