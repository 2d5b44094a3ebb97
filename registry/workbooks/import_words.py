"""What offices write in cells instead of our labels: common and older words, by enum.

Words are compared by their letters and digits alone, whatever their case and signs (`word_key`).
"""

import unicodedata
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from registry.enums import (
    UNKNOWN,
    DocumentStatus,
    Education,
    EmployerKind,
    LabelledEnum,
    MaritalStatus,
    PassportHolder,
    RecruiterKind,
    Scheme,
    Sex,
    Stage,
    VisaKind,
)

# What stands in a cell that somebody left open.
NOTHING: Final = frozenset({"", "null", "none", "nihil", "kosong", "tidakdiketahui", "tdkth"})

_WORDS: dict[type[LabelledEnum], dict[LabelledEnum, str]] = {
    Sex: {
        Sex.MALE: "1|lk|laki|laki laki|lelaki|pria|m|male",
        Sex.FEMALE: "2|pr|perempuan|wanita|w|f|female",
    },
    Scheme: {
        Scheme.P_TO_P: "pt|p2p|private to private|p3mi|pjtki|pptkis|melalui p3mi|melalui pt|swasta",
        Scheme.G_TO_G: (
            "g2g|government to government|g to g korea|g to g jepang|g to g jerman|g to g taiwan|"
            "g2g korea|g2g jepang|g2g jerman|eps|eps korea|eps topik|pemerintah"
        ),
        Scheme.G_TO_P: "g2p|government to private",
        Scheme.UKPS: "untuk kepentingan perusahaan sendiri|perusahaan sendiri",
        Scheme.SSW: "tg|tokutei ginou|tokutei ginou ssw|specified skilled worker|ssw jepang",
        Scheme.INDEPENDENT: "mandiri|perorangan|pmi mandiri|pmi perseorangan|jalur mandiri|sendiri",
        Scheme.RE_ENTRY: "re entri|reentry|cuti|kontrak ulang|kembali ke majikan|majikan lama",
        Scheme.TRAINEE: "pemagangan|magang jepang|kenshusei|jisshusei|ginou jisshu|im japan",
        Scheme.STUDENT: "kuliah|sekolah|mahasiswa|student|belajar",
        Scheme.OTHER: "lain|lain lain|bukan pmi",
    },
    Stage: {
        Stage.PLANNED: "rencana berangkat|akan berangkat|belum berangkat|calon|cpmi|proses",
        Stage.DEPARTED: "sudah berangkat|telah berangkat|di luar negeri|masih di luar negeri",
        Stage.RETURNED: "sudah pulang|telah pulang|kembali|sudah kembali|purna|pmi purna",
        Stage.CANCELLED: "batal berangkat|tidak jadi|mundur|mengundurkan diri",
    },
    DocumentStatus: {
        DocumentStatus.MISSING: "tidak|tidak ada|x|no|false|tdk|tdk ada",
        DocumentStatus.IN_PROCESS: "dalam proses|sedang diproses|diproses|diurus|sedang diurus",
        DocumentStatus.PRESENT: "ya|sudah|sudah ada|lengkap|v|✓|✔|√|yes|true|ok",
        DocumentStatus.NOT_NEEDED: "tidak wajib|tidak diperlukan|na|n/a|tdk perlu",
    },
    MaritalStatus: {
        MaritalStatus.SINGLE: "1|bk|belum menikah|belum nikah|lajang|single",
        MaritalStatus.MARRIED: (
            "2|k|menikah|nikah|sudah menikah|sudah kawin|kawin tercatat|kawin belum tercatat"
        ),
        MaritalStatus.DIVORCED: "3|ch|cerai hidup tercatat|cerai hidup belum tercatat",
        MaritalStatus.WIDOWED: "4|cm|cerai mati tercatat",
    },
    Education: {
        Education.NONE: (
            "tidak belum sekolah|belum sekolah|tidak sekolah|belum tamat sd sederajat|"
            "tidak tamat sd|belum tamat sd|tidak tamat sd sederajat"
        ),
        Education.PRIMARY: "sd|mi|sr|tamat sd|tamat sd sederajat|sd sederajat",
        Education.JUNIOR: "smp|sltp|mts|sltp sederajat|smp sederajat|tamat smp|paket b",
        Education.SENIOR: "sma|smk|slta|smu|ma|stm|slta sederajat|sma sederajat|sma smk|paket c",
        Education.DIPLOMA: (
            "d1|d2|d3|di|dii|diii|diploma|diploma i ii|diploma iii|akademi diploma iii s muda|"
            "akademi diploma iii sarjana muda|akademi"
        ),
        Education.DEGREE: (
            "s1|s2|s3|d4|div|sarjana|diploma iv strata i|strata i|strata ii|strata iii|strata 1"
        ),
    },
    EmployerKind: {
        EmployerKind.LEGAL_ENTITY: "badan hukum|perusahaan|pabrik|pt|lembaga|panti|rumah sakit",
        EmployerKind.HOUSEHOLD: "rumah tangga|pengguna perseorangan|perorangan|keluarga",
    },
    VisaKind: {
        VisaKind.WORK: "visa kerja|work|working|work permit",
        VisaKind.TRAINING: "pelatihan|visa magang|training",
        VisaKind.STUDENT: "visa pelajar|student",
        VisaKind.TOURIST: "wisata|visa turis|visa wisata|tourist",
        VisaKind.VISIT: "visa kunjungan|visit",
        VisaKind.RELIGIOUS_VISIT: "visa ziarah",
        VisaKind.UMRAH: "umroh|visa umrah|visa umroh",
        VisaKind.HAJJ: "visa haji",
        VisaKind.NONE_YET: "belum|tidak ada",
    },
    RecruiterKind: {
        RecruiterKind.AGENCY_STAFF: "p3mi|petugas p3mi|pl|petugas lapangan|pt",
        RecruiterKind.TRAINING_BODY: "lembaga pelatihan",
        RecruiterKind.INDIVIDUAL: "sponsor|calo|perseorangan|tekong",
        RecruiterKind.FAMILY: "teman|saudara|famili",
        RecruiterKind.GOVERNMENT: "dinas|disnaker|bp3mi|bp2mi",
        RecruiterKind.NONE: "sendiri",
    },
    PassportHolder: {
        PassportHolder.SELF: "diri sendiri|yang bersangkutan",
        PassportHolder.AGENCY: "pt|pptkis|pjtki",
        PassportHolder.RECRUITER: "sponsor|calo",
        PassportHolder.EMPLOYER: "pemberi kerja",
        PassportHolder.NONE_YET: "belum",
    },
}


@lru_cache(maxsize=1 << 14)
def word_key(text: str) -> str:
    """What is compared of a word: its letters and digits; a tick stays a tick."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum() or c in "✓✔√")


@cache
def words_of(members: type[LabelledEnum]) -> MappingProxyType[str, LabelledEnum]:
    """Every word for the members of an enum: codes, labels, short labels, then common words."""
    found: dict[str, LabelledEnum] = {}
    for member, words in _WORDS.get(members, {}).items():
        found |= {word_key(word): member for word in words.split("|")}
    for member in members:
        found[word_key(member.label.partition("(")[0])] = member
    for member in members:
        found |= {word_key(member.label): member, word_key(member.value): member}
    return MappingProxyType(found)


def is_nothing(text: str) -> bool:
    """Whether a cell only says that nothing is known."""
    key = word_key(text)
    return key in NOTHING or key == word_key(UNKNOWN)
