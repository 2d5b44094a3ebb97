"""Cases from Lampung and legitimate look-alikes: what must rise, and what must not.

After press reports that `registry/reference/data` and the rules name as their sources; the persons
are nobody.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from registry.assessment.assess import assess
from registry.assessment.case import Document
from registry.assessment.documents import judge_papers
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    PassportHolder,
    Procedure,
    RecruiterKind,
    Scheme,
    Severity,
    Stage,
    VisaKind,
)

TODAY = date(2026, 3, 1)
NOBODY = {"agency_id": None, "agency_name": None, "job_order": None}
CALO = {**NOBODY, "scheme": None, "recruiter_kind": RecruiterKind.INDIVIDUAL}
TOURIST = {"visa_kind": VisaKind.TOURIST, "without": (DocumentKind.WORK_VISA,)}
LEFT = {"stage": Stage.DEPARTED, "departed_on": date(2026, 2, 1)}


def to(country: str) -> dict[str, Any]:
    names = ("country", "visa_country", "contract_country", "letter_country")
    return dict.fromkeys(names, country)


@dataclass
class Told:
    """A case of the bank: what the village recorded, what must rise and what must not."""

    name: str
    told: dict[str, Any]
    rises: set[str]
    stays: set[str] = field(default_factory=set)
    procedure: Procedure = Procedure.AT_RISK
    every_paper: bool = False


BANK = [
    Told(
        "Hong Kong on a tourist visa for 50 million, 2023",
        {**to("HK"), **CALO, **TOURIST, "amount_asked": 50_000_000},
        {"R03", "R10", "R14"},
        {"R01", "R04", "R05", "R06", "R20"},
    ),
    Told(
        "Japan on a tourist visa for 85 million, 2023",
        {**to("JP"), **CALO, **TOURIST, "amount_asked": 85_000_000},
        {"R03", "R10", "R14"},
        {"R04", "R05", "R12"},
    ),
    Told(
        "Jeju as 'proses mandiri' for 50 million, Taiwan promised first, 2024",
        {
            **to("KR"),
            **NOBODY,
            "scheme": Scheme.INDEPENDENT,
            "recruiter_kind": RecruiterKind.INDIVIDUAL,
            "letter_country": "TW",
            "amount_asked": 50_000_000,
        },
        {"R10", "R13", "R14", "R19"},
        {"R04", "R07", "R09"},
    ),
    Told(
        "six women of Lampung Utara to Malaysia with passports and no contract, 2023",
        {
            **to("MY"),
            **CALO,
            "visa_country": None,
            "visa_kind": VisaKind.NONE_YET,
            "employer_kind": EmployerKind.HOUSEHOLD,
            "passport_holder": PassportHolder.RECRUITER,
            "without": (DocumentKind.WORK_VISA, DocumentKind.WORK_CONTRACT),
        },
        {"R05", "R10", "R23"},
        {"R01", "R03", "R04", "R06"},
    ),
    Told(
        "eleven in Turkey on tour visas, two calo of Lampung, 2022",
        {**to("TR"), **CALO, **TOURIST, **LEFT},
        {"R03", "R10"},
        {"R04", "R05"},
        Procedure.PROCEDURAL,  # the sound case's card; what it lacked is told by the flags
    ),
    Told(
        "a woman of 58 found in Johor without a card, 2023",
        {
            **to("MY"),
            **CALO,
            **LEFT,
            "birth_date": date(1967, 5, 5),
            "without": (DocumentKind.MIGRANT_CARD, DocumentKind.WORK_CONTRACT),
        },
        {"R05", "R10", "R18"},
        {"R01", "R02", "R17", "R27"},
        Procedure.SUSPECTED,
    ),
    Told(
        "trained and housed by a BLK that also sends, nine rescued",
        {
            **NOBODY,
            "training_body": "BLK Contoh",
            "recruiter_kind": RecruiterKind.TRAINING_BODY,
            "passport_holder": PassportHolder.RECRUITER,
        },
        {"R11", "R23"},
        {"R12", "R04"},
    ),
    Told(
        "a pilgrim's visa to Saudi Arabia with 'uang saku' for the family, 2025",
        {
            **to("SA"),
            **CALO,
            "visa_kind": VisaKind.RELIGIOUS_VISIT,
            "employer_kind": EmployerKind.HOUSEHOLD,
            "recruiter_advance": 5_000_000,
        },
        {"R03", "R06", "R10", "R15"},
        {"R04", "R05"},
    ),
    Told(
        "customer service in Cambodia found on social media",
        {
            **to("KH"),
            **CALO,
            **TOURIST,
            "birth_date": date(2008, 8, 8),
            "job_title": "Customer service",
            "job_code": None,
            "promised_wage": 15_000_000,
            "information_source": InformationSource.SOCIAL_MEDIA,
        },
        {"R01", "R03", "R04", "R10", "R20", "R29"},
        {"R05", "R06"},
    ),
    Told(
        "a job in Taiwan that was bought below the ceiling",
        {**to("TW"), "job_order": "beli job", "amount_asked": 15_000_000},
        {"R14"},
        {"R04", "R07", "R13"},
    ),
    Told(
        "promised Taiwan, the contract says Korea",
        {**to("TW"), "contract_country": "KR"},
        {"R19"},
        {"R04", "R05"},
    ),
    Told(
        "look-alike: a housemaid to Saudi Arabia through the single channel",
        {
            **to("SA"),
            "employer_kind": EmployerKind.HOUSEHOLD,
            "job_order": "SPSK 0012/2026",
            "birth_date": date(1990, 2, 2),
        },
        {"R06"},  # of severity medium: a number to compare
        {"R02", "R03", "R04"},
        Procedure.COMPLETE,
        every_paper=True,
    ),
    Told(
        "look-alike: a professional with a contract in a country of the list",
        {**to("TH"), "scheme": Scheme.INDEPENDENT, "recruiter_kind": RecruiterKind.NONE},
        {"R04"},
        {"R03", "R05", "R10", "R13", "R20"},
        Procedure.COMPLETE,
        every_paper=True,
    ),
    Told(
        "look-alike: back to the same employer without a village letter",
        {
            **to("HK"),
            **NOBODY,
            "scheme": Scheme.RE_ENTRY,
            "letter_country": None,
            "employer_kind": EmployerKind.HOUSEHOLD,
            "recruiter_kind": RecruiterKind.NONE,
        },
        set(),
        {"R07", "R09", "R10", "R24"},
        Procedure.COMPLETE,
        every_paper=True,
    ),
    Told(
        "look-alike: specified skilled worker by own application",
        {
            **to("JP"),
            **NOBODY,
            "scheme": Scheme.SSW,
            "training_body": "LPK Contoh",
            "recruiter_kind": RecruiterKind.NONE,
        },
        set(),
        {"R07", "R10", "R11", "R12"},
        Procedure.COMPLETE,
        every_paper=True,
    ),
    Told(
        "look-alike: a seafarer by way of Singapore with a contract",
        {**to("NL"), "transit_country": "SG", "job_code": "fisherman", "job_title": "Awak kapal"},
        set(),
        {"R04", "R05", "R20"},
        Procedure.COMPLETE,
    ),
    Told(
        "look-alike: a student on a student visa",
        {**to("DE"), **NOBODY, "scheme": Scheme.STUDENT, "visa_kind": VisaKind.STUDENT},
        set(),
        {"R01", "R03", "R10", "R16", "R17"},
        Procedure.NOT_PMI,
    ),
    Told(
        "look-alike: a nurse to Germany G to G with all papers",
        {
            **to("DE"),
            **NOBODY,
            "scheme": Scheme.G_TO_G,
            "job_title": "Perawat",
            "job_code": None,
            "promised_wage": 45_000_000,
            "recruiter_kind": RecruiterKind.GOVERNMENT,
        },
        set(),
        {"R07", "R09", "R10", "R14", "R20"},
        Procedure.COMPLETE,
        every_paper=True,
    ),
]


@pytest.mark.parametrize("story", BANK, ids=lambda story: story.name)
def test_the_case_bank(reference, sound_case, story):
    case = sound_case(**story.told)
    if story.every_paper:
        case = with_every_paper(case, reference, sound_case, story.told)
    answer = assess(case, reference, TODAY)
    risen = {flag.rule for flag in answer.flags if flag.severity is not Severity.INFO}
    assert story.rises <= risen
    assert not story.stays & risen
    if story.name.startswith("look-alike"):
        assert risen == story.rises
    assert answer.procedure is story.procedure


def with_every_paper(case, reference, sound_case, told):
    required = judge_papers(case, reference, TODAY).required
    have = {paper.kind for paper in case.documents}
    more = tuple(Document(k, DocumentStatus.PRESENT) for k in required if k not in have)
    return sound_case(**{**told, "documents": (*case.documents, *more)})


def test_a_look_alike_with_every_answer_shows_not_even_a_question(reference, sound_case):
    for story in BANK:
        if story.every_paper and not story.rises:
            case = with_every_paper(sound_case(**story.told), reference, sound_case, story.told)
            assert assess(case, reference, TODAY).flags == (), story.name
