"""Which papers a scheme uses, from when until when, cut into periods."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date

from registry.assessment.calendar import add_days
from registry.enums import DocumentKind, Requirement, Scheme


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


_ORDER = {kind: position for position, kind in enumerate(DocumentKind)}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rules of one scheme, cut into the periods in which nothing about them changes."""

    starts: tuple[date, ...]
    periods: tuple[tuple[DocumentRule, ...], ...]
    # Of each period: the rules in use, and whether any paper is required.
    used: tuple[tuple[DocumentRule, ...], ...] = field(init=False)
    requires: tuple[bool, ...] = field(init=False)

    def __post_init__(self) -> None:
        used = tuple(
            tuple(rule for rule in rules if rule.requirement is not Requirement.NOT_USED)
            for rules in self.periods
        )
        object.__setattr__(self, "used", used)
        object.__setattr__(self, "requires", tuple(any(map(_is_required, r)) for r in used))

    def position(self, day: date) -> int:
        """Which period judges the day."""
        # A village may bring in departures older than any rule it knows; the oldest rules judge
        # them, for "nothing was required" would be the worse answer.
        return max(bisect_right(self.starts, day) - 1, 0)

    def on(self, day: date) -> tuple[DocumentRule, ...]:
        """The rules in force on the day, one a paper."""
        return self.periods[self.position(day)] if self.starts else ()

    def next_change(self, day: date) -> date | None:
        """The first day after it on which other rules apply."""
        position = bisect_right(self.starts, day)
        return self.starts[position] if position < len(self.starts) else None


def timeline_of(rules: list[DocumentRule]) -> Timeline:
    """The periods of one scheme's rules."""
    starts = {rule.valid_from for rule in rules}
    starts |= {
        add_days(rule.valid_to, 1)
        for rule in rules
        if rule.valid_to is not None and rule.valid_to < date.max
    }
    ordered = tuple(sorted(starts))
    return Timeline(ordered, tuple(_in_force(rules, day) for day in ordered))


def _in_force(rules: list[DocumentRule], day: date) -> tuple[DocumentRule, ...]:
    """One rule a paper; where two overlap, the younger has replaced the older."""
    current: dict[DocumentKind, DocumentRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        if rule.is_in_force(day):
            current[rule.kind] = rule
    return tuple(sorted(current.values(), key=lambda rule: _ORDER[rule.kind]))


def shared_timeline(timelines: list[Timeline]) -> Timeline:
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
    return Timeline(starts, tuple(periods))


def _required(rules: tuple[DocumentRule, ...]) -> dict[DocumentKind, DocumentRule]:
    return {rule.kind: rule for rule in rules if _is_required(rule)}


def _is_required(rule: DocumentRule) -> bool:
    return rule.requirement is Requirement.REQUIRED
