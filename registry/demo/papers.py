"""The papers of an invented journey (pure)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from registry.assessment.reference import Reference
from registry.demo.people import Inventor
from registry.demo.situations import Papers, Situation
from registry.demo.stories import Story
from registry.enums import DocumentKind, DocumentStatus, Requirement, Scheme, Stage

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
# What tends to come last.
OFTEN_LATE = (
    DocumentKind.ORIENTATION,
    DocumentKind.SOCIAL_SECURITY,
    DocumentKind.COMPETENCE,
    DocumentKind.PLACEMENT_AGREEMENT,
    DocumentKind.HEALTH,
)


def required_kinds(reference: Reference, scheme: Scheme | None, day: date) -> list[DocumentKind]:
    """The papers that the scheme requires of whoever leaves that day."""
    return [
        rule.kind
        for rule in reference.rules_on(scheme, day)
        if rule.requirement is Requirement.REQUIRED
    ]


def present(kinds: Iterable[DocumentKind]) -> dict[DocumentKind, dict[str, Any]]:
    """These papers as seen, without numbers and dates."""
    return {kind: {"status": DocumentStatus.PRESENT} for kind in kinds}


class Papermaker:
    """Gives the records around today papers with numbers and dates."""

    def __init__(self, invent: Inventor, reference: Reference, on: date) -> None:
        self.rng = invent.rng
        self.invent = invent
        self.reference = reference
        self.on = on
        self.letters = 0

    def add(self, situation: Situation, story: Story, leaving: date, recorded: date) -> None:
        """As many of the required papers as the situation says."""
        if situation.papers is Papers.NONE:
            return
        kinds = required_kinds(self.reference, story.values.get("scheme"), leaving)
        lacking = self._lacking(situation, kinds)
        for kind in kinds:
            if kind not in lacking:
                story.papers[kind] = self._paper(kind, story, leaving, recorded)
            elif self.rng.random() < 0.6:
                is_begun = self.rng.random() < 0.5
                status = DocumentStatus.IN_PROCESS if is_begun else DocumentStatus.MISSING
                story.papers[kind] = {"status": status}

    def _lacking(self, situation: Situation, kinds: list[DocumentKind]) -> set[DocumentKind]:
        rng = self.rng
        has_left = situation.stage in (Stage.DEPARTED, Stage.RETURNED)
        if situation.papers is Papers.ALL:
            return set()
        if situation.papers is Papers.MOST:
            lacking = set(rng.sample(OFTEN_LATE, 2))
            return lacking if has_left else lacking | {DocumentKind.MIGRANT_CARD}
        first = (DocumentKind.IDENTITY, DocumentKind.FAMILY_PERMISSION, DocumentKind.PASSPORT)
        return set(kinds) - set(first[: rng.randrange(1, 4)])

    def _paper(
        self, kind: DocumentKind, story: Story, leaving: date, recorded: date
    ) -> dict[str, Any]:
        rng = self.rng
        paper: dict[str, Any] = {"status": DocumentStatus.PRESENT}
        before_today = min(leaving - timedelta(days=20), self.on - timedelta(days=3))
        if kind is DocumentKind.PASSPORT:
            issued = before_today - timedelta(days=rng.randrange(10, 300))
            paper |= {
                "number": self.invent.passport(),
                "issued_on": issued,
                "expires_on": issued + timedelta(days=1_826),
            }
        elif kind is DocumentKind.HEALTH:
            paper["issued_on"] = before_today
        elif kind in (DocumentKind.WORK_VISA, DocumentKind.WORK_CONTRACT):
            paper["expires_on"] = leaving + timedelta(days=rng.randrange(370, 1_000))
        elif kind is DocumentKind.FAMILY_PERMISSION:
            self._add_letter(paper, story, min(recorded, leaving - timedelta(days=5)))
        elif kind is DocumentKind.MIGRANT_CARD:
            paper["number"] = f"CTH{rng.randrange(10**8, 10**9)}"
        return paper

    def _add_letter(self, paper: dict[str, Any], story: Story, day: date) -> None:
        self.letters += 1
        person = story.person.values
        relation = person.get("family_relation")
        signer = person.get("family_name")
        if relation is None:
            relation = self.invent.relation(person["sex"], person["marital_status"])
            signer = self.invent.name_of_relation(relation)
        paper["number"] = f"474/{self.letters:03}/{ROMAN[day.month - 1]}/{day.year}"
        paper["issued_on"] = day
        story.values |= {
            "letter_signer": signer,
            "letter_signer_relation": relation,
            "letter_country": story.values.get("country"),
        }
