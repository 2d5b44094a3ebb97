"""Where invented people go and what they do there.

The total for Taiwan, the number of countries (33) and the total by sex are published figures for
Lampung in 2025; the split over the other countries, and all jobs and schemes, are invented.
"""

from dataclasses import dataclass, field

from registry.enums import Scheme

HOUSEHOLD_JOBS = frozenset(
    {
        "house_maid",
        "domestic_worker",
        "housekeeper_and_family_cook",
        "elderly_caretaker",
        "baby_sitter",
        "child_care_worker",
        "family_cook",
        "family_driver",
        "gardener",
    }
)


@dataclass(frozen=True)
class Profile:
    """What work somewhere looks like; numbers are weights.

    Attributes:
        caregivers_in_households: whether families employ caregivers there, and not institutions.
        months: lengths of a contract.
        wages: lowest and highest promised wage, in millions of rupiah a month.
    """

    women: dict[str, int]
    men: dict[str, int]
    schemes: dict[Scheme, int]
    cities: tuple[str, ...]
    months: dict[int, int]
    wages: tuple[int, int]
    caregivers_in_households: bool = False


@dataclass(frozen=True)
class Destination:
    """A country with its departures of the year, and how many of them are women's."""

    country: str
    total: int
    women: int
    profile: Profile = field(repr=False)


PLACED = {Scheme.P_TO_P: 88, Scheme.RE_ENTRY: 12}

TAIWAN = Profile(
    women={"caregiver": 74, "house_maid": 10, "manufacturing_worker": 9, "production_operator": 7},
    men={
        "manufacturing_worker": 46,
        "production_operator": 26,
        "fisherman": 16,
        "construction_worker": 8,
        "agricultural_worker": 4,
    },
    schemes={Scheme.P_TO_P: 85, Scheme.RE_ENTRY: 10, Scheme.INDEPENDENT: 5},
    cities=("Taipei", "New Taipei", "Taoyuan", "Taichung", "Tainan", "Kaohsiung", "Hsinchu"),
    months={36: 1},
    wages=(9, 14),
    caregivers_in_households=True,
)
HONG_KONG = Profile(
    women={
        "house_maid": 78,
        "housekeeper_and_family_cook": 9,
        "elderly_caretaker": 9,
        "baby_sitter": 4,
    },
    men={"family_driver": 50, "gardener": 20, "house_maid": 30},
    schemes=PLACED,
    cities=("Kowloon", "Hong Kong Island", "New Territories"),
    months={24: 1},
    wages=(9, 11),
)
SINGAPORE = Profile(
    women={"house_maid": 70, "child_care_worker": 14, "elderly_caretaker": 16},
    men={"general_worker": 60, "cook": 40},
    schemes={Scheme.P_TO_P: 94, Scheme.RE_ENTRY: 6},
    cities=("Singapura",),
    months={24: 1},
    wages=(6, 9),
)
MALAYSIA = Profile(
    women={
        "production_operator": 58,
        "house_maid": 24,
        "plantation_worker": 8,
        "cleaning_service": 10,
    },
    men={
        "plantation_worker": 62,
        "harvester": 14,
        "construction_worker": 14,
        "production_operator": 10,
    },
    schemes={Scheme.P_TO_P: 84, Scheme.RE_ENTRY: 8, Scheme.UKPS: 3, Scheme.INDEPENDENT: 5},
    cities=("Johor Bahru", "Penang", "Selangor", "Sabah", "Sarawak", "Melaka"),
    months={24: 9, 36: 1},
    wages=(5, 8),
)
JAPAN = Profile(
    women={"caregiver": 54, "manufacturing_worker": 26, "waiter": 12, "agricultural_worker": 8},
    men={
        "manufacturing_worker": 38,
        "agricultural_worker": 22,
        "construction_worker": 20,
        "caregiver": 10,
        "fisherman": 10,
    },
    schemes={Scheme.SSW: 88, Scheme.G_TO_G: 4, Scheme.INDEPENDENT: 3, Scheme.RE_ENTRY: 5},
    cities=("Osaka", "Nagoya", "Saitama", "Ibaraki", "Hiroshima", "Fukuoka"),
    months={12: 2, 36: 5, 60: 3},
    wages=(17, 24),
)
KOREA = Profile(
    women={"manufacturing_worker": 1},
    men={"manufacturing_worker": 74, "fisherman": 18, "agricultural_worker": 8},
    schemes={Scheme.G_TO_G: 88, Scheme.P_TO_P: 7, Scheme.RE_ENTRY: 5},
    cities=("Ansan", "Gimhae", "Hwaseong", "Incheon", "Busan"),
    months={36: 8, 58: 2},
    wages=(20, 28),
)
# Households there are closed by Kepmenaker 260/2015: legal entities only.
GULF = Profile(
    women={"cleaning_service": 60, "spa_therapist": 14, "cook": 10, "room_attendant": 16},
    men={"cleaning_service": 30, "cook": 20, "operator": 25, "construction_worker": 25},
    schemes={Scheme.P_TO_P: 82, Scheme.G_TO_P: 6, Scheme.INDEPENDENT: 8, Scheme.UKPS: 4},
    cities=(),
    months={24: 1},
    wages=(6, 10),
)
EUROPE = Profile(
    women={"spa_therapist": 30, "manufacturing_worker": 40, "room_attendant": 30},
    men={
        "manufacturing_worker": 50,
        "construction_worker": 20,
        "upholsterer": 10,
        "agricultural_worker": 20,
    },
    schemes={Scheme.P_TO_P: 76, Scheme.INDEPENDENT: 22, Scheme.UKPS: 2},
    cities=(),
    months={12: 5, 24: 5},
    wages=(10, 20),
)
ISLANDS = Profile(
    women={"spa_therapist": 50, "waiter": 30, "room_attendant": 20},
    men={"cook": 30, "bar_staff": 15, "construction_worker": 25, "operator": 30},
    schemes={Scheme.P_TO_P: 70, Scheme.INDEPENDENT: 22, Scheme.UKPS: 8},
    cities=(),
    months={12: 4, 24: 6},
    wages=(7, 12),
)
WEALTHY = Profile(
    women={"cook": 1, "waiter": 1},
    men={"cook": 40, "agricultural_worker": 60},
    schemes={Scheme.P_TO_P: 40, Scheme.INDEPENDENT: 60},
    cities=(),
    months={12: 6, 24: 4},
    wages=(18, 30),
)

