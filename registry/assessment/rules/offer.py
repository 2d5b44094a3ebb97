"""Rules about the offer: who made it, what it costs, what it promises."""

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
from registry.assessment.rules.executor import names_agency
from registry.assessment.rules.words import has_phrase, plain_words, says_none
from registry.enums import (
    N_,
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    InformationSource,
    PassportHolder,
    RecruiterKind,
    Scheme,
    Severity,
    Threshold,
)
from registry.formatting import rupiah

NO_MIDDLEMAN = frozenset({RecruiterKind.NONE, RecruiterKind.GOVERNMENT})
# How the village writes it into the box of the job order or of the job.
SOLD_JOB = "beli job"
NEEDS_AGENCY = (None, Scheme.P_TO_P)
_ABOVE = N_("Biaya yang diminta di atas {ceiling}.")


def private_recruiter(facts: Facts) -> Hit | None:
    """R10: a private person recruits, or somebody does and no agency stands behind it."""
    case = facts.case
    if case.recruiter_kind is RecruiterKind.INDIVIDUAL:
        return Hit(N_("Yang merekrut perorangan, sponsor, atau calo, bukan perusahaan berizin."))
    has_none = case.scheme is Scheme.P_TO_P and says_none(case.agency_name)
    stands_alone = (
        case.scheme in NEEDS_AGENCY
        and case.recruiter_kind is None
        and case.recruiter_named
        and not names_agency(case)
    )
    if has_none or stands_alone:
        return Hit(N_("Ada yang merekrut, tetapi P3MI di belakangnya tidak ada."))
    if case.recruiter_kind is None:
        return ask(facts, "recruiter_kind", N_("Siapa yang menawarkan dan mengurus pekerjaan ini?"))
    return None


def independent_in_contradiction(facts: Facts) -> Hit | None:
    """R13: "independent", yet for a household, or with a fee to somebody in between."""
    case = facts.case
    if case.scheme is not Scheme.INDEPENDENT:
        return None
    if case.employer_kind is EmployerKind.HOUSEHOLD:
        return Hit(
            N_("Skema perseorangan hanya untuk pemberi kerja berbadan hukum."),
            (("employer_kind", case.employer_kind.value),),
        )
    has_middleman = case.recruiter_named or case.recruiter_kind is not None
    if case.amount_asked and has_middleman and case.recruiter_kind not in NO_MIDDLEMAN:
        return Hit(
            N_("Skema perseorangan, tetapi ada perantara yang meminta bayaran."),
            (("amount_asked", case.amount_asked),),
        )
    if case.employer_kind is None:
        return ask(facts, "employer_kind", N_("Pemberi kerjanya perusahaan atau rumah tangga?"))
    return None


def above_ceiling(facts: Facts) -> Hit | None:
    """R14: the job is sold, or more is asked than the ceiling of country and kind of employer."""
    case = facts.case
    if has_phrase(case.job_order, SOLD_JOB) or has_phrase(case.job_title, SOLD_JOB):
        return Hit(
            N_("Pekerjaannya dibeli (“beli job”). Lowongan tidak boleh dijual kepada pekerja."),
            (("job_order", SOLD_JOB),),
        )
    if case.amount_asked is None:
        return ask(facts, "amount_asked", N_("Berapa biaya yang diminta? Tulis 0 bila tidak ada."))
    ceiling = facts.reference.fee_ceiling(case.country, case.employer_kind, facts.day)
    if ceiling is None or case.amount_asked <= ceiling.value:
        return None
    return Hit(
        _ABOVE.format(ceiling=rupiah(ceiling.value)),
        (
            ("amount_asked", case.amount_asked),
            ("ceiling", ceiling.value),
            ("source", ceiling.source),
        ),
    )


def advance_given(facts: Facts) -> Hit | None:
    """R15: the recruiter gave money beforehand, a debt to be cut from wages."""
    advance = facts.case.recruiter_advance
    if advance is None:
        return ask(
            facts,
            "recruiter_advance",
            N_("Adakah uang muka atau uang saku dari perekrut? Tulis 0 bila tidak ada."),
        )
    if advance <= 0:
        return None
    return Hit(
        N_("Perekrut memberi uang muka atau uang saku; ini bisa menjadi jeratan utang."),
        (("recruiter_advance", advance),),
    )


def vague_job(facts: Facts) -> Hit | None:
    """R20: a title that says nothing, with pay that promises much."""
    case = facts.case
    if not case.job_title and not case.job_code:
        return ask(facts, "job_title", N_("Pekerjaannya apa? Jabatan belum diisi."))
    title = case.job_title or case.job_code or ""
    vague = facts.reference.vague_jobs.on(None, facts.day)
    if not any(is_vague(title, entry.value) for entry in vague):
        return None
    wage = facts.reference.threshold(Threshold.VAGUE_JOB_WAGE, facts.on)
    if case.promised_wage is None:
        return ask(
            facts, "promised_wage", N_("Jabatan ini samar. Berapa upah per bulan yang dijanjikan?")
        )
    if wage is None or case.promised_wage < wage:
        return None
    return Hit(
        N_("Jabatannya samar dan upahnya besar: pola yang dipakai sindikat penipuan daring."),
        (
            ("job_title", plain_words(title)),
            ("promised_wage", case.promised_wage),
            ("threshold", wage),
        ),
    )


