"""Many invented departures at once, put straight into the tables, and filters to ask about them."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select

from registry.db import db, now
from registry.departures.filters import Filter
from registry.departures.models import Departure, Resident
from registry.enums import (
    UNKNOWN,
    AgeGroup,
    EmployerKind,
    Origin,
    Procedure,
    ReviewStatus,
    Scheme,
    Sex,
    Stage,
)
from registry.formatting import today
from registry.reference.models import Job
from registry.regions.area import Area

VILLAGES = ("1807012001", "1807012002", "1807022001", "1871011003", "3204052001", "3204052002")
AREAS = ("0", "18", "1807", "180701", "180702", "1807012001", "3204", "320405")
COUNTRIES = ("TW", "HK", "MY", "JP", None)
READY = (Procedure.COMPLETE, Procedure.INCOMPLETE, Procedure.AT_RISK)


def scatter(
    count: int,
    *,
    seed: int = 1,
    villages: tuple[str, ...] = VILLAGES,
    countries: Sequence[str | None] = COUNTRIES,
    agencies: Sequence[int] = (),
    first: int = 1,
) -> None:
    """Departures of every kind, many on and around the edges of the figures' periods.

    Args:
        agencies: each departure has one of these, or none.
        first: the lowest number; those of an earlier call are taken.
    """
    rng = random.Random(seed)
    jobs = [None, *db.session.scalars(select(Job.code).order_by(Job.code).limit(3))]
    people, departures = [], []
    for number in range(first, first + count):
        village = rng.choice(villages)
        people.append(_person(rng, number, village))
        departures.append(_departure(rng, number, village, rng.choice(jobs), countries))
        if agencies:
            departures[-1]["agency_id"] = random.Random(number).choice((None, *agencies))
    db.session.execute(insert(Resident), people)
    db.session.execute(insert(Departure), departures)
    db.session.commit()


def _person(rng: random.Random, number: int, village: str) -> dict[str, Any]:
    born = today() - timedelta(days=rng.randint(16 * 365, 60 * 365))
    return {
        "id": number,
        "village_code": village,
        "wrapped_key": bytes(60),
        "name": f"Warga {number}",
        "normal_name": f"warga {number}",
        "sex": rng.choice((Sex.MALE, Sex.FEMALE, Sex.FEMALE, None)),
        "birth_date": rng.choice((born, born, None)),
        "created_at": now(),
    }


def _departure(
    rng: random.Random,
    number: int,
    village: str,
    job: str | None,
    countries: Sequence[str | None],
) -> dict[str, Any]:
    scheme = rng.choice((*Scheme, Scheme.P_TO_P, Scheme.P_TO_P, None))
    stage = rng.choice((*Stage, Stage.DEPARTED))
    has_left = stage in (Stage.DEPARTED, Stage.RETURNED)
    day = _leaving_day(rng, has_left)
    times = random.Random(number)
    return {
        "id": number,
        "registration_number": f"PM-2026-{number:05}",
        "resident_id": number,
        "village_code": village,
        "review_status": rng.choice(tuple(ReviewStatus)),
        "stage": stage,
        "planned_on": day,
        "departed_on": day if has_left else None,
        "leaving_on": day,
        "country": rng.choice(countries),
        "scheme": scheme,
        "job_code": job,
        "employer_kind": rng.choice((*EmployerKind, None)),
        "origin": times.choice((Origin.FORM, Origin.FORM, Origin.IMPORT)),
        "submitted_at": now() - timedelta(days=times.choice((3, 9)), seconds=5),
        "reviewed_at": times.choice((None, now() - timedelta(days=times.choice((0, 1, 3))))),
        "created_at": now() - timedelta(days=times.choice((0, 10, 50, 300))),
        "created_by": "uji",
        "updated_at": now(),
        "version": 1,
        "procedure": _procedure(rng, scheme, stage),
        "readiness_at_departure": rng.choice(READY) if has_left else None,
        "documents_required": 0,
        "documents_complete": 0,
        "documents_missing": [],
        "papers_complete_on": _papers_complete_on(times, day),
    }


def _papers_complete_on(rng: random.Random, leaving: date | None) -> date | None:
    if leaving is None:
        return rng.choice((None, today()))
    return rng.choice((None, leaving - timedelta(days=rng.choice((-3, 0, 1, 6, 7, 40, 500)))))


def _leaving_day(rng: random.Random, has_left: bool) -> date | None:
    if has_left:
        return today() - timedelta(days=rng.choice((0, 1, 30, 200, 365, 900)))
    days = rng.choice((-40, -1, 0, 1, 29, 30, 31, 60, 400))
    return rng.choice((today() + timedelta(days=days), None))


def _procedure(rng: random.Random, scheme: Scheme | None, stage: Stage) -> Procedure | None:
    if stage is Stage.CANCELLED:
        return None
    if scheme is not None and not scheme.is_pmi:
        return Procedure.NOT_PMI
    if stage is Stage.PLANNED:
        return rng.choice(READY)
    return rng.choice((Procedure.PROCEDURAL, Procedure.SUSPECTED))


def any_filter(rng: random.Random) -> Filter:
    """A filter that a page could have, of one area and up to four kinds of narrowing."""
    f = Filter(Area(rng.choice(AREAS)))
    for narrow in rng.sample(_NARROWINGS, rng.randint(0, 3)):
        f = f.with_(**narrow(rng))
    return f.with_(**rng.choice(_PERIODS)())


def _some(field: str, values: tuple[str, ...]) -> Any:
    return lambda rng: {field: tuple(rng.sample(values, rng.randint(1, 2)))}


_NARROWINGS = (
    _some("country", ("TW", "HK", UNKNOWN)),
    _some("scheme", (Scheme.P_TO_P.value, Scheme.TRAINEE.value, UNKNOWN)),
    _some("sex", ("L", "P", UNKNOWN)),
    _some("stage", tuple(stage.value for stage in Stage)),
    _some("status", tuple(status.value for status in ReviewStatus)),
    _some("procedure", tuple(state.value for state in Procedure)),
    _some("employer", (*(kind.value for kind in EmployerKind), UNKNOWN)),
    _some("age", (*(group.value for group in AgeGroup), UNKNOWN)),
    _some("readiness", tuple(state.value for state in READY)),
    lambda rng: {"pmi": rng.choice(("ya", "tidak"))},
    lambda rng: {"job": ("lainnya",)},
)


_PERIODS = (
    dict,
    lambda: {"year": today().year},
    lambda: {"year": today().year, "month": today().month},
    lambda: {"since": today() - timedelta(days=30), "until": today() + timedelta(days=29)},
    lambda: {"since": today() + timedelta(days=1)},
    lambda: {"until": today() - timedelta(days=1)},
    lambda: {"dateless": True},
)
