"""Residents and departures as plain rows, for writing thousands of them in one transaction.

The rows carry the same seals, judgement and digests that the models and `operations` make. The
caller reserves ids (`registry.db.next_ids`), inserts residents before departures before documents,
flags and writers, and records one journal entry with the subjects of all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert

from registry import sealing
from registry.assessment.assess import assess
from registry.assessment.reference import Reference
from registry.audit import log
from registry.db import db
from registry.departures import digests
from registry.departures.assessing import case_from, derived_values, flag_values
from registry.departures.models import Departure, Document, Resident
from registry.departures.nik import is_foreign_card
from registry.departures.sealed_text import SealedText
from registry.enums import DocumentKind, FlagState, Origin
from registry.formatting import normal_name
from registry.sealing import PersonKey

Row = dict[str, Any]
BATCH = 2_000


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
        "has_foreign_card": is_foreign_card(values.get("family_card"), village_code),
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
    settled: Iterable[Any] = (),
) -> list[Row]:
    """Fill the derived columns of a departure's row; answers the rows of its open flags.

    Args:
        settled: the flags that carry an official's word, with the columns of `Flag`.
    """
    case = case_from(
        SimpleNamespace(**departure),
        SimpleNamespace(**resident),
        [SimpleNamespace(**document) for document in documents],
        settled,
    )
    found = assess(case, reference, on)
    departure |= derived_values(case, reference, found, SimpleNamespace(**departure), on)
    return [
        {
            "departure_id": departure["id"],
            "rule": finding.rule,
            "rule_version": finding.version,
            "state": FlagState.OPEN,
            "settled_severity": None,
            "settled_evidence": None,
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
