"""How long 10,000 assessments take on one core, beside the least any assessor must do.

Run it from the project's folder: `python -m bench.assess`. The floor looks once at every paper of
every case, the price of reading the input at all. Exits 1 when the goal of one second is missed.
"""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from bench.goals import told
from registry.assessment.assess import assess, readiness
from registry.assessment.case import Case, Document
from registry.assessment.reference import Entry, Licence, Listed
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    LicenceStatus,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Relation,
    Scheme,
    Stage,
    VisaKind,
)
from registry.reference.building import shipped_reference

CASES = 10_000
ROUNDS = 5
GOAL_SECONDS = 1.0
TODAY = date(2026, 3, 1)


def some_day(random_: random.Random, first: int, last: int) -> date:
    return TODAY + timedelta(days=random_.randint(first, last))


def make_offer(random_: random.Random) -> dict[str, Any]:
    """What a village knows of the offer; each answer is left out now and then."""
    choices: dict[str, list[Any]] = {
        "province": ["18", "32"],
        "country": ["TW", "HK", "MY", "KR", "JP", "KH", "MM", "SA"],
        "letter_country": [None, None, "TW", "MY"],
        "contract_country": [None, None, "TW", "MY"],
        "visa_country": ["TW", "MY"],
        "transit_country": [None, None, "SG", "KH"],
        "employer_kind": list(EmployerKind),
        "agency_id": list(range(1, 425)),
        "agency_name": ["PT Contoh Karya Mandiri", "PT Bina Insan Contoh", "tidak ada"],
        "job_code": ["caregiver", "domestic_worker"],
        "job_title": ["Perawat lansia", "Operator produksi", "customer service", "Buruh kebun"],
        "promised_wage": [6_000_000, 9_500_000, 20_000_000],
        "training_body": [None, None, "LPK Sakura Contoh"],
        "job_order": [None, "123/JO/2026", "belum ada"],
        "recruiter_kind": list(RecruiterKind),
        "recruiter_named": [False, True],
        "amount_asked": [0, 5_000_000, 60_000_000],
        "recruiter_advance": [0, 0, 1_000_000],
        "passport_holder": list(PassportHolder),
        "immigration_office": ["Kantor Imigrasi Bandar Lampung", "Cirebon"],
        "information_source": list(InformationSource),
        "last_contact_on": [None, some_day(random_, -200, 0)],
        "marital_status": list(MaritalStatus),
        "signer_relation": list(Relation),
    }
    return {
        name: random_.choice(values) for name, values in choices.items() if random_.random() < 0.7
    }


def make_licences() -> Listed[Licence]:
    """As many agencies as the ministry lists."""
    return Listed(
        (
            number,
            Entry(Licence(LicenceStatus.ACTIVE, TODAY + timedelta(days=number)), date(2020, 1, 1)),
        )
        for number in range(1, 425)
    )


def make_case(random_: random.Random) -> Case:
    stage = random_.choices(list(Stage), weights=(50, 30, 15, 5))[0]
    return Case(
        stage=stage,
        recorded_on=some_day(random_, -400, 0),
        scheme=random_.choice([None, *Scheme]),
        planned_on=random_.choice([None, some_day(random_, -60, 200)]),
        departed_on=some_day(random_, -300, 0) if stage is not Stage.PLANNED else None,
        birth_date=some_day(random_, -50 * 365, -16 * 365),
        visa_kind=random_.choice([None, *VisaKind]),
        **make_offer(random_),
        documents=tuple(
            Document(
                kind,
                random_.choice(list(DocumentStatus)),
                some_day(random_, -200, 0),
                random_.choice([None, some_day(random_, -30, 900)]),
            )
            for kind in DocumentKind
        ),
    )


def look_at(case: Case) -> int:
    return sum(document.status is DocumentStatus.PRESENT for document in case.documents)


def best_of(rounds: int, work: Callable[[Case], object], cases: list[Case]) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter()
        for case in cases:
            work(case)
        times.append(perf_counter() - start)
    return min(times)


def main() -> int:
    reference = replace(shipped_reference(), licences=make_licences())
    random_ = random.Random(2026)
    cases = [make_case(random_) for _ in range(CASES)]
    floor = best_of(ROUNDS, look_at, cases)
    ours = best_of(ROUNDS, lambda case: assess(case, reference, TODAY), cases)
    left = best_of(ROUNDS, lambda case: readiness(case, reference), cases)
    for name, seconds in (("floor", floor), ("assess", ours), ("readiness", left)):
        micro = seconds / CASES * 1e6
        print(f"{name:10} {micro:8.2f} us a case {seconds:7.3f} s  x{seconds / floor:6.1f}")
    return 0 if told(f"{CASES} assessments", ours, GOAL_SECONDS, "seconds") else 1


if __name__ == "__main__":
    sys.exit(main())
