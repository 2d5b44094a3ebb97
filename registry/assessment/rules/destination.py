"""Rules about where the journey goes, by which way, and on which visa."""

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
from registry.assessment.rules.words import has_phrase
from registry.enums import (
    N_,
    DestinationStatus,
    DocumentKind,
    DocumentStatus,
    EmployerKind,
    Severity,
    VisaKind,
)

DANGEROUS = frozenset({DestinationStatus.NOT_PLACED, DestinationStatus.HIGH_RISK})
ROUTE = frozenset({DestinationStatus.TRANSIT_ROUTE})
CLOSED = frozenset({DestinationStatus.CLOSED_TO_HOUSEHOLDS})
# How the village writes the single channel into the box of the job order.
SINGLE_CHANNEL = "spsk"
_VISA_UNSURE = N_("Visanya {visa}: pastikan boleh dipakai bekerja.")
_VISA_NOT_FOR_WORK = N_(
    "Tujuannya bekerja, tetapi visanya {visa}, bukan visa kerja. Perlu klarifikasi."
)


def visa_without_work(facts: Facts) -> Hit | None:
    """R03: the person goes to work, but the visa is one on which nobody may work."""
    visa = facts.case.visa_kind
    if visa is None:
        return ask(facts, "visa_kind", N_("Jenis visa belum ditanyakan."))
    if visa is VisaKind.NONE_YET:
        return None
    allows_work = facts.reference.allows_work(visa, facts.day)
    if allows_work is None:
        return ask(facts, "visa_kind", _VISA_UNSURE.format(visa=visa.label))
    if allows_work:
        return None
    return Hit(
        _VISA_NOT_FOR_WORK.format(visa=visa.label),
        (("visa_kind", visa.value),),
    )


def dangerous_destination(facts: Facts) -> Hit | None:
    """R04: to a country where nobody is placed; less grave for a professional with a contract."""
    case = facts.case
    if case.country is None:
        return ask(facts, "country", N_("Negara tujuan belum diisi."))
    found = facts.reference.destination(case.country, DANGEROUS, facts.day)
    if found is None:
        return None
    has_contract = (
        case.status_of(DocumentKind.WORK_CONTRACT) is DocumentStatus.PRESENT
        and case.visa_kind is VisaKind.WORK
        and case.employer_kind is EmployerKind.LEGAL_ENTITY
    )
    return Hit(
        N_("Pemerintah tidak menempatkan pekerja ke negara ini atau menilainya berisiko tinggi."),
        (("country", case.country), ("status", found.value.value), ("source", found.source)),
        severity=Severity.MEDIUM if has_contract else None,
    )


def dangerous_route(facts: Facts) -> Hit | None:
    """R05: by way of such a country, or to a known stop on the way without a contract."""
    case = facts.case
    transit = facts.reference.destination(case.transit_country, DANGEROUS, facts.day)
    if transit is not None:
        return Hit(
            N_("Perjalanannya melewati negara yang berisiko. Perlu klarifikasi."),
            (("transit_country", str(case.transit_country)), ("source", transit.source)),
        )
    route = facts.reference.destination(case.country, ROUTE, facts.day)
    if route is None:
        return None
    contract = case.status_of(DocumentKind.WORK_CONTRACT)
    if contract is None:
        return ask(
            facts,
            "documents",
            N_("Tujuan ini jalur transit. Perjanjian kerjanya sudah ada?"),
        )
    if contract not in (DocumentStatus.MISSING, DocumentStatus.NOT_NEEDED):
        return None
    return Hit(
        N_("Negara tujuan ini sering menjadi jalur transit, dan perjanjian kerjanya tidak ada."),
        (("country", str(case.country)), ("source", route.source)),
    )


def closed_to_households(facts: Facts) -> Hit | None:
    """R06: to work for a household where that is closed (Kepmenaker 260/2015).

    Less grave where the job order names the one way that is open, the single channel (SPSK).
    """
    case = facts.case
    found = facts.reference.destination(case.country, CLOSED, facts.day)
    if found is None or case.employer_kind is EmployerKind.LEGAL_ENTITY:
        return None
    if case.employer_kind is None:
        return ask(
            facts,
            "employer_kind",
            N_("Bekerja untuk rumah tangga? Negara ini tertutup untuk itu."),
        )
    evidence = (("country", str(case.country)), ("source", found.source))
    if has_phrase(case.job_order, SINGLE_CHANNEL):
        return Hit(
            N_("Tertutup untuk rumah tangga kecuali lewat SPSK. Tertulis SPSK: cocokkan nomornya."),
            (*evidence, ("job_order", SINGLE_CHANNEL)),
            severity=Severity.MEDIUM,
        )
    return Hit(N_("Negara ini tertutup untuk bekerja pada pemberi kerja perseorangan."), evidence)


