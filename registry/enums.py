"""The words of the domain: code speaks English, screens and workbooks speak Indonesian.

Each member carries its official Indonesian label; the member is the only dictionary between the
two languages. Values are what URLs, files and the database hold, fixed by the contract.
"""

from enum import IntEnum, StrEnum
from typing import Self


def N_(text: str) -> str:
    """Mark a text for the translation catalogue without translating it here."""
    return text


class LabelledEnum(StrEnum):
    """A string enum whose members carry their Indonesian label."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Value and label of every member, in order, as form choices."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of that value; raises ValueError when there is none."""
        for member in cls:
            if member.value == value:
                return member
        raise ValueError(f"{value!r} is no {cls.__name__}")

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The member whose value or label is `text`, in any letter case, or None."""
        wanted = " ".join(text.split()).casefold()
        for member in cls:
            if wanted in (member.value.casefold(), member.label.casefold()):
                return member
        return None


UNKNOWN = "belum_diketahui"
UNKNOWN_LABEL = N_("Belum diketahui")


class Level(IntEnum):
    """Administrative level, by the number of digits of its code; the country is 0."""

    COUNTRY = 0
    PROVINCE = 2
    DISTRICT = 4
    SUBDISTRICT = 6
    VILLAGE = 10

    @property
    def label(self) -> str:
        return _LEVEL_LABELS[self]

    @property
    def below(self) -> "Level | None":
        """The next level down, or None below the village."""
        levels = list(Level)
        position = levels.index(self)
        return levels[position + 1] if position + 1 < len(levels) else None


_LEVEL_LABELS = {
    Level.COUNTRY: N_("Negara"),
    Level.PROVINCE: N_("Provinsi"),
    Level.DISTRICT: N_("Kabupaten/Kota"),
    Level.SUBDISTRICT: N_("Kecamatan"),
    Level.VILLAGE: N_("Desa/Kelurahan"),
}


class ReviewStatus(LabelledEnum):
    """Where a record stands on its way through the offices."""

    DRAFT = "draft", N_("Draf")
    SUBMITTED = "submitted", N_("Diajukan")
    NEEDS_CORRECTION = "needs_correction", N_("Perlu perbaikan")
    VERIFIED = "verified", N_("Terverifikasi")


class Stage(LabelledEnum):
    """Where the person stands in reality."""

    PLANNED = "planned", N_("Rencana")
    DEPARTED = "departed", N_("Berangkat")
    RETURNED = "returned", N_("Pulang")
    CANCELLED = "cancelled", N_("Batal")


class Procedure(LabelledEnum):
    """What the rules say of a departure on a given day."""

    COMPLETE = "complete", N_("Lengkap")
    INCOMPLETE = "incomplete", N_("Belum lengkap")
    AT_RISK = "at_risk", N_("Perlu perhatian")
    NOT_PMI = "not_pmi", N_("Bukan PMI")
    PROCEDURAL = "procedural", N_("Prosedural")
    SUSPECTED = "suspected", N_("Terindikasi nonprosedural")


class Scheme(LabelledEnum):
    """Placement scheme; the last three are not PMI by UU 18/2017 article 4(2)."""

    P_TO_P = "p_to_p", N_("P to P (melalui P3MI)")
    G_TO_G = "g_to_g", N_("G to G (antarpemerintah)")
    G_TO_P = "g_to_p", N_("G to P (pemerintah ke swasta)")
    UKPS = "ukps", N_("UKPS (kepentingan perusahaan sendiri)")
    SSW = "ssw", N_("SSW (pekerja berketerampilan spesifik Jepang)")
    INDEPENDENT = "perseorangan", N_("Perseorangan (mandiri)")
    RE_ENTRY = "re_entry", N_("Re-entry (kembali ke majikan yang sama)")
    TRAINEE = "magang", N_("Magang (bukan PMI)")
    STUDENT = "pelajar", N_("Pelajar (bukan PMI)")
    OTHER = "lainnya", N_("Lainnya (bukan PMI)")

    @property
    def is_pmi(self) -> bool:
        return self not in NOT_PMI_SCHEMES


NOT_PMI_SCHEMES = frozenset({Scheme.TRAINEE, Scheme.STUDENT, Scheme.OTHER})


class Sex(LabelledEnum):
    MALE = "L", N_("Laki-laki")
    FEMALE = "P", N_("Perempuan")


class EmployerKind(LabelledEnum):
    LEGAL_ENTITY = "berbadan_hukum", N_("Berbadan hukum")
    HOUSEHOLD = "perseorangan", N_("Perseorangan (rumah tangga)")


class VisaKind(LabelledEnum):
    """What the visa in the passport says; only `kerja` allows work."""

    WORK = "kerja", N_("Kerja")
    TRAINING = "magang", N_("Magang atau pelatihan")
    STUDENT = "pelajar", N_("Pelajar")
    TOURIST = "turis", N_("Turis")
    VISIT = "kunjungan", N_("Kunjungan")
    RELIGIOUS_VISIT = "ziarah", N_("Ziarah")
    UMRAH = "umrah", N_("Umrah")
    HAJJ = "haji", N_("Haji")
    OTHER = "lainnya", N_("Lainnya")
    NONE_YET = "belum_ada", N_("Belum ada visa")


class RecruiterKind(LabelledEnum):
    AGENCY_STAFF = "petugas_p3mi", N_("Petugas resmi P3MI")
    TRAINING_BODY = "lpk", N_("Lembaga pelatihan (LPK)")
    INDIVIDUAL = "perorangan", N_("Perorangan, sponsor, atau calo")
    FAMILY = "keluarga", N_("Keluarga atau teman")
    GOVERNMENT = "pemerintah", N_("Dinas atau BP3MI")
    NONE = "tidak_ada", N_("Tidak ada perekrut")
    OTHER = "lainnya", N_("Lainnya")


class InformationSource(LabelledEnum):
    VILLAGE = "desa", N_("Kantor desa atau kecamatan")
    LABOUR_OFFICE = "dinas", N_("Disnaker, BP3MI, atau LTSA")
    AGENCY = "p3mi", N_("P3MI")
    TRAINING_BODY = "lpk", N_("Lembaga pelatihan (LPK)")
    FAMILY = "keluarga", N_("Keluarga atau teman")
    RECRUITER = "sponsor", N_("Sponsor atau calo")
    SOCIAL_MEDIA = "media_sosial", N_("Media sosial atau aplikasi pesan")
    OTHER = "lainnya", N_("Lainnya")


class PassportHolder(LabelledEnum):
    SELF = "sendiri", N_("Dipegang sendiri")
    FAMILY = "keluarga", N_("Keluarga")
    AGENCY = "p3mi", N_("P3MI")
    RECRUITER = "perekrut", N_("Perekrut atau sponsor")
    EMPLOYER = "majikan", N_("Pemberi kerja")
    NONE_YET = "belum_ada", N_("Belum punya paspor")


class Education(LabelledEnum):
    NONE = "tidak_sekolah", N_("Tidak atau belum sekolah")
    PRIMARY = "sd", N_("SD atau sederajat")
    JUNIOR = "smp", N_("SMP atau sederajat")
    SENIOR = "sma", N_("SMA, SMK, atau sederajat")
    DIPLOMA = "diploma", N_("Diploma (D1-D3)")
    DEGREE = "sarjana", N_("Sarjana (D4, S1) atau lebih tinggi")


class MaritalStatus(LabelledEnum):
    SINGLE = "belum_kawin", N_("Belum kawin")
    MARRIED = "kawin", N_("Kawin")
    DIVORCED = "cerai_hidup", N_("Cerai hidup")
    WIDOWED = "cerai_mati", N_("Cerai mati")


class Relation(LabelledEnum):
    """Who signs the family permission or is called in need (UU 18/2017 article 13 b)."""

    HUSBAND = "suami", N_("Suami")
    WIFE = "istri", N_("Istri")
    FATHER = "ayah", N_("Ayah")
    MOTHER = "ibu", N_("Ibu")
    GUARDIAN = "wali", N_("Wali")
    CHILD = "anak", N_("Anak")
    SIBLING = "saudara", N_("Saudara")
    OTHER = "lainnya", N_("Lainnya")


class DocumentKind(LabelledEnum):
    """The papers of UU 18/2017 article 13 and of practice (workbook headings are the labels)."""

    IDENTITY = "ktp_kk", N_("KTP/KK")
    MARITAL_LETTER = "surat_status_perkawinan", N_("Surat Status Perkawinan")
    FAMILY_PERMISSION = "izin_keluarga", N_("Izin Keluarga")
    COMPETENCE = "sertifikat_kompetensi", N_("Sertifikat Kompetensi")
    HEALTH = "surat_sehat", N_("Surat Sehat")
    PASSPORT = "paspor", N_("Paspor")
    WORK_VISA = "visa_kerja", N_("Visa Kerja")
    PLACEMENT_AGREEMENT = "perjanjian_penempatan", N_("Perjanjian Penempatan")
    WORK_CONTRACT = "perjanjian_kerja", N_("Perjanjian Kerja")
    CALL_LETTER = "call_letter", N_("Call Letter")
    OWN_RESPONSIBILITY = "pernyataan_tanggung_jawab", N_("Pernyataan Tanggung Jawab")
    LEAVE_LETTER = "surat_cuti", N_("Surat Cuti")
    HEALTH_INSURANCE = "jkn", N_("JKN")
    SOCIAL_SECURITY = "jamsos_pmi", N_("Jamsos PMI")
    POLICE_RECORD = "skck", N_("SKCK")
    ORIENTATION = "opp", N_("OPP")
    MIGRANT_CARD = "e_kpmi", N_("E-KPMI")


class DocumentStatus(LabelledEnum):
    MISSING = "belum", N_("Belum")
    IN_PROCESS = "proses", N_("Proses")
    PRESENT = "ada", N_("Ada")
    NOT_NEEDED = "tidak_perlu", N_("Tidak perlu")


class ReturnKind(LabelledEnum):
    CONTRACT_END = "selesai_kontrak", N_("Selesai kontrak")
    LEAVE = "cuti", N_("Cuti")
    OWN_WISH = "kemauan_sendiri", N_("Kemauan sendiri sebelum kontrak selesai")
    PROBLEM = "bermasalah", N_("Terkendala atau bermasalah")
    DEPORTED = "deportasi", N_("Deportasi")
    REPATRIATED = "repatriasi", N_("Repatriasi")
    SICK = "sakit", N_("Sakit")
    DIED = "meninggal", N_("Meninggal dunia")
    OTHER = "lainnya", N_("Lainnya")


class Origin(LabelledEnum):
    """How a record came into the registry."""

    FORM = "formulir", N_("Formulir")
    IMPORT = "impor", N_("Impor")


class Severity(LabelledEnum):
    CRITICAL = "critical", N_("Kritis")
    HIGH = "high", N_("Tinggi")
    MEDIUM = "medium", N_("Sedang")
    INFO = "info", N_("Info")

    @property
    def rank(self) -> int:
        """The graver, the larger."""
        return _RANKS[self]


_RANKS = {Severity.CRITICAL: 3, Severity.HIGH: 2, Severity.MEDIUM: 1, Severity.INFO: 0}


class FlagState(LabelledEnum):
    OPEN = "open", N_("Terbuka")
    FOLLOWED_UP = "followed_up", N_("Ditindaklanjuti")
    CLOSED = "closed", N_("Selesai")
    DISMISSED = "dismissed", N_("Keliru")

    @property
    def is_open(self) -> bool:
        return self in (FlagState.OPEN, FlagState.FOLLOWED_UP)


class EmergencyGround(LabelledEnum):
    """Why an office opens a person of whom it has no grave flag."""

    COMPLAINT = "complaint", N_("Pengaduan orang itu atau keluarganya")
    DANGER = "danger", N_("Kecelakaan, sakit, hilang kontak, atau meninggal")
    TRAFFICKING = "trafficking", N_("Dugaan perdagangan orang")
    REQUEST = "request", N_("Permintaan resmi polisi, perwakilan RI, atau lembaga lain")
    MATCHING = "matching", N_("Mencocokkan data dengan sistem lain")


class RequestState(LabelledEnum):
    """Where a request for an unmasked file stands that a second person must approve."""

    WAITING = "waiting", N_("Menunggu persetujuan")
    APPROVED = "approved", N_("Disetujui")
    REFUSED = "refused", N_("Tidak disetujui")
    DOWNLOADED = "downloaded", N_("Sudah diunduh")


class Office(LabelledEnum):
    """Whose turn it is to look at a flag."""

    VILLAGE = "village", N_("Desa/kelurahan")
    SUBDISTRICT = "subdistrict", N_("Kecamatan")
    LABOUR_OFFICE = "labour_office", N_("Disnaker dan BP3MI")

    @classmethod
    def for_severity(cls, severity: Severity) -> "Office":
        """Critical ones go up at once; a question is the village's to answer."""
        return {
            Severity.CRITICAL: cls.LABOUR_OFFICE,
            Severity.HIGH: cls.SUBDISTRICT,
        }.get(severity, cls.VILLAGE)


