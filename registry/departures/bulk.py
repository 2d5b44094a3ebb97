"""Residents and departures as plain rows, for writing thousands of them in one transaction.

The rows carry the same seals, judgement and digests that the models and `operations` make. The
caller reserves ids (`registry.db.next_ids`), inserts residents before departures before documents,
flags and writers, and records one journal entry with the subjects of all of them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import insert

from registry import sealing
from registry.assessment.assess import assess
from registry.assessment.case import Case, Dismissal
from registry.assessment.reference import Reference
from registry.audit import log
from registry.db import db
from registry.departures import digests
from registry.departures.assessing import case_documents, derived_values, flag_values
from registry.departures.models import Departure, Document, Resident
from registry.departures.sealed_text import SealedText
from registry.enums import DocumentKind, FlagState, Origin
from registry.formatting import local_time, normal_name
from registry.sealing import PersonKey

Row = dict[str, Any]
BATCH = 2_000

_CASE_FIELDS = (
    "stage",
    "scheme",
    "planned_on",
    "departed_on",
    "country",
    "employer_kind",
    "visa_kind",
    "visa_country",
    "transit_country",
    "agency_id",
    "agency_name",
    "job_code",
    "recruiter_kind",
    "amount_asked",
    "recruiter_advance",
    "passport_holder",
    "information_source",
    "contract_months",
)


def resident_row(
    resident_id: int, village_code: str, values: Mapping[str, Any], *, at: datetime
) -> tuple[Row, PersonKey]:
    """A new resident of version 1 with a key of their own; `values` by the names of `FIELDS`."""
    key, wrapped = sealing.keyring().new_person_key(resident_id)
    row = _row(Resident, key, resident_id, values)
    row |= {
        "id": resident_id,
        "village_code": village_code,
        "wrapped_key": wrapped,
        "normal_name": normal_name(row["name"]),
        "version": 1,
        "created_at": at,
    }
    return row, key


def departure_row(
    departure_id: int,
    resident_id: int,
    village_code: str,
    key: PersonKey,
    values: Mapping[str, Any],
) -> Row:
    """A new departure of version 1, not yet judged (`judge_row`).

    Args:
        values: fields, status, stage, their dates and instants; sealed ones as plain text.
    """
    row = _row(Departure, key, departure_id, {"origin": Origin.FORM, **values})
    row |= {
        "id": departure_id,
        "resident_id": resident_id,
        "village_code": village_code,
        "leaving_on": row["departed_on"] or row["planned_on"],
        "version": 1,
    }
    return row


def document_row(
    departure_id: int, kind: DocumentKind, key: PersonKey, values: Mapping[str, Any]
) -> Row:
    """One paper: its status, number, `issued_on` and `expires_on`."""
    row = _row(Document, key, f"{departure_id}:{kind.value}", values)
    return row | {"departure_id": departure_id, "kind": kind}


def _row(model: Any, key: PersonKey, sealing_row: int | str, values: Mapping[str, Any]) -> Row:
    """Every column of the model, sealed texts sealed as `SealedText` does it."""
    row: Row = dict.fromkeys(_columns(model))
    sealed_texts = _sealed_texts(model)
    for name, value in values.items():
        text = sealed_texts.get(name)
        if text is None:
            if name not in row:
                raise KeyError(name)
            row[name] = value
        elif value:
            row[f"{name}_sealed"] = key.seal(value, model.__tablename__, name, sealing_row)
            if text.index:
                row[f"{name}_index"] = sealing.keyring().blind_index(text.index, value)
    return row


@cache
def _columns(model: Any) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns)


@cache
def _sealed_texts(model: Any) -> dict[str, SealedText]:
    return {name: text for name, text in vars(model).items() if isinstance(text, SealedText)}


def judge_row(
    departure: Row,
    resident: Mapping[str, Any],
    documents: Iterable[Row],
    reference: Reference,
    on: date,
    dismissed: Collection[tuple[str, int]] = (),
) -> list[Row]:
    """Fill the derived columns of a departure's row; answers the rows of its open flags.

    Args:
        dismissed: rule and version of the flags that somebody called mistaken.
    """
    case = Case(
        **{name: departure[name] for name in _CASE_FIELDS},
        recorded_on=local_time(departure["created_at"]).date(),
        birth_date=resident["birth_date"],
        marital_status=resident["marital_status"],
        id_pmi_seen=departure["id_pmi_sealed"] is not None,
        documents=case_documents(documents),
        dismissals=tuple(Dismissal(rule, version) for rule, version in dismissed),
    )
    found = assess(case, reference, on)
    departure |= derived_values(case, reference, found, on)
    return [
        {
            "departure_id": departure["id"],
            "rule": finding.rule,
            "rule_version": finding.version,
            "state": FlagState.OPEN,
            **flag_values(finding),
        }
        for finding in found.flags
    ]


def resident_subject(resident: Row, sealed: bytes | None = None) -> log.Subject:
    """Put the digest into the resident's row; the subject repeats it (`sealed`: the changes)."""
    resident["digest"] = digests.resident_digest(resident)
    return log.Subject(
        "resident",
        resident["id"],
        resident["id"],
        version=resident["version"],
        digest=resident["digest"],
        sealed=sealed,
    )


def departure_subject(
    departure: Row, documents: Iterable[Row], sealed: bytes | None = None
) -> log.Subject:
    """Put the digest over the departure and its documents into its row, and repeat it."""
    departure["digest"] = digests.departure_digest(departure, documents)
    return log.Subject(
        "departure",
        departure["id"],
        departure["resident_id"],
        version=departure["version"],
        digest=departure["digest"],
        sealed=sealed,
    )


def insert_rows(
    model: Any, rows: Sequence[Row], progress: Callable[[int], object] = lambda done: None
) -> None:
    """Insert rows that all have the same columns, in batches."""
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        db.session.execute(insert(model.__table__), batch)
        progress(len(batch))
