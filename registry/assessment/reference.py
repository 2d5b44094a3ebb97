"""The rules in force on a day: papers, destinations, ages, fees, visas, licences, numbers.

Everything here is data with a source and dates; no rule's code holds a number of its own.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.assessment.document_rules import (
    DocumentRule,
    Timeline,
    shared_timeline,
    timeline_of,
)
from registry.assessment.listed import Entry, Listed
from registry.enums import (
    N_,
    DestinationStatus,
    EmployerKind,
    LicenceStatus,
    Scheme,
    Severity,
    Threshold,
    VisaKind,
)
from registry.formatting import company_key


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
class AgeRule:
    """The youngest and oldest age at departure; None in a key field stands for any."""

    country: str | None
    employer_kind: EmployerKind | None
    job_code: str | None
    youngest: int
    oldest: int | None = None

    @property
    def is_general(self) -> bool:
        return self.country is None and self.employer_kind is None and self.job_code is None


@dataclass(frozen=True, slots=True)
class Licence:
    """What the ministry's list says of a company; dates are those printed on the licence."""

    status: LicenceStatus
    ends_on: date | None = None

    def is_good(self, day: date) -> bool:
        return self.status is LicenceStatus.ACTIVE and (self.ends_on is None or day <= self.ends_on)


_PMI_SCHEMES = tuple(scheme for scheme in Scheme if scheme.is_pmi)