class DestinationStatus(LabelledEnum):
    """What is known of placing workers in a country; the first three exclude one another."""

    OPEN = "terbuka", N_("Terbuka")
    NOT_PLACED = "tidak_ditempatkan", N_("Tidak ada penempatan")
    HIGH_RISK = "berisiko_tinggi", N_("Berisiko tinggi")
    CLOSED_TO_HOUSEHOLDS = "tertutup_rumah_tangga", N_("Tertutup untuk pemberi kerja perseorangan")
    TRANSIT_ROUTE = "jalur_transit", N_("Sering menjadi jalur transit")


class AgencyKind(LabelledEnum):
    """Which list a company stands on."""

    P3MI = "p3mi", N_("P3MI")
    SENDING_ORGANISATION = "lpk_so", N_("LPK pengirim magang (SO)")


class LicenceStatus(LabelledEnum):
    ACTIVE = "aktif", N_("Aktif")
    SUSPENDED = "skorsing", N_("Diskors")
    REVOKED = "dicabut", N_("Dicabut")


class RetentionKind(LabelledEnum):
    """What a record is kept as; the label says from when on its period runs."""

    DRAFT = "draf", N_("Draf yang tidak pernah diajukan, sejak terakhir diubah")
    PLANNED = "rencana", N_("Rencana yang tidak terjadi, sejak tanggal rencana")
    CANCELLED = "batal", N_("Batal berangkat, sejak tanggal batal")
    DEPARTED = "berangkat", N_("Sudah berangkat, sejak kontrak berakhir atau kontak terakhir")
    RETURNED = "pulang", N_("Sudah pulang, sejak tanggal pulang")
    CASE = "kasus", N_("Berkas kasus yang ditangani kantor, sejak tindak lanjut terakhir")


