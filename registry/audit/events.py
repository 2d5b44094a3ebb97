"""What the journal can say, each event with its Indonesian wording."""

from registry.enums import N_, LabelledEnum


class Event(LabelledEnum):
    """`subject.action`; the label is what the timeline and the journal page show."""

    DEPARTURE_CREATED = "departure.created", N_("Mencatat keberangkatan")
    DEPARTURE_CHANGED = "departure.changed", N_("Mengubah data")
    DEPARTURE_CORRECTED = "departure.corrected", N_("Membetulkan data terverifikasi")
    DOCUMENTS_CHANGED = "departure.documents_changed", N_("Memperbarui dokumen")
    DEPARTURE_SUBMITTED = "departure.submitted", N_("Mengajukan ke kecamatan")
    DEPARTURE_SENT_BACK = "departure.sent_back", N_("Mengembalikan untuk diperbaiki")
    DEPARTURE_VERIFIED = "departure.verified", N_("Memverifikasi")
    DEPARTURE_DEPARTED = "departure.departed", N_("Menandai sudah berangkat")
    DEPARTURE_RETURNED = "departure.returned", N_("Menandai sudah pulang")
    DEPARTURE_CANCELLED = "departure.cancelled", N_("Menandai batal")
    DEPARTURE_STAGE_TAKEN_BACK = "departure.stage_taken_back", N_("Menarik kembali tanda")
    DEPARTURE_DELETED = "departure.deleted", N_("Menghapus draf")
    DEPARTURE_LETTER = "departure.letter", N_("Mencatat surat izin keluarga")
    DEPARTURES_IMPORTED = "departures.imported", N_("Mengimpor data")
    DEPARTURES_ASSESSED = "departures.assessed", N_("Menilai ulang keberangkatan")
    FLAG_FOLLOWED_UP = "flag.followed_up", N_("Menindaklanjuti tanda")
    FLAG_CLOSED = "flag.closed", N_("Menyelesaikan tanda")
    FLAG_DISMISSED = "flag.dismissed", N_("Menyatakan tanda keliru")
    FLAG_REOPENED = "flag.reopened", N_("Membuka lagi tanda")
    FLAG_NOTED = "flag.noted", N_("Menulis catatan pada tanda")
    PATTERN_FOLLOWED_UP = "pattern.followed_up", N_("Menindaklanjuti pola")
    PATTERN_CLOSED = "pattern.closed", N_("Menyelesaikan pola")
    PATTERN_DISMISSED = "pattern.dismissed", N_("Menyatakan pola keliru")
    PATTERN_REOPENED = "pattern.reopened", N_("Membuka lagi pola")
    PATTERN_NOTED = "pattern.noted", N_("Menulis catatan pada pola")
    DEMO_LOADED = "demo.loaded", N_("Memuat data contoh")

    PERSON_OPENED = "person.opened", N_("Membuka data orang")
    PERSON_REVEALED = "person.revealed", N_("Menampilkan data yang disamarkan")
    PERSON_PRINTED = "person.printed", N_("Mencetak surat atau tanda terima")
    LIST_SEEN = "list.seen", N_("Melihat daftar")
    PEOPLE_SEARCHED = "people.searched", N_("Mencari orang")
    NIK_CHECKED = "nik.checked", N_("Memeriksa NIK saat mencatat")
    EXPORTED = "departures.exported", N_("Mengunduh rincian")
    SUMMARY_EXPORTED = "summary.exported", N_("Mengunduh rekap")

    SIGNED_IN = "account.signed_in", N_("Masuk")
    SIGN_IN_FAILED = "account.sign_in_failed", N_("Gagal masuk")
    SIGNED_OUT = "account.signed_out", N_("Keluar")
    SESSIONS_ENDED = "account.sessions_ended", N_("Keluar dari semua perangkat")
    PASSWORD_CHANGED = "account.password_changed", N_("Mengganti kata sandi")
    ACCOUNT_CREATED = "account.created", N_("Membuat akun")
    ACCOUNT_CHANGED = "account.changed", N_("Mengubah akun")
    ACCOUNT_RESET = "account.reset", N_("Membuat kode sekali pakai")
    ACCOUNT_DEACTIVATED = "account.deactivated", N_("Menonaktifkan akun")
    ACCOUNT_ACTIVATED = "account.activated", N_("Mengaktifkan akun")

    REFERENCE_CHANGED = "reference.changed", N_("Mengubah data rujukan")
    REGIONS_LOADED = "regions.loaded", N_("Memuat daftar wilayah")
    REGION_RECODED = "region.recoded", N_("Mengganti kode wilayah")
    BACKUP_MADE = "backup.made", N_("Membuat cadangan")
