"""The rules in force on a day: which papers a scheme asks for, from what age, how long before.

Everything here is data with a legal source and dates; no rule's code holds a number of its own.
"""

import csv
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Self, TypeVar

from registry.assessment.calendar import add_days
from registry.enums import N_, DocumentKind, LabelledEnum, Requirement, Scheme, Severity

Word = TypeVar("Word", bound=LabelledEnum)


class ReferenceMissing(LookupError):
    """Nobody has said which papers are required, so nobody may be told that none is."""

    def __init__(self, scheme: Scheme | None, day: date) -> None:
        self.scheme = scheme
        self.day = day
        name = N_("yang belum diketahui") if scheme is None else scheme.label
        super().__init__(
            f"Daftar dokumen wajib untuk skema {name} pada {day.isoformat()} belum ada. "
            "Lengkapi data rujukan persyaratan sebelum keberangkatan dinilai."
        )


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """How one scheme uses one paper, by which source, from when until when (both inclusive).

    `valid_months` counts from the day of issue and speaks only where the paper itself names no
    end. `margin_months` is how long it should still be valid after the departure: hosts differ, so
    it makes a paper noticed (`expiring`), never missing.
    """

    scheme: Scheme
    kind: DocumentKind
    requirement: Requirement
    valid_months: int | None
    margin_months: int | None
    source: str
    issuer: str
    valid_from: date
    valid_to: date | None = None
    condition: str = ""
    note: str = ""

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many days before a departure papers become pressing, and how soon a flag wants an answer.

    Answers are due in calendar days after the flag reached its severity; info waits for nobody.
    """

    papers_wanted_days: int = 30
    papers_urgent_days: int = 7
    papers_source: str = "Usulan Pamit (belum ada dasar hukum)"
    critical_answer_days: int = 1
    high_answer_days: int = 7
    medium_answer_days: int = 30
    answer_source: str = "Usulan Pamit (belum ada dasar hukum)"

    def answer_days(self, severity: Severity) -> int | None:
        """Calendar days to answer a flag of this severity, or None when none is awaited."""
        return {
            Severity.CRITICAL: self.critical_answer_days,
            Severity.HIGH: self.high_answer_days,
            Severity.MEDIUM: self.medium_answer_days,
        }.get(severity)


_ORDER = {kind: position for position, kind in enumerate(DocumentKind)}
_PMI_SCHEMES = tuple(scheme for scheme in Scheme if scheme.is_pmi)


@dataclass(frozen=True, slots=True)
class _Timeline:
    """The rules of one scheme, cut into the periods in which nothing about them changes."""

    starts: tuple[date, ...]
    periods: tuple[tuple[DocumentRule, ...], ...]

    def on(self, day: date) -> tuple[DocumentRule, ...]:
        # A village may bring in departures older than any rule it knows; the oldest rules judge
        # them, for "nothing was required" would be the worse answer.
        return self.periods[max(bisect_right(self.starts, day) - 1, 0)] if self.starts else ()

    def next_change(self, day: date) -> date | None:
        position = bisect_right(self.starts, day)
        return self.starts[position] if position < len(self.starts) else None


@dataclass(frozen=True, slots=True)
class Reference:
    """The effective-dated reference data an assessment is judged by."""

    document_rules: tuple[DocumentRule, ...]
    minimum_age: int = 18
    minimum_age_source: str = "UU 18/2017 Pasal 5 huruf a"
    thresholds: Thresholds = field(default_factory=Thresholds)
    _timelines: dict[Scheme | None, _Timeline] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        timelines: dict[Scheme | None, _Timeline] = {
            scheme: _timeline([rule for rule in self.document_rules if rule.scheme is scheme])
            for scheme in Scheme
        }
        timelines[None] = _shared([timelines[scheme] for scheme in _PMI_SCHEMES])
        object.__setattr__(self, "_timelines", timelines)

    @classmethod
    def from_csv(cls, lines: Iterable[str]) -> Self:
        """The reference data of a requirement file such as `persyaratan.csv`."""
        return cls(document_rules=read_document_rules(lines))

    def rules_on(self, scheme: Scheme | None, day: date) -> tuple[DocumentRule, ...]:
        """The rules in force for the scheme, one a paper, in the papers' order.

        An unknown scheme is held to what every PMI scheme requires. Raises `ReferenceMissing`
        where not one paper is required.
        """
        rules = self._timelines[scheme].on(day)
        if not any(rule.requirement is Requirement.REQUIRED for rule in rules):
            raise ReferenceMissing(scheme, day)
        return rules

    def next_change(self, scheme: Scheme | None, day: date) -> date | None:
        """The first day after `day` on which other rules apply to the scheme."""
        return self._timelines[scheme].next_change(day)


def _timeline(rules: list[DocumentRule]) -> _Timeline:
    starts = {rule.valid_from for rule in rules}
    starts |= {
        add_days(rule.valid_to, 1)
        for rule in rules
        if rule.valid_to is not None and rule.valid_to < date.max
    }
    ordered = tuple(sorted(starts))
    return _Timeline(ordered, tuple(_in_force(rules, day) for day in ordered))


def _in_force(rules: list[DocumentRule], day: date) -> tuple[DocumentRule, ...]:
    """One rule a paper; where two overlap, the younger has replaced the older."""
    current: dict[DocumentKind, DocumentRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        if rule.is_in_force(day):
            current[rule.kind] = rule
    return tuple(sorted(current.values(), key=lambda rule: _ORDER[rule.kind]))


def _shared(timelines: list[_Timeline]) -> _Timeline:
    """What every scheme with a list of papers requires, by the first such scheme's rule."""
    known = [timeline for timeline in timelines if timeline.starts]
    starts = tuple(sorted({start for timeline in known for start in timeline.starts}))
    periods = []
    for day in starts:
        lists = [_required(rules) for timeline in known if (rules := timeline.on(day))]
        periods.append(
            tuple(
                rule
                for kind, rule in (lists[0] if lists else {}).items()
                if all(kind in required for required in lists)
            )
        )
    return _Timeline(starts, tuple(periods))


def _required(rules: tuple[DocumentRule, ...]) -> dict[DocumentKind, DocumentRule]:
    return {rule.kind: rule for rule in rules if rule.requirement is Requirement.REQUIRED}


def _member(words: type[Word], value: str) -> Word:
    # Only the stored value, never the label: a requirement file is data, not typed by hand.
    for member in words:
        if member.value == value:
            return member
    raise ValueError(f"{value!r} is no {words.__name__}")


def read_document_rules(lines: Iterable[str]) -> tuple[DocumentRule, ...]:
    """The rows of a requirement file; a value it does not know is a ValueError."""
    return tuple(
        DocumentRule(
            scheme=_member(Scheme, row["scheme"]),
            kind=_member(DocumentKind, row["kind"]),
            requirement=_member(Requirement, row["requirement"]),
            valid_months=int(row["valid_months"]) if row["valid_months"] else None,
            margin_months=int(row["margin_months"]) if row["margin_months"] else None,
            source=row["source"],
            issuer=row["issuer"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            condition=row["condition"],
            note=row["note"],
        )
        for row in csv.DictReader(lines)
    )
