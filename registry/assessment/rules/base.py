"""What a red flag is: a reason to look closer at a departure, never a reason to forbid it.

A rule may read only the fields it declares, and no risk rule may read sex, marital status or family
(see `tests/unit/assessment`). To change what a rule finds, raise its version: an official's word
holds for the version it was given for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from registry.assessment.calendar import add_days
from registry.assessment.case import Case, Evidence
from registry.assessment.documents import Papers, is_day_open, leaving_day
from registry.assessment.reference import Reference
from registry.enums import N_, Severity, Stage

ASKS = "asks"
PLANNED = frozenset({Stage.PLANNED})
DEPARTED = frozenset({Stage.DEPARTED})
UNDER_WAY = PLANNED | DEPARTED
GRAVE = (Severity.CRITICAL, Severity.HIGH)

CALL_TODAY = N_("Hubungi Disnaker kabupaten dan BP3MI hari ini juga.")
CALL_OFFICE = N_("Bicarakan dengan kecamatan; bila tetap ragu, hubungi Disnaker kabupaten.")
_INFO = Severity.INFO
CALL_NOBODY = N_("Cukup ditanyakan kepada warga atau keluarganya.")


@dataclass(slots=True)
class Facts:
    """All a rule may look at: the case, its papers already judged, the rules in force, the day."""

    case: Case
    papers: Papers
    reference: Reference
    on: date
    # Found out at the first asking, since a rule may read no field that it does not declare.
    _day: date | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def day(self) -> date:
        """The day to judge by: of leaving, or today while that is unknown or past."""
        if self._day is None:
            self._day = leaving_day(self.case, self.on)
        return self._day

    @property
    def moves_on(self) -> bool:
        """Whether the day to judge by is today."""
        return is_day_open(self.case, self.on)


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found. The days say since when it, and its present severity, have held.

    None stands for "since it was recorded"; a rule need not ask for that day itself.
    """

    sentence: str
    evidence: Evidence = ()
    severity: Severity | None = None  # where it differs from the rule's own
    since: date | None = None
    severe_since: date | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """An open reason to look closer: why, what to do, since when and until when."""

    rule: str
    version: int
    severity: Severity
    evidence: Evidence
    sentence: str
    advice: str
    raised_on: date
    due_on: date | None


def never(facts: Facts) -> Iterator[date]:
    """A finding that no passing of time brings or takes away."""
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The declaration of one red flag.

    Attributes:
        advice: what to do; `call`: whom to call.
        source: the article, decree or report that the rule rests on.
        fields: the fields of the case that it reads.
        changes: the days on which time alone may change what it finds.
        needs: the list of the reference data without which it is not judged.
        pmi_only: whether it leaves those alone who are not PMI.
        stages: where the person stands when it has something to say.
        templates: its sentences that carry values, by which a stored one is read again.
        is_checklist: a finding about papers, never about a risk; always of severity info.
    """

    number: str
    version: int = 1
    severity: Severity
    title: str
    advice: str
    call: str
    source: str
    fields: frozenset[str]
    check: Callable[[Facts], Hit | None]
    changes: Callable[[Facts], Iterator[date]] = never
    needs: str | None = None
    pmi_only: bool = True
    stages: frozenset[Stage] = PLANNED
    templates: tuple[str, ...] = ()
    is_checklist: bool = False

    def concerns(self, case: Case) -> bool:
        """Whether the rule has anything to say of such a departure at all."""
        return case.stage in self.stages and (case.is_pmi or not self.pmi_only)

    def can_judge(self, reference: Reference) -> bool:
        """Whether the list that it needs was filled."""
        return self.needs is None or not reference.is_empty(self.needs)


# What `Rule.concerns` and `Facts.day` read, whatever else a rule does.
COMMON = frozenset({"stage", "scheme"})
LEAVING = frozenset({"planned_on", "departed_on"})


def reads(*names: str) -> frozenset[str]:
    """The fields of a rule, with those that every rule reads."""
    return COMMON | set(names)


def ask(facts: Facts, field: str, sentence: str) -> Hit | None:
    """A question to the village: nothing was said, so nothing is wrong yet.

    Asked only before the departure; afterwards the answer would come too late to matter.
    """
    if facts.case.stage is not Stage.PLANNED:
        return None
    return question(field, sentence)


def question(field: str, sentence: str) -> Hit:
    """A finding of severity info that asks for a field."""
    return Hit(sentence, ((ASKS, field),), severity=Severity.INFO)


class Ruleset:
    """Rules in the order of their numbers, sorted once by the cases that they concern."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._concerned = {
            (stage, is_pmi): tuple(
                rule for rule in rules if stage in rule.stages and (is_pmi or not rule.pmi_only)
            )
            for stage in Stage
            for is_pmi in (True, False)
        }
        self._changing = {
            key: tuple(rule.changes for rule in concerned if rule.changes is not never)
            for key, concerned in self._concerned.items()
        }

    def raise_flags(self, facts: Facts) -> tuple[Flag, ...]:
        """The open flags of the case, in order; what was settled does not come back."""
        case, reference, flags = facts.case, facts.reference, []
        for rule in self._concerned[case.stage, case.is_pmi]:
            if rule.needs is not None and reference.is_empty(rule.needs):
                continue
            hit = rule.check(facts)
            if hit is not None:
                flag = _flag(rule, hit, facts)
                if not case.settlements or not _is_settled(flag, case):
                    flags.append(flag)
        return tuple(flags)

    def is_grave(self, facts: Facts) -> bool:
        """Whether any open flag is critical or high; stops at the first."""
        case, reference = facts.case, facts.reference
        for rule in self._concerned[case.stage, case.is_pmi]:
            if rule.needs is not None and reference.is_empty(rule.needs):
                continue
            hit = rule.check(facts)
            if hit is None or (hit.severity or rule.severity) not in GRAVE:
                continue
            if not case.settlements or not _is_settled(_flag(rule, hit, facts), case):
                return True
        return False

    def changes(self, facts: Facts) -> Iterator[date]:
        """The days on which a flag may rise, worsen or fall by the mere passing of time."""
        case = facts.case
        for changes in self._changing[case.stage, case.is_pmi]:
            yield from changes(facts)


def _is_settled(flag: Flag, case: Case) -> bool:
    return any(
        word.rule == flag.rule
        and word.version == flag.version
        and word.covers(flag.severity, flag.evidence)
        for word in case.settlements
    )


def _flag(rule: Rule, hit: Hit, facts: Facts) -> Flag:
    severity = hit.severity or rule.severity
    raised_on = severe_since = facts.case.recorded_on
    if hit.since is not None:
        raised_on = max(raised_on, hit.since)
    if severity is _INFO:
        return Flag(
            rule.number,
            rule.version,
            severity,
            hit.evidence,
            hit.sentence,
            f"{rule.advice} {CALL_NOBODY}",
            raised_on,
            None,
        )
    severe_since = max(severe_since, hit.severe_since or raised_on)
    # By the number of that day: a later one moves no deadline that was already given.
    answer_days = facts.reference.answer_days(severity, severe_since)
    return Flag(
        rule.number,
        rule.version,
        severity,
        hit.evidence,
        hit.sentence,
        f"{rule.advice} {rule.call}",
        raised_on,
        None if answer_days is None else add_days(severe_since, answer_days),
    )
