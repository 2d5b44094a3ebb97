"""Inventing people and the plain facts of a journey; the same source, the same people (pure).

Serials of NIK and KK begin with 9, which no office has ever reached on one day, and phone numbers
with 0840, which no operator holds.
"""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar

from registry.demo.agencies import AGENCIES
from registry.demo.destinations import Profile, is_in_household
from registry.demo.names import HAMLETS, PEOPLES
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    Education,
    EmployerKind,
    FlagState,
    InformationSource,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Relation,
    Scheme,
    Sex,
    VisaKind,
)
from registry.formatting import WIB

# No 0, O, 1, I or L, as `operations` draws them.
NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
Item = TypeVar("Item")


class Weighted(Generic[Item]):
    """Things to draw from, each with its weight."""

    def __init__(self, weights: Mapping[Item, float]) -> None:
        self.items = tuple(weights)
        self.sums = tuple(accumulate(weights.values()))

    def draw(self, rng: Random) -> Item:
        return self.items[bisect(self.sums, rng.random() * self.sums[-1])]


@dataclass(frozen=True)
class Places:
    """The areas that the demo is spread over, from the official list.

    Attributes:
        villages: village codes by district.
        old_homes: subdistricts elsewhere, where some were first registered.
    """

    villages: dict[str, tuple[str, ...]]
    old_homes: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """Where the demo's accounts are, and who stands as the writer of records.

    Attributes:
        others: the other villages of the subdistrict.
        operator: the user name of the village's operator.
        author: the user name that stands for the operators of all other villages.
    """

    village: str
    others: tuple[str, ...]
    operator: str
    author: str

    @property
    def subdistrict(self) -> str:
        return self.village[:6]

    @property
    def district(self) -> str:
        return self.village[:4]

    def writer_in(self, village: str) -> str:
        return self.operator if village == self.village else self.author


@dataclass(eq=False)
class Person:
    """An invented resident: fields by the names of `registry.departures.fields`."""

    village: str
    values: dict[str, Any]


@dataclass(eq=False)
class Story:
    """One invented journey.

    Attributes:
        values: fields and states of the departure in plain text; `agency` is a place in `AGENCIES`.
        papers: status, number and dates by kind of document.
        writers: user names of those who wrote it since the last decision.
        flag_states: what somebody already made of a flag, by rule.
    """

    person: Person
    values: dict[str, Any]
    papers: dict[DocumentKind, dict[str, Any]]
    writers: tuple[str, ...] = ()
    flag_states: dict[str, FlagState] = field(default_factory=dict)

    @property
    def created_at(self) -> datetime:
        moment: datetime = self.values["created_at"]
        return moment


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


def moment(day: date, hour: int, minute: int) -> datetime:
    """An office hour in western Indonesia, as the instant that is stored."""
    return datetime.combine(day, time(hour, minute), WIB).astimezone(UTC)


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
            values["family_name"] = self.name(
                Sex.FEMALE if relation in (Relation.WIFE, Relation.MOTHER) else Sex.MALE
            )
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
            values["recruiter_name"], values["recruiter_phone"] = self.rng.choice(self.recruiters)

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
        values["recruiter_name"], values["recruiter_phone"] = self.rng.choice(self.recruiters)

    def passport(self) -> str:
        return f"Z{self.rng.randrange(1_000_000, 10_000_000)}"


def present(kinds: Sequence[DocumentKind]) -> dict[DocumentKind, dict[str, Any]]:
    """These papers as seen, without numbers and dates."""
    return {kind: {"status": DocumentStatus.PRESENT} for kind in kinds}
