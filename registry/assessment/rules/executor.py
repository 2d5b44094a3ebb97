"""Rules about who places the worker: the agency, its licence, and training bodies."""

from collections.abc import Iterator
from datetime import date

from registry.assessment.calendar import add_days
from registry.assessment.case import Case
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
from registry.assessment.rules.words import names_somebody, plain_words, says_none
from registry.enums import (
    N_,
    DocumentKind,
    DocumentStatus,
    LicenceStatus,
    RecruiterKind,
    Scheme,
    Severity,
)
from registry.formatting import company_key

_LICENCE_IS = N_("Izin P3MI ini {status}.")


def names_agency(case: Case) -> bool:
    return case.agency_id is not None or names_somebody(case.agency_name)


def _agency_id(facts: Facts) -> int | None:
    return facts.reference.listed_agency(facts.case.agency_id, facts.case.agency_name)


def _licence_day(facts: Facts) -> date:
    """Until the person left; what became of the firm later is another matter."""
    case = facts.case
    return case.leaving_on or facts.on if case.has_left else facts.on


def unlisted_agency(facts: Facts) -> Hit | None:
    """R07: the agency does not stand on the ministry's list of P3MI."""
    case = facts.case
    if case.scheme is not Scheme.P_TO_P or says_none(case.agency_name):
        return None
    if not names_agency(case):
        return ask(facts, "agency_name", N_("Lewat P3MI yang mana? Namanya belum diisi."))
    agency_id = _agency_id(facts)
    if agency_id and facts.reference.licences.first(agency_id, _licence_day(facts)):
        return None
    return Hit(
        N_("P3MI ini tidak ada di daftar P3MI yang aktif."),
        (("agency", agency_id or "unlisted"),),
    )


def bad_licence(facts: Facts) -> Hit | None:
    """R08: the agency's licence (SIP3MI) has ended, or was suspended or revoked."""
    day = _licence_day(facts)
    agency_id = _agency_id(facts)
    found = facts.reference.licences.first(agency_id, day) if agency_id else None
    if found is None:
        return None
    licence = found.value
    if licence.status is not LicenceStatus.ACTIVE:
        return Hit(
            _LICENCE_IS.format(status=licence.status.label.lower()),
            (("licence", licence.status.value), ("source", found.source)),
            since=found.valid_from,
        )
    if licence.ends_on is None:
        return ask(
            facts,
            "agency_name",
            N_("Tanggal akhir izin P3MI ini belum ada di daftar; lihat di Sisko P2MI."),
        )
    if licence.is_good(day):
        return None
    return Hit(
        N_("Izin P3MI ini sudah berakhir."),
        (("licence_ended_on", licence.ends_on.isoformat()), ("source", found.source)),
        since=add_days(licence.ends_on, 1),
    )


def _licence_days(facts: Facts) -> Iterator[date]:
    agency_id = _agency_id(facts)
    if agency_id is None or (facts.case.has_left and facts.case.leaving_on):
        return
    yield from facts.reference.licences.change_days(agency_id)
    found = facts.reference.licences.first(agency_id, facts.on)
    if found is not None and found.value.ends_on is not None:
        yield add_days(found.value.ends_on, 1)


def no_job_order(facts: Facts) -> Hit | None:
    """R09: a placement agreement was signed although there is no job order (SIP2MI)."""
    case = facts.case
    if case.scheme is not Scheme.P_TO_P:
        return None
    if case.job_order is None:
        return ask(
            facts,
            "job_order",
            N_("Nomor job order (SIP2MI) belum diisi. Tulis “belum ada” bila P3MI tidak punya."),
        )
    signed = case.status_of(DocumentKind.PLACEMENT_AGREEMENT) is DocumentStatus.PRESENT
    if not says_none(case.job_order) or not signed:
        return None
    return Hit(N_("Perjanjian penempatan sudah ada, tetapi job order (SIP2MI) belum ada."))