DESTINATIONS = (
    Destination("TW", 14_270, 10_191, TAIWAN),
    Destination("HK", 4_608, 4_539, HONG_KONG),
    Destination("MY", 1_780, 676, MALAYSIA),
    Destination("JP", 1_270, 559, JAPAN),
    Destination("SG", 1_130, 1_085, SINGAPORE),
    Destination("KR", 340, 27, KOREA),
    Destination("SA", 182, 60, GULF),
    Destination("BN", 96, 40, MALAYSIA),
    Destination("PL", 74, 20, EUROPE),
    Destination("TR", 58, 40, EUROPE),
    Destination("IT", 46, 14, EUROPE),
    Destination("MV", 42, 18, ISLANDS),
    Destination("AE", 40, 16, GULF),
    Destination("QA", 32, 10, GULF),
    Destination("HU", 28, 8, EUROPE),
    Destination("NZ", 24, 3, WEALTHY),
    Destination("RO", 22, 3, EUROPE),
    Destination("SB", 18, 0, ISLANDS),
    Destination("PG", 16, 0, ISLANDS),
    Destination("HR", 14, 4, EUROPE),
    Destination("SK", 14, 3, EUROPE),
    Destination("KW", 12, 2, GULF),
    Destination("MO", 11, 2, WEALTHY),
    Destination("BG", 10, 1, EUROPE),
    Destination("JO", 8, 1, GULF),
    Destination("OM", 7, 0, GULF),
    Destination("CZ", 6, 0, EUROPE),
    Destination("DE", 5, 0, EUROPE),
    Destination("US", 4, 0, WEALTHY),
    Destination("AU", 3, 0, WEALTHY),
    Destination("CA", 2, 0, WEALTHY),
    Destination("BH", 2, 0, GULF),
    Destination("ES", 1, 0, EUROPE),
)
PROFILES = {destination.country: destination.profile for destination in DESTINATIONS}


def is_in_household(job: str, profile: Profile) -> bool:
    """Whether a family, not a legal entity, is the employer."""
    return job in HOUSEHOLD_JOBS or (job == "caregiver" and profile.caregivers_in_households)
