"""People about whom everything was recorded, and a look for it in every file of an installation."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from registry.accounts.roles import Role
from registry.db import db
from registry.departures import decisions, marks, operations
from registry.departures.emergency import open_access
from registry.departures.flag_workflow import FlagAction
from registry.departures.models import Departure, Flag
from registry.departures.operations import DocumentAnswer
from registry.enums import (
    DocumentKind,
    DocumentStatus,
    EmergencyGround,
    EmployerKind,
    MaritalStatus,
    Relation,
    ReturnKind,
    Sex,
    VisaKind,
)
from registry.flags.operations import take_step
from tests.factories import make_departure, make_user

BORN = date(1998, 3, 12)
PERSON = {
    "name": "Zubaidah Kembangsari",
    "nik": "1807015203989731",
    "family_card": "1807012205118842",
    "phone": "+6281277334455",
    "address": "Dusun Tegalwaru Kidul",
    "family_name": "Sumiyati Kerabatku",
    "family_phone": "+6281399887766",
}
PLAN = {
    "recruiter_name": "Gombloh Perantaranto",
    "recruiter_phone": "+6285211223344",
    "id_pmi": "IDPMI20269917",
    "employer_name": "Keluarga Majikanwati",
    "destination_city": "Kotarahasia",
    "agency_name": "Agensi Takterdaftar",
    "job_title": "Merawat nenek Majikanwati",
    "training_body": "Pelatihan Rumahan Bukhori",
    "job_order": "JO-778899-XY",
    "immigration_office": "Imigrasi Antahbrantah",
}
PAPERS = {
    DocumentKind.PASSPORT: "C7741852",
    DocumentKind.MIGRANT_CARD: "EKPMI55667788",
}
WORDS = {
    "letter": "470/0815/IZIN",
    "signer": "Sukinem Penandatangan",
    "send_back": "Nama ibunya Tumirah, bukan Tumini",
    "note": "Bertemu Pakde Paijo di balai",
    "reason": "Diminta oleh Kapolsek Bambangan",
    "emergency": "Keluarganya di Tegalwaru mengadu tidak ada kabar",
}
SECRETS = [*PERSON.values(), *PLAN.values(), *PAPERS.values(), *WORDS.values()]


def make_known(left: date, *, is_case: bool = True, returned: bool = True) -> Departure:
    """A departure about which everything is written that anybody can write."""
    by, reviewer = make_user(), make_user(role=Role.REVIEWER)
    departure = make_departure(by=by, nik=PERSON["nik"], phone=PERSON["phone"], birth_date=BORN)
    answers = {n: v for n, v in (PERSON | PLAN).items() if n not in ("nik", "phone")}
    more = {
        "marital_status": MaritalStatus.MARRIED,
        "employer_kind": EmployerKind.HOUSEHOLD,
        "visa_kind": VisaKind.VISIT,
        "amount_asked": 31_415_926,
        "planned_on": left,
        "contract_months": 24,
    }
    operations.save_answers(departure, answers | more, by=by, seen_revision=departure.revision)
    papers = {
        kind: DocumentAnswer(DocumentStatus.PRESENT, number, left, left + timedelta(days=1800))
        for kind, number in PAPERS.items()
    }
    operations.save_documents(departure, papers, by=by, seen_revision=departure.revision)
    operations.record_letter(
        departure,
        number=WORDS["letter"],
        issued_on=left,
        signer=WORDS["signer"],
        relation=Relation.HUSBAND,
        by=by,
        seen_revision=departure.revision,
    )
    decisions.submit(departure, by=by, seen_revision=departure.revision)
    decisions.send_back(
        departure,
        WORDS["send_back"],
        by=reviewer,
        seen_revision=departure.revision,
        lone_reviewer=False,
    )
    if is_case:
        _handle_flag(departure)
    open_access(
        departure,
        by=make_user(role=Role.BP3MI),
        ground=EmergencyGround.COMPLAINT,
        reason=WORDS["emergency"],
    )
    marks.mark_departed(departure, left, by=by, seen_revision=departure.revision)
    if returned:
        marks.mark_returned(
            departure,
            left + timedelta(days=30),
            ReturnKind.CONTRACT_END,
            by=by,
            seen_revision=departure.revision,
        )
    db.session.commit()
    return departure


def _handle_flag(departure: Departure) -> None:
    """An office follows up one of the departure's flags, and so makes it a case."""
    flag = db.session.scalars(
        select(Flag).where(Flag.departure_id == departure.id, Flag.rule == "R03")
    ).one()
    take_step(
        flag,
        FlagAction.FOLLOW_UP,
        by=make_user(role=Role.LABOUR_OFFICE),
        seen_state=flag.state.value,
        note=WORDS["note"],
    )


def make_plain(left: date, born: date = BORN, sex: Sex = Sex.FEMALE) -> Departure:
    """A departure long ago without anything that draws attention."""
    by = make_user()
    departure = make_departure(by=by, birth_date=born, sex=sex, planned_on=left)
    marks.mark_departed(departure, left, by=by, seen_revision=departure.revision)
    marks.mark_returned(
        departure,
        left + timedelta(days=400),
        ReturnKind.CONTRACT_END,
        by=by,
        seen_revision=departure.revision,
    )
    db.session.commit()
    return departure


def found_in(content: bytes, secrets: list[str]) -> list[str]:
    """Which of the texts lie open there, as they are, as a search keeps them, or as hex."""
    return [
        secret
        for secret in secrets
        if any(
            form in content
            for form in (
                secret.encode(),
                secret.casefold().encode(),
                secret.encode().hex().encode(),
            )
        )
    ]


def found_in_files(secrets: list[str], *folders: Path) -> list[str]:
    """Which of the texts lie open in any file of the folders."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        f"{path.name}: {found}" for path in files for found in found_in(path.read_bytes(), secrets)
    ]