def is_vague(title: str, vague: str) -> bool:
    """The title itself, or a phrase in it; a single word alone, as "operator", must be all."""
    title, vague = plain_words(title), plain_words(vague)
    return title == vague or (" " in vague and f" {vague} " in f" {title} ")


def passport_held(facts: Facts) -> Hit | None:
    """R23: somebody else holds the passport."""
    case = facts.case
    holder = case.passport_holder
    if holder is None:
        if case.status_of(DocumentKind.PASSPORT) is DocumentStatus.PRESENT:
            return ask(facts, "passport_holder", N_("Siapa yang memegang paspornya sekarang?"))
        return None
    if holder in (PassportHolder.RECRUITER, PassportHolder.EMPLOYER):
        return Hit(
            N_("Paspor dipegang orang lain. Paspor milik warga dan dipegang sendiri."),
            (("passport_holder", holder.value),),
        )
    if holder is PassportHolder.AGENCY:
        return Hit(
            N_("Paspor dipegang P3MI. Pastikan ada tanda terima dan kembali sebelum berangkat."),
            (("passport_holder", holder.value),),
            severity=Severity.MEDIUM,
        )
    return None


def offer_from_social_media(facts: Facts) -> Hit | None:
    """R29: the offer came by social media or messenger."""
    source = facts.case.information_source
    if source is None:
        return ask(facts, "information_source", N_("Dari mana warga tahu pekerjaan ini?"))
    if source is not InformationSource.SOCIAL_MEDIA:
        return None
    return Hit(N_("Tawarannya datang lewat media sosial atau aplikasi pesan."))


RULES = (
    Rule(
        number="R10",
        severity=Severity.HIGH,
        title=N_("Direkrut perorangan"),
        advice=N_("Undang perekrutnya ke kantor dan minta surat tugas dari P3MI."),
        call=CALL_OFFICE,
        source="UU 18/2017 Pasal 69",
        fields=reads("recruiter_kind", "recruiter_named", "agency_id", "agency_name"),
        check=private_recruiter,
        stages=UNDER_WAY,
    ),
    Rule(
        number="R13",
        severity=Severity.HIGH,
        title=N_("Mandiri yang tidak mandiri"),
        advice=N_("Tanyakan siapa pemberi kerjanya dan kepada siapa uang dibayarkan."),
        call=CALL_OFFICE,
        source="UU 18/2017 Pasal 63; kasus Jeju (Demokrasi News, 23 Januari 2024)",
        fields=reads("employer_kind", "amount_asked", "recruiter_kind", "recruiter_named"),
        check=independent_in_contradiction,
        stages=UNDER_WAY,
    ),
    Rule(
        number="R14",
        version=2,
        severity=Severity.HIGH,
        title=N_("Biaya di atas batas"),
        advice=N_("Minta rincian biaya tertulis, dan simpan kuitansinya."),
        call=CALL_OFFICE,
        source="UU 18/2017 Pasal 30",
        fields=reads(
            "amount_asked", "job_order", "job_title", "country", "employer_kind", *LEAVING
        ),
        check=above_ceiling,
        templates=(_ABOVE,),
        needs="fee_ceilings",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R15",
        severity=Severity.HIGH,
        title=N_("Uang muka dari perekrut"),
        advice=N_("Tanyakan apa syaratnya dan apakah akan dipotong dari upah."),
        call=CALL_OFFICE,
        source="UU 21/2007 Pasal 1 (jeratan utang); Pos Kota, 4 Juli 2025",
        fields=reads("recruiter_advance"),
        check=advance_given,
        stages=UNDER_WAY,
    ),
    Rule(
        number="R20",
        severity=Severity.HIGH,
        title=N_("Jabatan samar, upah besar"),
        advice=N_("Minta nama dan alamat perusahaannya, lalu tanyakan kepada BP3MI."),
        call=CALL_TODAY,
        source="BP3MI Lampung (KP2MI, 13 November 2025)",
        fields=reads("job_title", "job_code", "promised_wage", *LEAVING),
        check=vague_job,
        needs="vague_jobs",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R23",
        severity=Severity.HIGH,
        title=N_("Paspor dipegang orang lain"),
        advice=N_("Bantu warga meminta paspornya kembali."),
        call=CALL_OFFICE,
        source="Pengaduan Lampung 2025 (Kupas Tuntas, 4 Januari 2026)",
        fields=reads("passport_holder", "documents"),
        check=passport_held,
        stages=UNDER_WAY,
    ),
    Rule(
        number="R29",
        severity=Severity.MEDIUM,
        title=N_("Tawaran dari media sosial"),
        advice=N_("Minta melihat percakapan dan nama akunnya bersama warga."),
        call=CALL_OFFICE,
        source="Investortrust, 28 April 2025; KP2MI, 13 November 2025",
        fields=reads("information_source"),
        check=offer_from_social_media,
    ),
)
