"""How a value of the sheet `Data` is taken from what was read of one departure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from registry.enums import DocumentKind, DocumentStatus, LabelledEnum, Level
from registry.formatting import dotted_code, local_time
from registry.reference.countries import country_name
from registry.regions.queries import Place
from registry.sealing import PersonKey

SEALED_OF_RESIDENT = frozenset({"nik", "family_card", "phone"})
_LABELS = {kind.value: kind.label for kind in DocumentKind}
SEALED_OF_DEPARTURE = frozenset({"recruiter_phone", "id_pmi"})


class Paper(NamedTuple):
    """One document as the export needs it; the status by its code."""

    status: str | None
    number_sealed: bytes | None
    expires_on: date | None


@dataclass(slots=True)
class Source:
    """What one line of the export is made of.

    Attributes:
        row: the columns of the departure and its resident (`detail.SELECTED`).
        papers: by the code of their kind.
        key: the person's key, or None where nothing of the person is sealed.
    """

    row: Any
    place: Place
    papers: Mapping[str, Paper]
    flags: Sequence[str]
    key: PersonKey | None

    def unseal(self, sealed: bytes | None, table: str, column: str, row: int | str) -> str | None:
        """A number of the person in clear."""
        if sealed is None or self.key is None:
            return None
        return self.key.unseal(sealed, table, column, row)


Take = Callable[[Source], Any]


def field(name: str) -> Take:
    """A recorded field, unsealed where it lies sealed."""
    if name in SEALED_OF_RESIDENT:
        get = attrgetter(f"{name}_sealed")
        return lambda source: source.unseal(
            get(source.row), "resident", name, source.row.resident_id
        )
    if name in SEALED_OF_DEPARTURE:
        get = attrgetter(f"{name}_sealed")
        return lambda source: source.unseal(get(source.row), "departure", name, source.row.id)
    return attrgetter(f"row.{name}")


def label(name: str) -> Take:
    """The Indonesian label of a field that is an enum."""
    get = attrgetter(f"row.{name}")

    def take(source: Source) -> str | None:
        member: LabelledEnum | None = get(source)
        return member.label if member is not None else None

    return take


def country(name: str) -> Take:
    """The Indonesian name of a field that is a country."""
    get = attrgetter(f"row.{name}")

    def take(source: Source) -> str | None:
        code: str | None = get(source)
        return country_name(code) if code else None

    return take


def area(level: Level) -> Take:
    """The name of the area of origin on that level."""
    return lambda source: source.place.names.get(level)


def region_code(source: Source) -> str:
    return dotted_code(source.row.village_code)


def paper_status(kind: DocumentKind) -> Take:
    code = kind.value

    def take(source: Source) -> str | None:
        paper = source.papers.get(code)
        return STATUS_WORDS[paper.status] if paper and paper.status else None

    return take


# `belum`, `proses`, `ada` or `tidak perlu`, by the code that the database holds.
STATUS_WORDS = {status.value: status.value.replace("_", " ") for status in DocumentStatus}


def paper_number(kind: DocumentKind) -> Take:
    code = kind.value

    def take(source: Source) -> str | None:
        paper = source.papers.get(code)
        if paper is None:
            return None
        row = f"{source.row.id}:{code}"
        return source.unseal(paper.number_sealed, "document", "number", row)

    return take


def paper_expiry(kind: DocumentKind) -> Take:
    code = kind.value

    def take(source: Source) -> date | None:
        paper = source.papers.get(code)
        return paper.expires_on if paper else None

    return take


def missing_papers(source: Source) -> str | None:
    return "; ".join(_LABELS[value] for value in source.row.documents_missing or ()) or None


def open_flags(source: Source) -> str | None:
    """`R01;R16`, each rule once."""
    return ";".join(dict.fromkeys(source.flags)) or None


def origin(source: Source) -> str:
    value: str = source.row.origin.value
    return value


def recorded_at(source: Source) -> datetime:
    """The local time of the first saving, to the second."""
    return local_time(source.row.created_at).replace(tzinfo=None, microsecond=0)
