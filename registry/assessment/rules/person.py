"""Rules about the person's age on the day of leaving."""

from collections.abc import Iterator
from datetime import date

from registry.assessment.calendar import birthday
from registry.assessment.reference import AgeRule, Entry
from registry.assessment.rules.base import (
    CALL_OFFICE,
    CALL_TODAY,
    LEAVING,
    UNDER_WAY,
    Facts,
    Hit,
    Rule,
    ask,
    reads,
)
from registry.enums import N_, EmployerKind, Severity

_TOO_YOUNG = N_("Usia pada hari berangkat di bawah {minimum} tahun. Perlu klarifikasi.")
_YOUNGER = N_("Usia pada hari berangkat di bawah {age} tahun, batas untuk pekerjaan ini.")
_OLDER = N_("Usia pada hari berangkat di atas {age} tahun, batas untuk pekerjaan ini.")


def under_age(facts: Facts) -> Hit | None:
    """R01: too young on the day of leaving; with no coming day known, too young to leave today."""
    born, limit = facts.case.birth_date, facts.reference.general_age(facts.day)
    if born is None:
        return ask(facts, "birth_date", N_("Tanggal lahir belum diisi. Lihat KTP atau KK."))
    if limit is None or facts.day >= birthday(born, limit.value.youngest):
        return None
    return Hit(
        _TOO_YOUNG.format(minimum=limit.value.youngest),
        (("minimum_age", limit.value.youngest), ("source", limit.source)),
    )


def _coming_of_age(facts: Facts) -> Iterator[date]:
    limit = facts.reference.general_age(facts.day)
    if facts.case.birth_date is not None and limit is not None and facts.moves_on:
        yield birthday(facts.case.birth_date, limit.value.youngest)


def outside_age_limits(facts: Facts) -> Hit | None:
    """R02: too young or too old for the country and the kind of work."""
    case, limit = facts.case, _special_limit(facts)
    if case.birth_date is None or limit is None:
        return None
    rule = limit.value
    if facts.day < birthday(case.birth_date, rule.youngest):
        sentence = _YOUNGER
        age = rule.youngest
    elif rule.oldest is not None and facts.day >= birthday(case.birth_date, rule.oldest + 1):
        sentence = _OLDER
        age = rule.oldest
    else:
        return None
    if case.employer_kind is None and rule.employer_kind is not None:
        return ask(
            facts,
            "employer_kind",
            N_("Bekerja untuk rumah tangga atau perusahaan? Batas usianya berbeda."),
        )
    return Hit(sentence.format(age=age), (("age_limit", age), ("source", limit.source)))


def _special_limit(facts: Facts) -> Entry[AgeRule] | None:
    case = facts.case
    employer = case.employer_kind or EmployerKind.HOUSEHOLD  # the stricter, until it is known
    return facts.reference.special_age(case.country, employer, case.job_code, facts.day)


def _birthdays(facts: Facts) -> Iterator[date]:
    limit, born = _special_limit(facts), facts.case.birth_date
    if born is None or limit is None or not facts.moves_on:
        return
    yield birthday(born, limit.value.youngest)
    if limit.value.oldest is not None:
        yield birthday(born, limit.value.oldest + 1)


RULES = (
    Rule(
        number="R01",
        severity=Severity.CRITICAL,
        title=N_("Usia di bawah batas minimum"),
        advice=N_(
            "Cocokkan tanggal lahir dengan KTP/KK, lalu bicarakan dengan warga dan keluarganya."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 5 huruf a",
        fields=reads("birth_date", *LEAVING),
        check=under_age,
        changes=_coming_of_age,
        needs="age_limits",
        stages=UNDER_WAY,
        templates=(_TOO_YOUNG,),
    ),
    Rule(
        number="R02",
        severity=Severity.MEDIUM,
        title=N_("Usia di luar batas untuk pekerjaan ini"),
        advice=N_("Jelaskan batas usia negara tujuan, dan tanyakan kepada P3MI."),
        call=CALL_OFFICE,
        source="Batas usia menurut negara dan pekerjaan (data rujukan)",
        fields=reads("birth_date", "country", "employer_kind", "job_code", *LEAVING),
        check=outside_age_limits,
        changes=_birthdays,
        needs="age_limits",
        templates=(_YOUNGER, _OLDER),
    ),
)
