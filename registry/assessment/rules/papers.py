"""Rules about papers that are late, end too soon, or come from afar."""

from collections.abc import Iterator
from datetime import date

from registry.assessment.calendar import add_days
from registry.assessment.documents import Expiring
from registry.assessment.rules.base import (
    CALL_OFFICE,
    CALL_TODAY,
    LEAVING,
    PLANNED,
    Facts,
    Hit,
    Rule,
    question,
    reads,
)
from registry.assessment.rules.words import plain_words
from registry.enums import N_, DocumentKind, DocumentStatus, Severity, Threshold
from registry.formatting import long_date

LATE_PAPERS = "R16"
DATED_PAPERS = (DocumentKind.PASSPORT, DocumentKind.WORK_VISA)

_PAST = N_("Tanggal rencana berangkat sudah lewat dan dokumen wajib belum lengkap: {n}.")
_SOON = N_("Segera berangkat dan dokumen wajib belum lengkap: {n}.")
_NEAR = N_("Waktu berangkat mendekat dan dokumen wajib belum lengkap: {n}.")
_UNDATED = N_("Sampai kapan berlakunya {papers}? Tanggalnya belum diisi.")
_ENDS = N_("{paper} habis {end}: urus perpanjangannya lebih dulu.")
_ENDS_BEFORE = N_("{paper} habis {time} sebelum berangkat: urus perpanjangan sebelum {until}.")
_ENDS_AFTER = N_("{paper} habis {time} setelah berangkat: urus perpanjangan sebelum {until}.")
_PASSPORT_ENDS_BEFORE = N_(
    "{paper} habis {time} sebelum berangkat: urus perpanjangan di imigrasi sebelum {until}."
)
_PASSPORT_ENDS_AFTER = N_(
    "{paper} habis {time} setelah berangkat: urus perpanjangan di imigrasi sebelum {until}."
)


def papers_late(facts: Facts) -> Hit | None:
    """R16: the day of leaving is near, or past without leaving, and required papers are missing.

    Papers that nobody asked about yet are a question; those said to be missing are a finding.
    """
    case, missing = facts.case, facts.papers.missing
    deadlines = _paper_deadlines(facts)
    if deadlines is None or facts.on < deadlines[0]:
        return None
    is_past = case.planned_on is not None and facts.on > case.planned_on
    said = [kind for kind in missing if case.status_of(kind) is not None]
    if not said and is_past:
        return question(
            "documents", N_("Tanggal rencana sudah lewat, dan dokumennya belum ditanyakan.")
        )
    if not said:
        return question("documents", N_("Berangkat sudah dekat, dokumennya belum ditanyakan."))
    wanted_on, urgent_on = deadlines
    is_urgent = facts.on >= urgent_on
    if is_past:
        sentence = _PAST
    elif is_urgent:
        sentence = _SOON
    else:
        sentence = _NEAR
    return Hit(
        sentence.format(n=", ".join(kind.label for kind in missing)),
        (
            ("planned_on", str(case.planned_on)),
            ("missing", " ".join(kind.value for kind in missing)),
        ),
        severity=Severity.CRITICAL if is_urgent else Severity.HIGH,
        since=wanted_on,
        severe_since=urgent_on if is_urgent else wanted_on,
    )


def _paper_deadlines(facts: Facts) -> tuple[date, date] | None:
    """The days from which papers are wanted and urgent; None where that can't be said."""
    wanted = facts.reference.threshold(Threshold.PAPERS_WANTED_DAYS, facts.on)
    urgent = facts.reference.threshold(Threshold.PAPERS_URGENT_DAYS, facts.on)
    planned_on = facts.case.planned_on
    if planned_on is None or wanted is None or urgent is None or not facts.papers.missing:
        return None
    return add_days(planned_on, -wanted), add_days(planned_on, -min(urgent, wanted))


def _paper_days(facts: Facts) -> Iterator[date]:
    # The day after the planned one is among the days of every plan, see `assess`.
    yield from _paper_deadlines(facts) or ()


