"""What `rekap.xlsx` says about its figures, on the front sheet and in `Kamus`."""

from registry.enums import Procedure
from registry.workbooks.summary_layout import HIDDEN, MATCHES

UNIT_OF_COUNT = (
    "Keberangkatan PMI dari semua status pemeriksaan, draf ikut, yang batal tidak. Satu warga "
    "dapat memiliki beberapa keberangkatan."
)

SUPPRESSION = (
    "Untuk publik. Angka di bawah lima ditulis “<5”; angka lain yang bersamanya membuat angka "
    "kecil dapat dihitung ditulis “•”. Berlaku untuk satu buku kerja, tidak untuk beberapa yang "
    "dibandingkan."
)

MEANINGS = {
    "Jumlah": "Keberangkatan PMI, semua status pemeriksaan, yang batal tidak dihitung.",
    "Rencana": "Bagian dari Jumlah yang belum berangkat.",
    "Berangkat dalam 30 hari": "Bagian dari Rencana dengan tanggal hari ini sampai 30 hari lagi.",
    "Sudah berangkat": "Bagian dari Jumlah yang sudah berangkat, termasuk yang sudah pulang.",
    "Sedang di luar negeri": "Bagian dari Sudah berangkat yang belum pulang.",
    "Sudah pulang": "Bagian dari Sudah berangkat yang sudah pulang.",
    "Lengkap saat berangkat": "Bagian dari Sudah berangkat yang dokumennya lengkap hari itu.",
    "Bukan PMI": "Magang, pelajar, dan lainnya; tidak termasuk Jumlah.",
    "Batal": "Keberangkatan yang batal; tidak termasuk Jumlah.",
}
DICTIONARY = (
    *MEANINGS.items(),
    ("L, P, Belum diketahui", "Jenis kelamin: laki-laki, perempuan, belum dicatat."),
    ("%", "Bagian dari Jumlah di lembar itu."),
    ("Kode Wilayah", "Kode Kemendagri, bertitik."),
    ("Kode Negara", "Kode ISO 3166 dua huruf; kosong bila belum diketahui."),
    ("Bulan", "Bulan berangkat; bulan rencana bila belum berangkat. Kosong bila tanpa tanggal."),
    (
        "Kontrol",
        f"Rumus: “{MATCHES}” bila jumlah lembar itu sama dengan Jumlah di Ringkasan; “{HIDDEN}” "
        "bila untuk publik.",
    ),
    *(
        (state.label, f"Keadaan prosedur: {meaning}.")
        for state, meaning in (
            (Procedure.COMPLETE, "belum berangkat, dokumen wajib lengkap, tanpa tanda berat"),
            (Procedure.INCOMPLETE, "belum berangkat, dokumen wajib belum lengkap"),
            (Procedure.AT_RISK, "belum berangkat, ada tanda berat yang terbuka"),
            (Procedure.PROCEDURAL, "sudah berangkat, E-KPMI atau ID PMI terlihat"),
            (
                Procedure.SUSPECTED,
                "sudah berangkat, E-KPMI atau ID PMI tidak terlihat; perlu tanya",
            ),
        )
    ),
)
