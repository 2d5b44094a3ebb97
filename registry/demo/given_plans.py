"""Plans of the demo that leave nothing to chance: who is not PMI, and two that show the rules."""

from typing import Any

from registry.enums import (
    EmployerKind,
    InformationSource,
    PassportHolder,
    RecruiterKind,
    Scheme,
    Sex,
    VisaKind,
)

TRAINEE_VALUES: dict[str, Any] = {
    "country": "JP",
    "scheme": Scheme.TRAINEE,
    "visa_kind": VisaKind.TRAINING,
    "job_code": "manufacturing_worker",
    "employer_kind": EmployerKind.LEGAL_ENTITY,
    "training_body": "LPK Contoh Bunga Melati",
    "contract_months": 36,
}
STUDENT_VALUES: dict[str, Any] = {
    "country": "DE",
    "scheme": Scheme.STUDENT,
    "visa_kind": VisaKind.STUDENT,
    "job_title": "Pelajar (Ausbildung)",
}
OTHER_VALUES: dict[str, Any] = {
    "country": "MY",
    "scheme": Scheme.OTHER,
    "visa_kind": VisaKind.VISIT,
    "job_title": "Mengikuti keluarga",
}
SCAM_VALUES: dict[str, Any] = {
    "country": "KH",
    "visa_kind": VisaKind.TOURIST,
    "visa_country": "KH",
    "job_title": "Customer service",
    "promised_wage": 15_000_000,
    "employer_kind": EmployerKind.LEGAL_ENTITY,
    "recruiter_kind": RecruiterKind.INDIVIDUAL,
    "information_source": InformationSource.SOCIAL_MEDIA,
    "passport_holder": PassportHolder.RECRUITER,
    "sex": Sex.FEMALE,
}
NURSE_VALUES: dict[str, Any] = {
    "country": "DE",
    "scheme": Scheme.G_TO_G,
    "visa_kind": VisaKind.WORK,
    "job_title": "Perawat",
    "promised_wage": 45_000_000,
    "employer_kind": EmployerKind.LEGAL_ENTITY,
    "contract_months": 36,
    "sex": Sex.FEMALE,
}
NOT_PMI_VALUES = {
    Scheme.TRAINEE: TRAINEE_VALUES,
    Scheme.STUDENT: STUDENT_VALUES,
    Scheme.OTHER: OTHER_VALUES,
}
