"""The red flags: reasons to look closer at a departure, never reasons to forbid it.

Each rule is one small function and one declaration in `RULES`. A rule may read only the fields it
declares, and none may read sex, marital status or family (see `tests/unit/assessment`). To change
what a rule finds, raise its version: a dismissal holds for the version it was given for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from registry.assessment.calendar import add_days, birthday
from registry.assessment.case import Case
from registry.assessment.documents import Papers, is_day_open, leaving_day
from registry.assessment.reference import Reference, Thresholds
from registry.enums import N_, Severity, Stage, VisaKind

# Plain facts that show why, without anything about the person: they go into journals and exports.
Evidence = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All a rule may look at: the case, its papers already judged, the rules in force, the day."""

    case: Case
    papers: Papers
    reference: Reference
    on: date


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


def _never(facts: Facts) -> Iterator[date]:
    """A finding that no passing of time brings or takes away."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Rule:
    """The declaration of one red flag; `changes` tells the days on which time alone may change it.

    Those who are not PMI are counted apart; a rule that concerns them too must say so.
    """

    number: str
    version: int
    severity: Severity
    title: str
    advice: str
    fields: frozenset[str]
    check: Callable[[Facts], Hit | None]
    changes: Callable[[Facts], Iterator[date]] = _never
    pmi_only: bool = True

    def concerns(self, case: Case) -> bool:
        """Whether the rule has anything to say of such a departure at all."""
        return case.stage is not Stage.CANCELLED and (case.is_pmi or not self.pmi_only)


def under_age(facts: Facts) -> Hit | None:
    """R01: too young on the day of leaving; with no coming day known, too young to leave today."""
    case, minimum = facts.case, facts.reference.minimum_age
    if case.birth_date is None:
        return None
    if leaving_day(case, facts.on) >= birthday(case.birth_date, minimum):
        return None
    return Hit(
        N_("Usia pada hari berangkat di bawah {minimum} tahun. Perlu klarifikasi.").format(
            minimum=minimum
        ),
        (("minimum_age", minimum), ("source", facts.reference.minimum_age_source)),
    )


def _coming_of_age(facts: Facts) -> Iterator[date]:
    if facts.case.birth_date is not None and is_day_open(facts.case, facts.on):
        yield birthday(facts.case.birth_date, facts.reference.minimum_age)


VISAS_WITHOUT_WORK = frozenset(
    {
        VisaKind.TOURIST,
        VisaKind.VISIT,
        VisaKind.RELIGIOUS_VISIT,
        VisaKind.UMRAH,
        VisaKind.HAJJ,
        VisaKind.STUDENT,
    }
)


def visa_without_work(facts: Facts) -> Hit | None:
    """R03: the person goes to work, but the visa is one on which nobody may work."""
    visa = facts.case.visa_kind
    if visa not in VISAS_WITHOUT_WORK:
        return None
    return Hit(
        N_("Tujuannya bekerja, tetapi visanya {visa}, bukan visa kerja. Perlu klarifikasi.").format(
            visa=visa.label
        ),
        (("visa_kind", visa.value),),
    )


def papers_late(facts: Facts) -> Hit | None:
    """R16: the day of leaving is near, or past without leaving, and required papers are missing."""
    case, missing = facts.case, facts.papers.missing
    if case.stage is not Stage.PLANNED or case.planned_on is None or not missing:
        return None
    limits = facts.reference.thresholds
    wanted_on, urgent_on = _paper_deadlines(case.planned_on, limits)
    if facts.on < wanted_on:
        return None
    is_urgent = facts.on >= urgent_on
    if facts.on > case.planned_on:
        sentence = N_("Tanggal rencana berangkat sudah lewat dan dokumen wajib belum lengkap: {n}.")
    elif is_urgent:
        sentence = N_("Berangkat {days} hari lagi atau kurang, dokumen wajib belum lengkap: {n}.")
    else:
        sentence = N_("Berangkat dalam {days} hari dan dokumen wajib belum lengkap: {n}.")
    days = limits.papers_urgent_days if is_urgent else limits.papers_wanted_days
    return Hit(
        sentence.format(days=days, n=", ".join(kind.label for kind in missing)),
        (
            ("planned_on", case.planned_on.isoformat()),
            ("within_days", days),
            ("missing", " ".join(kind.value for kind in missing)),
        ),
        severity=Severity.CRITICAL if is_urgent else Severity.HIGH,
        since=wanted_on,
        severe_since=urgent_on if is_urgent else wanted_on,
    )


def _paper_deadlines(planned_on: date, limits: Thresholds) -> tuple[date, date]:
    return (
        add_days(planned_on, -limits.papers_wanted_days),
        add_days(planned_on, -limits.papers_urgent_days),
    )


def _paper_days(facts: Facts) -> Iterator[date]:
    # The day after the planned one is among the days of every plan, see `assess`.
    case = facts.case
    if case.stage is Stage.PLANNED and case.planned_on is not None and facts.papers.missing:
        yield from _paper_deadlines(case.planned_on, facts.reference.thresholds)


RULES: tuple[Rule, ...] = (
    Rule(
        number="R01",
        version=1,
        severity=Severity.CRITICAL,
        title=N_("Usia di bawah batas minimum"),
        advice=N_(
            "Cocokkan tanggal lahir dengan KTP/KK, lalu bicarakan dengan warga dan keluarganya. "
            "Bila benar, hubungi Disnaker kabupaten dan BP3MI hari ini juga."
        ),
        fields=frozenset({"birth_date", "scheme", "stage", "planned_on", "departed_on"}),
        check=under_age,
        changes=_coming_of_age,
    ),
    Rule(
        number="R03",
        version=1,
        severity=Severity.CRITICAL,
        title=N_("Visa bukan visa kerja"),
        advice=N_(
            "Lihat jenis visa di paspor dan tanyakan siapa yang mengurusnya. Bila benar, hubungi "
            "BP3MI atau Satgas TPPO hari ini juga; visa kerja diurus sebelum berangkat."
        ),
        fields=frozenset({"visa_kind", "scheme", "stage"}),
        check=visa_without_work,
    ),
    Rule(
        number="R16",
        version=1,
        severity=Severity.HIGH,
        title=N_("Segera berangkat, dokumen belum lengkap"),
        advice=N_(
            "Tanyakan kepada warga dan P3MI sampai di mana pengurusannya dan perbarui datanya. "
            "Bila tinggal beberapa hari atau tanggalnya sudah lewat, hubungi Disnaker kabupaten "
            "atau BP3MI."
        ),
        fields=frozenset({"scheme", "stage", "planned_on", "departed_on", "documents"}),
        check=papers_late,
        changes=_paper_days,
    ),
)


def raise_flags(facts: Facts, rules: tuple[Rule, ...] = RULES) -> tuple[Flag, ...]:
    """The open flags of the case, in the rules' order; what was dismissed does not come back."""
    dismissed = {(item.rule, item.version) for item in facts.case.dismissals}
    flags = []
    for rule in rules:
        if not rule.concerns(facts.case) or (rule.number, rule.version) in dismissed:
            continue
        hit = rule.check(facts)
        if hit is not None:
            flags.append(_flag(rule, hit, facts))
    return tuple(flags)


def flag_changes(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Iterator[date]:
    """The days on which a flag may rise, worsen or fall by the mere passing of time."""
    for rule in rules:
        if rule.concerns(facts.case):
            yield from rule.changes(facts)


def _flag(rule: Rule, hit: Hit, facts: Facts) -> Flag:
    severity = hit.severity or rule.severity
    recorded_on = facts.case.recorded_on
    answer_days = facts.reference.thresholds.answer_days(severity)
    severe_since = max(recorded_on, hit.severe_since or recorded_on)
    return Flag(
        rule=rule.number,
        version=rule.version,
        severity=severity,
        evidence=hit.evidence,
        sentence=hit.sentence,
        advice=rule.advice,
        raised_on=max(recorded_on, hit.since or recorded_on),
        due_on=None if answer_days is None else add_days(severe_since, answer_days),
    )
