"""What the records of the weeks around today look like: one line a record (pure).

The first ones lie in the village and the subdistrict of the demo's accounts, so that each of them
opens a page with something to do, and hold every status, stage and procedure.
"""

from dataclasses import dataclass
from enum import Enum
from random import Random

from registry.demo.stories import Weighted
from registry.enums import ReviewStatus, Scheme, Stage

DRAFT, SUBMITTED = ReviewStatus.DRAFT, ReviewStatus.SUBMITTED
SENT_BACK, VERIFIED = ReviewStatus.NEEDS_CORRECTION, ReviewStatus.VERIFIED
DEPARTED, RETURNED, CANCELLED = Stage.DEPARTED, Stage.RETURNED, Stage.CANCELLED


class Papers(Enum):
    """How many of the required papers are there."""

    ALL = "all"
    MOST = "most"
    FEW = "few"
    NONE = "none"


class Trouble(Enum):
    """What is out of the ordinary about a record."""

    NONE = "none"
    ONLY_A_NAME = "only_a_name"
    TOO_YOUNG = "too_young"
    TOURIST_VISA = "tourist_visa"
    CORRECTED = "corrected"
    GOES_AGAIN = "goes_again"
    SCAM_OFFER = "scam_offer"
    ALL_IS_WELL = "all_is_well"


@dataclass(frozen=True)
class Situation:
    """One record.

    Attributes:
        days: from today to leaving; None while no day is known.
        scheme: one that is not PMI; else the destination decides.
        card: whether the E-KPMI was seen, for those who have left.
        village: a place in the list of the subdistrict's other villages; None for any.
    """

    status: ReviewStatus
    stage: Stage = Stage.PLANNED
    days: int | None = 30
    papers: Papers = Papers.MOST
    scheme: Scheme | None = None
    trouble: Trouble = Trouble.NONE
    card: bool = True
    village: int | None = None


OWN_VILLAGE = (
    Situation(DRAFT, days=45, papers=Papers.FEW),
    Situation(SENT_BACK, days=20),
    Situation(SUBMITTED, days=12),
    Situation(VERIFIED, days=25, papers=Papers.ALL),
    Situation(VERIFIED, days=75, papers=Papers.FEW),
    Situation(VERIFIED, DEPARTED, days=-9, papers=Papers.ALL),
    Situation(VERIFIED, DEPARTED, days=-16, papers=Papers.FEW, card=False),
    Situation(VERIFIED, RETURNED, days=-760, papers=Papers.ALL),
    Situation(VERIFIED, CANCELLED, days=14),
    Situation(SUBMITTED, days=40, papers=Papers.ALL, scheme=Scheme.TRAINEE),
    Situation(SUBMITTED, days=28, papers=Papers.FEW, trouble=Trouble.TOO_YOUNG),
    Situation(VERIFIED, days=10, trouble=Trouble.TOURIST_VISA),
    Situation(VERIFIED, days=-4),
    Situation(DRAFT, DEPARTED, days=-3, papers=Papers.FEW, card=False),
    Situation(DRAFT, days=None, papers=Papers.NONE, trouble=Trouble.ONLY_A_NAME),
    Situation(SENT_BACK, days=33, papers=Papers.FEW),
    Situation(VERIFIED, days=5, papers=Papers.ALL),
    Situation(DRAFT, days=62, papers=Papers.NONE),
    Situation(VERIFIED, days=50, papers=Papers.FEW, trouble=Trouble.GOES_AGAIN),
    Situation(VERIFIED, RETURNED, days=-42, papers=Papers.ALL),
)

