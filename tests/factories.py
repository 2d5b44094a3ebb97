"""Invented people, accounts and departures; keyword-only, with realistic defaults."""

import itertools
from datetime import date, timedelta
from typing import Any

from argon2 import PasswordHasher

from registry.accounts.access import CONDUCT_VERSION, must_have_second_factor
from registry.accounts.models import User
from registry.accounts.roles import Role
from registry.accounts.second_factor import SEALED_AS
from registry.audit import log
from registry.audit.events import Event
from registry.db import db, now
from registry.departures import decisions, emergency, marks, operations
from registry.departures.models import Departure
from registry.enums import EmergencyGround, LicenceStatus, ReviewStatus, Scheme, Sex, Stage
from registry.formatting import company_key, today
from registry.operating.regions import recode_journaled
from registry.reference.models import Agency, AgencyLicence
from registry.regions.area import COUNTRY_CODE, Area
from registry.regions.moving import plan_from_database
from registry.regions.recoding import Wanted
from registry.sealing import keyring

VILLAGE = "1807012001"
SISTER_VILLAGE = "1807012002"
SUBDISTRICT = "180701"
DISTRICT = "1807"
PROVINCE = "18"
FOREIGN_VILLAGE = "3204052001"
FOREIGN_SUBDISTRICT = "320405"

SECRET = b"rahasia ponsel dari uji"
PASSWORD = "sawah hijau di pagi hari"
_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
_numbers = itertools.count(1)

AREA_OF = {
    Role.OPERATOR: VILLAGE,
    Role.VILLAGE_HEAD: VILLAGE,
    Role.REVIEWER: SUBDISTRICT,
    Role.LABOUR_OFFICE: DISTRICT,
    Role.BP3MI: PROVINCE,
    Role.ADMIN: "0",
}


def make_user(
    *,
    role: Role = Role.OPERATOR,
    area: str | None = None,
    phone: bool | None = None,
    **values: Any,
) -> User:
    """An account with the password PASSWORD that has finished its first sign-in, committed.

    It has a phone (SECRET) where its role must have one; `phone` says otherwise.
    """
    number = next(_numbers)
    user = User(
        **{
            "username": f"{role.value}{number}",
            "name": f"Pengguna {number}",
            "password_hash": _HASH,
            "role": role,
            "area_code": area or AREA_OF[role],
            "created_at": now(),
            "conduct_version": CONDUCT_VERSION,
            "conduct_accepted_at": now(),
            **values,
        }
    )
    db.session.add(user)
    if must_have_second_factor(user) if phone is None else phone:
        db.session.flush()
        user.totp_sealed = keyring().seal(SECRET, *SEALED_AS, user.id)
    log.record(Event.ACCOUNT_CREATED, by=log.SYSTEM, area_code=user.area_code)
    db.session.commit()
    return user


def change_account(user: User, **values: Any) -> None:
    """Change columns of an account as an operation would, committed with an entry."""
    for name, value in values.items():
        setattr(user, name, value)
    log.record(Event.ACCOUNT_CHANGED, by=log.SYSTEM, area_code=user.area_code)
    db.session.commit()


def make_agency(
    name: str, *, ends_on: date | None = date(2099, 12, 31), listed: bool = True
) -> Agency:
    """A placement agency, with an active licence where it is listed; committed."""
    agency = Agency(name=name, normal_name=company_key(name))
    if listed:
        licence = AgencyLicence(
            status=LicenceStatus.ACTIVE,
            licence_to=ends_on,
            source="Daftar uji",
            valid_from=date(2020, 1, 1),
        )
        agency.licences = [licence]
    db.session.add(agency)
    db.session.commit()
    return agency


def make_nik(
    *, born: date = date(1998, 3, 12), sex: Sex = Sex.FEMALE, region: str = "180701"
) -> str:
    """A NIK of nobody: the serial is counted up, and at its end the next day is taken."""
    rounds, serial = divmod(next(_numbers), 9999)
    born += timedelta(days=rounds)
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    return f"{region}{day:02}{born:%m%y}{serial + 1:04}"


def make_departure(
    *,
    by: User,
    village: str = VILLAGE,
    status: ReviewStatus = ReviewStatus.DRAFT,
    stage: Stage = Stage.PLANNED,
    reviewer: User | None = None,
    **values: Any,
) -> Departure:
    """A departure that went through the real operations up to the wanted status and stage.

    `reviewer` is needed for statuses after submission.
    """
    person = {
        "name": f"Siti Rahmawati {next(_numbers)}",
        "nik": make_nik(),
        "sex": Sex.FEMALE,
        "birth_date": date(1998, 3, 12),
        "rt": "003",
        "rw": "001",
        "phone": "+6281234567890",
    }
    plan = {
        "country": "TW",
        "scheme": Scheme.P_TO_P,
        "job_title": "Perawat lansia",
        "planned_on": today() + timedelta(days=60),
    }
    person |= {name: values.pop(name) for name in list(values) if name in person}
    plan |= values
    departure = operations.create(
        village_code=village,
        resident=None,
        values=person,
        by=by,
        client_key=f"kunci-{next(_numbers)}",
    )
    operations.save_answers(departure, plan, by=by, seen_revision=departure.revision)
    if status is not ReviewStatus.DRAFT:
        decisions.submit(departure, by=by, seen_revision=departure.revision)
    if status is ReviewStatus.VERIFIED:
        assert reviewer is not None
        decisions.verify(
            departure, by=reviewer, seen_revision=departure.revision, lone_reviewer=False
        )
    if status is ReviewStatus.NEEDS_CORRECTION:
        assert reviewer is not None
        decisions.send_back(
            departure,
            "Tanggal lahir tidak cocok dengan KTP.",
            by=reviewer,
            seen_revision=departure.revision,
            lone_reviewer=False,
        )
    if stage is Stage.DEPARTED:
        day = today() - timedelta(days=3)
        marks.mark_departed(departure, day, by=by, seen_revision=departure.revision)
    if stage is Stage.CANCELLED:
        marks.cancel(departure, "Tidak jadi", by=by, seen_revision=departure.revision)
    db.session.commit()
    return departure


def open_in_emergency(departure: Departure, *, by: User) -> None:
    """Let an office see a person for some hours; in the transaction of the caller."""
    reason = "Keluarga melapor tidak ada kabar"
    emergency.open_access(departure, by=by, ground=EmergencyGround.DANGER, reason=reason)


def recode(old: str, new: str, *, decree: str = "Kepmendagri 100 Tahun 2026") -> None:
    """Give an area another code as a decree does; in the transaction of the caller."""
    plan = plan_from_database([Wanted(2, old, new, None)], Area(COUNTRY_CODE))
    assert plan.may_be_done, plan.refused
    recode_journaled(plan, since=today(), decree=decree, by=log.SYSTEM)