class PeriodUnit(LabelledEnum):
    DAY = "hari", N_("hari")
    MONTH = "bulan", N_("bulan")
    YEAR = "tahun", N_("tahun")


class OfficialCount(LabelledEnum):
    """What an office counts; none is ever added to another, or to the registry's own count."""

    BY_ORIGIN = "asal", N_("Layanan penempatan menurut daerah asal")
    SERVED = "dilayani", N_("Dilayani BP3MI")
    LABOUR_OFFICE = "disnaker", N_("Catatan dinas tenaga kerja")


class CorrectionState(LabelledEnum):
    """What became of a person's request to correct the data about them."""

    OPEN = "open", N_("Menunggu")
    DONE = "done", N_("Dibetulkan")
    REFUSED = "refused", N_("Tidak dibetulkan")


class Threshold(LabelledEnum):
    """The numbers that the rules compare with; administrators set them."""

    PAPERS_WANTED_DAYS = (
        "dokumen_dikejar_hari",
        N_("Dokumen dikejar (hari sebelum berangkat)"),
    )
    PAPERS_URGENT_DAYS = "dokumen_mendesak_hari", N_("Dokumen mendesak (hari sebelum berangkat)")
    CRITICAL_ANSWER_DAYS = "jawab_kritis_hari", N_("Batas menjawab tanda kritis (hari)")
    HIGH_ANSWER_DAYS = "jawab_tinggi_hari", N_("Batas menjawab tanda tinggi (hari)")
    MEDIUM_ANSWER_DAYS = "jawab_sedang_hari", N_("Batas menjawab tanda sedang (hari)")
    CONTACT_DAYS = "kontak_hari", N_("Tanpa kabar (hari) sebelum ditanyakan")
    VAGUE_JOB_WAGE = "upah_jabatan_samar", N_("Upah mulai diragukan untuk jabatan samar (rupiah)")
    PATTERN_DAYS = "pola_hari", N_("Jangka waktu pola perekrut (hari)")
    PATTERN_PEOPLE = "pola_orang", N_("Jumlah orang yang membentuk pola")


class Requirement(LabelledEnum):
    """How a scheme uses a document."""

    REQUIRED = "required", N_("Wajib")
    CONDITIONAL = "conditional", N_("Bersyarat")
    NOT_USED = "not_used", N_("Tidak dipakai")


class AgeGroup(LabelledEnum):
    UNDER_18 = "<18", N_("Di bawah 18 tahun")
    FROM_18 = "18-24", N_("18-24 tahun")
    FROM_25 = "25-34", N_("25-34 tahun")
    FROM_35 = "35-44", N_("35-44 tahun")
    FROM_45 = "45+", N_("45 tahun ke atas")
