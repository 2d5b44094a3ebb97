"""What `rekap.xlsx` says about its figures, on the front sheet and in `Kamus`."""

from registry.dashboards.figures import Cancelled, Standing, cancelled_in, counted, standing_of
from registry.departures.filters import Filter
from registry.enums import Procedure
from registry.workbooks.summary_layout import HIDDEN, MATCHES

_CANCELLED = {
    Cancelled.LEFT_OUT: "yang batal tidak dihitung",
    Cancelled.AMONG_OTHERS: "yang batal ikut dihitung",
    Cancelled.ALONE: "hanya yang batal",
}
_STANDINGS = {
    Standing.OUTSIDE: "tidak termasuk Jumlah.",
    Standing.WITHIN: "termasuk Jumlah.",
    Standing.PMI_WITHIN: "yang PMI termasuk Jumlah.",
    None: "tersaring, jadi 0.",
}

SUPPRESSION = (
    "Untuk publik. Angka di bawah lima ditulis “<5”; angka lain yang bersamanya membuat angka "
    "kecil dapat dihitung ditulis “•”. Berlaku untuk satu buku kerja, tidak untuk beberapa yang "
    "dibandingkan."
)

_PARTS = {
    "Rencana": "Bagian dari Jumlah yang belum berangkat.",
    "Berangkat dalam 30 hari": "Bagian dari Rencana dengan tanggal hari ini sampai 30 hari lagi.",
    "Sudah berangkat": "Bagian dari Jumlah yang sudah berangkat, termasuk yang sudah pulang.",
    "Sedang di luar negeri": "Bagian dari Sudah berangkat yang belum pulang.",
    "Sudah pulang": "Bagian dari Sudah berangkat yang sudah pulang.",
    "Lengkap saat berangkat": "Bagian dari Sudah berangkat yang dokumennya lengkap hari itu.",
}
_TERMS = (
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


def _total(f: Filter) -> str:
    people = "Keberangkatan PMI" if counted(f).pmi == "ya" else "Keberangkatan bukan PMI"
    states = "status pemeriksaan yang disaring" if f.status else "semua status pemeriksaan"
    drafts = "" if f.status else ", draf ikut"
    return f"{people}, {states}{drafts}, {_CANCELLED[cancelled_in(f)]}."


def unit_of_count(f: Filter) -> str:
    """What one of `Jumlah` is, as the filter has it."""
    return f"{_total(f)} Satu warga dapat memiliki beberapa keberangkatan."


def meanings(f: Filter) -> dict[str, str]:
    """What each figure of the front sheet counts, as the filter has it."""
    not_pmi, cancelled = (_STANDINGS[standing_of(f, name)] for name in ("not_pmi", "cancelled"))
    return {
        "Jumlah": _total(f),
        **_PARTS,
        "Bukan PMI": f"Magang, pelajar, dan lainnya; {not_pmi}",
        "Batal": f"Keberangkatan yang batal; {cancelled}",
    }


def dictionary(f: Filter) -> list[tuple[str, str]]:
    """The words of the workbook and what they mean."""
    return [*meanings(f).items(), *_TERMS]
