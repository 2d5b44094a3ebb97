"""The red flags, each one small function, in the order of their numbers."""

from registry.assessment.rules import (
    checklist,
    destination,
    executor,
    journey,
    offer,
    papers,
    person,
)
from registry.assessment.rules.base import ASKS, Facts, Flag, Hit, Rule, Ruleset
from registry.assessment.rules.office import OFFICE_RULES, OfficeRule
from registry.assessment.rules.papers import LATE_PAPERS

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *person.RULES,
            *destination.RULES,
            *executor.RULES,
            *offer.RULES,
            *papers.RULES,
            *checklist.RULES,
            *journey.RULES,
        ),
        key=lambda rule: rule.number,
    )
)
BY_NUMBER = {rule.number: rule for rule in RULES}

__all__ = [
    "ASKS",
    "BY_NUMBER",
    "LATE_PAPERS",
    "OFFICE_RULES",
    "RULES",
    "Facts",
    "Flag",
    "Hit",
    "OfficeRule",
    "Rule",
    "Ruleset",
]