def training_body_places(facts: Facts) -> Hit | None:
    """R11: a training body places the worker, which only a P3MI may."""
    case = facts.case
    is_named_so = bool(case.agency_name) and plain_words(case.agency_name or "").startswith("lpk ")
    if case.recruiter_kind is RecruiterKind.TRAINING_BODY or is_named_so:
        return Hit(N_("Lembaga pelatihan (LPK) memberangkatkan, padahal itu tugas P3MI."))
    trained_by = names_somebody(case.training_body)
    if trained_by and case.recruiter_kind is None and not names_agency(case):
        return ask(
            facts, "recruiter_kind", N_("LPK ini hanya melatih, atau juga yang memberangkatkan?")
        )
    return None


def body_may_not_send(facts: Facts) -> Hit | None:
    """R12: the training body of a trainee is no licensed sending organisation (LPK-SO)."""
    case = facts.case
    if case.scheme is not Scheme.TRAINEE:
        return None
    if not case.training_body:
        return ask(facts, "training_body", N_("LPK mana yang mengirim? Namanya belum diisi."))
    day = _licence_day(facts)
    found = facts.reference.sending_bodies.first(company_key(case.training_body), day)
    if found is not None and found.value.is_good(day):
        return None
    return Hit(N_("LPK ini tidak ada di daftar LPK yang boleh mengirim peserta magang (SO)."))


def _sending_days(facts: Facts) -> Iterator[date]:
    case = facts.case
    if case.scheme is not Scheme.TRAINEE or case.has_left or not case.training_body:
        return
    key = company_key(case.training_body)
    yield from facts.reference.sending_bodies.change_days(key)
    found = facts.reference.sending_bodies.first(key, facts.on)
    if found is not None and found.value.ends_on is not None:
        yield add_days(found.value.ends_on, 1)


RULES = (
    Rule(
        number="R07",
        severity=Severity.CRITICAL,
        title=N_("P3MI tidak terdaftar"),
        advice=N_(
            "Cocokkan nama dan nomor izinnya dengan daftar P3MI di Sisko P2MI, mungkin ejaannya "
            "berbeda. Minta petugasnya menunjukkan surat tugas."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 49; daftar P3MI aktif (Perban BP2MI 7/2023 Pasal 7)",
        fields=reads("agency_id", "agency_name", *LEAVING),
        check=unlisted_agency,
        changes=_licence_days,
        needs="licences",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R08",
        severity=Severity.CRITICAL,
        title=N_("Izin P3MI tidak berlaku"),
        advice=N_("Jangan menyerahkan uang atau dokumen kepada P3MI ini sampai izinnya jelas."),
        call=CALL_TODAY,
        source="Permen P2MI 1/2025 (SIP3MI) dan 4/2025 (sanksi)",
        fields=reads("agency_id", "agency_name", *LEAVING),
        check=bad_licence,
        templates=(_LICENCE_IS,),
        changes=_licence_days,
        needs="licences",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R09",
        severity=Severity.HIGH,
        title=N_("Tanpa job order"),
        advice=N_("Minta P3MI menunjukkan SIP2MI atau job order untuk pekerjaan ini."),
        call=CALL_OFFICE,
        source="Permen P2MI 2/2025 (SIP2MI)",
        fields=reads("job_order", "documents"),
        check=no_job_order,
    ),
    Rule(
        number="R11",
        severity=Severity.HIGH,
        title=N_("LPK memberangkatkan"),
        advice=N_("Tanyakan P3MI mana yang menempatkan dan minta nomor izinnya."),
        call=CALL_OFFICE,
        source="UU 18/2017 Pasal 49; modus LPK (Antara Sumut, 18 Oktober 2022)",
        fields=reads("recruiter_kind", "agency_id", "agency_name", "training_body"),
        check=training_body_places,
        stages=UNDER_WAY,
    ),
    Rule(
        number="R12",
        severity=Severity.HIGH,
        title=N_("LPK bukan pengirim magang"),
        advice=N_("Minta LPK menunjukkan izin sebagai pengirim (SO) dari Kementerian."),
        call=CALL_OFFICE,
        source="Izin LPK-SO (Ohayo Jepang/Kompas, September 2024; Ampena News, 24 Juli 2025)",
        fields=reads("training_body", *LEAVING),
        check=body_may_not_send,
        changes=_sending_days,
        needs="sending_bodies",
        pmi_only=False,
        stages=UNDER_WAY,
    ),
)