def papers_end_too_soon(facts: Facts) -> Hit | None:
    """R21: a paper ends before the departure, or too soon after it."""
    case, expiring = facts.case, facts.papers.expiring
    if expiring:
        return Hit(
            " ".join(_ending(item, facts) for item in expiring),
            tuple((item.kind.value, item.ends_on.isoformat()) for item in expiring),
        )
    undated = [
        paper.kind.label
        for paper in case.documents
        if paper.kind in DATED_PAPERS
        and paper.status is DocumentStatus.PRESENT
        and paper.expires_on is None
    ]
    if undated:
        return question("documents", _UNDATED.format(papers=", ".join(undated)))
    return None


def _ending(item: Expiring, facts: Facts) -> str:
    paper = item.kind.label
    until = long_date(facts.day)
    is_passport = item.kind is DocumentKind.PASSPORT
    if item.days is None:
        sentence = _ENDS
    elif item.days < 0:
        sentence = _PASSPORT_ENDS_BEFORE if is_passport else _ENDS_BEFORE
    else:
        sentence = _PASSPORT_ENDS_AFTER if is_passport else _ENDS_AFTER
    time = _span(abs(item.days or 0))
    return sentence.format(paper=paper, end=long_date(item.ends_on), time=time, until=until)


def _span(days: int) -> str:
    return f"{days // 30} bulan" if days >= 60 else f"{days} hari"


def passport_from_afar(facts: Facts) -> Hit | None:
    """R22: a passport from an office of another province, made before the village knew."""
    case = facts.case
    local = facts.reference.immigration_offices.on(case.province, facts.day)
    passport = next((p for p in case.documents if p.kind is DocumentKind.PASSPORT), None)
    if not local or passport is None or passport.status is not DocumentStatus.PRESENT:
        return None
    if not case.immigration_office:
        return question("immigration_office", N_("Kantor imigrasi mana yang membuat paspornya?"))
    office = plain_words(case.immigration_office)
    if any(plain_words(entry.value) in office for entry in local):
        return None
    if passport.issued_on is not None and passport.issued_on >= case.recorded_on:
        return None
    return Hit(N_("Paspornya dibuat di luar provinsi sebelum desa tahu."))


RULES = (
    Rule(
        number="R16",
        version=2,
        severity=Severity.HIGH,
        title=N_("Segera berangkat, dokumen belum lengkap"),
        advice=N_(
            "Tanyakan kepada warga dan P3MI sampai di mana pengurusannya dan perbarui datanya."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 13",
        fields=reads("documents", *LEAVING),
        check=papers_late,
        changes=_paper_days,
        templates=(_PAST, _SOON, _NEAR),
        needs="thresholds",
    ),
    Rule(
        number="R21",
        severity=Severity.MEDIUM,
        title=N_("Dokumen segera berakhir"),
        advice=N_("Sarankan warga memperpanjangnya sebelum berangkat."),
        call=CALL_OFFICE,
        source="Masa berlaku menurut data rujukan dokumen",
        fields=reads("documents", *LEAVING),
        check=papers_end_too_soon,
        templates=(
            _UNDATED,
            _ENDS,
            _PASSPORT_ENDS_BEFORE,
            _PASSPORT_ENDS_AFTER,
            _ENDS_BEFORE,
            _ENDS_AFTER,
        ),
        stages=PLANNED,
    ),
    Rule(
        number="R22",
        severity=Severity.INFO,
        title=N_("Paspor dari luar provinsi"),
        advice=N_("Kantor mana pun boleh menerbitkan paspor; tanyakan siapa yang mengurusnya."),
        call=CALL_OFFICE,
        source="UU 18/2017 Pasal 13 huruf e",
        fields=reads("province", "immigration_office", "documents", "recorded_on", *LEAVING),
        check=passport_from_afar,
        needs="immigration_offices",
    ),
)
