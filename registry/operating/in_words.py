"""What the disk or the database refuses, in words that tell whoever gave the command what to do."""

import errno

import psycopg
import pysqlite3.dbapi2 as sqlite

from registry.audit.vouching import Contradiction
from registry.departures import settlements

DRIVER_ERRORS = (sqlite.Error, psycopg.Error)

KINDS = {
    "resident": "warga",
    "departure": "keberangkatan",
    "account": "akun",
    "emergency": "akses darurat",
    "flag": "tanda",
    "flag_step": "langkah tanda",
    "pattern_step": "langkah pola",
    "export_request": "permintaan unduhan",
    "rights_request": "permintaan pembetulan",
}

FULL = "Ruang penyimpanan habis. Kosongkan ruang, lalu ulangi."
BUSY = "Basis data sedang dipakai. Ulangi sebentar lagi, atau hentikan layanan lebih dulu."
DAMAGED = (
    "Berkas basis data rusak. Hentikan layanan, simpan salinan seluruh folder data, lalu pulihkan "
    "cadangan terakhir (docs/deploying.md, bagian 8)."
)
CLOSED = "Berkas basis data tidak dapat dibuka atau ditulis. Jalankan sebagai pengguna layanan."
NO_ANSWER = "Server basis data tidak menjawab. Periksa DATABASE_URL dan servernya."

# By SQLite's own texts, since its copying of a database gives no code; by PostgreSQL's SQLSTATE.
_SQLITE = {
    "database or disk is full": FULL,
    "database is locked": BUSY,
    "database table is locked": BUSY,
    "database disk image is malformed": DAMAGED,
    "file is not a database": DAMAGED,
    "attempt to write a readonly database": CLOSED,
    "unable to open database file": CLOSED,
}
_POSTGRES = {"53100": FULL, "55P03": BUSY, "XX001": DAMAGED, "XX002": DAMAGED}
_OF_FILES = {
    errno.ENOENT: "tidak ada",
    errno.EACCES: "tidak boleh dibuka atau ditulis oleh pengguna ini",
    errno.EPERM: "tidak boleh diubah oleh pengguna ini",
    errno.EROFS: "hanya dapat dibaca di sini",
    errno.EEXIST: "sudah ada",
    errno.EISDIR: "adalah folder, bukan berkas",
    errno.ENOTDIR: "tidak berada di dalam folder",
    errno.EIO: "tidak dapat dibaca atau ditulis: perangkat penyimpanan bermasalah",
}


def said_of_driver(error: object) -> str:
    """One line about an error of a database driver, without what was being stored."""
    kind = type(error).__name__
    found = None
    if isinstance(error, sqlite.Error):
        found = _of_sqlite(error)
    elif isinstance(error, psycopg.Error):
        is_silent = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
        found = NO_ANSWER if is_silent else _POSTGRES.get(error.sqlstate or "")
    return found or f"Basis data tidak dapat dipakai ({kind}). Jalankan ./run --setup-only."


def is_refused_here(error: sqlite.Error) -> bool:
    """Whether this machine stands in the way, and not what lies in the file."""
    return _of_sqlite(error) in (FULL, BUSY, CLOSED)


def _of_sqlite(error: sqlite.Error) -> str | None:
    return _SQLITE.get(str(error))


def said_of_file(error: OSError) -> str:
    """One line about what the operating system refused, with the name of the file."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    said = _OF_FILES.get(error.errno or 0, error.strerror or str(error))
    return f"{error.filename or 'Berkas'} {said}."


def said_of_edited(edited: Contradiction) -> str:
    """What was changed beside the journal, by its number, and which entry still told the truth."""
    what = f"{KINDS[edited.kind]} {edited.subject_id}"
    if edited.kind == settlements.KIND:
        return f"{what} diubah di luar jurnal: tidak ada langkah petugas yang mengubahnya"
    if edited.seq is None:
        return f"{what} tidak pernah disebut jurnal: disisipkan di luar jurnal"
    return f"{what} diubah di luar jurnal sesudah entri {edited.seq}"
