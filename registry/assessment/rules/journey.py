"""Rules about the journey itself: left in silence, left without a card, not heard of since."""

from collections.abc import Iterator
from datetime import date

from registry.assessment.calendar import add_days
from registry.assessment.case import Case
from registry.assessment.rules.base import (
    CALL_TODAY,
    DEPARTED,
    LEAVING,
    PLANNED,
    Facts,
    Hit,
    Rule,
    question,
    reads,
)
from registry.enums import N_, DocumentKind, DocumentStatus, Severity, Threshold


def card_was_seen(case: Case) -> bool:
    """Whether the village saw the E-KPMI or the ID PMI."""
    return case.id_pmi_seen or (case.status_of(DocumentKind.MIGRANT_CARD) is DocumentStatus.PRESENT)


def _asks_for_card(case: Case) -> bool:
    return case.status_of(DocumentKind.MIGRANT_CARD) is None


def silent_departure(facts: Facts) -> Hit | None:
    """R17: the planned day has passed, nobody said if the person left, and no card is there."""
    case = facts.case
    if case.planned_on is None or facts.on <= case.planned_on or card_was_seen(case):
        return None
    since = add_days(case.planned_on, 1)
    if _asks_for_card(case):
        hit = question(
            "documents", N_("Tanggal rencana sudah lewat. Sudah berangkat? E-KPMI-nya terlihat?")
        )
        return Hit(hit.sentence, hit.evidence, hit.severity, since=since)
    return Hit(
        N_("Tanggal rencana lewat, belum ditandai berangkat atau batal, dan E-KPMI belum ada."),
        (("planned_on", case.planned_on.isoformat()),),
        since=since,
    )


def _day_after_plan(facts: Facts) -> Iterator[date]:
    if facts.case.planned_on is not None:
        yield add_days(facts.case.planned_on, 1)


def left_without_card(facts: Facts) -> Hit | None:
    """R18: the person left and neither E-KPMI nor ID PMI was seen; first a question."""
    case = facts.case
    if card_was_seen(case):
        return None
    if _asks_for_card(case):
        hit = question(
            "documents", N_("Sudah berangkat. Apakah E-KPMI atau ID PMI pernah ditunjukkan?")
        )
        return Hit(hit.sentence, hit.evidence, hit.severity, since=case.departed_on)
    return Hit(
        N_("Sudah berangkat tanpa E-KPMI. Tanyakan dulu kepada keluarganya: mungkin ada."),
        since=case.departed_on,
    )


def not_heard_of(facts: Facts) -> Hit | None:
    """R27: away and not heard of for too long."""
    case, day = facts.case, _silent_from(facts)
    if day is None or facts.on < day:
        return None
    if case.last_contact_on is None:
        hit = question("last_contact_on", N_("Kapan terakhir ada kabar? Tanyakan kepada keluarga."))
        return Hit(hit.sentence, hit.evidence, hit.severity, since=day)
    return Hit(
        N_("Sudah lama tidak ada kabar. Tanyakan kepada keluarganya."),
        (("last_contact_on", case.last_contact_on.isoformat()),),
        since=day,
    )


def _silent_from(facts: Facts) -> date | None:
    days = facts.reference.threshold(Threshold.CONTACT_DAYS, facts.on)
    last = facts.case.last_contact_on or facts.case.departed_on
    return None if days is None or last is None else add_days(last, days + 1)


def _silence(facts: Facts) -> Iterator[date]:
    day = _silent_from(facts)
    if day is not None:
        yield day


RULES = (
    Rule(
        number="R17",
        severity=Severity.CRITICAL,
        title=N_("Berangkat diam-diam?"),
        advice=N_(
            "Datangi rumahnya. Tandai berangkat atau batal; bila sudah berangkat, tanyakan lewat "
            "siapa."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 42 (memantau keberangkatan)",
        fields=reads("id_pmi_seen", "documents", *LEAVING),
        check=silent_departure,
        changes=_day_after_plan,
        stages=PLANNED,
    ),
    Rule(
        number="R18",
        severity=Severity.CRITICAL,
        title=N_("Berangkat tanpa E-KPMI"),
        advice=N_("Tanyakan kepada keluarganya, mungkin kartunya hanya belum ditunjukkan."),
        call=CALL_TODAY,
        source="Permen P2MI 34/2025 (E-KPMI)",
        fields=reads("id_pmi_seen", "documents", "departed_on"),
        check=left_without_card,
        stages=DEPARTED,
    ),
    Rule(
        number="R27",
        severity=Severity.HIGH,
        title=N_("Putus kabar"),
        advice=N_("Catat kontak terakhir. Bila keluarga pun tidak mendapat kabar, laporkan."),
        call=CALL_TODAY,
        source="Pengaduan Lampung 2025 (Kupas Tuntas, 4 Januari 2026)",
        fields=reads("last_contact_on", "departed_on"),
        check=not_heard_of,
        changes=_silence,
        needs="thresholds",
        stages=DEPARTED,
    ),
)