SUBDISTRICT = (
    Situation(SUBMITTED, days=2, village=0),
    Situation(SUBMITTED, days=9, papers=Papers.FEW, trouble=Trouble.SCAM_OFFER, village=3),
    Situation(SUBMITTED, days=31, papers=Papers.ALL, trouble=Trouble.ALL_IS_WELL, village=6),
    Situation(SUBMITTED, days=4, papers=Papers.ALL, village=1),
    Situation(SUBMITTED, days=6, trouble=Trouble.TOURIST_VISA, village=2),
    Situation(SUBMITTED, days=9, papers=Papers.ALL, village=3),
    Situation(SUBMITTED, days=13, village=4),
    Situation(SUBMITTED, days=17, trouble=Trouble.CORRECTED, village=5),
    Situation(SUBMITTED, days=21, papers=Papers.ALL, village=6),
    Situation(SUBMITTED, days=26, papers=Papers.FEW, village=1),
    Situation(SUBMITTED, days=34, scheme=Scheme.STUDENT, papers=Papers.ALL, village=7),
    Situation(SUBMITTED, days=41, papers=Papers.FEW, village=0),
    Situation(SUBMITTED, days=58, papers=Papers.FEW, village=8),
    Situation(SUBMITTED, days=-2, village=3),
    Situation(SENT_BACK, days=15, village=2),
    Situation(SENT_BACK, days=37, papers=Papers.FEW, village=5),
    Situation(VERIFIED, days=3, papers=Papers.ALL, village=4),
    Situation(VERIFIED, days=7, village=6),
    Situation(VERIFIED, days=11, papers=Papers.ALL, village=9),
    Situation(VERIFIED, days=19, village=0),
    Situation(VERIFIED, days=24, papers=Papers.ALL, village=1),
    Situation(VERIFIED, days=48, papers=Papers.FEW, village=7),
    Situation(VERIFIED, days=66, papers=Papers.FEW, village=2),
    Situation(VERIFIED, days=-6, village=8),
    Situation(VERIFIED, days=29, trouble=Trouble.GOES_AGAIN, papers=Papers.ALL, village=3),
    Situation(VERIFIED, DEPARTED, days=-2, papers=Papers.ALL, village=5),
    Situation(VERIFIED, DEPARTED, days=-5, papers=Papers.ALL, village=9),
    Situation(VERIFIED, DEPARTED, days=-8, village=0),
    Situation(VERIFIED, DEPARTED, days=-13, papers=Papers.ALL, village=2),
    Situation(VERIFIED, DEPARTED, days=-22, papers=Papers.FEW, card=False, village=4),
    Situation(SENT_BACK, DEPARTED, days=-11, papers=Papers.FEW, card=False, village=6),
    Situation(VERIFIED, DEPARTED, days=-31, papers=Papers.ALL, village=1),
    Situation(VERIFIED, RETURNED, days=-55, papers=Papers.ALL, village=3),
    Situation(VERIFIED, RETURNED, days=-740, papers=Papers.ALL, village=7),
    Situation(VERIFIED, RETURNED, days=-1_110, papers=Papers.ALL, village=8),
    Situation(VERIFIED, CANCELLED, days=20, village=5),
    Situation(DRAFT, CANCELLED, days=30, papers=Papers.FEW, village=9),
    Situation(DRAFT, days=52, papers=Papers.NONE, village=6),
    Situation(DRAFT, days=18, papers=Papers.FEW, village=4),
)
# With fewer records than the whole year, this many are left of those around today.
FEWEST = len(OWN_VILLAGE) + 6
IN_FULL = 450
# Of those elsewhere, so many more lie in the district of the demo's accounts.
OWN_DISTRICT_SHARE = 0.1


ELSEWHERE_STATUSES = {
    Stage.PLANNED: Weighted({VERIFIED: 46, SUBMITTED: 30, SENT_BACK: 8, DRAFT: 16}),
    DEPARTED: Weighted({VERIFIED: 72, SUBMITTED: 19, SENT_BACK: 4, DRAFT: 5}),
    RETURNED: Weighted({VERIFIED: 95, SUBMITTED: 5}),
    CANCELLED: Weighted({VERIFIED: 60, SUBMITTED: 40}),
}
STAGES = Weighted({Stage.PLANNED: 58, DEPARTED: 27, RETURNED: 9, CANCELLED: 6})
SOON = Weighted({Papers.ALL: 62, Papers.MOST: 30, Papers.FEW: 8})
LATER = Weighted({Papers.ALL: 15, Papers.MOST: 40, Papers.FEW: 45})
SCHEMES = Weighted({None: 88, Scheme.TRAINEE: 8, Scheme.STUDENT: 3, Scheme.OTHER: 1})
TROUBLES = Weighted(
    {
        Trouble.NONE: 94,
        Trouble.TOURIST_VISA: 3,
        Trouble.TOO_YOUNG: 1,
        Trouble.CORRECTED: 2,
    }
)
CARD_SHARE = 0.88


def any_situation(rng: Random) -> Situation:
    """A record somewhere else, of the same mix."""
    stage = STAGES.draw(rng)
    status = ELSEWHERE_STATUSES[stage].draw(rng)
    if stage is DEPARTED:
        has_card = rng.random() < CARD_SHARE
        papers = Papers.FEW
        if has_card:
            papers = Papers.ALL if rng.random() < 0.7 else Papers.MOST
        days = -rng.randrange(1, 46)
        return Situation(status, stage, days=days, papers=papers, card=has_card)
    if stage is RETURNED:
        days = -rng.randrange(30, 60) if rng.random() < 0.4 else -rng.randrange(725, 1_150)
        return Situation(status, stage, days=days, papers=Papers.ALL)
    if stage is CANCELLED:
        return Situation(status, stage, days=rng.randrange(3, 60))
    days = rng.randrange(-6, 91)
    return Situation(
        status,
        days=days,
        papers=(SOON if days < 25 else LATER).draw(rng),
        scheme=SCHEMES.draw(rng),
        trouble=TROUBLES.draw(rng),
    )
