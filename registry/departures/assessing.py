"""Letting the pure rules judge stored departures, and storing what they say.

What `assess` answers holds until `holds_until`; `assess_due` judges again what fell due. Derived
columns are no part of a record's version and digest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import selectinload

from registry.assessment.assess import Assessment, assess, readiness
from registry.assessment.case import Case, Dismissal
from registry.assessment.case import Document as CaseDocument
from registry.assessment.reference import Reference
from registry.assessment.rules import Flag as RaisedFlag
from registry.audit import log
from registry.audit.events import Event
from registry.audit.models import Meta
from registry.db import db
from registry.departures.models import Departure, Flag
from registry.enums import FlagState
from registry.formatting import local_time, today
from registry.reference.queries import load_reference

ASSESSED_THROUGH = "assessed_through"
BATCH = 500


def case_of(departure: Departure) -> Case:
    """What is recorded about one departure, as plain values."""
    return Case(
        stage=departure.stage,
        recorded_on=local_time(departure.created_at).date(),
        scheme=departure.scheme,
        planned_on=departure.planned_on,
        departed_on=departure.departed_on,
        birth_date=departure.resident.birth_date,
        marital_status=departure.resident.marital_status,
        country=departure.country,
        employer_kind=departure.employer_kind,
        visa_kind=departure.visa_kind,
        visa_country=departure.visa_country,
        transit_country=departure.transit_country,
        agency_id=departure.agency_id,
        agency_name=departure.agency_name,
        job_code=departure.job_code,
        recruiter_kind=departure.recruiter_kind,
        amount_asked=departure.amount_asked,
        recruiter_advance=departure.recruiter_advance,
        passport_holder=departure.passport_holder,
        information_source=departure.information_source,
        contract_months=departure.contract_months,
        id_pmi_seen=departure.id_pmi_sealed is not None,
        documents=tuple(
            CaseDocument(document.kind, document.status, document.issued_on, document.expires_on)
            for document in departure.documents
            if document.status is not None
        ),
        dismissals=tuple(
            Dismissal(flag.rule, flag.rule_version)
            for flag in departure.flags
            if flag.state is FlagState.DISMISSED
        ),
    )


def derived_values(case: Case, reference: Reference, found: Assessment, on: date) -> dict[str, Any]:
    """The columns of a departure that its assessment fills."""
    return {
        "procedure": found.procedure,
        "readiness_at_departure": readiness(case, reference, on) if case.has_left else None,
        "documents_required": found.required,
        "documents_complete": found.complete,
        "documents_missing": [kind.value for kind in found.missing],
        "holds_until": found.holds_until,
    }


def judge(departure: Departure, reference: Reference, on: date | None = None) -> Assessment:
    """Assess one departure in hand and put the answer into its row and flags; no commit."""
    day = on or today()
    case = case_of(departure)
    found = assess(case, reference, day)
    for name, value in derived_values(case, reference, found, day).items():
        setattr(departure, name, value)
    _settle_flags(departure, found.flags)
    return found


def _settle_flags(departure: Departure, raised: Sequence[RaisedFlag]) -> None:
    """Open what was raised, refresh what stands, close what no longer holds."""
    known = {(flag.rule, flag.rule_version): flag for flag in departure.flags}
    for finding in raised:
        flag = known.pop((finding.rule, finding.version), None)
        if flag is None:
            flag = Flag(rule=finding.rule, rule_version=finding.version, state=FlagState.OPEN)
            departure.flags.append(flag)
        elif flag.state is FlagState.CLOSED:
            flag.state = FlagState.OPEN
        for name, value in flag_values(finding).items():
            setattr(flag, name, value)
    for flag in known.values():
        if flag.state.is_open:
            flag.state = FlagState.CLOSED


def flag_values(finding: RaisedFlag) -> dict[str, Any]:
    """The columns of a flag that a finding fills."""
    return {
        "severity": finding.severity,
        "evidence": dict(finding.evidence),
        "sentence": finding.sentence,
        "advice": finding.advice,
        "raised_on": finding.raised_on,
        "due_on": finding.due_on,
    }


def assess_due(
    on: date | None = None, progress: Callable[[int], object] = lambda done: None
) -> int:
    """Judge again every departure whose answer may have changed; answers how many. No commit.

    The update touches derived columns only, so versions and digests stay.
    """
    day = on or today()
    reference = load_reference()
    done = 0
    for departures in _due(day):
        for departure in departures:
            _store_without_version(departure, reference, day)
        done += len(departures)
        progress(len(departures))
    note_assessed_through(day)
    if done:
        detail = {"jumlah": done, "tanggal": day}
        log.record(Event.DEPARTURES_ASSESSED, by=log.SYSTEM, area_code="0", detail=detail)
    return done


def _due(day: date) -> Iterator[Sequence[Departure]]:
    ids = db.session.scalars(
        select(Departure.id).where(Departure.holds_until <= day).order_by(Departure.id)
    ).all()
    for start in range(0, len(ids), BATCH):
        statement = (
            select(Departure)
            .where(Departure.id.in_(ids[start : start + BATCH]))
            .options(selectinload(Departure.documents), selectinload(Departure.flags))
        )
        yield db.session.scalars(statement).unique().all()
        db.session.expunge_all()


def _store_without_version(departure: Departure, reference: Reference, day: date) -> None:
    case = case_of(departure)
    found = assess(case, reference, day)
    db.session.execute(
        update(Departure.__table__)  # type: ignore[arg-type]
        .where(Departure.id == departure.id)
        .values(**derived_values(case, reference, found, day))
    )
    known = {(flag.rule, flag.rule_version): flag for flag in departure.flags}
    for finding in found.flags:
        flag = known.pop((finding.rule, finding.version), None)
        values = flag_values(finding)
        if flag is None:
            values |= {
                "departure_id": departure.id,
                "rule": finding.rule,
                "rule_version": finding.version,
                "state": FlagState.OPEN,
            }
            db.session.execute(insert(Flag).values(**values))
        else:
            if flag.state is FlagState.CLOSED:
                values["state"] = FlagState.OPEN
            db.session.execute(update(Flag).where(Flag.id == flag.id).values(**values))
    gone = [flag.id for flag in known.values() if flag.state.is_open]
    if gone:
        db.session.execute(update(Flag).where(Flag.id.in_(gone)).values(state=FlagState.CLOSED))


def note_assessed_through(day: date) -> None:
    """Remember that every departure holds the answer of that day."""
    db.session.execute(delete(Meta).where(Meta.key == ASSESSED_THROUGH))
    db.session.execute(insert(Meta).values(key=ASSESSED_THROUGH, value=day.isoformat()))


def is_assessed_through(day: date) -> bool:
    """Whether the whole registry was judged for that day already."""
    known = db.session.scalar(select(Meta.value).where(Meta.key == ASSESSED_THROUGH))
    return known is not None and known >= day.isoformat()


def case_documents(rows: Iterable[dict[str, Any]]) -> tuple[CaseDocument, ...]:
    """Documents of a case from plain rows, for bulk loads."""
    return tuple(
        CaseDocument(row["kind"], row["status"], row.get("issued_on"), row.get("expires_on"))
        for row in rows
        if row.get("status") is not None
    )