@dataclass(frozen=True, slots=True)
class Reference:
    """The effective-dated reference data an assessment is judged by.

    Attributes:
        destinations: by country; several may be in force at once.
        age_limits: by country, or None for any country.
        fee_ceilings: whole rupiah by country and kind of employer, each None for any.
        licences: of placement agencies, by the agency's id.
        agency_ids: of placement agencies, by the `company_key` of each of their names.
        sending_bodies: licences of training bodies that may send trainees, by `company_key`.
        vague_jobs: words of job titles, all under the key None.
        immigration_offices: names by province code.
    """

    document_rules: tuple[DocumentRule, ...]
    destinations: Listed[DestinationStatus] = field(default_factory=Listed)
    age_limits: Listed[AgeRule] = field(default_factory=Listed)
    fee_ceilings: Listed[int] = field(default_factory=Listed)
    visas: Listed[bool] = field(default_factory=Listed)
    licences: Listed[Licence] = field(default_factory=Listed)
    agency_ids: Mapping[str, int] = field(default_factory=dict)
    sending_bodies: Listed[Licence] = field(default_factory=Listed)
    vague_jobs: Listed[str] = field(default_factory=Listed)
    immigration_offices: Listed[str] = field(default_factory=Listed)
    thresholds: Listed[int] = field(default_factory=Listed)
    _timelines: dict[Scheme | None, Timeline] = field(init=False, repr=False, compare=False)
    _change_days: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _empty: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        timelines: dict[Scheme | None, Timeline] = {
            scheme: timeline_of([rule for rule in self.document_rules if rule.scheme is scheme])
            for scheme in Scheme
        }
        timelines[None] = shared_timeline([timelines[scheme] for scheme in _PMI_SCHEMES])
        object.__setattr__(self, "_timelines", timelines)
        empty = frozenset(name for name in LISTED if getattr(self, name).is_empty)
        object.__setattr__(self, "_empty", empty)
        days: set[date] = set()
        for name in SHORT_LISTS:
            days |= getattr(self, name).all_change_days()
        object.__setattr__(self, "_change_days", tuple(sorted(days)))

    def rules_on(self, scheme: Scheme | None, day: date) -> tuple[DocumentRule, ...]:
        """The rules in force for the scheme, one a paper, in the papers' order.

        An unknown scheme is held to what every PMI scheme requires. Raises `ReferenceMissing`
        where not one paper is required.
        """
        timeline, position = self._period(scheme, day)
        return timeline.periods[position]

    def used_on(self, scheme: Scheme | None, day: date) -> tuple[DocumentRule, ...]:
        """The same without the papers that the scheme has no use for."""
        timeline, position = self._period(scheme, day)
        return timeline.used[position]

    def _period(self, scheme: Scheme | None, day: date) -> tuple[Timeline, int]:
        timeline = self._timelines[scheme]
        position = timeline.position(day)
        if not timeline.starts or not timeline.requires[position]:
            raise ReferenceMissing(scheme, day)
        return timeline, position

    def next_change(self, scheme: Scheme | None, day: date) -> date | None:
        """The first day after `day` on which other papers apply to the scheme."""
        return self._timelines[scheme].next_change(day)

    def next_list_change(self, day: date) -> date | None:
        """The first day after `day` on which any of the short lists says something else."""
        position = bisect_right(self._change_days, day)
        return self._change_days[position] if position < len(self._change_days) else None

    def threshold(self, name: Threshold, day: date) -> int | None:
        """A number that the rules compare with; None where nobody has set it."""
        found = self.thresholds.first(name, day)
        return found.value if found else None

    def answer_days(self, severity: Severity, day: date) -> int | None:
        """Calendar days to answer a flag of this severity, or None when none is awaited."""
        name = _ANSWERS.get(severity)
        return self.threshold(name, day) if name else None

    def destination(
        self, country: str | None, statuses: frozenset[DestinationStatus], day: date
    ) -> Entry[DestinationStatus] | None:
        """What is known of a country on the day, among the given statuses."""
        if country is None:
            return None
        found = self.destinations.on(country, day)
        return next((entry for entry in found if entry.value in statuses), None)

    def general_age(self, day: date) -> Entry[AgeRule] | None:
        """The age limit that holds for every country and work."""
        return next((e for e in self.age_limits.on(None, day) if e.value.is_general), None)

    def special_age(
        self,
        country: str | None,
        employer_kind: EmployerKind | None,
        job_code: str | None,
        day: date,
    ) -> Entry[AgeRule] | None:
        """The most specific age limit beside the general one: country first, then work."""

        def fits(rule: AgeRule) -> bool:
            return not rule.is_general and all(
                asked is None or asked == given
                for asked, given in (
                    (rule.employer_kind, employer_kind),
                    (rule.job_code, job_code),
                )
            )

        for key in (country, None) if country else (None,):
            found = [entry for entry in self.age_limits.on(key, day) if fits(entry.value)]
            if found:
                return max(found, key=lambda e: (e.value.job_code is not None, e.valid_from))
        return None

    def fee_ceiling(
        self, country: str | None, employer_kind: EmployerKind | None, day: date
    ) -> Entry[int] | None:
        """The most specific ceiling: of country and employer, country, employer, or any."""
        for key in dict.fromkeys(
            ((country, employer_kind), (country, None), (None, employer_kind), (None, None))
        ):
            found = self.fee_ceilings.first(key, day)
            if found is not None:
                return found
        return None

    def listed_agency(self, agency_id: int | None, name: str | None) -> int | None:
        """The agency that is meant: by its name today, and by the stored id where none stands.

        Names are added to the list, and taken from it.
        """
        return self.agency_ids.get(company_key(name)) if name else agency_id

    def allows_work(self, kind: VisaKind, day: date) -> bool | None:
        """Whether one may work on the visa; None where nobody has said."""
        found = self.visas.first(kind, day)
        return found.value if found else None

    def is_empty(self, name: str) -> bool:
        """Whether nothing was ever put on the list of that attribute."""
        return name in self._empty


# Lists of few rows that change rarely: when one of them does, every open case is judged again.
SHORT_LISTS = (
    "destinations",
    "age_limits",
    "fee_ceilings",
    "visas",
    "vague_jobs",
    "immigration_offices",
    "thresholds",
)
LISTED = (*SHORT_LISTS, "licences", "sending_bodies")
_ANSWERS = {
    Severity.CRITICAL: Threshold.CRITICAL_ANSWER_DAYS,
    Severity.HIGH: Threshold.HIGH_ANSWER_DAYS,
    Severity.MEDIUM: Threshold.MEDIUM_ANSWER_DAYS,
}

__all__ = [
    "LISTED",
    "SHORT_LISTS",
    "AgeRule",
    "DocumentRule",
    "Entry",
    "Licence",
    "Listed",
    "Reference",
    "ReferenceMissing",
]