def differing_countries(facts: Facts) -> Hit | None:
    """R19: visa, work contract or printed family permission names another country than the plan."""
    case = facts.case
    if case.country is None:
        return None
    if case.visa_country is not None and case.visa_country != case.country:
        return Hit(
            N_("Negara pemberi visa berbeda dari negara tujuan."),
            (("country", case.country), ("visa_country", case.visa_country)),
        )
    if case.contract_country is not None and case.contract_country != case.country:
        return Hit(
            N_("Negara di perjanjian kerja berbeda dari negara tujuan."),
            (("country", case.country), ("contract_country", case.contract_country)),
        )
    if case.letter_country is not None and case.letter_country != case.country:
        return Hit(
            N_("Negara tujuan berubah sesudah surat izin keluarga dibuat."),
            (("country", case.country), ("letter_country", case.letter_country)),
        )
    if case.visa_country is None and case.visa_kind not in (None, VisaKind.NONE_YET):
        return ask(facts, "visa_country", N_("Negara mana yang menerbitkan visanya?"))
    has_contract = case.status_of(DocumentKind.WORK_CONTRACT) is DocumentStatus.PRESENT
    if case.contract_country is None and has_contract:
        return ask(facts, "contract_country", N_("Negara mana yang tertulis di perjanjian kerja?"))
    return None


RULES = (
    Rule(
        number="R03",
        severity=Severity.CRITICAL,
        title=N_("Visa bukan visa kerja"),
        advice=N_(
            "Lihat jenis visa di paspor dan tanyakan siapa yang mengurusnya; visa kerja diurus "
            "sebelum berangkat."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 13 huruf f; modus menurut Menteri P2MI (April 2025)",
        fields=reads("visa_kind", *LEAVING),
        check=visa_without_work,
        needs="visas",
        stages=UNDER_WAY,
        templates=(_VISA_UNSURE, _VISA_NOT_FOR_WORK),
    ),
    Rule(
        number="R04",
        severity=Severity.CRITICAL,
        title=N_("Negara tujuan berisiko"),
        advice=N_(
            "Jelaskan kepada warga dan keluarganya mengapa negara ini berbahaya. Tanyakan siapa "
            "yang menawarkan dan siapa yang membayar tiketnya."
        ),
        call=CALL_TODAY,
        source="UU 18/2017 Pasal 31-32; pernyataan Menteri P2MI (data rujukan tujuan)",
        fields=reads("country", "visa_kind", "employer_kind", "documents", *LEAVING),
        check=dangerous_destination,
        needs="destinations",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R05",
        severity=Severity.HIGH,
        title=N_("Jalur transit"),
        advice=N_(
            "Minta melihat perjanjian kerja dan tiketnya. Pesan: jangan mau dipindahkan ke negara "
            "lain."
        ),
        call=CALL_OFFICE,
        source="BP3MI Sulawesi Utara dan Kepulauan Riau (data rujukan tujuan)",
        fields=reads("country", "transit_country", "documents", *LEAVING),
        check=dangerous_route,
        needs="destinations",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R06",
        version=2,
        severity=Severity.CRITICAL,
        title=N_("Tertutup untuk pemberi kerja perseorangan"),
        advice=N_(
            "Tanyakan apakah lewat Sistem Penempatan Satu Kanal (SPSK). Bila tidak, penempatannya "
            "tidak resmi."
        ),
        call=CALL_TODAY,
        source="Kepmenaker 260/2015",
        fields=reads("country", "employer_kind", "job_order", *LEAVING),
        check=closed_to_households,
        needs="destinations",
        stages=UNDER_WAY,
    ),
    Rule(
        number="R19",
        version=2,
        severity=Severity.HIGH,
        title=N_("Negara tidak cocok"),
        advice=N_(
            "Cocokkan negara tujuan dengan visa, perjanjian kerja, dan surat izin. Bila memang "
            "pindah, buat surat izin baru."
        ),
        call=CALL_OFFICE,
        source="Kasus Jeju (Demokrasi News, 23 Januari 2024)",
        fields=reads(
            "country",
            "visa_kind",
            "visa_country",
            "contract_country",
            "letter_country",
            "documents",
        ),
        check=differing_countries,
        stages=UNDER_WAY,
    ),
)
