"""Findings across people, found anew on each visit: for offices from the district up alone.

They never touch a departure's procedure or its flags, so that nobody below can read them off. A
pattern is known by the keyed digest of its rule and of what its members share.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry import sealing
from registry.assessment.calendar import add_days
from registry.assessment.reference import Reference
from registry.assessment.rules import OfficeRule
from registry.assessment.rules.office import CLUSTER, OUTSIDERS, RECRUITER, TWICE
from registry.assessment.rules.words import names_somebody
from registry.enums import N_, Stage, Threshold
from registry.flags.members import Member, Twin, recent_members, same_letter, same_nik
from registry.formatting import company_key, local_time, normal_name
from registry.regions.area import Area
from registry.sealing import Keyring

Enough = Callable[[Sequence[Member]], bool]
Values = tuple[str, ...]

PHONE = N_("Telepon perekrut yang sama")
NAME = N_("Nama perekrut yang sama")
AGENCY = N_("Perusahaan yang sama, tanpa izin P3MI yang berlaku")
NIK = N_("NIK yang sama di dua desa atau lebih")
LETTER = N_("Nomor surat yang sama pada dua orang")
ADDRESS = N_("Alamat yang sama, KK dari kabupaten lain")
OUTSIDE_RECRUITER = N_("Perekrut yang sama, KK dari kabupaten lain")
TOGETHER = N_("Perekrut, dusun, dan minggu berangkat yang sama")


@dataclass(frozen=True)
class Pattern:
    """What several departures share, and what to do about it.

    Attributes:
        id: the keyed digest under which its steps are kept.
        shared: in what they agree; `recruiters`, `agencies`: the names that were written, those
            of licensed agencies left out.
        week: the Monday of the week in which they leave, where that is part of it.
    """

    id: str
    rule: OfficeRule
    shared: str
    members: tuple[Member, ...]
    since: date
    due_on: date | None
    week: date | None = None

    @property
    def recruiters(self) -> list[str]:
        return sorted({m.recruiter_name for m in self.members if m.recruiter_name})

    @property
    def agencies(self) -> list[str]:
        return sorted({m.agency_name for m in self.members if m.agency_name and not m.agency_id})

    @property
    def villages(self) -> list[str]:
        return sorted({member.village_code for member in self.members})

    @property
    def member_ids(self) -> list[int]:
        return [member.id for member in self.members]

    @property
    def people(self) -> int:
        return len({member.resident_id for member in self.members})


def find_patterns(area: Area, reference: Reference, day: date) -> list[Pattern]:
    """Every pattern of the area, the gravest first, then by the day on which an answer is due."""
    days = reference.threshold(Threshold.PATTERN_DAYS, day)
    people = reference.threshold(Threshold.PATTERN_PEOPLE, day)
    found = _Finding(reference, day)
    found.twice(same_nik(area), same_letter(area))
    if days is not None and people is not None:
        members = [told(member, reference, day) for member in recent_members(area, day, days)]
        found.cluster(members, people)
        found.outsiders(members, people)
        first = day - timedelta(days=days)
        recent = [m for m in members if local_time(m.created_at).date() >= first]
        found.recruiters(recent, people)
    return sorted(
        found.patterns.values(),
        key=lambda p: (-p.rule.severity.rank, p.due_on or date.max, p.id),
    )


def told(member: Member, reference: Reference, day: date) -> Member:
    """What was written of recruiter and agency, without words that say that there is none.

    Only an agency licensed on the day (or, who left, on the day of leaving) keeps its id. Without
    a list nobody knows who is licensed, so no name is held against anybody.
    """
    recruiter = member.recruiter_name if names_somebody(member.recruiter_name) else None
    if not names_somebody(member.agency_name) or reference.is_empty("licences"):
        return member._replace(recruiter_name=recruiter, agency_name=None, agency_id=None)
    agency_id = reference.listed_agency(member.agency_id, member.agency_name)
    left_on = None if member.stage is Stage.PLANNED else member.leaving_on
    licence = reference.licences.first(agency_id, left_on or day)
    is_licensed = licence is not None and licence.value.is_good(left_on or day)
    return member._replace(recruiter_name=recruiter, agency_id=agency_id if is_licensed else None)


class _Finding:
    """Collects the patterns of each rule."""

    def __init__(self, reference: Reference, day: date) -> None:
        self.reference, self.day = reference, day
        self.patterns: dict[str, Pattern] = {}

    def twice(self, by_nik: Iterable[Twin], by_letter: Iterable[Twin]) -> None:
        """R26: one NIK with open departures in two villages, one letter number of two people."""
        niks: dict[str, list[Member]] = defaultdict(list)
        for twin in by_nik:
            niks[nik_value(twin)].append(told(twin.member, self.reference, self.day))
        for value, members in niks.items():
            self._add(TWICE, value, NIK, members, lambda some: _villages(some) > 1)
        letters: dict[str, list[Member]] = defaultdict(list)
        for twin in by_letter:
            letters[letter_value(twin)].append(told(twin.member, self.reference, self.day))
        for value, members in letters.items():
            self._add(TWICE, value, LETTER, members, lambda some: _people(some) > 1)

    def cluster(self, members: Iterable[Member], people: int) -> None:
        """R25: one recruiter, one hamlet, one week."""
        groups: dict[Values, list[Member]] = defaultdict(list)
        for member in members:
            for key in cluster_values(member):
                groups[key].append(member)
        for key, some in groups.items():
            monday = _monday(some[0].leaving_on)
            self._add(CLUSTER, ":".join(key), TOGETHER, some, _at_least(people), monday)

    def outsiders(self, members: Iterable[Member], people: int) -> None:
        """R28: planned departures in one village of people whose KK is from elsewhere."""
        groups: dict[Values, list[Member]] = defaultdict(list)
        for member in members:
            if not member.has_foreign_card or member.stage is not Stage.PLANNED:
                continue
            for key in outsider_values(member):
                groups[key].append(member)
        for key, some in groups.items():
            shared = ADDRESS if key[1] == "address" else OUTSIDE_RECRUITER
            self._add(OUTSIDERS, ":".join(key), shared, some, _at_least(people))

    def recruiters(self, members: Iterable[Member], people: int) -> None:
        """The same phone, name or unlisted company, in so many records or in two villages."""
        groups: dict[Values, list[Member]] = defaultdict(list)
        for member in members:
            for key in recruiter_values(member):
                groups[key].append(member)

        def enough(some: Sequence[Member]) -> bool:
            return len(some) >= people or _villages(some) > 1

        by_phone = {
            frozenset(m.id for m in some) for key, some in groups.items() if key[0] == "phone"
        }
        shared = {"phone": PHONE, "name": NAME, "agency": AGENCY}
        for key, some in groups.items():
            # A name beside a phone that says the same is one finding.
            if key[0] == "name" and frozenset(m.id for m in some) in by_phone:
                continue
            self._add(RECRUITER, ":".join(key), shared[key[0]], some, enough)

    def _add(
        self,
        rule: OfficeRule,
        value: str,
        shared: str,
        members: Sequence[Member],
        enough: Enough,
        week: date | None = None,
    ) -> None:
        if not enough(members):
            return
        ordered = sorted(members, key=lambda member: (member.created_at, member.id))
        size = next(n for n in range(1, len(ordered) + 1) if enough(ordered[:n]))
        since = local_time(ordered[size - 1].created_at).date()
        days = self.reference.answer_days(rule.severity, self.day)
        pattern = Pattern(
            id=pattern_id(rule.number, value),
            rule=rule,
            shared=shared,
            members=tuple(ordered),
            since=since,
            due_on=None if days is None else add_days(since, days),
            week=week,
        )
        self.patterns[pattern.id] = pattern


def pattern_id(rule: str, value: str, keyring: Keyring | None = None) -> str:
    """The address of a pattern, from which nobody can read what its members share."""
    keyring = keyring or sealing.keyring()
    return keyring.blind_index("pattern", f"{rule}:{value}").hex()


def nik_value(twin: Twin) -> str:
    return f"nik:{twin.number.hex()}"


def letter_value(twin: Twin) -> str:
    kind = twin.kind.value if twin.kind else ""
    return f"letter:{twin.member.village_code}:{kind}:{twin.number.hex()}"


def cluster_values(member: Member) -> Iterable[Values]:
    """Recruiter, hamlet and week, where all are known."""
    recruiter, hamlet = _recruiter(member), normal_name(member.address or "")
    monday = _monday(member.leaving_on)
    if recruiter is not None and hamlet and monday is not None:
        yield (member.village_code, hamlet, str(monday), *recruiter)


def outsider_values(member: Member) -> Iterable[Values]:
    if recruiter := _recruiter(member):
        yield (member.village_code, *recruiter)
    if hamlet := normal_name(member.address or ""):
        yield (member.village_code, "address", hamlet)


def recruiter_values(member: Member) -> Iterable[Values]:
    if member.phone_index is not None:
        yield "phone", member.phone_index.hex()
    if name := normal_name(member.recruiter_name or ""):
        yield "name", name
    if member.agency_id is None and (agency := company_key(member.agency_name or "")):
        yield "agency", agency


def _recruiter(member: Member) -> Values | None:
    """The phone says who it is; else the name does."""
    if member.phone_index is not None:
        return "phone", member.phone_index.hex()
    name = normal_name(member.recruiter_name or "")
    return ("name", name) if name else None


def _monday(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=day.weekday())


def _people(members: Iterable[Member]) -> int:
    return len({member.resident_id for member in members})


def _villages(members: Iterable[Member]) -> int:
    return len({member.village_code for member in members})


def _at_least(people: int) -> Enough:
    return lambda members: _people(members) >= people
